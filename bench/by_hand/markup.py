"""A page of ours as a hand-written template: its own markup, with a loop where its rows stand and places for its values."""

from __future__ import annotations

import re
from collections.abc import Mapping

CELL = re.compile(r"(<td[^>]*>)(.*?)</td>", re.DOTALL)
LINK = re.compile(r"<a [^>]*>", re.DOTALL)
KEY = re.compile(r"/\d{10,}")
TAGS = re.compile(r"<[^>]*>")


def template_of(page: str, places: Mapping[str, str]) -> str:
    """Jinja source: `places` maps texts of the page to expressions; the table's rows come from `rows`, as (cells, links)."""
    head, found, rest = page.partition("<tbody>")
    body, _end, tail = rest.partition("</tbody>")
    source = _literal(head, places)
    if found:
        source += f"<tbody>{{% for cells, links in rows %}}{_row(body.partition('</tr>')[0])}</tr>\n{{% endfor %}}</tbody>"
        source += _literal(tail, places)
    return source


def _literal(text: str, places: Mapping[str, str]) -> str:
    for needle, expression in places.items():
        text = text.replace(needle, "{% endraw %}{{ " + expression + " }}{% raw %}")
    return "{% raw %}" + text + "{% endraw %}"


def _row(row: str) -> str:
    head = row.partition("<td")[0]
    return head + "".join(_cell(number, *found.groups()) for number, found in enumerate(CELL.finditer(row)))


def _cell(number: int, tag: str, inner: str) -> str:
    link = LINK.search(inner)
    opening = KEY.sub(f"/{{{{ links[{number}] }}}}", link.group()) if link else ""
    return f"{tag}{opening}{{{{ cells[{number}] }}}}{'</a>' if link else ''}</td>"


def cells_of(page: str) -> list[list[str]]:
    """The texts of a table, row by row: what a reader sees, to compare two pages by."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [[TAGS.sub("", cell.group(2)).strip() for cell in CELL.finditer(row)] for row in body.split("</tr>") if "<td" in row]
