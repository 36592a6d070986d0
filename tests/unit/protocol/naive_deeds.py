"""What happens to a course in a year: each deed is told to the service, and becomes a fact for the naive telling."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from services.protocol.domain import commands as c
from shared.decider import Refused
from tests.unit.protocol.facts import Facts, Session
from tests.unit.protocol.naive import DAY
from tests.unit.protocol.naive_exercise import Trained
from tests.unit.protocol.told import SPACE, START, Told, instant, region, session


def visit_id(name: str) -> UUID:
    """The id of an appointment by its name."""
    return uuid5(SPACE, "visit " + name)


def starts(on: date, turn: int) -> datetime:
    """A time on that day; what comes later has a later one."""
    return instant(on, 6) + timedelta(minutes=turn)


class Deeds:
    """One course in both tellings: the decider's, and the facts for the naive one."""

    def __init__(self, setting: str, before: int, ago: int) -> None:
        last_on = START - ago * DAY if before else None
        opening: dict[str, Any] = {"sessions_before": before, "last_session_on": last_on} if before else {}
        self.course = Told(policy={"on_lapse": setting}, **opening)
        self.facts = Facts(START, before, last_on, setting)
        self.today, self.turn, self.news = START, 0, False
        self.agreed: list[str] = []

    def do(self, deed: str, one: int, two: int, figures: dict[str, Any]) -> None:
        """Something is written down or decided, in both tellings."""
        getattr(self, "_" + deed.replace(" ", "_"))(one, two, figures)

    def _write(self, name: str, known: Session) -> None:
        self.facts.sessions[name] = known
        techniques = list(known.techniques)
        regions = [region("neck", known.minutes, *techniques)]
        regions += [region("full_body", 20)] * known.whole_body
        begins = starts(known.on, known.turn)
        visit = visit_id(known.visit) if known.visit else None
        self.course.write(
            session(
                known.on, name, regions=regions, prone_minutes=known.prone, contraction=known.contraction,
                threshold_risen=known.risen, started_at=begins, ended_at=begins, appointment_id=visit,
            )
        )  # fmt: skip
        if visit:
            self.course.say(c.DropVisit, appointment_id=visit)
            self.facts.visits.pop(known.visit, None)
            self.facts.used.pop(known.visit, None)

    def _figures(self, on: date, turn: int, figures: dict[str, Any]) -> Session:
        """A session of that day; the first visit that was due by then took place with it."""
        due = [name for name, (day, _) in self.facts.visits.items() if day <= on]
        visit = min(due, default="") if figures["visit"] == "due" else figures["visit"]
        written = {name: figure for name, figure in figures.items() if name != "uses"}
        return Session(on, turn, **written | {"visit": visit})

    def _give(self, _one: int, _two: int, figures: dict[str, Any]) -> None:
        self._late(0, 0, figures)

    def _late(self, one: int, _two: int, figures: dict[str, Any]) -> None:
        self.turn += 1
        on = max(self.today - one * DAY, START)
        self._write(f"session {self.turn}", self._figures(on, self.turn, figures))

    def _named(self, one: int) -> str | None:
        names = sorted(self.facts.sessions, key=lambda name: -self.facts.sessions[name].turn)
        return names[one % len(names)] if names else None

    def _amend(self, one: int, two: int, figures: dict[str, Any]) -> None:
        if name := self._named(one):
            known = self.facts.sessions[name]
            on = min(max(known.on + (two - 6) * DAY, START), self.today)
            self._write(name, self._figures(on, known.turn, figures))

    def _withdraw(self, one: int, _two: int, _figures: dict[str, Any]) -> None:
        if name := self._named(one):
            del self.facts.sessions[name]
            self.course.withdraw(self.today, name)

    def _pause(self, one: int, two: int, _figures: dict[str, Any]) -> None:
        first = self.today + (one - 4) * DAY
        last = first + 2 * two * DAY if two else None
        clash = any(a <= (last or date.max) and first <= (b or date.max) for a, b in self.facts.pauses)
        refused = self._refused(c.PauseCourse(now=self.course.now, paused_from=first, to=last, reason="client_ill"))
        assert refused == (clash or self.facts.closed_on is not None)
        if not refused:
            self.facts.pauses.append((first, last))

    def _refused(self, command: Any) -> bool:
        try:
            self.course.do(command)
        except Refused:
            return True
        return False

    def _resume(self, *_: Any) -> None:
        self.course.say(c.ResumeCourse)
        inside = [(a, b) for a, b in self.facts.pauses if a <= self.today and (b is None or self.today <= b)]
        if inside:
            kept = [one for one in self.facts.pauses if one not in inside]
            self.facts.pauses = kept + [(a, self.today - DAY) for a, _ in inside if a < self.today]
        else:
            self.facts.pauses = [(a, b) for a, b in self.facts.pauses if a < self.today]

    def _close(self, *_: Any) -> None:
        self.course.say(c.CloseCourse, reason="client_away")
        self.facts.closed_on = self.facts.closed_on or self.today

    def _reopen(self, *_: Any) -> None:
        self.course.say(c.ReopenCourse)
        if self.facts.closed_on and self.facts.closed_on + DAY < self.today:
            self.facts.pauses.append((self.facts.closed_on + DAY, self.today - DAY))
        self.news, self.facts.closed_on = self.facts.closed_on is not None, None

    def _override(self, one: int, two: int, _figures: dict[str, Any]) -> None:
        rule: Any = ["break", "min_gap", "too_many_in_7_days", "paused"][one % 4]
        given = {"date": self.today + two * DAY, "reason": "medical_need", "granted_by": "therapist:ada"}
        self.course.say(c.GrantOverride, rule=rule, **given)
        self.facts.allowed.add((rule, self.today + two * DAY))

    def _repeat(self, *_: Any) -> None:
        life = Trained(self.facts, self.today)
        since = life.idle_since
        open_gap = since in life.lapses and since not in life.repeated
        decided = since in self.facts.repeats or self.facts.setting == "repeat"
        refused = self._refused(c.DecideLapse(now=self.course.now, decision="repeat"))
        assert refused == (since not in life.lapses or self.facts.closed_on is not None)
        if open_gap and not decided and not refused and since:
            self.facts.repeats[since] = self.today

    def _train(self, *_: Any) -> None:
        self._exercise(self.today)

    def _train_late(self, one: int, *_: Any) -> None:
        self._exercise(max(self.today - one * DAY, START))

    def _exercise(self, on: date) -> None:
        if self.facts.closed_on is None:
            for day in (on, on - 2 * DAY, on - 3 * DAY, on - 5 * DAY):
                if day not in self.facts.exercise:
                    self.course.exercise(day)
                    self.facts.exercise.add(day)
