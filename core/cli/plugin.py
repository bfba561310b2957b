"""`juheli plugin …`."""

from __future__ import annotations

import click

from core.access.contexts import acting_in
from core.tenancy.lifecycle import archive_plugin, disable_plugin, enable_plugin

from .opening import opened


@click.group()
def plugin() -> None:
    """List installed plugins; switch one on or off for a tenant."""


@plugin.command("list")
@click.option("--tenant", "slug", default="", help="Show what this tenant has switched on.")
def list_(slug: str) -> None:
    """Installed plugins with version (and state in a tenant)."""
    with opened() as (_database, plugins):
        enabled = archived = frozenset[str]()
        if slug:
            with _acting(slug) as ctx:
                enabled, archived = ctx.enabled, ctx.archived
        for name in plugins.optional:
            manifest = plugins.by_name[name].manifest
            mark = ("archived " if name in archived else "on       " if name in enabled else "off      ") if slug else ""
            click.echo(f"{mark}{name:<12} {manifest.version:<8} {manifest.title}")


@plugin.command()
@click.argument("name")
@click.option("--tenant", "slug", required=True)
def enable(name: str, slug: str) -> None:
    """Switch a plugin on, with what it requires."""
    with opened(), _acting(slug) as ctx:
        click.echo(f"{slug}: on: {', '.join(enable_plugin(ctx, name)) or 'nothing to do'}")


@plugin.command()
@click.argument("name")
@click.option("--tenant", "slug", required=True)
def disable(name: str, slug: str) -> None:
    """Switch a plugin off; its data is kept."""
    with opened(), _acting(slug) as ctx:
        disable_plugin(ctx, name)
        click.echo(f"{slug}: off: {name}")


@plugin.command()
@click.argument("name")
@click.option("--tenant", "slug", required=True)
def archive(name: str, slug: str) -> None:
    """Let its records be read and taken out, and nothing be changed; `enable` ends it."""
    with opened(), _acting(slug) as ctx:
        archive_plugin(ctx, name)
        click.echo(f"{slug}: archived: {name}")


def _acting(slug: str):  # noqa: ANN202
    try:
        return acting_in(slug, "juheli plugin")
    except LookupError as error:
        raise click.ClickException(f"no tenant {slug!r}") from error
