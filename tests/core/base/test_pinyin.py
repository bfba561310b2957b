from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from core.base.pinyin import KEY_LENGTH, NameQuery, name_filter, name_keys, search_prefix
from core.base.surnames import readings

NAMES = {
    "曾国藩": ("zengguofan", "zgf"), "单雄信": ("shanxiongxin", "sxx"), "仇英": ("qiuying", "qy"),
    "解缙": ("xiejin", "xj"), "区志强": ("ouzhiqiang", "ozq"), "查良镛": ("zhaliangyong", "zly"),
    "任重": ("renzhong", "rz"), "盖叫天": ("gejiaotian", "gjt"), "朴树": ("piaoshu", "ps"),
    "尉迟恭": ("yuchigong", "ycg"), "万俟卨": ("moqixie", "mqx"), "令狐冲": ("linghuchong", "lhc"),
    "单于夫罗": ("chanyufuluo", "cyfl"), "长孙无忌": ("zhangsunwuji", "zswj"), "欧阳修": ("ouyangxiu", "oyx"),
    "吕布": ("lvbu", "lb"), "买买提·吐尔逊": ("maimaitituerxun", "mmttex"),
    "单增卓玛": ("danzengzhuoma", "dzzm"),
    "𠮷田": ("tian", "t"), "张 三": ("zhangsan", "zs"), "John Smith": ("johnsmith", "js"),
    "Ｗａｎｇ伟": ("wangwei", "ww"), "·": ("", ""), "": ("", ""), "万里": ("wanli", "wl"),
    "牟平": ("muping", "mp"),
}


@pytest.mark.parametrize("name", NAMES)
def test_keys_of_names(name):
    keys = name_keys(name)
    assert (keys.full, keys.initials) == NAMES[name]


@given(st.text(max_size=80))
def test_keys_are_short_lower_case_letters(name):
    keys = name_keys(name)
    for key in (keys.full, keys.initials):
        assert len(key) <= KEY_LENGTH
        assert key == "" or (key.isascii() and key.isalpha() and key.islower())


@pytest.mark.parametrize(("typed", "query"), [
    ("zw", NameQuery(prefixes=("zw",))),
    (" ZhangW ", NameQuery(prefixes=("zhangw",))),
    ("lü bu", NameQuery(prefixes=("lvbu",))),
    ("lyubu", NameQuery(prefixes=("lyubu", "lvbu"))),
    ("ceng guo", NameQuery(prefixes=("cengguo", "zengguo"))),
    ("伟", NameQuery(han="伟")),
    ("买买提·吐", NameQuery(han="买买提·吐")),
    ("张w", NameQuery(prefixes=("zw",), han="张")),
    ("138 0000-5678", NameQuery(digits="13800005678")),
    ("１２３x", NameQuery(digits="123X")),
    ("", NameQuery()), ("  ", NameQuery()),
])
def test_queries(typed, query):
    assert search_prefix(typed) == query


@given(st.text(max_size=40))
def test_any_query_is_read(typed):
    query = search_prefix(typed)
    assert all(prefix.isascii() and prefix.isalpha() for prefix in query.prefixes)
    assert query.digits == "" or query.digits.rstrip("X").isdigit()


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "row"
    name: Mapped[str] = mapped_column(primary_key=True)
    full: Mapped[str]
    initials: Mapped[str]


@pytest.fixture(scope="module")
def found():
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for name in ("曾国藩", "张伟", "张伟芳", "章文", "100%好", "买买提·吐尔逊"):
            keys = name_keys(name)
            session.add(Row(name=name, full=keys.full, initials=keys.initials))
        session.flush()

        def search(text):
            where = name_filter(search_prefix(text), Row.name, Row.full, Row.initials)
            return set(session.scalars(sa.select(Row.name).where(where)))
        yield search
    engine.dispose()


@pytest.mark.parametrize(("typed", "names"), [
    ("zw", {"张伟", "张伟芳", "章文"}), ("zhangwei", {"张伟", "张伟芳"}), ("张w", {"张伟", "张伟芳"}),
    ("伟芳", {"张伟芳"}), ("cengg", {"曾国藩"}), ("提·吐", {"买买提·吐尔逊"}), ("%", {"100%好"}),
    ("_", set()),
    ("13800005678", set()), ("", set()),
])
def test_search_over_rows(found, typed, names):
    assert found(typed) == names


def test_every_reading_of_the_table_is_plain_and_as_long_as_the_surname():
    table = readings()
    for section in ("single", "compound", "given"):
        for text, reading in table[section].items():
            assert len(reading.split()) == len(text) and reading.replace(" ", "").isalpha()
