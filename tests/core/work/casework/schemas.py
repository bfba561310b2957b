"""What is filled in with a step."""

from __future__ import annotations

from core.web.forms import Date, Length, Schema, Text, ui


class Taken(Schema):
    """Taking a case: who looks after it, since when, and a number that history must not keep."""

    contact = Text(required=True, validate=Length(max=60), metadata=ui("contact"))
    touched_on = Date(metadata=ui("touched on"))
    id_no = Text(metadata=ui("ID number", sensitive=True))
