"""The contract suite: what core promises its tenants of every plugin, wherever the plugin comes from.

A plugin keeps it with one line in a file of its tests:

    TestContract = contract_of("river")

`juheli plugin test river` runs the same without any file. What cannot run on a machine is named at the end of the run.
"""

from __future__ import annotations

import pytest

from .bearing import Bearing
from .fields import Fields
from .gating import Gating
from .isolation import Isolation
from .look import Look
from .moving import Moving
from .privacy import Privacy
from .purging import Purging
from .rights import Rights
from .schema import Schema
from .speed import Speed
from .subtree import Subtree
from .toggling import Toggling
from .words import Words

PARTS: tuple[type, ...] = (Gating, Fields, Rights, Toggling, Subtree, Isolation, Schema, Moving, Purging,
                           Privacy, Words, Bearing, Speed, Look)


def contract_of(plugin: str, *, long: tuple[str, ...] = ()) -> type:
    """The suite for one plugin, as a class that pytest collects under any name that begins with Test.

    `long`: parts (such as "Isolation") left to `--thorough`. Raises KeyError for a part that is none.
    """
    named = {part.__name__: part for part in PARTS}
    left = {test for part in long for test in vars(named[part]) if test.startswith("test_")}
    made = type("TestContract", tuple(reversed(PARTS)),       # pytest collects the last base first
                {"plugin": plugin, "long": left, "__doc__": f"The contract suite for {plugin}."})
    return pytest.mark.xdist_group(f"contract-{plugin}")(made)
