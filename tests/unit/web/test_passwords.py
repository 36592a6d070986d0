"""Passwords and patience."""

import asyncio
from contextlib import suppress

import pytest

from services.web import passwords
from services.web.devices import LIFE, Devices
from services.web.domain.account import account_of
from services.web.passwords import Busy, Verifier
from services.web.throttle import KEPT, LONGEST_QUEUE, PAUSE, WINDOW, Patience, Throttle, TooMany, Try


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


def of(name: str = "maria", address: str = "10.0.0.1", device: str | None = None, at: float = 0.0) -> Try:
    return Try(name=name, address=address, device=device, at=at)


def fail(patience: Patience, one: Try) -> list[str]:
    patience.begin(one)
    return patience.failed(one)


def test_ten_failures_of_a_name_at_an_address_close_it_there_and_nowhere_else():
    patience = Patience()
    for _ in range(10):
        fail(patience, of())
    with pytest.raises(TooMany) as refused:
        patience.begin(of(at=1))
    assert (refused.value.wait, refused.value.reason) == (WINDOW - 1, "name_at_address")
    assert patience.begin(of(address="10.0.0.2", at=1)) == 0
    assert patience.begin(of(name="dee", at=1)) == 0
    assert patience.begin(of(at=WINDOW)) == 0


def test_many_at_once_get_no_more_tries_than_one_after_another():
    patience = Patience()
    for _ in range(10):
        patience.begin(of())
    with pytest.raises(TooMany):
        patience.begin(of())


def test_who_was_not_heard_has_not_failed():
    patience = Patience()
    for _ in range(50):
        patience.begin(of())
        patience.gave_up(of())
    assert patience.begin(of()) == 0


def test_a_success_starts_anew_with_the_name_at_the_address():
    patience = Patience()
    for _ in range(9):
        fail(patience, of())
    patience.begin(of())
    patience.succeeded(of())
    assert patience.begin(of()) == 0


def test_a_known_device_has_tries_of_its_own():
    patience = Patience()
    for n in range(200):
        with suppress(TooMany):
            fail(patience, of(address=f"10.0.0.{n % 20}"))
    assert patience.begin(of(device="a", at=1)) == 0
    for _ in range(9):
        fail(patience, of(device="a", at=1))
    with pytest.raises(TooMany):
        patience.begin(of(device="a", at=2))
    assert patience.begin(of(device="b", at=2)) == 0


def test_made_up_names_at_an_address_make_strangers_there_take_turns_but_lock_nobody_out():
    patience = Patience()
    told = [fail(patience, of(name=f"name{n}")) for n in range(40)]
    assert [what for one in told for what in one] == ["address"]
    assert [patience.begin(of(at=1)), patience.begin(of(name="dee", at=1))] == [0, PAUSE]
    assert patience.begin(of(address="10.0.0.2", at=1)) == 0


def test_one_name_from_a_thousand_addresses_is_tried_once_a_second():
    patience, heard, told = Patience(), 0, []
    for n in range(1000):
        one = of(address=f"10.0.{n // 250}.{n % 250}", at=n / 100)
        with suppress(TooMany):
            patience.begin(one)
            told += patience.failed(one)
            heard += 1
    assert heard <= 100 + 10 + 1 + LONGEST_QUEUE + 1
    assert told == ["name"]


def test_the_keys_longest_unused_are_forgotten():
    throttle = Throttle(limit=3)
    for n in range(KEPT + 50):
        throttle.failed(f"key{n}", 0)
    assert len(throttle._failures) == KEPT


def test_a_device_is_known_to_its_person_only_and_not_for_ever():
    devices, maria, dee = Devices(b"key"), account_of("maria"), account_of("dee")
    cookie = devices.issue(maria, 1000.5)
    known = devices.known(cookie, maria, 2000)
    assert known
    assert known != devices.known(devices.issue(maria, 1000.5), maria, 2000)
    assert devices.known(cookie, dee, 2000) is None
    assert devices.known(cookie, maria, 1000 + LIFE.total_seconds()) is None
    assert Devices(b"other").known(cookie, maria, 2000) is None
    assert Devices(b"").known(Devices(b"").issue(maria, 1000), maria, 1000) is None


@pytest.mark.parametrize(
    "cookie", ["", ".", "..", "a.b.c", "a.1.c", "a.١.c", "a.1.é", "a." + "9" * 5000 + ".c", "\x00"]
)
def test_what_is_no_cookie_of_ours_is_no_device(cookie: str):
    assert Devices(b"key").known(cookie, account_of("maria"), 0) is None


OWN = ("maria", "Maria Lopez", "Healing Hands Massage")


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "seriatim2026", "123456789012", "Password1234!", "P@ssw0rd1234", "letmein12345", "iloveyou1234",
        "administrator1", "changemechangeme", "trustno1trustno1", "Summer2026!!!", "Sommer2026!!", "20260304123456",
        "aaaaaaaaaaaa", "AAAAaaaaAAAA", "x" * 64, "🙂" * 12, "121212121212", "abcabcabcabcabc", "abcdefghijkl",
        "qwertyuiop12", "qwertyuiopasdf", "1qaz2wsx3edc", "1q2w3e4r5t6y", "asdfghjkl;'12",
        "mariamariamaria", "maria12345678", "marialopez123", "Maria.Lopez!2026", "M4r1aL0pez123", "lopez-maria-1",
        "HealingHands1", "healing-hands-2026", "seriatim-practice", "Massage2026!",
        "correct horse\x00battery", "correct horse\nbattery", "correct horse \ud800 battery",
    ],
)  # fmt: skip
def test_refuses_what_a_stranger_would_try_first(password: str):
    assert passwords.complaint(password, *OWN)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery", "my dog likes green tea", "maria likes green tea in spring", "xK9#mQ2$vL5@",
        "ein langer Satz mit Umlauten äöü", "пароль для практики длинный", "🐘🌧🎻🧭🍋🚲🪁🦉🧵🫖🎲🛶",
        "\U0001f469\u200d\U0001f467 🐘🌧🎻🧭🍋🚲🪁🦉🧵🫖",
        "tangerine velvet orbit mountain clock paper river stone 64 long!", "a strong start, then " + "x" * 1003,
    ],
)  # fmt: skip
def test_takes_long_passphrases_in_any_letters(password: str):
    assert passwords.complaint(password, *OWN) is None
