"""A receiver of webhooks on loopback: http or https with a certificate of a made-up authority, answering as a test says."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "hooks.example.cn"
YEAR = dt.timedelta(days=3650)


@dataclass
class Receiver:
    """What arrived, in order, and how it is answered. `drip`: one byte of the answer in so many seconds."""

    port: int = 0
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    drip: float = 0.0
    arrived: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/in?unit=east"

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.arrived]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.arrived.append(({k.lower(): v for k, v in self.headers.items()} | {":path": self.path}, body))
            receiver.came.set()
            receiver.hold.wait(20)
            if receiver.drip:
                self._drip()
                return
            self.send_response(receiver.status)
            for name, value in {"Content-Length": str(len(receiver.body)), **receiver.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.body)

        def _drip(self) -> None:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(receiver.drip)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A caller that hangs up is what some tests are about."""


@contextmanager
def receiving(address: str = "127.0.0.2", tls: Path | None = None) -> Iterator[Receiver]:
    """Listen on a free port of this address for the block; `tls`: folder with a certificate of `authority`."""
    receiver = Receiver()
    server = _Quiet((address, 0), _handler(receiver))
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls / "server.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


def authority(folder: Path) -> Path:
    """`ca.pem` and `server.pem` (key and certificate for HOST) in `folder`; the path of the former."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), ca_key, x509.BasicConstraints(True, 0))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    leaf = _certificate(name, ca_name, key.public_key(), ca_key, x509.SubjectAlternativeName([x509.DNSName(HOST)]))
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "server.pem").write_bytes(secret + leaf.public_bytes(pem))
    return folder / "ca.pem"


def _certificate(subject: x509.Name, issuer: x509.Name, public: Any, signer: Any, extension: x509.ExtensionType,
                 ) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
            .serial_number(x509.random_serial_number()).not_valid_before(now - YEAR).not_valid_after(now + YEAR)
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints)))
    return made.sign(signer, hashes.SHA256())
