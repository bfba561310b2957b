"""Which modules a tenant has switched on, and which of them only to be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from core.contracts.errors import Forbidden, JuheliError, PluginArchived

if TYPE_CHECKING:
    from .manager import Plugins

NONE: frozenset[str] = frozenset()


class SwitchedOn(frozenset[str]):
    """The names of the optional modules that are on for a tenant; the set itself is what hooks and gates go by.

    archived  those of them that are only read: pages and ledgers open, nothing is written, no job or deadline runs
    left      (module, org path): subtrees of the organisation that take no part in the module

    `on | {…}` is a plain set again, in which nothing is archived: what the house itself does with kept data (a merge of two
    persons) is done in archived modules too.
    """

    archived: frozenset[str]
    left: tuple[tuple[str, str], ...]

    def __new__(cls, names: Iterable[str], archived: Iterable[str] = (), left: Iterable[tuple[str, str]] = ()) -> SwitchedOn:
        made = super().__new__(cls, names)
        made.archived, made.left = frozenset(archived) & made, tuple(sorted(left))
        return made


class Switched:
    """What is on for whom a context stands for (core.service.Context)."""

    enabled: frozenset[str]
    plugins: Plugins
    actor: Any

    @property
    def archived(self) -> frozenset[str]:
        """The enabled modules that are only read here."""
        return self.enabled.archived if isinstance(self.enabled, SwitchedOn) else NONE

    @property
    def working(self) -> frozenset[str]:
        """The enabled modules that take part in the daily work: their jobs run, their records change."""
        return self.enabled - self.archived

    def only_read(self, permission: str) -> bool:
        """Whether nobody has this permission now, because its module is archived and it is none to look with."""
        return self.plugins.owner_of(permission) in self.archived and not self.plugins.reads(permission)

    def left(self, name: str) -> tuple[str, ...]:
        """Subtrees that take no part in the module a dotted name belongs to."""
        if not isinstance(self.enabled, SwitchedOn):
            return ()
        owner = self.plugins.owner_of(name)
        return tuple(path for module, path in self.enabled.left if module == owner)

    def out_of(self, name: str) -> tuple[str, tuple[str, ...]]:
        """(module of a dotted name, subtrees that take no part in it): what its lists leave out for whoever looks.

        Nothing for the platform's own work (jobs, commands): it knows all rows.
        """
        some = self.actor.kind == "user" and isinstance(self.enabled, SwitchedOn) and self.enabled.left
        return (self.plugins.owner_of(name), self.left(name)) if some else ("", ())

    def takes_part(self, name: str, path: str | None) -> bool:
        """Whether a place (None: nowhere) takes part in the module of a dotted name."""
        return not any((path or "").startswith(gone) for gone in self.left(name))

    def refusal(self, permission: str) -> JuheliError:
        """Why the actor may not: nobody may while the module is archived, else he lacks the permission."""
        return PluginArchived(self.plugins.owner_of(permission)) if self.only_read(permission) else Forbidden(permission)

    def refuse_when_archived(self, module: str) -> None:
        """Raises PluginArchived before anything of an archived module is changed."""
        if module in self.archived:
            raise PluginArchived(module)
