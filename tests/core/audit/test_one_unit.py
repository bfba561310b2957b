"""One unit of work writes its audit rows together, and none of what a savepoint took back."""

from __future__ import annotations

from sqlalchemy import select

from core.audit.log import verify
from core.audit.models import AuditEntry
from core.base.session import session
from core.service import service


@service(None, action="test.inner")
def inner(ctx, name, fail=False):
    ctx.audit("thing", None, name)
    if fail:
        raise ValueError(name)


@service(None, action="test.outer")
def outer(ctx):
    inner(ctx, "first")
    for name, fail in (("taken back", False), ("failed", True), ("kept", False)):
        try:
            with session().begin_nested():
                inner(ctx, name, fail)
                if name == "taken back":
                    raise ValueError(name)
        except ValueError:
            continue
    ctx.audit("thing", None, "last")


def test_rows_of_nested_services_in_order_without_those_taken_back(world):
    with world.inside("east") as ctx, world.counting() as sent:
        outer(ctx)
    written = [text for text in sent if "audit_" in text]
    assert len(written) == 3, written                    # the head taken, the rows, the head's new hash
    with world.inside("east"):
        rows = session().execute(select(AuditEntry.action, AuditEntry.subject_name).where(AuditEntry.action.startswith("test."))
                                 .order_by(AuditEntry.seq)).all()
        assert [tuple(row) for row in rows] == [("test.inner", "first"), ("test.inner", "kept"), ("test.outer", "last")]
        assert verify().bad_seq is None
