"""`juheli doctor`: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import json
import os
import sys

import click

from core.base.config import Config
from core.base.engine import Database
from core.base.keyring import FILE_NAME, KeyTrouble, load_keyring, use_keyring
from core.custody.doctor.checks import BAD, WARN, Patient, examine
from core.plugin.manager import installed

MARKS = {"ok": "  ok  ", "warn": " warn ", "bad": " BAD  "}


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.option("--deep", is_flag=True, help="Also walk whole audit chains and look at every file.")
def doctor(as_json: bool, deep: bool) -> None:
    """Look at everything. Exit status 0: all well, 1: soon trouble, 2: trouble now. Changes nothing."""
    config = Config.from_environment()
    _load_key(config)
    plugins, database = installed(), Database.of(config)
    try:
        found = examine(Patient(config, database, plugins, deep))
    finally:
        database.dispose()
    if as_json:
        click.echo(json.dumps([finding.as_json() for finding in found], ensure_ascii=False, indent=1))
    for finding in found if not as_json else ():
        click.echo(f"[{MARKS[finding.level]}] {finding.check:<8} {finding.says}")
        if finding.do:
            click.echo(f"                    -> {finding.do}")
    levels = {finding.level for finding in found}
    sys.exit(2 if BAD in levels else 1 if WARN in levels else 0)


def _load_key(config: Config) -> None:
    """Use the key if there is one; looking must never make a new one. The check says what is wrong with it."""
    if os.environ.get("JUHELI_MASTER_KEY") or (config.instance / FILE_NAME).exists():
        try:
            use_keyring(load_keyring(config.instance))
        except KeyTrouble:
            return
