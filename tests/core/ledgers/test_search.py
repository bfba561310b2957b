"""The search box over values in another table: the rows they belong to are named by their keys, or stay a subquery."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from core.base.db import begin_write, new_ids, session
from core.ledgers import query, search
from core.ledgers.state import read_state, tidy
from core.people.models import OrgUnit, Person, PersonExtra
from core.plugin import Beside, Ledger, col
from tests.core.ledgers import trial

FIELD = "trial.teaches"
TAUGHT = ("100%", "a_b", "张w", "zw zm", "it's / or", "\\", "伟 大", "0001", "张 伟")
said = select(PersonExtra.text).where(PersonExtra.person_id == Person.id, PersonExtra.tenant_id == Person.tenant_id,
                                      PersonExtra.field == FIELD).correlate(Person).scalar_subquery()
beside = Beside(Person.id, lambda test: select(PersonExtra.person_id).where(PersonExtra.field == FIELD, test(PersonExtra.text)))
taught = Ledger(
    name="trial.taught", title="授课", permission=trial.READ, rows=select(Person).join(Person.org), key=Person.id,
    scope=(Person.org_path,), order=("name",),
    columns=(col("name", "姓名", Person.name, search=True), col("phone", "电话", Person.phone_mask, mask="phone", search=True),
             col("branch", "支部", OrgUnit.short_name), col("teaches", "可讲授", said, search=True, matches=beside)))


@pytest.fixture(scope="module")
def lessons(database):
    """Each third person of tenant 1 teaches something, and as many of tenant 2 the same."""
    for tenant in (1, 2):
        with trial.scoped(database, tenant):
            begin_write()
            chosen = session().scalars(select(Person.id).order_by(Person.id)).all()[::3]
            rows = zip(new_ids(len(chosen)), chosen, itertools.cycle(TAUGHT), strict=False)
            session().execute(insert(PersonExtra), [
                {**trial.COMMON, "tenant_id": tenant, "id": new, "person_id": person, "field": FIELD, "text": text}
                for new, person, text in rows])
            session().commit()


def found(ctx, text, few):
    """(keys of the rows in order, how many in all) with at most `few` named by their keys."""
    before, search.FEW = search.FEW, few
    try:
        page = query.load_page(read_state(taught, tidy([("q", text), ("size", "20")]), ctx), ctx)
    finally:
        search.FEW = before
    return [row.row_key for row in page.rows], page.total


def expected(text):
    """Whom a search of letters without a pinyin, signs or characters must find, asked of the rows themselves."""
    rows = session().execute(select(Person.id, Person.name, said.label("said")))
    words = text.split()
    return {row.id for row in rows if text in row.name or words and all(word in (row.said or "") for word in words)}


@pytest.mark.parametrize("text", ["%", "_", "0%", "a_b", "张", "伟", "大 伟", "/", "\\", "'s", "' or", "张 伟", "，"])
def test_signs_stand_for_themselves(here, lessons, known, text):
    ctx = trial.context(known)
    keys, total = found(ctx, text, 200)
    assert total == len(expected(text)) and set(keys) <= expected(text)
    assert (keys, total) == found(ctx, text, 0)


UGLY = st.text(st.sampled_from("%_/\\' zwm张伟明ab01x．ＺZ"), max_size=6) | st.sampled_from(TAUGHT) | st.text(max_size=8)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(UGLY, st.sampled_from([(), ("00000001",), ("00000001", "00000003"), ("00000009",)]))
def test_named_rows_are_those_of_the_subquery(here, lessons, known, text, paths):
    ctx = trial.context(known, 1, *paths)
    assert found(ctx, text, 200) == found(ctx, text, 0) == found(ctx, text, 1)


def test_few_are_named_and_many_are_not(here, lessons, known):
    ctx = trial.context(known)
    state = read_state(taught, tidy([("q", "zw")]), ctx)
    assert "people_person_extra" not in str(query.conditions_of(state, ctx)[0])
    search.FEW, before = 0, search.FEW
    try:
        assert "people_person_extra" in str(query.conditions_of(state, ctx)[0])
    finally:
        search.FEW = before
