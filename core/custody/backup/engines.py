"""The database as one file: SQLite's online backup API, or pg_dump and pg_restore.

Both are reached past the application's engine on purpose: a backup is of everything. SQLite needs nothing but the file;
PostgreSQL needs a role that may read all rows (`juheli db roles` makes one), because row level security would otherwise
leave rows out: pg_dump then refuses, and that refusal is told.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from .manifest import BackupTrouble

SECONDS = 6 * 3600
TELLING = 600


def engine_of(url: str) -> str:
    return make_url(url).get_backend_name()


def copy_sqlite(source: Path, to: Path) -> None:
    """A consistent copy while others write. Raises BackupTrouble when there is no database or the copy is not sound."""
    if not source.is_file():
        raise BackupTrouble(f"{source}: no database here; is JUHELI_INSTANCE right?")
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as live, sqlite3.connect(to) as copy:
        live.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")          # one file, without a journal beside it
    live.close()
    copy.close()
    to.chmod(0o600)
    check_sqlite(to)


def check_sqlite(path: Path) -> None:
    """Raises BackupTrouble unless SQLite finds its own file sound."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as copy:
            said = copy.execute("PRAGMA integrity_check").fetchone()[0]
        copy.close()
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise BackupTrouble(f"{path}: SQLite finds it damaged ({said[:80]})")


def dump_postgres(url: str, to: Path) -> None:
    """pg_dump in its own compressed format. Raises BackupTrouble with what it says."""
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={to}",
         hint="the role must be able to read all rows: `juheli db roles` makes one; give it in JUHELI_BACKUP_URL")
    to.chmod(0o600)


def restore_postgres(url: str, dump: Path) -> None:
    """Everything this role owns goes and the dump comes, in one transaction: all of it or nothing, also after a kill.

    Tables the dump knows nothing of (of a module added since) would hold the old ones fast, so pg_restore's own --clean is
    not enough. The COMMIT is written only after pg_restore has ended well. Raises BackupTrouble.
    """
    psql, pg_restore = _found("psql"), _found("pg_restore")
    environment = {**os.environ, **_connection(make_url(url))}
    with tempfile.TemporaryFile() as said, subprocess.Popen(
            [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=said) as into:
        assert into.stdin
        with contextlib.suppress(BrokenPipeError):
            into.stdin.write(EMPTIED)
            into.stdin.flush()
            script = subprocess.run([pg_restore, "--no-owner", "--no-privileges", "--file=-", str(dump)], stdout=into.stdin,
                                    stderr=said, timeout=SECONDS, check=False)
            if script.returncode == 0:
                into.stdin.write(b"\nCOMMIT;\n")
        with contextlib.suppress(BrokenPipeError):
            into.stdin.close()
        ended = into.wait(SECONDS)
        said.seek(0)
        if ended or script.returncode:
            words = " ".join(said.read().decode(errors="replace").split())
            hint = "the role must own the tables: give the owner in JUHELI_MIGRATE_URL"
            if "lock timeout" in words:
                hint = "somebody is still connected and holds a table: see pg_stat_activity"
            raise BackupTrouble(f"psql: {words[:TELLING]} — {hint}; nothing was changed")


EMPTIED = b"""BEGIN;
SET client_min_messages = warning;
SET LOCAL lock_timeout = '30s';
DO $$ DECLARE gone record; BEGIN
  FOR gone IN SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
              WHERE schemaname = 'public' AND tableowner = current_user LOOP
    EXECUTE 'DROP TABLE IF EXISTS ' || gone.name || ' CASCADE';
  END LOOP;
END $$;
"""


def others_connected(url: str, role: str) -> int:
    """Connections of the role that serves to this database: the service or a worker is running. PostgreSQL only."""
    asked = b"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = :'role'"
    done = subprocess.run([_found("psql"), "-XAtq", "-v", f"role={role}", "-f", "-"], input=asked, capture_output=True,
                          env={**os.environ, **_connection(make_url(url))}, timeout=60, check=False)
    return int(done.stdout or 0)


def _found(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise BackupTrouble(f"{program} is not installed here (Debian: postgresql-client)")
    return found


def _run(program: str, url: str, *arguments: str, hint: str) -> None:
    found = _found(program)
    done = subprocess.run([found, *arguments], env={**os.environ, **_connection(make_url(url))}, capture_output=True,
                          text=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise BackupTrouble(f"{program}: {' '.join(done.stderr.split())[:TELLING]} — {hint}")


def _connection(url: URL) -> dict[str, str]:
    """The address for libpq: in the environment, because arguments can be read by every user of the machine."""
    named = {"PGHOST": url.host, "PGPORT": url.port and str(url.port), "PGUSER": url.username, "PGPASSWORD": url.password,
             "PGDATABASE": url.database, "PGSSLMODE": url.query.get("sslmode"), "PGSSLROOTCERT": url.query.get("sslrootcert")}
    return {name: str(value) for name, value in named.items() if value}
