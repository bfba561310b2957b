"""`juheli backup`, `juheli restore`: the whole installation; one tenant: `juheli tenant export` and `restore`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from core.access.contexts import acting_in
from core.base.config import Config
from core.base.keyring import load_keyring, use_keyring
from core.custody.backup.making import drop_old, make_backup
from core.custody.backup.manifest import backups
from core.custody.backup.restoring import check, restore
from core.custody.doctor.findings import rule_of
from core.custody.operators import make_archive
from core.custody.shelf import NIGHTLY
from core.plugin.manager import installed
from core.tenancy.models import PLATFORM_SLUG

from .opening import opened

Folder = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--to", "folder", type=Folder, help="Folder of the backups; default JUHELI_BACKUPS, else instance/backups.")
@click.option("--keep-days", type=click.IntRange(min=1), help="Then drop older ones; default: rule custody.backup_keep_days.")
@click.option("--tenant", "slug", default="", help="Back up one tenant only, as an archive for this installation.")
@click.option("--list", "listing", is_flag=True, help="Only show what there is.")
def backup(folder: Path | None, keep_days: int | None, slug: str, listing: bool) -> None:
    """Back up database and files while the service runs. The master key is not in it: keep that apart."""
    config = Config.from_environment()
    folder = folder or config.backup_folder
    if listing:
        for path, made in backups(folder):
            click.echo(f"{path.name}  {made.engine:<10} {made.bytes:>15,} bytes  {len(made.tenants)} tenants")
        return
    with opened(config):
        if slug:
            path = folder / NIGHTLY / f"{slug}.zip"
            with acting_in(PLATFORM_SLUG, "juheli backup", "platform") as ctx:
                manifest = make_archive(ctx, slug, path)
            click.echo(f"{path}: {manifest.rows:,} rows, {manifest.files.count:,} files")
            return
        path, made = make_backup(config, folder)
        click.echo(f"{path}: {len(made.tenants)} tenants, {made.bytes:,} bytes, key {made.key}")
        days = keep_days or rule_of("custody.backup_keep_days")
        for old in drop_old(folder, keep_days=days, fewest=rule_of("custody.backup_fewest")):
            click.echo(f"dropped {old.name}")


@click.command("restore")
@click.argument("folder", type=Folder)
@click.option("--replace", is_flag=True, help="Also when there are tenants here; what was there is kept aside.")
@click.option("--without-copy", is_flag=True, help="PostgreSQL: keep no dump of what is there now (it is damaged, or no space).")
@click.option("--check", "only_check", is_flag=True, help="Only look whether the backup is sound and fits; touch nothing.")
def restore_command(folder: Path, replace: bool, without_copy: bool, only_check: bool) -> None:
    """Put a backup in place. Stop the service first. Exit status 1 when something is wrong afterwards."""
    config = Config.from_environment()
    config.instance.mkdir(parents=True, exist_ok=True)
    use_keyring(load_keyring(config.instance))
    installed()
    if only_check:
        made = check(folder)
        click.echo(f"{folder}: sound, made {made.made_at}, {len(made.tenants)} tenants, version {made.version}")
        return
    done = restore(folder, config, replace=replace, keep=not without_copy)
    click.echo(f"restored {done.tenants} tenants; {done.audit_rows:,} audit rows verified, {done.files:,} files checked")
    for line in done.migrated:
        click.echo(f"migrated {line}")
    if done.aside:
        click.echo(f"what was here before: {done.aside}")
    for problem in done.problems:
        click.echo(problem, err=True)
    sys.exit(1 if done.problems else 0)
