"""`juheli audit verify`: walk the chain and name the first bad row."""

from __future__ import annotations

import sys

import click

from core.access.contexts import acting_in
from core.audit.log import verify as verify_chain
from core.tenancy.lookup import working_tenants

from .opening import opened


@click.group()
def audit() -> None:
    """The hash-chained record of what was done."""


@audit.command()
@click.argument("slug", required=False)
def verify(slug: str | None) -> None:
    """Verify the chain of one tenant, or of all and the platform. Exit status 1 when one is broken."""
    broken = False
    with opened():
        slugs = [slug] if slug else [tenant.slug for tenant, _rev in working_tenants()]
        for each in slugs:
            try:
                with acting_in(each, "audit verify"):
                    verdict = verify_chain()
            except LookupError as error:
                raise click.ClickException(f"no tenant {each!r}") from error
            if verdict.bad_seq is None:
                click.echo(f"{each}: {verdict.rows} rows, unbroken")
            else:
                broken = True
                click.echo(f"{each}: row {verdict.bad_seq} {verdict.reason}", err=True)
    sys.exit(1 if broken else 0)
