"""How large an upload may be. Every figure is a setting of the installation, none is a rule of a regulation."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds for one upload. Sizes are bytes, times are seconds.

    Measured on 2 cores: 199,000 rows x 13 columns (12 MB) are read in 7.4 s with 267 MB; every file of the hostile corpus
    (tests/core/imports/hostile.py) ends within 2 s and 490 MB, and the reading process alone pays for it.
    """

    file_bytes: int = 20 * MIB
    unpacked_bytes: int = 200 * MIB
    entries: int = 500
    ratio: int = 300                      # unpacked : packed of one entry, looked at from 20 MB unpacked
    ratio_from: int = 20 * MIB
    rows: int = 200_000
    columns: int = 200
    cell_chars: int = 32_767              # what Excel itself allows
    output_bytes: int = 256 * MIB
    memory_bytes: int = 768 * MIB
    cpu_seconds: int = 30
    wall_seconds: float = 60.0


DEFAULT = Limits()
