"""What is known of a course: the facts that the naive telling of the rules lives through."""

from dataclasses import dataclass, field
from datetime import date


@dataclass
class Session:
    """What a therapist wrote down."""

    on: date
    turn: int
    minutes: int = 0
    prone: int = 0
    whole_body: bool = False
    techniques: tuple[str, ...] = ()
    contraction: bool = False
    risen: bool = False
    visit: str = ""


@dataclass
class Facts:
    """All that is known today.

    `visits` are agreed and to come: their days, and turns by which two of a day are in order. `used` are the days of
    visits that did not take place, and use up a session of the course.
    """

    starts_on: date
    before: int = 0
    last_on: date | None = None
    setting: str = "continue"
    sessions: dict[str, Session] = field(default_factory=dict)
    visits: dict[str, tuple[date, int]] = field(default_factory=dict)
    used: dict[str, date] = field(default_factory=dict)
    exercise: set[date] = field(default_factory=set)
    pauses: list[tuple[date, date | None]] = field(default_factory=list)
    closed_on: date | None = None
    repeats: dict[date, date] = field(default_factory=dict)
    allowed: set[tuple[str, date]] = field(default_factory=set)

    def paused(self, day: date) -> bool:
        return any(first <= day and (last is None or day <= last) for first, last in self.pauses)

    def counted(self) -> list[tuple[str, Session]]:
        """Sessions in the order they took place; those after the closing wait for the course to open again."""
        some = [(n, s) for n, s in self.sessions.items() if self.closed_on is None or s.on <= self.closed_on]
        return sorted(some, key=lambda one: (one[1].on, one[1].turn))
