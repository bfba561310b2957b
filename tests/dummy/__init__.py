"""A plugin that exists for tests only: one of everything small."""

from __future__ import annotations

from core.plugin import Permission, Plugin

plugin = Plugin(
    name="dummy", title="Dummy", summary="For tests", version="1.2",
    permissions=(Permission("dummy.note.read", "See notes"), Permission("dummy.note.write", "Write notes", sensitive=True)),
    settings="schemas:Settings",
)
