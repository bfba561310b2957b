"""Whatever is wrong with an archive is one sentence, and nothing of it stays."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from core.app import create_app
from core.base.config import Config
from core.base.scope import system_scope
from core.base.session import session
from core.contracts.errors import Conflict, Invalid
from core.custody.archive import arrival, opening
from core.custody.archive.arrival import arrive
from core.custody.archive.format import MAC, MANIFEST
from core.custody.archive.writing import closed_keys, mac, write_archive
from core.custody.cleaning import holdings
from core.tenancy.models import ACTIVE, ARRIVING, Tenant

from .conftest import PASSPHRASE, open_installation

pytestmark = pytest.mark.xdist_group("custody")


@pytest.fixture(scope="session")
def archive(_pilot_folder, tmp_path_factory):
    pilot = open_installation(_pilot_folder)
    path = tmp_path_factory.mktemp("archive") / "linshu.zip"
    with pilot.use():
        tenant = pilot.tenant("linshu")
        write_archive(tenant.id, path, keys=closed_keys(tenant.id, PASSPHRASE), by="test")
        ring = pilot.ring.of(tenant.id)
    pilot.database.dispose()
    return path, ring


@pytest.fixture(scope="module")
def county(_empty, tmp_path_factory):
    """Where archives are refused: nothing of them stays, so that one place is enough for all."""
    folder = tmp_path_factory.mktemp("county")
    found = open_installation(folder)
    shutil.copy(_empty, folder)
    yield found
    found.database.dispose()


def remade(archive, to, *, manifest=None, replace=None, add=None, resign=True):
    """A copy of the archive with members replaced or added; signed anew, as the owner of the key could."""
    path, ring = archive
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as out:
        members = {name: source.read(name) for name in source.namelist()}
        data = json.loads(members[MANIFEST])
        if manifest:
            manifest(data)
        members |= replace(members, data) if replace else {}
        members[MANIFEST] = json.dumps(data).encode()
        if resign:
            members[MAC] = mac(ring, members[MANIFEST]).encode()
        for name, content in {**members, **(add or {})}.items():
            out.writestr(name, content)
    return to


def refusal(place, path, passphrase=PASSPHRASE):
    """The sentence; afterwards nothing is there."""
    with place.use():
        with pytest.raises(Invalid) as caught:
            arrive(path, passphrase=passphrase)
        assert tenants(place) == 0 and not list((place.folder / "files").rglob("??/*"))
    sentences = [text for texts in caught.value.errors.values() for text in texts]
    assert len(sentences) == 1
    return sentences[0]


def tenants(place):
    with system_scope("test: count"):
        return session().scalar(select(func.count()).select_from(Tenant).where(Tenant.id != 0))


def test_wrong_or_missing_passphrase(archive, county):
    assert "口令不对" in refusal(county, archive[0], "not the one of the archive")
    assert "请填写导出时设置的口令" in refusal(county, archive[0], None)


def test_archive_without_passphrase_stays_at_home(archive, county, tmp_path):
    path = remade(archive, tmp_path / "x.zip", manifest=lambda data: data.update(keys=None))
    assert "同一主密钥" in refusal(county, path, None)


@pytest.mark.parametrize("cut", [0, 4000, -100, -1])
def test_truncated(archive, county, tmp_path, cut):
    path = tmp_path / "cut.zip"
    path.write_bytes(archive[0].read_bytes()[:cut])
    assert "已损坏" in refusal(county, path)


def test_flipped_bytes(archive, installation, tmp_path):
    """Here and there in the file; where it changes nothing that matters (a time stamp of the zip) all arrives as it was."""
    county, content, sound = installation("county"), archive[0].read_bytes(), 0
    for at in range(100, len(content), len(content) // 8):
        path = tmp_path / "flipped.zip"
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
        with county.use():
            try:
                came = arrive(path, passphrase=PASSPHRASE, status=ARRIVING)
            except Invalid as refused:
                assert len(refused.errors) == 1 and tenants(county) == 0
            else:
                sound += 1
                assert came.rows["audit_entry"] > 20
                arrival.discard(came.tenant_id)
    assert sound < 4


def test_newer_format_and_newer_schema(archive, county, tmp_path):
    newer = remade(archive, tmp_path / "a.zip", manifest=lambda data: data.update(format=2))
    assert "请先升级本平台" in refusal(county, newer)
    schema = remade(archive, tmp_path / "b.zip", manifest=lambda data: data["schema"].update(core="core_0099"))
    assert "升级到同一版本" in refusal(county, schema)


def test_a_plugin_that_is_not_here(archive, county, tmp_path):
    def pretend(members, data):
        data["tables"].append({"name": "credit_case", "owner": "credit", "columns": ["id"], "rows": 1, "sha256": "0" * 64})
        return {"tables/credit_case.jsonl": b'{"id":1}\n'}

    assert "没有“credit”应用" in refusal(county, remade(archive, tmp_path / "x.zip", replace=pretend))


def test_manifest_changed_without_the_key(archive, county, tmp_path):
    path = remade(archive, tmp_path / "x.zip", manifest=lambda data: data.update(slug="chosen"), resign=False)
    assert "已损坏" in refusal(county, path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "files/../../x", "tables/..jsonl", "files/zz/x", "run.py"])
def test_paths_out_of_the_archive(archive, county, tmp_path, name):
    assert "不该有的文件" in refusal(county, remade(archive, tmp_path / "x.zip", add={name: b"x"}))


def test_zip_bomb(archive, county, tmp_path):
    path = remade(archive, tmp_path / "x.zip", add={"files/aa/" + "0" * 30: b"0" * (60 << 20)})
    assert path.stat().st_size < 1 << 20
    assert "异常巨大" in refusal(county, path)


def test_endless_line(archive, county, tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "LONGEST_LINE", 1000)
    long = remade(archive, tmp_path / "x.zip", replace=lambda members, data: {"files.jsonl": os.urandom(3000).hex().encode()})
    assert "已损坏" in refusal(county, long)


def _with(members, data, table, change, separators=(",", ":")):
    """Change the first row of a table, with its hash, as somebody who has the key could."""
    name = f"tables/{table}.jsonl"
    first, *others = members[name].splitlines(keepends=True)
    row = json.loads(first)
    change(row)
    half = any(isinstance(value, str) and not value.isprintable() and "\ud800" in value for value in row.values())
    text = json.dumps(row, sort_keys=True, ensure_ascii=half, separators=separators).encode() + b"\n"
    content = b"".join([text, *others])
    next(t for t in data["tables"] if t["name"] == table)["sha256"] = hashlib.sha256(content).hexdigest()
    return {name: content}


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda row: row.update(name=7), "读不懂的内容"),
    (lambda row: row.update(created_at="yesterday"), "读不懂的内容"),
    (lambda row: row.update(id=True), "读不懂的内容"),
    (lambda row: row.update(name=None), "读不懂的内容"),
    (lambda row: row.update(name="a\x00b"), "读不懂的内容"),
    (lambda row: row.update(name="\ud800"), "已损坏"),
    (lambda row: row.pop("name"), "已损坏"),
    (lambda row: row.update(tenant_id=0), "已损坏"),
    (lambda row: row.update(org_id=1), "互相矛盾"),
])  # fmt: skip
def test_rows_that_fit_nowhere(archive, county, tmp_path, change, sentence):
    path = remade(archive, tmp_path / "x.zip", replace=lambda m, d: _with(m, d, "people_person", change))
    assert sentence in refusal(county, path)


@pytest.mark.parametrize("change", [
    {"tenant": 7}, {"tenant": {"demo": "yes"}}, {"tenant": {"created_at": "yesterday"}},
    {"tenant": {"brand": 7}}, {"tenant": {"division_code": "1" * 13}}, {"tenant": {"name": "\ud800"}}, {"tenant_id": 2**63},
    {"origin": 2**70}, {"tenant_id": True}, {"slug": None}, {"made_at": "yesterday"}, {"files": {"count": 0}}, {"schema": []},
    {"tables": [{"name": "people_person", "owner": "core", "columns": 7, "rows": 1, "sha256": ""}]},
])  # fmt: skip
def test_a_manifest_that_says_what_cannot_be(archive, county, tmp_path, change):
    def changed(data):
        for key, value in change.items():
            data[key] = data[key] | value if key == "tenant" and isinstance(value, dict) else value

    refusal(county, remade(archive, tmp_path / "x.zip", manifest=changed))


def test_a_full_disk_is_not_the_archives_fault(archive, county, monkeypatch):
    """What the database cannot take for lack of room is told as that, and nothing is left."""
    full = OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
    monkeypatch.setattr(arrival, "insert", lambda table: (_ for _ in ()).throw(full))
    with county.use():
        with pytest.raises(OperationalError):
            arrive(archive[0], passphrase=PASSPHRASE)
        assert tenants(county) == 0


def test_what_was_written_is_compared_with_the_manifest(archive, county, tmp_path):
    path = remade(archive, tmp_path / "x.zip", replace=lambda m, d: _with(m, d, "people_person", lambda row: None, (", ", ":")))
    assert "核对没有通过（people_person）" in refusal(county, path)


def test_forged_audit_chain(archive, county, tmp_path):
    path = remade(archive, tmp_path / "x.zip", replace=lambda m, d: _with(
        m, d, "audit_entry", lambda row: row.update(actor_name="somebody else")))
    assert "操作日志第 1 条" in refusal(county, path)


def test_brought_in_twice(archive, installation):
    county = installation("county")
    with county.use():
        arrive(archive[0], passphrase=PASSPHRASE, status=ACTIVE)
        before = county.sums("linshu")
        with pytest.raises(Invalid, match="已经在本平台"):
            arrive(archive[0], passphrase=PASSPHRASE)
        assert county.sums("linshu") == before
        with pytest.raises(Invalid, match="已被使用"):
            arrive(archive[0], passphrase=PASSPHRASE, copy_of=county.tenant("linshu").id)
        assert county.sums("linshu") == before and tenants(county) == 1


def test_two_at_once(archive, installation):
    county = installation("county")
    with county.use():
        seen = []

        def meanwhile(percent, _text):
            if percent > 50 and not seen:
                with pytest.raises(Conflict) as caught:
                    arrive(archive[0], passphrase=PASSPHRASE)
                seen.append(str(caught.value))

        arrive(archive[0], passphrase=PASSPHRASE, tell=meanwhile)
        assert seen == ["这个单位正在导入或删除，请等它完成。"] and tenants(county) == 1


def test_killed_midway_leaves_nothing_to_see_and_can_be_repeated(archive, installation):
    county = installation("county")
    county.database.dispose()
    child = os.fork()
    if not child:
        with open_installation(county.folder).use():
            arrive(archive[0], passphrase=PASSPHRASE, tell=lambda percent, _text: os._exit(9) if percent > 50 else None)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    with county.use():
        half = county.tenant("linshu")
        assert half.status == ARRIVING and holdings(half.id).rows["audit_entry"] > 20
        app = create_app(Config(instance=county.folder, jobs="none", testing=True), database=county.database)
        assert app.test_client().get("/t/linshu/").status_code == 503
        arrive(archive[0], passphrase=PASSPHRASE, status=ACTIVE)
        assert county.sums("linshu")["people_person"].rows == 23


def test_a_fault_at_any_stage_takes_everything_back(archive, county, monkeypatch):
    for stage in ("_files", "_compare", "_open", "_fill_late"):
        with monkeypatch.context() as patch, county.use():
            patch.setattr(arrival, stage, lambda *_arguments: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                arrive(archive[0], passphrase=PASSPHRASE)
            assert tenants(county) == 0
