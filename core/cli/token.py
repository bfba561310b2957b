"""`juheli token …`: access tokens for programs, handed out where the server stands. The same services as the page 访问令牌."""

from __future__ import annotations

import datetime as dt

import click
from sqlalchemy import select

from core.access.models import Role
from core.access.services import tokens
from core.base.i18n import use_locale
from core.base.session import session
from core.people.models import OrgUnit

from .opening import acting, opened

Tenant = click.option("--tenant", "slug", required=True, help="Short name of the tenant.")


@click.group()
def token() -> None:
    """Make, list and revoke the access tokens of a tenant's service accounts."""


@token.command()
@Tenant
@click.argument("name")
@click.option("--role", required=True, help="Key or name of the role the program's account gets.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day it holds, like 2026-12-31.")
@click.option("--org", "org_id", type=int, help="Number of its organisation, with all below; default: the whole tenant.")
@click.option("--only", multiple=True, metavar="PERMISSION", help="At most these permissions of the role; several times.")
def create(slug: str, name: str, role: str, until: dt.datetime, org_id: int | None, only: tuple[str, ...]) -> None:
    """Make a token for a program called NAME. Its secret is printed once, alone on the first line."""
    with opened(), acting(slug, "juheli token") as ctx:
        if org_id is not None:
            ctx.get(OrgUnit, org_id)
        made, secret = tokens.make_token(ctx, name=name, role_id=_role(role), org_unit_id=org_id, ends_on=until.date(),
                                         permissions=only)
        click.echo(secret)
        click.echo(f"token {made.id} of {slug}: {len(made.permissions)} permissions until {until:%Y-%m-%d}. "
                   "The secret is not kept: store it now", err=True)


@token.command("list")
@Tenant
def list_(slug: str) -> None:
    """The tokens of a tenant, live ones first: number, state, last use, beginning of the secret, place, name."""
    with opened(), use_locale("en"), acting(slug, "juheli token") as ctx:
        for one in tokens.list_tokens(ctx):
            used = f"{one.token.last_used_at:%Y-%m-%d}" if one.token.last_used_at else "never"
            click.echo(f"{one.token.id}  {one.state:<8} used {used:<10}  {one.token.hint}…  {one.place or 'whole tenant'}  "
                       f"{one.token.name}")


@token.command()
@Tenant
@click.argument("token_id", type=int)
def revoke(slug: str, token_id: int) -> None:
    """Revoke a token; it lets nobody in from now on."""
    with opened(), acting(slug, "juheli token") as ctx:
        gone = tokens.revoke_token(ctx, token_id)
        click.echo(f"{slug}: revoked {gone.id} ({gone.name})")


def _role(wanted: str) -> int:
    roles = session().scalars(select(Role).where((Role.key == wanted) | (Role.label == wanted))).all()
    if len(roles) != 1:
        known = ", ".join(session().scalars(select(Role.key).order_by(Role.key)))
        raise click.ClickException(f"{'several roles' if roles else 'no role'} {wanted!r}; there are: {known}")
    return roles[0].id
