"""The task that keeps promises: freed times are offered to who waits, regular visits are booked ahead.

It wakes when something was stored that concerns it or the clock moved, and does what is to be done. Any replica may
run one: the log decides whose work is stored.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

import structlog

from services.scheduling import offers, weeks
from services.scheduling.domain.rolling import RollingAgreed, RollingDue
from services.scheduling.offers import FreedTime
from services.scheduling.waitlist_rows import FREEING
from shared.aside import Key, SetAside
from shared.decider import Refused
from shared.events.scheduling import OfferDeclined, OfferLapsed, SlotOffered
from shared.messages import Event, Recorded
from shared.rounds import Job, Rounds
from shared.service import Service
from shared.store.reader import Damaged
from shared.store.work import NoAnswer, Unavailable

log = structlog.get_logger()

CONCERNS: frozenset[type[Event]] = frozenset(
    {*FREEING, SlotOffered, OfferDeclined, OfferLapsed, RollingAgreed, RollingDue}
)
"""What may have made work: a time became free, an offer was made or is over, a look at the weeks ahead is due."""
ABOUT = ("therapist_id", "room_id", "course_id", "client_id", "waitlist_id")


class Keeper(Rounds):
    """Offers and books what is to be offered and booked."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._seen: set[tuple[FreedTime, tuple[UUID, int]]] = set()
        self._aside = SetAside(service.clock)

    def concerns(self, recorded: Recorded) -> bool:
        """Whether a time became free, an offer was made or is over, or weeks are to be looked at.

        What failed is tried again when there is news of whom it is about.
        """
        self._aside.news_of(getattr(recorded.event, name, None) for name in ABOUT)
        return type(recorded.event) in CONCERNS

    async def round(self) -> int:
        """One look at everything; gives how much could not be done now."""
        try:
            jobs = await self._jobs()
        except Unavailable:
            return 1
        return sum([not await self._do(key, job) for key, job in jobs if not self._aside.holds(key)])

    async def _jobs(self) -> list[tuple[Key, Job]]:
        freed, waiting = await offers.freed_times(self._service), await offers.waiting_now(self._service)
        places = [one for one in waiting if not self._aside.holds(one.key)]
        pairs = [(one, place.wish) for one in freed for place in places if place.joined < one.freed_by]
        new: dict[FreedTime, list[tuple[UUID, int]]] = {}
        for one, wish in pairs:
            if (one, wish) not in self._seen:
                new.setdefault(one, []).append(wish)
        self._seen.intersection_update(pairs)
        offering: list[tuple[Key, Job]] = [(one.key, partial(self._offer, one, wishes)) for one, wishes in new.items()]
        due = await weeks.due_courses(self._service)
        return offering + [(("rolling", one), partial(weeks.keep_booked, self._service, one)) for one in due]

    async def _offer(self, freed: FreedTime, wishes: list[tuple[UUID, int]]) -> None:
        """Whoever does not want it is not asked about it again until there is news of it or of them."""
        if not await offers.offered(self._service, freed, wishes, self._aside):
            self._seen.update((freed, wish) for wish in wishes if not self._aside.holds(("waiting", wish[0])))

    async def _do(self, key: Key, job: Job) -> bool:
        try:
            await job()
        except NoAnswer as error:
            self._aside.fails(key, error)
            return True
        except Unavailable as error:
            log.info("keeper_waits", reason=str(error))
            return False
        except Damaged:
            return True  # the log names the row; it is tried again in each round, and nothing waits for it
        except Refused as refused:
            log.info("keeper_was_late", rule=refused.rule)
            return False
        except Exception as error:  # noqa: BLE001 - one time or course must not stop the others, nor time itself
            self._aside.fails(key, error)
        else:
            self._aside.heals(key)
        finally:
            self.pulse.turned()
        return True


@asynccontextmanager
async def keeping(service: Service) -> AsyncIterator[Keeper]:
    """A keeper at work. What it does is stored at once or not at all, so that it may be stopped at any time."""
    keeper = Keeper(service)
    async with service.loops.running("keeper", keeper):
        yield keeper
