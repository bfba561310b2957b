"""Which addresses of the network a webhook may reach: what everybody can reach, and nothing inside the house.

An address is looked up once per attempt and the connection goes to what was found and checked, so a name that changes its
answer in between (DNS rebinding) leads nowhere else. If any of the answers is forbidden, all are: no attacker mixes one
good address with one bad. Only plain unicast addresses pass; those that wrap an IPv4 address are judged by what is inside.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Any, TypeVar

from core.base.config import Config

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
T = TypeVar("T")
Resolve = Callable[[str, int], list[str]]

NAT64 = IPv6Network("64:ff9b::/96")
GLOBAL6 = IPv6Network("2000::/3")
# Global by their number, but wrapping an IPv4 address, or kept for protocols and examples.
ODD = tuple(map(ipaddress.ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "192.88.99.0/24")))
# Not even an operator's list opens these: link-local (the metadata of clouds), multicast, "this host", broadcast.
NEVER = tuple(map(ipaddress.ip_network, ("169.254.0.0/16", "224.0.0.0/4", "0.0.0.0/8", "255.255.255.255/32", "fe80::/10",
                                         "ff00::/8", "::/128", "fd00:ec2::/32", "100.100.100.200/32")))


class Refused(Exception):
    """Nothing is sent. `code` says why (core.webhooks.words)."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system knows them. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator allows beyond the public network (JUHELI_WEBHOOK_*).

    networks  inner ranges that may be reached, e.g. a province's own network
    ports     443 and what else receivers may listen on
    loopback  also http to this very machine: for demos and development
    ca        file of certificates trusted beside the system's
    """

    on: bool = True
    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset({443})
    loopback: bool = False
    ca: str = ""
    resolve: Resolve = field(default=look_up)

    @classmethod
    def of(cls, config: Config) -> Policy:
        """As the operator set it. Raises ValueError naming the variable that cannot be understood."""
        networks = _listed("JUHELI_WEBHOOK_NETWORKS", config.webhook_networks, ipaddress.ip_network)
        ports = frozenset(_listed("JUHELI_WEBHOOK_PORTS", config.webhook_ports, int))
        if config.webhooks not in ("on", "off"):
            raise ValueError(f"JUHELI_WEBHOOKS={config.webhooks!r} is neither on nor off")
        if config.webhook_ca and not Path(config.webhook_ca).is_file():
            raise ValueError(f"JUHELI_WEBHOOK_CA={config.webhook_ca!r}: there is no such file")
        return cls(config.webhooks == "on", networks, ports, bool(config.webhook_loopback) and config.loopback, config.webhook_ca)

    def allows(self, address: Address) -> bool:
        """Whether a connection may go to this address."""
        inner = unwrapped(address)
        if self.loopback and inner.is_loopback:
            return True
        if any(inner in network for network in NEVER if network.version == inner.version):
            return False
        return any(inner in network for network in self.networks if network.version == inner.version) or is_public(inner)


def unwrapped(address: Address) -> Address:
    """The IPv4 address inside ::ffff:a.b.c.d or 64:ff9b::a.b.c.d, which is where the packet goes."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether it is a unicast address of the public network."""
    if any(address in network for network in ODD if network.version == address.version):
        return False
    if address.is_multicast or address.is_reserved or address.is_private or not address.is_global:
        return False
    return address.version == 4 or address in GLOBAL6


def addresses_of(host: str, port: int, policy: Policy, patience: float) -> list[Address]:
    """Where to connect to. Raises Refused: "dns" when the name is unknown or not found in time, "inner" when it leads inside."""
    found: list[Address] = []
    for text in _in_time(policy.resolve, host, port, patience):
        try:
            found.append(ipaddress.ip_address(text))
        except ValueError:                          # fe80::1%eth0 and the like
            raise Refused("inner") from None
    if not found:
        raise Refused("dns")
    if not all(policy.allows(address) for address in found):
        raise Refused("inner")
    return list(dict.fromkeys(found))


def _in_time(resolve: Resolve, host: str, port: int, patience: float) -> list[str]:
    """The system's resolver knows no time limit of ours, so it works in a thread we do not wait for beyond it."""
    answer: list[Any] = []

    def ask() -> None:
        try:
            answer.append(resolve(host, port))
        except (OSError, UnicodeError):
            answer.append([])

    thread = threading.Thread(target=ask, daemon=True, name="webhook-dns")
    thread.start()
    thread.join(patience)
    if not answer:
        raise Refused("dns")
    return list(answer[0])


def _listed(name: str, text: str, parse: Callable[[str], T]) -> tuple[T, ...]:
    try:
        return tuple(parse(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(f"{name}={text!r}: {error}") from error


_policy = Policy()


def use_policy(policy: Policy) -> None:
    """Set what this process allows (the app at start; tests)."""
    global _policy
    _policy = policy


def policy() -> Policy:
    return _policy
