"""One installed module: its manifest and what its files declare. The file name is the registration."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from .extra import PERSON, ExtraField
from .ledger import Ledger
from .manifest import PersonalField, Plugin, PluginProblems
from .notice import NoticeTemplate
from .records import EventKind, ImportKind, Indicator
from .reminder import Reminder
from .report import Report
from .workflow import Workflow

T = TypeVar("T")
FILES = ("models", "schemas", "services", "workflows", "reminders", "ledgers", "indicators", "imports", "jobs", "events",
         "handlers", "hooks", "fields", "notices", "reports")


class Owner:
    """A core module or a plugin. A missing file means "does not do that"; a broken one raises at start."""

    def __init__(self, manifest: Plugin, package: str, distribution: str = ""):
        self.manifest, self.package, self.distribution = manifest, package, distribution
        self.name = manifest.name
        self.core = manifest.core
        self._absent: set[str] = set()     # files it does not have: events ask every module for its handlers

    def file(self, name: str) -> ModuleType | None:
        """The module's file `name`.py (or package), None when absent; an error inside it is raised."""
        if name in self._absent:
            return None
        dotted = f"{self.package}.{name}"
        if importlib.util.find_spec(dotted) is None:
            self._absent.add(name)
            return None
        return importlib.import_module(dotted)

    @cached_property
    def root(self) -> Path:
        spec = importlib.util.find_spec(self.package)
        return Path(spec.submodule_search_locations[0])  # type: ignore[union-attr, index]

    def load(self) -> None:
        """Read the files. Raises PluginProblems naming the distribution when one of them cannot be read."""
        for name in FILES:
            try:
                self.file(name)
            except Exception as error:
                if not self.distribution:
                    raise
                said = f"{self.distribution}: {self.package}.{name} cannot be read ({type(error).__name__}: {error})"
                raise PluginProblems(said) from error

    def declared(self, file: str, kind: type[T]) -> list[T]:
        """Objects of `kind` at the top of a file, in the order they stand there."""
        module = self.file(file)
        return [v for v in vars(module).values() if isinstance(v, kind)] if module else []

    @cached_property
    def ledgers(self) -> list[Ledger]:
        return self.declared("ledgers", Ledger)

    @cached_property
    def workflows(self) -> list[Workflow]:
        return self.declared("workflows", Workflow)

    @cached_property
    def reminders(self) -> list[Reminder]:
        return self.declared("workflows", Reminder) + self.declared("reminders", Reminder)

    @cached_property
    def indicators(self) -> list[Indicator]:
        return self.declared("indicators", Indicator)

    @cached_property
    def import_kinds(self) -> list[ImportKind]:
        return self.declared("imports", ImportKind)

    @cached_property
    def event_kinds(self) -> list[EventKind]:
        return self.declared("events", EventKind)

    @cached_property
    def extra_fields(self) -> list[ExtraField]:
        return self.declared("fields", ExtraField)

    @cached_property
    def reports(self) -> list[Report]:
        return self.declared("reports", Report)

    @cached_property
    def notice_templates(self) -> list[NoticeTemplate]:
        return self.declared("notices", NoticeTemplate)

    @cached_property
    def personal_data(self) -> tuple[PersonalField, ...]:
        """The register of personal data: what the manifest says of the own tables, and the fields on core's records."""
        where = {f.name: f"people_{'person' if f.of == PERSON else 'org'}_extra[{f.name}]" for f in self.extra_fields}
        return self.manifest.personal_data + tuple(
            PersonalField(where[f.name], f.purpose, f.ground, f.keep, sensitive=f.sensitive)
            for f in self.extra_fields if f.purpose)

    @property
    def actions(self) -> dict[str, Any]:
        """name -> words for the audit, of services that go by another name than a permission (`actions.py`: ACTIONS)."""
        module = self.file("actions")
        return dict(module.ACTIONS) if module else {}

    @property
    def rules(self) -> Path | None:
        path = self.root / "rules.toml"
        return path if path.is_file() else None

    @property
    def migrations(self) -> Path | None:
        path = self.root / "migrations"
        return path if path.is_dir() else None

    def settings_schema(self) -> Any | None:
        """The class named by the manifest ("schemas:Settings"), or None."""
        if not self.manifest.settings:
            return None
        file, name = self.manifest.settings.split(":")
        return getattr(self.file(file), name)

    def problems(self) -> list[str]:
        found = self.manifest.problems()
        for item in (*self.ledgers, *self.workflows, *self.reminders, *self.indicators, *self.import_kinds, *self.event_kinds,
                     *self.extra_fields, *self.notice_templates, *self.reports):
            if not item.name.startswith(self.name + "."):
                found.append(f"{self.name}: {type(item).__name__} {item.name!r} must start with {self.name + '.'!r}")
        for each in (*self.workflows, *self.event_kinds, *self.extra_fields, *self.notice_templates, *self.reports):
            found += each.problems()
        return found
