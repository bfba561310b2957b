"""Personal data: what the register says is there, what is kept about a person is told, and a merge loses nothing."""

from __future__ import annotations

from sqlalchemy import Table

from core.base.db import Base

from .stage import HOME, Stage

PERSONS = "people_person"
TELLING = ("_sealed", "id_no", "id_card", "birth_date", "gender", "email")     # in a column's name: a person's data


class Privacy:
    """The register (PIPL Art. 6, 17) and the answer to whoever asks what is held about him (Art. 45)."""

    def _about_persons(self, stage: Stage) -> list[Table]:
        tables = [Base.metadata.tables[name] for name in sorted(stage.tables())]
        return [t for t in tables if any(key.referred_table.name == PERSONS for key in t.foreign_key_constraints)]

    def test_the_register_names_columns_that_exist(self, stage: Stage) -> None:
        tables = Base.metadata.tables
        unknown = [f.column for f in stage.owner.manifest.personal_data
                   if (table := tables.get(f.column.partition(".")[0])) is None or f.column.partition(".")[2] not in table.c]
        assert unknown == []

    def test_no_column_that_is_personal_by_its_name_is_missing_in_the_register(self, stage: Stage) -> None:
        known = {f.column for f in stage.owner.manifest.personal_data}
        personal = {f"{name}.{c.name}" for name in stage.tables() for c in Base.metadata.tables[name].c
                    if any(part in c.name for part in TELLING) and not c.name.endswith(("_mask", "_index"))}
        assert sorted(personal - known) == []

    def test_every_entry_says_why_on_what_ground_and_how_long(self, stage: Stage) -> None:
        assert [f.column for f in stage.owner.manifest.personal_data if not (str(f.purpose) and str(f.ground) and f.keep)] == []

    def test_whoever_asks_is_told_what_is_held(self, stage: Stage) -> None:
        with stage.world.inside(HOME) as ctx:
            held = [c.value for c in ctx.collect("personal_data", person_id=stage.mark.id) if c.plugin == stage.name]
        assert bool(held) == bool(self._about_persons(stage)), [t.name for t in self._about_persons(stage)]
        assert all(one.rows for one in held)
