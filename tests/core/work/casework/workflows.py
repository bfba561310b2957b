"""A workflow with everything the engine knows: places, deadlines, reasons, forms, warnings, time, loops, ways back."""

from __future__ import annotations

from typing import Any

from core.plugin import Objection, State, Workflow, elapsed, step

from .models import Case
from .schemas import Taken


def _check_close(ctx: Any, record: Case, data: dict[str, Any]) -> list[Any]:
    if record.name == "stuck":
        return ["it is stuck"]
    return [Objection("it is odd", blocking=False)] if record.name == "odd" else []


def _count(ctx: Any, record: Case, data: dict[str, Any]) -> None:
    record.effects += 1


case = Workflow(
    name="casework.case", title="case", model=Case, initial="registered", label=lambda record: record.name,
    permission="casework.case.read",
    states=(State("registered", "registered"), State("sent", "sent", "warn"), State("taken", "taken", "ok"),
            State("stale", "stale", "err"), State("reported", "reported"), State("closed", "closed", "mute", final=True)),
    steps=(
        step("send", "send", "registered", "sent", may="casework.case.send", todo=True, needs=("taker_path",)),
        step("take", "take", "sent", "taken", may="casework.case.take", at="taker_path", due="casework.take_within",
             schema=Taken, primary=True),
        step("refuse", "refuse", "sent", "registered", may="casework.case.take", at="taker_path", reason="required", back=True),
        step("touch", "touch", ("taken", "stale"), "taken", may="casework.case.take", at="taker_path", todo=True, effect=_count),
        step("fade", "fade", "taken", "stale", when=elapsed("touched_on", "casework.touch_interval"), effect=_count),
        step("report", "report", ("taken", "stale"), "reported", may="casework.case.take", at="taker_path"),
        step("approve", "approve", "reported", "closed", may="casework.case.check", review=True, todo=True, check=_check_close),
        step("reject", "reject", "reported", "taken", may="casework.case.check", reason="required", back=True),
    ),
)
