"""`juheli db …`: the roles PostgreSQL needs, and whether the walls stand."""

from __future__ import annotations

import sys

import click

from core.base.config import Config
from core.base.fence.roles import role_statements

from .opening import opened


@click.group()
def db() -> None:
    """PostgreSQL roles, and the walls inside the database."""


@db.command()
@click.option("--owner", default="juheli_owner", show_default=True, help="Owns the tables and migrates.")
@click.option("--app", default="juheli_app", show_default=True, help="Serves; owns nothing.")
@click.option("--backup", default="juheli_backup", show_default=True, help="Reads all tenants for pg_dump; '' for none.")
@click.option("--database", default="juheli", show_default=True)
def roles(owner: str, app: str, backup: str, database: str) -> None:
    """Print the SQL that makes the roles; a superuser runs it once: juheli db roles | psql -d juheli."""
    try:
        statements = role_statements(owner, app, backup, database)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo("".join(f"{statement};\n" for statement in statements), nl=False)


@db.command()
def check() -> None:
    """Say what is wrong with the walls and the role this installation serves with. Exit status 1 when something is."""
    config = Config.from_environment()
    with opened(config) as (database, _plugins):
        problems = database.why_not_serve()
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(1)
    click.echo("the walls stand" if database.is_sqlite else "the walls stand, and bind the role that serves")
