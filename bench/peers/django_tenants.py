"""django-tenants, a schema for each tenant. Arguments: libpq address of an empty database, rows.

`page` is a list of 50 of the rows behind the usual middleware, a session and a permission; `tenant NAME` opens one more tenant.
"""
from __future__ import annotations

import sys
from pathlib import Path

sys.path.remove(str(Path(__file__).parent))          # else this file is the package that it wants to import
sys.path.insert(0, str(Path.cwd()))

from bench.peers.asked import HEADS, answer, parts  # noqa: E402
from bench.peers.djangosite import APPS, fill, start  # noqa: E402

MEMBERS, SHARED = "bench.peers.members", "bench.peers.shared"
PAGE = """<!doctype html><html><head><title>list</title></head><body><nav>{{ request.user.username }}</nav><table><thead><tr>
{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr></thead><tbody>{% for row in page %}<tr><td><a href="/p/{{ row.pk }}">
{{ row.name }}</a></td><td>{{ row.gender }}</td><td>{{ row.birth_date|date:"Y-m" }}</td><td>{{ row.education }}</td>
<td>{{ row.joined_on|date:"Y-m-d" }}</td><td>{{ row.confirmed_on|date:"Y-m-d" }}</td><td>{{ row.kind }}</td>
<td>{{ row.branch.name }}</td><td>{{ row.phone }}</td><td>{{ row.note }}</td></tr>{% endfor %}</tbody></table>
<p>{{ page.paginator.count }}</p></body></html>"""

start({"ENGINE": "django_tenants.postgresql_backend", **parts(sys.argv[1])}, ["django_tenants", SHARED, *APPS, MEMBERS],
      ["shared", "members"], ["django_tenants.middleware.main.TenantMainMiddleware"], TENANT_MODEL="shared.Client",
      TENANT_DOMAIN_MODEL="shared.Domain", DATABASE_ROUTERS=["django_tenants.routers.TenantSyncRouter"],
      SHARED_APPS=["django_tenants", SHARED, *APPS], TENANT_APPS=[*APPS, MEMBERS])

from django.contrib.auth.decorators import login_required, permission_required  # noqa: E402
from django.contrib.auth.models import Permission, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.paginator import Paginator  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client as Browser  # noqa: E402
from django.urls import path  # noqa: E402
from django_tenants.utils import schema_context  # noqa: E402

from bench.peers.members.models import Member  # noqa: E402
from bench.peers.shared.models import Client, Domain  # noqa: E402

template = engines["django"].from_string(PAGE)


@login_required
@permission_required("members.view_member")
def listed(request: HttpRequest) -> HttpResponse:
    """The page, as one would write it."""
    found = Paginator(Member.objects.select_related("branch"), 50)
    return HttpResponse(template.render({"page": found.page(request.GET["page"]), "heads": [*HEADS, "branch"]}, request))


urlpatterns = [path("list", listed)]


def open_tenant(name: str) -> str:
    """One more tenant: its schema with all tables, and its host name."""
    connection.set_schema_to_public()
    tenant = Client(schema_name=name)
    tenant.save(verbosity=0)
    Domain.objects.create(domain=f"{name}.example.org", tenant=tenant, is_primary=True)
    return name


def main() -> None:
    call_command("migrate_schemas", shared=True, verbosity=0)
    open_tenant("first")
    with schema_context("first"):
        fill(int(sys.argv[2]))
        user = User.objects.create_user("clerk")
        user.user_permissions.add(Permission.objects.get(codename="view_member"))
        browser = Browser(headers={"host": "first.example.org"})
        browser.force_login(user)

    def page() -> int:
        got = browser.get("/list?page=3")
        assert got.status_code == 200 and got.content.count(b"<tr>") == 51, got.status_code
        return len(got.content)

    answer({"page": page, "tenant": open_tenant})


if __name__ == "__main__":
    main()
