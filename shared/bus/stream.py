"""The stream of a service in JetStream: how it is made, where it was left off, what it answers."""

from uuid import UUID

from msgspec import Struct
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, StorageType, StreamConfig, StreamInfo, StreamState
from nats.js.errors import NotFoundError

from shared.bus.envelope import Malformed, heard

NO_MESSAGE = 10037
"""JetStream's code for a sequence number without a message."""
FULL = frozenset({10023, 10047, 10077})
"""Its codes for want of room; it remembers the last one after there is room again."""


class ApiError(Struct):
    """Why JetStream did not store a message."""

    err_code: int = 0


class PubAck(Struct):
    """JetStream's answer to a message or to the last of a batch."""

    seq: int = 0
    error: ApiError | None = None


class Published(Struct, frozen=True):
    """An event as the stream knows it."""

    position: int
    previous: int
    event_id: UUID


async def left_off(js: JetStreamContext, name: str) -> tuple[int, Published | None]:
    """The stream's last sequence number and the last event it holds, if any; made if it is missing."""
    state = (await _stream(js, name)).state
    _, event = await last_event(js, name, state, state.last_seq)
    return state.last_seq, event


async def last_event(js: JetStreamContext, name: str, state: StreamState, upto: int) -> tuple[int, Published | None]:
    """The last event up to a sequence number, and under which it is.

    What is no event of ours is stepped over, and so is one that claims to follow an event that is not before it.
    """
    candidate: tuple[int, Published] | None = None
    for sequence in range(upto, max(state.first_seq, 1) - 1, -1):
        event = await published(js, name, sequence) if state.messages else None
        if event and candidate and event.position >= candidate[1].previous:
            return candidate
        if event:
            candidate = sequence, event
    return candidate or (0, None)


async def published(js: JetStreamContext, name: str, sequence: int) -> Published | None:
    """The event under a sequence number; nothing if it is none of ours."""
    try:
        event = heard(name, await js.get_msg(name, sequence))
    except Malformed:
        return None
    except NotFoundError as error:
        if error.err_code != NO_MESSAGE:
            raise
        return None
    return Published(event.position, event.previous, event.event_id)


async def _stream(js: JetStreamContext, name: str) -> StreamInfo:
    try:
        return await js.stream_info(name)
    except NotFoundError:
        return await js.add_stream(stream_config(name))


def stream_config(name: str) -> StreamConfig:
    """Kept for ever, never edited, full rather than forgetful."""
    return StreamConfig(
        name=name,
        subjects=[f"{name}.>"],
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        duplicate_window=600,
        deny_delete=True,
        allow_atomic=True,
        allow_direct=True,
    )
