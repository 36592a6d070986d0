"""Ask another service and get the answer at once; nobody keeps a copy of another's data."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from nats.aio.msg import Msg
from nats.errors import Error

from shared.bus.connection import Bus
from shared.questions.question import Question
from shared.store.reader import Damaged
from shared.store.work import NoAnswer, Unavailable

log = structlog.get_logger()

PATIENCE = 1.0
"""Seconds: a person is waiting (architecture.md §2)."""

TOO_LONG = 10.0
"""Seconds after which an answer is given up that nobody waits for any more."""
INBOXES = "_INBOX"
"""Where answers go. Who asks names the place: one of our own subjects would make an event of the answer."""

Answer = Callable[[Any], Awaitable[Any]]


class Reply(Struct, frozen=True, kw_only=True):
    """The answer, or a code saying that it could not be given."""

    answer: msgspec.Raw = msgspec.Raw(b"null")
    error: str | None = None


async def ask(bus: Bus, question: Question) -> Any:
    """The answer, of the question's `answer` type. Raises `Unavailable` after a second without one, or `Damaged`."""
    subject = f"ask.{question.to}.{type(question).__name__}"
    try:
        message = await bus.client.request(subject, msgspec.json.encode(question), timeout=PATIENCE)
        reply = msgspec.json.decode(message.data, type=Reply)
        if reply.error == Damaged.__name__:
            raise Damaged(f"in {question.to}")
        if reply.error:
            raise Unavailable(f"{question.to} cannot answer ({reply.error})")
        return msgspec.json.decode(reply.answer, type=question.answer)
    except (Error, OSError) as error:
        raise Unavailable(f"{question.to} does not answer") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NoAnswer(f"{question.to} gives an answer that is none") from error


async def answer(bus: Bus, questions: Mapping[type[Question], Answer]) -> None:
    """Answer these questions for as long as the bus is connected; any replica may be the one that is asked."""
    for question, handler in questions.items():
        subject = f"ask.{question.to}.{question.__name__}"
        await bus.client.subscribe(subject, queue=question.to, cb=_replier(bus, question, handler))


def _replier(bus: Bus, question: type[Question], handler: Answer) -> Callable[[Msg], Awaitable[None]]:
    async def reply(message: Msg) -> None:
        if not message.reply.startswith(INBOXES):
            log.warning("question_without_asker", question=question.__name__)
            return
        try:
            async with asyncio.timeout(TOO_LONG):
                found = await handler(msgspec.json.decode(message.data, type=question))
            reply = Reply(answer=msgspec.Raw(msgspec.json.encode(found)))
        except Exception as error:  # noqa: BLE001 - whoever asks must hear that there is no answer
            log.warning("question_failed", question=question.__name__, error=type(error).__name__)
            reply = Reply(error=type(error).__name__)
        await send(bus, message, reply)

    return reply


async def send(bus: Bus, question: Msg, reply: Struct) -> None:
    """Answer a question, without its headers; one that is too large to be sent is none."""
    data = msgspec.json.encode(reply)
    if not bus.takes(len(data)):
        data = msgspec.json.encode(Reply(error="TooLarge"))
    await bus.client.publish(question.reply, data)
