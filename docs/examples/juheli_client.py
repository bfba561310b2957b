"""A county's data office keeps its member list in step with Juheli, and pulls a ledger. Standard library only.

    JUHELI_URL=https://juheli.example.cn/t/linshu JUHELI_TOKEN=jhl_… python juheli_client.py members.csv

`members.csv` has a header line and the columns of a new person (name, org_id, joined_on, work_unit …) and, for those who
are registered, `id`. New persons are created, changed ones changed, those of another branch transferred there; then the roster
is written to roster.csv.
tests/core/api/test_example.py runs this file against a real server.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

PATIENCE = 5        # tries when the server is busy or away


class Refused(Exception):
    """The server said no; `problem` is its answer (RFC 9457), with a pointer to each wrong field."""

    def __init__(self, status: int, problem: dict[str, Any]):
        self.status, self.problem = status, problem
        fields = [f"{e.get('pointer') or e.get('parameter')}: {e['detail']}" for e in problem.get("errors", [])]
        super().__init__(f"{status} {problem.get('title', '')} {problem.get('detail', '')} {'; '.join(fields)}".strip())


@dataclass(frozen=True)
class Client:
    """The API of one unit: `url` is the address of its pages, `token` an access token made there."""

    url: str
    token: str
    language: str = "zh"

    def call(self, method: str, path: str, body: Any = None, *, etag: str = "") -> tuple[Any, str]:
        """(answer, its ETag). Waits when told to; a request that is sent again carries the same key, so it is done once."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}
        headers |= {"If-Match": etag} if etag else {}
        headers |= {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"} if method != "GET" else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        for attempt in range(1, PATIENCE + 1):
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer), answer.headers.get("ETag", "")
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503) or attempt == PATIENCE:
                    raise Refused(error.code, json.load(error)) from None
                time.sleep(float(error.headers.get("Retry-After", attempt)))
            except urllib.error.URLError:
                if attempt == PATIENCE:
                    raise
                time.sleep(attempt)
        raise AssertionError("unreachable")

    def rows(self, ledger: str, **parameters: str) -> Iterator[dict[str, Any]]:
        """Every row of a ledger, however many; filters as on its page."""
        cursor: str | None = ""
        while cursor is not None:
            page, _etag = self.call("GET", f"/ledgers/{ledger}?" + urlencode({**parameters, "limit": "500", "cursor": cursor}))
            yield from page["items"]
            cursor = page["next"]

    def create_person(self, fields: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = self.call("POST", "/people/persons", fields)[0]
        return made

    def change_person(self, person_id: int, fields: dict[str, Any]) -> bool:
        """Change what differs; False when nothing does."""
        return self.overtaken(f"/people/persons/{person_id}", "PATCH", "", lambda known: {
            name: value for name, value in fields.items() if known[name] != value})

    def transfer(self, person_id: int, org_id: int, document_no: str) -> bool:
        """Move a member to another branch: an act with its own permission and its line in the history, not a field."""
        return self.overtaken(f"/people/persons/{person_id}", "POST", "/transfer", lambda known: (
            {} if known["org_id"] == org_id else {"org_id": org_id, "document_no": document_no}))

    def overtaken(self, path: str, method: str, act: str, wanted: Callable[[dict[str, Any]], dict[str, Any]]) -> bool:
        """Read a record, and send what is wanted of it with the version that was read; again when somebody else was faster."""
        while True:
            known, etag = self.call("GET", path)
            body = wanted(known)
            if not body:
                return False
            try:
                self.call(method, path + act, body, etag=etag)
            except Refused as refused:
                if refused.status != 412:
                    raise
            else:
                return True


def sync(client: Client, path: str) -> tuple[int, int, list[str]]:
    """(created, changed, refusals) for a file of persons."""
    created, changed, refused = 0, 0, []
    with open(path, encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            fields: dict[str, Any] = {name: value for name, value in row.items() if value and name != "id"}
            try:
                if row.get("id"):
                    person_id, branch = int(row["id"]), fields.pop("org_id", "")
                    changed += client.change_person(person_id, fields)
                    changed += bool(branch) and client.transfer(person_id, int(branch), os.path.basename(path))
                else:
                    client.create_person(fields)
                    created += 1
            except Refused as error:
                refused.append(f"line {number}: {error}")
    return created, changed, refused


def pull(client: Client, ledger: str, path: str) -> int:
    """Write a ledger as CSV; how many rows."""
    rows = list(client.rows(ledger))
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["id"])
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def main() -> int:
    client = Client(os.environ["JUHELI_URL"].rstrip("/"), os.environ["JUHELI_TOKEN"])
    created, changed, refused = sync(client, sys.argv[1])
    print(f"{created} created, {changed} changed, {len(refused)} refused", *refused, sep="\n")
    print(f"{pull(client, 'people.roster', 'roster.csv')} rows in roster.csv")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
