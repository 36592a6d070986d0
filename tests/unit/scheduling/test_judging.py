"""Reading protocol's verdicts: what speaks against a new visit, and the harm it does to others."""

from datetime import UTC, date, datetime
from uuid import UUID

from services.scheduling.judging import Entry, affected, blame, compare
from shared.questions.protocol import Verdict


def entry(day: int, *, new: bool = False, hour: int = 10) -> Entry:
    starts_at = datetime(2026, 3, day, hour, tzinfo=UTC)
    return Entry(day=date(2026, 3, day), new=new, starts_at=starts_at, appointment_id=UUID(int=day + 100 * new))


def verdicts(*days: tuple[int, str | None]) -> list[Verdict]:
    return [
        Verdict(date=date(2026, 3, day), ordinal=n + 1, allowed=rule is None, rule=rule, detail="So it is.")
        for n, (day, rule) in enumerate(days)
    ]


def test_on_one_day_the_new_visit_comes_after_the_old():
    assert sorted([entry(4, new=True, hour=9), entry(4)]) == [entry(4), entry(4, new=True, hour=9)]


def test_a_refused_new_visit_is_refused():
    judgement = compare([], [], [entry(4, new=True)], verdicts((4, "break")))
    assert blame(judgement, [entry(4, new=True)])[UUID(int=104)].rule == "break"


def test_harm_counts_against_the_new_visit_before_it():
    new = [entry(4, new=True), entry(9, new=True)]
    after = [entry(4, new=True), entry(5), entry(9, new=True)]
    judgement = compare([entry(5)], verdicts((5, None)), after, verdicts((4, None), (5, "min_gap"), (9, None)))
    found = blame(judgement, new)
    assert list(found) == [UUID(int=104)]
    assert "2026-03-05" in found[UUID(int=104)].detail


def test_a_visit_that_did_not_fit_before_is_nobodys_fault():
    after = [entry(4, new=True), entry(5)]
    judgement = compare([entry(5)], verdicts((5, "min_gap")), after, verdicts((4, None), (5, "min_gap")))
    assert blame(judgement, [entry(4, new=True)]) == {}
    assert affected(judgement) == []
