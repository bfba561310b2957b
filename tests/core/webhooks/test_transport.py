"""Real connections to real receivers: names that rebind, certificates, redirects, drips, floods, proxies of the environment."""

from __future__ import annotations

import dataclasses
import ipaddress
import socket
import threading
import time

import pytest

from core.webhooks import transport
from core.webhooks.guard import Policy
from core.webhooks.transport import Outcome, post

from .receiver import HOST, receiving


def send(receiver, policy: Policy, url: str = "") -> Outcome:
    return post(url or receiver.url, b"{}", {"webhook-id": "msg_1"}, policy)


def test_the_name_is_asked_once_and_the_answer_is_where_the_connection_goes(receiver, network, names, certificates):
    """A name that answers something else a moment later leads nowhere else (DNS rebinding)."""
    names.answers[HOST] = [["127.0.0.2"], ["127.0.0.3"], ["127.0.0.3"]]
    with receiving("127.0.0.3", certificates) as inside:
        assert send(receiver, network).status == 204 and names.asked == [HOST]
        again = send(inside, dataclasses.replace(network, ports=frozenset({inside.port})))
        assert (again.status, again.error) == (None, "inner") and inside.arrived == []
    assert len(receiver.arrived) == 1 and receiver.arrived[0][0]["host"] == f"{HOST}:{receiver.port}"


def test_the_certificate_must_be_of_the_name_and_of_a_trusted_authority(receiver, network, names):
    names.answers["other.example.cn"] = [["127.0.0.2"]]
    assert send(receiver, network, receiver.url.replace(HOST, "other.example.cn")).error == "tls"
    assert send(receiver, dataclasses.replace(network, ca="")).error == "tls"
    assert receiver.arrived == []


def test_a_receiver_without_tls_is_not_spoken_to(network, names):
    with receiving() as plain:
        open_there = dataclasses.replace(network, ports=frozenset({plain.port}))
        assert send(plain, open_there).error == "tls" and plain.arrived == []


def test_redirects_are_not_followed(receiver, network, certificates):
    with receiving("127.0.0.2", certificates) as elsewhere:
        receiver.status, receiver.headers = 307, {"Location": elsewhere.url}
        found = send(receiver, network)
        assert (found.status, found.error) == (307, "redirect") and elsewhere.arrived == []


@pytest.mark.parametrize(("status", "error"), [(200, ""), (299, ""), (400, "status"), (410, "gone"), (500, "status")])
def test_only_a_status_of_success_is_one(receiver, network, status, error):
    receiver.status = status
    assert (send(receiver, network).status, send(receiver, network).error) == (status, error)


def test_proxies_of_the_environment_are_not_asked(receiver, network, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.9:9")
    assert send(receiver, network).error == ""


@pytest.mark.parametrize("drip", [0.0, 0.05])
def test_a_receiver_that_hangs_or_drips_is_cut_off(receiver, network, monkeypatch, drip):
    monkeypatch.setattr(transport, "TOTAL", 0.6)
    receiver.drip = drip
    if not drip:
        receiver.hold.clear()
    began = time.monotonic()
    found = send(receiver, network)
    assert found.error == "slow" and found.ms < 2500 and time.monotonic() - began < 2.5


def test_of_a_long_answer_little_is_read(receiver, network):
    receiver.status, receiver.body = 200, b"x" * 5_000_000
    assert send(receiver, network).error == ""


def test_a_resolver_that_hangs_is_not_waited_for(receiver, network, monkeypatch):
    monkeypatch.setattr(transport, "CONNECT", 0.2)
    wake = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        wake.wait(5)
        return ["127.0.0.2"]

    began = time.monotonic()
    assert send(receiver, dataclasses.replace(network, resolve=hang)).error == "dns" and time.monotonic() - began < 2
    wake.set()


def unknown(host: str, port: int) -> list[str]:
    raise socket.gaierror("unknown")


@pytest.mark.parametrize(("changes", "error"), [
    ({"resolve": unknown}, "dns"), ({"resolve": lambda h, p: []}, "dns"), ({"resolve": lambda h, p: ["fe80::1%lo"]}, "inner"),
    ({"networks": ()}, "inner"), ({"resolve": lambda h, p: ["127.0.0.2", "10.0.0.1"]}, "inner")])
def test_names_that_lead_nowhere_or_inside(receiver, network, changes, error):
    assert send(receiver, dataclasses.replace(network, **changes)).error == error and receiver.arrived == []


def answering(raw: bytes) -> tuple[socket.socket, threading.Thread]:
    """A server that says `raw` to the first who comes, and hangs up."""
    server = socket.create_server(("127.0.0.2", 0))

    def serve() -> None:
        peer, _address = server.accept()
        peer.recv(10_000)
        peer.sendall(raw)
        peer.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return server, thread


@pytest.mark.parametrize("raw", [b"", b"hello\r\n\r\n", b"HTTP/1.1 9999 x\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000,
                                 b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"])
def test_answers_that_are_no_http(raw):
    near = Policy(loopback=True, networks=(ipaddress.ip_network("127.0.0.2/32"),))
    server, thread = answering(raw)
    with server:
        found = post(f"http://127.0.0.2:{server.getsockname()[1]}/", b"{}", {}, near)
        thread.join(5)
    assert found.status is None and found.error in ("protocol", "refused")


def test_nobody_listens_there(network, names):
    with receiving() as gone:
        url = gone.url
    assert post(url, b"{}", {}, dataclasses.replace(network, ports=frozenset({gone.port}))).error == "refused"


def test_an_address_that_is_not_allowed_any_more_is_not_spoken_to(receiver, network, names):
    """It came in an archive somebody made, or the operator allows less than when it was typed."""
    plain = receiver.url.replace("https:", "http:")
    for url in (plain, receiver.url.replace("//", "//a:b@"), receiver.url + "#x", "ftp://example.cn/", "https://[::1"):
        assert send(receiver, network, url).error == "address", url
    assert send(receiver, dataclasses.replace(network, ports=frozenset({443}))).error == "address"
    assert receiver.arrived == [] and names.asked == []


def test_of_a_name_with_many_addresses_one_of_each_family_is_tried(receiver, network, names, monkeypatch):
    connect = socket.create_connection

    def only_ipv4(address, timeout):
        if ":" in address[0]:
            raise OSError("no way there")
        return connect(address, timeout)

    monkeypatch.setattr(socket, "create_connection", only_ipv4)
    near = dataclasses.replace(network, networks=tuple(map(ipaddress.ip_network, ("127.0.0.2/32", "fd00:1::/64"))))
    names.answers[HOST] = [["fd00:1::1", "fd00:1::2", "fd00:1::3", "127.0.0.2"]]
    assert send(receiver, near).status == 204
