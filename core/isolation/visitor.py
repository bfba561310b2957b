"""A browser without a network: opens pages of this process's application and reads what came back."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from core.web.api import ROOT

CRASHED = 599       # the application let an exception through
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
# tokens, numbers of records, the time of day
_CHANGING = re.compile(r"jhl_[0-9A-Za-z_-]+|whsec_[0-9A-Za-z+/=]+|[0-9A-Za-z_-]{16,}|\d{9,}|\d\d:\d\d(:\d\d)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request brought; `text` also holds what is inside a workbook."""

    status: int
    text: str
    location: str = ""

    def holds(self, word: str) -> bool:
        return word.lower() in self.text.lower() or word.lower() in self.location.lower()

    @property
    def shape(self) -> tuple[int, str, str]:
        """The answer without numbers of records and without what differs between any two requests."""
        return self.status, _CHANGING.sub("~", self.text), _CHANGING.sub("~", self.location)


@dataclass
class Visitor:
    """Somebody at one tenant's pages. `root` is /t/<slug> or /platform; without a token nobody is signed in.

    `bearer` is the access token shown to the API, which looks at no cookie.
    """

    app: Flask
    root: str
    token: str = ""
    name: str = "visitor"
    csrf: str = ""
    bearer: str = ""
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client(use_cookies=False)       # a page that signs out would empty the jar

    def open(self, method: str, path: str, data: dict[str, Any] | None = None, *, csrf: str | None = None) -> Answer:
        """Ask for a path below the root; what changes something carries the proof of this visitor's own pages."""
        if path.startswith(ROOT + "/"):
            headers = {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}
            headers |= {} if method == "GET" else {"If-Match": "*"}         # whatever version: the change itself is tried
            return self._ask(method, path, headers, json=None if method == "GET" else data or {})
        headers = {"Cookie": f"juheli={self.token}"} if self.token else {}
        if method not in ("GET", "HEAD", "OPTIONS"):
            headers["X-CSRFToken"] = self.proof() if csrf is None else csrf
        return self._ask(method, path, headers, data=data)

    def _ask(self, method: str, path: str, headers: dict[str, str], **body: Any) -> Answer:
        try:
            response = self.client.open(self.root + path, method=method, headers=headers, **body)
            return Answer(response.status_code, _readable(response.get_data()), response.headers.get("Location", ""))
        except Exception as error:  # an application under test lets them through
            return Answer(CRASHED, repr(error))

    def proof(self) -> str:
        """The token that this visitor's own pages put into their forms."""
        if not self.csrf:
            found = _TOKEN.search(self.open("GET", "/search/").text) or _TOKEN.search(self.open("GET", "/accounts/sign-in").text)
            self.csrf = found.group(1) if found else ""
        return self.csrf


def _readable(content: bytes) -> str:
    if not content.startswith(b"PK\x03\x04"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode(errors="replace") for name in parts.namelist())
