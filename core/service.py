"""The one door to behaviour: HTML, REST, CLI and jobs call the same functions.

A service authorises, opens the unit of work inside the tenant's fence, does its work, writes audit rows and events,
and commits. Nobody else commits.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from core.audit.log import Fact, write_facts
from core.base import clock
from core.base.fence.apart import apart
from core.base.fence.taking_part import BY_NUMBER, see_whole
from core.base.memo import Stamps
from core.base.scope import CrossTenant, current_scope, narrowed
from core.base.session import Work, begin_write, end_write, flush, one_of, session
from core.contracts.errors import Clash, Conflict, Forbidden, NotFound, PluginDisabled, TenantSuspended
from core.contracts.events import Event
from core.events import outbox
from core.plugin import Hooks, Plugins, installed
from core.plugin.switched import Switched

log = logging.getLogger("juheli.service")
P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M")
PUBLIC = "*public*"          # a service anonymous visitors may call (signing in)
WHOLE_TENANT = ("",)
actions: dict[str, set[str]] = {}   # every name the audit may hold -> the modules that write it
at_begin: list[Callable[[Context], None]] = []   # asked when the outermost unit of work begins (core.web.once)


@dataclass(frozen=True, slots=True)
class TenantInfo:
    """What a request needs to know of its tenant. `kind`: county | street | platform. `stamps`: what changed last."""

    id: int
    slug: str
    name: str
    kind: str
    status: str = "active"
    parent_id: int | None = None
    brand: dict[str, Any] = field(default_factory=dict)
    stamps: Stamps = Stamps()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `kind`: user | system | anonymous. `label` is the name written into audit rows; `token_id` is the access
    token of a program.
    """

    kind: str
    id: int | None
    label: str
    session_id: int | None = None
    token_id: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held on a subtree: `path` is the org path prefix ("" = whole tenant)."""

    role_id: int
    role: str
    permissions: frozenset[str]
    path: str
    source: str = ""


@dataclass(frozen=True, eq=False)
class Context(Switched):
    """Who asks, for which tenant, with which modules, through which door. Built once per request, command or job."""

    tenant: TenantInfo
    actor: Actor
    grants: tuple[Grant, ...] = ()
    enabled: frozenset[str] = frozenset()
    via: str = "html"
    locale: str = "zh"
    request_id: str = ""
    address: str = ""
    all_powers: bool = False
    plugins: Plugins = field(default_factory=installed)

    # -- what may the actor do
    def subtrees(self, permission: str) -> tuple[str, ...]:
        """Path prefixes on which the actor holds `permission`: () none, ("",) the whole tenant."""
        if not self.plugins.active(permission, self.enabled):
            return ()
        if self.only_read(permission):
            return ()
        if self.all_powers:
            return WHOLE_TENANT
        paths = {g.path for g in self.grants if permission in g.permissions}
        if "" in paths:
            return WHOLE_TENANT
        if left := self.left(permission):
            paths = {path for path in paths if not path.startswith(left)}
        return tuple(sorted(p for p in paths if not any(p != q and p.startswith(q) for q in paths)))

    def may(self, permission: str, path: str | None = None) -> bool:
        """Whether the actor holds `permission` (anywhere, or on the unit with this org path)."""
        held = self.subtrees(permission)
        return bool(held) if path is None else any(path.startswith(p) for p in held)

    def require(self, permission: str, path: str | None = None) -> None:
        if not self.may(permission, path):
            raise self.refusal(permission)

    @property
    def standing(self) -> Hashable:
        """All that an answer may depend on of who asks, and the day: part of a key in core.base.memo."""
        return self.actor.kind, self.actor.id, self.all_powers, self.grants, self.enabled, self.archived, self.today()

    # -- scoped work
    def get(self, model: type[M], record_id: int, *options: Any) -> M:
        """The tenant's record, inside the subtree of the running service, also where no part is taken; NotFound otherwise.
        `options`: what comes along (`one_of`)."""
        found = session().scalars(one_of(model, *options), {"number": record_id}, execution_options=BY_NUMBER).one_or_none()
        if found is None:
            raise NotFound(model.__name__)
        see_whole(found)
        return found

    def check_version(self, record: Any, seen: int | None) -> None:
        """Refuse a form that was opened before somebody else saved (`seen` is the version in the form)."""
        if seen is not None and record.version != seen:
            raise Conflict(current=record)

    def now(self) -> dt.datetime:
        return clock.now()

    def today(self) -> dt.date:
        return clock.today()

    def audit(self, kind: str, subject_id: int | None, name: str = "", **detail: Any) -> None:
        """Add what was done to whom to the audit row of the running service (never a personal value in clear)."""
        _work().said.append((kind, subject_id, name, detail))

    def publish(self, *events: Event) -> None:
        """Tell other modules; delivered after the commit, once per consumer, by the jobs."""
        outbox.publish(events, self.plugins, self.working, self.actor.id)

    def capability(self, protocol: type[M]) -> M | None:
        """The object of the enabled module that offers `protocol`, or None."""
        return outbox.capability(protocol, self.plugins, self.working)

    @property
    def hooks(self) -> Hooks:
        return self.plugins.hooks(self.enabled)

    def collect(self, hook: str, **arguments: Any) -> list[Any]:
        """Contributions of the enabled modules; one that fails loses its own answer and nothing else."""
        return self.hooks.collect(hook, guard=apart, ctx=self, **arguments)

    def evolve(self, **changes: Any) -> Context:
        return dataclasses.replace(self, **changes)


def system_context(tenant: TenantInfo, enabled: Iterable[str], label: str, via: str = "job") -> Context:
    """The context of the platform's own work in a tenant (jobs, commands): all powers, named in the audit."""
    on = enabled if isinstance(enabled, frozenset) else frozenset(enabled)
    return Context(tenant, Actor("system", None, label), enabled=on, via=via, all_powers=True)


