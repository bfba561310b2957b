"""Persons and organisations for programs: the services and checks of the pages. Numbers leave masked, as on the pages."""

from __future__ import annotations

from typing import Any

from flask import url_for

from core.base.i18n import _l
from core.plugin import ORG_UNIT
from core.plugin import PERSON as PERSON_KIND
from core.web import ctx
from core.web.api import Api
from core.web.forms import Int, Length, Range, Schema, Text, ui
from core.web.wire import Answer

from .api_acts import acts_api
from .api_told import org_told, person_told
from .extras.forms import body
from .queries import people, units
from .schemas import NewOrg, NewPerson, OrgChange, PersonFields
from .services.orgs import create_org, update_org
from .services.persons import create_person, update_person

__all__ = ["acts_api", "api"]

api = Api("people", __name__)
PERSON, ORG = "people.person.", "people.org."
class Find(Schema):
    """Search by name, pinyin, initials or a whole number. For everybody, read a ledger."""

    q = Text(required=True, validate=Length(min=1, max=60), metadata=ui(_l("姓名、拼音首字母，或完整的电话、身份证号码")))
    limit = Int(load_default=20, validate=Range(min=1, max=100), metadata=ui(_l("最多几条")))


class FindOrg(Find):
    q = Text(load_default="", validate=Length(max=60), metadata=ui(_l("名称或拼音首字母；不写就是最上级组织")))


def _made(endpoint: str, record: Any, **numbers: int) -> Answer:
    return Answer(record, 201, record.version, {"Location": url_for(endpoint, **numbers)})


@api.get("/persons", needs=PERSON + "read", title=_l("查找人员"), query=Find, answers=person_told, many=True)
def find_persons(query: dict[str, Any]) -> Any:
    return people.search_people(ctx(), query["q"], query["limit"])


@api.get("/persons/<int:person_id>", needs=PERSON + "read", title=_l("一名人员"), answers=person_told)
def get_person(person_id: int) -> Any:
    return people.get_person(ctx(), person_id)


@api.post("/persons", needs=PERSON + "create", title=_l("登记人员"), takes=body(NewPerson, PERSON_KIND), answers=person_told,
          status=201, page="new_person")
def create(data: dict[str, Any]) -> Any:
    person = create_person(ctx(), **data)
    return _made("people_api.get_person", person, person_id=person.id)


@api.patch("/persons/<int:person_id>", needs=PERSON + "update", title=_l("修改人员"), takes=body(PersonFields, PERSON_KIND),
           answers=person_told, versioned=True, page="edit_person",
           note=_l("没有写的字段不变，写 null 清除；组织关系和党籍状态用各自的办理动作"))
def change(person_id: int, data: dict[str, Any], version: int | None) -> Any:
    return update_person(ctx(), person_id, version=version, **data)


@api.get("/orgs", needs=ORG + "read", title=_l("查找组织"), query=FindOrg, answers=org_told, many=True)
def find_orgs(query: dict[str, Any]) -> Any:
    return units.search_orgs(ctx(), query["q"], query["limit"])


@api.get("/orgs/<int:org_id>", needs=ORG + "read", title=_l("一个组织"), answers=org_told)
def get_org(org_id: int) -> Any:
    return units.get_org(ctx(), org_id)


@api.post("/orgs", needs=ORG + "manage", title=_l("新增组织"), takes=body(NewOrg, ORG_UNIT), answers=org_told, status=201,
          page="new_org")
def found(data: dict[str, Any]) -> Any:
    unit = create_org(ctx(), **data)
    return _made("people_api.get_org", unit, org_id=unit.id)


@api.patch("/orgs/<int:org_id>", needs=ORG + "manage", title=_l("修改组织"), takes=body(OrgChange, ORG_UNIT), answers=org_told,
           versioned=True, page="edit_org", note=_l("没有写的字段不变，写 null 清除；隶属、合并、撤销用各自的办理动作"))
def change_org(org_id: int, data: dict[str, Any], version: int | None) -> Any:
    return update_org(ctx(), org_id, version=version, **data)
