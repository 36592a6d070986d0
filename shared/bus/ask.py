"""Ask another service and get the answer at once; nobody keeps a copy of another's data."""

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
from shared.store.work import Unavailable

log = structlog.get_logger()

PATIENCE = 1.0
"""Seconds: a person is waiting (architecture.md §2)."""

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
    except (Error, TimeoutError, OSError) as error:
        raise Unavailable(f"{question.to} does not answer") from error
    reply = msgspec.json.decode(message.data, type=Reply)
    if reply.error == Damaged.__name__:
        raise Damaged(f"in {question.to}")
    if reply.error:
        raise Unavailable(f"{question.to} cannot answer ({reply.error})")
    return msgspec.json.decode(reply.answer, type=question.answer)


async def answer(bus: Bus, questions: Mapping[type[Question], Answer]) -> None:
    """Answer these questions for as long as the bus is connected; any replica may be the one that is asked."""
    for question, handler in questions.items():
        subject = f"ask.{question.to}.{question.__name__}"
        await bus.client.subscribe(subject, queue=question.to, cb=_replier(question, handler))


def _replier(question: type[Question], handler: Answer) -> Callable[[Msg], Awaitable[None]]:
    async def reply(message: Msg) -> None:
        try:
            found = await handler(msgspec.json.decode(message.data, type=question))
            await message.respond(msgspec.json.encode(Reply(answer=msgspec.Raw(msgspec.json.encode(found)))))
        except Exception as error:  # noqa: BLE001 - whoever asks must hear that there is no answer
            log.warning("question_failed", question=question.__name__, error=type(error).__name__)
            await message.respond(msgspec.json.encode(Reply(error=type(error).__name__)))

    return reply
