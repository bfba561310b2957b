"""No upload may hurt the process that serves: one clear sentence each, quickly, with the child paying for it."""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.contracts.errors import Invalid
from core.imports.limits import Limits
from core.imports.reader import ROOT, START, open_sheet
from core.imports.table import open_table, read_row
from tests.core.imports.hostile import attacks, broken, honest
from tests.core.imports.make_workbooks import HERE
from tests.core.imports.roster import BY_NAME, ROSTER

SECONDS = 5.0
CORPUS = [*attacks(), *broken()]


def made(wanted: str) -> bytes:
    return next(make() for name, make, _word in CORPUS if name == wanted)


def spent() -> float:
    """Processor seconds of this process and its children: a busy machine must not fail the test."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def sentence_for(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Invalid) as refused, open_sheet(data, **({"limits": limits} if limits else {})) as sheet:
        for _row in sheet.rows:
            pass
    said = refused.value.errors["file"]
    assert len(said) == 1
    return said[0]


@pytest.mark.parametrize(("make", "word"), [case[1:] for case in CORPUS], ids=[case[0] for case in CORPUS])
def test_hostile_file_gets_one_sentence(make, word):
    data = make()
    began = spent()
    said = sentence_for(data)
    assert word in said and said.endswith("。") and said.count("。") <= 2, said
    assert spent() - began < SECONDS


def test_parent_stays_small():
    """The corpus was read above or is read here: this process never grew by what the files unpack to."""
    files = [make() for _name, make, _word in CORPUS[2:6]]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for data in files:
        sentence_for(data)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 * 1024, f"{grown} kB"


def test_child_that_needs_too_long_is_ended():
    data = made("long csv")
    began = time.monotonic()
    assert sentence_for(data, Limits(wall_seconds=0.01)).startswith("表格内容过大")
    assert time.monotonic() - began < 2


def test_child_that_needs_too_much_memory_is_ended():
    assert sentence_for(made("a million rows"), Limits(memory_bytes=60 << 20)).startswith("表格内容过大")


def test_child_may_not_write_files_nor_know_the_house(tmp_path):
    program = START.split("from core")[0].replace("; ", "\n").replace(";", "\n") + (
        "\nfrom core.imports.child import program\n"
        "assert not {'sqlalchemy', 'flask', 'core.base', 'core.contracts'} & set(sys.modules), sys.modules\n"
        "program.fence_in({'memory_bytes': 1 << 29, 'cpu_seconds': 5})\n"
        "with open(sys.argv[2], 'w') as file: file.write('x' * 10)\n"
    )
    command = [sys.executable, "-I", "-c", program, ROOT, tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "File too large" in done.stderr
    assert (tmp_path / "out").read_text() == ""


def test_honest_file_is_read():
    with open_sheet(honest()) as sheet:
        assert [row.cells for row in sheet.rows] == [["姓名", "入党时间", "所在党支部"], ["张三", "2020-09", "一支部"]]


MUTABLE = [honest(), (HERE / "roster_ugly.xlsx").read_bytes(), (HERE / "roster_gbk.csv").read_bytes()]


@st.composite
def mutated(draw) -> bytes:
    data = bytearray(draw(st.sampled_from(MUTABLE)))
    for _change in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data) - 1))
        how = draw(st.integers(0, 3))
        if how == 0:
            data[at] = draw(st.integers(0, 255))
        elif how == 1:
            del data[at : at + draw(st.integers(1, 400))]
        elif how == 2:
            data[at:at] = draw(st.binary(max_size=40))
        else:
            data[at : at + 4] = draw(st.sampled_from([b"\xff" * 4, b"\0" * 4, b"PK\x01\x02", b"\x7f\xff\xff\xff"]))
        if not data:
            data = bytearray(b"x")
    return bytes(data)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(mutated(), st.binary(max_size=3000), st.text(max_size=2000).map(lambda t: t.encode("utf-16"))))
def test_mutated_bytes_are_read_or_refused(data):
    try:
        with open_table(data, ROSTER) as table:
            read = [read_row(row, table.matches, BY_NAME) for row in table.rows]
        assert all(set(row.values) | set(row.errors) <= set(BY_NAME) for row in read)
    except Invalid as refused:
        assert list(refused.errors) == ["file"] and len(refused.errors["file"]) == 1
