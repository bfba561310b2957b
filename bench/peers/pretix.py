"""pretix: the list of an event's orders, 50 a page, signed in. Arguments: address of an empty database, orders.

Tables are made from the models, without the 500 migrations; otherwise the settings are pretix's own, DEBUG off.
"""
from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path

os.environ.setdefault("DATA_DIR", str(Path.cwd() / "pretix-data"))
os.environ["DJANGO_SETTINGS_MODULE"] = "pretix_settings"
SETTINGS = '''
from pretix.settings import *
from bench.peers.asked import parts
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, **parts(%r)}}
class Without:
    def __contains__(self, name): return True
    def __getitem__(self, name): return None
MIGRATION_MODULES = Without()
DEBUG, SITE_URL, ALLOWED_HOSTS = False, "http://example.org", ["*"]
COMPRESS_ENABLED = COMPRESS_OFFLINE = False
COMPRESS_PRECOMPILERS = ()
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
CELERY_TASK_ALWAYS_EAGER, HAS_REDIS, HAS_CELERY = True, False, False
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
'''


def main() -> None:
    Path(os.environ["DATA_DIR"]).mkdir(exist_ok=True)
    Path("pretix_settings.py").write_text(SETTINGS % sys.argv[1])
    sys.path.remove(str(Path(__file__).parent))      # else this file is the package that it wants to import
    sys.path.insert(0, str(Path.cwd()))
    import django  # late: optional package

    django.setup()
    from django.core.management import call_command  # late: optional package

    call_command("migrate", run_syncdb=True, verbosity=0)
    browser = signed_in(int(sys.argv[2]))
    from bench.peers.asked import answer  # late: optional package

    def page() -> int:
        got = browser.get("/control/event/bench/bench/orders/?page=3&page_size=50")
        assert got.status_code == 200 and got.content.count(b"/control/event/bench/bench/orders/O") >= 50, got.status_code
        return len(got.content)

    answer({"page": page})


def signed_in(count: int) -> object:
    """An event with so many orders, and a browser of its organiser."""
    from django.test import Client  # late: optional package
    from django.utils.timezone import now  # late: optional package
    from django_scopes import scopes_disabled  # late: optional package
    from pretix.base.models import Event, Order, Organizer, Team, User  # late: optional package

    with scopes_disabled():
        organizer = Organizer.objects.create(name="bench", slug="bench")
        event = Event.objects.create(organizer=organizer, name="bench", slug="bench", date_from=now(), plugins="", currency="EUR")
        user = User.objects.create_user("clerk@example.org", "secret")
        team = Team.objects.create(organizer=organizer, all_events=True, **allowed(Team))
        team.members.add(user)
        channel = organizer.sales_channels.get(identifier="web")
        Order.objects.bulk_create([Order(
            code=f"O{number:05d}", event=event, organizer=organizer, email=f"p{number}@example.org", status="p", locale="en",
            datetime=now() - datetime.timedelta(minutes=number), expires=now(), total=10, sales_channel=channel)
            for number in range(count)], batch_size=2000)
    browser = Client(headers={"host": "example.org"})
    browser.force_login(user)
    session = browser.session
    session["pretix_auth_login_time"] = session["pretix_auth_last_used"] = int(now().timestamp())
    session["pretix_auth_long_session"] = False
    session.save()
    return browser


def allowed(model: object) -> dict[str, bool]:
    """Every permission that a team of this version has."""
    names = {field.name for field in model._meta.get_fields()}
    every = {"all_event_permissions", "all_organizer_permissions", "can_view_orders", "can_change_orders"}
    return dict.fromkeys(every & names, True)


if __name__ == "__main__":
    main()
