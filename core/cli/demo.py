"""`juheli demo …`: load the demo tenants, list their accounts."""

from __future__ import annotations

import json
from collections.abc import Callable

import click

from core.base.config import Config
from core.demo.accounts import demo_accounts
from core.demo.load import SCALES, load
from core.tenancy.lookup import demo_tenants

from .opening import opened


@click.group()
def demo() -> None:
    """Demo tenants with made-up people. Their passwords are public: loopback only."""


@demo.command("load")
@click.option("--scale", type=click.Choice(SCALES), default="small", show_default=True)
def load_command(scale: str) -> None:
    """Load `linshu` and `liulitun` (small), or the large `chaoyang` with 100,000 members."""
    if not Config.from_environment().loopback:
        raise click.ClickException("demo data is loaded on a loopback address only")
    with opened():
        load(scale, click.echo)


@demo.command()
@click.option("--json", "as_json", is_flag=True)
def accounts(as_json: bool) -> None:
    """One account per role of each demo tenant, and the operator."""
    with opened():
        found = demo_accounts()
    if as_json:
        click.echo(json.dumps([account.as_dict() for account in found], ensure_ascii=False, indent=1))
        return
    for account in found:
        click.echo(f"{account.path:<16} {account.login:<16} {account.password:<18} {account.role} {account.name}")


def load_when_absent(say: Callable[[str], None]) -> None:
    """Load the small demo once; a second start keeps the data."""
    if not demo_tenants():
        load("small", say)


def print_accounts(address: str) -> None:
    """Addresses and accounts for whoever has just typed `make run`."""
    for account in demo_accounts():
        click.echo(f"  {address}{account.path:<14} {account.login:<12} {account.password}   {account.role}（{account.name}）")
