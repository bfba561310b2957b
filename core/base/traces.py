"""Tracebacks that may be kept and shown: where it broke and what kind of error, without the data it broke on.

An error's message often quotes the value at fault ("invalid phone: 138…"), and SQLAlchemy quotes all parameters. Logs,
job rows and the operators' pages therefore carry frames and class names, and of the message only what cannot be a
person's: plain ASCII words, no long numbers, no addresses, no long random strings.
"""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]
LONGEST_MESSAGE = 200
DEEPEST = 12  # frames kept of one error, the innermost
_UNSAFE = re.compile(
    r"[^\x20-\x7e]+"  # Chinese, and line breaks that would forge log lines
    r"|\S*@\S*"  # addresses
    r"|\d(?:[ -]?\d){4,}[Xx]?"  # phones, ID numbers, cards
    r"|[A-Za-z0-9+/_=-]{24,}"  # tokens, ciphertext
)


def scrubbed(text: str) -> str:
    """The text with everything that might be personal or secret replaced by `…`, cut to 200 characters."""
    return _UNSAFE.sub("…", text.split("\n", 1)[0])[:LONGEST_MESSAGE]


def kind_of(error: BaseException) -> str:
    """The class of an error, with its module unless built in."""
    cls = type(error)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def frames(trace: TracebackType | None) -> list[str]:
    """`core/people/views/list.py:40 in index`, outermost first; paths relative to the product or its package folder."""
    return [f"{_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)[-DEEPEST:]]


def _short(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(ROOT):
        return path.relative_to(ROOT).as_posix()
    return path.as_posix().rpartition("site-packages/")[2]


def trace_text(error: BaseException) -> str:
    """The chain of errors, the first cause first, each with its frames."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < 5:
        message = scrubbed(str(current.args[0])) if current.args else ""
        lines = [f"{kind_of(current)}: {message}".rstrip(": "), *(f"  {line}" for line in frames(current.__traceback__))]
        parts.append("\n".join(lines))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(reversed(parts))
