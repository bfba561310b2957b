"""Plugins that are installed: found by entry point, checked against this core, and named by their distribution when wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, EntryPoint, entry_points

from packaging.requirements import InvalidRequirement, Requirement

from core import __version__

from .manifest import API, Plugin
from .names import OWN
from .owner import Owner

GROUP = "juheli.plugins"
OURS = "juheli"


def named(dist: Distribution | None) -> str:
    """A distribution as an operator knows it: `juheli-river 0.3`."""
    return f"{dist.metadata['Name']} {dist.version}" if dist is not None else ""


def mismatch(requires: Iterable[str], version: str = __version__) -> str:
    """The requirement of this core among those of a distribution which `version` does not meet; "" when all is well."""
    for text in requires:
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            continue
        core = re.sub(r"[-_.]+", "-", wanted.name).lower() == OURS
        if core and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})) and not wanted.specifier.contains(
                version, prereleases=True):
            return str(wanted)
    return ""


def pretends(who: str, name: str, core: bool) -> str:
    """Why a plugin of a distribution may not be taken for a part of core; "" when it does not pretend to be one."""
    if core:
        return f"{who}: its plugin {name!r} says it is a part of core (core=True), which only Juheli itself is: remove it"
    if name in OWN:
        return f"{who}: its plugin {name!r} has a name of Juheli itself: remove it, or get a release with another name"
    return ""


def found_plugins(group: str = GROUP) -> tuple[list[Owner], list[str]]:
    """The plugins that can be used, and a sentence for each that cannot: all of them, before anything of them is run."""
    owners: list[Owner] = []
    problems: list[str] = []
    offered: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        other = offered.setdefault(point.name, point)
        if other is not point:
            if other.value != point.value or named(other.dist) != named(point.dist):
                both = f"{named(other.dist)} and {named(point.dist)}"
                problems.append(f"{both} both offer the plugin {point.name!r}: remove one of them")
            continue
        owner, problem = one(point)
        owners += [owner] if owner else []
        problems += [problem] if problem else []
    return owners, problems


def one(point: EntryPoint) -> tuple[Owner | None, str]:
    """One plugin by its entry point, or why it cannot be used."""
    who = named(point.dist)
    if wanted := mismatch(point.dist.requires or () if point.dist is not None else ()):
        return None, (f"{who} asks for {wanted}, this is {OURS} {__version__}: "
                      "install a release of it made for this one, or remove it")
    try:
        manifest = point.load()
    except Exception as error:  # whatever a stranger's module does when it is read
        return None, f"{who}: its plugin {point.name!r} cannot be read ({type(error).__name__}: {error})"
    if not isinstance(manifest, Plugin):
        return None, f"{who}: {point.value} is no Plugin"
    if manifest.name != point.name:
        return None, f"{who}: the entry point {point.name!r} leads to a plugin named {manifest.name!r}: they must be alike"
    if problem := pretends(who, manifest.name, manifest.core):
        return None, problem
    if manifest.api != API:
        return None, (f"{who}: the plugin {manifest.name!r} speaks plugin API {manifest.api}, this core speaks {API}: "
                      f"install a release of it made for {OURS} {__version__}, or remove it")
    return Owner(manifest, point.value.split(":")[0], who), ""
