"""Joint creation for programs: units, pairings and what both sides do, the three lists. What is a list is read as its ledger."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from core.base.i18n import _l
from core.files.sending import stored
from core.web import ctx
from core.web.api import Api
from core.web.download import attachment
from core.web.forms import Length, Ref, Schema, Text, ui
from core.web.resource import OUTCOME, Resource, act, outcome
from core.web.wire import upload_of

from .api_council import council_api
from .models import (
    Contribution,
    JointProject,
    NeedItem,
    PairAgreement,
    Pairing,
    PairReview,
    PairVisit,
    PartnerUnit,
    QuarterSummary,
    ResourceItem,
)
from .queries import choices, pages
from .queries.statement import title_of, write_statement
from .schemas.gift import GiftForm
from .schemas.lists import NeedForm, ProjectForm, ResourceForm, SpendingForm
from .schemas.meeting import ReviewForm, SummaryForm, VisitForm, WithdrawForm
from .schemas.pair import Owners, Paper, Proposal, Renewal
from .schemas.picked import Picked
from .schemas.steps import Claimed
from .schemas.unit import NewUnit, UnitFields
from .services import corrections, gifts, lists, meetings, pairs, units
from .services.papers import open_paper
from .views.units import year_or_404

__all__ = ["api", "council_api"]

api = Api("pairing", __name__)
READ = "pairing.pair.read"


class Claim(Claimed):
    """Taking a need on, through one of the unit's pairings."""

    pair_id = Picked(choices.pair, required=True, metadata=ui(_l("结对")))


class Project(ProjectForm):
    """A project, perhaps from an offer."""

    resource_id = Picked(choices.offer, metadata=ui(_l("使用哪项资源")))


class Gift(GiftForm):
    """A contribution; which pairings may give, the service says."""

    pair_id = Ref("pairing_pair", required=True, metadata=ui(_l("投入单位")))  # type: ignore[assignment]


class FileName(Schema):
    name = Text(required=True, validate=Length(max=120), metadata=ui(_l("文件名")))


# -- units
partners = Resource(api, "/units", _l("共建单位"), PartnerUnit, (
    "org_id", "name", "kind", "credit_code", "party_org", "liaison_name", "liaison_post", "liaison_id", "office_phone",
    "strengths", "note", "left_on"), reads=pages.unit_page, of=0, ledger="pairing.units")
partners.create(units.register_unit, NewUnit, page="new_unit")
partners.change(units.update_unit, UnitFields, page="edit_unit")
partners.act("retire", units.retire_unit, page="retire_unit", title=_l("单位退出共建"))
partners.act("readmit", units.readmit_unit, page="readmit_unit", title=_l("单位重新参加共建"))


@api.get("/units/<int:record_id>/statements/<int:year>", needs="pairing.pair.export", title=_l("年度贡献清单（Excel）"),
         page="export_statement", note=_l("会记入操作日志"))
def unit_statement(record_id: int, year: int) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xlsx"
        found = write_statement(ctx(), record_id, year_or_404(year), path)
        return attachment(path.read_bytes(), f"{title_of(found)}.xlsx")


# -- pairings and their agreements
pairings = Resource(api, "/pairs", _l("结对"), Pairing, (
    "kind", "unit_id", "unit_name", "org_id", "org_name", "state", "goals", "unit_owner", "org_owner", "starts_on", "ends_on",
    "signed_on", "agreement_no", "last_event_on", "ended_on"), reads=pages.pair_page, of="pair", ledger="pairing.pairs")
pairings.create(pairs.propose, lambda: Proposal(exclude=("paper",)), page="new_pair", title=_l("发起结对"))
pairings.change(pairs.name_owners, Owners, page="owners")
pairings.act("renew", pairs.propose_renewal, lambda: Renewal(exclude=("paper",)), page="renew", title=_l("续签"))

agreements = Resource(api, "/agreements", _l("协议"), PairAgreement, (
    "pair_id", "number", "document_no", "starts_on", "ends_on", "goals", "proposed_on", "file_name", "unit_signed_on",
    "unit_signed_by", "org_signed_on", "org_signed_by", "dropped_on"), needs=READ)
agreements.act("sign-unit", pairs.sign_for_unit, page="sign_unit", title=_l("单位签署协议"))
agreements.act("sign-community", pairs.sign_for_community, page="sign_community", title=_l("社区签署协议"))


