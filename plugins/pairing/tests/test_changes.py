"""What changes around a pairing: units that leave or are renamed, organisations moved, persons merged, sheets of terms."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Conflict, Invalid
from core.people.services.merge import merge
from core.people.services.orgs import create_org
from core.people.services.persons import create_person
from core.people.services.reorganise import dissolve_org, move_org
from core.service import unit_of_work
from plugins.pairing import hooks
from plugins.pairing.models import CouncilMember, JointProject, NeedItem, PairAgreement, Pairing, PartnerUnit
from plugins.pairing.services import councils, meetings, pairs, units

from .conftest import TODAY, paper
from .test_pages import back, put

NEXT = {"starts_on": dt.date(2027, 1, 1), "ends_on": dt.date(2027, 12, 31), "goals": "再办一年周末托管班"}


def test_a_unit_leaves_returns_and_takes_its_new_name_along(county):
    pair_id, over = county.pair(), county.pair(org="西关社区")
    county.step("officer", "pairing", over, "end", reason="任务完成")
    with county.acting("dongguan") as ctx:
        council = councils.found_council(ctx, org_id=county.orgs["东关社区"], name="联席会议", kind="joint_council",
                                         founded_on=TODAY)
        councils.seat(ctx, council.id, name="王工", unit_id=county.units["永丰厂"])
    with county.acting("officer") as ctx:
        units.update_unit(ctx, county.units["永丰厂"], name="永丰针织厂")
        assert ctx.get(Pairing, pair_id).unit_name == session().scalars(select(CouncilMember.unit_name)).one() == "永丰针织厂"
        assert ctx.get(Pairing, over).unit_name == "永丰厂"
        units.retire_unit(ctx, county.units["实验小学"])
    path = f"/pairing/units/{county.units['实验小学']}"
    assert "重新参加" in county.browser("officer").get(path).text
    assert county.browser("factory").post(path + "/readmit").status_code == 403
    assert county.browser("officer").post(path + "/readmit").status_code == 303
    with county.acting("all") as ctx:
        assert ctx.get(PartnerUnit, county.units["实验小学"]).left_on is None


def test_a_moved_organisation_takes_its_pairings_along_and_one_with_work_stays(county):
    pair_id, need_id = county.pair(), county.need()
    project_id = county.delivered(pair_id, need_id)
    with county.acting("all") as ctx:
        other = create_org(ctx, name="城北街道（测试）", short_name="城北街道", kind="work_committee", unit_kind="street")
        moved, below = move_org(ctx, county.orgs["东关社区"], parent_id=other.id), other.path
        unit = move_org(ctx, county.orgs["永丰厂"], parent_id=other.id)
        for model, record_id in ((Pairing, pair_id), (JointProject, project_id), (NeedItem, need_id)):
            row = ctx.get(model, record_id)
            assert (row.org_path, row.unit_path) == (moved.path, unit.path) and moved.path.startswith(below), model
        for name, words in (("东关社区", "结对"), ("实验小学", "共建单位")):
            with pytest.raises(Invalid, match=words):
                dissolve_org(ctx, county.orgs[name])
        county.need("xiguan", "西关社区")
        with pytest.raises(Invalid, match="需求"):
            dissolve_org(ctx, county.orgs["西关社区"])
        units.retire_unit(ctx, county.units["实验小学"])
        assert dissolve_org(ctx, county.orgs["实验小学"]).status == "dissolved"
        with pytest.raises(Invalid, match="已撤销"):
            units.readmit_unit(ctx, county.units["实验小学"])


def test_merging_a_person_moves_posts_to_the_record_that_stays(county):
    with county.acting("all") as ctx:
        branch = create_org(ctx, name="东关支部（测试）", short_name="东关支部", kind="branch", parent_id=county.orgs["东关社区"])
        kept, gone = (create_person(ctx, org_id=branch.id, name="王小明").id for _n in range(2))
        units.update_unit(ctx, county.units["永丰厂"], liaison_id=gone)
        council = councils.found_council(ctx, org_id=county.orgs["东关社区"], name="联席会议", kind="joint_council",
                                         founded_on=TODAY)
        councils.seat(ctx, council.id, name="王小明", person_id=gone)
        merge(ctx, kept, gone, reason="重复登记")
        assert ctx.get(PartnerUnit, county.units["永丰厂"]).liaison_id == kept
        assert session().scalars(select(CouncilMember.person_id)).all() == [kept]
        assert len(list(hooks.personal_data(kept, ctx))) == 2 and list(hooks.personal_data(gone, ctx)) == []


def test_a_sheet_with_last_years_agreement_and_this_years(county, plugins):
    """Either order: one pairing of a kind is open, the former one is over; its scan is attached later, once."""
    kind = plugins.import_kinds["pairing.pairs"]
    base = {"unit": "永丰厂", "org": "东关社区", "kind": "co_construction", "goals": "照明"}
    old = {**base, "signed_on": dt.date(2025, 1, 1), "ends_on": dt.date(2025, 12, 31)}
    new = {**base, "signed_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 12, 31)}
    for rows, org in (((old, new), "东关社区"), ((new, old), "西关社区")):
        with county.acting("all") as ctx:
            names = kind.prepare(ctx, rows)
            with unit_of_work(ctx):
                for row in ({**one, "org": org} for one in rows):
                    assert kind.check(ctx, row, names) == {}
                    _kind, pair_id, _outcome, kept = put(ctx, kind, row, names)
                found = session().execute(select(Pairing.state, Pairing.starts_on, Pairing.ended_on.is_(None)).where(
                    Pairing.org_id == county.orgs[org]).order_by(Pairing.starts_on)).all()
                assert [row[0] for row in found] == ["ended", "active"], org
                if org == "东关社区":
                    with pytest.raises(Conflict):
                        back(ctx, kind, pair_id, kept)
            agreement = session().scalars(select(PairAgreement.id).where(PairAgreement.pair_id == pair_id)).one()
            pairs.attach_paper(ctx, agreement, paper=paper())
            with pytest.raises(Conflict):
                pairs.attach_paper(ctx, agreement, paper=paper())
    with county.acting("all") as ctx:
        pairs.propose(ctx, kind="joint_creation", unit_id=county.units["永丰厂"], org_id=county.orgs["东关社区"], **NEXT)
        said = kind.check(ctx, {**new, "kind": "joint_creation"}, kind.prepare(ctx, [new]))
        assert list(said) == ["kind"]
        units.retire_unit(ctx, county.units["实验小学"])
        kind = plugins.import_kinds["pairing.units"]
        row = {"name": "实验小学", "kind": "public_institution"}
        assert list(kind.check(ctx, row, kind.prepare(ctx, [row]))) == ["name"]




@pytest.mark.parametrize("since", ["scan", "renewal", "summary"])
def test_a_sheet_is_not_taken_back_when_papers_or_words_came_since(county, plugins, since):
    kind = plugins.import_kinds["pairing.pairs"]
    row = {"unit": "永丰厂", "org": "东关社区", "kind": "co_construction", "goals": "照明", "signed_on": dt.date(2026, 1, 1),
           "ends_on": dt.date(2026, 12, 31)}
    with county.acting("all") as ctx:
        with unit_of_work(ctx):
            _kind, pair_id, _outcome, kept = put(ctx, kind, row, kind.prepare(ctx, [row]))
        if since == "scan":
            agreement = session().scalars(select(PairAgreement.id).where(PairAgreement.pair_id == pair_id)).one()
            pairs.attach_paper(ctx, agreement, paper=paper())
        elif since == "renewal":
            pairs.propose_renewal(ctx, pair_id, **NEXT)
        else:
            meetings.write_summary(ctx, pair_id, year=2026, quarter=3, done="修好了三户老人的水管")
        with pytest.raises(Conflict, match="没有撤销"):
            back(ctx, kind, pair_id, kept)
        assert session().scalars(select(PairAgreement.id).where(PairAgreement.pair_id == pair_id)).first()
