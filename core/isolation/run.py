"""The whole probe in its order, bounded or thorough."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.access.contexts import job_context
from core.accounts.models import User
from core.accounts.sessions import open_session
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.jobs.queue import TASKS
from core.tenancy.models import PLATFORM

from . import addresses, forms, identities, queries, rows
from .probe import Probe
from .site import Site, Walk
from .visitor import Visitor

PAGES = {False: 120, True: 1500}


class Silent:
    """What a job is given to report to, when nobody waits for its progress."""

    id = 0

    def tell(self, *_told: Any, **_more: Any) -> None:
        """Heard by nobody."""


def walk(probe: Probe) -> Site:
    """Learn the addresses and forms of this tenant, then put back what looking changed."""
    site = Walk(probe.app, probe.admin, [probe.own.id], PAGES[probe.thorough]).go()
    probe.restore()
    return site


def session_of(probe: Probe, tenant_id: int, user_id: int | None) -> str:
    """The token of a new session of an account (None: the first of the tenant)."""
    with probe.database.use(), tenant_scope(tenant_id):
        begin_write()
        which = select(User).order_by(User.id) if user_id is None else select(User).where(User.id == user_id)
        token = open_session(session().scalars(which).first(), address="127.0.0.1", agent="isolation", second_factor=True)
        session().commit()
        return token


def run_job(probe: Probe, tenant_id: int, name: str, payload: dict[str, Any]) -> Any:
    """Run a job here and now as the worker would, as the system; what it answers, or why it did not."""
    with probe.database.use(), tenant_scope(tenant_id):
        ctx = job_context(tenant_id, None)
        try:
            return TASKS[name].run(ctx, Silent(), **payload)
        except Exception as error:  # numbers of nothing: to refuse is right
            session().rollback()
            return repr(error)


def run(probe: Probe, *, with_operator: bool = True) -> Site:
    """Everything the probe knows to try."""
    site = walk(probe)
    stranger = Visitor(probe.app, probe.admin.root, session_of(probe, probe.foreign.tenant_id, probe.foreign.id))
    probe.begin()
    rows.foreign_rows(probe)
    rows.foreign_files(probe)
    rows.foreign_keys_of_the_cache(probe)
    addresses.foreign_numbers(probe, site)
    forms.foreign_fields(probe, site)
    forms.empty_posts(probe, site)
    queries.foreign_filters(probe, site)
    queries.foreign_ledger_rows(probe)
    queries.foreign_search(probe, site)
    queries.foreign_imports(probe)
    identities.foreign_cookie(probe, site, stranger.token)
    identities.lower_staff(probe, site)
    identities.without_rights(probe, site)
    identities.switched_off(probe, site)
    rows.foreign_jobs(probe, lambda *told: run_job(probe, *told))
    if with_operator:
        token = session_of(probe, PLATFORM, None)
        identities.operator(probe, site, Visitor(probe.app, "/platform", token))
    return site
