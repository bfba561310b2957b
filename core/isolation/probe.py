"""The probe: asks as one tenant for what is another's, and compares with asking for what never was.

A foreign record must be indistinguishable from none: same status, same page, byte for byte but for the number asked for.
Besides, no word of a foreign canary may be in an answer, no request may fail, and the other tenant's rows stay as they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from core.base.engine import Database
from core.base.scope import tenant_scope
from core.plugin import Plugins

from .canaries import Content, Mark, content
from .restoring import Writes, restore
from .visitor import Answer, Visitor

NOWHERE = 7_999_999_999_999     # a number no record has


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be."""

    kind: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"[{self.kind}] {self.place}: {self.what}"


@dataclass
class Probe:
    """Two tenants with canaries, who looks, and what was found.

    foreign  canaries of the other tenant: nobody here may meet them
    own      canaries of this tenant that the admin and the clerk may meet
    beyond   canaries of this tenant outside the clerk's subtree
    """

    app: Flask
    database: Database
    plugins: Plugins
    foreign: Mark
    own: Mark
    beyond: Mark
    admin: Visitor
    clerk: Visitor
    bystander: Visitor
    foreign_slug: str = ""
    stolen: str = ""                # the token of a session in the other tenant
    stolen_proof: str = ""          # the form token of its pages
    stolen_bearer: str = ""         # an access token of the other tenant
    thorough: bool = False
    only: tuple[str, ...] = ()      # beginnings of endpoints; () is all
    cases: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    blind: list[str] = field(default_factory=list)
    operations: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)     # of the API (bodies.operations)
    before: Content = field(default_factory=dict)
    mine: Content = field(default_factory=dict)

    def wants(self, endpoint: str) -> bool:
        """Whether this endpoint is looked at."""
        return not self.only or endpoint.startswith(self.only)

    def __post_init__(self) -> None:
        self.writes = Writes(self.database.engine)

    def begin(self) -> None:
        """Remember both tenants as they are."""
        self.writes.taken()
        self.before, self.mine = self.look(self.foreign.tenant_id), self.look(self.own.tenant_id)

    def look(self, tenant_id: int, only: frozenset[str] | None = None) -> Content:
        with self.database.use(), tenant_scope(tenant_id):
            return content(tenant_id, only)

    def found(self, kind: str, place: str, what: str) -> None:
        finding = Finding(kind, place, what)
        if finding not in self.findings:
            self.findings.append(finding)

    # -- judging
    def judge(self, kind: str, place: str, answer: Answer, *, word: str = "") -> None:
        """Count a case; a foreign word in the answer is a finding, and so is a crash."""
        self.cases[kind] += 1
        if answer.status >= 500:
            self.found(kind, place, f"answers {answer.status}")
        if answer.holds(word or self.foreign.word):
            self.found(kind, place, "shows a foreign record")

    def compare(self, kind: str, place: str, ask: Callable[[int], Answer], number: int) -> Answer:
        """Ask for a foreign number and for one that never was: no difference, no foreign word, no crash. The answer for none."""
        foreign, nothing = ask(number), ask(NOWHERE)
        if foreign.shape != nothing.shape:
            self.restore()
            nothing = ask(NOWHERE)
            self.restore()
            foreign = ask(number)
        self.cases[kind] += 1
        if foreign.holds(self.foreign.word):
            self.found(kind, place, "shows a foreign record")
        if foreign.shape != nothing.shape:
            self.found(kind, place, f"tells a foreign record ({foreign.status}) from none ({nothing.status})")
        elif nothing.status >= 500:
            self.found(kind, place, f"answers {nothing.status}")
        return nothing

    @contextmanager
    def watched(self, kind: str, place: str) -> Iterator[None]:
        """What happens inside leaves the other tenant as it was; this one is put back."""
        yield
        self.check(kind, place, frozenset(self.writes.tables))
        self.restore()

    def check(self, kind: str, place: str, only: frozenset[str] | None = None) -> None:
        """The other tenant is as it was; if not, say where, and put it back."""
        after = self.look(self.foreign.tenant_id, only)
        if tables := sorted(name for name in after if after[name] != self.before[name]):
            self.found(kind, place, f"changes the other tenant: {', '.join(tables)}")
            self._put_back(self.foreign.tenant_id, self.before, only)

    def restore(self) -> None:
        """Put this tenant back to what it was at the beginning."""
        if touched := self.writes.taken():
            self._put_back(self.own.tenant_id, self.mine, touched)
            self.writes.taken()

    def _put_back(self, tenant_id: int, wanted: Content, only: frozenset[str] | None) -> None:
        with self.database.use(), tenant_scope(tenant_id):
            restore(tenant_id, wanted, only)
