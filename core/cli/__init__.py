"""The command line: `juheli …`. Thin, like every door: it parses, calls a service, prints."""

from __future__ import annotations

import os
import sys

import click

from core.base import logs
from core.base.keyring import KeyTrouble
from core.contracts.errors import Invalid, JuheliError, TenantSuspended
from core.custody.backup.manifest import BackupTrouble
from core.doors.outage import AWAY, FULL, kind_of_outage
from core.plugin.manager import PluginProblems

from . import audit, backup, database, demo, doctor, installation, plugin, plugin_install, plugin_new, tenant, tenant_life, token
from .plugin_uninstall import uninstall

OUTAGES = {
    FULL: "the disk is full: nothing was finished. Free space (juheli doctor says where), then run the same command again",
    AWAY: "the database does not answer, or is busy: nothing was finished. Look at it (juheli doctor), then run the same again",
}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Juheli 聚合力: run the service, look after tenants, plugins and the audit chain."""


cli.add_command(installation.run)
cli.add_command(installation.migrate)
cli.add_command(installation.worker)
cli.add_command(tenant.tenant)
cli.add_command(plugin.plugin)
cli.add_command(audit.audit)
cli.add_command(token.token)
cli.add_command(database.db)
cli.add_command(demo.demo)
cli.add_command(backup.backup)
cli.add_command(backup.restore_command)
cli.add_command(doctor.doctor)
tenant_life.add_to(tenant.tenant)
plugin.plugin.add_command(plugin_new.new)
plugin.plugin.add_command(plugin_new.test)
plugin.plugin.add_command(plugin_install.install)
plugin.plugin.add_command(uninstall)


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
    except (KeyTrouble, BackupTrouble, PluginProblems) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except TenantSuspended as error:
        click.echo(f"the tenant is {error.status.replace('_', '-')}: nothing was changed (juheli tenant resume)", err=True)
        sys.exit(2)
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
    except Exception as error:
        if (said := OUTAGES.get(kind_of_outage(error))) is None:
            raise
        click.echo(said, err=True)
        sys.exit(2)