@api.get("/agreements/<int:record_id>/paper", needs=READ, title=_l("协议文件"))
def agreement_paper(record_id: int) -> Any:
    file, path = open_paper(ctx(), record_id)
    return stored(path, file.name)


@api.post("/agreements/<int:record_id>/paper", needs=pairs.PROPOSE, title=_l("附上协议文件"), query=FileName, file=True,
          answers=OUTCOME, versioned=True, page="paper", note=_l("请求体就是文件：PDF、Word 或扫描图片"))
def attach_paper(record_id: int, query: dict[str, Any], version: int | None) -> Any:
    return outcome(pairs.attach_paper(ctx(), record_id, version=version, **upload_of(Paper(), query["name"])))


visits = Resource(api, "/visits", _l("共建活动"), PairVisit, (
    "pair_id", "kind", "on", "topic", "place", "people", "beneficiaries", "problems", "solved", "result", "by_name"),
    reads=pages.visit_page, of=0, ledger="pairing.activities")
visits.create(meetings.log_visit, VisitForm, page="new_visit")
visits.change(corrections.correct_visit, lambda: VisitForm(exclude=("pair_id",)), page="correct_visit")
visits.act("withdraw", corrections.withdraw_visit, WithdrawForm, page="withdraw_visit", title=_l("撤销这条登记"))

summaries = Resource(api, "/summaries", _l("季度小结"), QuarterSummary, (
    "pair_id", "year", "quarter", "visits", "claimed", "delivered", "done", "next_steps", "on", "by_name"), needs=READ,
    ledger="pairing.summaries")
summaries.create(meetings.write_summary, SummaryForm, below="/pairs/<int:record_id>/summaries", page="summary")
summaries.change(corrections.correct_summary, lambda: SummaryForm(exclude=("year", "quarter")), page="correct_summary")

reviews = Resource(api, "/reviews", _l("年度互评"), PairReview, (
    "pair_id", "year", "side", "rating", "results", "wishes", "on", "by_name"), needs=READ, ledger="pairing.reviews")
reviews.create(meetings.write_review, ReviewForm, below="/pairs/<int:record_id>/reviews", page="review")
reviews.change(corrections.correct_review, lambda: ReviewForm(exclude=("year",)), page="correct_review")

# -- the three lists
needs = Resource(api, "/needs", _l("需求"), NeedItem, (
    "org_id", "unit_id", "title", "kind", "detail", "skills", "wanted_by", "budget_fen", "beneficiaries", "state",
    "published_on", "pair_id"), reads=pages.need_page, of="need", ledger="pairing.needs")
needs.create(lists.publish_need, NeedForm, page="new_need")
needs.change(lists.update_need, lambda: NeedForm(exclude=("org_id",)), page="edit_need")
needs.act("claim", lists.claim_need, Claim, page="claim", title=_l("认领需求"))

offers = Resource(api, "/resources", _l("资源"), ResourceItem, (
    "unit_id", "title", "kind", "detail", "skills", "available", "until", "state", "offered_on"),
    reads=pages.offer_page, of="offer", ledger="pairing.resources")
offers.create(lists.offer_resource, ResourceForm, page="new_resource")
offers.change(lists.update_resource, lambda: ResourceForm(exclude=("unit_id",)), page="edit_resource")

projects = Resource(api, "/projects", _l("共建项目"), JointProject, (
    "pair_id", "org_id", "unit_id", "need_id", "resource_id", "title", "kind", "state", "owner_name", "plan", "means", "due_on",
    "published_on", "claimed_on", "result", "delivered_on", "beneficiaries", "accepted_on", "rating", "comment", "days_taken"),
    reads=pages.project_page, of="project", ledger="pairing.projects")
projects.create(lists.start_project, Project, page="new_project")
act(api, "POST", "/projects/<int:record_id>/spendings", lists.record_spending, SpendingForm, page="new_spending",
    title=_l("登记支出"), status=201)

given = Resource(api, "/gifts", _l("投入"), Contribution, (
    "project_id", "pair_id", "kind", "what", "amount_fen", "quantity", "source", "receipt_no", "on", "state", "stated_by",
    "unit_confirmed_on", "org_confirmed_on"), reads=pages.gift_page, of=0, ledger="pairing.contributions")
given.create(gifts.state_gift, Gift, below="/projects/<int:record_id>/gifts", page="new_gift")
