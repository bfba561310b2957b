from __future__ import annotations

from core.service import Context, service


@service("dummy.note.write")
def write_note(ctx: Context, *, text: str) -> str:
    """A service of a plugin that may be off."""
    ctx.audit("note", None, text)
    return text
