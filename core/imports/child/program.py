"""The program that opens an untrusted file: started by reader.py in its own process, with nothing but the file.

Standard library and python-calamine only, so that it starts in 40 ms and holds no secret of the house. The file
comes on stdin; out go JSON lines: one {"sheet"…}, then [row number, [cells]] for each row that is not blank, then
{"end": n} or {"error": code, …}. A line that never comes tells the parent that the limits killed this process.
A cell is text, number, bool or null; {"d": "2020-09-01"} a date, {"x": "#N/A"} an Excel error value.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator

from core.imports.child.csv_text import csv_rows
from core.imports.child.refused import Refused
from core.imports.child.sheets import Row, sheet_rows


def fence_in(limits: dict) -> None:
    """Bound memory and time, forbid writing files and dumping core."""
    memory, cpu = limits["memory_bytes"], limits["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def bounded(items: Iterator[dict | Row], limits: dict) -> Iterator[str]:
    """JSON lines, counted while they are made: a sheet can claim any number of rows."""
    count = size = 0
    for item in items:
        if not isinstance(item, dict):
            if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in item[1]):
                continue
            count += 1
            check_row(item, count, limits)
        line = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
        size += len(line)
        if size > limits["output_bytes"] // 4:
            raise Refused("too_much")
        yield line
    yield json.dumps({"end": count})


def check_row(row: Row, count: int, limits: dict) -> None:
    """Refuse too many rows, too wide a row, too long a cell, naming the place."""
    number, cells = row
    if count > limits["rows"]:
        raise Refused("rows", limit=limits["rows"])
    while cells and cells[-1] is None:
        cells.pop()
    if len(cells) > limits["columns"]:
        raise Refused("columns", row=number, found=len(cells), limit=limits["columns"])
    if any(isinstance(cell, str) and len(cell) > limits["cell_chars"] for cell in cells):
        raise Refused("cell", row=number)


def main(argv: list[str]) -> None:
    """argv: one JSON object {"kind": "xlsx" or "csv", "limits": {…}, "sheet": name or null}."""
    order = json.loads(argv[0])
    kind, limits, wanted = order["kind"], order["limits"], order["sheet"]
    fence_in(limits)
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", errors="replace", newline="\n", write_through=False)
    try:
        data = sys.stdin.buffer.read(limits["file_bytes"] + 1)
        items = csv_rows(data) if kind == "csv" else sheet_rows(data, wanted, limits)
        for line in bounded(items, limits):
            out.write(line + "\n")
    except Refused as refused:
        out.write(json.dumps(refused.line) + "\n")
    except MemoryError:
        out.write(json.dumps({"error": "memory"}) + "\n")
    out.flush()
    out.detach()                           # or its end would close stdout
