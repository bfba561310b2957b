"""What is done with persons and organisations beyond their data: changes of membership, of the tree, posts, grids, checks,
two records of one person. The same acts as on the pages, each with its form.
"""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from core.base.i18n import _l
from core.service import Context
from core.web import ctx
from core.web.api import Api, items_of, told
from core.web.forms import Choices, Int, Length, Range, Ref, Refs, Schema, Text, ui
from core.web.forms.fields import BIGGEST
from core.web.resource import OUTCOME, Resource, act

from . import schemas
from .api_told import org_told, person_told
from .extras.forms import chosen_between
from .models import Grid, PostHolding
from .queries.grids import get_grid
from .queries.org_page import org_page
from .services import checks, links, merge, posts, terms, unmerge
from .services.grids import save_grid
from .views.acts import ACTS
from .views.reorganise import CHANGES

acts_api = Api("people", __name__, part="acts")
PERSONS, ORGS = "/persons/<int:record_id>/", "/orgs/<int:record_id>/"
ELSEWHERE = ("take-part", "take-out")       # acts that answer with another record than the person


class Twin(Schema):
    """The other record of one person, and of which fields its values survive."""

    gone_id = Ref("person", required=True, metadata=ui(_l("另一条记录")))
    take = Choices(lambda: [*merge.CHOICES, *chosen_between()], load_default=list, metadata=ui(_l("采用另一条记录的哪些字段")))
    gone_version = Int(required=True, validate=Range(1, BIGGEST), metadata=ui(_l("另一条记录的版本")))
    reason = Text(required=True, validate=Length(max=300), metadata=ui(_l("说明")))


class Confirmed(Schema):
    person_ids = Refs("person", required=True, metadata=ui(_l("已核对的党员")))


class GridSheet(schemas.GridFields):
    """A grid; its buildings are a list."""

    buildings = fields.List(Text(validate=Length(max=60)), load_default=list, validate=Length(max=500), metadata=ui(_l("楼栋")))  # type: ignore[assignment]


# -- persons
for _name, _act in ACTS.items():
    act(acts_api, "POST", PERSONS + _name, _act.run, _act.schema, name="person_" + _name.replace("-", "_"), title=_act.label,
        needs=_act.permission, versioned=True, answers=OUTCOME if _name in ELSEWHERE else person_told, page="act")


def _merge(ctx: Context, kept_id: int, *, gone_id: int, take: list[str], version: int | None, **data: Any) -> Any:
    return merge.merge(ctx, kept_id, gone_id, take=dict.fromkeys(take, "gone"), version=version, **data)


act(acts_api, "POST", PERSONS + "merge", _merge, Twin, name="merge", needs=merge.MERGE, answers=person_told,
    page=("choose_twin", "merge_pair"), title=_l("合并重复记录"),
    note=_l("地址中的记录保留，gone_id 的记录并入后归档；空白字段总由另一条补上"))
act(acts_api, "POST", "/archive/<int:record_id>/undo", unmerge.undo_merge, schemas.Reasoned, answers=person_told, page="unmerge",
    title=_l("撤销合并"))
act(acts_api, "POST", "/links/<int:record_id>/end", links.close_affiliation, page="end_link", title=_l("结束参与关系"))
act(acts_api, "POST", "/checks/<int:record_id>/confirm", checks.confirm_members, Confirmed, page="confirm",
    title=_l("核对一轮核验中的党员"), note=_l("报送和审核见 /records/people.registry_check"))

# -- organisations
for _name, _change in CHANGES.items():
    act(acts_api, "POST", ORGS + _name, _change.run, _change.schema, name="org_" + _name, title=_change.label, note=_change.note,
        answers=org_told, page="change_org")
act(acts_api, "POST", ORGS + "election", terms.record_election, schemas.Election, answers=org_told, page="election",
    title=_l("登记换届"))
act(acts_api, "POST", ORGS + "election/begin", terms.open_election, answers=org_told, page="begin_election",
    title=_l("标记为换届中"))


def _appoint(ctx: Context, org_id: int, **data: Any) -> PostHolding:
    return posts.appoint(ctx, org_id=org_id, **data)


act(acts_api, "POST", ORGS + "posts", _appoint, schemas.Post, name="appoint", needs=posts.MANAGE, page="new_post",
    title=_l("登记任职"), status=201)
act(acts_api, "POST", "/posts/<int:record_id>/end", posts.end_post, schemas.EndPost, versioned=False, page="end_post",
    title=_l("登记离任"))
POST = told(id={"type": "integer"}, person_id={"type": "integer"}, person_name={"type": "string"}, post={"type": "string"},
            starts_on={"type": "string", "format": "date"})


@acts_api.get(ORGS + "posts", needs="people.org.read", title=_l("一个组织的现任职务"), answers=items_of(POST))
def posts_in(record_id: int) -> dict[str, Any]:
    return {"items": [{name: getattr(one, name) for name in POST["properties"]} for one in org_page(ctx(), record_id).posts]}


# -- grids
grids = Resource(acts_api, "/grids", _l("网格"), Grid, (
    "code", "name", "org_id", "buildings", "household_count", "worker_id", "worker_name", "active", "note"), reads=get_grid,
    ledger="people.grids")
grids.create(save_grid, GridSheet, page="new_grid")
grids.change(save_grid, GridSheet, page="grid")
