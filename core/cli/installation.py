"""Serving, migrating, working."""

from __future__ import annotations

import signal
import threading

import click

from core.app import create_app
from core.base.config import Config
from core.doors.absent import tell_vanished
from core.doors.meters import serve_figures
from core.migrations.upgrade import upgrade

from .opening import opened
from .serve import serve


@click.command()
def migrate() -> None:
    """Bring the database to this version's schema (core and every installed plugin)."""
    with opened(migrating=True) as (database, plugins):
        moved = upgrade(database, plugins)
        click.echo("\n".join(moved) or "up to date")
        tell_vanished(database)


@click.command()
@click.option("--demo", is_flag=True, help="Load the demo tenants when they are not there yet, and print their accounts.")
def run(demo: bool) -> None:
    """Migrate and serve (gunicorn, job threads inside). Address: JUHELI_HOST, JUHELI_PORT."""
    serve(Config.from_environment(), with_demo=demo)


@click.command()
@click.option("--threads", default=4, show_default=True, help="Jobs run side by side.")
@click.option("--grace", default=25.0, show_default=True, help="Seconds a running job gets after SIGTERM before it is put back.")
@click.option("--metrics-port", default=0, help="Offer figures for Prometheus on this port of the loopback address.")
def worker(threads: int, grace: float, metrics_port: int) -> None:
    """Run jobs in this process until SIGTERM, on any number of hosts. Running jobs are finished or put back."""
    app = create_app(Config.from_environment())
    runner = app.extensions["juheli.runner"]
    runner.threads = threads
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    runner.start()
    if metrics_port:
        serve_figures(app.extensions["juheli.database"], metrics_port)
    click.echo(f"working with {threads} threads")
    stop.wait()
    runner.stop(grace)
    click.echo("stopped")
