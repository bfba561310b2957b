"""Fixtures that tests of core and of every plugin may use."""

from __future__ import annotations

pytest_plugins = ["core.testing.not_run", "tests.figures", "tests.servers", "tests.browser", "core.testing.fixtures"]
