"""Idempotency-Key: a request of the API sent twice does its work once and is answered twice alike, for a day.

The key is written in the transaction of the service that the request calls, so that after a crash it is there exactly when
the work is. Kept per access token; the same key with other content is refused.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass

from flask import Response, current_app, g, has_request_context, request
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core.base.i18n import _
from core.base.scope import current_scope
from core.base.session import begin_write, session
from core.contracts.errors import Conflict, Invalid
from core.service import Context, at_begin
from core.web.models import Replay
from core.web.wire import whole_body

HEADER, TOLD = "Idempotency-Key", "Idempotency-Replayed"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
LONGEST_BODY = 200_000
PATIENCE, PAUSE = 3.0, 0.1


class Replayed(Exception):
    """This request was answered before; `row_id` is the record of the first time."""

    def __init__(self, row_id: int) -> None:
        self.row_id = row_id
        super().__init__(row_id)


@dataclass(slots=True)
class Wanted:
    """The key of the running request and what it was sent with; `row_id` once it is written."""

    key: str
    fingerprint: str
    row_id: int | None = None


def expect() -> None:
    """Read the key of a changing request, if it has one. Raises Invalid for one that is no key."""
    given = request.headers.get(HEADER)
    if given is None:
        return
    if not KEY.fullmatch(given):
        raise Invalid({}, _("Idempotency-Key 应为 1 到 255 个可见的 ASCII 字符，例如一个 UUID。"))
    content = b"\n".join((request.method.encode(), request.full_path.encode(), whole_body()))
    g.replay = Wanted(hashlib.sha256(given.encode()).hexdigest(), hashlib.sha256(content).hexdigest())


def claim(ctx: Context) -> None:
    """At the start of every unit of work: write the key of the request, or raise Replayed, or Invalid for other content."""
    wanted: Wanted | None = g.get("replay") if has_request_context() else None
    if wanted is None or wanted.row_id is not None or ctx.actor.token_id is None:
        return
    _refuse_second(ctx, wanted)
    row = Replay(token_id=ctx.actor.token_id, key=wanted.key, fingerprint=wanted.fingerprint)
    session().add(row)
    try:
        session().flush()
    except IntegrityError:  # PostgreSQL: the other request committed while we waited
        session().rollback()
        begin_write()
        _refuse_second(ctx, wanted)
        raise
    wanted.row_id = row.id


def _refuse_second(ctx: Context, wanted: Wanted) -> None:
    """Raises Replayed when the key was used for the same request, Invalid when for another one."""
    earlier = session().execute(select(Replay.id, Replay.fingerprint).where(
        Replay.token_id == ctx.actor.token_id, Replay.key == wanted.key)).one_or_none()
    if earlier is not None and earlier.fingerprint != wanted.fingerprint:
        raise Invalid({}, _("这个 Idempotency-Key 已用于另一个请求，请换一个。"))
    if earlier is not None:
        raise Replayed(earlier.id)


def keep(response: Response) -> Response:
    """Note the answer of the first time, for the second one; of one too long, or not to be stored (a secret), only that it
    was given.
    """
    wanted: Wanted | None = g.get("replay")
    if wanted is None or wanted.row_id is None:
        return response
    body = "" if response.cache_control.no_store else response.get_data(as_text=True)
    begin_write()
    session().execute(
        update(Replay).where(Replay.tenant_id == current_scope().tenant_id, Replay.id == wanted.row_id)
        .values(status=response.status_code, body=body if len(body) <= LONGEST_BODY else "",
                etag=response.headers.get("ETag", "")[:40], location=response.headers.get("Location", "")[:500])
        .execution_options(synchronize_session=False))
    session().commit()
    return response


def again(first: Replayed) -> Response:
    """The answer of the first time. Raises Conflict while it is not there (still at work, or lost with its process), and when
    it was not to be kept.
    """
    session().rollback()
    until = time.monotonic() + PATIENCE
    while True:
        row = session().execute(select(Replay.status, Replay.body, Replay.etag, Replay.location)
                                .where(Replay.id == first.row_id)).one_or_none()
        session().rollback()
        if row is not None and row.status:
            break
        if row is None or time.monotonic() > until:
            raise Conflict(_("同一个 Idempotency-Key 的请求还在处理，或者它的结果没有留下。请先查询是否已经办好。"))
        time.sleep(PAUSE)
    if not row.body:
        raise Conflict(_("同一个 Idempotency-Key 的请求已经办好，但它的答复太长或含有密钥，没有留下。请查询结果。"))
    headers = {name: value for name, value in ((TOLD, "true"), ("ETag", row.etag), ("Location", row.location)) if value}
    return current_app.response_class(row.body, row.status, headers, mimetype="application/json")


if claim not in at_begin:
    at_begin.append(claim)
