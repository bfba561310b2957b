"""The tenant row (its own id is the tenant id) and the state of each plugin in a tenant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.clock import now
from core.base.db import (
    JSON,
    Base,
    BigInteger,
    Boolean,
    Index,
    Integer,
    Mapped,
    OrgScoped,
    String,
    TenantScoped,
    UniqueConstraint,
    UTCDateTime,
    keys,
    mapped_column,
    tfk,
)

PLATFORM = 0
PLATFORM_SLUG = "platform"
ACTIVE, READ_ONLY, SUSPENDED = "active", "read_only", "suspended"
ARRIVING, LEAVING = "arriving", "leaving"         # being brought in, being taken away: not all of it is there
CLOSED = (SUSPENDED, ARRIVING, LEAVING)            # no page opens, no job runs
SHADOW = "shadow-"     # short names of tenants that exist for the length of an isolation probe, and in no list
ENABLED, DISABLED, ARCHIVED = "enabled", "disabled", "archived"     # of a plugin; archived: on, to be read only
PURGING = "purging"    # its data is being deleted: the tenant switches nothing until that is done


class Tenant(Base):
    """A county, a street, or (id 0) the platform itself.

    `plugins_rev` is bumped in every transaction that changes the set of enabled plugins: all workers compare it.
    `origin_id` and `travelled_keys` are set for a tenant that arrived in an archive (core.base.origins); `copy_of` for one
    that was restored beside the live one and serves nobody but the comparison.
    The platform's own row keeps there the fingerprint of the master key this database belongs to.
    """

    __tablename__ = "tenancy_tenant"
    __tenant_column__ = "id"
    __table_args__ = keys(UniqueConstraint("slug"), UniqueConstraint("host"), Index(None, "parent_id"))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    slug: Mapped[str] = mapped_column(String(40))
    host: Mapped[str | None] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(10))
    division_code: Mapped[str] = mapped_column(String(12), default="")
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    profile: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    status_reason: Mapped[str] = mapped_column(String(200), default="")
    plugins_rev: Mapped[int] = mapped_column(Integer, default=1)
    brand: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    contact: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    origin_id: Mapped[int | None] = mapped_column(BigInteger)
    travelled_keys: Mapped[list[Any] | None] = mapped_column(JSON)             # [key id, sealed key], oldest first
    copy_of: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    version: Mapped[int] = mapped_column(Integer, default=1)


class PluginState(TenantScoped, Base):
    """What a tenant decided about one plugin. Absent row: never enabled, or purged: the tenant keeps nothing of it.

    `may_leave`: communities may decide to take no part (PluginLeave). `exported_at`: when its data was last taken along while it
    was off or archived. `module_version`: the version its roles and defaults here come from ("": before versions were noted).
    `given`: the permissions its templates gave the roles here, by role: what was taken away since is not given again.
    """

    __tablename__ = "tenancy_plugin_state"
    __table_args__ = keys(UniqueConstraint("tenant_id", "plugin"))

    plugin: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(10))
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    by_name: Mapped[str] = mapped_column(String(80), default="")
    may_leave: Mapped[bool] = mapped_column(Boolean, default=False)
    exported_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    module_version: Mapped[str] = mapped_column(String(20), default="")
    given: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)


class PluginLeave(OrgScoped, TenantScoped, Base):
    """A unit, with all below it, takes no part in a plugin the tenant has on."""

    __tablename__ = "tenancy_plugin_leave"
    __table_args__ = keys(tfk("org_unit_id", "people_org_unit"), UniqueConstraint("tenant_id", "plugin", "org_unit_id"))

    plugin: Mapped[str] = mapped_column(String(24))
    org_unit_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(200))
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    by_name: Mapped[str] = mapped_column(String(80), default="")


EVERYBODY, NAMED, NOBODY = "everybody", "named", "nobody"


class PluginOffer(TenantScoped, Base):
    """To whom the operators offer a plugin (row of tenant 0). Absent row: to everybody.

    NAMED: to the tenants opened from one of `profiles`, and to those whose short name is in `tenants`. Short names, because a
    restored copy that takes the place of its tenant takes the name over, and not the number.
    """

    __tablename__ = "tenancy_plugin_offer"
    __table_args__ = keys(UniqueConstraint("tenant_id", "plugin"))

    plugin: Mapped[str] = mapped_column(String(24))
    audience: Mapped[str] = mapped_column(String(10), default=EVERYBODY)
    profiles: Mapped[list[str]] = mapped_column(JSON, default=list)
    tenants: Mapped[list[str]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(String(200), default="")
    by_name: Mapped[str] = mapped_column(String(80), default="")
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
