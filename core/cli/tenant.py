"""`juheli tenant …`: the same services as the operators' console."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import click

from core.app import create_app
from core.base.config import Config
from core.base.i18n import _
from core.isolation.prove import prove
from core.isolation.report import as_page
from core.tenancy.lookup import all_tenants
from core.tenancy.onboarding import create_tenant
from core.tenancy.suspension import resume as resume_tenant
from core.tenancy.suspension import suspend as suspend_tenant

from .opening import opened


@click.group()
def tenant() -> None:
    """Open, list, suspend and resume tenants."""


@tenant.command()
@click.argument("slug")
@click.option("--name", required=True, help="Full name of the county or street.")
@click.option("--kind", type=click.Choice(["county", "street"]), required=True)
@click.option("--profile", default="", help="File in tenants/profiles; default: the kind.")
@click.option("--division-code", default="", help="GB/T 2260 code of the county, or 9 digits of the street.")
@click.option("--parent", default="", help="Short name of the county a street belongs to.")
@click.option("--admin", default="admin", show_default=True, help="Login name of the first admin.")
@click.option("--admin-name", default="", help="Name of the first admin.")
@click.option("--host", default="", help="Host name of the tenant, when it has its own.")
def create(slug: str, name: str, kind: str, profile: str, division_code: str, parent: str, admin: str, admin_name: str,
           host: str) -> None:
    """Open a tenant; prints the first admin's one-time link."""
    with opened():
        made = create_tenant(slug=slug, name=name, kind=kind, profile=profile, division_code=division_code,
                             parent_slug=parent, admin_login=admin, admin_name=admin_name or _("管理员"), host=host,
                             by="juheli tenant create")
    address = Config.from_environment().public_url
    click.echo(f"opened {slug} ({made.tenant.id}); plugins: {', '.join(made.enabled) or '-'}")
    if made.withheld:
        click.echo(f"not switched on, because not offered to this tenant: {', '.join(made.withheld)}")
    click.echo(f"first admin {admin!r}: {address}/t/{slug}/accounts/link/{made.activation_token}   (works once, 7 days)")


@tenant.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """All tenants with kind and status."""
    with opened():
        rows = all_tenants()
    if as_json:
        shown = ("slug", "name", "kind", "status", "division_code")
        click.echo(json.dumps([{name: getattr(row, name) for name in shown} for row in rows], ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"{row.slug:<20} {row.kind:<8} {row.status:<10} {row.name}")


@tenant.command()
@click.argument("slug")
@click.option("--reason", required=True)
def suspend(slug: str, reason: str) -> None:
    """Stop a tenant's service; data is kept."""
    with opened():
        suspend_tenant(slug, reason, by="juheli tenant suspend")
    click.echo(f"{slug}: suspended")


@tenant.command("prove-isolation")
@click.argument("slug")
@click.option("--out", default=".", show_default=True, type=click.Path(file_okay=False), help="Folder of the report.")
@click.option("--thorough", is_flag=True, help="Everything the probe knows, for a quarter of an hour.")
def prove_isolation(slug: str, out: str, thorough: bool) -> None:
    """Try, from shadow tenants, to reach what another tenant has; writes a report. Exit status 1 when something is found."""
    app = create_app(Config.from_environment())
    if not app.extensions["juheli.database"].has_tables():
        raise click.ClickException("the database is empty: juheli migrate")
    logging.disable(logging.CRITICAL)       # pages stumble over made-up values, which says nothing
    try:
        proof = prove(app, app.extensions["juheli.database"], app.extensions["juheli.plugins"], slug, thorough=thorough)
    except LookupError as error:
        raise click.ClickException(f"no tenant {slug!r}") from error
    target = Path(out, f"isolation-{slug}-{proof.began_at:%Y%m%d-%H%M}.html")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(as_page(proof), encoding="utf-8")
    for finding in proof.findings:
        click.echo(str(finding), err=True)
    click.echo(f"{slug}: {proof.total} cases in {proof.seconds} s, {len(proof.findings)} findings; report: {target}")
    sys.exit(1 if proof.findings else 0)


@tenant.command()
@click.argument("slug")
def resume(slug: str) -> None:
    """Let a suspended tenant work again."""
    with opened():
        resume_tenant(slug, by="juheli tenant resume")
    click.echo(f"{slug}: active")
