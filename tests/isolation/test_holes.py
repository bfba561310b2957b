"""The probe proves itself: every planted hole is found. A blind probe would report the same as a safe house."""

from __future__ import annotations

import contextlib
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from sqlalchemy import DDL, select

from core.base.engine import Database, Layers
from core.base.scope import narrowed
from core.base.session import session
from core.files import storage
from core.isolation import rows
from core.jobs.queue import TASKS, Task
from core.people.models import Person
from core.web import csrf, pickers
from core.web.forms.choices import Option
from tests.isolation import holes
from tests.isolation.holes import Hole, everywhere, loaded_anywhere, swap, wrapped_views

LEAST = 40
TENANT_KEY = "core.base.cache.tenant_key"
PAGES = ("people.person", "people.edit_person", "people.held", "people.org", "notify.bulletin", "liaison.record",
         "liaison.station", "training.course", "pairing.unit", "accounts.user", "access.account", "files.download")
POSTS = ("people.edit_person", "people.show_number", "accounts.disable_user", "liaison.contact", "access.end", "work.take")


@contextmanager
def switch_off(probe, layers):
    """The probe's database with layers of the fence taken away."""
    url = probe.database.engine.url.render_as_string(hide_password=False)
    weak, real = Database(url, layers=layers), probe.database
    probe.database = weak
    try:
        yield
    finally:
        probe.database = real
        weak.dispose()


@contextmanager
def torn(probe, statement):
    """The wall of one table inside the database is down."""
    with probe.database.maintenance("a planted hole") as connection:
        connection.execute(DDL(statement))
    try:
        yield
    finally:
        probe.database.build_walls()


@contextmanager
def careless_job(run):
    with patch.dict(TASKS, {"people.careless": Task("people.careless", run)}, clear=True):
        yield


def tells(ctx, running, person_id):
    return {"name": everywhere(lambda: [p.name for p in session().query(Person).filter(Person.id == person_id)])()}


def changes(probe):
    def run(ctx, running, person_id):
        holes._rename(probe)

    return run


@contextmanager
def careless_pickers(probe):
    def find(_ctx, text, limit):
        names = everywhere(lambda: list(session().scalars(select(Person.name).where(Person.name.contains(text)).limit(limit))))()
        return [Option(1, name) for name in names]

    real = pickers.picker_of("person")
    careless = pickers.Picker(kind="person", permission=real.permission, find=find, name=real.name)
    with patch.dict(pickers._pickers, person=careless):
        yield


@contextmanager
def one_folder(probe):
    common = storage.tenant_folder
    with patch.object(storage, "tenant_folder", lambda: common().parent / str(probe.foreign.tenant_id)):
        yield


@contextmanager
def one_proof_for_all(_probe):
    with patch.object(csrf, "_tenant_id", lambda: 0), patch.object(csrf, "_browser", lambda: "anybody"):
        yield


def no_narrowing(_paths, *_left_out):
    return narrowed(None)


def removed(name, layers, held=False):
    return Hole(f"fence without {name}", lambda p: switch_off(p, layers), lambda p, _s: rows.foreign_rows(p), held=held)


def careful():
    """Holes in what all pages share."""
    whole = {
        "a session is looked up in all tenants": (swap("core.doors.pipeline.identify", everywhere), holes.cookies),
        "one proof for all tenants": (one_proof_for_all, holes.proofs),
        "proofs are not checked": (swap("core.doors.pipeline.check_csrf", lambda _: lambda: None), holes.proofs),
        "the gate stands open": (swap("core.doors.pipeline._gate", lambda _: lambda *_a: None), holes.off),
        "nobody asks for permissions": (holes.without_needs, holes.bystanders),
        "services forget the subtree": (swap("core.service.narrowed", lambda _: no_narrowing), holes.clerks),
        "pickers search all tenants": (careless_pickers, holes.searches),
        "files of all tenants in one folder": (one_folder, holes.files),
        "a key of a file may lead out": (swap("core.files.storage.path_of", lambda _: lambda key: _loose(key)), holes.files),
        "cache keys without the tenant": (swap(TENANT_KEY, lambda _: lambda kind, *parts: f"juheli:{kind}:x"), holes.keys),
        "a cache key outside any tenant": (swap(TENANT_KEY, lambda real: lambda kind, *p: _any_key(real, kind, *p)), holes.keys),
        "a job tells what it read anywhere": (lambda p: careless_job(tells), holes.jobs),
        "a job writes anywhere": (lambda p: careless_job(changes(p)), holes.jobs),
    }
    return [Hole(name, plant, look) for name, (plant, look) in whole.items()]


