"""Settings that the Django peers share. Migrations are written into the current folder, never into this tree."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.peers.asked import HEADS, rows

APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"]
MIDDLEWARE = [f"django.{name}" for name in (
    "middleware.security.SecurityMiddleware", "contrib.sessions.middleware.SessionMiddleware",
    "middleware.common.CommonMiddleware", "middleware.csrf.CsrfViewMiddleware",
    "contrib.auth.middleware.AuthenticationMiddleware",
    "contrib.messages.middleware.MessageMiddleware", "middleware.clickjacking.XFrameOptionsMiddleware")]
PROCESSORS = ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
              "django.contrib.messages.context_processors.messages"]


def start(database: dict[str, object], apps: Sequence[str], ours: Sequence[str], middleware: Sequence[str] = (),
          **more: Any) -> None:
    """Configure Django with these apps beside its own; write and keep the migrations of ours."""
    import django  # late: optional package
    from django.conf import settings  # late: optional package
    from django.core.management import call_command  # late: optional package

    for name in ours:
        folder = Path.cwd() / f"migrations_of_{name}"
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    settings.configure(
        SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__", USE_TZ=True, STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", DATABASES={"default": {**database, "CONN_MAX_AGE": None}},
        MIDDLEWARE=[*middleware, *MIDDLEWARE], INSTALLED_APPS=[*apps],
        MIGRATION_MODULES={name: f"migrations_of_{name}" for name in ours},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                    "OPTIONS": {"context_processors": PROCESSORS}}], **more)
    django.setup()
    call_command("makemigrations", *ours, verbosity=0)


def fill(count: int) -> None:
    """So many members in 200 branches."""
    from bench.peers.members.models import Branch, Member  # late: optional package

    branches = Branch.objects.bulk_create([Branch(name=f"branch {number:03d}") for number in range(200)])
    several = [Member(**dict(zip(HEADS, row, strict=False)), branch=branches[row[-1]]) for row in rows(count)]
    Member.objects.bulk_create(several, batch_size=5000)
