"""`juheli plugin uninstall NAME`: the tables of a plugin go once no tenant keeps anything of it; pip removes its code."""

from __future__ import annotations

import click

from core.migrations.upgrade import forget
from core.plugin import Plugins
from core.plugin.finding import OURS
from core.tenancy.everywhere import keepers
from core.tenancy.models import NOBODY, PLATFORM_SLUG
from core.tenancy.offers import decide_offer

from .opening import acting, opened


@click.command()
@click.argument("name")
def uninstall(name: str) -> None:
    """Drop a plugin's tables when no tenant keeps data of it, and say which pip command removes its code."""
    with opened() as (_database, plugins):
        distribution = _removable(name, plugins)
        _refuse_while_kept(name)
        with acting(PLATFORM_SLUG, "juheli plugin") as ctx:      # a server that runs still knows it: nobody switches it on now
            decide_offer(ctx, name, audience=NOBODY, note="juheli plugin uninstall")
        _refuse_while_kept(name)
    with opened(migrating=True) as (database, plugins):
        moved = forget(database, plugins, name) if plugins.by_name[name].migrations else []
    click.echo("\n".join((*moved, f"{name}: its tables are gone, and it is offered to nobody. Now, then restart:")))
    click.echo(f"  pip uninstall {distribution}")
    click.echo(f"Installed again later: juheli migrate; juheli plugin offer {name} --everybody")


def _removable(name: str, plugins: Plugins) -> str:
    """The distribution it came with. Raises ClickException for what cannot be taken out."""
    if name not in plugins.optional:
        raise click.ClickException(f"no plugin {name!r} is installed; only an installed one can take its tables away")
    distribution = plugins.by_name[name].distribution.partition(" ")[0]
    if distribution.lower() in ("", OURS):
        raise click.ClickException(f"{name!r} comes with {OURS} itself and cannot be uninstalled; "
                                   f"juheli plugin offer {name} --nobody keeps it from tenants")
    if others := [other for other in plugins.required_by(name) if other != name]:
        raise click.ClickException(f"{name!r} is required by {', '.join(others)}: uninstall that first")
    return distribution


def _refuse_while_kept(name: str) -> None:
    """Raises ClickException with the list of tenants that keep something of it."""
    if found := keepers(name):
        listed = "\n".join(f"  {slug:<20}{rows:>10,} rows" for slug, rows in found.items())
        raise click.ClickException(f"{name}: {len(found)} tenant(s) keep data of it. Nothing was removed; purge it there first "
                                   f"(juheli plugin purge ask {name} --tenant …):\n{listed}")
