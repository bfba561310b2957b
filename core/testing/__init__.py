"""The testing kit for core and for plugin authors: `pytest_plugins = ["core.testing.fixtures"]` in the root conftest.py."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("core.testing.contract")   # so that a plugin that fails is told why
