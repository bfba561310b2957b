"""The floor (a): SQL by hand, straight to the driver (psycopg, or sqlite3 where there is no server)."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import psycopg

from bench.frame import Ground

from .site import Asked, Who

ACTIVE = "t.slug = %s and t.status = 'active'"
SESSION = f"""select t.id, t.name, u.id, u.name from tenancy_tenant t
 join accounts_session s on s.tenant_id = t.id join accounts_user u on u.tenant_id = s.tenant_id and u.id = s.user_id
 where {ACTIVE} and s.token_hash = %s and s.revoked_at is null and s.expires_at > %s and u.state = 'active'"""
TOKEN = f"""select t.id, t.name, u.id, u.name from tenancy_tenant t
 join access_token s on s.tenant_id = t.id join accounts_user u on u.tenant_id = s.tenant_id and u.id = s.user_id
 where {ACTIVE} and s.mac = %s and s.revoked_at is null and s.expires_at > %s and u.state = 'active'"""
GRANTS = """select r.permissions, g.org_path from access_grant g join access_role r on r.tenant_id = g.tenant_id
 and r.id = g.role_id where g.tenant_id = %s and g.user_id = %s and g.revoked_at is null and g.starts_on <= %s"""
KEYS = "select p.id from people_person p where {where} order by p.org_path, p.name_full, p.name, p.id limit 50 offset %s"
ROWS = """select p.id, p.name, p.gender, p.birth_date, p.education, p.joined_on, p.confirmed_on, p.member_kind, o.short_name,
 coalesce(h.short_name, '') || coalesce('/' || g.name, ''),
 (select {concat}(x.post, ',') from people_post_holding x where x.tenant_id = p.tenant_id and x.person_id = p.id
  and x.ends_on is null), p.phone_mask, p.note, o.id
 from ({keys}) k join people_person p on p.tenant_id = %s and p.id = k.id
 join people_org_unit o on o.tenant_id = p.tenant_id and o.id = p.org_id
 left join people_org_unit h on h.tenant_id = p.tenant_id and h.id = p.residence_org_id
 left join people_grid g on g.tenant_id = p.tenant_id and g.id = p.grid_id
 order by p.org_path, p.name_full, p.name, p.id"""
COUNT = "select count(*) from people_person p where {where}"
PERSON = """select p.*, o.short_name as org, h.short_name as residence, g.name as grid from people_person p
 join people_org_unit o on o.tenant_id = p.tenant_id and o.id = p.org_id
 left join people_org_unit h on h.tenant_id = p.tenant_id and h.id = p.residence_org_id
 left join people_grid g on g.tenant_id = p.tenant_id and g.id = p.grid_id where p.tenant_id = %s and p.id = %s"""
TIMELINE = "select " + " + ".join(f"(select count(*) from {name} where tenant_id = %s and person_id = %s)" for name in (
    "people_member_change", "people_post_holding", "people_affiliation"))
MINE = "i.tenant_id = %s and i.state in ('open', 'in_progress', 'for_review', 'returned') and i.permission = %s"
BADGES = f"""select count(*), sum(case when i.due_on < %s then 1 else 0 end),
 (select count(*) from notify_notice n where n.tenant_id = %s and n.user_id = %s and n.read_at is null)
 from work_item i where {MINE}"""
ITEMS = f"""select i.id, i.due_on, i.title, i.declared, o.short_name, i.opened_by_name, i.assignee_name from work_item i
 left join people_org_unit o on o.tenant_id = i.tenant_id and o.path = i.org_path
 where {MINE} order by i.due_on is null, i.due_on, i.id limit %s"""
CHOICES = f"select distinct i.declared, i.org_path, o.short_name from work_item i left join people_org_unit o on " \
          f"o.tenant_id = i.tenant_id and o.path = i.org_path where {MINE} order by 2 limit 500"
MEMBER = "p.membership_state in ('normal', 'contact_lost') and p.member_kind in ('full', 'probationary')"
FIGURES = f"""select count(case when p.is_formal and {MEMBER} then 1 end), count(case when p.is_formal
 and p.membership_state = 'contact_lost' then 1 end), count(case when {MEMBER} then 1 end), count(*)
 from people_person p where p.tenant_id = %s"""
PLACES = f"""select o.short_name, f.members, f.lost from (select substr(p.org_path, 1, 8) as place, count(case when p.is_formal
 and {MEMBER} then 1 end) as members, count(case when p.membership_state = 'contact_lost' then 1 end) as lost
 from people_person p where p.tenant_id = %s group by 1) f
 join people_org_unit o on o.tenant_id = %s and o.path = f.place order by f.place"""
UNITS = """select count(*), count(case when o.term_end <= %s then 1 end), count(case when o.size_approval_no = '' and
 (select count(*) from people_person p where p.tenant_id = o.tenant_id and p.org_id = o.id and p.is_formal) > 50 then 1 end)
 from people_org_unit o where o.tenant_id = %s and o.kind <> 'unit' and o.status <> 'dissolved'"""
POSTED = """select id, shown_title, starts_on from notify_bulletin where tenant_id = %s and state = 'published'
 and starts_on <= %s and ends_on >= %s order by starts_on desc limit 5"""


class Driver:
    """Answers of the database as tuples."""

    def __init__(self, ground: Ground):
        self.postgres = bool(ground.server)
        if self.postgres:
            self.connection: Any = psycopg.connect(ground.bypass, autocommit=True)
        else:
            self.connection = sqlite3.connect(ground.folder / "juheli.db", check_same_thread=False)

    def close(self) -> None:
        self.connection.close()

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._run(statement, values).fetchall()
        return found

    def _run(self, statement: str, values: Sequence[Any]) -> Any:
        if self.postgres:
            return self.connection.execute(statement, values)
        return self.connection.execute(statement.replace("%s", "?"), [
            value.isoformat(" ") if isinstance(value, dt.datetime) else str(value) if isinstance(value, dt.date) else value
            for value in values])

    def admit(self, slug: str, secret: str, *, program: bool = False) -> Who | None:
        """Two statements: whose it is, and what he may where."""
        found = self.rows(TOKEN if program else SESSION, slug, secret, dt.datetime.now(dt.UTC))
        if not found:
            return None
        tenant, title, user, name = found[0]
        held = [(json.loads(permissions) if isinstance(permissions, str) else permissions, path)
                for permissions, path in self.rows(GRANTS, tenant, user, dt.date.today())]
        return Who(tenant, title, user, name, held)

    def people(self, who: Who, asked: Asked) -> list[tuple[Any, ...]]:
        where, values = self._where(who, asked)
        statement = ROWS.format(keys=KEYS.format(where=where), concat="string_agg" if self.postgres else "group_concat")
        return self.rows(statement, *values, (asked.page - 1) * 50, who.tenant)

    def total(self, who: Who, asked: Asked) -> int:
        where, values = self._where(who, asked)
        return int(self.rows(COUNT.format(where=where), *values)[0][0])

    def _where(self, who: Who, asked: Asked) -> tuple[str, list[Any]]:
        parts, values = ["p.tenant_id = %s", "p.is_formal"], [who.tenant]
        paths = who.paths("people.person.read")
        if "" not in paths:
            parts.append("(" + " or ".join("p.org_path >= %s and p.org_path < %s" for _path in paths) + ")")
            values += [edge for path in paths for edge in (path, path + "\U0010ffff")]
        for column, value in (("gender", asked.gender), ("member_kind", asked.kind)):
            if value:
                parts.append(f"p.{column} = %s")
                values.append(value)
        if asked.q:
            parts.append("(p.name_full >= %s and p.name_full < %s or p.name_initials >= %s and p.name_initials < %s)")
            values += [asked.q, asked.q + "{"] * 2
        return " and ".join(parts), values

    def person(self, who: Who, number: int) -> dict[str, Any] | None:
        cursor = self._run(PERSON, (who.tenant, number))
        names, row = [column[0] for column in cursor.description], cursor.fetchone()
        return dict(zip(names, row, strict=True)) if row else None

    def timeline(self, who: Who, number: int) -> int:
        return int(self.rows(TIMELINE, *(who.tenant, number) * 3)[0][0])

    def badges(self, who: Who, today: dt.date) -> tuple[Any, ...]:
        return self.rows(BADGES, today, who.tenant, who.user, who.tenant, who.asked)[0]

    def items(self, who: Who, most: int) -> list[tuple[Any, ...]]:
        return self.rows(ITEMS, who.tenant, who.asked, most)

    def choices(self, who: Who) -> list[tuple[Any, ...]]:
        return self.rows(CHOICES, who.tenant, who.asked)

    def overview(self, who: Who, today: dt.date) -> list[Any]:
        """What the dashboard counts: members, places, units, what is posted."""
        return [self.rows(FIGURES, who.tenant)[0], self.rows(PLACES, who.tenant, who.tenant),
                self.rows(UNITS, today + dt.timedelta(days=90), who.tenant)[0], self.rows(POSTED, who.tenant, today, today)]
