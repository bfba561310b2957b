"""`juheli tenant export|import|restore|…`: a tenant as a whole, by the same services as the operators' pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from core.access.contexts import acting_in, user_context
from core.accounts.models import User
from core.base.scope import tenant_scope
from core.base.session import session
from core.custody import carrying_out, operators, removal
from core.custody.archive.arrival import discard as discard_arrival
from core.custody.archive.opening import opened as opened_archive
from core.custody.difference import TableDifference, compare_archive
from core.tenancy.lookup import by_id
from core.tenancy.models import ARRIVING, PLATFORM, PLATFORM_SLUG
from core.tenancy.suspension import make_read_only

from .opening import opened

File = click.Path(path_type=Path, dir_okay=False)
passphrase_option = click.option("--passphrase-file", type=click.File(), help="Its first line is the passphrase (-: stdin).")


@contextmanager
def console(by: str = "") -> Any:
    """The platform's scope: as the operator `by`, else as the shell. Raises ClickException for an unknown operator."""
    with opened():
        if not by:
            with acting_in(PLATFORM_SLUG, "juheli tenant", "platform") as ctx:
                yield ctx
            return
        with tenant_scope(PLATFORM):
            user = session().scalars(select(User).where(User.login_name == by)).one_or_none()
            found = by_id(PLATFORM)
            ctx = user_context(found[0], frozenset(), user.id, "cli") if found and user else None
            if ctx is None:
                raise click.ClickException(f"no active operator {by!r}")
            yield ctx


def _passphrase(given: Any) -> str:
    return given.readline().rstrip("\r\n") if given else ""


def _progress() -> Callable[[int, str], None]:
    """Percent on standard error; who reads it by a program does not see it."""
    def tell(percent: int, _text: str) -> None:
        click.echo(f"\r{percent:3d}%", err=True, nl=percent >= 99)

    return tell


@click.command("export")
@click.argument("slug")
@click.argument("file", type=File)
@passphrase_option
@click.option("--no-passphrase", is_flag=True, help="Sealed values then open only where the same master key is.")
def export(slug: str, file: Path, passphrase_file: Any, no_passphrase: bool) -> None:
    """Write everything of a tenant into one archive."""
    passphrase = _passphrase(passphrase_file)
    if not passphrase and not no_passphrase:
        passphrase = click.prompt("passphrase", hide_input=True, confirmation_prompt=True)
    with console() as ctx:
        if passphrase:
            operators.check_passphrase(passphrase)
        made = operators.make_archive(ctx, slug, file, passphrase=passphrase, tell=_progress())
    click.echo(f"{file}: {made.rows:,} rows in {len(made.tables)} tables, {made.files.count:,} files")


@click.command("import")
@click.argument("file", type=File)
@click.option("--slug", default="", help="Another short name, when its own is taken here.")
@passphrase_option
def import_(file: Path, slug: str, passphrase_file: Any) -> None:
    """Bring a tenant in from another installation, under its own number. It arrives suspended."""
    with console() as ctx:
        came = operators.bring_in(ctx, file, slug=slug, passphrase=_passphrase(passphrase_file) or None, tell=_progress())
    click.echo(f"{came.slug}: {sum(came.rows.values()):,} rows and {came.files:,} files, verified table by table; suspended. "
               f"Next: juheli tenant resume {came.slug}")
    if came.withheld:
        click.echo(f"on in it, though not offered to it here: {', '.join(came.withheld)}")


@click.command()
@click.argument("slug")
@click.argument("file", type=File)
@passphrase_option
def restore(slug: str, file: Path, passphrase_file: Any) -> None:
    """Restore an archive of a tenant beside the live one, and show the difference."""
    with console() as ctx:
        came = operators.restore_beside(ctx, slug, file, passphrase=_passphrase(passphrase_file) or None, tell=_progress())
        click.echo(f"copy: {came.slug}")
        _show(TableDifference(t["name"], t["owner"], t["same"], t["only_here"], t["only_there"], t["changed"])
              for t in operators.compare(ctx, came.slug))


