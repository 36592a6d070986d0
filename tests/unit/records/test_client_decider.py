"""The client: registered, changed, erased."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from services.records.domain.client import (
    ChangeDetails,
    Details,
    DetailsRecorded,
    EraseClient,
    RegisterClient,
    decider,
    present,
)
from services.records.domain.consent import Agreement, Asked
from shared.decider import Unknown
from shared.events.records import ClientErased, ClientRegistered
from tests.spec import given

ANNA = UUID("0190a000-0000-7000-8000-000000000001")
DETAILS = Details(name="Anna Reyes", email="anna@example.com", consents={"email": True})
REGISTERED = ClientRegistered(client_id=ANNA)
RECORDED = DetailsRecorded(client_id=ANNA, details=DETAILS)
ASKED = Asked(version="2", wordings={"en": "We may write."}, at=datetime(2026, 3, 2, 15, tzinfo=UTC), by="owner:o")
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


def test_a_consent_recorded_before_wordings_were_kept_counts_and_says_nothing_of_them() -> None:
    details = given(decider, REGISTERED, RECORDED).state.details
    assert (details.consents, details.agreed) == ({"email": True}, {"email": Agreement(given=True)})


def test_an_old_consent_given_again_is_given_to_the_wording_of_today() -> None:
    again = ChangeDetails(changes={"consents": {"email": True}}, asked=ASKED)
    then = given(decider, REGISTERED, RECORDED).when(again)
    today = Agreement(given=True, version="2", wording="We may write.", at=ASKED.at, by=ASKED.by)
    assert then.state.details.agreed == {"email": today}


def test_an_old_consent_withdrawn_names_no_wording() -> None:
    no = ChangeDetails(changes={"consents": {"email": False}}, asked=ASKED)
    then = given(decider, REGISTERED, RECORDED).when(no)
    assert then.state.details.agreed == {"email": Agreement(given=False, at=ASKED.at, by=ASKED.by)}


LANGUAGES = [("pt-BR", "fala"), ("PT", "fala"), ("pt-PT", "escreve"), ("en", "We may write."), ("fi", "We may write.")]


@pytest.mark.parametrize(("language", "wording"), LANGUAGES)
def test_the_wording_is_in_the_clients_language_if_there_is_one(language: str, wording: str) -> None:
    wordings = {"en": "We may write.", "pt": "fala", "pt-pt": "escreve"}
    assert replace(ASKED, wordings=wordings).wording(language) == wording


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