@dataclass(slots=True)
class _UnitOfWork:
    tenant_id: int
    work: Work


_current: ContextVar[_UnitOfWork | None] = ContextVar("juheli_unit_of_work", default=None)


def _work() -> Work:
    unit = _current.get()
    if unit is None:
        raise RuntimeError("ctx.audit() outside a writing service")
    return unit.work


@contextmanager
def _own_facts() -> Iterator[list[Any]]:
    """What one service says it did: those of a service around it wait, those of one that failed are forgotten."""
    work = _work()
    outer, work.said = work.said, []
    try:
        yield work.said
    finally:
        work.said = outer


@contextmanager
def unit_of_work(ctx: Context) -> Iterator[None]:
    """One transaction: the outermost commits or rolls back, inner ones join.

    Raises Conflict when somebody else was faster with the same record, Clash when with another one that must be the only one
    (a login name). Raises RuntimeError inside a unit of another tenant: that one's commit would not be this one's.
    """
    if (outer := _current.get()) is not None:
        if outer.tenant_id != ctx.tenant.id:
            raise RuntimeError(f"a unit of work of tenant {outer.tenant_id} is open; this one is of {ctx.tenant.id}")
        yield
        return
    if ctx.tenant.status != "active" and not (ctx.all_powers and ctx.via == "platform"):
        raise TenantSuspended(ctx.tenant.status)        # also jobs and commands: only the operators' console goes on
    begin_write()
    token = _current.set(_UnitOfWork(ctx.tenant.id, session().work))
    try:
        for call in at_begin:
            call(ctx)
        yield
        write_facts(session().work.facts)               # one link of the chain per unit of work, however many services ran
        session().commit()
    except (StaleDataError, IntegrityError) as clash:
        session().rollback()
        log.warning("a unit of work clashed: %s %s", type(clash).__name__, getattr(clash, "statement", None) or "")
        raise (Clash if isinstance(clash, IntegrityError) else Conflict)() from None
    except BaseException:
        session().rollback()
        raise
    finally:
        end_write()
        _current.reset(token)


def _authorise(ctx: Context, permission: str | None) -> tuple[str, ...] | None:
    if current_scope().tenant_id != ctx.tenant.id:
        raise CrossTenant(f"context of tenant {ctx.tenant.id} used in the scope of {current_scope().tenant_id}")
    if permission is None or permission == PUBLIC:
        if permission is None and ctx.actor.kind == "anonymous":
            raise Forbidden("")
        return None
    if not ctx.plugins.active(permission, ctx.enabled):
        raise PluginDisabled(ctx.plugins.owner_of(permission))
    paths = ctx.subtrees(permission)
    if not paths:
        raise ctx.refusal(permission)
    return None if paths == WHOLE_TENANT else paths


def service(
    permission: str | None, *, writes: bool = True, action: str = "", audited: bool = True
) -> Callable[[Callable[Concatenate[Context, P], R]], Callable[Concatenate[Context, P], R]]:
    """Declare a service.

    permission   `module.noun.verb`; None: any signed-in actor; PUBLIC: anybody
    writes       False for reads: no unit of work, no audit row
    action       name in the audit; default: the permission, else module.function
    audited      False only for what concerns nobody but the actor and changes no record: a form draft, a read mark
    """

    def declare(fn: Callable[Concatenate[Context, P], R]) -> Callable[Concatenate[Context, P], R]:
        named = permission if permission not in (None, PUBLIC) else None
        label = action or named or f"{fn.__module__.rsplit('.', 2)[-2]}.{fn.__name__}"
        if writes:
            actions.setdefault(label, set()).add(fn.__module__)

        @wraps(fn)
        def run(ctx: Context, *args: P.args, **kwargs: P.kwargs) -> R:
            if writes:
                ctx.refuse_when_archived(ctx.plugins.module_of(fn.__module__))
            paths = _authorise(ctx, permission)
            with narrowed(paths, ctx.out_of("" if writes or _current.get() else permission or "")):    # work knows all there is
                if not writes:
                    return fn(ctx, *args, **kwargs)
                with unit_of_work(ctx), _own_facts() as facts:
                    result = fn(ctx, *args, **kwargs)
                    if facts or audited:
                        session().work.facts += _facts(ctx, label, facts, kwargs)
                    flush()
                    return result

        run.permission, run.writes = permission, writes  # type: ignore[attr-defined]
        return run

    return declare


def _facts(ctx: Context, action: str, facts: list[Any], kwargs: dict[str, Any]) -> list[Fact]:
    """One audit row per fact; a service that named none gets one row with the names (never the values) of its arguments."""
    subjects = facts or [("", None, "", {"fields": sorted(kwargs)})]
    return [
        Fact(action=action, kind=kind, subject_id=subject_id, subject_name=name, detail=detail, actor_kind=ctx.actor.kind,
             actor_id=ctx.actor.id, actor_name=ctx.actor.label, via=ctx.via, address=ctx.address, request_id=ctx.request_id)
        for kind, subject_id, name, detail in subjects
    ]
