"""A module of the tests' own that imports a roster into the tables of people, as people's own kind will."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import select

from core.base.crypto import blind_index
from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, Invalid
from core.people.models import OrgUnit, Person
from core.plugin import ImportKind, Objection, Owner, Permission, Plugin
from core.service import service
from core.web.forms import Choice, Date, LongText, Phone, Schema, Text, YearMonth, ui

IMPORT, NAME = "trial.member.import", "trial.members"
DEFECT, BUSY_NAME = "让程序出错", "被别人抢先"


class MemberSchema(Schema):
    name = Text(required=True, metadata=ui("姓名", aliases=("党员姓名",), pii="name", example="张三"))
    gender = Choice([("m", "男"), ("f", "女")], metadata=ui("性别"))
    birth_date = YearMonth(metadata=ui("出生年月"))
    id_no = Text(metadata=ui("身份证号", aliases=("身份证号码", "公民身份号码"), pii="id_number", sensitive=True))
    education = Text(metadata=ui("学历"))
    joined_on = YearMonth(required=True, metadata=ui("入党时间", aliases=("入党年月",), help="写到月即可"))
    member_kind = Choice([("full", "正式党员"), ("probationary", "预备党员")], metadata=ui("党员类别"))
    branch = Text(required=True, metadata=ui("所在党支部", aliases=("所属党支部",)))
    phone = Phone(metadata=ui("联系电话", aliases=("手机号", "电话"), pii="phone", sensitive=True))
    verified_on = Date(metadata=ui("核对日期"))
    note = LongText(metadata=ui("备注"))


def prepare(ctx, rows):
    units = session().scalars(select(OrgUnit)).all()
    return SimpleNamespace(units={name: unit for unit in units for name in (unit.name, unit.short_name)})


def check(ctx, data, state):
    if data["branch"] not in state.units:
        return {"branch": [f"没有“{data['branch']}”这个组织，请核对名称。"]}
    if data["name"] == DEFECT and data.get("note") == "检查":
        raise RuntimeError("a defect in check")
    if data.get("note") == "疑似重复":
        return {"name": [Objection("有同名的人，请核对。", blocking=False)], "": [Objection("整行请看一眼。", blocking=False)]}
    return {}


@service(IMPORT, action="trial.member.write")
def write(ctx, data, state):
    unit = state.units[data["branch"]]
    if not ctx.may(IMPORT, unit.path):
        raise Forbidden(IMPORT)
    if data["name"] == DEFECT:
        raise RuntimeError("a defect in write")
    person = find(ctx, data, unit)
    wanted = {name: data[name] for name in ("gender", "education", "joined_on", "note") if name in data}
    if "phone" in data:
        wanted["phone_mask"] = data["phone"]
    ctx.audit("person", 1, name=data["name"])
    if person is None:
        index = {"id_index": blind_index(ctx.tenant.id, "id", data["id_no"])} if "id_no" in data else {}
        person = Person(name=data["name"], org_id=unit.id, org_path=unit.path, **index, **wanted)
        session().add(person)
        session().flush()
        return "person", person.id, "created", {"version": person.version}
    before = {name: getattr(person, name) for name, value in wanted.items() if getattr(person, name) != value}
    for name in before:
        setattr(person, name, wanted[name])
    session().flush()
    shown = {"phone" if name == "phone_mask" else name: str(value) for name, value in before.items()}
    return "person", person.id, "updated" if before else "unchanged", {"version": person.version, "before": shown}


def find(ctx, data, unit):
    if "id_no" in data:
        index = blind_index(ctx.tenant.id, "id", data["id_no"])
        return session().scalars(select(Person).where(Person.id_index == index)).one_or_none()
    query = select(Person).where(Person.name == data["name"], Person.org_id == unit.id)
    return session().scalars(query).first()


def undo(ctx, record_id, undo_data):
    person = ctx.get(Person, record_id)
    if person.version != undo_data["version"]:
        raise Conflict("这位党员的资料之后又改过，没有撤销。")
    if "before" not in undo_data:
        session().delete(person)
        return
    for name, value in undo_data["before"].items():
        setattr(person, "phone_mask" if name == "phone" else name, value)


members = ImportKind(
    name=NAME, title="党员花名册", schema=MemberSchema, permission=IMPORT, prepare=prepare, check=check, write=write, undo=undo,
    note="试用",
)
once = ImportKind(name="trial.once", title="不能撤销的", schema=MemberSchema, permission=IMPORT, write=lambda ctx, data, state: (
    "person", 1, "unchanged", None))


class Trial(Owner):
    """Declares what stands above, without files."""

    ledgers, indicators, workflows, import_kinds = [], [], [], [members, once]
    root = Path(__file__).parent / "workbooks"

    def __init__(self):
        super().__init__(Plugin(name="trial", title="试用", core=True, permissions=(Permission(IMPORT, "导入"),)), "")

    def file(self, name):
        return None

    def problems(self):
        return self.manifest.problems()


def refuse(_ctx, _data, _state):
    raise Invalid({"name": ["不要"]})
