"""What may be told outside of persons and organisations: numbers, dates, names of fields. Never a value of a person."""

from __future__ import annotations

from core.base.i18n import _l
from core.contracts.events import OrgChanged, OrgClosed, OrgFounded, PersonChanged, PersonGone, PersonMoved, PersonRegistered
from core.plugin import EventKind, Fact

_PERSON = Fact("person_id", _l("人员"))
_ORG = Fact("org_id", _l("组织"))
_FIELDS = Fact("fields", _l("改动的字段名（不含内容）"), "codes")

person_registered = EventKind(
    name="people.person.registered", title=_l("登记了人员"), of=PersonRegistered, facts=(_PERSON, _ORG),
    about=_l("在页面上或经接口登记一名人员。导入的名册不逐人通知，见“导入完成”。"))
person_changed = EventKind(
    name="people.person.changed", title=_l("修改了人员信息"), of=PersonChanged, facts=(_PERSON, _FIELDS),
    about=_l("本人信息有改动；新的内容请凭令牌从接口读取。"))
person_moved = EventKind(
    name="people.person.moved", title=_l("组织关系变动"), of=PersonMoved,
    facts=(_PERSON, Fact("from_org_id", _l("原组织（0 为没有）")), Fact("to_org_id", _l("新组织（0 为没有）")),
           Fact("on", _l("生效日期"), "date")),
    about=_l("正式组织关系从一个组织转到另一个组织，或者转出、结束。"))
person_gone = EventKind(
    name="people.person.gone", title=_l("人员记录并入他人或移出"), of=PersonGone,
    facts=(_PERSON, Fact("kept_id", _l("并入的人员（0 为错登移出）"))),
    about=_l("重复的记录合并，或错登的记录移出。程序里保存的这个编号应随之更换或删除。"))
org_founded = EventKind(
    name="people.org.founded", title=_l("新增了组织"), of=OrgFounded,
    facts=(_ORG, Fact("parent_id", _l("上级组织（0 为没有）"))))
org_changed = EventKind(
    name="people.org.changed", title=_l("修改了组织信息或隶属"), of=OrgChanged, facts=(_ORG, _FIELDS))
org_closed = EventKind(
    name="people.org.closed", title=_l("组织撤销或并入"), of=OrgClosed,
    facts=(_ORG, Fact("successor_id", _l("并入的组织（0 为撤销）")), Fact("on", _l("生效日期"), "date")))
