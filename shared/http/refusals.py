"""The security log of the API: who was refused where, at a rate that cannot fill a disk."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from aiohttp import web

log = structlog.get_logger()

ROLE: web.RequestKey[str] = web.RequestKey("role", str)
"""Who asks, as far as the token says."""
LINES = 20
WINDOW = 60.0
"""So many lines about one address in so many seconds."""
KEPT = 1_000


@dataclass
class _Seen:
    """What was written of an address since `since`, and how much was left out."""

    since: float
    lines: int = 0
    left_out: int = 0


class Refusals:
    """Writes a line for each refusal; of one address only some a minute, the next line tells how many it stands for."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def note(self, request: web.Request, route: str, status: int) -> None:
        """Write down a refusal: never the token, the address as it was asked for, or an id."""
        remote = caller(request)
        if count := self._count(remote):
            role = request.get(ROLE)
            log.warning(
                "refused", status=status, method=request.method, route=route, role=role, address=remote, count=count
            )

    def _count(self, remote: str) -> int:
        """How many refusals the line stands for; 0: no line now."""
        seen = self._seen.setdefault(remote, _Seen(self._now()))
        self._seen.move_to_end(remote)
        while len(self._seen) > KEPT:
            self._seen.popitem(last=False)
        if self._now() - seen.since >= WINDOW:
            seen.since, seen.lines = self._now(), 0
        if seen.lines >= LINES:
            seen.left_out += 1
            return 0
        count, seen.left_out = 1 + seen.left_out, 0
        seen.lines += 1
        return count


def caller(request: web.Request) -> str:
    """The address a request came from: what our own front door says, where it is the one speaking."""
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(peer if ipaddress.ip_address(peer).is_global else forwarded))
    except ValueError:
        return peer
