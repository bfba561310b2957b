"""The English of every module: what is missing, what is left over.

    python -m core.base.translations            say what is missing, per module
    python -m core.base.translations update     add missing texts (empty) to each module's messages.po
    python -m core.base.translations prune      the same, and drop texts no longer used

A developer's tool: the running application only reads the files (core.base.i18n).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import normalize, read_po

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
METHODS = {".py": "python", ".html": "jinja2.ext:babel_extract", ".txt": "jinja2.ext:babel_extract"}
NOT_SHOWN = {"tests", "static", "testing"}
HAN = re.compile("[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Language: en\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
)
Msgid = str | tuple[str, str]


def owners(root: Path = ROOT) -> list[Path]:
    """Folders with a messages.po of their own: core, each module of core, each plugin."""
    modules = (p for top in ("core", "plugins") for p in sorted((root / top).glob("*")))
    return [root / "core", *(p for p in modules if p.is_dir() and not p.name.startswith("_"))]


def _sources(owner: Path, root: Path) -> Iterator[Path]:
    files = owner.glob("*") if owner == root / "core" else owner.rglob("*")
    for path in sorted(files):
        inside = path.relative_to(owner).parts
        fits = path.suffix in METHODS and (path.suffix != ".txt" or "templates" in inside)
        if fits and path.is_file() and not NOT_SHOWN & set(inside[:-1]):
            yield path


def used(owner: Path, root: Path = ROOT) -> list[Msgid]:
    """Chinese texts in the code and templates of an owner, in order, each once."""
    found: dict[Msgid, None] = {}
    for path in _sources(owner, root):
        options = {"trimmed": "true", "silent": "false"} if path.suffix != ".py" else {}
        with path.open("rb") as stream:
            for _line, msgid, _comments, _context in extract(
                METHODS[path.suffix], stream, KEYWORDS, options=options
            ):
                key: Msgid = (msgid[0], msgid[1]) if isinstance(msgid, tuple | list) else msgid
                if HAN.search(key if isinstance(key, str) else key[0]):
                    found.setdefault(key)
    return list(found)


def po_file(owner: Path) -> Path:
    return owner / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def written(owner: Path) -> dict[Msgid, Message]:
    """The entries of an owner's messages.po, in order."""
    path = po_file(owner)
    if not path.is_file():
        return {}
    with path.open("rb") as stream:
        catalog = read_po(stream, locale="en")
    return {tuple(m.id) if isinstance(m.id, list | tuple) else m.id: m for m in catalog if m.id}  # type: ignore[misc]


def _translated(message: Message | None) -> bool:
    text = message.string if message else ""
    return all(text) if isinstance(text, list | tuple) else bool(text)


def problems(owner: Path, root: Path = ROOT) -> list[str]:
    """One line per text without English, left over, or with other placeholders than its source."""
    wanted, have = used(owner, root), written(owner)
    name = owner.relative_to(root)
    found = [f"{name}: no English for {key!r}" for key in wanted if not _translated(have.get(key))]
    found += [f"{name}: not used any more: {key!r}" for key in have if key not in set(wanted)]
    for key, message in have.items():
        texts = message.string if isinstance(message.string, list | tuple) else [message.string]
        source = set(PLACEHOLDER.findall(key if isinstance(key, str) else key[1]))
        if any(text and set(PLACEHOLDER.findall(text)) - source for text in texts):
            found.append(f"{name}: placeholders differ: {key!r}")
    return found


def _entry(key: Msgid, message: Message | None) -> str:
    if isinstance(key, str):
        text = message.string if message else ""
        return f"msgid {normalize(key)}\nmsgstr {normalize(str(text))}\n"
    texts = list(message.string) if message else ["", ""]
    lines = [f"msgstr[{n}] {normalize(text)}\n" for n, text in enumerate(texts)]
    return f"msgid {normalize(key[0])}\nmsgid_plural {normalize(key[1])}\n" + "".join(lines)


def update(owner: Path, *, prune: bool = False, root: Path = ROOT) -> int:
    """Add missing texts behind those already there (their order stays); returns how many lack English now."""
    wanted, have = used(owner, root), written(owner)
    kept = [key for key in have if not prune or key in set(wanted)]
    keys = kept + [key for key in wanted if key not in have]
    if keys or po_file(owner).is_file():
        po_file(owner).parent.mkdir(parents=True, exist_ok=True)
        entries = "\n".join(_entry(key, have.get(key)) for key in keys)
        po_file(owner).write_text(HEADER + "\n" + entries, "utf-8")
    return sum(1 for key in keys if not _translated(have.get(key)))


def _folder(name: str) -> Path:
    """A folder named from here (a plugin of somebody else), or from the top of this tree."""
    here = Path(name).resolve()
    return here if here.is_dir() else ROOT / name.rstrip("/")


def main(arguments: list[str]) -> int:
    """`update` or `prune` or nothing, then owners (`core/web plugins/liaison`, or any folder; none: all of this tree)."""
    command = arguments[0] if arguments and arguments[0] in ("update", "prune") else ""
    named = [_folder(name) for name in arguments[1 if command else 0 :]]
    left = 0
    for owner in named or owners():
        root = ROOT if owner.is_relative_to(ROOT) else owner.parent
        if command:
            missing = update(owner, prune=command == "prune", root=root)
            print(f"{owner.relative_to(root)}: {missing} without English")
            left += missing
        else:
            lines = problems(owner, root)
            print("\n".join(lines)) if lines else None
            left += len(lines)
    return 1 if left and not command else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
