"""Which rows below the head are records, and what the other rows tell us (totals, footers, repeated heads)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.base.i18n import _
from core.imports.headings import tidy
from core.imports.layout import Head, heading_text
from core.imports.reader import SheetRow
from core.imports.words import example_mark, exported_mark, starting

AFTER_SUM = r"(?=$|[\s:(\d\u4eba\u540d])"          # nothing, a blank, a colon, a number, "person(s)"
AFTER_FOOTER = r"\s*(\(.{0,8}?\))?\s*:"
EXPORTED = re.compile(exported_mark())          # the last line of a CSV that a ledger was exported to
NUMBER = re.compile(r"\d{1,7}")


@dataclass(frozen=True)
class Total:
    """A 合计 or 小计 row: its number as the sheet says, and how many records it should cover."""

    row: int
    label: str
    said: int
    read: int


@dataclass
class Skipped:
    """What was passed over, to be told in the preview."""

    totals: list[Total] = field(default_factory=list)
    heads: int = 0
    footers: int = 0
    sections: int = 0
    examples: int = 0
    filled_examples: list[int] = field(default_factory=list)

    def warnings(self) -> list[str]:
        """Sentences for the preview: sums in the sheet that differ from what was read, real rows marked as the example."""
        return [
            _("第 %(row)s 行标着“%(mark)s”，没有导入。如果是要导入的内容，请删去“%(mark)s”两个字，重新上传。",
              row=number, mark=example_mark())
            for number in self.filled_examples
        ] + [
            _(
                "第 %(row)s 行写着“%(label)s %(said)s”，实际读到 %(read)s 行，请核对是否有漏填或重复。",
                row=total.row, label=total.label, said=total.said, read=total.read,
            )
            for total in self.totals
            if total.said != total.read
        ]


def records(rows: Iterable[SheetRow], head: Head, skipped: Skipped,
            examples: frozenset[str] = frozenset()) -> Iterator[SheetRow]:
    """Only the rows that are records; the others are counted in ``skipped``, complete once this is exhausted.

    ``examples`` are the cells of the template's example row.
    """
    repeated = [_signature(row) for row in head.rows]
    count = since_subtotal = 0
    for row in rows:
        first = first_text(row)
        total, subtotal = starting("totals", AFTER_SUM).match(first), starting("subtotals", AFTER_SUM).match(first)
        if total or subtotal:
            _remember_total(row, (total or subtotal)[0], count if total else count - since_subtotal, skipped)
            since_subtotal = count
        elif _repeats_head(row, repeated):
            skipped.heads += 1
        elif starting("footers", AFTER_FOOTER).match(first) or EXPORTED.match(first):
            skipped.footers += 1
        elif first.startswith(example_mark()):
            skipped.examples += 1
            if not {str(cell).strip() for cell in row.cells if cell is not None} <= {example_mark(), "", *examples}:
                skipped.filled_examples.append(row.number)
        elif _is_section(row, head):
            skipped.sections += 1
        else:
            count += 1
            yield row


def first_text(row: SheetRow) -> str:
    """The first text of a row; a leading 序号 number is passed over, so that "12 | 合计" counts as 合计."""
    texts = [cell.strip() for cell in row.cells if isinstance(cell, str) and cell.strip()]
    word = next((text for text in texts if not text.isdigit()), "")
    return unicodedata.normalize("NFKC", word[:60])


def _signature(row: SheetRow) -> list[str]:
    return [tidy(heading_text(cell)) for cell in row.cells]


def _repeats_head(row: SheetRow, head_rows: list[list[str]]) -> bool:
    signature = _signature(row)
    filled = [(column, text) for column, text in enumerate(signature) if text]
    if len(filled) < 2:
        return False
    for head in head_rows:
        same = sum(1 for column, text in filled if column < len(head) and head[column] == text)
        if same * 5 >= len(filled) * 4:
            return True
    return False


def _remember_total(row: SheetRow, label: str, read: int, skipped: Skipped) -> None:
    """Only a row that says one number is compared: several numbers are sums of columns, not of people."""
    said: set[int] = set()
    for cell in row.cells:
        if isinstance(cell, int | float) and not isinstance(cell, bool) and cell == cell and abs(cell) < 1e7:
            said.add(int(cell))
        elif isinstance(cell, str):
            said.update(int(number) for number in NUMBER.findall(unicodedata.normalize("NFKC", cell)))
    if len(said) == 1:
        skipped.totals.append(Total(row.number, "".join(label.split()), said.pop(), read))


def _is_section(row: SheetRow, head: Head) -> bool:
    """A heading inside the table: one text merged over at least half of the columns."""
    filled = [cell for cell in row.cells if cell is not None]
    wide = len(filled) >= max(3, len(head.headings) // 2)
    return wide and isinstance(filled[0], str) and len(set(map(str, filled))) == 1
