"""`juheli plugin new`: names refused with a sentence, nothing overwritten, nothing half done."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from core.base.translations import problems
from core.cli import cli
from core.plugin.names import OWN
from core.scaffold.making import CannotMake, Plan, make
from core.scaffold.names import SHAPE, addresses, why_not
from tests.architecture.test_chinese import loose_chinese, loose_in_template
from tests.architecture.test_names import empty_tests, junk_drawers, leftovers
from tests.architecture.test_sizes import long_files, long_functions
from tests.architecture.tree import ROOT


def plan(folder, name="river", inside=False, title="河道巡查"):
    return Plan(name, title, "River watch", "River Office", folder, inside)


@pytest.mark.parametrize(("name", "words"), [
    ("River", "small letters"), ("r", "2 to 21"), ("river-watch", "no hyphen"), ("river_watch", "no underscore"),
    ("2river", "a letter"), ("河道", "small letters"), ("people", "Juheli itself"), ("plugins", "Juheli itself"),
    ("lambda", "word of Python"), ("liaison", "installed already"), ("../x", "small letters"), ("", "small letters"),
])
def test_a_name_that_cannot_be_is_refused_in_a_sentence(tmp_path, name, words):
    done = CliRunner().invoke(cli, ["plugin", "new", name, "--folder", str(tmp_path)])
    assert done.exit_code == 1 and words in done.output, done.output
    assert list(tmp_path.iterdir()) == []


def test_no_name_of_an_address_of_core_is_free(world):
    first = {rule.rule.split("/")[1] for rule in world.app.url_map.iter_rules()}
    assert len(first) > 20 and {name for name in first if not why_not(name, world.plugins)} == set()
    assert not why_not("river", world.plugins)
    whole = {n for n in addresses(world.plugins) if SHAPE.fullmatch(n)} | world.plugins.core
    assert whole <= OWN, "a plugin that is found by its entry point is refused by this fixed set"


def test_nothing_is_overwritten_and_nothing_is_left_half_done(tmp_path, monkeypatch):
    (tmp_path / "juheli-river").mkdir()
    with pytest.raises(CannotMake, match="there already"):
        make(plan(tmp_path))
    assert list((tmp_path / "juheli-river").iterdir()) == []
    with pytest.raises(CannotMake, match="no checkout"):
        make(plan(tmp_path, inside=True))
    monkeypatch.setattr("core.scaffold.making.Plan.filled", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(CannotMake, match="No space left"):
        make(plan(tmp_path, "pond"))
    assert [path.name for path in tmp_path.iterdir()] == ["juheli-river"]


@pytest.mark.parametrize("title", ["河道巡查", "River", "事项"])
@pytest.mark.parametrize("inside", [False, True])
def test_what_is_made_passes_the_tests_of_style(tmp_path, inside, title):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "__init__.py").touch()
    files = make(plan(tmp_path, inside=inside, title=title))
    made, python = plan(tmp_path, inside=inside).made, [path for path in files if path.suffix == ".py"]
    assert {path.stem for path in python} >= {"models", "schemas", "services", "workflows", "ledgers", "indicators", "hooks",
                                              "views", "api", "imports", "events", "handlers", "0001_initial", "test_contract",
                                              "test_items"}
    config = ["--config", str(ROOT / "pyproject.toml"), "--config", "lint.isort.known-first-party=['core']"] if inside else []
    package = made if inside else made / "juheli_river"
    assert problems(package, package.parent) == []
    subprocess.run([sys.executable, "-m", "ruff", "check", "-q", *config, str(made)], check=True, cwd=tmp_path)
    assert long_files(files, tmp_path) + [f for path in python for f in long_functions(path, tmp_path)] == []
    assert junk_drawers(python) == [] and [f for path in python for f in leftovers(path.read_text())] == []
    assert [f for path in python if path.stem.startswith("test_") for f in empty_tests(path.read_text())] == []
    assert [f for path in python for f in loose_chinese(path.read_text())] == []
    assert [f for path in files if path.suffix == ".html" for f in loose_in_template(path.read_text())] == []
    assert not [path for path in files if re.search("@[a-z]+@", path.read_text())], "a name was not filled in"
    assert all(ast.get_docstring(ast.parse(path.read_text())) for path in python if path.read_text())
