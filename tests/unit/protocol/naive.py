"""The rules of domain.md §3.1, §3.3, §3.7 and §5 told once more, naively: day after day, from the text alone.

Nothing of the service is imported, and nothing is remembered: each answer is found by living the whole course again.
"""

from datetime import date, timedelta

from tests.unit.protocol.facts import Facts, Session
from tests.unit.protocol.naive_days import against, crowded
from tests.unit.protocol.naive_session import against_figures

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
        self.place = self.took_place = facts.before
        self.number = max(n for n in range(4) if FIRST_OF[n] <= facts.before)
        self.in_series = self.place - FIRST_OF[self.number]
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
            self.week = max(facts.starts_on, facts.last_on + DAY) if facts.last_on else facts.starts_on
        elif facts.last_on and self.number in (2, 3):
            self._rest(facts.last_on, facts.last_on)

    def _rest(self, last: date, day: date) -> None:
        """The break counts from the last massage, also where a visit that was missed on this day ended the series."""
        first_day = last + (REST_AFTER[self.number - 1]) * DAY
        self.rest, self.window, self.idle = (last, first_day), [], 0
        self.idle_since = max(first_day, self.facts.starts_on, day)
        self.week = day if self.idle_since == day else None

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
            for on in self.facts.used.values():
                if on == day:
                    self._use_up(day)
            resting = self.rest is not None and day < self.rest[1]
            self.target_on[day] = EXERCISE[self.number - 1 if resting else self.number]
            day += DAY
        for on in sorted(on for on in facts.used.values() if on > self.today):
            self._use_up(on)

    def _morning(self, day: date) -> None:
        self._weeks(day)
        if self.restarting and day == self.restarting[0]:
            self._restart()
        self._wait(day)

    def _weeks(self, day: date) -> None:
        if self.rest and day == self.idle_since and self.week is None and self.waiting:
            self.week = day
        if self.week and day == self.week + 7 * DAY:
            self._judge(self.week)
            self.week = day

    def _judge(self, week: date) -> None:
        days = [week + n * DAY for n in range(7)]
        took_place = sum(session.on in days for _, session in self.facts.counted())
        if took_place < A_WEEK_AT_LEAST[self.number] and not any(self.facts.paused(day) for day in days):
            self.slips.add(week)

    def _wait(self, day: date) -> None:
        """Days without a session inside a series, outside a pause; after a break the first that will do counts."""
        since = self.idle_since
        if since is None or self.number == 3 or day < self.facts.starts_on or self.facts.paused(day):
            return
        if day < since or (day == since and not (self.rest and self.waiting)):
            return
        self.idle += 1
        self._lapse(day)

    def _lapse(self, day: date) -> None:
        since = self.idle_since
        if since is None or self.number == 3 or self.idle < 15 or since in self.lapses:
            return
        self.lapses.add(since)
        on = day if self.facts.setting == "repeat" else self.facts.repeats.get(since)
        if on and self.place > FIRST_OF[self.number]:
            self.restarting = (on, FIRST_OF[self.number])
            if on <= day:
                self._restart()

    def _restart(self) -> None:
        """What was done of the series counts for nothing, neither for the place nor as preparation."""
        assert self.restarting
        assert self.idle_since
        self.repeated.add(self.idle_since)
        self.place, self.restarting, self.week, self.waiting = self.restarting[1], None, None, True
        self.took_place, self.in_series = self.took_place - self.in_series, 0
        if self.took_place < 10:
            self.cleared = None

    def _session(self, name: str, session: Session) -> None:
        if self.restarting:
            self._restart()
        figures = against_figures(self.took_place + 1, self.told, session, series=self.number < 3)
        self.flags[name] = figures | set(self.against(session.on))
        if session.visit and any(other.visit == session.visit for other in self.told):
            self.flags[name].add("same_appointment")
        self.told.append(session)
        if self.waiting:
            self.week, self.waiting = session.on, False
        self.last = self.idle_since = session.on
        self.idle = 0
        self.took_place, self.in_series = self.took_place + 1, self.in_series + 1
        if self.took_place == 10 and self.cleared is None:
            self.cleared = session.on
        self.move_on(session.on)

    def move_on(self, day: date) -> None:
        """One session further in the course; after the last of a series its break begins."""
        self.rest = None
        self.days.append(day)
        self.window.append(day)
        self._count(day, day)

    def _count(self, day: date, last: date | None) -> None:
        self.place += 1
        if SESSIONS[self.number] and self.place == FIRST_OF[self.number] + (SESSIONS[self.number] or 0):
            self.number, self.week, self.waiting, self.in_series = self.number + 1, None, True, 0
            if self.number in (2, 3) and last:
                self._rest(last, day)

    def _use_up(self, day: date) -> None:
        """No session took place, but the course goes on by one, unless its series is about to start again."""
        if not self.restarting:
            self._count(day, self.last)

    def against(self, day: date) -> list[str]:
        """Every rule of the cadence that this day goes against as the next session."""
        found = against(day, self.facts, self.rest, self.days)
        return found + ["too_many_in_7_days"] * crowded(day, self.window, IN_SEVEN_DAYS_AT_MOST[self.number])

    @property
    def status(self) -> str:
        if self.facts.closed_on:
            return "closed"
        if self.facts.paused(self.today):
            return "paused"
        if self.rest and self.today < self.rest[1]:
            return "break"
        return NAMES[self.number].split()[0]
