"""流动党员联络服务站: stations, members who are away or came from elsewhere, contacts, services, return-home education."""

from __future__ import annotations

from core.base.i18n import _l
from core.contracts.events import LearningHoursEarned
from core.plugin import Permission, PersonalField, Plugin, RoleTemplate

_READ = ("liaison.station.read", "liaison.record.read")
_PEOPLE = ("people.org.read", "people.person.read")
_STATION = ("liaison.contact.write", "liaison.service.write", "liaison.education.manage")
_BRANCH = ("liaison.record.register", "liaison.record.notify", "liaison.record.receive", "liaison.review.write",
           "liaison.search.propose")
_OFFICER = (*_PEOPLE, "liaison.*")
_DUTY = _l("履行流动党员教育管理职责（法定职责）")
_WANTED = _l("本人提出的需求，为其办理")
_KEEP = "membership + 3 years"
_SERVICE = "1 year after close"

plugin = Plugin(
    name="liaison",
    title=_l("流动党员联络服务站"),
    summary=_l("流出、流入登记与接收，定期联系，联络站服务，集中返乡教育，失联查找"),
    icon="broadcast-pin",
    settings="schemas:Settings",
    events=(LearningHoursEarned,),
    permissions=(
        Permission("liaison.station.read", _l("查看联络站与服务记录")),
        Permission("liaison.station.manage", _l("管理联络站")),
        Permission("liaison.record.read", _l("查看流动党员（电话打码）")),
        Permission("liaison.record.register", _l("登记流出、流入，办理返回和转出")),
        Permission("liaison.record.notify", _l("通知流入地党组织")),
        Permission("liaison.record.receive", _l("接收流入党员")),
        Permission("liaison.record.export", _l("导出流动党员台账"), sensitive=True),
        Permission("liaison.contact.write", _l("登记联系记录")),
        Permission("liaison.service.write", _l("登记服务记录")),
        Permission("liaison.review.write", _l("登记民主评议意见")),
        Permission("liaison.education.manage", _l("组织集中返乡教育")),
        Permission("liaison.search.propose", _l("登记失联查找情况")),
        Permission("liaison.search.confirm", _l("确认失去联系（组织部门）")),
        Permission("liaison.decision.record", _l("登记停止党籍、出党、恢复党籍的组织决定")),
    ),
    roles=(
        RoleTemplate("station_keeper", _l("联络站站长"), (*_PEOPLE, *_READ, *_STATION)),
        RoleTemplate("branch_secretary", _l("支部书记、组织委员"), (*_READ, *_STATION, *_BRANCH)),
        RoleTemplate("community_secretary", _l("社区书记"), (
            *_READ, *_STATION, *_BRANCH, "liaison.station.manage", "liaison.record.export")),
        RoleTemplate("community_worker", _l("社区工作者、网格员"), (*_READ, "liaison.contact.write", "liaison.service.write")),
        RoleTemplate("street_officer", _l("街道党建办"), _OFFICER),
        RoleTemplate("org_officer", _l("组织部工作人员"), _OFFICER, audience=frozenset({"county"})),
        RoleTemplate("inspector", _l("只读检查"), _READ),
    ),
    personal_data=(
        PersonalField("liaison_record.person_name", _l("识别流动党员"), _DUTY, _KEEP, mask="name"),
        PersonalField("liaison_record.region", _l("确定流入地党组织，只登记到县一级，不记录住址和行踪"), _DUTY, _KEEP),
        PersonalField("liaison_record.reason", _l("判断是否应转接组织关系"), _DUTY, _KEEP),
        PersonalField("liaison_record.channel", _l("约定的联系渠道名称，不读取其内容"), _DUTY, _KEEP),
        PersonalField("liaison_record.activity_card_no", _l("核对流动党员活动证"), _DUTY, _KEEP),
        PersonalField("liaison_contact.needs", _l("办理本人反映的需求"), _WANTED, _SERVICE),
        PersonalField("liaison_service.what", _l("记录联络站提供的服务"), _WANTED, _SERVICE),
        PersonalField("liaison_search.evidence", _l("证明查找失联党员的经过"), _DUTY, "10 years", sensitive=True),
        PersonalField("liaison_review.opinion", _l("年度民主评议"), _DUTY, _KEEP, sensitive=True),
        PersonalField("liaison_attendance.person_id", _l("返乡教育签到、折算学时"), _DUTY, _KEEP),
    ),
)
