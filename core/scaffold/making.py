"""Writing the files of a new plugin: all of them or none, and nothing over what is there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core import __version__
from core.base.translations import HAN

FILES = Path(__file__).parent / "files"
SUFFIX = ".tmpl"


class CannotMake(Exception):
    """Nothing was written; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made. `inside`: into a checkout of Juheli (plugins/NAME) instead of a distribution of its own."""

    name: str
    title: str
    english: str
    publisher: str
    folder: Path
    inside: bool = False

    @property
    def package(self) -> str:
        return f"plugins.{self.name}" if self.inside else f"juheli_{self.name}"

    @property
    def made(self) -> Path:
        """The folder that is new afterwards."""
        return self.folder / "plugins" / self.name if self.inside else self.folder / f"juheli-{self.name}"

    def filled(self, text: str) -> str:
        """The text of a template with the plugin's names in it."""
        major, minor = __version__.split(".")[:2]
        words = {"name": self.name, "title": self.title, "publisher": self.publisher, "package": self.package,
                 "dist": f"juheli-{self.name}", "compatible": f">={major}.{minor},<{int(major) + 1}",
                 "folder": f"plugins/{self.name}" if self.inside else self.package,
                 "tests": f"python -m pytest plugins/{self.name}" if self.inside else "python -m pytest"}
        for key, word in words.items():
            text = text.replace(f"@{key}@", word)
        return text

    def place(self, path: Path) -> Path:
        """Where a template's file goes, below the new folder."""
        parts = list(path.with_suffix("").parts)
        home = [] if self.inside or parts[0] == "dist" else [self.package]
        parts = parts[1:]
        if parts[0] == "templates":
            parts.insert(1, self.name)
        return Path(*home, *parts[:-1], {"gitignore": ".gitignore"}.get(parts[-1], parts[-1]))


def templates(inside: bool) -> Iterator[Path]:
    """The template files, relative to their folder."""
    for path in sorted(FILES.rglob(f"*{SUFFIX}")):
        found = path.relative_to(FILES)
        if not (inside and found.parts[0] == "dist"):
            yield found


def with_title(catalog: str, plan: Plan) -> str:
    """The catalogue with the English of the title, where that is Chinese and has none yet."""
    known = not HAN.search(plan.title) or f'msgid "{plan.title}"\n' in catalog
    return catalog if known else f'{catalog}\nmsgid "{plan.title}"\nmsgstr "{plan.english}"\n'


def make(plan: Plan) -> list[Path]:
    """Write the plugin; returns its files. Raises CannotMake where something of that name is, or cannot be written."""
    if plan.inside and not (plan.folder / "plugins" / "__init__.py").is_file():
        raise CannotMake(f"{plan.folder} is no checkout of Juheli: it has no plugins/. Leave --inside away, or name the checkout")
    if plan.made.exists():
        raise CannotMake(f"{plan.made} is there already: nothing was written. Take another name, or move that folder away")
    try:
        plan.made.parent.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f".{plan.name}-", dir=plan.made.parent))
    except OSError as error:
        raise CannotMake(f"{plan.made.parent} cannot be written: {error.strerror}") from error
    try:
        for path in templates(plan.inside):
            place = half / plan.place(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            text = plan.filled((FILES / path).read_text("utf-8"))
            place.write_text(with_title(text, plan) if place.name == "messages.po" else text, "utf-8")
        half.chmod(0o755)
        half.rename(plan.made)
    except OSError as error:
        shutil.rmtree(half, ignore_errors=True)
        raise CannotMake(f"{plan.made} could not be written: {error.strerror}") from error
    return sorted(path for path in plan.made.rglob("*") if path.is_file())
