"""What is to come, told naively: the days that will do, the visits that will not, what the next session may hold."""

from copy import copy
from datetime import date
from typing import Any

from tests.unit.protocol.naive import DAY, EXERCISE, FIRST_OF, NAMES, SESSIONS, Life
from tests.unit.protocol.naive_session import open_to

CALLED = {"session_in_break": "break"}
"""What a rule is called when a day is asked for."""


class Booked(Life):
    """A life, and what is to come of it."""

    @property
    def phase(self) -> dict[str, Any]:
        kind, number = [*NAMES[self.number].split(), "1"][:2]
        done = self.place - FIRST_OF[self.number]
        return {"kind": kind, "number": int(number), "sessions": SESSIONS[self.number], "done": done}

    @property
    def completed(self) -> int:
        return self.facts.before + len(self.facts.counted())

    def verdict(self, day: date) -> str | None:
        """The first rule that refuses the day."""
        found = "closed" if self.facts.closed_on else self.refusal(day)
        return CALLED.get(found or "", found)

    def refusal(self, day: date) -> str | None:
        """The first rule the day goes against without a permission."""
        allowed = self.facts.allowed
        return next((rule for rule in self.against(day) if (CALLED.get(rule, rule), day) not in allowed), None)

    @property
    def wrong_visits(self) -> dict[str, str]:
        """Visits after the last session that the rules would have refused, were those before them to take place."""
        return self._with_visits()[1]

    def free_days(self, count: int) -> list[date]:
        """The first days after the visits agreed so far, and after today, that will do one after another."""
        then, found = self._with_visits()[0], list[date]()
        first = max([self.today, *[on for on, _ in self.facts.visits.values()]])
        for on in (first + n * DAY for n in range(1, 60)):
            if len(found) < count and then.refusal(on) is None:
                found.append(on)
                then.move_on(on)
        return found

    def _with_visits(self) -> tuple["Booked", dict[str, str]]:
        then, found = copy(self), dict[str, str]()
        then.days, then.window = [*self.days], [*self.window]
        for name, (on, _) in sorted(self.facts.visits.items(), key=lambda one: one[1]):
            if self.last is None or on > self.last:
                if rule := then.refusal(on):
                    found[name] = rule
                then.move_on(on)
        return then, found

    @property
    def allowed(self) -> dict[str, bool]:
        """What the next session may hold, and whether exercise at home has begun."""
        return open_to(self.took_place + 1, self.told, series=self.number < 3)

    @property
    def exercise_asked(self) -> int:
        """Days of exercise a week from the next session on."""
        return EXERCISE[self.number] if self.allowed["exercise"] else 0
