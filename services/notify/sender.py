"""The task that plans and sends: wakes when something was stored, does what is to be done, sleeps again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

import structlog

from services.notify import clients, therapists
from services.notify.domain.due import Policy
from services.notify.sending import Desk
from shared.aside import Key, SetAside
from shared.messages import Recorded
from shared.rounds import Job, Rounds
from shared.service import Service
from shared.store.reader import Damaged
from shared.store.work import NoAnswer, Unavailable

log = structlog.get_logger()

LAST_WORDS = 3.0
"""Seconds a mail server has left to answer when the service stops; what it says later is unknown."""
AT_ONCE = 8
"""How many people are written to at the same time."""


class Sender(Rounds):
    """Plans reminders and sends what is due. Any replica may run one: the log decides who sends.

    Told to stop it takes up nothing new; what is on its way to the mail server is answered for. What the rate holds
    back is not pending.
    """

    def __init__(self, service: Service, policy: Policy) -> None:
        super().__init__(service)
        self._desk = Desk(service, policy)
        self._aside = SetAside(service.clock)

    def concerns(self, recorded: Recorded) -> bool:
        """All that is stored here; what failed of the same client is worth another try."""
        self._aside.news_of([recorded.client_id])
        return True

    async def round(self) -> int:
        """One look at everything; gives how many could not be served because a neighbour is away."""
        try:
            jobs = await self._jobs()
        except Unavailable:
            return 1
        places = asyncio.Semaphore(AT_ONCE)
        done = await asyncio.gather(*(self._do(key, job, places) for key, job in jobs if not self._aside.holds(key)))
        return sum(not one for one in done)

    async def _jobs(self) -> list[tuple[Key, Job]]:
        store, desk, now = self._service.store, self._desk, self._service.clock.now()
        unplanned = await store.fetch("select distinct client_id from visit where not planned and starts_at > $1", now)
        due = await store.fetch(
            """
            select case when therapist_id is null then client_id end as client_id, therapist_id
              from message where status = 'due' group by 1, 2 order by min(due_at)
            """
        )
        plans = [_planning(desk, row["client_id"]) for row in unplanned]
        return plans + [_sending(desk, row["client_id"], row["therapist_id"]) for row in due]

    async def _do(self, key: Key, job: Job, places: asyncio.Semaphore) -> bool:
        async with places:
            if self._stopping:
                return True
            try:
                await job()
            except NoAnswer as error:
                self._aside.fails(key, error)
            except Unavailable as error:
                log.info("sender_waits", reason=str(error))
                return False
            except Damaged:
                return True  # the log names the row; what is due is tried again in each round, and nobody waits for it
            except Exception as error:  # noqa: BLE001 - a bug in what one person is told must not silence the others
                self._aside.fails(key, error)
            else:
                self._aside.heals(key)
            finally:
                self.pulse.turned()
            return True


def _planning(desk: Desk, client_id: UUID) -> tuple[Key, Job]:
    who = UUID(int=client_id.int)
    return ("planning", who), partial(clients.plan, desk, who)


def _sending(desk: Desk, client_id: UUID | None, therapist_id: UUID | None) -> tuple[Key, Job]:
    if client_id is not None:
        who = UUID(int=client_id.int)
        return ("sending", who), partial(clients.send_due, desk, who)
    assert therapist_id is not None  # noqa: S101 - the query gives the one or the other
    who = UUID(int=therapist_id.int)
    return ("notes", who), partial(therapists.send_due, desk, who)


@asynccontextmanager
async def sending(policy: Policy, service: Service) -> AsyncIterator[Sender]:
    """A sender at work; a message on its way to the mail server is answered for before it stops."""
    sender = Sender(service, policy)
    async with service.loops.running("sender", sender) as task:
        try:
            yield sender
        finally:
            sender.stop()
            await asyncio.wait([task], timeout=LAST_WORDS)
