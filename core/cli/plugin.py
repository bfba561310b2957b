"""`juheli plugin …`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from core.migrations.upgrade import pending
from core.migrations.upgrade import upgrade as migrate_to_head
from core.plugin import Plugins
from core.tenancy import offers, upgrading
from core.tenancy.everywhere import Standing, complaints, standings
from core.tenancy.lifecycle import archive_plugin, disable_plugin, enable_plugin
from core.tenancy.models import PLATFORM_SLUG

from .opening import acting, opened
from .plugin_purge import purge_group

name_argument = click.argument("name")
tenant_option = click.option("--tenant", "slug", required=True, help="Short name of the tenant.")


@click.group()
def plugin() -> None:
    """What is installed; switch it on, off or to be read only for a tenant; offer, upgrade, check."""


@plugin.command("list")
@click.option("--tenant", "slug", default="", help="Show what this tenant has switched on.")
def list_(slug: str) -> None:
    """Installed plugins with version (and state in a tenant)."""
    with opened() as (_database, plugins):
        enabled = archived = frozenset[str]()
        if slug:
            with acting(slug, "juheli plugin") as ctx:
                enabled, archived = ctx.enabled, ctx.archived
        for name in plugins.optional:
            manifest = plugins.by_name[name].manifest
            mark = ("archived " if name in archived else "on       " if name in enabled else "off      ") if slug else ""
            click.echo(f"{mark}{name:<12} {manifest.version:<8} {manifest.title}")


@plugin.command()
@name_argument
@tenant_option
def enable(name: str, slug: str) -> None:
    """Switch a plugin on, with what it requires."""
    with opened(), acting(slug, "juheli plugin") as ctx:
        click.echo(f"{slug}: on: {', '.join(enable_plugin(ctx, name)) or 'nothing to do'}")


@plugin.command()
@name_argument
@tenant_option
def disable(name: str, slug: str) -> None:
    """Switch a plugin off; its data is kept."""
    with opened(), acting(slug, "juheli plugin") as ctx:
        disable_plugin(ctx, name)
        click.echo(f"{slug}: off: {name}")


@plugin.command()
@name_argument
@tenant_option
def archive(name: str, slug: str) -> None:
    """Let its records be read and taken out, and nothing be changed; `enable` ends it."""
    with opened(), acting(slug, "juheli plugin") as ctx:
        archive_plugin(ctx, name)
        click.echo(f"{slug}: archived: {name}")


@plugin.command()
@name_argument
@click.option("--everybody", "audience", flag_value=offers.EVERYBODY, help="To all tenants (as when nobody decided).")
@click.option("--nobody", "audience", flag_value=offers.NOBODY, help="To none: where it is on it stays on.")
@click.option("--profile", "profiles", multiple=True, help="To the tenants opened from this profile.")
@click.option("--tenant", "tenants", multiple=True, help="To this tenant.")
def offer(name: str, audience: str | None, profiles: tuple[str, ...], tenants: tuple[str, ...]) -> None:
    """Say to whom a plugin is offered; tenants see and switch on nothing else."""
    if (audience is None) != bool(profiles or tenants):
        raise click.UsageError("either --everybody, or --nobody, or some --profile and --tenant")
    with opened(), acting(PLATFORM_SLUG, "juheli plugin") as ctx:
        row = offers.decide_offer(ctx, name, audience=audience or offers.NAMED, profiles=[*profiles], tenants=[*tenants])
        click.echo(f"{name}: offered to {', '.join((*row.profiles, *row.tenants)) or row.audience}")


@plugin.command("upgrade")
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="All plugins.")
@click.option("--check", is_flag=True, help="Only say what would be done.")
def upgrade_(name: str | None, everything: bool, check: bool) -> None:
    """Bring schema and tenants to the installed version: tables, suggested rights, defaults. Back up before."""
    if bool(name) == everything:
        raise click.UsageError("a name or --all")
    with opened(migrating=not check) as (database, plugins):
        _known(plugins, name)
        waiting = [owner for owner in pending(database, plugins) if name in (None, owner)]
        for owner in waiting if check else ():
            click.echo(f"{owner}: tables change")
        for line in () if check else migrate_to_head(database, plugins, only=name):
            click.echo(f"migrated {line}")
        if check:
            late = [] if "core" in waiting else upgrading.behind(plugins, name or "")
            _say(late, plugins)
            click.echo(f"{len(waiting)} schemas, {len(late)} plugins of tenants")
            return
    with opened() as (_database, plugins):
        done, left = upgrading.catch_up(plugins, name or "")
        _say(done, plugins)
        for each in left:
            click.echo(f"{each.plugin}: {each.slug}: takes no changes now, left for later", err=True)


def _say(listed: Iterable[Standing], plugins: Plugins) -> None:
    for each in listed:
        click.echo(f"{each.plugin}: {each.slug}: {each.version or '?'} -> {plugins.by_name[each.plugin].manifest.version}")


@plugin.command()
@click.argument("name", required=False)
def check(name: str | None) -> None:
    """Say where plugins are on and keep data. Exit status 1: one has vanished; with NAME: it may not be uninstalled yet."""
    with opened() as (_database, plugins):
        found = standings(name or "")
        for each in found:
            note = "" if each.plugin in plugins.by_name else "  NOT INSTALLED"
            click.echo(f"{each.plugin:<12} {each.slug:<20} {each.state:<9} {each.version or '?'}{note}")
        problems = complaints(plugins)
        for problem in problems:
            click.echo(problem, err=True)
        if name and name not in plugins.by_name and not found:
            raise click.ClickException(f"no plugin {name!r}")
        if name and found:
            click.echo(f"{name}: {len(found)} tenant(s) keep data of it; do not uninstall it before it is purged there", err=True)
        elif name:
            click.echo(f"{name}: no tenant keeps data of it; it may be uninstalled")
    if problems or (name and found):
        sys.exit(1)


plugin.add_command(purge_group)


def _known(plugins: Plugins, name: str | None) -> None:
    if name is not None and name not in plugins.optional:
        raise click.ClickException(f"no plugin {name!r}")
