"""Fields a plugin adds to persons and organisations: there while it is on, kept while it is off, in the register, told."""

from __future__ import annotations

import re

from core.base.scope import tenant_scope
from core.isolation.canaries import content
from core.plugin import ORG_UNIT, PERSON

from .stage import HOME, Stage

TABLES = frozenset({"people_person_extra", "people_org_extra"})
FORMS = {PERSON: "/people/p/{}/edit", ORG_UNIT: "/people/o/{}/edit"}
LISTS = {PERSON: "people.everybody", ORG_UNIT: "people.orgs"}


class Fields:
    """What the plugin's `fields.py` declares, everywhere core shows it and nowhere else. A plugin without any shows none."""

    def _in_forms(self, stage: Stage, of: str) -> set[str]:
        page = stage.world.browser(HOME).get(FORMS[of].format(stage.mark.id)).get_data(as_text=True)
        return set(re.findall(rf'name="({stage.name}__\w+)"', page))

    def _columns(self, stage: Stage) -> dict[str, set[str]]:
        """Columns of the registers, by kind of record."""
        needed = sorted({"people.person.read", "people.org.read", *(f.read for f in stage.owner.extra_fields if f.read)})
        listed = stage.world.program(HOME, *needed).get("/ledgers").json["items"]
        return {of: {c for one in listed if one["name"] == name for c in one["columns"] if c.startswith(f"{stage.name}__")}
                for of, name in LISTS.items()}

    def test_fields_stand_in_forms_and_registers_while_it_is_on(self, stage: Stage) -> None:
        wanted = {of: {f.key for f in stage.owner.extra_fields if f.of == of} for of in FORMS}
        assert {of: self._in_forms(stage, of) for of in FORMS} == wanted == self._columns(stage)
        with stage.off():
            assert {of: self._in_forms(stage, of) for of in FORMS} == {of: set() for of in FORMS} == self._columns(stage)

    def test_values_are_kept_while_it_is_off(self, stage: Stage) -> None:
        def rows() -> object:
            with stage.world.database.use(), tenant_scope(stage.world.tenants[HOME].id):
                found = content(stage.world.tenants[HOME].id, TABLES)
            return {name: [row for row in rows.values() if str(row["field"]).startswith(stage.name + ".")]
                    for name, rows in found.items()}

        before = rows()
        with stage.off():
            assert rows() == before
        assert rows() == before

    def test_what_stands_on_persons_is_in_the_register_and_told(self, stage: Stage) -> None:
        mine = [f for f in stage.owner.extra_fields if f.of == PERSON]
        entered = {f.column for f in stage.owner.personal_data}
        assert [f.name for f in mine if f"people_person_extra[{f.name}]" not in entered] == []
        page = stage.world.browser(HOME).get(f"/people/p/{stage.mark.id}/held").get_data(as_text=True)
        assert [f.name for f in mine if str(f.label) not in page] == []
