"""What a tenant decided about a plugin whose data is to be purged, whether that still holds, and from when it is too late."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.tenancy.lifecycle import bump_plugins_rev
from core.tenancy.models import ARCHIVED, DISABLED, PURGING, PluginState
from core.tenancy.turns import wait_for_turn


def _stored(plugin: str) -> PluginState | None:
    return session().scalars(select(PluginState).where(PluginState.plugin == plugin)).one_or_none()


def state_of(tenant_id: int, plugin: str) -> PluginState | None:
    """What the tenant decided about the plugin."""
    with tenant_scope(tenant_id):
        found = _stored(plugin)
        session().expunge_all()
        return found


def resting(state: PluginState | None) -> bool:
    return state is not None and state.state in (DISABLED, ARCHIVED)


def taken_along(state: PluginState) -> bool:
    """Whether the tenant exported the data after it was switched off: nothing has changed since."""
    return state.exported_at is not None and state.exported_at >= state.since


def still_holds(state: PluginState | None, asked_at: dt.datetime) -> bool:
    """Whether the plugin rests as it did when the purge was asked for: off, on and off again is another decision."""
    return state is not None and resting(state) and state.since <= asked_at and taken_along(state)


def take_hold(tenant_id: int, plugin: str, asked_at: dt.datetime) -> bool:
    """From here on the tenant cannot switch the plugin on; False when its decision does not hold any more. May be repeated."""
    with tenant_scope(tenant_id):
        begin_write()
        wait_for_turn(tenant_id)
        state = _stored(plugin)
        held = state is not None and state.state == PURGING
        if state is not None and not held and still_holds(state, asked_at):
            state.state, held = PURGING, True
            bump_plugins_rev()
        session().commit()
        return held


def forget(tenant_id: int, plugin: str) -> None:
    """From now on the tenant never had it: nothing is kept for it, and it may be uninstalled."""
    with tenant_scope(tenant_id):
        begin_write()
        if (state := _stored(plugin)) is not None:
            session().delete(state)
            bump_plugins_rev()
        session().commit()
