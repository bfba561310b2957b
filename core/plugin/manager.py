"""All installed modules of this process, immutable after start, and the hook callers of each enabled set."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from typing import Any

import pluggy

from core.base.i18n import add_catalog

from . import troubles
from .extra import ExtraField
from .finding import GROUP, found_plugins
from .hookspecs import PROJECT, Checks, Contributions, LifeCycle
from .ledger import Ledger
from .manifest import Permission, Plugin, PluginProblems
from .names import CORE_MODULES, ENGINES_WITH_TABLES
from .notice import NoticeTemplate
from .owner import Owner
from .records import ImportKind, Indicator
from .reminder import Reminder
from .report import Report
from .workflow import Workflow

log = logging.getLogger("juheli.plugin")
IN_THIS_TREE = ("core.", "plugins.")       # their words and rules are found where they stand
READING = ("read", "export")                     # verbs of permissions that change nothing
failures: Counter[str] = Counter()


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one module answered."""

    plugin: str
    value: Any


class Plugins:
    """The installed modules in dependency order, core's first."""

    def __init__(self, owners: Iterable[Owner]):
        by_name: dict[str, Owner] = {}
        problems: list[str] = []
        for owner in owners:
            if owner.name in by_name:
                problems.append(f"two modules named {owner.name!r}: {by_name[owner.name].package}, {owner.package}")
            by_name[owner.name] = owner
        problems += [f"{o.name} requires {r!r}, which is not installed" for o in by_name.values()
                     for r in o.manifest.requires if r not in by_name]
        if problems:
            raise PluginProblems("\n".join(problems))
        self.by_name = {name: by_name[name] for name in self._order(by_name)}
        for owner in self.by_name.values():
            owner.load()
        self.outside = tuple(o for o in self.by_name.values() if not o.package.startswith(IN_THIS_TREE))
        for owner in self.outside:
            add_catalog(owner.root / "translations")
        self.core = frozenset(n for n, o in self.by_name.items() if o.core)
        self.optional = tuple(n for n, o in self.by_name.items() if not o.core)
        self.pm = self._plugin_manager()
        self._sets: dict[frozenset[str], Hooks] = {}
        self._places: dict[str, str] = {}
        if problems := [p for o in self.by_name.values() for p in o.problems()] + self._permission_problems():
            raise PluginProblems("\n".join(problems))

    @staticmethod
    def _order(by_name: dict[str, Owner]) -> list[str]:
        rank = {name: i for i, name in enumerate(by_name)}
        graph = {n: sorted(o.manifest.requires, key=rank.__getitem__) for n, o in by_name.items()}
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise PluginProblems(f"modules require each other in a circle: {error.args[1]}") from error

    def _plugin_manager(self) -> pluggy.PluginManager:
        pm = pluggy.PluginManager(PROJECT)
        for spec in (Contributions, Checks, LifeCycle):
            pm.add_hookspecs(spec)
        self._hook_modules: dict[str, Any] = {}
        for name, owner in self.by_name.items():
            if module := owner.file("hooks"):
                pm.register(module, name=name)
                self._hook_modules[name] = module
        pm.check_pending()
        return pm

    def _permission_problems(self) -> list[str]:
        known = set(self.permissions)
        wanted = [(o.name, x.permission) for o in self.by_name.values()
                  for x in (*o.ledgers, *o.workflows, *o.reminders, *o.import_kinds, *o.reports)]
        wanted += [(o.name, name) for o in self.by_name.values() for w in o.workflows for s in w.steps
                   for name in (s.may, *s.asked_too) if name]
        wanted += [(o.name, name) for o in self.by_name.values() for f in o.extra_fields for name in (f.read, f.write) if name]
        wanted += [(o.name, r.export) for o in self.by_name.values() for r in o.reports if r.export]
        ledgers = {one.name for o in self.by_name.values() for one in o.ledgers}
        missing = [f"{o.name}: {r.name} is made from {n!r}, which is no ledger" for o in self.by_name.values() for r in o.reports
                   for n in sorted(r.ledgers - ledgers)]
        return missing + [f"{owner}: permission {name!r} is not declared in any manifest"
                          for owner, name in wanted if name not in known]

    @classmethod
    def discover(cls, group: str = GROUP, core: Iterable[str] = CORE_MODULES) -> Plugins:
        """Core's own modules, then everything installed under the entry-point group."""
        for name in ENGINES_WITH_TABLES:
            import_module(f"core.{name}.models")
        owners = []
        for name in core:
            module = import_module(f"core.{name}")
            if isinstance(getattr(module, "plugin", None), Plugin):
                owners.append(Owner(module.plugin, f"core.{name}"))
        strangers, problems = found_plugins(group)
        if problems:
            raise PluginProblems("\n".join(problems))
        return cls([*owners, *strangers])

    # -- what the modules declare, by name
    def _all(self, attribute: str) -> dict[str, Any]:
        return {item.name: item for o in self.by_name.values() for item in getattr(o, attribute)}

    @cached_property
    def ledgers(self) -> dict[str, Ledger]:
        return self._all("ledgers")

    @cached_property
    def workflows(self) -> dict[str, Workflow]:
        return self._all("workflows")

    @cached_property
    def reminders(self) -> dict[str, Reminder]:
        return self._all("reminders")

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        return self._all("indicators")

    @cached_property
    def import_kinds(self) -> dict[str, ImportKind]:
        return self._all("import_kinds")

    @cached_property
    def extra_fields(self) -> dict[str, ExtraField]:
        return self._all("extra_fields")

    @cached_property
    def reports(self) -> dict[str, Report]:
        return self._all("reports")

    @cached_property
    def notices(self) -> dict[str, NoticeTemplate]:
        return self._all("notice_templates")

    @cached_property
    def permissions(self) -> dict[str, Permission]:
        return {p.name: p for o in self.by_name.values() for p in o.manifest.permissions}

    @staticmethod
    def owner_of(name: str) -> str:
        """`liaison.record.read` -> `liaison`."""
        return name.split(".", 1)[0]

    def module_of(self, dotted: str) -> str:
        """The module a Python name such as `plugins.liaison.services.records` belongs to; "" for the kernel and for tests."""
        try:
            return self._places[dotted]
        except KeyError:
            found = next((n for n, o in self.by_name.items() if f"{dotted}.".startswith(f"{o.package}.")), "")
            return self._places.setdefault(dotted, found)

    def reads(self, permission: str) -> bool:
        """Whether a permission lets one look and take out, and change nothing: by its verb, or because a ledger or a workflow
        is shown for it.
        """
        return permission.rsplit(".", 1)[-1] in READING or permission in self._shown

    @cached_property
    def _shown(self) -> frozenset[str]:
        return frozenset(x.permission for o in self.by_name.values() for x in (*o.ledgers, *o.workflows))

    def holds(self, table: str) -> bool:
        """Whether a table is an engine's or an installed module's, by its prefix."""
        return table.split("_", 1)[0] in {*self.by_name, *ENGINES_WITH_TABLES}

    def active(self, name: str, enabled: frozenset[str]) -> bool:
        """Whether the owner of a dotted name is on for a tenant with this set."""
        owner = self.owner_of(name)
        return owner in self.core or owner in enabled

    # -- dependencies
    def requires_closure(self, name: str) -> list[str]:
        """What must be on before `name`, dependencies first."""
        closure: list[str] = []
        for needed in self.by_name[name].manifest.requires:
            closure += [n for n in (*self.requires_closure(needed), needed) if n not in closure]
        return closure

    def required_by(self, name: str) -> list[str]:
        return [n for n in self.by_name if name in self.requires_closure(n)]

    def hooks(self, enabled: frozenset[str]) -> Hooks:
        """Keyed by the set itself: tenants with equal sets share one object, nothing to invalidate."""
        try:
            return self._sets[enabled]
        except KeyError:
            return self._sets.setdefault(enabled, Hooks(self, enabled))


