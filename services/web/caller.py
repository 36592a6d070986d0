"""From where a request came: the nearest address that is not one of our own proxies."""

import ipaddress
from dataclasses import dataclass

from aiohttp import web

from shared.variables import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_HOPS = 10
NOBODY = "unknown"


@dataclass(frozen=True)
class Proxies:
    """Whose word about an address counts: our front door when it speaks to us, and the proxies before it."""

    front_door: tuple[Network, ...]
    before: tuple[Network, ...] = ()

    def caller(self, request: web.Request) -> str:
        """The address of whoever asks.

        Each proxy appends to `X-Forwarded-For` the address it was called from, so the list is read from its end as
        long as trusted proxies speak, and a stranger's own entries are never reached.
        """
        found, trusted = NOBODY, (*self.front_door, *self.before)
        for hop in [request.remote or "", *forwarded(request)]:
            address = address_in(hop)
            if address is None:
                break  # a proxy told nonsense: the proxy itself is all we know
            found = str(address)
            if not any(address in network for network in trusted):
                break
            trusted = self.before
        return found


def forwarded(request: web.Request) -> list[str]:
    """What the proxies told, the nearest first."""
    told = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    return [hop for one in reversed(told[-MOST_HOPS:]) if (hop := one.strip())]


def address_in(text: str) -> Address | None:
    """An address, also with a port or in brackets; none for what is no address."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None) or address


def neighbourhood(address: str) -> str:
    """What failures are counted under: one IPv4 address, or the /64 that an IPv6 line gets at least."""
    found = address_in(address)
    return str(ipaddress.ip_network((found, 64), strict=False)) if found and found.version == 6 else address
