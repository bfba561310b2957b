"""Clients that keep a ledger: what was acknowledged must be there, once, and whole."""

from __future__ import annotations

import http.client
import random
import re
import secrets
import socket
import ssl
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
ACKNOWLEDGED = (303,)
PATIENCE = 40.0  # seconds a client tries to get one form through


@dataclass
class Ledger:
    """Names acknowledged, by tenant; what the answers were; how long each form took until its acknowledgement."""

    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, outcome: str) -> None:
        with self.lock:
            self.outcomes[outcome] += 1

    def done(self, tenant: str, name: str, seconds: float) -> None:
        with self.lock:
            self.acknowledged.setdefault(tenant, set()).add(name)
            self.seconds.append(seconds)

    @property
    def count(self) -> int:
        return len(self.seconds)

    def figures(self) -> str:
        times = sorted(self.seconds) or [0.0]
        p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
        return (f"{self.count} acknowledged, p50 {statistics.median(times) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, "
                f"longest {times[-1]:.1f} s; answers {dict(self.outcomes)}")


class Clerk:
    """One signed-in person who founds units, and tries again with the same form until told that it is done."""

    def __init__(self, ledger: Ledger, port: int, tenant: str, cookie: str, root: int, tls: bool = False):
        self.ledger, self.port, self.tenant, self.root, self.tls = ledger, port, tenant, root, tls
        # over TLS the cookie has another name, which binds it to the path
        self.headers = {"Cookie": f"{'__Secure-juheli' if tls else 'juheli'}={cookie}"}
        self.token = ""

    def send(self, method: str, path: str, body: str | None = None, timeout: float = 10,
             headers: dict[str, str] | None = None) -> tuple[int, str, str]:
        """(status, body, location). Raises OSError or HTTPException when the line breaks."""
        if self.tls:
            line: Any = http.client.HTTPConnection("localhost", self.port, timeout=timeout)
            line.sock = tls_line(self.port)
            line.sock.settimeout(timeout)
        else:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            form = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
            line.request(method, f"/t/{self.tenant}{path}", body, {**self.headers, **form, **(headers or {})})
            answer = line.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace"), answer.headers.get("Location", "")
        finally:
            line.close()

    def found_unit(self, name: str, key: str | None = None) -> bool:
        """Whether it was acknowledged within the patience."""
        fields = {"name": f"第一党支部{name}", "short_name": name, "kind": "branch", "parent_id": str(self.root),
                  "once_key": key or secrets.token_urlsafe(18)}
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            try:
                if not self.token:
                    self.token = TOKEN.search(self.send("GET", "/people/o/new")[1])[1]
                status, _, location = self.send("POST", "/people/o/new", urlencode(fields), headers={"X-CSRFToken": self.token})
            except (OSError, http.client.HTTPException, TypeError) as error:
                self.ledger.note(type(error).__name__)
                time.sleep(random.uniform(0.02, 0.1))
                continue
            again = status in ACKNOWLEDGED and location == f"/t/{self.tenant}/"  # "this form was posted before", answer lost
            self.ledger.note(f"{status} again" if again else str(status))
            if again or (status in ACKNOWLEDGED and "/people/o/" in location):
                self.ledger.done(self.tenant, name, time.monotonic() - began)
                return True
            time.sleep(random.uniform(0.05, 0.2))
        self.ledger.given_up.append(name)
        return False


class Load:
    """Clerks working side by side until stopped."""

    def __init__(self, ledger: Ledger, clerks: list[Clerk], pause: float = 0.0):
        self.ledger, self.pause = ledger, pause
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(clerk,), daemon=True) for clerk in clerks]

    def _work(self, clerk: Clerk) -> None:
        while not self.stopping.is_set():
            clerk.found_unit(secrets.token_hex(6))
            time.sleep(self.pause)

    def __enter__(self) -> Load:
        """Return when the first units were founded: faults meet a service that serves."""
        for thread in self.threads:
            thread.start()
        end = time.monotonic() + PATIENCE
        while self.ledger.count < len(self.threads) and time.monotonic() < end:
            time.sleep(0.05)
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(PATIENCE + 15)
        assert not any(thread.is_alive() for thread in self.threads)


def tls_line(port: int) -> ssl.SSLSocket:
    """A connection to the proxy, ready to be sent a request by hand."""
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    return trust.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10))
