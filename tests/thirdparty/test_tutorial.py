"""docs/tutorial.md, typed in: a plugin of somebody else is made, built, installed, migrated, enabled, tried, taken away."""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT
from tests.thirdparty.environment import Environment

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
SUITE, OWN = "juheli plugin test riverwatch", "python -m pytest -q juheli_riverwatch/tests/test_items.py"
# without `--thorough`: its own tests and the quick parts of the suite in one run, for each begins with a world
SHORT = {SUITE: "true", OWN: "python -m pytest -q -k 'test_items or address or english or sqlite or register'"}


def commands() -> list[str]:
    """Every line of every shell block, in order."""
    return [line for block in BLOCK.findall((ROOT / "docs/tutorial.md").read_text()) for line in block.splitlines()]


def test_the_tutorial_works_as_it_is_written(tmp_path, request):
    typed = commands()
    thorough = request.config.getoption("--thorough")
    answers = Environment(tmp_path).make().follow([line if thorough else SHORT.get(line, line) for line in typed])
    said, after = dict(zip(typed[:-1], answers, strict=False)), answers[-1]     # `juheli migrate` is typed twice
    assert "made " in answers[0] and len(typed) == 13
    assert "juheli-riverwatch 0.1 fits juheli" in said["juheli plugin install dist/juheli_riverwatch-0.1-py3-none-any.whl"]
    assert "riverwatch: - -> riverwatch_0001" in said["juheli migrate"]
    assert "riverwatch" in said["juheli plugin list --tenant linshu"]
    for tests, least in ((said[SUITE], 25), (said[OWN], 5)) if thorough else ((said[OWN], 13),):
        assert int((re.search(r"(\d+) passed", tests) or [0, 0])[1]) >= least and " failed" not in tests, tests
    kept = said[next(line for line in typed if line.startswith("juheli plugin uninstall"))]
    assert "1 tenant(s) keep data of it. Nothing was removed" in kept and "linshu" in kept
    assert "plugin 'riverwatch' is not installed" in after and "keep data" in after
