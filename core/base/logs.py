"""Log lines: one JSON object each, for machines (JUHELI_LOG=json), or plain text for people at a terminal.

Whatever is logged passes `_without_data`: errors are told by place and kind, messages are scrubbed. Fields given as `extra`
are ids, codes and numbers by convention; a test drives canaries through the pages and looks for them in the lines.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from core.base.traces import scrubbed, trace_text

JSON, PLAIN = "json", "plain"
_OURS = ("juheli", "gunicorn.error")


def _without_data(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace tracebacks by places, and scrub the sentence."""
    info = fields.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else None
    if error is not None:
        fields["error"] = trace_text(error)
    text = str(fields.get("event", ""))
    fields["event"] = "\n".join(scrubbed(line) for line in text.splitlines()) if "\n" in text else scrubbed(text)
    return fields


def formatter(style: str) -> logging.Formatter:
    shared = [
        structlog.stdlib.ExtraAdder(), structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"), _without_data,
    ]
    last = (structlog.processors.JSONRenderer(ensure_ascii=False, default=str) if style == JSON
            else structlog.dev.ConsoleRenderer(colors=False))
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        pass_foreign_args=False)


def configure(style: str, stream: TextIO | None = None) -> logging.Handler:
    """Let this process write its log lines to `stream` (default: standard error). Called once, by whoever starts it.

    json writes everything from INFO (a line per request and job); plain only warnings.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter(style))
    handler.setLevel(logging.INFO if style == JSON else logging.WARNING)
    for name in _OURS:
        logger = logging.getLogger(name)
        logger.handlers = [each for each in logger.handlers if not isinstance(each, logging.StreamHandler)] + [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False
    return handler
