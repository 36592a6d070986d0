"""The connection to NATS: for ever reconnecting, and loud when it is refused something."""

import asyncio
import re
import time
from contextlib import suppress

import aiohttp
import msgspec
import structlog
from msgspec import Struct
from nats.errors import Error

from shared.bus.client import Client
from shared.store.append import LARGEST
from shared.tasks import stop

log = structlog.get_logger()

LATE_ANSWER = 'publish to "_inbox_'
"""A server that was restarted after a question was put knows nothing of it and lets nobody answer: no fault of ours."""
PUBLISHING = re.compile('permissions violation for publish to "(?P<subject>[^"]*)"')
REMEMBERED = 60.0
"""Seconds after which a refusal that did not come again is over."""
LOOK = 1.0
PATIENCE = 2.0
SILENT = 6.0
"""Seconds without an answer after which the server counts as away, though the connection stands."""
STUCK = 10.0
"""Seconds after which a connection that does not come back by itself is pulled out."""
HEADROOM = 16 * 1024
"""Bytes left for the headers and the subject of a message."""


class _Syncing(Struct):
    sync_always: bool = False


class _JetStream(Struct):
    """What the monitor says of JetStream."""

    config: _Syncing


class _Account(Struct):
    """What JetStream says of itself; with an error it cannot do its work."""

    error: msgspec.Raw | None = None


class Bus:
    """One service's connection. `connected` is false until the first success and while the server is away."""

    def __init__(self, name: str, url: str, monitor: str = "") -> None:
        self.name = name
        self.client = Client()
        self.full = False
        self._url = url
        self._monitor = monitor
        self._syncs: bool | None = None
        self._looked_up = self._unknown = False
        self._refused_at: float | None = None
        self._seen = self._pulled = time.monotonic()
        self._watching: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether the server is there and has refused us nothing."""
        return self.client.is_connected and self.violation is None

    @property
    def violation(self) -> str | None:
        """What the server has refused us lately."""
        lately = self._refused_at is not None and time.monotonic() - self._refused_at < REMEMBERED
        return "permissions" if lately else None

    @property
    def away_for(self) -> float:
        """Seconds since JetStream last answered, once it is away or has been silent for too long to be there."""
        silence = time.monotonic() - self._seen
        return silence if not self.client.is_connected or silence > SILENT else 0.0

    @property
    def trouble(self) -> list[str]:
        """Codes of what keeps the service from publishing and hearing."""
        if not self._url:
            return []
        found = {
            "bus_refuses_us": self.violation is not None,
            "bus_away": not self.client.is_connected or self.away_for > 0,
            "bus_does_not_sync_always": self._syncs is False,
            "bus_durability_unknown": self._syncs is None and bool(self._monitor),
            "bus_takes_too_little": not self.takes(LARGEST),
            "bus_store_full": self.full,
        }
        return [code for code, it_is in found.items() if it_is]

    def takes(self, size: int) -> bool:
        """Whether the server takes a message with so many bytes of data. It is known as of the first connection."""
        return not self.client.is_connected or size + HEADROOM <= self.client.max_payload

    async def connect(self) -> None:
        """Connect, however long it takes, and see from then on that it is of use."""
        while not self.client.is_connected:
            try:
                await self._try()
            except Exception as error:  # noqa: BLE001 - whatever answers there, it may be NATS next time
                log.warning("bus_not_there", error=type(error).__name__)
                with suppress(Exception):
                    await self.client.close()
                self.client = Client()
                await asyncio.sleep(0.2)
        self._seen = time.monotonic()
        self._judge()
        self._watching = asyncio.create_task(self._watch())

    async def _try(self) -> None:
        await self.client.connect(
            self._url,
            name=self.name,
            inbox_prefix=f"_INBOX_{self.name}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.2,  # type: ignore[arg-type]  # seconds, fractions work
            ping_interval=2,
            max_outstanding_pings=2,
            connect_timeout=2,
            allow_reconnect=True,
            pending_size=8 * 2**20,
            flush_timeout=PATIENCE,  # else whoever sends to a silent server waits for ever
            error_cb=self._on_error,
            reconnected_cb=self._on_reconnect,
        )

    async def close(self) -> None:
        """Say good-bye; subscriptions were ended before by who made them."""
        if self._watching:
            await stop(self._watching)
        if self.client.is_connected:
            await self.client.drain()
        elif not self.client.is_closed:
            await self.client.close()

    async def _watch(self) -> None:
        """Look again and again; nothing that is found ends it."""
        while True:
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - seen by what is then not known
                log.warning("bus_error", error=type(error).__name__)
            await asyncio.sleep(LOOK)

    async def _look(self) -> None:
        if self._monitor and not self._looked_up:
            await self._look_up()
        if self.client.is_connected:
            if await self._answers():
                self._seen = time.monotonic()
        elif min(self.away_for, time.monotonic() - self._pulled) > STUCK:
            self._pulled = time.monotonic()
            self.client.pull_out()

    async def _answers(self) -> bool:
        try:
            answer = await self.client.request("$JS.API.INFO", b"", timeout=PATIENCE)
            return msgspec.json.decode(answer.data, type=_Account).error is None
        except (Error, OSError, msgspec.MsgspecError):
            return False

    async def _look_up(self) -> None:
        """An acknowledgement of a server that does not sync each write is worth nothing after a power cut."""
        try:
            found = await self._ask_monitor()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if not self._unknown:
                log.warning("bus_durability_unknown", error=type(error).__name__)
            self._syncs, self._unknown = None, True
            return
        self._unknown = False
        self._syncs, self._looked_up = found, True
        if not found:
            log.error("bus_does_not_sync_always")

    async def _ask_monitor(self) -> bool:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as http, http.get(f"{self._monitor}/jsz") as answer:
            answer.raise_for_status()
            return msgspec.json.decode(await answer.read(), type=_JetStream).config.sync_always

    async def _on_reconnect(self) -> None:
        """It may be another server, or the same with another configuration."""
        self._refused_at, self._looked_up, self._seen = None, False, time.monotonic()
        self._judge()

    def _judge(self) -> None:
        if not self.takes(LARGEST):
            log.error("bus_takes_too_little", reason=f"give NATS a max_payload of {LARGEST + HEADROOM} or more")

    async def _on_error(self, error: Exception) -> None:
        # A publish without permission returns normally; only this callback hears of it.
        told = str(error).lower()
        if "permissions violation" not in told or LATE_ANSWER in told:
            log.warning("bus_error", error=type(error).__name__)
        elif self._is_ours(told):
            self._refused_at = time.monotonic()
            log.error("bus_permission_refused")
        else:
            log.warning("bus_answer_refused")

    def _is_ours(self, told: str) -> bool:
        """Whether we wanted it ourselves. Where an answer goes to is chosen by who asks."""
        publishing = PUBLISHING.search(told)
        return not publishing or publishing["subject"].startswith((f"{self.name}.", "ask.", "clock.", "$js."))
