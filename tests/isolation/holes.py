"""Planted holes: each takes one protection away for a moment, and says with which part of the probe it must be found.

Most are mistakes one could really make; those of the pages are planted in every kind of page there is, by wrapping views.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from unittest.mock import patch

from flask import request
from sqlalchemy import select, update

from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, session
from core.isolation import addresses, forms, identities, queries, rows
from core.isolation.probe import Probe
from core.isolation.run import run_job, session_of
from core.isolation.site import Site
from core.isolation.visitor import Visitor
from core.people.models import Person
from core.service import Context

Look = Callable[[Probe, Site], None]


@dataclass(frozen=True)
class Hole:
    """`plant(probe)` gives a context in which the hole is open; `look` must find it. `only`: endpoints worth looking at.

    `held`: on PostgreSQL row level security, which no layer of ours replaces, closes it: nothing is to be found there.
    """

    name: str
    plant: Callable[[Probe], Any]
    look: Look
    only: tuple[str, ...] = ()
    held: bool = False


# -- looks
def numbers(probe: Probe, site: Site) -> None:
    addresses.foreign_numbers(probe, site)


def filters(probe: Probe, site: Site) -> None:
    queries.foreign_filters(probe, site)


def fields(probe: Probe, site: Site) -> None:
    forms.foreign_fields(probe, site)


def proofs(probe: Probe, site: Site) -> None:
    forms.foreign_proof(probe, site, Visitor(probe.app, f"/t/{probe.foreign_slug}", probe.stolen).proof())  # as the hole makes it


def cookies(probe: Probe, site: Site) -> None:
    identities.foreign_cookie(probe, site, probe.stolen)


def clerks(probe: Probe, site: Site) -> None:
    identities.lower_staff(probe, site)


def clerks_search(probe: Probe, _site: Site) -> None:
    identities.lower_search(probe)


def bystanders(probe: Probe, site: Site) -> None:
    identities.without_rights(probe, site)


def off(probe: Probe, site: Site) -> None:
    identities.switched_off(probe, site)


def operators(probe: Probe, site: Site) -> None:
    identities.operator(probe, site, Visitor(probe.app, "/platform", session_of(probe, 0, None)))


def links(probe: Probe, site: Site) -> None:
    identities.foreign_links(probe, site)


def files(probe: Probe, _site: Site) -> None:
    rows.foreign_files(probe)


def keys(probe: Probe, _site: Site) -> None:
    rows.foreign_keys_of_the_cache(probe)


def walls(probe: Probe, _site: Site) -> None:
    rows.standing_walls(probe)


def searches(probe: Probe, site: Site) -> None:
    queries.foreign_search(probe, site)


def ledger_rows(probe: Probe, _site: Site) -> None:
    queries.foreign_ledger_rows(probe)


def jobs(probe: Probe, _site: Site) -> None:
    rows.foreign_jobs(probe, lambda *told: run_job(probe, *told))


# -- what is planted
def everywhere(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function that forgot whose data it works on: it runs in the scope of all tenants."""

    def wrapped(*args: Any, **kw: Any) -> Any:
        with system_scope("a planted hole"):
            return call(*args, **kw)

    return wrapped


def swap(target: str, make: Callable[[Any], Any]) -> Callable[[Probe], Any]:
    """Replace what stands at a dotted name by `make(what stands there)`."""

    @contextmanager
    def plant(_probe: Probe) -> Iterator[None]:
        with patch(target, make(_at(target))):
            yield

    return plant


def _at(target: str) -> Any:
    module, _, name = target.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError:
        owner, _, cls = module.rpartition(".")
        return getattr(getattr(import_module(owner), cls), name)


def wrapped_views(endpoints: tuple[str, ...], wrap: Callable[[Probe, Any], Any]) -> Callable[[Probe], Any]:
    """Replace the views whose endpoint begins so."""

    @contextmanager
    def plant(probe: Probe) -> Iterator[None]:
        views = probe.app.view_functions
        with ExitStack() as stack:
            for name in [n for n in views if n.startswith(endpoints)]:
                stack.enter_context(patch.dict(views, {name: _dressed(wrap(probe, views[name]), views[name])}))
            yield

    return plant


def _dressed(made: Any, like: Any) -> Any:
    made.needs, made.audience, made.__name__ = like.needs, like.audience, like.__name__
    return made


def foreign_person(probe: Probe, number: Any) -> str | None:
    """The name of whoever has this number, in whatever tenant but ours."""
    if not str(number).isdigit():
        return None
    with system_scope("a planted hole"):
        other = select(Person.name).where(Person.id == int(number), Person.tenant_id != probe.own.tenant_id)
        return session().scalars(other).first()


def shows(probe: Probe, view: Any) -> Any:
    """The page adds the name of the record asked for, found without asking for the tenant."""
    return lambda **kw: next((n for v in kw.values() if (n := foreign_person(probe, v))), None) or view(**kw)


def betrays(probe: Probe, view: Any) -> Any:
    """The page says "forbidden" where a foreign record is, and "not found" where none is."""
    return lambda **kw: ("no", 403) if any(foreign_person(probe, v) for v in kw.values()) else view(**kw)


def filters_by(probe: Probe, view: Any) -> Any:
    """A filter finds records of other tenants: the list is another one."""
    return lambda **kw: "none fits" if any(foreign_person(probe, v) for v in request.args.values()) else view(**kw)


def takes(probe: Probe, view: Any) -> Any:
    """A posted number is looked up without the tenant."""
    return lambda **kw: "taken" if any(foreign_person(probe, v) for v in request.form.values()) else view(**kw)


def writes(probe: Probe, view: Any) -> Any:
    """The record of the address is changed without asking whose it is."""

    def call(**kw: Any) -> Any:
        if request.method == "POST" and any(foreign_person(probe, v) for v in kw.values()):
            _rename(probe)
        return view(**kw)

    return call


def belongs(probe: Probe, view: Any) -> Any:
    """The form decides whose the record is."""

    def call(**kw: Any) -> Any:
        if request.form.get("tenant_id") == str(probe.foreign.tenant_id):
            _rename(probe)
        return view(**kw)

    return call


def _rename(probe: Probe) -> None:
    with tenant_scope(probe.foreign.tenant_id):
        begin_write()
        session().execute(update(Person).where(Person.id == probe.foreign.id).values(name="renamed"))
        session().commit()


def lists_all(_probe: Probe, view: Any) -> Any:
    """The page lists what all tenants have."""

    def call(**kw: Any) -> Any:
        with system_scope("a planted hole"):
            names = ", ".join(session().scalars(select(Person.name)))
        return (view(**kw), names)[1]

    return call


def loaded_anywhere(model: Any) -> Callable[[Probe], Any]:
    """`ctx.get` of one model forgets the tenant."""
    real = Context.get

    def careless(self: Context, asked: Any, record_id: int) -> Any:
        if asked is not model:
            return real(self, asked, record_id)
        with system_scope("a planted hole"):
            found = session().scalars(select(model).where(model.id == record_id)).first()
        return found or real(self, asked, record_id)

    return lambda _probe: patch.object(Context, "get", careless)


def without_needs(_probe: Probe) -> Any:
    """Nobody asks for permissions any more."""
    return patch.multiple(Context, may=lambda *_a: True, subtrees=lambda *_a: ("",))
