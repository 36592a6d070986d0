"""The chart: facts are taken as told, repeats change nothing, corrections keep the first version."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec.structs import asdict, replace

from services.records.domain.chart import (
    AmendSession,
    EraseChart,
    RecordSession,
    WithdrawSession,
    decider,
)
from services.records.domain.events import ChangeExplained, ChartErased, SessionNoted
from shared.decider import Unknown
from shared.events.records import RegionWorked, SessionAmended, SessionCompleted, SessionWithdrawn
from tests.spec import given

ANNA = UUID("0190a000-0000-7000-8000-000000000001")
FIRST = UUID("0190a000-0000-7000-8000-000000000002")
SESSION = SessionCompleted(
    client_id=ANNA,
    session_id=FIRST,
    therapist_id=UUID("0190a000-0000-7000-8000-000000000003"),
    started_at=datetime(2026, 3, 2, 15, tzinfo=UTC),
    ended_at=datetime(2026, 3, 2, 16, tzinfo=UTC),
    pain_before=6,
    pain_after=4,
    regions=[RegionWorked(region="neck", minutes=8, techniques=["kneading"])],
)
NOTE = SessionNoted(client_id=ANNA, session_id=FIRST, subjective="slept badly")
AMENDED = SessionAmended(**(asdict(SESSION) | {"pain_after": 3}), reason="entered_in_error")
WITHDRAWN = SessionWithdrawn(client_id=ANNA, session_id=FIRST, reason="entered_in_error")


def test_records_a_session_and_seals_its_note() -> None:
    given(decider).when(RecordSession(session=SESSION, note=NOTE)).then(SESSION, NOTE)


def test_the_same_session_once_more_changes_nothing() -> None:
    command = RecordSession(session=SESSION, note=NOTE)
    given(decider, SESSION, NOTE).when(command).then_nothing()
    given(decider, SESSION, NOTE, AMENDED).when(command).then_nothing()


@pytest.mark.parametrize(
    "command",
    [
        RecordSession(session=replace(SESSION, pain_after=0), note=NOTE),
        RecordSession(session=SESSION),
        RecordSession(session=SESSION, note=replace(NOTE, plan="more of it")),
    ],
)
def test_refuses_another_session_under_the_same_id(command: RecordSession) -> None:
    given(decider, SESSION, NOTE).when(command).then_refused("session_already_recorded")


def test_amends_the_figures_and_explains_under_seal() -> None:
    given(decider, SESSION).when(AmendSession(session=AMENDED, explanation="typed 4")).then(
        AMENDED, ChangeExplained(client_id=ANNA, session_id=FIRST, explanation="typed 4")
    )


def test_amends_the_note_alone_and_says_so_in_public_without_its_words() -> None:
    same = SessionAmended(**asdict(SESSION), reason="other")
    rewritten = replace(NOTE, subjective="slept well")
    given(decider, SESSION, NOTE).when(AmendSession(session=same, note=rewritten)).then(same, rewritten)


def test_an_amendment_that_changes_nothing_is_none() -> None:
    same = SessionAmended(**asdict(SESSION), reason="other")
    given(decider, SESSION, NOTE).when(AmendSession(session=same, note=NOTE)).then_nothing()


def test_withdraws_once() -> None:
    command = WithdrawSession(session=WITHDRAWN)
    given(decider, SESSION).when(command, command).then(WITHDRAWN)


def test_does_not_amend_what_did_not_take_place() -> None:
    given(decider, SESSION, WITHDRAWN).when(AmendSession(session=AMENDED)).then_refused("session_withdrawn")


def test_does_not_know_a_session_nobody_recorded() -> None:
    with pytest.raises(Unknown):
        given(decider).when(AmendSession(session=AMENDED))


def test_forgets_its_sessions_when_the_client_is_erased() -> None:
    then = given(decider, SESSION, NOTE).when(EraseChart(client_id=ANNA))
    then.then(ChartErased(client_id=ANNA))
    assert then.state == decider.initial


def test_keeps_no_words_of_a_note_in_memory() -> None:
    assert "slept" not in repr(given(decider, SESSION, NOTE).state)
