"""What does not fit is told by the name of its distribution: in a wheel before it is installed, and at every start."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli import cli
from core.plugin.finding import found_plugins, mismatch
from core.plugin.manager import PluginProblems, Plugins

GROUP = "juheli.plugins"
GOOD = "from core.plugin import Plugin\nplugin = Plugin(name='pond', title='Pond')\n"
POND = "juheli-pond 0.1"
WRONG = {
    "core": ({"requires": "juheli>=9"}, "asks for juheli>=9"),
    "api": ({"code": GOOD.replace("title=", "api=7, title=")}, "speaks plugin API 7, this core speaks 1"),
    "import": ({"code": "from core.plugin import Gone\n"}, "cannot be read"),
    "part of core": ({"code": GOOD.replace("title=", "core=True, title=")}, "says it is a part of core"),
    "own name": ({"name": "people"}, "has a name of Juheli itself"),
    "engine": ({"name": "audit"}, "has a name of Juheli itself"),
    "address": ({"name": "search"}, "has a name of Juheli itself"),
    "name": ({"code": GOOD.replace("'pond'", "'lake'")}, "they must be alike"),
}


def lay(folder: Path, *, code: str = GOOD, requires: str = "juheli>=0.1", group: str = GROUP, dist: str = "juheli-pond",
        name: str = "pond") -> Path:
    """A distribution as pip leaves it in a folder; its package is named by its distribution."""
    package = dist.replace("-", "_")
    info = folder / f"{package}-0.1.dist-info"
    info.mkdir(parents=True)
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text(code.replace("'pond'", repr(name)))
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: 0.1\nRequires-Dist: {requires}\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {package}:plugin\n")
    return folder


def packed(folder: Path, target: Path) -> Path:
    """The same as a wheel."""
    with zipfile.ZipFile(target, "w") as parts:
        for path in folder.rglob("*"):
            if path.is_file():
                parts.write(path, path.relative_to(folder).as_posix())
    return target


@pytest.fixture
def beside(monkeypatch):
    """Put a folder before what is installed, and forget the packages read from it."""

    def put(folder: Path) -> Path:
        monkeypatch.syspath_prepend(str(folder))
        for name in ("juheli_pond", "juheli_lake"):
            monkeypatch.delitem(__import__("sys").modules, name, raising=False)
        return folder

    return put


@pytest.mark.parametrize("wrong", WRONG)
def test_at_start_the_sentence_names_the_distribution(tmp_path, beside, wrong):
    options, words = WRONG[wrong]
    beside(lay(tmp_path / wrong, **options))
    with pytest.raises(PluginProblems) as refused:
        Plugins.discover()
    assert POND in str(refused.value) and words in str(refused.value)


def test_a_file_that_cannot_be_read_names_it_too(tmp_path, beside):
    folder = beside(lay(tmp_path / "x"))
    (folder / "juheli_pond" / "services.py").write_text("import nothing_of_this_name\n")
    with pytest.raises(PluginProblems, match=r"juheli-pond 0\.1: juheli_pond\.services cannot be read \(ModuleNotFoundError"):
        Plugins.discover()


def test_a_good_one_is_found_and_two_of_one_name_are_not(tmp_path, beside):
    beside(lay(tmp_path / "one"))
    owners, problems = found_plugins()
    assert problems == [] and {o.name: o.distribution for o in owners}["pond"] == POND
    beside(lay(tmp_path / "two", dist="juheli-lake"))
    assert [p for p in found_plugins()[1] if POND in p and "juheli-lake 0.1" in p and "both offer the plugin 'pond'" in p]


@pytest.mark.parametrize("wrong", ["core", "api", "import", "part of core", "engine"])
def test_a_wheel_is_refused_before_it_is_installed(tmp_path, wrong):
    options, words = WRONG[wrong]
    wheel = packed(lay(tmp_path / wrong, **options), tmp_path / "juheli_pond-0.1-py3-none-any.whl")
    done = CliRunner().invoke(cli, ["plugin", "install", str(wheel)])
    assert done.exit_code == 1 and POND in done.output and (words in done.output or wrong == "import"), done.output


def test_a_wheel_that_fits_is_said_to_and_others_are_named(tmp_path):
    good = packed(lay(tmp_path / "good"), tmp_path / "good.whl")
    assert "fits juheli" in CliRunner().invoke(cli, ["plugin", "install", "--check-only", str(good)]).output
    other = packed(lay(tmp_path / "other", group="some.plugins"), tmp_path / "other.whl")
    assert "offers no plugin" in CliRunner().invoke(cli, ["plugin", "install", str(other)]).output
    (tmp_path / "odd.whl").write_text("nothing")
    assert "no wheel that can be read" in CliRunner().invoke(cli, ["plugin", "install", str(tmp_path / "odd.whl")]).output


def test_versions_are_compared_as_pip_does():
    assert mismatch(["juheli>=0.1,<1", "flask>=3"], "0.9") == ""
    assert mismatch(["juheli>=0.1,<1"], "1.0") == "juheli<1,>=0.1"
    assert mismatch(["Juheli[test]>=2; extra == 'dev'", "no requirement!"], "0.1") == ""
