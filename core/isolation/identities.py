"""Who asks: another tenant's cookie, a clerk of one subtree, somebody without rights, an operator; and plugins that are off."""

from __future__ import annotations

from itertools import islice

from sqlalchemy import update
from werkzeug.routing import Rule

from core.base.db import Base, OrgScoped
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.tenancy.models import DISABLED, ENABLED, PluginState, Tenant
from core.web.api import ROOT

from .addresses import is_public, methods_of, path_of, rules, spelled
from .bodies import body_for
from .canaries import tenant_tables, token_of
from .probe import Probe
from .site import Site, numbers_of, words_of
from .visitor import Answer, Visitor

NOTHING = "/nothing-of-this-name/"


def addresses(probe: Probe, site: Site, number: int, audience: str = "tenant") -> list[tuple[str, str, str]]:
    """(method, path, endpoint) of every rule once, the number in each place."""
    found = []
    for rule in rules(probe, audience):
        for method in methods_of(rule):
            for words in islice(spelled(probe, rule, site), 1):
                path = path_of(probe, rule, method, words | dict.fromkeys(numbers_of(rule), number))
                found.append((method, path, rule.endpoint))
    return found


def foreign_cookie(probe: Probe, site: Site, token: str) -> None:
    """A session or an access token of the other tenant opens no more than none at all."""
    thief = Visitor(probe.app, probe.admin.root, token, bearer=probe.stolen_bearer)
    nobody = Visitor(probe.app, probe.admin.root)
    for method, path, endpoint in addresses(probe, site, probe.own.id):
        got, none = (v.open(method, path, csrf="x" if method != "GET" else None) for v in (thief, nobody))
        probe.judge("cookie", f"{method} {path}", got, word=probe.foreign.word if is_public(probe, endpoint) else probe.own.word)
        if got.shape != none.shape:
            probe.found("cookie", f"{method} {path}", f"a session of another tenant is answered {got.status}, none {none.status}")


def foreign_links(probe: Probe, site: Site) -> None:
    """Secrets and codes of the other tenant (one-time links, calendar feeds, certificates): here they open nothing."""
    secret = [t.name for t in tenant_tables() if {"token_hash", "code"} & set(t.c.keys())]
    for rule in rules(probe, "tenant"):
        for name in words_of(rule) if probe.thorough else set(words_of(rule)) & {"token", "code", "secret"}:
            for words in islice(spelled(probe, rule, site), 1):
                for table in [t.name for t in tenant_tables()] if probe.thorough else secret:
                    _one_secret(probe, rule, words, name, table)


def _one_secret(probe: Probe, rule: Rule, words: dict[str, str], name: str, table: str) -> None:
    numbers = dict.fromkeys(numbers_of(rule), probe.own.id)
    theirs = token_of(probe.foreign, table)
    for method in methods_of(rule):
        got, none = (probe.admin.open(method, path_of(probe, rule, method, words | numbers | {name: text})).shape
                     for text in (theirs, theirs.replace(probe.foreign.word, "Q" * len(probe.foreign.word))))
        probe.cases["link"] += 1
        if got[0] != none[0] or got[1].replace(theirs, "") != none[1].replace(theirs.replace(probe.foreign.word, "Q" * 10), ""):
            probe.found("link", f"{method} {rule.rule}", f"knows the {name} of another tenant ({table})")


def lower_search(probe: Probe) -> None:
    """The clerk searches for what lies outside his subtree."""
    scoped = places_beyond()
    lists = [box for name in probe.plugins.ledgers for box in (f"/ledgers/{name}/?q=", f"{ROOT}/ledgers/{name}?q=")]
    for box in ("/search/?q=", "/look/pick/person?q=", *lists):
        text = probe.clerk.open("GET", box + probe.beyond.word).text.lower()
        probe.cases["lower staff"] += 1
        if any(f"{probe.beyond.word}{table}".lower() in text for table in scoped):
            probe.found("lower staff", box, "shows a row outside the subtree")


def places_beyond() -> set[str]:
    """Tables whose rows belong to a place of the tree and are seen by a clerk of that place only.

    A model that all staff may know of says why: `__known_to_all__ = "…"`.
    """
    return {m.local_table.name for m in Base.registry.mappers  # type: ignore[attr-defined]
            if issubclass(m.class_, OrgScoped) and not getattr(m.class_, "__known_to_all__", "")}


