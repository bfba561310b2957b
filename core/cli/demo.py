"""`juheli demo …`: load the demo tenants, list their accounts."""

from __future__ import annotations

import json
from collections.abc import Callable

import click

from core.base.config import Config
from core.demo.accounts import demo_accounts
from core.demo.exposure import exposed
from core.demo.load import SCALES, is_complete, load
from core.migrations.upgrade import upgrade

from .opening import opened


@click.group()
def demo() -> None:
    """Demo tenants with made-up people. Their passwords are public: loopback only."""


@demo.command("load")
@click.option("--scale", type=click.Choice(list(SCALES)), default="small", show_default=True)
@click.option("--people", type=click.IntRange(min=2100), hidden=True, help="Members of the large tenant, for tests.")
def load_command(scale: str, people: int | None) -> None:
    """Load `linshu` and `liulitun` (small), or the large `chaoyang` with 100,000 members.

    An interrupted run is continued; what is there already stays.
    """
    config = Config.from_environment()
    if exposed(config):
        raise click.ClickException("demo passwords are public: demo data are loaded with JUHELI_HOST on a loopback address and "
                                   "without JUHELI_PROXIES only")
    with opened(config, migrating=True) as (database, plugins):
        upgrade(database, plugins)
    with opened(config):
        load(scale, click.echo, members=people)


@demo.command()
@click.option("--json", "as_json", is_flag=True)
def accounts(as_json: bool) -> None:
    """One account per role of each demo tenant, and the operator."""
    config = Config.from_environment()
    with opened(config):
        found = demo_accounts()
    if as_json:
        address = f"http://{config.host}:{config.port}"
        click.echo(json.dumps([account.as_dict(address) for account in found], ensure_ascii=False, indent=1))
        return
    for account in found:
        click.echo(f"{account.path:<14} {account.login:<10} {account.password}   {account.told()}")


def load_when_absent(say: Callable[[str], None]) -> None:
    """Load the small demo once; a second start keeps the data, one after an interruption completes them."""
    if not is_complete("small"):
        load("small", say)


def print_accounts(address: str) -> None:
    """Addresses and accounts for whoever has just typed `make run`."""
    for account in demo_accounts():
        click.echo(f"  {address}{account.path:<14} {account.login:<10} {account.password}   {account.told()}")
