"""Passwords and patience."""

import asyncio

import pytest

from services.web import passwords
from services.web.passwords import Busy, Verifier
from services.web.throttle import WINDOW, Patience, Throttle


async def test_only_the_right_password_matches():
    verifier, kept = Verifier(), passwords.digest("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert await verifier.matches("correct horse battery", kept)
    assert not await verifier.matches("correct horse batterY", kept)


async def test_an_unknown_name_never_matches_and_costs_a_hash(monkeypatch):
    checked: list[str] = []
    monkeypatch.setattr(passwords, "nobody", lambda: checked.append("hash") or passwords.digest("anything at all"))
    assert not await Verifier().matches("anything at all", None)
    assert checked == ["hash"]


async def test_refuses_a_very_long_password_without_hashing_it():
    assert not await Verifier().matches("x" * 1025, "no hash that could be read")


async def test_a_crowd_is_sent_away_rather_than_kept_waiting_for_ever():
    verifier, kept = Verifier(), passwords.digest("correct horse battery")
    crowd = [verifier.matches("wrong", kept) for _ in range(passwords.WAITING + 5)]
    answers = await asyncio.gather(*crowd, return_exceptions=True)
    assert [type(answer) for answer in answers].count(Busy) == 5
    assert await verifier.matches("correct horse battery", kept)


def test_generated_passwords_are_long_and_differ():
    made = {passwords.generate() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.complaint(password) is None for password in made)


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_refuses_new_passwords_too_short_or_too_long(password):
    assert passwords.complaint(password)


def test_closes_after_too_many_failures_and_opens_as_they_grow_old():
    throttle = Throttle(limit=3)
    for second in range(3):
        assert throttle.wait("key", second) == 0
        throttle.failed("key", second)
    assert throttle.wait("key", 3) == WINDOW - 3
    assert throttle.wait("other", 3) == 0
    assert throttle.wait("key", WINDOW) == 0


def test_one_address_cannot_try_many_names_and_a_success_clears_only_the_name():
    patience = Patience()
    for n in range(40):
        patience.failed(f"name{n}", "10.0.0.1", 0)
    patience.forget("name1", "10.0.0.1")
    assert patience.wait("another", "10.0.0.1", 1) > 0
    assert patience.wait("another", "10.0.0.2", 1) == 0


def test_failures_elsewhere_do_not_soon_lock_a_colleague_out():
    patience = Patience()
    for n in range(10):
        patience.failed("maria", f"10.0.0.{n}", 0)
    assert patience.wait("maria", "10.0.1.1", 1) == 0
