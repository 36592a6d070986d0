"""The rules of domain.md §3.1, §3.3, §3.7 and §5 told once more, naively: day after day, from the text alone.

Nothing of the service is imported, and nothing is remembered: each answer is found by living the whole course again.
"""

from datetime import date, timedelta
from typing import Any

from tests.unit.protocol.facts import Facts, Session

DAY = timedelta(days=1)
NAMES = ["series 1", "series 2", "series 3", "maintenance"]
SESSIONS: list[int | None] = [10, 5, 15, None]
REST_AFTER = {1: 14, 2: 21}
A_WEEK_AT_LEAST = [2, 2, 2, 1]
IN_SEVEN_DAYS_AT_MOST = [2, 2, 3, 2]
EXERCISE = [0, 2, 4, 4]
FIRST_OF = [0, 10, 15, 30]


class Life:
    """The course lived from its first day to the evening of a day."""

    def __init__(self, facts: Facts, today: date) -> None:
        self.facts, self.today = facts, today
        self.place = facts.before
        self.number = max(n for n in range(4) if FIRST_OF[n] <= facts.before)
        self.days: list[date] = []
        self.window: list[date] = []
        self.rest: tuple[date, date] | None = None
        self.week: date | None = None
        self.waiting = True
        self.last = facts.last_on
        self.idle, self.idle_since = 0, facts.last_on
        self.restarting: tuple[date, int] | None = None
        self.slips: set[date] = set()
        self.lapses: set[date] = set()
        self.repeated: set[date] = set()
        self.flags: dict[str, set[str]] = {}
        self.cleared: date | None = None
        self.target_on: dict[date, int] = {}
        self.told: list[Session] = []
        self._open()
        self._live()

    def _open(self) -> None:
        facts = self.facts
        if facts.last_on:
            self.days, self.window = [facts.last_on], [facts.last_on]
        if self.place >= 10:
            self.cleared = facts.last_on
        if self.place > FIRST_OF[self.number]:
            self.week = facts.starts_on
        elif facts.last_on and self.number in (2, 3):
            self._rest(facts.last_on)

    def _rest(self, last: date) -> None:
        first_day = last + (REST_AFTER[self.number - 1]) * DAY
        self.rest, self.window, self.week = (last, first_day), [], None
        self.idle_since = max(first_day, self.facts.starts_on)

    def _live(self) -> None:
        facts = self.facts
        known = [*[s.on for s in facts.sessions.values()], facts.starts_on, *([facts.last_on] if facts.last_on else [])]
        day = min(known)
        while day <= self.today:
            if facts.closed_on is None or day <= facts.closed_on:
                self._morning(day)
            for name, session in facts.counted():
                if session.on == day:
                    self._session(name, session)
            resting = self.rest is not None and day < self.rest[1]
            self.target_on[day] = EXERCISE[self.number - 1 if resting else self.number]
            day += DAY

    def _morning(self, day: date) -> None:
        if self.rest and day == max(self.rest[1], self.facts.starts_on) and self.week is None and self.waiting:
            self.week = day
        if self.week and day == self.week + 7 * DAY:
            self._judge(self.week)
            self.week = day
        if self.restarting and day == self.restarting[0]:
            self._restart()
        self._wait(day)

    def _judge(self, week: date) -> None:
        days = [week + n * DAY for n in range(7)]
        took_place = sum(session.on in days for _, session in self.facts.counted())
        if took_place < A_WEEK_AT_LEAST[self.number] and not any(self.facts.paused(day) for day in days):
            self.slips.add(week)

    def _wait(self, day: date) -> None:
        """Days without a session inside a series, outside a pause."""
        since = self.idle_since
        if since is None or self.number == 3 or day <= since or day < self.facts.starts_on or self.facts.paused(day):
            return
        self.idle += 1
        if self.idle == 15:
            self.lapses.add(since)
            on = day if self.facts.setting == "repeat" else self.facts.repeats.get(since)
            if on and self.place > FIRST_OF[self.number]:
                self.restarting = (on, FIRST_OF[self.number])
                if on <= day:
                    self._restart()

    def _restart(self) -> None:
        assert self.restarting
        assert self.idle_since
        self.repeated.add(self.idle_since)
        self.place, self.restarting, self.week, self.waiting = self.restarting[1], None, None, True
        if self.place < 10:
            self.cleared = None

    def _session(self, name: str, session: Session) -> None:
        if self.restarting:
            self._restart()
        self.flags[name] = set(self._against_figures(session)) | set(self.against(session.on))
        if session.visit and any(other.visit == session.visit for other in self.told):
            self.flags[name].add("same_appointment")
        self.told.append(session)
        if self.waiting:
            self.week, self.waiting = session.on, False
        self.rest = None
        self.place += 1
        self.last = self.idle_since = session.on
        self.idle = 0
        self.days.append(session.on)
        self.window.append(session.on)
        if self.place == 10 and self.cleared is None:
            self.cleared = session.on
        if SESSIONS[self.number] and self.place == FIRST_OF[self.number] + (SESSIONS[self.number] or 0):
            self.number, self.week, self.waiting = self.number + 1, None, True
            if self.number in (2, 3):
                self._rest(session.on)

    def _against_figures(self, session: Session) -> list[str]:
        ordinal = self.place + 1
        before = self.told
        found = []
        if session.minutes > 10:
            found.append("region_over_10_min")
        if session.prone > 12:
            found.append("prone_over_12_min")
        if session.whole_body and ordinal < 4:
            found.append("full_body_too_early")
        if "intensive" in session.techniques and (ordinal < 6 or not any(one.risen for one in [*before, session])):
            found.append("intensive_too_early")
        if "pir" in session.techniques and ordinal < 11:
            found.append("pir_too_early")
        if "pir" in session.techniques and any(one.contraction for one in [*before[-2:], session]):
            found.append("pir_with_contraction")
        if "periosteal" in session.techniques and not 26 <= ordinal <= 30:
            found.append("periosteal_out_of_phase")
        return found

    def against(self, day: date) -> list[str]:
        """Every rule of the cadence that this day goes against as the next session."""
        found = []
        if day < self.facts.starts_on:
            found.append("not_started")
        if self.facts.paused(day):
            found.append("paused")
        if self.rest and self.rest[0] < day < self.rest[1]:
            found.append("session_in_break")
        if any(abs((day - other).days) <= 1 for other in self.days):
            found.append("min_gap")
        for back in range(7):
            week = [day - back * DAY + n * DAY for n in range(7)]
            if sum(other in week for other in self.window) + 1 > IN_SEVEN_DAYS_AT_MOST[self.number]:
                return [*found, "too_many_in_7_days"]
        return found

    def verdict(self, day: date) -> str | None:
        """The first rule that refuses the day."""
        if self.facts.closed_on:
            return "closed"
        rules = ["break" if rule == "session_in_break" else rule for rule in self.against(day)]
        return next((rule for rule in rules if (rule, day) not in self.facts.allowed), None)

    @property
    def status(self) -> str:
        if self.facts.closed_on:
            return "closed"
        if self.facts.paused(self.today):
            return "paused"
        if self.rest and self.today < self.rest[1]:
            return "break"
        return NAMES[self.number].split()[0]

    @property
    def phase(self) -> dict[str, Any]:
        kind, number = [*NAMES[self.number].split(), "1"][:2]
        done = self.place - FIRST_OF[self.number]
        return {"kind": kind, "number": int(number), "sessions": SESSIONS[self.number], "done": done}

    @property
    def completed(self) -> int:
        return self.facts.before + len(self.facts.counted())
