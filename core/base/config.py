"""Settings of the process, from the environment (`JUHELI_*`). Settings of a tenant live in its own rows."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only; demo passwords exist only there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def public_url(text: str) -> str:
    """`text` as scheme://host[:port]. Raises ValueError for anything else: a path, an account, another scheme."""
    parts = urlsplit(text.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or "@" in parts.netloc:
        raise ValueError(text)
    return f"{parts.scheme}://{parts.netloc.lower()}"


@dataclass(frozen=True, slots=True)
class Config:
    """All that differs between installations.

    instance      folder of the database, keys and files
    database_url  SQLAlchemy URL; default: SQLite in the instance folder
    migrate_url   the same database as the role that owns the tables (`juheli migrate`); default: database_url
    backup_url    the same database as the role that may read all of it (`juheli backup`); default: migrate_url
    backups       folder of the backups; default: backups in the instance folder
    database_pool, database_overflow   connections a process keeps, and may open beyond that
    statement_timeout, lock_timeout    seconds a statement may run, or wait for a lock (PostgreSQL)
    redis_url     redis://… for cache, limits, bell; empty: none, and everything works without
    jobs          embedded (threads of the web process) | external (workers) | none (tests)
    public_url    how people reach it, e.g. https://juheli.example.gov.cn; links that are handed over start with it
    lease         seconds a worker may be silent before its job goes to another
    accel         where nginx serves stored files from on our word (X-Accel-Redirect), e.g. /_stored/; empty: we send them
    log           json (a line per request and job, on standard error) | plain (warnings only)
    slow_ms       statements slower than this are logged, without their values
    hang          seconds a request may be worked on before its process is ended and replaced; 0: no limit
    metrics_token what /metrics asks for (Authorization: Bearer …); empty: there is no such page
    tenant_rate   requests a tenant may make in 10 seconds, all its people together; 0: no limit
    client_rate   requests one session, or one address without a session, may make in 10 seconds; 0: no limit
    token_rate    requests one access token may make in 10 seconds; 0: no limit
    proxies       how many reverse proxies stand in front; 0: their headers are ignored
    max_upload    bytes of one request body
    webhooks      on | off: nothing is told outside (a drill on a restored backup)
    webhook_networks  inner ranges that webhooks may reach, e.g. 10.20.0.0/16,10.30.1.5/32; empty: the public network only
    webhook_ports     ports receivers may listen on, e.g. 443,8443
    webhook_loopback  1: also http to this machine, while it listens on loopback itself (demos, development)
    webhook_ca        file of certificates that are trusted beside the system's
    """

    instance: Path = field(default_factory=lambda: Path("instance").resolve())
    database_url: str = ""
    migrate_url: str = ""
    backup_url: str = ""
    backups: str = ""
    database_pool: int = 10
    database_overflow: int = 30
    statement_timeout: int = 30
    lock_timeout: int = 5
    redis_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 8
    jobs: str = "embedded"
    public_url: str = ""
    lease: int = 60
    accel: str = ""
    log: str = "plain"
    slow_ms: int = 500
    hang: int = 120
    metrics_token: str = ""
    tenant_rate: int = 0
    client_rate: int = 0
    token_rate: int = 0
    proxies: int = 0
    max_upload: int = 25 * 1024 * 1024
    webhooks: str = "on"
    webhook_networks: str = ""
    webhook_ports: str = "443"
    webhook_loopback: int = 0
    webhook_ca: str = ""
    testing: bool = False

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.instance / 'juheli.db'}"

    @property
    def backup_folder(self) -> Path:
        return Path(self.backups).resolve() if self.backups else self.instance / "backups"

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def everywhere(self) -> bool:
        """Whether it listens on all addresses of the machine, none of which is a name to give to people."""
        return self.host in ("", "0.0.0.0", "::")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read `JUHELI_<NAME>`; raises ValueError naming the variable that cannot be understood."""
        values: dict[str, object] = {}
        usual = cls()
        for name in [item.name for item in fields(cls) if item.name != "testing"]:
            kind = {"instance": Path, "public_url": public_url}.get(name, type(getattr(usual, name)))
            raw = environ.get(f"JUHELI_{name.upper()}")
            if raw:
                try:
                    values[name] = kind(raw).resolve() if kind is Path else kind(raw)
                except ValueError as error:
                    wanted = "an address like https://juheli.example.gov.cn" if kind is public_url else "a number"
                    raise ValueError(f"JUHELI_{name.upper()}={raw!r} is not {wanted}") from error
        return cls(**values)  # type: ignore[arg-type]
