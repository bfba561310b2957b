"""Demo passwords are public: an installation that holds demo tenants serves on a loopback address only."""

from __future__ import annotations

from core.base.config import Config
from core.base.engine import Database
from core.tenancy.lookup import demo_tenants


def exposed(config: Config) -> bool:
    """Whether others than the people at this machine may reach it: another address, or a reverse proxy in front."""
    return not config.loopback or config.proxies > 0


def why_not_serve(config: Config, database: Database) -> str:
    """One sentence that says what is wrong and what to do; "" when the installation may serve."""
    if not exposed(config):
        return ""
    with database.use():
        tenants = demo_tenants() if database.has_tables() else []
    if not tenants:
        return ""
    slugs = ", ".join(slug for slug, _name in tenants)
    place = f"on {config.host}" if not config.loopback else "behind a proxy (JUHELI_PROXIES)"
    return (f"{config.instance} holds demo tenants ({slugs}) whose passwords are public, so it does not serve {place}. "
            "Set JUHELI_INSTANCE (or JUHELI_DATABASE_URL) to an installation without demo data and open tenants there with "
            "`juheli tenant create`, or serve the demo with JUHELI_HOST=127.0.0.1.")
