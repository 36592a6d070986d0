"""Visits in a year: agreed, moved, taken up again, called off, missed; some of them use up a session all the same."""

from datetime import date
from typing import Any

from services.protocol.domain import commands as c
from tests.unit.protocol.naive import DAY
from tests.unit.protocol.naive_deeds import Deeds, starts, visit_id
from tests.unit.protocol.naive_next import Booked


class Visiting(Deeds):
    """Deeds with appointments."""

    def _agree(self, one: int, two: int, _figures: dict[str, Any]) -> None:
        kept = {session.visit for session in self.facts.sessions.values()}
        known = [name for name in self.agreed if name not in kept]
        if known and two % 3 == 0:
            self._set(known[one % len(known)], self.today + two * DAY)
        else:
            self.agreed.append(f"visit {len(self.agreed)}")
            self._set(self.agreed[-1], self.today + (2 * one if two % 2 else one) * DAY)

    def _book(self, one: int, *_: Any) -> None:
        """Some visits on days that will do."""
        for on in Booked(self.facts, self.today).free_days(one):
            self.agreed.append(f"visit {len(self.agreed)}")
            self._set(self.agreed[-1], on)

    def _set(self, name: str, on: date) -> None:
        """The visit is agreed for this day; if it was another's, or was missed, that is over."""
        self.turn += 1
        begins = starts(on, self.turn)
        self.course.say(c.AgreeVisit, appointment_id=visit_id(name), starts_at=begins, ends_at=begins)
        self.facts.used.pop(name, None)
        self.facts.visits[name] = (on, self.turn)
        self.news = True

    def _miss(self, one: int, _two: int, figures: dict[str, Any]) -> None:
        """The client did not come to a visit that was due."""
        due = [name for name, (on, _) in self.facts.visits.items() if on <= self.today]
        self._fall_out(due, one, uses=figures["uses"])

    def _call_off(self, one: int, two: int, figures: dict[str, Any]) -> None:
        """The client calls a visit off; by tomorrow is late."""
        soon = [name for name, (on, _) in self.facts.visits.items() if self.today <= on <= self.today + DAY]
        late = bool(soon) and two % 2 == 1
        self._fall_out(soon if late else list(self.facts.visits), one, uses=late and figures["uses"])

    def _fall_out(self, names: list[str], one: int, *, uses: bool) -> None:
        if names:
            name = names[one % len(names)]
            on, turn = self.facts.visits.pop(name)
            self.news = any(known.appointment_id for known in self.course.state.deviations)
            self.course.say(c.DropVisit, appointment_id=visit_id(name), used_at=starts(on, turn) if uses else None)
            if uses:
                self.facts.used[name] = on
