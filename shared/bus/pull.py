"""Messages of a durable, each as soon as it is there, and the word that they are applied.

The client library's own `fetch` leaves a request behind when it returns early; a message that answers the old request
lets the next `fetch` wait for the rest of its time, up to a second. Here one request is open at a time, and whatever
answers it is handed on at once.
"""

import math
import time

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import TimeoutError as NothingNew

SECONDS = 1.0
"""How long a request stays open."""
PAUSE = 0.1
"""Seconds between two acknowledgements: each is as much work for the server as a message. What was applied and comes
again is skipped."""
GRACE = 0.5
"""Seconds after which a request is given up that the server did not close: it was restarted."""


class Pull:
    """Asks for up to `batch` messages at a time."""

    def __init__(self, client: Client, stream: str, durable: str, batch: int) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._batch = batch
        self._inbox = client.new_inbox()
        self._subscription: Subscription | None = None
        self._left = 0
        self._until = 0.0
        self._applied: Msg | None = None
        self._untold = 0
        self._told_at = -math.inf  # the clock may have started a moment ago

    async def messages(self) -> list[Msg]:
        """At least one message and all that came with it; none after a second of silence."""
        if self._left <= 0 or self._until <= time.monotonic():
            await self._ask()
        while True:
            found = await self._arrived()
            messages = [message for message in found if not _closes(message)]
            self._left = self._left - len(messages) if len(messages) == len(found) else 0
            if messages:
                return messages
            if self._left <= 0:
                await self._tell()
                return []

    async def applied(self, messages: list[Msg]) -> None:
        """These and all before them need not come again; the server is told at once, now and then, or in silence."""
        self._applied, self._untold = messages[-1], self._untold + len(messages)
        if self._untold >= self._batch or self._told_at + PAUSE <= time.monotonic():
            await self._tell()

    async def _tell(self) -> None:
        if self._applied:
            await self._applied.ack()  # the policy is `all`: the ones before are acknowledged with it
            self._applied, self._untold, self._told_at = None, 0, time.monotonic()

    async def close(self) -> None:
        """Hear nothing more."""
        if self._subscription and self._client.is_connected:
            await self._tell()
            await self._subscription.unsubscribe()

    async def _ask(self) -> None:
        self._subscription = self._subscription or await self._client.subscribe(self._inbox)
        request = {"batch": self._batch, "expires": int(SECONDS * 1e9)}
        await self._client.publish(self._subject, msgspec.json.encode(request), self._inbox)
        self._left, self._until = self._batch, time.monotonic() + SECONDS + GRACE

    async def _arrived(self) -> list[Msg]:
        """The next message, with those behind it; nothing when the server has forgotten the request."""
        assert self._subscription is not None  # noqa: S101 - made by the first request
        try:
            found = [await self._subscription.next_msg(timeout=max(self._until - time.monotonic(), 0.01))]
        except NothingNew:
            self._left = 0
            return []
        while self._subscription.pending_msgs:
            found.append(await self._subscription.next_msg(timeout=SECONDS))
        return found


def _closes(message: Msg) -> bool:
    """Whether this is no message of the stream but the server's word that the request is over."""
    return not message.reply.startswith("$JS.ACK.")
