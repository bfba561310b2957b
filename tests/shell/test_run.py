"""What `make run` starts: a demo that serves, twice, with the data kept."""

from __future__ import annotations

import socket
import subprocess
import urllib.request

import pytest

from tests.demo import COMMAND, ROOT, Demo, environment, running_demo

SECOND_START = 10  # seconds, promised by the README
pytestmark = pytest.mark.xdist_group("run")  # one worker starts them once


@pytest.fixture(scope="module")
def starts(tmp_path_factory) -> list[Demo]:
    """A first and a second start on the same data."""
    instance = tmp_path_factory.mktemp("run") / "instance"
    found = []
    for _ in range(2):
        with running_demo(instance) as demo:
            with urllib.request.urlopen(f"{demo.address}/t/linshu/accounts/sign-in") as answer:
                assert answer.status == 200
            found.append(demo)
    return found


def without_address(demo: Demo) -> list[dict[str, str]]:
    """The accounts, but for the port, which each start chooses anew."""
    return [{key: value for key, value in account.items() if key != "url"} for account in demo.accounts]


def test_addresses_and_accounts_are_printed(starts):
    printed = starts[0].output.read_text()
    assert starts[0].accounts
    for account in starts[0].accounts:
        assert starts[0].address + account["path"] in printed
        assert account["password"] in printed


def test_there_are_two_demo_tenants_and_an_operator(starts):
    assert {account["tenant"] for account in starts[0].accounts} == {"linshu", "liulitun", "platform"}


def test_second_start_is_quick_and_keeps_the_data(starts):
    assert starts[1].seconds < SECOND_START
    assert without_address(starts[1]) == without_address(starts[0])
    assert "demo tenant" not in starts[1].output.read_text()


def test_a_port_in_use_is_said_at_once(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = subprocess.run([*COMMAND, "run", "--demo"], cwd=ROOT, env=environment(tmp_path, port), capture_output=True,
                              text=True, timeout=60)
    assert told.returncode == 1 and f"127.0.0.1:{port} is in use" in told.stderr and f"PORT={port + 1}" in told.stderr
