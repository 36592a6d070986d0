"""A year of one course told twice, to the service and naively, and held against each other at the end of every day."""

from uuid import UUID, uuid5

from services.protocol.domain import commands as c
from services.protocol.domain.judging import verdicts
from services.protocol.domain.note import phase_view, prepare
from services.protocol.domain.state import Course
from tests.unit.protocol.naive import DAY
from tests.unit.protocol.naive_deeds import visit_id
from tests.unit.protocol.naive_exercise import Trained
from tests.unit.protocol.naive_visiting import Visiting
from tests.unit.protocol.told import SPACE, instant


class Year(Visiting):
    """One course in both tellings, held against each other."""

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
        self._agree_on_visits(life)
        self._agree_on_verdicts(life)
        self._agree_on_the_note(life)

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
            if one.appointment_id:
                continue
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

    def _agree_on_visits(self, life: Trained) -> None:
        """A minute after visits changed, those to come were looked at; a look now finds no more and no less."""
        if self.facts.closed_on:
            return
        found = life.wrong_visits
        wrong = {visit_id(name): rule for name, rule in found.items() if self.facts.visits[name][0] >= self.today}
        if self.news:
            assert self._flagged(self.course.state) == wrong
        looked = self.course.decider.decide(c.Review(now=self.course.now), self.course.state)
        assert self._flagged(self.course.decider.many(self.course.state, looked)) == wrong
        self.news = False

    def _flagged(self, course: Course) -> dict[UUID, str]:
        """Visits to come that stand flagged, and the rule."""
        marked = [one for one in course.deviations if one.on >= self.today]
        return {one.appointment_id: one.rule for one in marked if one.appointment_id}

    def _agree_on_the_note(self, life: Trained) -> None:
        found = prepare(self.course.definition, self.course.state)
        assert {what: getattr(found.allowed, what) for what in life.allowed} == life.allowed
        assert (found.exercise.cleared, found.exercise.per_week) == (life.cleared is not None, life.exercise_asked)
