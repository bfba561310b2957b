"""For gunicorn: `gunicorn core.wsgi:app`."""
from __future__ import annotations

import sys

from flask import Flask

from core.app import create_app
from core.base import logs
from core.base.config import Config
from core.base.engine import Database
from core.base.keyring import load_keyring
from core.demo.exposure import why_not_serve
from core.doors.absent import tell_vanished
from core.doors.warm import warm


def checked(config: Config) -> Config:
    """The settings, unless the database's walls do not hold or demo data would be shown to others than this machine: then
    the process ends with a sentence.
    """
    config.instance.mkdir(parents=True, exist_ok=True)
    load_keyring(config.instance)      # the first start makes the key: never beside a database, and SQLite makes its file now
    database = Database.of(config)     # its own: no connection may be shared with the workers forked later
    try:
        refusal = why_not_serve(config, database) or "\n".join(database.why_not_serve())
        if not refusal:
            tell_vanished(database)
    finally:
        database.dispose()
    if refusal:
        sys.exit(refusal)
    return config


def started(config: Config) -> Flask:
    logs.configure(config.log)
    made = create_app(checked(config))
    warm(made)
    return made


app = started(Config.from_environment())
