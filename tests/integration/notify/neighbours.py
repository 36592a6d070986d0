"""A neighbour's place on the real bus: its events are published to JetStream as its relay does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
import uuid_utils.compat as uuid

from deploy import nats
from shared.bus import envelope
from shared.bus.connection import Bus
from shared.bus.stream import stream_config
from shared.messages import Cause, Recorded
from tests.harness import It


@dataclass
class Neighbour:
    """A service's user on the bus: publishes its events as its relay would, answers as it would."""

    bus: Bus
    position: int = 0

    async def say(self, event: Any, now: datetime) -> int:
        recorded = Recorded(
            position=self.position + 1,
            stream=f"{self.bus.name}-{event.client_id}",
            version=self.position + 1,
            event_id=uuid.uuid7(),
            event=event,
            client_id=event.client_id,
            cause=Cause(actor="test", correlation_id=uuid.uuid7()),
            recorded_at=now,
        )
        headers = envelope.headers(self.bus.name, recorded, self.position)
        subject = envelope.subject(self.bus.name, recorded)
        await self.bus.client.request(subject, msgspec.json.encode(event), timeout=2, headers=headers)
        self.position += 1
        return self.position


@asynccontextmanager
async def neighbour(it: It, name: str) -> AsyncIterator[Neighbour]:
    config = it.service.config
    assert config.token_key
    port = urlsplit(config.nats).port or 0
    bus = Bus(name, nats.url(name, config.token_key.parent.parent / "secrets", port))
    await bus.connect()
    await bus.client.jetstream().add_stream(stream_config(name))
    try:
        yield Neighbour(bus)
    finally:
        await bus.close()
