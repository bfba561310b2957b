"""联创共建: units and communities paired by agreement, three lists, contributions, joint council, visits, yearly reviews."""

from __future__ import annotations

from core.base.i18n import _l
from core.contracts.events import CommitmentDelivered
from core.plugin import Permission, PersonalField, Plugin, RoleTemplate

_SEE = ("pairing.unit.read", "pairing.pair.read", "pairing.council.read")
_BOTH = ("pairing.pair.propose", "pairing.gift.state", "pairing.visit.write", "pairing.topic.propose",
         "pairing.resolution.report", "pairing.pair.export")
_UNIT = (*_SEE, *_BOTH, "pairing.unit.act")
_COMMUNITY = (*_SEE, *_BOTH, "pairing.community.act", "pairing.pair.end", "pairing.council.manage")
_OFFICER = (*_SEE, "pairing.unit.manage", "pairing.pair.propose", "pairing.pair.end", "pairing.pair.export")
_NO_EXPORT = tuple(name for name in _OFFICER if name != "pairing.pair.export")
_DUTY = _l("组织结对共建工作，明确双方联系人和责任人")
_KEEP = "pairing + 3 years"

plugin = Plugin(
    name="pairing",
    title=_l("联创共建"),
    summary=_l("联创、帮建、共建结对，需求、资源、项目三张清单，资金物资两方确认，党建联席会议，年度互评"),
    icon="link-45deg",
    settings="schemas:Settings",
    events=(CommitmentDelivered,),
    permissions=(
        Permission("pairing.unit.read", _l("查看共建单位")),
        Permission("pairing.unit.manage", _l("登记和修改共建单位")),
        Permission("pairing.unit.act", _l("代表单位办理：签署、认领、报送、确认")),
        Permission("pairing.community.act", _l("代表社区办理：发布需求、签署、验收、确认")),
        Permission("pairing.pair.read", _l("查看结对和三张清单")),
        Permission("pairing.pair.propose", _l("发起结对和续签")),
        Permission("pairing.pair.conclude", _l("双方签署后自动生效（系统办理，不用授予）")),
        Permission("pairing.pair.end", _l("结束结对")),
        Permission("pairing.pair.export", _l("导出共建台账和贡献清单")),
        Permission("pairing.gift.state", _l("登记资金、物资等投入和使用")),
        Permission("pairing.visit.write", _l("登记交流、走访、活动和季度小结")),
        Permission("pairing.council.read", _l("查看联席会议")),
        Permission("pairing.council.manage", _l("组织联席会议")),
        Permission("pairing.topic.propose", _l("提交联席会议议题")),
        Permission("pairing.resolution.report", _l("报告议定事项落实情况")),
    ),
    roles=(
        RoleTemplate("unit_liaison", _l("共建单位联络员"), _UNIT, note=_l("在本单位范围授予，只看到本单位的结对")),
        RoleTemplate("department_officer", _l("部门党建专干"), _UNIT, note=_l("在本部门范围授予，只看到本部门的结对"),
                     audience=frozenset({"county"})),
        RoleTemplate("community_secretary", _l("社区书记"), _COMMUNITY),
        RoleTemplate("community_worker", _l("社区工作者、网格员"), (*_SEE, "pairing.gift.state", "pairing.visit.write")),
        RoleTemplate("street_officer", _l("街道党建办"), (*_OFFICER, "pairing.unit.act", "pairing.council.manage"),
                     note=_l("没有账号的单位，由街道代为办理，记录中写明经办人")),
        RoleTemplate("org_officer", _l("组织部工作人员"), _OFFICER, audience=frozenset({"county"})),
        RoleTemplate("social_work_officer", _l("社会工作部工作人员"), _NO_EXPORT, audience=frozenset({"county"})),
        RoleTemplate("inspector", _l("只读检查"), _SEE),
    ),
    personal_data=(
        PersonalField("pairing_unit.liaison_name", _l("联系共建单位"), _DUTY, _KEEP),
        PersonalField("pairing_unit.liaison_id", _l("联络员是本地登记的党员时与名册对应"), _DUTY, _KEEP),
        PersonalField("pairing_pair.unit_owner", _l("明确单位责任人"), _DUTY, _KEEP),
        PersonalField("pairing_pair.org_owner", _l("明确社区责任人"), _DUTY, _KEEP),
        PersonalField("pairing_project.owner_name", _l("明确项目责任人"), _DUTY, _KEEP),
        PersonalField("pairing_council_member.name", _l("通知开会、记录到会"), _DUTY, _KEEP),
        PersonalField("pairing_council_member.person_id", _l("会议成员是本地登记的党员时与名册对应"), _DUTY, _KEEP),
        PersonalField("pairing_council_attendance.stand_in", _l("记录代会人员"), _DUTY, _KEEP),
        PersonalField("pairing_spending.payee", _l("核对资金使用"), _DUTY, "10 years"),
    ),
)
