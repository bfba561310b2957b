"""The errors a service may raise; every door (page, API, shell, job) translates them for its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class JuheliError(Exception):
    """Base of every error that Juheli raises on purpose."""


class Invalid(JuheliError):
    """Bad input. `errors` holds, per field, sentences in the user's language: what is wrong, what to do."""

    def __init__(self, errors: Mapping[str, Sequence[str]] | None = None, message: str = "") -> None:
        self.errors: dict[str, list[str]] = {field: list(said) for field, said in (errors or {}).items()}
        self.message = message
        super().__init__(message or "; ".join(f"{f}: {' '.join(said)}" for f, said in self.errors.items()))


class Forbidden(JuheliError):
    """The actor lacks `permission` (a dotted name), here or for the record in question."""

    def __init__(self, permission: str = "") -> None:
        self.permission = permission
        super().__init__(permission)


class NotFound(JuheliError):
    """Nothing of that name exists for this actor; a foreign record and a missing one look the same."""

    def __init__(self, what: str = "") -> None:
        self.what = what
        super().__init__(what)


class Conflict(JuheliError):
    """Somebody was faster: the record changed since it was read. `current` is what stands there now."""

    def __init__(self, message: str = "", current: Any = None) -> None:
        self.message = message
        self.current = current
        super().__init__(message)


class Clash(Conflict):
    """Another record is in the way: the only one of its name is there already, or something that is used went."""


class TooMany(JuheliError):
    """Too many attempts; `retry_after` is the number of seconds to wait."""

    def __init__(self, retry_after: int = 60) -> None:
        self.retry_after = retry_after
        super().__init__(f"retry after {retry_after} s")


class PluginDisabled(JuheliError):
    """The plugin of that name is not enabled for this tenant."""

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        super().__init__(plugin)


class PluginArchived(JuheliError):
    """The plugin of that name is archived for this tenant: its records are read, nothing is changed."""

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        super().__init__(plugin)


class TenantSuspended(JuheliError):
    """The tenant takes no work now; `status` says why: `suspended` (no page at all) or `read_only` (no changes)."""

    def __init__(self, status: str = "suspended") -> None:
        self.status = status
        super().__init__(status)
