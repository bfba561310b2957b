"""What other modules' events mean for the bell."""

from __future__ import annotations

from sqlalchemy import select

from core.base.session import session
from core.contracts.events import WorkHandedOver
from core.events.outbox import handles
from core.service import Context, service
from core.work.models import WAITING, WorkItem

from .models import Notice
from .notices import HANDED_NOTICE
from .wording import tell


@handles(WorkHandedOver)
def work_handed_over(ctx: Context, event: WorkHandedOver) -> None:
    """Tell the colleague, once, unless the item was taken back meanwhile."""
    _tell(ctx, event.item_id, event.user_id)


@service(None, action="notify.notice.send", audited=False)
def _tell(ctx: Context, item_id: int, user_id: int) -> None:
    item = session().scalars(select(WorkItem).where(
        WorkItem.id == item_id, WorkItem.assignee_id == user_id, WorkItem.state.in_(WAITING))).one_or_none()
    url = f"/work/items/{item_id}"
    told = select(Notice.id).where(Notice.user_id == user_id, Notice.url == url, Notice.read_at.is_(None))
    if item is not None and session().scalars(told).first() is None:
        tell(ctx, HANDED_NOTICE, [user_id], url, name=item.handed_by_name, item=item.subject)
