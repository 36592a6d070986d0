"""Guessing stays slow, nobody can lock anybody else out, and the log shows who tried."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.web.domain.account import LockAccount, account_of
from services.web.throttle import FAILURES_OF_A_NAME, Try
from tests.integration.web.conftest import PASSWORD, Browser, Page
from tests.integration.web.samples import COURSE

HERE = "203.0.113.1"
MARIA = account_of("maria")


async def fail(browser: Browser, login: str, times: int) -> list[int]:
    return [(await browser.sign_in(login, "wrong")).status for _ in range(times)]


async def test_a_hundred_failures_from_ten_addresses_do_not_lock_the_owner_out(browser: Browser):
    for n in range(10):
        assert await fail(browser.elsewhere(f"198.51.100.{n}"), "maria", 10) == [401] * 10
    assert (await browser.elsewhere(HERE).sign_in()).status == 303


async def test_made_up_names_do_not_lock_out_whoever_stands_behind_the_same_address(browser: Browser):
    stranger = browser.elsewhere(HERE)
    for n in range(40):
        assert (await stranger.sign_in(f"name{n}", "wrong")).status == 401
    assert (await browser.elsewhere(HERE).sign_in()).status == 303
    assert (await browser.elsewhere(HERE).sign_in("dee")).status == 303


async def test_guessing_at_one_name_from_one_address_is_stopped_there(browser: Browser):
    stranger = browser.elsewhere(HERE)
    assert await fail(stranger, "maria", 10) == [401] * 10
    stopped = await stranger.sign_in()
    assert (stopped.status, 800 < int(stopped.headers["Retry-After"]) <= 900) == (429, True)
    assert await fail(stranger, " MARIA ", 1) == [429]
    assert (await browser.elsewhere("203.0.113.2").sign_in()).status == 303


async def test_many_tries_at_once_are_no_way_around(browser: Browser):
    stranger = browser.elsewhere(HERE)
    answers = await asyncio.gather(*(stranger.sign_in("maria", "wrong") for _ in range(30)))
    assert sorted(answer.status for answer in answers) == [401] * 10 + [429] * 20


async def test_a_browser_in_which_the_owner_signed_in_before_is_kept_out_by_nobody(browser: Browser):
    owner = browser.elsewhere(HERE)
    await owner.sign_in()
    await owner.post("/signout", {})
    assert await fail(browser.elsewhere(HERE), "maria", 11) == [401] * 10 + [429]
    assert (await owner.sign_in()).status == 303
    assert (await browser.elsewhere(HERE).sign_in()).status == 429


async def test_a_known_browser_has_ten_tries_too(browser: Browser):
    owner = browser.elsewhere(HERE)
    await owner.sign_in()
    assert await fail(owner, "maria", 11) == [401] * 10 + [429]


async def test_a_browser_known_for_one_person_is_strange_to_another_and_two_may_share_it(browser: Browser):
    shared = browser.elsewhere(HERE)
    await shared.sign_in("dee")
    await fail(browser.elsewhere(HERE), "maria", 10)
    assert (await shared.sign_in("maria")).status == 429
    assert (await shared.sign_in("dee")).status == 303
    devices = [name for name in shared.cookies if "device" in name]
    shared.cookies = dict.fromkeys((*devices, device_cookie("maria")), shared.cookies[devices[0]])
    assert (await shared.sign_in("maria")).status == 429


def device_cookie(login: str) -> str:
    return f"seriatim-device-{account_of(login).hex[:8]}"


async def test_the_cookie_of_a_device_is_closed_to_scripts_and_other_sites_and_names_nobody(browser: Browser):
    cookie = (await browser.sign_in()).cookies[device_cookie("maria")]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert int(cookie["max-age"]) == 180 * 24 * 3600
    assert "maria" not in cookie.value


async def test_one_name_from_many_addresses_is_slowed_and_told_but_no_known_browser_is(browser: Browser):
    owner, desk = browser.elsewhere(HERE), browser.it.service.own
    await owner.sign_in()
    with capture_logs() as log:
        for n in range(FAILURES_OF_A_NAME - 1):  # as `verify` counts them
            desk.patience.failed(Try(str(MARIA), f"10.1.{n}.1", None, browser.real.now().timestamp()))
        assert await fail(browser.elsewhere("198.51.100.1"), "maria", 1) == [401]
        crowd = [browser.elsewhere(f"198.51.100.{n}").sign_in("maria", "wrong") for n in range(2, 25)]
        told = asyncio.gather(*crowd)
        assert (await owner.sign_in()).status == 303
        statuses = [page.status for page in await told]
    assert 1 <= statuses.count(401) <= 12
    assert statuses.count(429) == len(statuses) - statuses.count(401)
    attacked = [line for line in log if line["event"] == "sign_in_attacked"]
    assert [(line["reason"], line["account_id"], line["log_level"]) for line in attacked] == [
        ("failures_of_name", str(MARIA), "error")
    ]
    assert {line["reason"] for line in log if line["event"] == "sign_in_refused"} == {"queue"}


@pytest.fixture(name="untrusted")
def _untrusted(browser: Browser) -> Iterator[Browser]:
    """The front door is somewhere else: whoever speaks to us speaks for himself."""
    desk, before = browser.it.service.own, browser.it.service.own.proxies
    desk.proxies = type(before)(())
    yield browser
    desk.proxies = before


async def test_whoever_is_no_proxy_of_ours_gets_no_fresh_tries_by_naming_other_addresses(untrusted: Browser):
    found = [(await untrusted.elsewhere(f"198.51.100.{n}").sign_in("maria", "wrong")).status for n in range(12)]
    assert found == [401] * 10 + [429] * 2


@pytest.mark.parametrize("told", ["unknown", "999.9.9.9", "a" * 4000, "203.0.113.1,,é", "[::1", "1.2.3.4:x:y"])
async def test_nonsense_about_the_address_is_no_error(browser: Browser, told: str):
    assert (await browser.elsewhere(told).sign_in("maria", "wrong")).status == 401


SECRETS = ("maria", "Maria", PASSWORD, "wrong", "secret typed as a name")


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda b: b.sign_in(), ("signed_in", HERE, str(MARIA))),
        (lambda b: b.sign_in("maria", "wrong"), ("sign_in_failed", HERE, str(MARIA))),
        (lambda b: b.sign_in("secret typed as a name", "wrong"), ("sign_in_failed", HERE, None)),
        (lambda b: b.post("/signin", {}, Sec_Fetch_Site="cross-site"), ("page_refused", HERE, None)),
    ],
)
async def test_the_log_says_who_tried_and_from_where_and_nothing_that_was_typed(
    browser: Browser, act: Callable[[Browser], Awaitable[Page]], expected: tuple[str, str, str | None]
):
    with capture_logs() as log:
        await act(browser.elsewhere(HERE))
    assert [(line["event"], line["address"], line["account_id"]) for line in log] == [expected]
    assert not [secret for secret in SECRETS if secret in repr(log)]


async def test_the_log_shows_what_was_refused_and_who_signed_out(browser: Browser):
    stranger = browser.elsewhere(HERE)
    with capture_logs() as log:
        await fail(stranger, "maria", 11)
        await stranger.sign_in("ana")
        await stranger.get(f"/courses/{COURSE}/book")
        await stranger.post("/signout", {})
        await stranger.post("/signout", {})
    told = [of(line) for line in log if line["event"] != "sign_in_failed"]
    ana = str(account_of("ana"))
    assert told == [
        ("sign_in_refused", str(MARIA), "name_at_address"),
        ("signed_in", ana, "new_device"),
        ("page_refused", ana, "role"),
        ("signed_out", ana, None),
    ]


def of(line: Any) -> tuple[str, str, str | None]:
    return line["event"], line["account_id"], line.get("reason") or line.get("kind")


async def test_a_try_with_a_locked_account_is_told_with_the_account(browser: Browser):
    await browser.put(LockAccount(account_id=MARIA))
    with capture_logs() as log:
        assert (await browser.sign_in()).status == 401
    assert [of(line)[:2] for line in log] == [("sign_in_failed", str(MARIA))]
