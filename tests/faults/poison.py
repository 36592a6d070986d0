"""Messages that no service would send, in the stream of a service, from its own user of NATS."""

import random
from collections.abc import Callable
from uuid import uuid4

import msgspec
from nats.aio.client import Client
from nats.errors import Error
from nats.js.errors import NotFoundError

from deploy import nats
from shared.bus.envelope import POSITION, PREVIOUS
from shared.bus.stream import PubAck
from tests.faults.done import Done, Fault
from tests.faults.stage import Stage, until

PRODUCERS = ("records", "protocol", "scheduling")
Poison = tuple[str, bytes, dict[str, str] | None]
"""Subject, body, headers."""


def _bare(name: str, _: dict[str, str]) -> Poison:
    return f"{name}.ClientRegistered.{uuid4()}", b"{}", None


def _nonsense(name: str, _: dict[str, str]) -> Poison:
    return f"{name}.Nonsense.nobody", b"\xff\x00", {"ce-type": "", "ce-id": "1", POSITION: "many", PREVIOUS: "-"}


def _stranger(name: str, last: dict[str, str]) -> Poison:
    """The envelope of the last event, with a type that nobody knows."""
    return f"{name}.NobodyKnowsMe.-", b"{}", last | {"ce-type": "NobodyKnowsMe"}


def _torn(name: str, last: dict[str, str]) -> Poison:
    """The envelope of the last event, with half a body."""
    return f"{name}.{last['ce-type']}.{uuid4()}", b'{"client_', last


POISONS: dict[str, Callable[[str, dict[str, str]], Poison]] = {
    "without headers": _bare,
    "with nonsense for headers": _nonsense,
    "of an unknown type": _stranger,
    "with half a body": _torn,
}


async def poison(stage: Stage, chance: random.Random) -> Done:
    """One such message."""
    name, kind = chance.choice(PRODUCERS), chance.choice(list(POISONS))
    await until(lambda: _published(stage, name, kind), 30, f"a message {kind} to be stored")
    return Done(f"a message {kind} in a stream", name)


async def _published(stage: Stage, name: str, kind: str) -> bool:
    """Publish it; false while the bus is away or holds no event yet."""
    client = Client()
    try:
        url = nats.url(name, stage.place.secrets, stage.ports["nats"])
        await client.connect(url, inbox_prefix=f"_INBOX_{name}", max_reconnect_attempts=1, allow_reconnect=False)
        js = client.jetstream(timeout=2)
        sequence = (await js.stream_info(name)).state.last_seq
        last = await js.get_msg(name, sequence)
        known = {key: value for key, value in (last.headers or {}).items() if not key.startswith("Nats-")}
        if "ce-type" not in known:
            return False
        subject, data, headers = POISONS[kind](name, known)
        if headers:  # what says that it is the last event must come right behind it
            headers = headers | {"Nats-Expected-Last-Sequence": str(sequence)}
        answer = (await client.request(subject, data, headers=headers, timeout=2)).data
    except (Error, NotFoundError, OSError, TimeoutError):
        return False
    finally:
        await client.close()
    return msgspec.json.decode(answer, type=PubAck).error is None


POISONED: dict[str, Fault] = {"poison": poison}
