"""Moving, merging, splitting and dissolving organisations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort

from core.base.i18n import _, _l
from core.service import Context
from core.web import ctx, done, go
from core.web.forms import SchemaForm

from .. import schemas
from ..models import OrgUnit
from ..queries import units
from ..services import reorganise
from ..words import LIVING_STATUS
from .pages import pages, posted, show, status

MANAGE = "people.org.manage"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the tree: its words, its form, its service."""

    label: Any
    schema: type
    run: Callable[..., OrgUnit]
    note: Any
    grave: bool = False


CHANGES = {
    "move": Change(_l("调整隶属"), schemas.Move, reorganise.move_org,
                   _l("本组织连同下级组织、党员和各类台账记录一起移到新的上级之下；调整前的报表仍按原隶属统计。")),
    "split": Change(_l("拆分"), schemas.Split, reorganise.split_org,
                    _l("在同一上级之下新设一个组织，把选中的党员转过去，增减台账自动记一进一出。")),
    "merge": Change(_l("并入其他组织"), schemas.MergeInto, reorganise.merge_orgs,
                    _l("党员、下级组织和网格并入另一组织，本组织标记为已合并，历史保留。"), True),
    "dissolve": Change(_l("撤销"), schemas.Dissolve, reorganise.dissolve_org,
                       _l("没有党员和下级组织时才能撤销；历史保留。"), True),
}


def changes_for(ctx: Context, unit: OrgUnit) -> dict[str, Change]:
    """The changes the actor may make to a living unit."""
    return CHANGES if unit.status in LIVING_STATUS and ctx.may(MANAGE, unit.path) else {}


@pages.form("/o/<int:record_id>/change/<name>", needs=MANAGE)
def change_org(record_id: int, name: str) -> Any:
    chosen = CHANGES.get(name) or abort(404)
    unit = units.get_org(ctx(), record_id)
    ctx().require(MANAGE, unit.path)
    form = SchemaForm(chosen.schema(), values={"parent_id": unit.parent_id} if name == "move" else None)
    form.version = unit.version
    if posted(form) and form.attempt(chosen.run, ctx(), record_id, version=form.version, **form.data):
        done(_("已办理：%(name)s %(act)s", name=unit.short_name, act=chosen.label))
        return go("people.org", record_id=form.result.id)
    return show("people/form.html", status(), form=form, unit=unit, remark=chosen.note, grave=chosen.grave,
                  title=_("%(act)s：%(name)s", act=chosen.label, name=unit.short_name))
