"""One POST to one checked address: no redirects, no proxies, limits on time and on what is read of the answer.

http.client does what is needed and nothing else: it follows nothing and asks the environment for no proxy. The connection
is made here, to the address the guard has checked; Host, SNI and the certificate are those of the name.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import urlsplit

from core.base import clock
from core.contracts.errors import Invalid

from .addresses import tidy_url
from .guard import Address, Policy, Refused, addresses_of

CONNECT, TOTAL = 5.0, 10.0      # seconds: for the name, and for connecting; for everything
READ = 16 * 1024                # bytes of an answer's body that are read, and thrown away
LONGEST_WAIT = 24 * 3600        # seconds a receiver may ask to be left alone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt. `error` "" is a success; `status` None: no answer was read; `wait`: seconds the receiver asked
    for in Retry-After.
    """

    status: int | None
    ms: int
    error: str = ""
    wait: int | None = None


def post(url: str, body: bytes, headers: Mapping[str, str], policy: Policy) -> Outcome:
    """Send it once. Never raises for anything the other side or the network does."""
    began = time.monotonic()
    status, error, wait = None, "", None
    try:
        status, wait = _status(url, body, headers, policy, began + TOTAL)
        error = "" if 200 <= status < 300 else "redirect" if 300 <= status < 400 else "gone" if status == 410 else "status"
    except Refused as refused:
        error = refused.code
    except TimeoutError:
        error = "slow"
    except ssl.SSLError:
        error = "tls"
    except ConnectionError:
        error = "refused"
    except (http.client.HTTPException, ValueError):
        error = "protocol"
    except OSError:
        error = "refused"
    ms = round((time.monotonic() - began) * 1000)
    return Outcome(status, ms, "slow" if error in ("refused", "protocol", "tls") and ms >= TOTAL * 1000 else error, wait)


def wait_of(said: str | None) -> int | None:
    """Seconds of a Retry-After: a number, or a date (RFC 9110, 10.2.3). None for nothing, nonsense and moments that are over."""
    text = (said or "").strip()
    try:
        seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else round(
            (parsedate_to_datetime(text) - clock.now()).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None


def _status(url: str, body: bytes, headers: Mapping[str, str], policy: Policy, end: float) -> tuple[int, int | None]:
    """The status of the answer, and the seconds it asks to wait. Raises Refused, OSError, HTTPException.

    The address is checked as if it were typed now: it came in an archive, or the operator allows less than he did.
    """
    try:
        allowed = tidy_url(url, policy) == url
    except Invalid:
        allowed = False
    if not allowed:
        raise Refused("address")
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    plain = _connected(addresses_of(host, port, policy, CONNECT), port, end)
    with _ended(plain, end) as timed:
        sock = timed.wrap(host, policy) if secure else plain
        connection = http.client.HTTPConnection(host, port)
        connection.sock, connection.auto_open = sock, 0
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Host": parts.netloc, "Connection": "close"})
        answer = connection.getresponse()
        if timed.over:                          # a connection that was cut ends the headers as an empty line does
            raise TimeoutError
        with suppress(OSError, http.client.HTTPException):      # the status has told all we want to know
            answer.read(READ)
        return answer.status, wait_of(answer.headers["Retry-After"])


def _connected(addresses: list[Address], port: int, end: float) -> socket.socket:
    """To the first address of each family: often one family leads nowhere, and several of the other to one place."""
    first: dict[int, Address] = {}
    for address in addresses:
        first.setdefault(address.version, address)
    for address in first.values():
        try:
            sock = socket.create_connection((str(address), port), timeout=max(0.1, min(CONNECT, end - time.monotonic())))
            sock.settimeout(TOTAL)
            return sock
        except OSError as failure:
            last = failure
    raise last


@dataclass(slots=True)
class _Timed:
    """A connection that is cut off at the end of its time, however slowly the other side drips."""

    sock: socket.socket
    over: bool = False

    def wrap(self, host: str, policy: Policy) -> ssl.SSLSocket:
        secure = _tls(policy.ca).wrap_socket(self.sock, server_hostname=host, do_handshake_on_connect=False)
        self.sock = secure
        secure.do_handshake()
        return secure

    def cut(self) -> None:
        self.over = True
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)     # below TLS: wakes whoever reads, and says no goodbye


@contextmanager
def _ended(sock: socket.socket, end: float) -> Iterator[_Timed]:
    timed = _Timed(sock)
    timer = threading.Timer(max(0.0, end - time.monotonic()), timed.cut)
    timer.daemon = True
    timer.start()
    try:
        yield timed
    finally:
        timer.cancel()
        timed.sock.close()


@lru_cache(maxsize=4)
def _tls(ca: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca:
        context.load_verify_locations(ca)
    return context
