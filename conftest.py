"""Fixtures that tests of core and of every plugin may use; app fixtures are in tests/conftest.py."""

from __future__ import annotations

pytest_plugins = ["tests.not_run", "tests.servers", "tests.browser"]
