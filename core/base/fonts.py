"""A font with Chinese glyphs on this machine, for papers made on the server (PDF). Pages in a browser use the reader's own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
# file name -> which font of the collection is the one for the mainland
KNOWN = {"NotoSansCJK-Regular.ttc": 2, "NotoSerifCJK-Regular.ttc": 2, "NotoSansSC-Regular.otf": 0, "NotoSansCJKsc-Regular.otf": 0,
         "SourceHanSansSC-Regular.otf": 0, "SourceHanSansCN-Regular.otf": 0, "simsun.ttc": 0, "msyh.ttc": 0, "simhei.ttf": 0,
         "wqy-microhei.ttc": 0, "wqy-zenhei.ttc": 0}


class NoFont(RuntimeError):
    """No Chinese font is installed; the operator installs one (Debian: fonts-noto-cjk) or names one in JUHELI_FONT."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font file and the number of the font in it."""

    path: Path
    number: int


@cache
def chinese_font() -> Font:
    """The font named by JUHELI_FONT (`path` or `path#number`), else the first known one. Raises NoFont."""
    named = os.environ.get("JUHELI_FONT", "")
    if named:
        path, _mark, number = named.partition("#")
        if Path(path).is_file() and (number or "0").isdigit():
            return Font(Path(path), int(number or 0))
        raise NoFont(f"JUHELI_FONT={named!r} is no font file")
    found = {path.name: path for folder in FOLDERS for path in Path(folder).glob("**/*") if path.name in KNOWN}
    for name, number in KNOWN.items():
        if name in found:
            return Font(found[name], number)
    raise NoFont("no Chinese font found")
