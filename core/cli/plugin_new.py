"""`juheli plugin new` and `juheli plugin test`: for authors of plugins."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

import core
from core.plugin.manager import installed
from core.scaffold.making import CannotMake, Plan, make
from core.scaffold.names import why_not

NEXT = """
next:
  cd {folder}
  pip install -e . --no-build-isolation      (beside an installed juheli)
  juheli migrate
  juheli plugin test {name}
"""
NEXT_INSIDE = """
next:
  add to pyproject.toml below [project.entry-points."juheli.plugins"]:   {name} = "plugins.{name}:plugin"
  pip install -e . --no-deps --no-build-isolation
  juheli migrate
  juheli plugin test {name}
"""


@click.command()
@click.argument("name")
@click.option("--title", default="", help="What people read in the menu (Chinese; default: the name).")
@click.option("--english", default="", help="The same in English [the name].")
@click.option("--publisher", default="", help="Who publishes it, for the catalogue.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Where to make it [here].")
@click.option("--inside", is_flag=True, help="Make it in a checkout of Juheli (plugins/NAME), not as a distribution of its own.")
def new(name: str, title: str, english: str, publisher: str, folder: Path, inside: bool) -> None:
    """Make a new plugin that passes the contract suite: model, form, workflow, ledger, figures, pages, API, tests."""
    if objection := why_not(name, installed()):
        raise click.ClickException(objection)
    for word in (title, english, publisher):
        if any(c in word for c in "\"\\@\n{}%"):
            raise click.ClickException("title, english and publisher take plain words: no quotes, backslashes, braces, @ or %")
    plan = Plan(name, title or name.capitalize(), english or name.capitalize(), publisher or name, folder.resolve(), inside)
    try:
        files = make(plan)
    except CannotMake as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"made {plan.made}: {len(files)} files")
    click.echo((NEXT_INSIDE if inside else NEXT).format(folder=plan.made, name=name), nl=False)


@click.command()
@click.argument("name")
@click.option("--thorough", is_flag=True, help="Look at every page in the browser and probe with every name.")
@click.option("--only", default="", help="Only tests whose names fit, as pytest's -k has it.")
def test(name: str, thorough: bool, only: str) -> None:
    """Run the contract suite for an installed plugin, in installations of its own: nothing here is touched."""
    try:
        import pytest  # late: optional package
    except ImportError as error:
        raise click.ClickException("juheli plugin test needs pytest: pip install 'juheli[test]'") from error
    if name not in installed().optional:
        raise click.ClickException(f"no plugin {name!r} is installed; there are: {', '.join(installed().optional) or 'none'}")
    os.environ["JUHELI_CONTRACT"] = name
    suite = Path(str(core.__file__)).parent / "testing/contract/named.py"
    options = ["-q", "-p", "core.testing.fixtures", "-p", "core.testing.not_run", "-p", "no:cacheprovider", "--no-header",
               "--import-mode=importlib", "-c", os.devnull, "--rootdir", str(suite.parent), *(["--thorough"] if thorough else []),
               *(["-k", only] if only else [])]
    sys.exit(pytest.main([*options, str(suite)]))
