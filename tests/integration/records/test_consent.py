"""Consent is given, never assumed; with it is kept what was agreed to: which wording, which version, when, by whom."""

from typing import Any
from uuid import UUID

import msgspec

from services.records.domain.client import stream
from shared.config import Practice
from tests.harness import It, running_one

from .conftest import NOW

WORDS = {"en": "We may write to you.", "es": "Podemos escribirle."}


def settings(version: str = "2026-03", **wording: str) -> dict[str, Any]:
    return {"consent": {"version": version, "wording": wording or WORDS}}


def with_settings(it: It, changed: dict[str, Any]) -> Practice:
    return msgspec.convert(msgspec.to_builtins(it.service.practice) | changed, Practice)


async def registered(it: It, **more: Any) -> str:
    answer = await it.post("/clients", {"name": "Zoë Lopez", **more}, role="front_desk")
    assert answer.status == 201, answer.body
    return answer.body["client_id"]


async def test_what_was_agreed_to_is_kept_with_wording_version_time_and_who_asked() -> None:
    async with running_one("records", now=NOW, settings=settings()) as it:
        zoe = await registered(it, language="es-MX", consents={"email": True, "sms": False})
        shown = (await it.get(f"/clients/{zoe}")).body
        assert shown["consents"] == {"email": True, "sms": False}
        same = {"version": "2026-03", "wording": WORDS["es"], "at": NOW, "by": "front_desk:test-front_desk"}
        assert shown["agreements"] == {"email": {"given": True, **same}, "sms": {"given": False, **same}}


async def test_who_was_not_asked_agreed_to_nothing() -> None:
    async with running_one("records", now=NOW) as it:
        for more in ({}, {"consents": {}}, {"consents": None}):
            shown = (await it.get(f"/clients/{await registered(it, **more)}")).body
            assert (shown["consents"], shown["agreements"]) == ({}, {})


async def test_a_withdrawal_names_what_it_takes_back_and_a_new_consent_the_wording_of_its_day() -> None:
    async with running_one("records", now=NOW, settings=settings("1")) as it:
        zoe = await registered(it, consents={"email": True})
        it.service.practice = with_settings(it, settings("2", en="We may write to you by e-mail."))
        await it.move_clock("2026-03-03T20:00:00Z")
        withdrawn = (await it.patch(f"/clients/{zoe}", {"consents": {"email": False}})).body
        assert withdrawn["consents"] == {"email": False}
        assert withdrawn["agreements"]["email"] == {
            "given": False, "version": "1", "wording": WORDS["en"], "at": "2026-03-03T20:00:00Z",
            "by": "owner:test-owner",
        }  # fmt: skip
        again = (await it.patch(f"/clients/{zoe}", {"consents": {"email": True}})).body["agreements"]["email"]
        assert (again["given"], again["version"], again["wording"]) == (True, "2", "We may write to you by e-mail.")
        recorded = [
            one.event.details.agreements["email"] for one in (await it.service.store.read(stream(UUID(zoe))))[1:]
        ]
        assert [(one.given, one.version) for one in recorded] == [(True, "1"), (False, "1"), (True, "2")]


async def test_the_same_answer_to_the_same_wording_is_recorded_once() -> None:
    async with running_one("records", now=NOW) as it:
        zoe = await registered(it, consents={"email": True, "sms": False})
        await it.move_clock("2026-03-04T20:00:00Z")
        for same in ({"email": True}, {"sms": False}, {}):
            assert (await it.patch(f"/clients/{zoe}", {"consents": same})).status == 200
        assert len(await it.service.store.read(stream(UUID(zoe)))) == 2
        assert (await it.get(f"/clients/{zoe}")).body["consents"] == {"email": True, "sms": False}


async def test_null_takes_every_consent_back() -> None:
    async with running_one("records", now=NOW) as it:
        zoe = await registered(it, consents={"email": True})
        shown = (await it.patch(f"/clients/{zoe}", {"consents": None})).body
        assert shown["consents"] == {}
        assert [(name, one["given"]) for name, one in shown["agreements"].items()] == [("email", False)]
