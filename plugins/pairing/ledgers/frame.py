"""What all registers of joint creation share: who may read and export, paper and place, the filters of both sides."""

from __future__ import annotations

from functools import partial
from typing import Any

from core.base.i18n import _l
from core.plugin import A4, Col, Filter, Ledger, Workflow, col

from .. import conditions as when
from ..models import Pairing
from ..words import PAIR_KINDS

READ, EXPORT, GROUP = "pairing.pair.read", "pairing.pair.export", _l("联创共建")
register = partial(Ledger, permission=READ, export=EXPORT, paper=A4.landscape, group=GROUP)
KIND = col("kind", _l("类型"), Pairing.kind, choices=PAIR_KINDS, filter=True, width=8)
UNIT_NAME = col("unit", _l("共建单位"), Pairing.unit_name, search=True, opens="pairing.pair", key=Pairing.id, width=18)
ORG_NAME = col("org", _l("结对社区"), Pairing.org_name, search=True, width=12)


def sides(model: Any) -> tuple[Any, Any]:
    """The scope of a row that both sides see."""
    return (model.org_path, model.unit_path)


def under(model: Any) -> Filter:
    return Filter(name="under", label=_l("所属组织"), kind="org", source=model.org_path)


def this_year(column: Any) -> Filter:
    return Filter(name="this_year", label=_l("本年"), kind="flag", where=lambda ctx: when.this_year(column, ctx))


def state_of(flow: Workflow, label: Any = _l("状态"), width: int = 9) -> Col:
    """The state of a record of a workflow, in its words and tones."""
    return col("state", label, flow.model.state, choices=flow.choices(), tones=flow.tones(), filter=True, width=width)
