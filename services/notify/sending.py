"""One attempt to send: claim it in the log, hand it to the mail server, note in the log what came of it."""

import asyncio
from datetime import timedelta

import structlog
import uuid_utils.compat as uuid

from services.notify.domain.delivery import ReportFailure, StartSending
from services.notify.domain.due import Policy
from services.notify.mail import Mail, Sender, compose
from services.notify.smtp import MailServer
from shared.messages import Cause, Command, Event
from shared.service import Service
from shared.store.unit import Tx
from shared.store.work import Unavailable

log = structlog.get_logger()


class Desk:
    """What the sending of a message needs: the log, the other services, the mail server, the practice's policy."""

    def __init__(self, service: Service, policy: Policy) -> None:
        self.service = service
        self.policy = policy
        self.server = MailServer(service.config.smtp)
        self.sender = Sender(name=service.practice.name, address=service.practice.sender)

    async def put(self, stream: str, command: Command) -> list[Event]:
        """Put a command to a stream's decider and store what comes of it."""

        async def unit(tx: Tx) -> list[Event]:
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
        try:
            message_id, now = claim.message_id, self.service.clock.now()
            content = compose(mail, sender=self.sender, name=name, address=address, message_id=message_id, now=now)
        except ValueError:
            bad = ReportFailure(message_id=claim.message_id, error="bad_address", outcome="refused", now=claim.now)
            await self.put(stream, bad)
            return
        if await self.claim(stream, claim):
            await self._hand_over(stream, claim, content, address, delivered)

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
