"""The command line: `juheli …`. Thin, like every door: it parses, calls a service, prints."""

from __future__ import annotations

import os
import sys

import click

from core.base import logs
from core.contracts.errors import Invalid, JuheliError

from . import audit, database, demo, installation, plugin, tenant


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Juheli 聚合力: run the service, look after tenants, plugins and the audit chain."""


cli.add_command(installation.run)
cli.add_command(installation.migrate)
cli.add_command(installation.worker)
cli.add_command(tenant.tenant)
cli.add_command(plugin.plugin)
cli.add_command(audit.audit)
cli.add_command(database.db)
cli.add_command(demo.demo)


def main() -> None:
    """Entry point; refusals become one clear sentence and exit status 2. Warnings and crashes go to standard error."""
    logs.configure(os.environ.get("JUHELI_LOG", logs.PLAIN))
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Invalid as error:
        for field, sentences in error.errors.items():
            for sentence in sentences:
                click.echo(f"{field}: {sentence}", err=True)
        if not error.errors:
            click.echo(str(error), err=True)
        sys.exit(2)
    except JuheliError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(2)
