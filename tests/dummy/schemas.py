from __future__ import annotations

from core.web.forms import Int, Range, Schema, Text, ui


class Settings(Schema):
    greeting = Text(load_default="hello", metadata=ui("Greeting"))
    days = Int(load_default=30, validate=Range(1, 90), metadata=ui("Days"))
