"""The liaison stations for programs: stations, stays away, contacts, gatherings. What is a list is read as its ledger."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.web import ctx
from core.web.api import TEXT, Api, items_of, told
from core.web.resource import Resource, act

from .models import Gathering, MobileRecord, Station
from .queries.gatherings import gathering_page
from .queries.records import record_page
from .queries.stations import station_page
from .schemas.contact import Contact, ContactOfMany, Review, Search
from .schemas.gathering import GatheringForm, Names, Ticked
from .schemas.record import Inflow, Outflow, Stay
from .schemas.station import ServiceForm, StationClosed, StationForm
from .services import contacts, gatherings, records
from .services import stations as services
from .views.records import hidden_fields

api = Api("liaison", __name__)

# -- stations
stations = Resource(api, "/stations", _l("联络站"), Station, (
    "name", "org_id", "address", "keeper", "phone", "hours", "open_to", "opened_on", "closed_on", "note"),
    reads=station_page, of="station", ledger="liaison.stations")
stations.create(services.save_station, StationForm, page="new_station")
stations.change(services.save_station, StationForm, page="edit_station")
stations.act("close", services.close_station, StationClosed, page="close_station", title=_l("撤销联络站"))
act(api, "POST", "/services", services.log_service, ServiceForm, page="new_service", title=_l("登记服务"), status=201)

# -- stays away
stays = Resource(api, "/records", _l("流动党员记录"), MobileRecord, (
    "person_id", "person_name", "direction", "state", "reason", "region", "since", "expected_return", "home_org_id",
    "home_org_name", "receiving_org_id", "receiving_org_name", "contact_person", "channel", "activity_card_no", "transferable",
    "why_not_transferred", "abroad", "monthly", "graduate", "graduated_on", "station_id", "contact_from", "last_contact_on",
    "last_participation_on", "lost_on", "suspended_on", "ended_on", "note"),
    reads=record_page, of="record",
    note=_l("名单见台账 liaison.outflow、liaison.inflow；办理步骤见 /records/liaison.mobile_record"))
stays.create(records.register_outflow, lambda: Outflow(exclude=hidden_fields()), below="/records/outflow", name="outflow",
             page="new_outflow", title=_l("登记流出党员"))
stays.create(records.register_inflow, lambda: Inflow(exclude=hidden_fields()), below="/records/inflow", name="inflow",
             page="new_inflow", title=_l("登记流入党员"))
stays.change(records.update_record, lambda: Stay(exclude=hidden_fields()), page="edit_record")
stays.act("contacts", contacts.log_contact, Contact, page="contact", title=_l("登记联系"))
stays.act("reviews", contacts.write_review, Review, page="review", title=_l("登记年度评议意见"))
stays.act("searches", contacts.log_search, Search, page="search", title=_l("登记查找情况"))
act(api, "POST", "/contacts", contacts.log_contacts, ContactOfMany, page="contact_many", title=_l("登记多人联系"))

# -- return-home education
meetings = Resource(api, "/gatherings", _l("集中返乡教育"), Gathering, (
    "title", "org_id", "place", "on", "minutes", "content", "confirmed_on", "confirmed_by"),
    reads=gathering_page, of="gathering")
meetings.create(gatherings.save_gathering, GatheringForm, page="new_gathering")
meetings.change(gatherings.save_gathering, GatheringForm, page="edit_gathering")
meetings.act("sheet", gatherings.tick, Ticked, page="tick", title=_l("保存签到"))
meetings.act("confirm", gatherings.confirm_gathering, page="confirm", title=_l("确认签到"))
meetings.act("cancel", gatherings.cancel_gathering, page="cancel", title=_l("取消教育活动"))
LINE = told(person_id={"type": "integer"}, name=TEXT, branch=TEXT, region={"type": ["string", "null"]},
            present={"type": "boolean"})
MATCHED = told(added={"type": "integer"}, unknown={"type": "array", "items": TEXT}, several={"type": "array", "items": TEXT})


@api.get("/gatherings/<int:record_id>/sheet", needs="liaison.record.read", title=_l("签到表"),
         answers=items_of(LINE))
def sheet(record_id: int) -> dict[str, Any]:
    return {"items": [{"person_id": row.person_id, "name": row.name, "branch": row.branch, "region": row.region,
                       "present": row.present} for row in gathering_page(ctx(), record_id).sheet]}


@api.post("/gatherings/<int:record_id>/names", needs=gatherings.MANAGE, title=_l("按名单加入签到"), takes=Names, like_form=True,
          answers=MATCHED, page="paste_names")
def names(record_id: int, data: dict[str, Any]) -> dict[str, Any]:
    found = gatherings.paste_names(ctx(), record_id, **data)
    return {"added": found.added, "unknown": found.unknown, "several": found.several}
