"""What the tenancy fence says when it refuses. Each is a mistake in our code, never of the user."""

from __future__ import annotations

from core.contracts.errors import JuheliError


class Refused(JuheliError):
    """Base of every refusal of the fence."""


class NoTenant(Refused):
    """Tenant data was asked for outside any scope."""


class CrossTenant(Refused):
    """A statement or an object carries another tenant than the scope's."""


class CrossSubtree(Refused):
    """A row to be written lies, or would come to lie, outside the organisation subtrees of the scope."""


class Unanchored(Refused):
    """A statement touches a tenant table without an AND-ed `tenant_id = …` for it."""


class PlatformOnly(Refused):
    """A tenant touched a table of the platform, or tried to write reference data that all tenants share."""


class RawSqlRefused(Refused):
    """Text SQL without a stated `raw_reason`."""
