"""The public plugin API. What is not in `__all__` here (or in core.contracts, core.service, core.web) is private."""

from __future__ import annotations

from .extra import CHOICE, DATE, NUMBER, ORG_UNIT, PERSON, TEXT, YES_NO, ExtraField
from .hookspecs import hookimpl
from .ledger import A4, BLANK, Action, Beside, Col, Filter, Ledger, Paper, View, col
from .manager import Contribution, Hooks, Plugins, installed
from .manifest import API, Permission, PersonalField, Plugin, RoleTemplate
from .notice import NoticeTemplate
from .owner import Owner
from .records import (
    COUNT,
    DAYS,
    FEN,
    HOURS,
    PERCENT,
    CalendarEntry,
    EventKind,
    Fact,
    HeldData,
    ImportKind,
    Indicator,
    NavItem,
    Objection,
    Panel,
    SearchHit,
    TimelineEntry,
)
from .reminder import Due, Reminder
from .report import Figure, Figures, Report, Rows, Words
from .switched import SwitchedOn
from .workflow import Elapsed, State, Step, Workflow, elapsed, step

__all__ = [
    "A4", "API", "BLANK", "CHOICE", "COUNT", "DATE", "DAYS", "FEN", "HOURS", "NUMBER", "ORG_UNIT", "PERCENT", "PERSON",
    "TEXT", "YES_NO", "Action", "Beside", "CalendarEntry", "Col", "Contribution", "Due", "Elapsed", "EventKind", "ExtraField",
    "Fact", "Figure", "Figures", "Filter", "HeldData", "Hooks", "ImportKind", "Indicator", "Ledger", "NavItem",
    "NoticeTemplate", "Objection", "Owner", "Panel", "Paper",
    "Permission", "PersonalField", "Plugin", "Plugins", "Reminder", "Report", "RoleTemplate",
    "Rows", "SearchHit", "State", "Step",
    "SwitchedOn", "TimelineEntry", "View", "Words", "Workflow", "col", "elapsed", "hookimpl", "installed", "step",
]
