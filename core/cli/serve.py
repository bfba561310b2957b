"""The embedded server: gunicorn with threads, job threads inside, started by `juheli run`."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from core.app import create_app
from core.base.config import Config
from core.demo.exposure import exposed, why_not_serve
from core.doors.absent import tell_vanished
from core.doors.meters import FOLDER
from core.doors.warm import warm
from core.migrations.upgrade import upgrade

from .demo import load_when_absent, print_accounts
from .opening import opened


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn configured from ours; the app is loaded once, and workers forget the master's connections (core.doors.gthread)."""

    def __init__(self, config: Config):
        self.settings = config
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"{self.settings.host}:{self.settings.port}", "workers": self.settings.workers,
            "threads": self.settings.threads, "worker_class": "core.doors.gthread.Worker", "timeout": 60, "graceful_timeout": 30,
            "loglevel": "warning", "control_socket_disable": True,
            "preload_app": True, "when_ready": self._ready, "forwarded_allow_ips": "127.0.0.1",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        made = create_app(self.settings)
        warm(made)
        return made

    def _ready(self, _server: Any) -> None:
        click.echo(f"serving http://{self.settings.host}:{self.settings.port}/   (Ctrl+C stops)")


def serve(config: Config, *, with_demo: bool) -> None:
    """Migrate, load demo data when asked, then serve until stopped. Demo passwords only on a loopback address."""
    if with_demo and exposed(config):
        raise click.ClickException(f"demo passwords are public: only for a loopback address and without a proxy in front, "
                                   f"not for {config.host}")
    if taken(config):
        raise click.ClickException(f"{config.host}:{config.port} is in use, perhaps by a Juheli that still runs; stop it or "
                                   f"choose another port: make run PORT={config.port + 1}")
    with opened(config, migrating=True) as (database, plugins):
        if refusal := why_not_serve(config, database):
            raise click.ClickException(refusal)
        for line in upgrade(database, plugins):
            click.echo(f"migrated {line}")
    with opened(config) as (database, plugins):
        if problems := database.why_not_serve():
            raise click.ClickException("\n".join(problems))
        tell_vanished(database)
        if with_demo:
            load_when_absent(click.echo)
            print_accounts(f"http://{config.host}:{config.port}")
    if not config.public_url and (config.proxies or config.everywhere):
        click.echo("JUHELI_PUBLIC_URL is not set: links that are handed over are shown without the name of this server")
    if config.workers > 1:
        share_figures(config)
    Server(config).run()


def taken(config: Config) -> bool:
    """Whether another program already listens there."""
    with socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((config.host, config.port))
        except OSError as refused:
            return refused.errno == errno.EADDRINUSE
    return False


def share_figures(config: Config) -> None:
    """A folder where the workers of this host put their figures; emptied, because dead processes leave theirs."""
    folder = config.instance / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ.setdefault(FOLDER, str(folder))
