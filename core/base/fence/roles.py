"""The PostgreSQL roles of an installation, as the statements that make them.

owner   owns the tables and migrates (`juheli migrate`, JUHELI_MIGRATE_URL); not used to serve
app     serves and runs jobs (JUHELI_DATABASE_URL); owns nothing, neither superuser nor BYPASSRLS, may not TRUNCATE
backup  only reads, and reads every tenant: BYPASSRLS, because pg_dump as another role leaves rows out without a word
"""

from __future__ import annotations

import re

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")


def role_statements(owner: str, app: str, backup: str = "", database: str = "juheli") -> list[str]:
    """What a superuser runs once, connected to `database`; the passwords are set apart (\\password). Raises ValueError.

    The limits of the app role are a second line: each transaction sets its own (core.base.fence.postgres).
    """
    for name in filter(None, (owner, app, backup, database)):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r}: small letters, digits and _ only")
    made = [
        *(f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS" for name in (owner, app)),
        f"ALTER DATABASE {database} OWNER TO {owner}",
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT ALL ON SCHEMA public TO {owner}",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
        f"GRANT USAGE ON SCHEMA public TO {app}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        f"ALTER ROLE {app} SET statement_timeout = '60s'",
        f"ALTER ROLE {app} SET lock_timeout = '10s'",
    ]
    if backup:
        made += [
            f"CREATE ROLE {backup} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS",
            f"GRANT CONNECT ON DATABASE {database} TO {backup}",
            f"GRANT USAGE ON SCHEMA public TO {backup}",
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {backup}",
            f"ALTER ROLE {backup} SET default_transaction_read_only = on",
        ]
    return made
