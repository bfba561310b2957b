"""The probe in its parts; together they are all it knows to try."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select

from core.access.contexts import job_context
from core.accounts.models import Session, User
from core.accounts.sessions import open_session
from core.base.crypto import token_hash
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.jobs.queue import TASKS
from core.tenancy.models import PLATFORM

from . import addresses, forms, identities, queries, rows
from .probe import Probe
from .shadows import BYSTANDER, CLERK, OWN
from .site import Site, Walk
from .visitor import Visitor

OWN_PAGE = "/accounts/me"       # everybody who is signed in may open it
PAGES = {False: 160, True: 1500}


class Silent:
    """What a job is given to report to, when nobody waits for its progress."""

    id = 0

    def tell(self, *_told: Any, **_more: Any) -> None:
        """Heard by nobody."""


def walk(probe: Probe, pages: int = 0) -> Site:
    """Learn the addresses and forms of this tenant (from so many pages), then put back what looking changed."""
    site = Walk(probe.app, probe.admin, [probe.own.id], pages or PAGES[probe.thorough]).go()
    probe.restore()
    return site


def session_of(probe: Probe, tenant_id: int, user_id: int | None) -> str:
    """The token of a new session of an account (None: the first of the tenant)."""
    with probe.database.use(), tenant_scope(tenant_id):
        begin_write()
        which = select(User).order_by(User.id) if user_id is None else select(User).where(User.id == user_id)
        token = open_session(session().scalars(which.limit(1)).one(), address="127.0.0.1", agent="isolation", second_factor=True)
        session().commit()
        return token


def end_session(probe: Probe, tenant_id: int, token: str) -> None:
    """Remove a session that was opened for the probe."""
    with probe.database.use(), tenant_scope(tenant_id):
        begin_write()
        session().execute(delete(Session).where(Session.token_hash == token_hash(token)))
        session().commit()


def run_job(probe: Probe, tenant_id: int, name: str, payload: dict[str, Any]) -> Any:
    """Run a job here and now as the worker would, as the system; what it answers, or why it did not."""
    with probe.database.use(), tenant_scope(tenant_id):
        try:
            return TASKS[name].run(job_context(tenant_id, None), Silent(), **payload)
        except Exception as error:  # numbers of nothing: to refuse is right
            session().rollback()
            return repr(error)


def below(probe: Probe, _site: Site) -> None:
    """Tables, files, cache keys, jobs, and the walls inside the database."""
    rows.standing_walls(probe)
    rows.foreign_rows(probe)
    rows.foreign_files(probe)
    rows.foreign_keys_of_the_cache(probe)
    rows.foreign_jobs(probe, lambda *told: run_job(probe, *told))


def asking(probe: Probe, site: Site) -> None:
    """Addresses, queries, searches, imports, secrets of links."""
    addresses.foreign_numbers(probe, site)
    queries.foreign_filters(probe, site)
    queries.foreign_ledger_rows(probe)
    queries.foreign_search(probe, site)
    queries.foreign_imports(probe)
    identities.foreign_links(probe, site)


def posting(probe: Probe, site: Site) -> None:
    """Forms, bare posts, bodies of the API, proofs of the other tenant's pages."""
    forms.foreign_fields(probe, site)
    forms.foreign_bodies(probe)
    forms.empty_posts(probe, site)
    forms.foreign_proof(probe, site, probe.stolen_proof)


def being(probe: Probe, site: Site) -> None:
    """Who asks: the other tenant's session, a clerk, a bystander, an operator, a plugin that is off."""
    identities.foreign_cookie(probe, site, probe.stolen)
    identities.lower_staff(probe, site)
    identities.lower_search(probe)
    identities.without_rights(probe, site)
    identities.switched_off(probe, site)
    token = session_of(probe, PLATFORM, None)
    try:
        identities.operator(probe, site, Visitor(probe.app, "/platform", token))
    finally:
        end_session(probe, PLATFORM, token)


PARTS: dict[str, Callable[[Probe, Site], None]] = {"below": below, "asking": asking, "posting": posting, "being": being}


def prepare(probe: Probe) -> None:
    """Steal a session and a form token of the other tenant, then remember how both tenants are: later visits there would
    be noted in its session, and look like a change.
    """
    probe.stolen = session_of(probe, probe.foreign.tenant_id, probe.foreign.id)
    probe.stolen_proof = Visitor(probe.app, f"/t/{probe.foreign_slug}", probe.stolen).proof()
    probe.begin()


def freshen(probe: Probe) -> None:
    """New sessions for everybody who looks around. Those of the beginning end by themselves after half an hour without a
    page, and who is signed out sees nothing anywhere: a long probe would find all well.
    """
    for visitor, user_id in ((probe.admin, OWN), (probe.clerk, CLERK), (probe.bystander, BYSTANDER)):
        visitor.token, visitor.csrf = session_of(probe, probe.own.tenant_id, user_id), ""
    prepare(probe)


def awake(probe: Probe) -> None:
    """Whoever looked around is still signed in; a part that ends otherwise has proved nothing."""
    for visitor in (probe.admin, probe.clerk, probe.bystander):
        if visitor.open("GET", OWN_PAGE).status != 200:
            probe.found("blind", visitor.name, "was signed out before the end")


def run(probe: Probe, parts: tuple[str, ...] = tuple(PARTS), pages: int = 0) -> Site:
    """Try everything (or some parts, after a walk of so many pages).

    `probe.findings` tells what must not be, `probe.cases` how much was tried. The answer is what was met on the walk.
    """
    prepare(probe)
    site = walk(probe, pages)
    for name in parts:
        freshen(probe)
        PARTS[name](probe, site)
        probe.check(name, "everything")
        awake(probe)
    return site
