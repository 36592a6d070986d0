"""The stream of a service in JetStream: how it is made, where it was left off, what it answers."""

from uuid import UUID

from msgspec import Struct
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import NotFoundError

from shared.bus.envelope import POSITION


class ApiError(Struct):
    """Why JetStream did not store a message."""

    err_code: int


class PubAck(Struct):
    """JetStream's answer to a message or to the last of a batch."""

    seq: int = 0
    error: ApiError | None = None


class Published(Struct, frozen=True):
    """An event as the stream knows it."""

    position: int
    event_id: UUID


async def left_off(js: JetStreamContext, name: str) -> tuple[int, Published | None]:
    """The stream's last sequence number and the event under it, if it holds any; made if it is missing."""
    state = (await _stream(js, name)).state
    return state.last_seq, await published(js, name, state.last_seq) if state.messages else None


async def published(js: JetStreamContext, name: str, sequence: int) -> Published:
    """The event under a sequence number."""
    headers = (await js.get_msg(name, sequence)).headers or {}
    return Published(int(headers[POSITION]), UUID(headers["ce-id"]))


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
