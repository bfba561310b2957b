"""The address of a receiver as somebody typed it: tidied into one spelling, or refused with a sentence."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

from core.base.i18n import _
from core.contracts.errors import Invalid

from .guard import Policy

LONGEST = 500
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")         # a host that ends so is an IPv4 address in some notation (WHATWG URL)
INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "invalid", "test")
SAFE = "/%:@!$&'()*+,;=-._~"


def tidy_url(typed: str, policy: Policy) -> str:
    """The address in its one spelling: host in lower case and ASCII, no default port, no fragment.

    Raises Invalid under `url`. What the name leads to is checked again with every delivery (core.webhooks.guard).
    """
    text = unicodedata.normalize("NFC", typed.strip())
    if not text.isprintable() or " " in text or "\\" in text or len(text) > LONGEST:
        raise _refused(_("网址里不能有空格、反斜杠和控制字符，最长 %(n)s 个字符。", n=LONGEST))
    try:
        parts = urlsplit(text)
        port, name = parts.port, parts.hostname or ""
    except ValueError:
        raise _refused(_("这不是一个完整的网址，应像 https://example.gov.cn/hooks 这样。")) from None
    if parts.scheme not in ("https", "http") or not name:
        raise _refused(_("这不是一个完整的网址，应像 https://example.gov.cn/hooks 这样。"))
    if "@" in parts.netloc:
        raise _refused(_("网址里不能写用户名和密码；接收方请用签名核对来源。"))
    if parts.fragment:
        raise _refused(_("网址里不要写 # 及其后的部分，它不会发给接收方。"))
    host = host_of(name, policy)
    _refuse_scheme_and_port(parts.scheme, host, port, policy)
    usual = port in (None, 443 if parts.scheme == "https" else 80)
    netloc = f"[{host}]" if ":" in host else host
    tidy = urlunsplit((parts.scheme, netloc if usual else f"{netloc}:{port}", quote(parts.path or "/", safe=SAFE),
                       quote(parts.query, safe=SAFE + "?"), ""))
    if len(tidy) > LONGEST:
        raise _refused(_("网址里不能有空格、反斜杠和控制字符，最长 %(n)s 个字符。", n=LONGEST))
    return tidy


def _refuse_scheme_and_port(scheme: str, host: str, port: int | None, policy: Policy) -> None:
    near = policy.loopback and is_here(host)
    if scheme == "http" and not near:
        raise _refused(_("网址必须以 https:// 开头：内容和签名不能明文传输。"))
    if not near and (443 if port is None else port) not in policy.ports:
        allowed = "、".join(map(str, sorted(policy.ports)))
        raise _refused(_("接收方的端口只能是 %(ports)s；需要别的端口请联系平台运营方。", ports=allowed))


def is_here(host: str) -> bool:
    """Whether a host is this machine by its very spelling."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_of(name: str, policy: Policy) -> str:
    """The host in lower case and ASCII (IDNA). Raises Invalid for one that cannot be, or that is inside the house."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        address = None
    if address is not None:
        if "%" in name or not policy.allows(address):
            raise _inside()
        return str(address)
    try:
        host = name.encode("idna").decode().lower().rstrip(".")
    except UnicodeError:
        raise _refused(_("网址里的域名写法不对，请核对。")) from None
    labels = host.split(".")
    if host == "localhost" and policy.loopback:
        return host
    if NUMERIC.fullmatch(labels[-1]) or labels[-1] in INSIDE:
        raise _inside()
    if len(labels) < 2 or len(host) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise _refused(_("网址里的域名写法不对，请核对。"))
    return host


def _inside() -> Invalid:
    return _refused(_("这个地址在内部网络里，不能作为接收方。需要推送到专网，请平台运营方在配置里允许那个网段。"))


def _refused(sentence: str) -> Invalid:
    return Invalid({"url": [sentence]})
