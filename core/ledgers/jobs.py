"""Exports too large for one answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.accounts.services.standing import still_open
from core.base.i18n import _, use_locale
from core.base.session import session
from core.contracts.errors import Invalid
from core.files import storage
from core.jobs.queue import GivenUp, job
from core.service import Context

from .export import finish_export, plan_export, write_file


@job("ledgers.export", retries=1, while_read_only=True)
def export(ctx: Context, running: Any, ledger: str, query: list[list[str]], format: str) -> dict[str, Any]:
    """Write the file in the language of whoever asked, telling progress; the result names the stored file."""
    with use_locale(ctx.locale):
        return _export(ctx, running, ledger, [(key, value) for key, value in query], format)


def _export(ctx: Context, running: Any, ledger: str, pairs: list[tuple[str, str]], format: str) -> dict[str, Any]:
    try:
        plan = plan_export(ctx, ledger, pairs, format)
    except Invalid as refused:
        said = " ".join(sentence for sentences in refused.errors.values() for sentence in sentences)
        session().rollback()
        running.update(message=said[:200], result={"refused": said})
        raise GivenUp(said) from None
    total, done = max(plan.rows, 1), [0]

    def tell(rows: int) -> None:
        running.tell(min(99, rows * 100 // total), _("已写 %(n)s 行，共 %(all)s 行", n=rows, all=plan.rows))

    def produce(path: Path) -> None:
        done[0] = write_file(ctx, plan, format, path, tell)

    stored = storage.store(produce)
    session().rollback()
    try:
        file = finish_export(still_open(ctx), plan, format, stored, done[0], running.id)
    except BaseException:
        storage.remove(stored.key)
        raise
    return {"file_id": file.id, "name": file.name, "rows": done[0]}
