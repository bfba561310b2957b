"""A tenant of any size for the benches: its tree, its members, its staff, and days of work behind and before them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, select

from bench.frame import Ground
from bench.planting import writing
from core.base import clock
from core.base.ids import new_ids
from core.base.pinyin import name_keys
from core.base.session import begin_write, session
from core.people.models import OrgUnit, Person
from core.testing.world import Browser
from core.work.models import WorkItem

STREETS, COMMUNITIES, BRANCHES = 22, 183, 2000     # of a large county; a small one has fewer
PERMISSIONS = ("people.person.read", "people.org.read", "people.person.export")
WORK = "people.org.manage"                         # what the items of the inbox ask for
STREET = "00000001"                                # path of the first street
NAMES = [a + b for a in "\u5f20\u738b\u674e\u8d75\u66fe" for b in "\u4f1f\u82b3\u5a1c\u654f\u9759\u660e"]
EDUCATION = ("", "primary", "junior_high", "senior_high", "college", "bachelor")


def common() -> dict[str, Any]:
    return {"tenant_id": session().info["scope"].tenant_id, "version": 1, "created_at": dt.datetime(2026, 1, 5, tzinfo=dt.UTC)}


def tree(members: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A district committee, its streets, their communities, their branches of about 50; and the branches alone."""
    branches = min(BRANCHES, 10 + members // 50)
    streets, communities = 1 + branches * STREETS // BRANCHES, 1 + branches * COMMUNITIES // BRANCHES
    units: list[dict[str, Any]] = []
    for number, new in enumerate(new_ids(1 + streets + communities + branches)):
        above = None
        if number > streets + communities:
            above = units[1 + streets + number % communities]
        elif number > streets:
            above = units[1 + number % streets]
        elif number:
            above = units[0]
        kind = "branch" if number > streets + communities else "committee"
        units.append({"id": new, "name": f"unit {number}", "short_name": f"unit {number}", "kind": kind,
                      "ordinal": 9000 + number, "path": f"{above['path'] if above else ''}{number:04d}",
                      "parent_id": above["id"] if above else None})
    return units, units[-branches:]


def people(members: int, branches: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    keys = {name: name_keys(name) for name in NAMES}
    for number, new in enumerate(new_ids(members)):
        name, unit = NAMES[number % len(NAMES)], branches[number % len(branches)]
        yield {"id": new, "name": name, "name_full": keys[name].full, "name_initials": keys[name].initials,
               "org_id": unit["id"], "org_path": unit["path"], "gender": ("male", "female")[number % 3 == 0],
               "education": EDUCATION[number % len(EDUCATION)], "member_kind": "probationary" if number % 50 == 0 else "full",
               "birth_date": dt.date(1940 + number % 60, 1 + number % 12, 1), "joined_on": dt.date(1970 + number % 50, 7, 1),
               "phone_mask": f"138****{number % 10000:04d}", "is_formal": True}


def plant_items(count: int) -> None:
    """Items that wait in the inbox of whoever holds WORK, spread over the branches."""
    begin_write()
    paths = list(session().scalars(select(OrgUnit.path).order_by(OrgUnit.path.desc()).limit(min(count, BRANCHES))))
    made = [{**common(), "id": new, "source": "people", "declared": "people.term_near", "record_kind": "people.org",
             "record_id": number, "subject": f"unit {number}", "title": f"item {number}", "org_path": paths[number % len(paths)],
             "permission": WORK, "guard": "people.org.read", "state": "open", "opened_at": clock.now(), "opened_by_name": "east",
             "due_on": clock.today() + dt.timedelta(days=number % 60 - 10), "dedup_key": f"bench {number}"}
            for number, new in enumerate(new_ids(count))]
    session().execute(insert(WorkItem), made)
    session().commit()


def token_of(browser: Browser) -> str:
    """The cookie of a signed-in browser, to admit it elsewhere."""
    cookie = browser.client.get_cookie("juheli", path=browser.root)
    assert cookie is not None
    return str(cookie.value)


def populate(ground: Ground, members: int, plugins: tuple[str, ...] | None = None, more: tuple[str, ...] = ()) -> None:
    """The tenant `east` with its members, and accounts: `clerk` sees all of it, `street` one street, `officer` has work to do.

    `more`: further permissions of the clerk; `plugins`: those switched on (all that a new county gets).
    """
    ground.world.open_tenant("east", "East", "county", plugins=plugins)
    units, branches = tree(members)
    with writing(ground, "east") as write:
        write(OrgUnit, units)
        write(Person, people(members, branches))
    ground.world.add_user("east", "clerk", *PERMISSIONS, *more)
    ground.world.add_user("east", "street", *PERMISSIONS, path=STREET)
    ground.world.add_user("east", "officer", *PERMISSIONS, WORK)
    ground.analyze()


def county(members: int, items: int) -> dict[str, Any]:
    """What `ground` is asked for: `populate` and items in the inbox, made once in a run of several benches."""
    def fill(ground: Ground) -> None:
        populate(ground, members)
        with ground.world.inside("east"):
            plant_items(items)
        ground.analyze()

    return {"fill": fill, "name": f"county_{members}_{items}"}
