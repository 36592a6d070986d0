"""Every rule of the cadence, with its dates (domain.md §3.1)."""

from datetime import date, timedelta
from typing import Any

from services.protocol.domain.cadence import Cadence, Pause, stand
from services.protocol.domain.judging import verdicts
from shared.questions.protocol import Verdict
from tests.unit.protocol.told import START, day, days, definition, schedule

FIBROMYALGIA = definition()


def cadence(done: list[date], **more: Any) -> Cadence:
    return Cadence(definition=more.pop("definition", FIBROMYALGIA), days=tuple(done), starts_on=START, **more)


def judged(done: list[date], *asked: str, **more: Any) -> list[Verdict]:
    return verdicts(cadence(done, **more), [day(one) for one in asked])


def rules(done: list[date], *asked: str, **more: Any) -> list[str | None]:
    return [verdict.rule for verdict in judged(done, *asked, **more)]


def fifteen_until_1_march() -> list[date]:
    """15 sessions, Sundays and Wednesdays, the last on 1 March."""
    found = [day("3-1") - timedelta(days=one) for n in range(8) for one in (7 * n, 7 * n + 4)]
    return sorted(found)[1:]


def test_the_whole_course_keeps_its_own_rules():
    asked = schedule(50)
    found = verdicts(cadence([]), asked)
    assert [verdict.ordinal for verdict in found] == list(range(1, 51))
    assert all(verdict.allowed for verdict in found)


def test_no_massage_from_2_to_14_march_after_session_15_on_1_march():
    done = fifteen_until_1_march()
    assert len(done) == 15
    for number in range(2, 15):
        (verdict,) = judged(done, f"3-{number}")
        assert (verdict.rule, verdict.earliest, verdict.ordinal) == ("break", day("3-15"), 16)
    assert judged(done, "3-15")[0].allowed
    assert "2026-03-02 to 2026-03-14" in (judged(done, "3-10")[0].detail or "")


def test_the_second_break_is_three_weeks():
    done = schedule(30)
    last = done[-1]
    asked = [last + timedelta(days=n) for n in (1, 20, 21)]
    found = verdicts(cadence(done), asked)
    assert [verdict.rule for verdict in found] == ["break", "break", None]


def test_the_break_counts_calendar_days_across_a_clock_change():
    first_day = stand(cadence(fifteen_until_1_march())).pause
    assert first_day
    assert first_day.first_day == day("3-15")


def test_monday_and_wednesday_will_do_monday_and_tuesday_not():
    assert rules([], "1-5", "1-7") == [None, None]
    assert rules([], "1-5", "1-6") == [None, "min_gap"]
    assert rules([], "1-5", "1-5") == [None, "min_gap"]


def test_a_session_may_not_come_the_day_before_another_either():
    assert rules([day("1-7")], "1-6") == ["min_gap"]


def test_at_most_two_in_any_seven_days():
    assert rules([], "1-5", "1-7", "1-9", "1-11") == [None, None, "too_many_in_7_days", "too_many_in_7_days"]
    assert rules([], "1-5", "1-7", "1-12") == [None, None, None]
    (verdict,) = judged([day("1-5"), day("1-7")], "1-9")
    assert verdict.earliest == day("1-12")


def test_one_window_runs_across_the_border_of_series_1_and_2():
    done = days(START, 10)
    assert rules(done, str(f"{done[-1].month}-{done[-1].day + 2}")) == ["too_many_in_7_days"]


def test_three_in_seven_days_in_series_3_and_not_four():
    first = schedule(16)[-1]
    found = verdicts(cadence(schedule(16)), [first + timedelta(days=n) for n in (2, 4, 6, 7)])
    assert [verdict.rule for verdict in found] == [None, None, "too_many_in_7_days", None]


def test_two_in_seven_days_in_maintenance_and_not_three():
    first = schedule(31)[-1]
    found = verdicts(cadence(schedule(31)), [first + timedelta(days=n) for n in (3, 5, 7)])
    assert [verdict.rule for verdict in found] == [None, "too_many_in_7_days", None]


def test_no_window_reaches_across_a_break():
    done = days(START, 15)
    early = done[-1] + timedelta(days=2)
    found = verdicts(cadence(done, permitted=frozenset({("break", early)})), [early, early + timedelta(days=2)])
    assert [verdict.rule for verdict in found] == [None, None]
    done = [*schedule(29), schedule(29)[-1] + timedelta(days=2)]
    early = done[-1] + timedelta(days=2)
    (verdict,) = verdicts(cadence(done, permitted=frozenset({("break", early)})), [early])
    assert verdict.rule is None  # although it is the third in seven days, and maintenance has two


def test_the_first_rule_that_refuses_is_told_in_the_agreed_order():
    done = days(START, 15)
    after = f"{done[-1].month}-{done[-1].day + 1}"
    paused = (Pause(day("2-1")),)
    assert rules(done, after, pauses=paused, closed=True) == ["closed"]
    assert rules(done, after, pauses=paused) == ["paused"]
    assert rules(done, after) == ["break"]
    assert rules([day("1-5"), day("1-8")], "1-9") == ["min_gap"]
    assert rules([], "1-4", pauses=(Pause(day("1-1")),)) == ["not_started"]


def test_before_the_start_the_first_day_is_named():
    (verdict,) = judged([], "1-2")
    assert (verdict.rule, verdict.earliest) == ("not_started", START)


def test_a_pause_ends_on_its_last_day():
    (verdict,) = judged([], "1-12", pauses=(Pause(day("1-10"), day("1-20")),))
    assert (verdict.rule, verdict.earliest) == ("paused", day("1-21"))


def test_an_open_pause_and_a_closed_course_have_no_earliest_day():
    assert judged([], "1-12", pauses=(Pause(day("1-10")),))[0].earliest is None
    assert judged([], "1-12", closed=True)[0].earliest is None


def test_in_an_open_pause_a_day_a_therapist_allowed_is_the_earliest():
    allowed = frozenset({("paused", day("1-19"))})
    (verdict,) = judged([], "1-12", pauses=(Pause(day("1-10")),), permitted=allowed)
    assert verdict.earliest == day("1-19")


def test_a_refused_day_does_not_count_for_the_later_ones():
    found = judged([], "1-5", "1-6", "1-7")
    assert [(verdict.ordinal, verdict.allowed) for verdict in found] == [(1, True), (2, False), (2, True)]


def test_an_override_lifts_its_rule_on_its_day_only():
    allowed = frozenset({("min_gap", day("1-6"))})
    assert rules([day("1-5")], "1-6", permitted=allowed) == [None]
    assert rules([day("1-7")], "1-8", permitted=allowed) == ["min_gap"]
    assert rules([day("1-5"), day("1-7")], "1-6", permitted=allowed) == ["too_many_in_7_days"]


def test_a_protocol_whose_sessions_are_all_done_takes_no_more():
    als = definition("als_support")
    (verdict,) = judged(days(START, 18), "4-1", definition=als)
    assert (verdict.rule, verdict.detail, verdict.earliest) == ("closed", "All its sessions are done.", None)


def test_a_refusal_says_what_and_from_when():
    (verdict,) = judged([day("1-5")], "1-6")
    assert verdict.detail == (
        "There is a session on 2026-01-05, and sessions are at least 2 days apart."
        " The first day that will do is 2026-01-07."
    )
