"""Fixtures that tests of core and of every plugin may use."""

from __future__ import annotations

pytest_plugins = ["core.testing.not_run", "tests.figures", "tests.servers", "tests.browser", "core.testing.fixtures"]


def pytest_make_parametrize_id(config: object, val: object, argname: str) -> str | None:
    """Bytes give a test no name: a zip holds the second it was made in, and two workers would collect different tests."""
    return argname if isinstance(val, bytes) else None
