"""What the calendar can offer for a wish: rooms for the visits chosen, what is other than wished, what lies nearest."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from services.scheduling.domain.choosing import ANOTHER_DAY, ANOTHER_THERAPIST, ANOTHER_TIME, Wish
from services.scheduling.domain.minutes import instant, stretch
from services.scheduling.domain.openings import Openings, moment_of, on_wished_weekday
from services.scheduling.domain.proposing import Pick, same_rooms
from services.scheduling.domain.roster import Roster
from shared.questions.protocol import Verdict


class Offer(Struct, frozen=True, kw_only=True):
    """The free times of the practice, as far as they come near to the wish."""

    roster: Roster
    wish: Wish
    minutes: int
    openings: Openings

    @property
    def length(self) -> timedelta:
        """How long a visit is."""
        return timedelta(minutes=self.minutes)

    @property
    def therapists(self) -> list[UUID]:
        """Their ids, in the order of their places."""
        return list(self.roster.workers)

    def rooms(self, picked: Sequence[Pick]) -> list[UUID]:
        """A free room for each visit, as few different ones as there can be."""
        rooms = list(self.roster.rooms)
        bits = {room: 1 << n for n, room in enumerate(rooms)}
        free = [sum(bits[room] for room in self.free_rooms(one)) for one in picked]
        return [rooms[bit.bit_length() - 1] for bit in same_rooms(free)]

    def free_rooms(self, one: Pick) -> list[UUID]:
        """The rooms the visit could be in."""
        worker = self.roster.workers[self.therapists[one.therapist]]
        return self.roster.free_rooms(worker, (one.starts_at, one.starts_at + self.length), self.wish.equipment)

    def why(self, one: Pick) -> str | None:
        """What is not as it was wished."""
        start, _ = stretch((one.starts_at, one.starts_at))
        moment = moment_of(start, self.minutes, self.wish, self.roster)
        therapist_id = self.therapists[one.therapist]
        wrong = (
            (not on_wished_weekday(self.wish, date.fromordinal(moment.day)), ANOTHER_DAY),
            (moment.outside, ANOTHER_TIME),
            (self.wish.therapist_id not in (None, therapist_id), ANOTHER_THERAPIST),
        )
        return ", ".join(text for found, text in wrong if found) or None


def option(offer: Offer, verdict: Verdict, minute: int) -> dict[str, Any]:
    """The free time of a day that is nearest to the usual one, and what the protocol says of the day."""
    opening = offer.openings[verdict.date]
    nearest = min(opening.times, key=lambda one: (abs(one - minute), one))
    one = Pick(starts_at=instant(opening.starts[nearest]), therapist=_lowest(opening.times[nearest]), regular=False)
    return {
        "starts_at": one.starts_at,
        "ends_at": one.starts_at + offer.length,
        "therapist_id": offer.therapists[one.therapist],
        "room_id": offer.rooms([one])[0],
        "rule": verdict.rule,
        "detail": verdict.detail,
    }


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1
