"""A tenant goes out and comes in again: identical table by table, on either database and across them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.audit.log import verify
from core.base.session import session
from core.custody.archive import tables
from core.custody.archive.arrival import arrive
from core.custody.archive.writing import closed_keys, write_archive
from core.files import storage
from core.files.models import StoredFile
from core.people.models import Person
from core.people.queries.people import search_people
from core.people.sealed import clear_text
from core.people.services.persons import update_person
from core.plugin import installed
from core.tenancy.models import ACTIVE

from .conftest import PASSPHRASE

pytestmark = pytest.mark.xdist_group("custody")


def take_out(place, path, slug="linshu"):
    with place.use():
        tenant = place.tenant(slug)
        return write_archive(tenant.id, path, keys=closed_keys(tenant.id, PASSPHRASE), by="test")


def bring_in(place, path):
    with place.use():
        return arrive(path, passphrase=PASSPHRASE, status=ACTIVE)


def phones(place, slug="linshu"):
    with place.use(), place.inside(slug):
        found = session().scalars(select(Person).where(Person.name.startswith("张三")).order_by(Person.id).limit(5)).all()
        return [clear_text(person, "phone") for person in found]


def contents(place, slug="linshu"):
    with place.use(), place.inside(slug):
        keys = session().scalars(select(StoredFile.key).order_by(StoredFile.key)).all()
        return {key: storage.path_of(key).read_bytes() for key in keys}


def identical(one, other):
    with one.use():
        before = one.sums("linshu")
    with other.use():
        after = other.sums("linshu")
    assert before == after
    assert set(before) == {each.name for each in tables.travelling(one.database.metadata, installed())}, "no table was left out"
    assert all(each.rows >= 3 for name, each in before.items() if name != "audit_head")
    assert contents(one) == contents(other) and len(contents(one)) == 3
    assert phones(one) == phones(other) and all(len(phone) == 11 for phone in phones(one))
    with other.use(), other.inside("linshu") as ctx:
        assert verify().bad_seq is None and verify().rows > 20
        assert search_people(ctx, phones(one)[0])


def test_sqlite_to_postgresql_and_back(pilot, installation, app_pg_url, tmp_path):
    """How a pilot grows up; every place has a master key of its own."""
    province, county = installation("province", app_pg_url), installation("county")
    manifest = take_out(pilot, tmp_path / "one.zip")
    arrived = bring_in(province, tmp_path / "one.zip")
    identical(pilot, province)
    assert arrived.tenant_id == manifest.tenant_id and sum(arrived.rows.values()) == manifest.rows
    again = take_out(province, tmp_path / "two.zip")
    assert again.tables == manifest.tables and again.files == manifest.files and again.key_check == manifest.key_check
    bring_in(county, tmp_path / "two.zip")
    identical(pilot, county)


def test_life_goes_on_after_a_move(pilot, installation, tmp_path):
    county = installation("county")
    take_out(pilot, tmp_path / "one.zip")
    bring_in(county, tmp_path / "one.zip")
    with county.use(), county.inside("linshu") as ctx:
        person = session().scalars(select(Person).where(Person.name == "张三7").limit(1)).one()
        update_person(ctx, person.id, version=person.version, phone="13900001111")
        assert clear_text(ctx.get(Person, person.id), "phone") == "13900001111"
        assert verify().bad_seq is None
        assert [found.id for found in search_people(ctx, "13900001111")] == [person.id]


def test_nightly_archives_need_no_passphrase_at_home(pilot, tmp_path):
    with pilot.use():
        live = pilot.tenant("linshu")
        write_archive(live.id, tmp_path / "nightly.zip", by="test")
        copy = arrive(tmp_path / "nightly.zip", slug="linshu-copy", copy_of=live.id)
        assert copy.tenant_id != live.id
        assert pilot.sums("linshu") == pilot.sums("linshu-copy")
        with pilot.inside("linshu-copy"):
            assert verify().bad_seq is None
    assert phones(pilot) == phones(pilot, "linshu-copy")


def test_every_table_of_every_plugin_can_travel(pilot):
    found = tables.travelling(pilot.database.metadata, installed())
    assert tables.problems(found) == []
    owners = {each.owner for each in found}
    assert owners >= {"core", *(o.name for o in installed().by_name.values() if not o.core and o.file("models"))}
    everything = {table.name for table in tables.tenant_tables(pilot.database.metadata, installed())}
    assert {each.name for each in found} | set(tables.LEFT_BEHIND) == everything


def test_what_refers_forward_is_filled_last(pilot):
    found = {each.name: each.late for each in tables.travelling(pilot.database.metadata, installed()) if each.late}
    assert found["people_org_unit"] == ("community_id", "parent_id", "successor_id")
