from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from core.accounts.models import User
from core.base.session import session
from core.plugin import NavItem, SearchHit, hookimpl

trouble = {"kind": ""}
calls: list[tuple[str, object]] = []


@hookimpl
def nav_items(ctx: object) -> Iterator[NavItem]:
    """Generators fail late: the error comes while the answer is read."""
    if trouble["kind"] == "raise":
        raise RuntimeError("dummy is broken")
    yield NavItem("Dummy", "dummy.index", "dummy.note.read", group="business")
    if trouble["kind"] == "late":
        raise RuntimeError("dummy breaks half way")


@hookimpl
def search_hits(query: object, ctx: object) -> list[SearchHit]:
    if trouble["kind"] == "sql":
        session().add(User(login_name=None, name=None))     # type: ignore[arg-type]
        session().flush()
    found = session().scalars(select(User.name)).all()
    return [SearchHit(name, "/", "Dummy") for name in found]


@hookimpl
def plugin_enabled(first: bool, ctx: object) -> None:
    calls.append(("enabled", first))


@hookimpl
def plugin_disabled(ctx: object) -> None:
    calls.append(("disabled", None))
