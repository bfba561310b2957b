"""Taking in a roster row by row: match what is known, write through the services, take a batch back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from core.accounts.models import User
from core.base.db import add, flush, gathering, session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict
from core.plugin import Objection
from core.service import Context
from core.settings.dictionaries import code_for

from .extras.known import readable
from .extras.values import give_back, held, split
from .models import Affiliation, Grid, MemberChange, Person, PersonExtra, PostHolding
from .names import Named, UnitNames
from .registered import Registered
from .sanity import check_person
from .sealed import index_of
from .services.persons import FIELDS, NUMBERS, create_person, set_keys, update_person
from .sheets import says_the_same, whole_days
from .words import BRANCHES, MEMBERSHIP_STATES

Row = dict[str, Any]
PLACES = re.compile(r"[/、|\\]")
OWN_ROWS = (Affiliation, PostHolding, MemberChange, PersonExtra)
MEMBER_PLACES = (*BRANCHES, "general_branch", "committee", "work_committee", "group")


@dataclass
class Batch:
    """What the rows of one chunk share: names of units and grids, who is registered, and who stood in earlier rows."""

    names: UnitNames
    grids: dict[tuple[int, str], int]
    known: Registered
    by_id: dict[str, str] = field(default_factory=dict)
    by_birth: dict[tuple[Any, ...], str] = field(default_factory=dict)


def prepare(ctx: Context, rows: list[Row]) -> Batch:
    """Read names of units and grids, and the persons the rows may mean, once for the chunk."""
    names, grids, places = UnitNames.shared(), {}, {}
    if any(row.get("residence") for row in rows):
        for grid in session().execute(select(Grid.id, Grid.org_id, Grid.name, Grid.code)):
            grids[grid.org_id, grid.name] = grids[grid.org_id, grid.code] = grid.id
            places[grid.id] = grid.org_id
    numbers = {index_of("id", row["id_no"]) for row in rows if row.get("id_no")}
    units = {unit.id for row in rows for unit in _units_of(row, names) if unit is not None}
    named: tuple[set[str], set[str]] = set(), set()
    for row in rows:
        named[bool(row.get("id_no"))].add(row.get("name") or "")
    return Batch(names, grids, Registered(named[False], numbers, named[True], units, places))


def _units_of(row: Row, names: UnitNames) -> list[Named | None]:
    home = next((part.strip() for part in PLACES.split(row.get("residence") or "") if part.strip()), "")
    return [names.find(row["branch"], kinds=MEMBER_PLACES)[0] if row.get("branch") else None,
            names.find(home, unit_kind="community")[0] if home else None]


def check(ctx: Context, row: Row, batch: Batch) -> dict[str, list[str]]:
    """Sentences per field, against the database and the rows before."""
    data = person_data(row)
    errors = check_person(as_new(data), ctx.today())
    unit = _resolve(row, batch, errors)
    for word in _posts(row):
        if code_for("people.post", word) is None:
            errors.setdefault("posts", []).append(_("没有“%(text)s”这一职务，请从职务列表中选择。", text=word[:20]))
    if unit is not None and not errors:
        _check_twice(row, unit, batch, errors)
        known = find_person(data, unit.id, batch.known)
        if known is not None and not known.is_formal:
            errors["name"] = [_("此人已有登记，但组织关系不在册（%(state)s），请在人员页面办理转入。",
                               state=MEMBERSHIP_STATES[known.membership_state])]
        elif known is not None and known.org_id != unit.id:
            errors["id_no"] = [_("此人已登记在“%(org)s”，请核对所在支部；确已转来的，请先办理组织关系转接。",
                                 org=batch.names.units[known.org_id].short_name)]
        elif known is None and (namesake := _namesake(data, unit, batch)):
            errors["name"] = [Objection(namesake, blocking=False)]
        elif known is not None and (new := _posts_not_held(known.id, unit, row)):
            errors["posts"] = [Objection(_("已登记的人，导入不改职务；“%(posts)s”请在人员页面登记任职。", posts="、".join(new)),
                                         blocking=False)]
    return errors


def _posts_not_held(person_id: int, unit: Named, row: Row) -> list[str]:
    """Posts the sheet names that the person does not hold in the unit."""
    if not (words := _posts(row)):
        return []
    held = set(session().scalars(select(PostHolding.post).where(
        PostHolding.person_id == person_id, PostHolding.org_id == unit.id, PostHolding.ends_on.is_(None))))
    return [word for word in words if code_for("people.post", word) not in held]


def _namesake(data: Row, unit: Named, batch: Batch) -> str:
    """Somebody of that name in another branch who may be the same person: neither birth date nor ID number tells them apart."""
    birth, number = data.get("birth_date"), data.get("id_no")
    for other in batch.known.named(data["name"]):
        if other.org_id == unit.id or not other.is_formal:
            continue
        born = other.birth_date
        other_day = birth and born and (birth.year, birth.month) != (born.year, born.month)
        if not other_day and not (number and other.id_index) and other.org_id in batch.names.units:
            return _("“%(org)s”有同名党员，请核对是不是同一个人。", org=batch.names.units[other.org_id].short_name)
    return ""


def write(ctx: Context, row: Row, batch: Batch) -> tuple[str, int, str, dict[str, Any] | None]:
    """Create or complete one person. What a sheet leaves blank is never erased."""
    errors: dict[str, list[str]] = {}
    unit = _resolve(row, batch, errors)
    assert unit is not None, errors
    data = {**person_data(row), **_places(row, batch, errors)}
    found = find_person(data, unit.id, batch.known)
    outcome: tuple[str, Any]
    with batch.known.asked():
        if found is None:
            with gathering() as given:
                person = create_person(ctx, org_id=unit.id, **whole_days(as_new(data)))
                _hold_posts(person, unit, row, ctx)
            outcome = "created", {"version": 1, "own": sum(isinstance(each, OWN_ROWS) for each in given)}
        else:
            session().flush()               # what waits of earlier rows is sent where they were written
            person = _record(found.id)
            outcome = _complete(ctx, person, data)
    batch.known.wrote(person)
    return "person", person.id, *outcome


def _record(person_id: int) -> Person:
    """The whole record, also outside the subtrees in force: whether it may be changed is for the service to say."""
    with beyond_subtree("people: one ID number, one record"):
        return session().scalars(select(Person).where(Person.id == person_id)).one()


def _complete(ctx: Context, known: Person, data: Row) -> tuple[str, dict[str, Any] | None]:
    data, extra = split(data)
    given = {name: value for name, value in data.items() if value not in (None, "") and not _same(known, name, value)}
    had = held(known, readable(ctx, known)) if extra else {}
    given |= {key: value for key, value in extra.items() if had.get(key) != value}
    if not given:
        return "unchanged", None
    if "residence_org_id" in given and known.grid_id is not None:
        given.setdefault("grid_id", None)                   # a grid of the community left
    before = {name: plain(getattr(known, name)) for name in given if name in FIELDS}
    before |= {f"{NUMBERS[name]}_{part}": getattr(known, f"{NUMBERS[name]}_{part}")
               for name in given if name in NUMBERS for part in ("sealed", "index", "mask")}
    before |= {key: plain(had.get(key)) for key in given if key in extra}
    update_person(ctx, known.id, **whole_days(given))
    return "updated", {"version": known.version, "before": before, "own": len(_own_versions(known))}


def undo(ctx: Context, person_id: int, kept: dict[str, Any]) -> None:
    """Take one row back. Raises Conflict when the person was changed since, or has got posts, links or changes of his own."""
    person = ctx.get(Person, person_id)
    if person.version != kept["version"]:
        raise Conflict(_("%(name)s 的信息在导入之后又被修改过，没有撤销。", name=person.name))
    if "before" in kept:
        before, extra = split(kept["before"])
        for name, value in before.items():
            setattr(person, name, _typed(name, value))
        set_keys(person)
        give_back(ctx, person, extra)
        session().flush()
        return
    session().flush()
    if _has_grown(person, kept["own"]):
        raise Conflict(_("%(name)s 在导入之后又登记了任职、组织关系、网格或账号，没有撤销。", name=person.name))
    for model in OWN_ROWS:
        session().execute(delete(model).where(model.person_id == person.id).execution_options(synchronize_session=False))
    session().delete(person)
    session().flush()


def _own_versions(person: Person) -> list[int]:
    """The version of each row that belongs to a person alone."""
    return [version for model in OWN_ROWS
            for version in session().scalars(select(model.version).where(model.person_id == person.id))]


def _has_grown(person: Person, own: int) -> bool:
    """Whether anything was added to or changed in the `own` rows a person was written with (a merge adds the other's)."""
    with beyond_subtree("people: links and posts of one person may lie elsewhere"):
        versions = _own_versions(person)
        named = [session().scalar(select(model.id).where(column == person.id).limit(1))
                 for model, column in ((Grid, Grid.worker_id), (User, User.person_id))]
    return len(versions) != own or any(version > 1 for version in versions) or any(named)


def person_data(row: Row) -> Row:
    """The row as the services take it, without what was left blank."""
    own, extra = split(row)
    return {name: own.get(name) for name in (*FIELDS, *NUMBERS) if own.get(name) not in (None, "")} | {
        key: value for key, value in extra.items() if value not in (None, "")}


def as_new(data: Row) -> Row:
    """The data of somebody not registered yet: a roster lists members, so a blank kind is a full member's."""
    return {"member_kind": "full", **data}


def find_person(data: Row, org_id: int, known: Registered) -> Any | None:
    """Who the row means: by ID number, else by name and birth date, or name and phone, in the same branch."""
    if data.get("id_no") and (found := known.bearer(index_of("id", data["id_no"]))):
        return found
    candidates = [p for p in known.named(data["name"]) if p.org_id == org_id and not (data.get("id_no") and p.id_index)]
    birth, phone = data.get("birth_date"), data.get("phone")
    wanted = index_of("phone", phone) if phone else None
    for person in candidates:
        born = person.birth_date
        if birth and born and (born.year, born.month) == (birth.year, birth.month):
            return person
        if wanted and person.phone_index == wanted:
            return person
    return candidates[0] if len(candidates) == 1 and not birth and not phone else None


def _resolve(row: Row, batch: Batch, errors: dict[str, list[str]]) -> Named | None:
    unit, why = batch.names.find(row["branch"], kinds=MEMBER_PLACES)
    if why:
        errors.setdefault("branch", []).append(why)
    _places(row, batch, errors)
    return unit


def _places(row: Row, batch: Batch, errors: dict[str, list[str]]) -> Row:
    """Residence and grid from a text such as 东关社区/第一网格."""
    if not row.get("residence"):
        return {}
    first, *rest = [part.strip() for part in PLACES.split(row["residence"]) if part.strip()]
    unit, why = batch.names.find(first, unit_kind="community")
    if unit is None:
        errors.setdefault("residence", []).append(why)
        return {}
    grid = batch.grids.get((unit.id, rest[0])) if rest else None
    if rest and grid is None:
        errors.setdefault("residence", []).append(
            _("“%(org)s”没有网格“%(grid)s”，请先在网格表中新增。", org=unit.short_name, grid=rest[0][:20]))
    return {"residence_org_id": unit.id, "grid_id": grid}


def _check_twice(row: Row, unit: Named, batch: Batch, errors: dict[str, list[str]]) -> None:
    """The same person in an earlier row of the sheet."""
    if number := row.get("id_no"):
        earlier = batch.by_id.setdefault(index_of("id", number), f"{row['name']}|{unit.short_name}")
        name, _mark, branch = earlier.partition("|")
        if branch != unit.short_name:
            errors["id_no"] = [_("同一身份证号码在前面的行里登记在“%(org)s”（%(name)s），请核对。", org=branch, name=name)]
    key = (row["name"], row.get("birth_date"), unit.id)
    if row.get("birth_date"):
        phone = row.get("phone") or ""
        earlier = batch.by_birth.setdefault(key, phone)
        if earlier != phone and earlier and phone:
            errors["phone"] = [_("前面的行里有同名、同出生年月、同支部的人，电话不同。请核对是否重复，只保留一行。")]


def _posts(row: Row) -> list[str]:
    return [word.strip() for word in PLACES.sub("、", row.get("posts") or "").split("、") if word.strip()]


def _hold_posts(person: Person, unit: Named, row: Row, ctx: Context) -> None:
    held = _posts(row)
    for word in held:
        add(PostHolding(person_id=person.id, person_name=person.name, org_id=unit.id, org_path=unit.path,
                        post=code_for("people.post", word), starts_on=ctx.today(), note=_("名册导入，任职时间待补")))
    if held:
        flush()


def _same(person: Person, name: str, value: Any) -> bool:
    if name in NUMBERS:
        return getattr(person, f"{NUMBERS[name]}_index") == index_of(NUMBERS[name], value)
    if name == "birth_date" and value.day == 1 and person.birth_date:        # most often a month that Excel made a day
        return (person.birth_date.year, person.birth_date.month) == (value.year, value.month)
    return says_the_same(getattr(person, name), value)


def plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _typed(name: str, value: Any) -> Any:
    column = Person.__table__.c[name]
    return column.type.python_type.fromisoformat(value) if value and hasattr(column.type.python_type, "fromisoformat") else value
