"""Why the child gives up on a file, as a code: it knows no language."""

from __future__ import annotations


class Refused(Exception):
    """The file cannot be read; the code is turned into a sentence by reader.py."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code)
        self.line = {"error": code, **about}
