"""What xlsxwriter would take for more than text."""

from __future__ import annotations

from xml.sax.saxutils import escape

RICH = ("<r>", "</r>")      # xlsxwriter writes what stands between them as it is: markup of the sheet


def literal(text: str) -> str:
    """The text for `write_string`, also where somebody typed what xlsxwriter takes for the inside of a formatted cell: without
    this it would say something else, or make the whole workbook unreadable."""
    if text.startswith(RICH[0]) and text.endswith(RICH[1]):
        return f'<r><t xml:space="preserve">{escape(text)}</t></r>'
    return text
