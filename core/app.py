"""The application, read as a table of contents."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path
from types import ModuleType

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from core.access.contexts import job_context
from core.audit import log as _audit  # noqa: F401  (its tables)
from core.base.cache import Cache, use_cache
from core.base.config import Config
from core.base.engine import Database
from core.base.keyring import load_keyring, use_keyring
from core.base.scope import tenant_scope
from core.doors import errors, health, home, landing, observe, pipeline, search, shell
from core.doors.meters import meters
from core.doors.middleware import TenantMiddleware
from core.doors.watch import Watch, Watched
from core.isolation.jobs import live_in
from core.jobs.runner import Runner
from core.plugin.manager import Plugins, install
from core.rules import add_rules
from core.tenancy.lookup import enabled_plugins, working_tenants
from core.tenancy.models import ACTIVE
from core.web import kit
from core.web import views as look
from core.web.api import Api
from core.web.pages import Pages
from core.webhooks.guard import Policy, use_policy

HERE = Path(__file__).parent
APP_WIDE = ("before_request_funcs", "after_request_funcs", "teardown_request_funcs", "template_context_processors",
            "url_value_preprocessors", "url_default_functions")


class RouteProblem(Exception):
    """A module tried to reach outside its own pages, or forgot to say what a page needs."""


def create_app(config: Config | None = None, *, plugins: Plugins | None = None, database: Database | None = None) -> Flask:
    """Build the WSGI application. `plugins` and `database` are given by tests; otherwise discovered and connected."""
    config = config or Config.from_environment()
    plugins = install(plugins or Plugins.discover())
    for stranger in plugins.outside:
        add_rules(stranger.root, stranger.name)
    database = database or Database.of(config)
    app = Flask("core", static_folder=str(HERE / "web/static"), template_folder=str(HERE / "web/templates"))
    app.config.update(MAX_CONTENT_LENGTH=config.max_upload, MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024, TESTING=config.testing)
    app.extensions["juheli.config"] = config
    app.extensions["juheli.plugins"] = plugins
    use_keyring(load_keyring(config.instance))
    use_cache(Cache(config.redis_url))
    use_policy(Policy.of(config))
    app.extensions["juheli.watch"] = watch = Watch(config.hang)
    observe.install(app)
    meters()
    kit.install(app)
    pipeline.install(app, database)
    errors.install(app)
    shell.install(app)
    landing.install(app)
    for blueprint in (health.pages, home.pages, search.pages, look.pages):
        app.register_blueprint(blueprint)
    for owner in plugins.by_name.values():
        for file, kind in (("views", Pages), ("api", Api)):
            if (module := owner.file(file)) is not None:
                _mount(app, owner.name, module, kind)
    live_in(app, database)
    app.extensions["juheli.runner"] = _runner(database, plugins, config)
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies,  # type: ignore[method-assign]
                                x_host=config.proxies)
    app.wsgi_app = Watched(TenantMiddleware(app.wsgi_app), watch)  # type: ignore[method-assign]
    return app


def _mount(app: Flask, owner: str, module: ModuleType, kind: type[Pages]) -> None:
    """Register a module's pages or operations, and refuse those that act on every page of every tenant."""
    for pages in [v for v in vars(module).values() if isinstance(v, Pages)]:
        if type(pages) is not kind:
            raise RouteProblem(f"{owner}: {pages.name!r} is {type(pages).__name__}: operations stand in api.py, pages in views")
        before = {name: _functions(app, name) for name in APP_WIDE}
        app.register_blueprint(pages)
        if changed := [name for name in APP_WIDE if _functions(app, name) != before[name]]:
            raise RouteProblem(f"{owner}: pages {pages.name!r} add app-wide {', '.join(changed)}")


def _functions(app: Flask, name: str) -> list[object]:
    return list(getattr(app, name).get(None, ()))


def _runner(database: Database, plugins: Plugins, config: Config) -> Runner:
    def tenants() -> list[tuple[int, object]]:
        found = []
        with database.use():
            for tenant, rev in working_tenants():
                if tenant.status != ACTIVE:
                    continue                            # periodic work of a read-only tenant waits
                with tenant_scope(tenant.id):
                    enabled = enabled_plugins(tenant.id, rev)
                found.append((tenant.id, lambda name, on=enabled - enabled.archived: plugins.active(name, on)))
        return found

    return Runner(database, job_context, tenants, spread=not config.testing,  # type: ignore[arg-type]
                  lease=dt.timedelta(seconds=config.lease))


logging.getLogger("juheli").addHandler(logging.NullHandler())
