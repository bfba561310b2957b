"""Counting, and finding the keys of a page, without the joins that only name things.

A to-one join neither adds nor drops rows. Left in, it makes a database choose plans that join 100,000 rows to show 50.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import MANYTOONE, QueryableAttribute, RelationshipProperty
from sqlalchemy.sql import visitors


def lean(rows: Select[Any], order: Iterable[Any] = ()) -> Select[Any]:
    """The same rows without joins when all of them are decoration and neither condition nor order looks at them; else
    `rows` itself.

    A join is decoration when it follows a many-to-one relationship that is either optional (outer join) or certain to
    find its one row (the columns of the reference are never NULL and a foreign key backs them).
    """
    joins = rows._setup_joins
    if not joins or rows._group_by_clauses or rows._distinct or not all(_decoration(join) for join in joins):
        return rows
    entities = {description["entity"] for description in rows.column_descriptions}
    if len(entities) != 1 or None in entities:
        return rows
    joined = [inspect(_target(join)).selectable for join in joins]
    looked_at = (table for clause in (*rows._where_criteria, *order) for table in _tables(clause))
    if any(table is one for table in looked_at for one in joined):
        return rows
    return select(entities.pop()).where(*rows._where_criteria)


def _relationship(join: Any) -> QueryableAttribute[Any] | None:
    """The attribute a join follows: `.join(Person.org)` or `.join(OrgUnit, Person.org)`."""
    for part in join[:2]:
        if isinstance(part, QueryableAttribute) and isinstance(part.property, RelationshipProperty):
            return part
    return None


def _decoration(join: Any) -> bool:
    followed = _relationship(join)
    if followed is None or followed.property.direction is not MANYTOONE or join[3]["full"]:
        return False
    local = [column for column in followed.property.local_columns if not column.primary_key]
    return join[3]["isouter"] or all(not column.nullable and column.foreign_keys for column in local)


def _target(join: Any) -> Any:
    """What is joined: the class of the relationship, or the alias given with `of_type`."""
    followed: Any = _relationship(join)
    return followed._of_type or followed.property.mapper


def _tables(condition: Any) -> Iterable[Any]:
    for element in visitors.iterate(condition):
        table = getattr(element, "table", None)
        if table is not None:
            yield table
