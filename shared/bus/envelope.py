"""A recorded event as a message: CloudEvents in binary mode, with the producer's positions beside it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from shared.messages import Cause, Event, Recorded

POSITION = "Seriatim-Position"
PREVIOUS = "Seriatim-Previous"


def subject(service: str, recorded: Recorded) -> str:
    """`<service>.<EventClass>.<client_id>`, with `-` where there is no client."""
    return f"{service}.{recorded.type}.{recorded.client_id or '-'}"


def headers(service: str, recorded: Recorded, previous: int) -> dict[str, str]:
    """CloudEvents attributes; `previous` is the position of the event published before this one."""
    found = {
        "Nats-Msg-Id": str(recorded.event_id),
        "ce-specversion": "1.0",
        "ce-id": str(recorded.event_id),
        "ce-source": f"/{service}",
        "ce-type": recorded.type,
        "ce-subject": recorded.stream,
        "ce-time": recorded.recorded_at.isoformat(),
        "ce-actor": recorded.cause.actor,
        "ce-correlationid": str(recorded.cause.correlation_id),
        "ce-streamversion": str(recorded.version),
        "content-type": "application/json",
        POSITION: str(recorded.position),
        PREVIOUS: str(previous),
    }
    if recorded.cause.causation_id:
        found["ce-causationid"] = str(recorded.cause.causation_id)
    return found


class Heard(Struct, frozen=True, kw_only=True):
    """A message as it came: not decoded yet, so that what cannot be decoded can be parked."""

    producer: str
    event_type: str
    position: int
    previous: int
    headers: dict[str, str]
    data: bytes
    client_id: UUID | None

    def names(self) -> dict[str, str | int | None]:
        """What a line of the log says of it; its own id is what anything that follows from it has as its cause."""
        return {
            "producer": self.producer,
            "type": self.event_type,
            "position": self.position,
            "correlation_id": self.headers.get("ce-correlationid"),
            "causation_id": self.headers.get("ce-id"),
        }

    def recorded(self, cls: type[Event]) -> Recorded:
        """The event with its envelope."""
        causation = self.headers.get("ce-causationid")
        return Recorded(
            position=self.position,
            stream=self.headers["ce-subject"],
            version=int(self.headers["ce-streamversion"]),
            event_id=UUID(self.headers["ce-id"]),
            event=msgspec.json.decode(self.data, type=cls),
            client_id=self.client_id,
            cause=Cause(
                actor=self.headers["ce-actor"],
                correlation_id=UUID(self.headers["ce-correlationid"]),
                causation_id=UUID(causation) if causation else None,
            ),
            recorded_at=datetime.fromisoformat(self.headers["ce-time"]),
        )


def heard(producer: str, message: Any) -> Heard:
    """Read a message of the producer's stream."""
    client = message.subject.rpartition(".")[2]
    return Heard(
        producer=producer,
        event_type=message.headers["ce-type"],
        position=int(message.headers[POSITION]),
        previous=int(message.headers[PREVIOUS]),
        headers=dict(message.headers),
        data=message.data,
        client_id=None if client == "-" else UUID(client),
    )
