"""A receiver of Juheli's webhooks, standard library only: checks the signature, answers at once, does each event once.

    JUHELI_WEBHOOK_SECRET=whsec_… python webhook_receiver.py 9000

Put a proxy with a certificate in front (Juheli speaks only https). Every event is printed as one line; a real receiver would
read what it needs from the API, with a token. tests/core/webhooks/test_example.py runs this file.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE = 300             # seconds a timestamp may be off: what is older may be a recording
LARGEST = 64 * 1024


class NotGenuine(Exception):
    """Not signed with our secret, changed on the way, or sent long ago."""


def verified(secret: str, headers: Any, body: bytes, now: float | None = None) -> dict[str, Any]:
    """The event, if it is genuine (Standard Webhooks 1.0). Raises NotGenuine."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs((now or time.time()) - int(timestamp)) > TOLERANCE:
        raise NotGenuine("timestamp")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    wanted = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    given = headers.get("webhook-signature", "").encode().split(b" ")      # two while the secret is being exchanged
    if not any(hmac.compare_digest(wanted, one) for one in given):
        raise NotGenuine("signature")
    event: dict[str, Any] = json.loads(body)
    return event


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 for what is genuine (also the second time), 401 for what is not."""

    secret = os.environ.get("JUHELI_WEBHOOK_SECRET", "")
    seen: set[str] = set()          # keep this where a restart does not lose it

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST:
            self._answer(413)
            return
        try:
            event = verified(self.secret, self.headers, self.rfile.read(int(length)))
        except NotGenuine as why:
            print(f"refused: {why}", file=sys.stderr, flush=True)
            self._answer(401)
            return
        message_id = self.headers["webhook-id"]
        if message_id not in self.seen:         # at least once: the same id may come again
            self.seen.add(message_id)
            print(json.dumps({"id": message_id, **event}, ensure_ascii=False), flush=True)
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet: the events are the log."""


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
