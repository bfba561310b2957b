"""Rules for one value. Their sentences are translated when they are said, not when the schema is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from marshmallow import ValidationError, validate

from core.base.i18n import Lazy, _


class Length(validate.Length):
    """So many characters (or list entries)."""

    def _format_error(self, value: Any, message: str) -> str:
        if self.error:
            return str(self.error)
        if isinstance(value, list | tuple | set):
            return self._about_list()
        if self.equal is not None:
            return _("应为 %(n)s 个字", n=self.equal)
        if self.min is not None and self.max is not None and self.min > 1:
            return _("应为 %(low)s 到 %(high)s 个字", low=self.min, high=self.max)
        if self.max is not None and len(value) > self.max:
            return _("最多 %(n)s 个字，现在有 %(now)s 个", n=self.max, now=len(value))
        return _("此项必填") if self.min == 1 else _("至少 %(n)s 个字", n=self.min)

    def _about_list(self) -> str:
        if self.max is None:
            return _("至少选 %(n)s 项", n=self.min)
        return _("最多选 %(n)s 项", n=self.max)


class Range(validate.Range):
    """Between two values, which may be numbers or dates. A bound may be a function (today's date, a rule)."""

    def __init__(
        self,
        min: Any = None,
        max: Any = None,
        *,
        min_inclusive: bool = True,
        max_inclusive: bool = True,
        error: str | Lazy | None = None,
    ) -> None:
        super().__init__(None, None, min_inclusive=min_inclusive, max_inclusive=max_inclusive, error=error)
        self._low, self._high = min, max

    @property
    def bounds(self) -> tuple[Any, Any]:
        """(lowest, highest) as of now; None where open."""
        return tuple(b() if callable(b) else b for b in (self._low, self._high))  # type: ignore[return-value]

    def __call__(self, value: Any) -> Any:
        low, high = self.bounds
        below = low is not None and (value < low if self.min_inclusive else value <= low)
        above = high is not None and (value > high if self.max_inclusive else value >= high)
        if below or above:
            raise ValidationError(self._sentence(low, high, below))
        return value

    def _sentence(self, low: Any, high: Any, below: bool) -> str:
        if self.error:
            return str(self.error)
        if low is not None and high is not None:
            return _("应在 %(low)s 到 %(high)s 之间", low=low, high=high)
        if hasattr(low if below else high, "year"):
            return _("不能早于 %(low)s", low=low) if below else _("不能晚于 %(high)s", high=high)
        if below:
            return _("不能小于 %(low)s", low=low) if self.min_inclusive else _("应大于 %(low)s", low=low)
        return _("不能大于 %(high)s", high=high) if self.max_inclusive else _("应小于 %(high)s", high=high)


class OneOf(validate.OneOf):
    """One of a fixed list; ``labels`` are what people read."""

    def __init__(
        self, choices: Iterable[Any], labels: Iterable[str | Lazy] = (), *, error: str | Lazy | None = None
    ) -> None:
        self.pairs: Sequence[tuple[Any, str | Lazy]] = list(
            zip(c := list(choices), list(labels) or c, strict=True)
        )
        super().__init__(c, [], error=error)

    def _format_error(self, value: Any) -> str:
        return str(self.error) if self.error and self.error != self.default_message else _("请从列表中选择")


class Matches:
    """The whole text matches a pattern. ``error`` must say what is expected, in the reader's words."""

    def __init__(self, pattern: str, *, error: str | Lazy) -> None:
        self.regex = re.compile(pattern, re.ASCII)
        self.error = error

    def __call__(self, value: str) -> str:
        if not self.regex.fullmatch(value):
            raise ValidationError(str(self.error))
        return value
