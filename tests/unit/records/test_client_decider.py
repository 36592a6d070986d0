"""The client: registered, changed, erased."""

from datetime import date
from uuid import UUID

import pytest

from services.records.domain.client import (
    ChangeDetails,
    Details,
    DetailsRecorded,
    EraseClient,
    RegisterClient,
    decider,
    present,
)
from shared.decider import Unknown
from shared.events.records import ClientErased, ClientRegistered
from tests.spec import given

ANNA = UUID("0190a000-0000-7000-8000-000000000001")
DETAILS = Details(name="Anna Reyes", email="anna@example.com", consents={"email": True})
REGISTERED = ClientRegistered(client_id=ANNA)
RECORDED = DetailsRecorded(client_id=ANNA, details=DETAILS)
ERASED = ClientErased(client_id=ANNA)


def test_registers_a_client_and_seals_the_details() -> None:
    given(decider).when(RegisterClient(client_id=ANNA, details=DETAILS)).then(REGISTERED, RECORDED)


def test_says_nothing_personal_in_the_published_event() -> None:
    assert ClientRegistered.__struct_fields__ == ("client_id",)
    assert DetailsRecorded.sealed


def test_changes_what_is_named_and_keeps_the_rest() -> None:
    changed = Details(name="Anna Reyes", birth_date=date(1970, 5, 1), consents={"email": True})
    given(decider, REGISTERED, RECORDED).when(
        ChangeDetails(changes={"email": None, "birth_date": date(1970, 5, 1)})
    ).then(DetailsRecorded(client_id=ANNA, details=changed))


def test_keeps_the_consent_for_a_channel_not_named() -> None:
    then = given(decider, REGISTERED, RECORDED).when(ChangeDetails(changes={"consents": {"sms": False}}))
    assert then.state.details.consents == {"email": True, "sms": False}


def test_clears_all_consents_when_asked_to() -> None:
    then = given(decider, REGISTERED, RECORDED).when(ChangeDetails(changes={"consents": {}}))
    assert then.state.details.consents == {}


def test_records_nothing_when_nothing_changes() -> None:
    given(decider, REGISTERED, RECORDED).when(ChangeDetails(changes={"name": "Anna Reyes"})).then_nothing()


def test_erases_once_however_often_it_is_asked() -> None:
    given(decider, REGISTERED, RECORDED).when(EraseClient(), EraseClient()).then(ERASED)


@pytest.mark.parametrize("past", [[], [REGISTERED, RECORDED, ERASED]])
def test_knows_no_client_before_registration_or_after_erasure(past: list[object]) -> None:
    with pytest.raises(Unknown):
        given(decider, *past).when(ChangeDetails(changes={"name": "B"}))
    with pytest.raises(Unknown):
        present(given(decider, *past).state)
