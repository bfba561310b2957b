"""A form posted twice does its work once and gets the same answer twice.

The hidden key of the form is written in the transaction of the service that the form calls. A second post
of the
same key, at once or after a crash, is refused inside that transaction and answered with the first one's
redirect.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
import time

from flask import Flask, g, has_request_context, redirect, request
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from core.base.clock import now
from core.base.i18n import _
from core.base.scope import current_scope
from core.base.session import begin_write, session
from core.service import Context, at_begin
from core.web.models import Once, Replay
from core.web.pages import safe_next, warn

log = logging.getLogger("juheli.web")

FIELD = "once_key"
KEPT = dt.timedelta(hours=24)
PATIENCE, PAUSE = 3.0, 0.1
KEY = re.compile(r"[A-Za-z0-9_-]{16,40}")


class Repeated(Exception):
    """This form was posted before; `row_id` is the record of the first time."""

    def __init__(self, row_id: int) -> None:
        self.row_id = row_id
        super().__init__(row_id)


def _fingerprint() -> str:
    """Address and content of the form, without what differs between two posts of it."""
    sent = sorted((k, v) for k, v in request.form.items(multi=True) if k not in (FIELD, "csrf_token"))
    return hashlib.sha256(repr((request.path, sent)).encode()).hexdigest()


def claim(ctx: Context) -> None:
    """Called at the start of every unit of work: write the key of the form being answered, or raise
    Repeated."""
    if not has_request_context() or request.method != "POST" or ctx.actor.kind != "user" or "once" in g:
        return
    key = request.form.get(FIELD, "")
    if not KEY.fullmatch(key):
        return
    g.once = None
    found = select(Once.id).where(Once.actor_id == ctx.actor.id, Once.key == key)
    earlier = session().scalar(found)
    if earlier is None:
        row = Once(actor_id=ctx.actor.id, key=key, fingerprint=_fingerprint())
        session().add(row)
        try:
            session().flush()
        except IntegrityError:  # PostgreSQL: the other post committed while we waited
            session().rollback()
            begin_write()
            earlier = session().scalar(found)
            if earlier is None:
                raise
        else:
            g.once = row.id
            return
    raise Repeated(earlier)


def keep_answer(response: Response) -> Response:
    """After the view: note where the first post was sent, for the second one."""
    row_id = g.pop("once", None)
    if row_id is None or response.status_code not in (302, 303):
        return response
    try:
        begin_write()
        session().execute(
            update(Once)
            .where(Once.tenant_id == current_scope().tenant_id, Once.id == row_id)
            .values(location=response.headers["Location"][:1000])
            .execution_options(synchronize_session=False)
        )
        session().commit()
    except Exception:
        session().rollback()
        log.exception("answer of a form not kept")
    return response


def repeat(error: Repeated) -> Response:
    """The answer to a form posted before: the first answer, or (the server died in between) a word about
    it."""
    g.once = None
    session().rollback()
    until = time.monotonic() + PATIENCE
    while True:
        location = session().scalar(select(Once.location).where(Once.id == error.row_id))
        session().rollback()
        if location or time.monotonic() > until:
            break
        time.sleep(PAUSE)
    if not location:
        warn(_("这份表单已经提交过，请核对是否已保存，不要重复填写。"))
        location = safe_next(request.form.get("next")) or request.script_root + "/"
    return redirect(location, 303)


def forget_old() -> int:
    """Drop what is older than a day in the tenant in scope, also the answers kept for programs; returns how
    many. For the nightly job."""
    begin_write()
    gone = 0
    for model in (Once, Replay):
        old = delete(model).where(model.tenant_id == current_scope().tenant_id, model.created_at < now() - KEPT)
        gone += session().execute(old.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
    session().commit()
    return gone


def install(app: Flask) -> None:
    if claim not in at_begin:
        at_begin.append(claim)
    app.register_error_handler(Repeated, repeat)
    app.after_request(keep_answer)
