"""Ten columns of a member, and tables that only count: PEER_TABLES of them, four columns each."""
from __future__ import annotations

import os

from django.db import models


class Branch(models.Model):
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    name = models.CharField(max_length=60, db_index=True)
    gender = models.CharField(max_length=6)
    birth_date = models.DateField(null=True)
    education = models.CharField(max_length=40)
    joined_on = models.DateField(null=True)
    confirmed_on = models.DateField(null=True)
    kind = models.CharField(max_length=12)
    phone = models.CharField(max_length=20)
    note = models.CharField(max_length=500)
    branch = models.ForeignKey(Branch, models.PROTECT)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


def _table(number: int) -> type[models.Model]:
    columns = {"__module__": __name__, "name": models.CharField(max_length=60, db_index=True), "on": models.DateField(null=True),
               "count": models.IntegerField(default=0), "branch": models.ForeignKey(Branch, models.PROTECT)}
    return type(f"Table{number}", (models.Model,), columns)


TABLES = [_table(number) for number in range(int(os.environ.get("PEER_TABLES", "0")))]
