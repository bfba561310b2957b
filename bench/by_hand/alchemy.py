"""The floor (b): the same with plain SQLAlchemy, entities and relationships as its tutorial writes them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import MetaData, and_, create_engine, func, or_, select, text
from sqlalchemy.orm import DeclarativeBase, Session, foreign, joinedload, relationship, selectinload

from bench.frame import Ground
from core.access import models as access
from core.accounts import models as accounts
from core.base.db import Base
from core.people import models as people
from core.tenancy import models as tenancy
from core.work import models as work

from . import driver
from .site import Asked, Who


class Plain(DeclarativeBase):
    """Classes of the same tables, without anything of ours on them."""

    metadata = MetaData()


for each in Base.metadata.sorted_tables:
    each.to_metadata(Plain.metadata)
table = Plain.metadata.tables


class Tenant(Plain):
    __table__ = table[tenancy.Tenant.__tablename__]


class User(Plain):
    __table__ = table[accounts.User.__tablename__]


class SignedIn(Plain):
    __table__ = table[accounts.Session.__tablename__]


class Token(Plain):
    __table__ = table[access.AccessToken.__tablename__]


class Role(Plain):
    __table__ = table[access.Role.__tablename__]


class Grant(Plain):
    __table__ = table[access.RoleGrant.__tablename__]


class Unit(Plain):
    __table__ = table[people.OrgUnit.__tablename__]


class Grid(Plain):
    __table__ = table[people.Grid.__tablename__]


class Post(Plain):
    __table__ = table[people.PostHolding.__tablename__]


class Person(Plain):
    __table__ = table[people.Person.__tablename__]
    org = relationship(Unit, viewonly=True, primaryjoin=lambda: and_(
        Unit.tenant_id == Person.tenant_id, Unit.id == foreign(Person.org_id)))
    residence = relationship(Unit, viewonly=True, primaryjoin=lambda: and_(
        Unit.tenant_id == Person.tenant_id, Unit.id == foreign(Person.residence_org_id)))
    grid = relationship(Grid, viewonly=True, primaryjoin=lambda: and_(
        Grid.tenant_id == Person.tenant_id, Grid.id == foreign(Person.grid_id)))
    posts = relationship(Post, viewonly=True, uselist=True, primaryjoin=lambda: and_(
        Post.tenant_id == Person.tenant_id, foreign(Post.person_id) == Person.id, Post.ends_on.is_(None)))


class Item(Plain):
    __table__ = table[work.WorkItem.__tablename__]
    place = relationship(Unit, viewonly=True, primaryjoin=lambda: and_(
        Unit.tenant_id == Item.tenant_id, Unit.path == foreign(Item.org_path)))


class Alchemy:
    """Answers of the database through the ORM; a session for each request, as Flask-SQLAlchemy has it."""

    def __init__(self, ground: Ground):
        self.engine = create_engine(ground.bypass_url)
        self.session = Session(self.engine)

    def close(self) -> None:
        self.session.close()
        self.engine.dispose()

    def admit(self, slug: str, secret: str, *, program: bool = False) -> Who | None:
        self.session.close()                           # the session of the request before
        kind: Any = Token if program else SignedIn
        stored = Token.mac if program else SignedIn.token_hash
        found = self.session.execute(
            select(Tenant, User).join(kind, kind.tenant_id == Tenant.id)
            .join(User, and_(User.tenant_id == kind.tenant_id, User.id == kind.user_id))
            .where(Tenant.slug == slug, Tenant.status == "active", stored == secret, kind.revoked_at.is_(None),
                   kind.expires_at > dt.datetime.now(dt.UTC), User.state == "active")).one_or_none()
        if found is None:
            return None
        tenant, user = found
        held = self.session.execute(select(Grant, Role).join(Role, and_(
            Role.tenant_id == Grant.tenant_id, Role.id == Grant.role_id)).where(
            Grant.tenant_id == tenant.id, Grant.user_id == user.id, Grant.revoked_at.is_(None),
            Grant.starts_on <= dt.date.today())).all()
        return Who(tenant.id, tenant.name, user.id, user.name, [(role.permissions, grant.org_path) for grant, role in held])

    def people(self, who: Who, asked: Asked) -> list[tuple[Any, ...]]:
        found = self.session.scalars(
            select(Person).where(*_where(who, asked)).order_by(Person.org_path, Person.name_full, Person.name, Person.id)
            .limit(50).offset((asked.page - 1) * 50)
            .options(joinedload(Person.org), joinedload(Person.residence), joinedload(Person.grid), selectinload(Person.posts)))
        return [(p.id, p.name, p.gender, p.birth_date, p.education, p.joined_on, p.confirmed_on, p.member_kind, p.org.short_name,
                 (p.residence.short_name if p.residence else "") + (f"/{p.grid.name}" if p.grid else ""),
                 ",".join(post.post for post in p.posts), p.phone_mask, p.note, p.org.id) for p in found]

    def total(self, who: Who, asked: Asked) -> int:
        return self.session.scalar(select(func.count()).select_from(Person).where(*_where(who, asked))) or 0

    def person(self, who: Who, number: int) -> dict[str, Any] | None:
        person = self.session.get(Person, (who.tenant, number), options=[
            joinedload(Person.org), joinedload(Person.residence), joinedload(Person.grid)])
        if person is None:
            return None
        return {column.key: getattr(person, column.key) for column in Person.__table__.columns} | {
            "org": person.org.short_name, "residence": person.residence and person.residence.short_name,
            "grid": person.grid and person.grid.name}

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Figures that one would count in SQL with any library."""
        names = [f"v{number}" for number in range(len(values))]
        for name in names:
            statement = statement.replace("%s", f":{name}", 1)
        return [tuple(row) for row in self.session.execute(text(statement), dict(zip(names, values, strict=True)))]

    def timeline(self, who: Who, number: int) -> int:
        return int(self._rows(driver.TIMELINE, *(who.tenant, number) * 3)[0][0])

    def badges(self, who: Who, today: dt.date) -> tuple[Any, ...]:
        return self._rows(driver.BADGES, today, who.tenant, who.user, who.tenant, who.asked)[0]

    def items(self, who: Who, most: int) -> list[tuple[Any, ...]]:
        found = self.session.scalars(select(Item).where(
            Item.tenant_id == who.tenant, Item.state.in_(work.WAITING), Item.permission == who.asked)
            .order_by(Item.due_on.is_(None), Item.due_on, Item.id).limit(most).options(joinedload(Item.place)))
        return [(i.id, i.due_on, i.title, i.declared, i.place.short_name if i.place else "", i.opened_by_name, i.assignee_name)
                for i in found]

    def choices(self, who: Who) -> list[tuple[Any, ...]]:
        return self._rows(driver.CHOICES, who.tenant, who.asked)

    def overview(self, who: Who, today: dt.date) -> list[Any]:
        return [self._rows(driver.FIGURES, who.tenant)[0], self._rows(driver.PLACES, who.tenant, who.tenant),
                self._rows(driver.UNITS, today + dt.timedelta(days=90), who.tenant)[0],
                self._rows(driver.POSTED, who.tenant, today, today)]


def _where(who: Who, asked: Asked) -> list[Any]:
    found: list[Any] = [Person.tenant_id == who.tenant, Person.is_formal.is_(True)]
    paths = who.paths("people.person.read")
    if "" not in paths:
        found.append(or_(*(and_(Person.org_path >= path, Person.org_path < path + "\U0010ffff") for path in paths)))
    found += [Person.gender == asked.gender] if asked.gender else []
    found += [Person.member_kind == asked.kind] if asked.kind else []
    if asked.q:
        found.append(or_(*(and_(key >= asked.q, key < asked.q + "{") for key in (Person.name_full, Person.name_initials))))
    return found
