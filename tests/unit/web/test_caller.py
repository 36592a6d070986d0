"""From where a request came: whose word counts."""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from services.web.caller import Proxies, neighbourhood
from shared.variables import networks

CADDY = "172.20.0.2"
PROXIES = Proxies(networks("172.16.0.0/12"), networks("192.0.2.7 192.0.2.128/25 2001:db8::/64"))


def seen(peer: str, *told: str) -> str:
    headers = CIMultiDict([("X-Forwarded-For", one) for one in told])
    return PROXIES.caller(make_mocked_request("GET", "/", headers).clone(remote=peer))


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("198.51.100.4", [], "198.51.100.4"),
        ("198.51.100.4", ["203.0.113.1"], "198.51.100.4"),  # nobody we know speaks for others
        ("192.168.1.5", ["203.0.113.1"], "192.168.1.5"),  # a private address is not yet a proxy of ours
        (CADDY, ["203.0.113.1"], "203.0.113.1"),
        (CADDY, ["9.9.9.9, 203.0.113.1"], "203.0.113.1"),  # what a stranger wrote himself stands before
        (CADDY, ["9.9.9.9, 203.0.113.1, 192.0.2.7"], "203.0.113.1"),
        (CADDY, ["9.9.9.9, 203.0.113.1, 192.0.2.7, 192.0.2.200"], "203.0.113.1"),
        (CADDY, ["9.9.9.9", "203.0.113.1", "192.0.2.7"], "203.0.113.1"),
        (CADDY, ["9.9.9.9, 172.20.0.9"], "172.20.0.9"),  # the front door's network speaks for others only to us
        (CADDY, ["203.0.113.1:5123"], "203.0.113.1"),
        (CADDY, ["[2001:db8:1::5]:443"], "2001:db8:1::5"),
        (CADDY, ["2001:db8:1::5%eth0, 2001:db8::1"], "2001:db8:1::5"),
        (CADDY, ["::ffff:203.0.113.1"], "203.0.113.1"),
        (CADDY, ["192.0.2.7"], "192.0.2.7"),
        (CADDY, [], CADDY),
        (CADDY, ["", " , ,"], CADDY),
        (CADDY, ["unknown"], CADDY),
        (CADDY, ["203.0.113.1, \xff\x00"], CADDY),
        (CADDY, ["203.0.113.1, 999.1.1.1, 192.0.2.7"], "192.0.2.7"),
        (CADDY, ["1" * 5000], CADDY),
        ("", ["203.0.113.1"], "unknown"),
    ],
)  # fmt: skip
def test_the_nearest_address_that_is_no_proxy_of_ours(peer: str, told: list[str], address: str):
    assert seen(peer, *told) == address


def test_an_ipv6_line_counts_as_one():
    assert neighbourhood("2001:db8:1::5") == neighbourhood("2001:db8:1::ffff:6") != neighbourhood("2001:db8:1:1::5")
    assert neighbourhood("203.0.113.1") != neighbourhood("203.0.113.2")
    assert neighbourhood("unknown") == "unknown"
