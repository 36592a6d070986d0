"""The connection to NATS: for ever reconnecting, and loud when it is refused something."""

import asyncio
import time

import aiohttp
import structlog
from nats.aio.client import Client
from nats.errors import Error, NoServersError

log = structlog.get_logger()

LATE_ANSWER = 'publish to "_inbox_'
"""A server that was restarted after a question was put knows nothing of it and lets nobody answer: no fault of ours."""


class Bus:
    """One service's connection. `connected` is false until the first success and while the server is away."""

    def __init__(self, name: str, url: str, monitor: str = "") -> None:
        self.name = name
        self.client = Client()
        self.violation: str | None = None
        self.unsafe = False
        self._url = url
        self._monitor = monitor
        self._seen = time.monotonic()

    @property
    def connected(self) -> bool:
        """Whether the server is there and has refused us nothing."""
        return self.client.is_connected and self.violation is None

    @property
    def away_for(self) -> float:
        """Seconds."""
        if self.client.is_connected:
            self._seen = time.monotonic()
        return time.monotonic() - self._seen

    @property
    def trouble(self) -> list[str]:
        """Codes of what keeps the service from publishing and hearing."""
        found = [] if self.connected or not self._url else ["bus_refuses_us" if self.violation else "bus_away"]
        return found + ["bus_does_not_sync_always"] * self.unsafe

    async def connect(self) -> None:
        """Connect, however long it takes."""
        while True:
            try:
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
                    error_cb=self._on_error,
                )
            except (NoServersError, OSError, Error, TimeoutError):
                await self.client.close()
                self.client = Client()
                await asyncio.sleep(0.2)
            else:
                await self._check_durability()
                return

    async def _check_durability(self) -> None:
        """An acknowledgement of a server that does not sync each write is worth nothing after a power cut."""
        if not self._monitor:
            return
        async with aiohttp.ClientSession() as http, http.get(f"{self._monitor}/jsz") as answer:
            self.unsafe = not (await answer.json()).get("config", {}).get("sync_always", False)
        if self.unsafe:
            log.error("bus_does_not_sync_always", service=self.name)

    async def close(self) -> None:
        """Say good-bye; subscriptions were ended before by who made them."""
        if self.client.is_connected:
            await self.client.drain()
        elif not self.client.is_closed:
            await self.client.close()

    async def _on_error(self, error: Exception) -> None:
        # A publish without permission returns normally; only this callback hears of it.
        told = str(error).lower()
        if "permissions violation" in told and LATE_ANSWER not in told:
            self.violation = "permissions"
            log.error("bus_permission_refused", service=self.name)
        else:
            log.warning("bus_error", error=type(error).__name__)
