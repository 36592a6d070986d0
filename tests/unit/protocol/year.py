"""A year of one course told twice, to the service and naively, and held against each other at the end of every day."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid5

from services.protocol.domain import commands as c
from services.protocol.domain.judging import verdicts
from services.protocol.domain.note import phase_view
from shared.decider import Refused
from tests.unit.protocol.facts import Facts, Session
from tests.unit.protocol.naive import DAY
from tests.unit.protocol.naive_exercise import Trained
from tests.unit.protocol.told import SPACE, START, Told, instant, region, session


class Year:
    """One course in both tellings: the decider's, and the facts for the naive one."""

    def __init__(self, setting: str, before: int, ago: int) -> None:
        last_on = START - ago * DAY if before else None
        opening: dict[str, Any] = {"sessions_before": before, "last_session_on": last_on} if before else {}
        self.course = Told(policy={"on_lapse": setting}, **opening)
        self.facts = Facts(START, before, last_on, setting)
        self.today, self.turn = START, 0

    def pass_days(self, count: int) -> None:
        """Every day ends with both agreeing."""
        for _ in range(count):
            self.agree()
            self.today += DAY
            self.course.until(self.today, 1)

    def agree(self) -> None:
        self.course.until(self.today, 23)
        self.course.now = instant(self.today, 23)
        state, definition, life = self.course.state, self.course.definition, Trained(self.facts, self.today)
        assert phase_view(definition, state) == life.phase
        assert (state.completed, self.course.status) == (life.completed, life.status)
        resting = life.rest if life.rest and self.today < life.rest[1] and not self.facts.closed_on else None
        if not self.facts.closed_on:
            assert (state.pause and (state.pause.started_on, state.pause.first_day)) == resting
        assert set(state.slipped) == life.slips
        assert {lapse.since for lapse in state.lapses} == life.lapses
        assert {lapse.since for lapse in state.lapses if lapse.restart} == life.repeated
        self._agree_on_exercise(life)
        self._agree_on_flags(life)
        self._agree_on_verdicts(life)

    def _agree_on_exercise(self, life: Trained) -> None:
        state = self.course.state
        assert (state.cleared_on, set(state.met_weeks)) == (life.cleared, life.met)
        judged = {week: one.met for week, one in state.exercise_weeks.items() if one.met is not None}
        assert judged == life.hit_and_missed
        assert all(row & state.streaks for row in life.rows)
        assert state.streaks <= set().union(*life.rows)

    def _agree_on_flags(self, life: Trained) -> None:
        names = {uuid5(SPACE, name): name for name in self.facts.sessions}
        found: dict[str, set[str]] = {name: set() for name in life.flags}
        early = set()
        for one in self.course.state.deviations:
            if one.rule == "exercise_too_early":
                early.add(one.on)
            elif one.rule == "closed":
                assert names[one.session_id] not in life.flags
            else:
                found[names[one.session_id]].add(one.rule)
        assert (found, early) == (life.flags, life.early_exercise)

    def _agree_on_verdicts(self, life: Trained) -> None:
        cadence = self.course.state.cadence(self.course.definition)
        for day in (self.today + n * DAY for n in range(1, 25, 3)):
            (verdict,) = verdicts(cadence, [day])
            assert (verdict.ordinal, verdict.rule) == (life.completed + 1, life.verdict(day))

    def do(self, deed: str, one: int, two: int, figures: dict[str, Any]) -> None:
        """Something is written down or decided, in both tellings."""
        getattr(self, "_" + deed.replace(" ", "_"))(one, two, figures)

    def _write(self, name: str, known: Session) -> None:
        self.facts.sessions[name] = known
        techniques = list(known.techniques)
        regions = [region("neck", known.minutes, *techniques)]
        regions += [region("full_body", 20)] * known.whole_body
        starts = instant(known.on, 6) + timedelta(minutes=known.turn)
        visit = uuid5(SPACE, "visit " + known.visit) if known.visit else None
        self.course.write(
            session(
                known.on, name, regions=regions, prone_minutes=known.prone, contraction=known.contraction,
                threshold_risen=known.risen, started_at=starts, ended_at=starts, appointment_id=visit,
            )
        )  # fmt: skip

    def _give(self, _one: int, _two: int, figures: dict[str, Any]) -> None:
        self.turn += 1
        self._write(f"session {self.turn}", Session(self.today, self.turn, **figures))

    def _late(self, one: int, _two: int, figures: dict[str, Any]) -> None:
        self.turn += 1
        self._write(f"session {self.turn}", Session(max(self.today - one * DAY, START), self.turn, **figures))

    def _named(self, one: int) -> str | None:
        names = sorted(self.facts.sessions, key=lambda name: -self.facts.sessions[name].turn)
        return names[one % len(names)] if names else None

    def _amend(self, one: int, two: int, figures: dict[str, Any]) -> None:
        if name := self._named(one):
            known = self.facts.sessions[name]
            on = min(max(known.on + (two - 6) * DAY, START), self.today)
            self._write(name, Session(on, known.turn, **figures))

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
        self.facts.closed_on = None

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
