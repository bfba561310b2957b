"""docs/tutorial.md, typed in: a plugin of somebody else is made, built, installed, migrated, enabled, tried, taken away."""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT
from tests.thirdparty.environment import Environment

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
ONLY_THOROUGH = ("test_the_tutorial_works_as_it_is_written",)    # half a minute: `make contract`


def commands() -> list[str]:
    """Every line of every shell block, in order."""
    return [line for block in BLOCK.findall((ROOT / "docs/tutorial.md").read_text()) for line in block.splitlines()]


def test_the_tutorial_works_as_it_is_written(tmp_path):
    typed = commands()
    answers = Environment(tmp_path).make().follow(typed)
    said, after = dict(zip(commands()[:-1], answers, strict=False)), answers[-1]
    assert "made " in answers[0] and len(typed) == 11
    assert "juheli-riverwatch 0.1 fits juheli" in said["juheli plugin install dist/juheli_riverwatch-0.1-py3-none-any.whl"]
    assert "riverwatch: - -> riverwatch_0001" in said["juheli migrate"]
    assert "riverwatch" in said["juheli plugin list --tenant linshu"]
    tests = said["juheli plugin test riverwatch"]
    assert int((re.search(r"(\d+) passed", tests) or [0, 0])[1]) >= 1 and " failed" not in tests
    assert "plugin 'riverwatch' is not installed" in after and "keep data" in after
