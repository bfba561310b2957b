"""What is kept of a person stays true: beside the ID number on file, after the communities around were rearranged."""

from __future__ import annotations

import datetime as dt

import pytest

from core.contracts.errors import Invalid
from core.people import schemas, sheets
from core.people.models import Affiliation, Grid, OrgUnit, Person, PostHolding
from core.people.services.grids import save_grid
from core.people.services.links import open_affiliation, open_link_of
from core.people.services.membership import admit, transfer, transfer_in, transfer_out
from core.people.services.merge import take_out
from core.people.services.orgs import create_org
from core.people.services.persons import create_person, update_person
from core.people.services.reorganise import dissolve_org, merge_orgs
from core.web.forms import Length

NUMBER = "110101196001010011"                       # 1960-01-01, male


def test_the_id_number_fills_blanks_and_is_never_contradicted(county):
    person = create_person(county.ctx, name="张三", org_id=county["东关一支部"])
    update_person(county.ctx, person.id, id_no=NUMBER)
    assert (person.birth_date, person.gender) == (dt.date(1960, 1, 1), "male")
    with pytest.raises(Invalid) as refused:
        update_person(county.ctx, person.id, birth_date=dt.date(1970, 5, 5), gender="female")
    assert refused.value.errors.keys() == {"birth_date", "gender"}
    update_person(county.ctx, person.id, birth_date=dt.date(1970, 5, 5), gender="female", id_no="")
    assert person.gender == "female"


def test_membership_lies_with_a_party_organisation_and_begins_of_age(county):
    firm = create_org(county.ctx, name="城关粮站", short_name="粮站", kind="unit", parent_id=county["东关社区"]).id
    child = create_person(county.ctx, name="李四", org_id=firm, member_kind="none", affiliation="volunteer",
                          birth_date=dt.date(2015, 1, 1))
    with pytest.raises(Invalid) as refused:
        admit(county.ctx, child.id, org_id=county["东关一支部"])
    assert "未满" in refused.value.errors["effective_on"][0]
    member = create_person(county.ctx, name="张三", org_id=county["东关一支部"])
    for act, data in ((create_person, {"name": "王五"}), (transfer, {"person_id": member.id})):
        with pytest.raises(Invalid) as refused:
            act(county.ctx, org_id=firm, **data)
        assert "不是党组织" in refused.value.errors["org_id"][0]


def test_residents_and_guests_of_a_merged_unit_go_along(county):
    ctx, grid = county.ctx, save_grid(county.ctx, code="1", name="第一网格", org_id=county["西关社区"])
    person = create_person(ctx, name="张三", org_id=county["东关一支部"], residence_org_id=county["西关社区"], grid_id=grid.id)
    for branch in ("西关支部", "东关二支部"):
        open_affiliation(ctx, person.id, kind="volunteer", org_id=county[branch])
    merge_orgs(ctx, county["西关支部"], into_id=county["东关二支部"])
    merge_orgs(ctx, county["西关社区"], into_id=county["东关社区"])
    assert open_link_of(person.id, "volunteer", county["东关二支部"]) is not None
    assert (person.residence_org_id, person.grid_id) == (county["东关社区"], grid.id)
    assert update_person(ctx, person.id, work_unit="粮站").work_unit == "粮站"


def test_who_lives_where_nothing_is_left_can_still_be_corrected(county):
    ctx, grid = county.ctx, save_grid(county.ctx, code="1", name="第一网格", org_id=county["东关社区"])
    person = create_person(ctx, name="张三", org_id=county["东关一支部"], residence_org_id=county["西关社区"])
    other = create_person(ctx, name="李四", org_id=county["东关一支部"], residence_org_id=county["东关社区"], grid_id=grid.id)
    link = open_affiliation(ctx, person.id, kind="volunteer", org_id=county["西关支部"])
    with pytest.raises(Invalid) as refused:
        dissolve_org(ctx, county["西关支部"])
    assert "参与关系" in refused.value.errors["org"][0] and link.ends_on is None
    save_grid(ctx, grid.id, code="1", name="第一网格", org_id=county["西关社区"])
    assert update_person(ctx, other.id, work_unit="粮站").work_unit == "粮站"
    with pytest.raises(Invalid):
        update_person(ctx, person.id, residence_org_id=county["东关社区"], grid_id=grid.id)


@pytest.mark.parametrize(("schema", "model"), [
    (schemas.NewPerson, Person), (schemas.OrgFields, OrgUnit), (schemas.GridFields, Grid), (schemas.Post, PostHolding),
    (schemas.Participation, Affiliation), (sheets.PersonRow, Person), (sheets.OrgRow, OrgUnit)])
def test_what_a_form_takes_fits_its_column(schema, model):
    """PostgreSQL refuses what is too long with an error, SQLite keeps it."""
    found, columns = [], model.__table__.c
    for name, field in schema().fields.items():
        width = getattr(columns[name].type, "length", None) if name in columns else None
        most = min((v.max for v in field.validators if isinstance(v, Length) and v.max), default=None)
        if width and most and most > width and name != "credit_code":       # that one is parsed to its 18 characters
            found.append((name, most, width))
    assert found == []


def test_long_words_fit_too(county):
    person = create_person(county.ctx, name="张三", org_id=county["东关一支部"])
    transfer_out(county.ctx, person.id, to_place="外省")
    transfer_in(county.ctx, person.id, org_id=county["西关支部"], from_place="远" * 120)
    assert len(open_link_of(person.id, "formal", county["西关支部"]).source) <= Affiliation.__table__.c.source.type.length
    with pytest.raises(Invalid) as refused:
        take_out(county.ctx, person.id, reason="因" * 301)
    assert "300" in refused.value.errors["reason"][0]
