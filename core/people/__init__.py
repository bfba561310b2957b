"""Organisations and people: the tree with its dated history, posts, grids; persons, affiliations, changes of membership."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, PersonalField, Plugin, RoleTemplate

_READ = ("people.org.read", "people.person.read")
_DUTY = _l("履行党员教育管理职责（法定职责）")
_KEEP = "membership + 3 years"

plugin = Plugin(
    name="people",
    title=_l("组织与人员"),
    summary=_l("组织树与届次、党员信息库、增减台账、动态维护"),
    icon="people",
    core=True,
    permissions=(
        Permission("people.org.read", _l("查看组织")),
        Permission("people.org.manage", _l("管理组织、届次与职务")),
        Permission("people.grid.manage", _l("管理网格")),
        Permission("people.person.read", _l("查看人员（电话、证件号码打码）")),
        Permission("people.person.create", _l("新增人员")),
        Permission("people.person.update", _l("修改人员信息")),
        Permission("people.person.transfer", _l("办理组织关系与党籍变动")),
        Permission("people.person.reveal", _l("查看完整电话和证件号码（须写明用途，留痕）"), sensitive=True),
        Permission("people.person.merge", _l("合并重复人员、移出登记")),
        Permission("people.person.export", _l("导出人员台账"), sensitive=True),
        Permission("people.check.confirm", _l("核验党员信息（支部）")),
        Permission("people.check.approve", _l("审核核验结果（社区、街道）")),
    ),
    roles=(
        RoleTemplate("org_officer", _l("组织部门干部"), (
            *_READ, "people.org.*", "people.grid.*", "people.person.*", "people.check.*")),
        RoleTemplate("street_officer", _l("街道党建办"), (
            *_READ, "people.org.*", "people.grid.*", "people.person.*", "people.check.*")),
        RoleTemplate("community_secretary", _l("社区书记"), (
            *_READ, "people.org.manage", "people.grid.manage", "people.person.create", "people.person.update",
            "people.person.transfer", "people.person.reveal", "people.person.merge", "people.person.export",
            "people.check.*")),
        RoleTemplate("branch_secretary", _l("支部书记、组织委员"), (
            *_READ, "people.person.create", "people.person.update", "people.person.reveal", "people.check.confirm")),
        RoleTemplate("community_worker", _l("社区工作者、网格员"), (
            *_READ, "people.person.update", "people.grid.manage", "people.check.confirm")),
        RoleTemplate("inspector", _l("只读检查"), _READ),
    ),
    personal_data=(
        PersonalField("people_person.name", _l("识别党员"), _DUTY, _KEEP, mask="name"),
        PersonalField("people_person.gender", _l("党员统计"), _DUTY, _KEEP),
        PersonalField("people_person.birth_date", _l("党员统计、核对身份"), _DUTY, _KEEP),
        PersonalField("people_person.education", _l("党员统计"), _DUTY, _KEEP),
        PersonalField("people_person.id_sealed", _l("核对身份、防止重复登记"), _DUTY, _KEEP, mask="id_no", sensitive=True),
        PersonalField("people_person.phone_sealed", _l("联系党员"), _DUTY, _KEEP, mask="phone", sensitive=True),
        PersonalField("people_person.member_kind", _l("党员管理"), _DUTY, _KEEP, sensitive=True),
        PersonalField("people_person.joined_on", _l("党员管理、党龄统计"), _DUTY, _KEEP, sensitive=True),
        PersonalField("people_person.category", _l("分类管理"), _DUTY, _KEEP),
        PersonalField("people_person.skills", _l("安排志愿服务"), _l("本人自愿提供"), _KEEP),
        PersonalField("people_person.residence_org_id", _l("就近服务与双报到"), _DUTY, _KEEP),
        PersonalField("people_person.work_unit", _l("联系所在单位党组织"), _DUTY, _KEEP),
        PersonalField("people_org_unit.contact_phone_sealed", _l("联系组织负责人"), _DUTY, _KEEP, mask="phone", sensitive=True),
    ),
)
