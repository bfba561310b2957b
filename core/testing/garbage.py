"""Cyclic garbage of a long test run, collected now and then instead of all the time.

A worker keeps some hundred megabytes alive (modules, metadata, templates), and Python went through all of it again and again:
22 of 83 seconds of four rooms. What lives from the start is frozen; what worlds leave behind is collected every so many tests.
"""

from __future__ import annotations

import gc

import pytest

SELDOM = (50_000, 50, 1_000_000)    # objects until the youngest are looked at; rounds until the middle ones, and the oldest, are
TESTS = 400                         # between two collections of everything
_done = [0]


def pytest_configure() -> None:
    gc.set_threshold(*SELDOM)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    _done[0] += 1
    if _done[0] % TESTS == 0:
        gc.collect()