def _loose(key):
    return storage.tenant_folder() / key.lstrip("/")


def _any_key(real, kind, *parts):
    with contextlib.suppress(Exception):
        return real(kind, *parts)
    return f"juheli:{kind}"


def everything():
    """All holes; those of pages once per kind of page."""
    found = careful()
    found += [removed("any layer", Layers.NONE), removed("filter, guard and walls", Layers.WALL),
              removed("guard and wall", Layers.FILTER), removed("filter and guard", Layers.WALL | Layers.DATABASE, held=True),
              removed("guard", Layers.FILTER | Layers.WALL)]
    for page in PAGES:
        found.append(Hole(f"{page} shows it", wrapped_views((page,), holes.shows), holes.numbers, (page,)))
        found.append(Hole(f"{page} betrays that it exists", wrapped_views((page,), holes.betrays), holes.numbers, (page,)))
    found += [Hole(f"{page} changes it", wrapped_views((page,), holes.writes), holes.numbers, (page,)) for page in POSTS]
    found += [Hole(f"{page} takes it as a field", wrapped_views((page,), holes.takes), holes.fields, (page,))
              for page in ("people.new_person", "access.new_role", "accounts.new_user", "liaison.new_inflow")]
    found += [Hole(f"{page} lets the form say whose it is", wrapped_views((page,), holes.belongs), holes.fields, (page,))
              for page in ("people.new_person", "accounts.new_user")]
    found += [Hole(f"{page} filters by it", wrapped_views((page,), holes.filters_by), holes.filters, (page,))
              for page in ("work.inbox", "people.tree", "people.index")]
    found += [Hole(f"{page} lists all tenants", wrapped_views((page,), holes.lists_all), look, (page.split(".")[0],))
              for page, look in (
        ("search.index", holes.searches), ("ledgers.export", holes.ledger_rows), ("ledgers.show", holes.clerks),
        ("console.index", holes.operators))]
    found += [Hole("persons are loaded in all tenants", loaded_anywhere(Person), holes.numbers, ("people.",))]
    return found


HOLES = everything()


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.name)
def test_a_planted_hole_is_found(hole, probe, site):
    probe.begin()
    known, probe.only = list(probe.findings), hole.only
    try:
        with hole.plant(probe):
            hole.look(probe, site)
    finally:
        found, probe.findings, probe.only = probe.findings, [], ()
        probe.check("repair", hole.name)        # what the hole let through is put back
        probe.restore()
        probe.findings = known
    if hole.held and not probe.database.is_sqlite:
        assert found == known, "row level security holds alone"
    else:
        assert len(found) > len(known), f"{hole.name}: not found"


def test_a_wall_that_is_down_is_found(probe):
    """On SQLite; what PostgreSQL's role may not even do is tried in tests/postgres."""
    if not probe.database.is_sqlite:
        return
    for act in ("insert", "update", "delete"):
        known = list(probe.findings)
        with torn(probe, f"DROP TRIGGER wall_{act}_people_person"):
            holes.walls(probe, None)
        found, probe.findings = probe.findings, known
        assert [f for f in found if f.kind == "wall"]


def test_there_are_enough_holes(figure, request):
    tried = len(HOLES) if request.config.getoption("--thorough") else len(HOLES[::3])
    figure(f"isolation: {tried} of {len(HOLES)} holes planted, one test each")
    assert len({hole.name for hole in HOLES}) == len(HOLES) >= LEAST