class Hooks:
    """The hooks of one set of enabled modules (core's are always on)."""

    def __init__(self, plugins: Plugins, enabled: frozenset[str]):
        self._pm = plugins.pm
        self._remove = [m for n, m in plugins._hook_modules.items() if n not in plugins.core and n not in enabled]
        self._implementations: dict[str, tuple[Any, ...]] = {}

    def _impls(self, name: str) -> tuple[Any, ...]:
        try:
            return self._implementations[name]
        except KeyError:
            caller = self._pm.subset_hook_caller(name, self._remove)
            return self._implementations.setdefault(name, tuple(reversed(caller.get_hookimpls())))

    def collect(self, name: str, *, guard: Callable[[], AbstractContextManager[Any]] = nullcontext,
                **arguments: Any) -> list[Contribution]:
        """Isolated: a module that raises loses its own answer.

        `guard` (core.base.fence.apart) is one for all that answer, for they only read; who raises ends it, and the next begin
        another.
        """
        found: list[Contribution] = []
        asked, done = self._impls(name), 0
        while done < len(asked):
            try:
                with guard():
                    for impl in asked[done:]:
                        done += 1
                        values = tuple(impl.function(*(arguments[a] for a in impl.argnames)) or ())
                        found += [Contribution(impl.plugin_name, value) for value in values]
            except Exception as error:
                failures[impl.plugin_name] += 1
                troubles.note(impl.plugin_name, name, error)
                log.exception("module %s failed in hook %s", impl.plugin_name, name,
                              extra={"plugin": impl.plugin_name, "hook": name})
        return found

    def strict(self, name: str, *, only: str | None = None, **arguments: Any) -> list[Any]:
        """For questions that may veto: an exception reaches the caller. `only` asks one module."""
        found: list[Any] = []
        for impl in self._impls(name):
            if only is None or impl.plugin_name == only:
                found += impl.function(*(arguments[a] for a in impl.argnames)) or ()
        return found


_installed: ContextVar[Plugins | None] = ContextVar("juheli_plugins", default=None)
_process: list[Plugins] = []


def install(plugins: Plugins) -> Plugins:
    """Make this the process's set of modules (once, at start; create_app and the CLI call it)."""
    _process[:] = [plugins]
    return plugins


def installed() -> Plugins:
    """The installed modules; discovered on first use."""
    chosen = _installed.get()
    if chosen is not None:
        return chosen
    if not _process:
        install(Plugins.discover())
    return _process[0]


@contextmanager
def using(plugins: Plugins) -> Iterator[Plugins]:
    """Another set of modules for this context: tests with a plugin of their own."""
    token = _installed.set(plugins)
    try:
        yield plugins
    finally:
        _installed.reset(token)
