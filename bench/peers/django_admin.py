"""Django's own admin: the list of members, 50 a page, signed in. Arguments: libpq address of an empty database, rows."""
from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from bench.peers.asked import HEADS, answer, parts  # noqa: E402
from bench.peers.djangosite import APPS, fill, start  # noqa: E402

start({"ENGINE": "django.db.backends.postgresql", **parts(sys.argv[1])},
      ["django.contrib.admin", *APPS, "django.contrib.staticfiles", "bench.peers.members"], ["members"])

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client as Browser  # noqa: E402
from django.urls import path  # noqa: E402

from bench.peers.members.models import Member  # noqa: E402


@admin.register(Member)
class Members(admin.ModelAdmin):
    """The roster: all columns, a filter, a search."""

    list_display = (*HEADS, "branch")
    list_filter = ("gender", "kind")
    search_fields = ("name",)
    list_select_related = ("branch",)
    list_per_page = 50


urlpatterns = [path("admin/", admin.site.urls)]


def main() -> None:
    call_command("migrate", verbosity=0)
    fill(int(sys.argv[2]))
    browser = Browser()
    browser.force_login(User.objects.create_superuser("clerk"))

    def page() -> int:
        got = browser.get("/admin/members/member/?p=3")
        assert got.status_code == 200 and got.content.count(b'class="action-select"') == 50, got.status_code
        return len(got.content)

    answer({"page": page})


if __name__ == "__main__":
    main()
