"""`juheli plugin purge …`: a plugin's data in one tenant goes for good, by the same services as the operators' pages."""

from __future__ import annotations

import click

from core.custody import carrying_out, purge

from .tenant_life import add_decisions, by_option, console


@click.group("purge")
def purge_group() -> None:
    """Delete what a tenant has of a plugin: ask, confirm (another operator), wait, run.

    Before that the tenant switches it off or archives it and exports its data itself.
    """


@purge_group.command()
@click.argument("name")
@click.option("--tenant", "slug", required=True, help="Short name of the tenant.")
@click.option("--reason", required=True)
@by_option
def ask(name: str, slug: str, reason: str, by: str) -> None:
    """First person."""
    with console(by) as ctx:
        row = purge.ask_purge(ctx, slug, name, reason=reason, typed=name)
    click.echo(f"purge {row.id} asked by {row.asked_name}. Another operator: juheli plugin purge confirm {row.id}")


add_decisions(purge_group, "purge", "nothing was deleted")


@purge_group.command()
@click.argument("number", type=int)
def run(number: int) -> None:
    """Delete now what is due (the hourly job does the same), and print the certificate."""
    with console() as ctx:
        said = carrying_out.carry_out(ctx, number)
    for table, rows in said["rows"].items():
        click.echo(f"{table:<32}{rows:>10,}")
    click.echo(f"{said['name']}: {sum(said['rows'].values()):,} rows of {said.get('plugin')} deleted, nothing left; "
               f"certificate {said['sha256']}")
