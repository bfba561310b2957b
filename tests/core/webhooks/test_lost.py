"""Workers that die while a receiver is waited for, and tenants that travel."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.base.scope import system_scope
from core.base.session import begin_write, session
from core.contracts.errors import Invalid
from core.custody import shelf
from core.custody.operators import make_archive, restore_beside, take_place
from core.files import storage
from core.jobs.models import DONE, Job
from core.tenancy.lookup import by_address
from core.webhooks import services
from core.webhooks.guard import Policy, use_policy
from core.webhooks.models import DELIVERED, HELD, WAITING, WebhookSecret

from .conftest import Desk
from .receiver import receiving

ROOT = Path(__file__).resolve().parents[3]


def lease_ends(desk: Desk) -> None:
    """As if the time of the dead worker's lease were over."""
    with desk.world.database.use(), system_scope("test: a lease runs out"):
        begin_write()
        past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        session().execute(update(Job).where(Job.status == "running").values(lease_until=past))
        session().commit()


def test_a_worker_killed_while_it_waits_leaves_a_delivery_that_is_sent_again_under_its_id(desk, tmp_path):
    url = desk.world.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.core.webhooks.killable", str(tmp_path / "instance"), url]
    use_policy(Policy(loopback=True))
    with receiving("127.0.0.1") as near:
        desk.act(services.update_hook, url=f"http://127.0.0.1:{near.port}/in")
        desk.tell(1)
        near.hold.clear()
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
            assert near.came.wait(60), "the worker has sent it"
            worker.kill()
        near.hold.set()
        [row] = desk.rows()
        assert (row.state, row.attempts) == (WAITING, 0)
        lease_ends(desk)
        desk.world.run_jobs()
        assert near.ids() == [f"msg_{row.id}"] * 2 and near.arrived[0][1] == near.arrived[1][1]
    assert desk.rows()[0].state == DELIVERED
    with desk.world.inside("east"):
        assert session().scalars(select(Job.status).where(Job.name == "webhooks.deliver")).all() == [DONE]


def test_a_copy_restored_beside_the_live_tenant_has_no_secret_and_sends_nothing(desk, tmp_path):
    storage.use_root(tmp_path / "files")
    try:
        desk.tell(1)
        with desk.world.acting("platform", "operator") as ctx:
            make_archive(ctx, "east")
            slug = restore_beside(ctx, "east", next(shelf.folder().iterdir())).slug
            take_place(ctx, slug)
            desk.world.tenants["east"] = by_address(slug="east")[0]
    finally:
        storage.use_root(None)
    with desk.world.inside("east"):
        assert session().scalars(select(WebhookSecret)).all() == []
    desk.world.run_jobs()
    assert desk.receiver.arrived == [] and [row.state for row in desk.rows()] == [HELD]
    page = desk.world.browser("east").get(f"/webhooks/{desk.hook_id}").get_data(as_text=True)
    assert "密钥留在了原来的地方" in page
    with pytest.raises(Invalid, match="更换密钥"):
        desk.act(services.resume_hook)
    desk.act(services.exchange_secret)
    assert desk.act(services.resume_hook) == 1
