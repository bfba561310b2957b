"""A capability may be absent, and the type checker makes callers say what happens then."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

from core.contracts.capabilities import Asks
from core.service import Context
from tests.architecture.tree import ROOT

HEAD = "from core.contracts.capabilities import Asks, MobileMembers\n\ndef plan(ctx: Asks) -> set[int]:\n"
CARELESS = HEAD + "    return ctx.capability(MobileMembers).away([1])\n"
CAREFUL = HEAD + "    found = ctx.capability(MobileMembers)\n    return found.away([1]) if found is not None else set()\n"
MISTAKEN = HEAD + "    found = ctx.capability(MobileMembers)\n    return found.away('x') if found is not None else set()\n"


@pytest.mark.parametrize(("name", "source", "said"), [
    ("careless", CARELESS, 'Item "None" of "MobileMembers | None" has no attribute "away"'),
    ("mistaken", MISTAKEN, 'incompatible type "str"'), ("careful", CAREFUL, "no issues found")])
def test_callers_must_handle_a_provider_that_is_off(tmp_path_factory, name, source, said):
    folder = tmp_path_factory.getbasetemp()
    sample = folder / f"{name}.py"                  # one name each: mypy remembers a file by its time and size
    sample.write_text(source)
    done = subprocess.run([sys.executable, "-m", "mypy", "--follow-imports=silent", "--config-file", str(ROOT / "pyproject.toml"),
                           "--cache-dir", str(folder / "types"), str(sample)],
                          cwd=ROOT, capture_output=True, text=True)
    assert said in done.stdout, done.stdout + done.stderr
    assert done.returncode == (0 if source is CAREFUL else 1)


def test_a_context_is_asked_in_just_that_way():
    declared, real = (inspect.signature(cls.capability) for cls in (Asks, Context))
    assert list(declared.parameters) == list(real.parameters)
    assert str(real.return_annotation).endswith(" | None") and str(declared.return_annotation).endswith(" | None")
