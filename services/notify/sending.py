"""One attempt to send: claim it in the log, hand it to the mail server, note in the log what came of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
import uuid_utils.compat as uuid

from services.notify.domain.delivery import ReportFailure, StartSending
from services.notify.domain.due import Policy
from services.notify.domain.message import Message
from services.notify.domain.state import Correspondence
from services.notify.domain.wishes import readable
from services.notify.mail import Mail, Sender, compose
from services.notify.smtp import MailServer
from shared.messages import Cause, Command, Event
from shared.service import Service
from shared.store.reader import Damaged
from shared.store.unit import Tx
from shared.store.work import Unavailable
from shared.values import ascii_address

log = structlog.get_logger()


class Desk:
    """What the sending of a message needs: the log, the other services, the mail server, the practice's policy."""

    def __init__(self, service: Service, policy: Policy) -> None:
        self.service = service
        self.policy = policy
        self.server = MailServer(service.config.smtp)
        address = ascii_address(service.practice.sender) or service.practice.sender
        self.sender = Sender(name=service.practice.name, address=address)
        self._told: set[UUID] = set()

    async def put(self, stream: str, command: Command, look: Callable[[Any], None] | None = None) -> list[Event]:
        """Put a command to a stream's decider and store what comes of it; `look` is shown the state before."""

        async def unit(tx: Tx) -> list[Event]:
            if look:
                look(await tx.state(stream))
            return await tx.decide(stream, command)

        cause = Cause(actor="notify", correlation_id=uuid.uuid7())
        outcome = await self.service.store.write(unit, cause, streams=(stream,))
        found: list[Event] = outcome.value
        return found

    async def put_surely(self, stream: str, command: Command) -> None:
        """The same, however long the database is away: what happened outside cannot be taken back."""
        while True:
            try:
                await self.put(stream, command)
            except Unavailable:
                await asyncio.sleep(0.2)
            else:
                return

    def warn_of(self, state: Correspondence) -> None:
        """Say once of each client that what they wish cannot be read: the practice's defaults stand for it."""
        who = state.client_id
        if who and who not in self._told and not readable(self.policy, state.preferences):
            self._told.add(who)
            log.warning("preferences_unreadable", client_id=str(who))

    @asynccontextmanager
    async def making(self, stream: str, message: Message) -> AsyncIterator[None]:
        """What one message fails on concerns that message alone: it is tried again by its alarm, and told as failed."""
        try:
            yield
        except (Unavailable, Damaged):
            raise
        except Exception as error:
            told = {"message_id": str(message.message_id), "kind": message.kind, "error": type(error).__name__}
            log.exception("message_not_made", exc_info=None if message.failures else error, **told)
            now = self.service.clock.now()
            report = ReportFailure(message_id=message.message_id, error="not_made", outcome="later", now=now)
            await self.put(stream, report)

    async def claim(self, stream: str, claim: StartSending) -> bool:
        """Claim the attempt; false if somebody else has it, or if it would go beyond the practice's rate.

        Counted in the transaction of the claim, so that all replicas together keep to the rate (per minute of the
        practice's clock). What the rate holds back stays due.
        """
        rate = self.service.practice.reminders.per_minute

        async def unit(tx: Tx) -> bool:
            [row] = await tx.fetch(STARTED_SINCE, claim.now - timedelta(minutes=1))
            return row["started"] < rate and bool(await tx.decide(stream, claim))

        cause = Cause(actor="notify", correlation_id=uuid.uuid7())
        return bool((await self.service.store.write(unit, cause, streams=(stream,), reads=True)).value)

    async def send(
        self, stream: str, claim: StartSending, mail: Mail, *, name: str, address: str, delivered: Command
    ) -> None:
        """Send the mail if this sender gets the claim; `delivered` is the command once the server has it."""
        if (recipient := ascii_address(address)) is None:
            bad = ReportFailure(message_id=claim.message_id, error="bad_address", outcome="refused", now=claim.now)
            await self.put(stream, bad)
            return
        message_id, now = claim.message_id, self.service.clock.now()
        content = compose(mail, sender=self.sender, name=name, address=recipient, message_id=message_id, now=now)
        if await self.claim(stream, claim):
            await self._hand_over(stream, claim, content, recipient, delivered)

    async def _hand_over(
        self, stream: str, claim: StartSending, content: bytes, address: str, delivered: Command
    ) -> None:
        trouble = await self.server.hand_over(content, self.sender.address, address)
        if trouble is None:
            await self.put_surely(stream, delivered)
            return
        log.warning("message_not_delivered", message_id=str(claim.message_id), code=trouble.code)
        now = self.service.clock.now()
        report = ReportFailure(message_id=claim.message_id, error=trouble.code, outcome=trouble.outcome, now=now)
        await self.put_surely(stream, report)


STARTED_SINCE = "select count(*) as started from message where started_at > $1"
