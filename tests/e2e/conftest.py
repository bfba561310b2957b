"""One demo that serves, for all journeys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.demo import Demo, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`juheli run --demo` as a person starts it: its own process, jobs in its own threads."""
    with running_demo(tmp_path_factory.mktemp("journeys") / "instance") as running:
        yield running
