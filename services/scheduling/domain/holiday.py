"""A public holiday on which the practice does other than its settings say: works all the same, or is closed."""

from datetime import date
from uuid import NAMESPACE_URL, uuid5

from shared.decider import Decider
from shared.messages import Command, Event


def stream(day: date) -> str:
    """The stream of one holiday; the same day always has the same."""
    return f"holiday-{uuid5(NAMESPACE_URL, f'holiday:{day}')}"


class HolidayDecided(Event, frozen=True, kw_only=True):
    """Whether the practice is open on this public holiday, whatever the settings say."""

    day: date
    open: bool


class DecideHoliday(Command, frozen=True, kw_only=True):
    """Open or close on a public holiday."""

    day: date
    open: bool


def evolve(_open: bool | None, event: HolidayDecided) -> bool | None:
    """The last word counts."""
    return event.open


def decide(command: DecideHoliday, is_open: bool | None) -> list[HolidayDecided]:
    """What is so already is not said again."""
    return [] if command.open == is_open else [HolidayDecided(day=command.day, open=command.open)]


decider: Decider[DecideHoliday, HolidayDecided, bool | None] = Decider(
    decide=decide, evolve=evolve, initial=None, events=(HolidayDecided,)
)