def lower_staff(probe: Probe, site: Site) -> None:
    """A clerk with every right on one subtree, at records outside it: not seen, not changed."""
    scoped = sorted(places_beyond() & set(probe.mine))
    for method, path, endpoint in addresses(probe, site, probe.beyond.id):
        place = f"{method} {path}"
        answer = probe.clerk.open(method, path, None if method == "GET" else body_for(probe, endpoint, probe.beyond.id))
        probe.cases["lower staff"] += 1
        if answer.status >= 500:
            probe.found("lower staff", place, f"answers {answer.status}")
        for table in scoped:
            if f"{probe.beyond.word}{table}".lower() in answer.text.lower():
                probe.found("lower staff", place, f"shows a row of {table} outside the subtree")
        if method != "GET":
            _unchanged_beyond(probe, place, scoped)


def _unchanged_beyond(probe: Probe, place: str, scoped: list[str]) -> None:
    now = probe.look(probe.own.tenant_id, frozenset(probe.writes.tables))
    for table in scoped:
        if table not in now:
            continue
        key = (probe.own.tenant_id, probe.beyond.id)
        if now[table].get(key) != probe.mine[table].get(key):
            probe.found("lower staff", place, f"changes a row of {table} outside the subtree")
    probe.restore()     # also what the clerk may do: end his own sessions


def without_rights(probe: Probe, site: Site) -> None:
    """An account that holds nothing, at every address that needs a right: refused, nothing shown, nothing changed."""
    for method, path, endpoint in addresses(probe, site, probe.own.id):
        needs = probe.app.view_functions[endpoint].needs  # type: ignore[attr-defined]
        answer = probe.bystander.open(method, path)
        place = f"{method} {path}"
        probe.cases["no rights"] += 1
        if not needs.startswith("*") and answer.status not in (403, 404):
            probe.found("no rights", place, f"answers {answer.status} without {needs}")
        if method != "GET":
            probe.restore()


def operator(probe: Probe, site: Site, visitor: Visitor) -> None:
    """An operator of the platform: the console knows no record of a tenant, and his session opens no tenant's page."""
    for method, path, _endpoint in addresses(probe, site, probe.foreign.id, "platform"):
        if method == "GET":
            probe.judge("operator", f"/platform {path}", visitor.open(method, path))
    outside = Visitor(probe.app, probe.admin.root, visitor.token)
    for method, path, endpoint in addresses(probe, site, probe.own.id):
        if method == "GET" and not is_public(probe, endpoint):
            answer = outside.open(method, path)
            probe.judge("operator", f"GET {path}", answer, word=probe.own.word)
            if answer.status == 200 and answer.shape != Visitor(probe.app, probe.admin.root).open(method, path).shape:
                probe.found("operator", f"GET {path}", "opens for a session of the platform")


def switched_off(probe: Probe, site: Site) -> None:
    """A plugin that is off: every address of it, with every method, is like one that never was."""
    for name in probe.plugins.optional:
        try:
            _switch(probe, name, DISABLED)
            nothing = probe.admin.open("GET", NOTHING)
            for method, path, endpoint in addresses(probe, site, probe.own.id):
                if not path.startswith(f"/{name}/"):
                    continue
                for verb in (method, "OPTIONS", "DELETE") if probe.thorough else (method,):
                    answer = probe.admin.open(verb, path)
                    probe.cases["off"] += 1
                    if answer.status != 404 or (verb == "GET" and _plain(answer, path) != _plain(nothing, NOTHING)):
                        probe.found("off", f"{verb} {path}", f"{endpoint} is off and answers {answer.status}")
        finally:
            _switch(probe, name, ENABLED)
            probe.restore()


def _plain(answer: Answer, path: str) -> str:
    """The page without the address that was asked for."""
    return Answer(answer.status, answer.text.replace(path, "")).shape[1].replace(path, "")


def _switch(probe: Probe, plugin: str, state: str) -> None:
    """Set the state as the service does, without the events of the service."""
    tenant = probe.own.tenant_id
    with probe.database.use(), tenant_scope(tenant):
        begin_write()
        session().execute(update(PluginState).where(PluginState.plugin == plugin).values(state=state))
        session().execute(update(Tenant).where(Tenant.id == tenant).values(plugins_rev=Tenant.plugins_rev + 1))
        session().commit()