@click.command()
@click.argument("slug")
@click.argument("file", type=File)
def diff(slug: str, file: Path) -> None:
    """Difference between a tenant and an archive of it, in numbers; nothing is restored."""
    with console() as ctx:
        live = removal.target(slug)
        with opened_archive(file) as archive:
            ctx.require(operators.KEEP)
            if archive.manifest.origin != (live.origin_id or live.id):
                raise click.ClickException(f"{file} is an archive of {archive.manifest.slug}")
            archive.verify()
            _show(compare_archive(live.id, archive))


def _show(tables: Any) -> None:
    click.echo(f"{'table':<32}{'only here':>10}{'only there':>11}{'changed':>9}{'same':>9}")
    for table in tables:
        if table.differs:
            click.echo(f"{table.name:<32}{table.only_here:>10}{table.only_there:>11}{table.changed:>9}{table.same:>9}")


@click.command("take-place")
@click.argument("copy")
def take_place(copy: str) -> None:
    """Let a restored copy become the live tenant; what was live is kept, suspended."""
    with console() as ctx:
        before = operators.take_place(ctx, copy)
    click.echo(f"done; what was live is now {before}, suspended")


@click.command()
@click.argument("slug")
def discard(slug: str) -> None:
    """Take away a restored copy, or what an interrupted import left."""
    with console() as ctx:
        row = removal.target(slug)
        if row.status == ARRIVING:
            discard_arrival(row.id)
        else:
            operators.drop_copy(ctx, slug)
    click.echo(f"{slug}: gone")


@click.command("read-only")
@click.argument("slug")
@click.option("--reason", required=True)
def read_only(slug: str, reason: str) -> None:
    """Let everybody read and export, nobody write. `resume` ends it."""
    with opened():
        make_read_only(slug, reason, by="juheli tenant read-only")
    click.echo(f"{slug}: read-only")


@click.group("delete")
def delete() -> None:
    """Remove a tenant for good: ask, confirm (another operator), wait, run."""


by_option = click.option("--by", required=True, help="Login name of the operator who does it.")


@delete.command()
@click.argument("slug")
@click.option("--reason", required=True)
@by_option
def ask(slug: str, reason: str, by: str) -> None:
    """First person."""
    with console(by) as ctx:
        row = removal.ask(ctx, slug, reason=reason, typed=slug)
    click.echo(f"removal {row.id} asked by {row.asked_name}; {slug} is read-only. "
               f"Another operator: juheli tenant delete confirm {row.id}")


def add_decisions(group: click.Group, what: str, after: str) -> None:
    """Hang `confirm` and `withdraw` under the group of a removal of this kind; `after`: what withdrawing leaves."""

    @group.command()
    @click.argument("number", type=int)
    @by_option
    def confirm(number: int, by: str) -> None:
        """Second person; the waiting time begins."""
        with console(by) as ctx:
            row = removal.confirm(ctx, number)
        click.echo(f"{what} {row.id} confirmed by {row.confirmed_name}; due {row.due_at:%Y-%m-%d %H:%M} UTC")

    @group.command()
    @click.argument("number", type=int)
    @by_option
    def withdraw(number: int, by: str) -> None:
        """Call it off."""
        with console(by) as ctx:
            row = removal.withdraw(ctx, number)
        click.echo(f"{what} {row.id} withdrawn; {after.format(slug=row.slug)}")


add_decisions(delete, "removal", "{slug} is as before")


@delete.command()
@click.argument("number", type=int)
def run(number: int) -> None:
    """Delete now what is due (the hourly job does the same), and print the certificate."""
    with console() as ctx:
        said = carrying_out.carry_out(ctx, number, _progress())
    click.echo(f"{said['name']}: {sum(said['rows'].values()):,} rows and {said['files']:,} files deleted, nothing left; "
               f"certificate {said['sha256']}")


def add_to(group: click.Group) -> None:
    """Hang the commands under `juheli tenant`."""
    for command in (export, import_, restore, diff, take_place, discard, read_only, delete):
        group.add_command(command)


