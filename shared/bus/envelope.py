"""A recorded event as a message: CloudEvents in binary mode, with the producer's positions beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from shared.events.compact import compact
from shared.messages import Cause, Event, Recorded
from shared.store.append import LARGEST

POSITION = "Seriatim-Position"
PREVIOUS = "Seriatim-Previous"
HIGHEST = 2**63 - 1
"""PostgreSQL's `bigint`."""


class Malformed(Exception):  # noqa: N818 - a reason to set a message aside
    """No message of ours: nothing in it can be trusted, its position neither."""


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
    """A message as it came: its body is not decoded yet, so that what cannot be decoded can be parked."""

    producer: str
    event_type: str
    position: int
    previous: int
    stream: str
    version: int
    event_id: UUID
    cause: Cause
    recorded_at: datetime
    headers: dict[str, str]
    data: bytes
    client_id: UUID | None
    sequence: int = 0

    def names(self) -> dict[str, str | int | None]:
        """What a line of the log says of it; its own id is what anything that follows from it has as its cause."""
        return {
            "producer": self.producer,
            "type": self.event_type,
            "position": self.position,
            "correlation_id": str(self.cause.correlation_id),
            "causation_id": str(self.event_id),
        }

    def recorded(self, cls: type[Event]) -> Recorded:
        """The event with its envelope."""
        event = msgspec.json.decode(self.data, type=cls)
        return Recorded(
            position=self.position,
            stream=self.stream,
            version=self.version,
            event_id=self.event_id,
            event=compact(event) if len(self.data) > LARGEST else event,
            client_id=self.client_id,
            cause=self.cause,
            recorded_at=self.recorded_at,
        )


def heard(producer: str, message: Any, sequence: int = 0) -> Heard:
    """Read a message of the producer's stream. Raises `Malformed`."""
    source, _, rest = message.subject.partition(".")
    kind, _, client = rest.partition(".")
    found, data = {name: str(value) for name, value in (message.headers or {}).items()}, message.data or b""
    if (source, f"/{producer}", kind) != (producer, found.get("ce-source"), found.get("ce-type")):
        raise Malformed("subject")
    try:
        msgspec.json.decode(data.decode(), type=dict[str, msgspec.Raw])
        return read(producer, None if client == "-" else UUID(client), found, data, sequence)
    except (KeyError, ValueError, RecursionError) as error:  # the last of a body that is nested too deep
        raise Malformed(type(error).__name__) from None


def read(producer: str, client: UUID | None, headers: Mapping[str, str], data: bytes, sequence: int = 0) -> Heard:
    """What the headers say of the event. Raises `KeyError` or `ValueError` where they do not."""
    causation = headers.get("ce-causationid")
    position, previous = _number(headers[POSITION]), _number(headers[PREVIOUS])
    recorded_at = datetime.fromisoformat(headers["ce-time"])
    if not previous < position <= HIGHEST or recorded_at.tzinfo is None or b"\0" in "".join(headers.values()).encode():
        raise ValueError("no headers of ours")
    return Heard(
        producer=producer,
        event_type=headers["ce-type"],
        position=position,
        previous=previous,
        stream=headers["ce-subject"],
        version=_number(headers["ce-streamversion"]),
        event_id=UUID(headers["ce-id"]),
        cause=Cause(
            actor=headers["ce-actor"],
            correlation_id=UUID(headers["ce-correlationid"]),
            causation_id=UUID(causation) if causation else None,
        ),
        recorded_at=recorded_at,
        headers=dict(headers),
        data=data,
        client_id=client,
        sequence=sequence,
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("no number")
    return int(text)
