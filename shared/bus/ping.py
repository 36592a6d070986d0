"""A process asks itself over the bus: whoever hears its own question would hear that of others too."""

import uuid

from nats.aio.msg import Msg
from nats.errors import Error

from shared.bus.connection import Bus

PATIENCE = 1.0
"""Seconds."""


class Ping:
    """Each process of a service subscribes to `ask.<service>.Ping`, and answers only what it has asked itself."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._subject = f"ask.{bus.name}.Ping"
        self._own = uuid.uuid4().bytes

    async def answer(self) -> None:
        """Answer for as long as the bus is connected."""
        await self._bus.client.subscribe(self._subject, cb=self._pong)

    async def _pong(self, message: Msg) -> None:
        if message.data == self._own and message.reply:
            await self._bus.client.publish(message.reply, b"")

    async def is_answered(self) -> bool:
        """Whether questions arrive and answers come back."""
        try:
            await self._bus.client.request(self._subject, self._own, timeout=PATIENCE)
        except (Error, TimeoutError, OSError):
            return False
        return True
