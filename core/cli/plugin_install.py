"""`juheli plugin install WHEEL`: a plugin from elsewhere is looked at before it comes into this environment."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import click

from core import __version__
from core.plugin.finding import GROUP, OURS, mismatch, pretends
from core.plugin.manager import installed
from core.plugin.manifest import API

API_OF = "import sys; sys.path.insert(0, {wheel!r}); from {module} import {name} as it; print(it.name, it.api, bool(it.core))"


class Refused(Exception):
    """Why a wheel is not installed."""


def look_into(wheel: Path) -> tuple[str, dict[str, str]]:
    """The distribution in a wheel (`juheli-river 0.3`) and its plugins by name. Raises Refused with a sentence."""
    try:
        with zipfile.ZipFile(wheel) as parts:
            names = {Path(name).name: name for name in parts.namelist() if Path(name).parent.suffix == ".dist-info"}
            about = HeaderParser().parsestr(parts.read(names["METADATA"]).decode())
            points = configparser.ConfigParser(delimiters=("=",))
            points.optionxform = str  # type: ignore[assignment, method-assign]
            points.read_string(parts.read(names["entry_points.txt"]).decode() if "entry_points.txt" in names else "")
    except (OSError, KeyError, zipfile.BadZipFile, UnicodeDecodeError, configparser.Error) as error:
        raise Refused(f"{wheel.name} is no wheel that can be read ({type(error).__name__})") from error
    who = f"{about['Name']} {about['Version']}"
    if not points.has_section(GROUP):
        raise Refused(f"{who} offers no plugin: its entry points have no group {GROUP}")
    if wanted := mismatch(about.get_all("Requires-Dist") or ()):
        raise Refused(f"{who} asks for {wanted}, this is {OURS} {__version__}: get a release of it made for this one")
    return who, dict(points.items(GROUP))


def api_problem(wheel: Path, who: str, name: str, target: str) -> str:
    """What the manifest in the wheel says against it, asked in a process of its own; "" when nothing does."""
    module, _, attribute = target.partition(":")
    asked = [sys.executable, "-c", API_OF.format(wheel=str(wheel.resolve()), module=module, name=attribute)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        return f"{who}: its plugin {name!r} cannot be read here ({last})"
    said, api, core = (done.stdout.splitlines() or [""])[-1].split()
    if said != name:
        return f"{who}: the entry point {name!r} leads to a plugin named {said!r}: they must be alike"
    if problem := pretends(who, name, core == "True"):
        return problem
    return "" if api == str(API) else f"{who}: the plugin {name!r} speaks plugin API {api}, this core speaks {API}"


@click.command()
@click.argument("wheel", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check-only", is_flag=True, help="Say whether it fits, install nothing.")
def install(wheel: Path, check_only: bool) -> None:
    """Check a plugin's wheel against this Juheli, then install it with pip."""
    try:
        who, points = look_into(wheel)
    except Refused as error:
        raise click.ClickException(str(error)) from error
    owners = installed().by_name
    for name, target in points.items():
        there = owners[name].distribution if name in owners else ""
        if name in owners and there.split(" ")[0].lower() != who.split(" ")[0].lower():
            raise click.ClickException(f"{who} offers the plugin {name!r}, which {there or 'core'} has: remove one of them")
        if problem := api_problem(wheel, who, name, target):
            raise click.ClickException(problem)
    click.echo(f"{who} fits {OURS} {__version__}: plugin {', '.join(points)}")
    if check_only:
        return
    done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", str(wheel)])
    if done.returncode:
        raise click.ClickException("pip could not install it; nothing else was changed")
    click.echo("installed. Next: juheli migrate; restart; juheli plugin enable NAME --tenant SLUG")
