"""A filter that is no more takes nobody out with everybody else, and what a reader typed is kept nowhere."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from core.base import memo
from core.base.session import begin_write, session
from core.contracts.errors import Invalid
from core.jobs.queue import enqueue
from core.ledgers.selection import selected_ids
from core.web import parts
from tests.core.ledgers import trial

pytest_plugins = ["core.testing.fixtures"]
URL, GONE = "/ledgers/trial.roster/", "kind=full&training_gone=1"


@pytest.fixture(scope="session")
def plugins():
    return trial.with_all_others()


@pytest.fixture
def office(world):
    with world.inside("east"):
        trial.fill(persons_per_branch=6, branches=4, root="z000")
    world.add_user("east", "clerk", trial.READ, trial.EXPORT)
    return world


def test_a_file_without_a_filter_that_is_no_more_is_refused(office):
    clerk = office.browser("east", "clerk")
    assert "training_gone" in clerk.get(f"{URL}?{GONE}").text
    for query in (GONE, "ind=trial.nothing", "joined_from=someday"):
        refused = clerk.post(URL + "export", {"format": "csv", "query": query})
        assert refused.status_code == 422 and "已经不能用" in refused.text, query
    assert clerk.post(URL + "export", {"format": "csv", "query": "kind=full&sort=nothing"}).status_code == 200
    with office.acting("east", "clerk") as ctx:
        with pytest.raises(Invalid):
            selected_ids(ctx, "trial.roster", {"all": "1", "query": GONE})
        begin_write()
        queued = enqueue("ledgers.export", {"ledger": "trial.roster", "query": parse_qsl(GONE), "format": "csv"},
                         actor_id=ctx.actor.id)
        session().commit()
        number = queued.id
    office.run_jobs()
    shown = clerk.get(f"/ledgers/exports/{number}").text
    assert "training_gone" in shown and "已经不能用" in shown and "every 2s" not in shown


def test_what_was_typed_is_kept_nowhere(office):
    clerk = office.browser("east", "clerk")
    for query in ("q=第1支部xyz", "branch=第1支部xyz", "version_from=987654", "page=9&branch=支部&q=支部"):
        clerk.get(f"{URL}?{query}")
        store = memo._stores[office.database.engine]
        kept = "".join(str(place) for kept in (store, parts._drawn) for place in kept._kept)
        assert "第1支部xyz" not in kept and "987654" not in kept and "%支部%" not in kept, query
