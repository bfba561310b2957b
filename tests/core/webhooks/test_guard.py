"""Nothing inside the house can be reached, however it is spelled, wrapped or resolved."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.config import Config
from core.contracts.errors import Invalid
from core.webhooks.addresses import tidy_url
from core.webhooks.guard import Policy, Refused, addresses_of

OPEN = Policy()
INNER = ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/29",
         "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
         "240.0.0.0/4", "::/127", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
         "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "5f00::/16", "4000::/3")
PUBLIC = ("8.8.8.8", "114.114.114.114", "223.5.5.5", "1.1.1.1", "2400:3200::1", "2606:4700::1111", "240e:4c:4008::1")


def number_in(network: str) -> st.SearchStrategy[int]:
    found = ipaddress.ip_network(network)
    return st.integers(int(found[0]), int(found[-1]))


inner = st.sampled_from(INNER).flatmap(lambda n: number_in(n).map(
    lambda number: (ipaddress.IPv6Address if ":" in n else ipaddress.IPv4Address)(number)))
wraps = st.sampled_from(("::ffff:0:0", "64:ff9b::", "2002::", "::"))


def answering(*addresses: object) -> Policy:
    return Policy(resolve=lambda host, port: [str(address) for address in addresses])


@given(inner)
def test_no_inner_address_is_reached(address):
    assert not OPEN.allows(address)
    with pytest.raises(Refused, match="inner"):
        addresses_of("any.example.cn", 443, answering(address), 1)


@given(inner.filter(lambda a: a.version == 4), wraps)
def test_no_inner_address_is_reached_in_ipv6_clothes(address, prefix):
    base = int(ipaddress.IPv6Address(prefix))
    wrapped = ipaddress.IPv6Address(base + (int(address) << 80 if prefix == "2002::" else int(address)))
    assert not OPEN.allows(wrapped)


@given(inner, st.sampled_from(PUBLIC), st.booleans())
def test_one_inner_answer_among_public_ones_refuses_all(address, public, first):
    answers = [address, public] if first else [public, address]
    with pytest.raises(Refused, match="inner"):
        addresses_of("any.example.cn", 443, answering(*answers), 1)


@pytest.mark.parametrize("public", [*PUBLIC, "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_reached(public):
    assert addresses_of("any.example.cn", 443, answering(public), 1) == [ipaddress.ip_address(public)]


def test_an_operator_opens_ranges_but_never_the_metadata_of_a_cloud():
    own = Policy.of(Config(webhook_networks="10.20.0.0/16, fd12::/16", webhook_ports="443,8443"))
    allowed = {text: own.allows(ipaddress.ip_address(text)) for text in
               ("10.20.1.1", "10.21.1.1", "fd12::1", "fd13::1", "::ffff:10.20.1.1", "::ffff:10.21.1.1", "8.8.8.8")}
    assert allowed == {"10.20.1.1": True, "10.21.1.1": False, "fd12::1": True, "fd13::1": False, "::ffff:10.20.1.1": True,
                       "::ffff:10.21.1.1": False, "8.8.8.8": True}
    everything = Policy.of(Config(webhook_networks="0.0.0.0/0,::/0"))
    for text in ("169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "::", "::ffff:169.254.169.254", "fd00:ec2::254"):
        assert not everything.allows(ipaddress.ip_address(text)), text


@pytest.mark.parametrize(("setting", "named"), [
    ({"webhook_networks": "10.0.0.1/8"}, "JUHELI_WEBHOOK_NETWORKS"), ({"webhook_ports": "https"}, "JUHELI_WEBHOOK_PORTS"),
    ({"webhooks": "yes"}, "JUHELI_WEBHOOKS"), ({"webhook_ca": "/nowhere.pem"}, "JUHELI_WEBHOOK_CA")])
def test_a_setting_that_cannot_be_understood_is_named_at_start(setting, named):
    with pytest.raises(ValueError, match=named):
        Policy.of(Config(**setting))


def test_loopback_is_for_an_installation_that_listens_there_itself():
    assert Policy.of(Config(webhook_loopback=1)).loopback
    assert not Policy.of(Config(webhook_loopback=1, host="0.0.0.0")).loopback
    near = Policy(loopback=True)
    assert tidy_url("http://127.0.0.1:9000/in", near) == "http://127.0.0.1:9000/in"
    assert tidy_url("http://localhost:9000", near) == "http://localhost:9000/"
    for far in ("http://example.cn/", "http://10.0.0.1/", "http://localhost.example.cn:9000/"):
        with pytest.raises(Invalid):
            tidy_url(far, near)


@pytest.mark.parametrize(("typed", "tidy"), [
    (" https://Example.CN:443/a?b=1 ", "https://example.cn/a?b=1"),
    ("https://例子.中国/推送?名=甲", "https://xn--fsqu00a.xn--fiqs8s/%E6%8E%A8%E9%80%81?%E5%90%8D=%E7%94%B2"),
    ("https://例子。中国", "https://xn--fsqu00a.xn--fiqs8s/"), ("https://example.cn.", "https://example.cn/"),
    ("https://8.8.8.8/x", "https://8.8.8.8/x"), ("https://[2400:3200::1]/x", "https://[2400:3200::1]/x"),
    ("https://example.cn/a%20b?c=%2F&d=[1]", "https://example.cn/a%20b?c=%2F&d=%5B1%5D")])
def test_an_address_has_one_spelling(typed, tidy):
    assert tidy_url(typed, OPEN) == tidy == tidy_url(tidy, OPEN)


@pytest.mark.parametrize("typed", [
    "", "example.cn", "ftp://example.cn/", "http://example.cn/", "https://", "https:///x", "https://user:pw@example.cn/",
    "https://user@example.cn/", "https://example.cn/#top", "https://example.cn:8443/", "https://example.cn:0/",
    "https://example.cn:99999/", "https://exa mple.cn/", "https://example.cn/a\nb", "https://example.cn\\@127.0.0.1/",
    "https://localhost/", "https://db.internal/", "https://printer.local/", "https://127.0.0.1/", "https://127.1/",
    "https://0x7f.1/", "https://2130706433/", "https://017700000001/", "https://0/", "https://[::1]/", "https://[::]/",
    "https://[::ffff:10.0.0.1]/", "https://[fe80::1%25eth0]/", "https://[64:ff9b::7f00:1]/", "https://169.254.169.254/latest",
    "https://１２７.0.0.1/", "https://①②⑦.0.0.1/", "https://-a.cn/", "https://a..cn/", "https://" + "a" * 64 + ".cn/",
    "https://example/", "https://example.cn/" + "a" * 500, "https://[example.cn]/", "https://exa\u202emple.cn/", "//example.cn/",
    "https://example.cn%2f@10.0.0.1/", "https:example.cn"])
def test_an_address_that_will_not_do_is_refused_with_a_sentence(typed):
    with pytest.raises(Invalid) as refused:
        tidy_url(typed, OPEN)
    assert refused.value.errors["url"][0].endswith("。")


@given(st.text(max_size=60), st.sampled_from(("", "https://", "https://a.cn/", "https://a.cn:", "https://[")))
def test_whatever_is_typed_is_refused_or_tidied_and_then_stays(text, before):
    try:
        tidy = tidy_url(before + text, OPEN)
    except Invalid:
        return
    assert tidy.isascii() and tidy.startswith("https://") and tidy_url(tidy, OPEN) == tidy
