"""What a person does with the wizard, as calls."""

from __future__ import annotations

import io

from sqlalchemy import select

from core.base.db import begin_write, session
from core.imports.models import ImportBatch
from core.people.models import OrgUnit
from tests.core.imports.make_workbooks import BRANCHES
from tests.core.imports.members import NAME


def add_units():
    begin_write()
    taken = session().scalars(select(OrgUnit.ordinal)).all()
    start = max([*taken, 100]) + 1
    for number, (name, short) in enumerate(BRANCHES, start):
        session().add(OrgUnit(name=name, short_name=short, kind="branch", ordinal=number, path=f"000{number:05d}"))
    session().commit()


class Desk:
    """What a person does with the wizard."""

    def __init__(self, world, browser):
        self.world, self.browser = world, browser

    def upload(self, data: bytes, name: str = "花名册.xlsx", kind: str = NAME):
        """The answer to an upload."""
        self.browser.get(f"/imports/new/{kind}")
        return self.browser.post(f"/imports/new/{kind}", {"file": (io.BytesIO(data), name)})

    def address(self, answer) -> str:
        assert answer.status_code == 303, answer.get_data(as_text=True)[-3000:]
        return answer.location[len(self.browser.root):]

    def bring(self, data: bytes, name: str = "花名册.xlsx") -> str:
        """Upload and take the columns as recognised, up to the preview; returns the address of the batch."""
        address = self.address(self.upload(data, name))
        assert self.browser.post(address + "/columns").status_code == 303
        self.world.run_jobs()
        return address

    def do(self, address: str, step: str, **form):
        """One more step and the jobs it starts; the answer to it."""
        answer = self.browser.post(f"{address}/{step}", form)
        self.world.run_jobs()
        return answer

    def text(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, answer.status_code
        return answer.get_data(as_text=True)

    def batch(self, address: str) -> ImportBatch:
        with self.world.inside("east"):
            found = session().scalars(select(ImportBatch).where(ImportBatch.id == int(address.rsplit("/", 1)[1]))).one()
            session().expunge(found)
            return found
