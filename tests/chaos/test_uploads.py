"""Uploads that are too large, never end, end too early or lie about their length: refused, nothing stays, memory is flat."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.base.session import session
from core.imports.models import ImportFile

from .client import Ledger, tls_line
from .conftest import clerks, rounds
from .servers import nginx
from .stack import Stack

pytestmark = pytest.mark.xdist_group("chaos")
MB = 1 << 20
TARGETS = ("/t/east/imports/new/people.members", "/t/east/people/o/new", "/t/east/api/v1/people/persons")
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'


@pytest.fixture(params=["gunicorn", "nginx"])
def line(request: pytest.FixtureRequest, stack: Stack):
    """Makes connections to the server, or to the shipped proxy in front of it; with the cookie a request needs."""
    if request.param == "gunicorn":
        yield lambda: socket.create_connection(("127.0.0.1", stack.port), timeout=20)
        return
    process, port = nginx(stack.folder, (stack.port, stack.port), {})
    yield lambda: tls_line(port)
    process.stop()


def head(stack: Stack, path: str, more: str) -> bytes:
    cookie = stack.sessions["east"][0]
    return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: juheli={cookie}; __Secure-juheli={cookie}\r\n"
            f"Content-Type: multipart/form-data; boundary=x\r\nConnection: close\r\n{more}\r\n").encode()


def poured(one: socket.socket, limit: int, chunked: bool) -> tuple[int, int]:
    """Send until it is refused or `limit` bytes are out: (bytes sent, status; 0 when the line was just cut)."""
    piece, sent = b"P" * 65536, 0
    framed = b"10000\r\n" + piece + b"\r\n" if chunked else piece
    one.settimeout(20)
    with contextlib.suppress(OSError):
        while sent < limit:
            one.sendall(framed)
            sent += len(piece)
    answer = b""
    with contextlib.suppress(OSError):
        while b"\r\n" not in answer and (got := one.recv(4096)):
            answer += got
    return sent, int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


def memory(stack: Stack) -> int:
    """MB of the largest process behind the port, at its highest."""
    found = [Path(f"/proc/{pid}/status").read_text() for pid in stack.processes[0].children()]
    return max(int(text.split("VmHWM:")[1].split()[0]) for text in found) // 1024


@pytest.mark.parametrize("path", TARGETS)
@pytest.mark.parametrize("chunked", [True, False], ids=["endless", "2 GB"])
def test_too_much_is_refused_early_and_memory_is_flat(stack: Stack, line, path: str, chunked: bool) -> None:
    most, before = rounds(40, 2000) * MB, memory(stack)
    with line() as one:
        one.sendall(head(stack, path, "Transfer-Encoding: chunked\r\n" if chunked else "Content-Length: 2147483648\r\n"))
        if not chunked:
            one.sendall(PART)
        else:
            one.sendall(f"{len(PART):x}\r\n".encode() + PART + b"\r\n")
        sent, status = poured(one, most, chunked)
    grown = memory(stack) - before
    print(f"\nCHAOS {'endless' if chunked else '2 GB'} upload to {path}: refused ({status or 'cut'}) after {sent / MB:.0f} MB, "
          f"memory grew by {grown} MB")
    assert status in (0, 401, 413) and (sent < most or status == 413), "nginx reads on for a while after its answer"
    assert grown < 40, f"{grown} MB"
    settle(stack)


def settle(stack: Stack) -> None:
    assert clerks(stack, Ledger())[0].send("GET", "/people/o/new")[0] == 200
    left = [path for name in ("*.part", "client_body/*", "tmp*") for path in Path(stack.folder).rglob(name) if path.is_file()]
    assert left == []


def test_oversize_and_truncated_uploads_leave_nothing(stack: Stack) -> None:
    """A declared size beyond the limit is refused before it is sent; an upload cut at any place stores nothing."""
    clerk = clerks(stack, Ledger())[0]
    with socket.create_connection(("127.0.0.1", stack.port), timeout=10) as line:
        line.sendall(b"POST /t/east/imports/new/people.members HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000000\r\n"
                     + f"Cookie: juheli={stack.sessions['east'][0]}\r\n".encode()
                     + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n")
        status = line.recv(100).split(b" ", 2)[1]
    assert status == b"413"
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n' + b"P" * 200_000 + b"\r\n--x--\r\n"
    for cut in [int(len(part) * n / rounds(6, 50)) for n in range(rounds(6, 50))]:
        with socket.create_connection(("127.0.0.1", stack.port), timeout=10) as line:
            line.sendall(b"POST /t/east/imports/new/people.members HTTP/1.1\r\nHost: localhost\r\n"
                         + f"Cookie: juheli={stack.sessions['east'][0]}\r\nContent-Length: {len(part)}\r\n".encode()
                         + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n" + part[:cut])
    assert clerk.send("GET", "/people/o/new")[0] == 200
    with stack.world.inside("east"):
        assert session().scalar(select(func.count()).select_from(ImportFile)) == 0
    settle(stack)
    assert '"status": 500' not in stack.processes[0].said()
