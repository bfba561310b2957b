"""A demo agreement as a file: one A4 page in PDF, in the reader's own Song typeface, so that nothing has to be embedded."""

from __future__ import annotations

from collections.abc import Sequence

PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
FONT = ("<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts["
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
        "/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
        "/Ascent 880/Descent -120/CapHeight 880/StemV 93>>/DW 1000/W[1 95 500 814 907 500]>>]>>")


def agreement_pdf(title: str, lines: Sequence[str]) -> bytes:
    """A title and lines of at most 40 characters, top down."""
    shown = [_text(title, 20, max(70, 297 - 10 * len(title)), 740)]
    shown += [_text(line, 13, 70, 680 - 28 * number) for number, line in enumerate(lines)]
    drawn = "\n".join(shown)
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", PAGE,
               f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream", FONT]
    made, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n"
    return f"{made}startxref\n{made.index('xref')}\n%%EOF\n".encode("ascii")


def _text(text: str, size: int, x: int, y: int) -> str:
    return f"BT /F {size} Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET"
