"""Signing in and out, and who is kept out."""

from datetime import timedelta

import pytest
from yarl import URL

from services.web.domain.account import CloseAccount, LockAccount, SetPassword, UnlockAccount, account_of
from services.web.signing_in import IDLE, LIFE
from shared.rebuild import rebuild
from tests.integration.web.conftest import HASH, ORIGIN, Browser

MARIA = account_of("maria")


async def test_a_right_password_leads_to_the_page_asked_for(browser: Browser):
    asked = await browser.get("/courses/x?y=1")
    assert asked.status == 303
    assert dict(URL(asked.headers["Location"]).query) == {"next": "/courses/x?y=1"}
    welcome = await browser.sign_in(onward="/clients")
    assert (welcome.status, welcome.headers["Location"]) == (303, "/clients")
    assert (await browser.get("/clients")).status == 200


async def test_the_cookie_is_closed_to_scripts_and_other_sites_and_only_its_hash_is_kept(browser: Browser):
    cookie = (await browser.sign_in()).cookies["seriatim"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"]) == ("Lax", "/")
    rows = await browser.it.service.store.fetch("select token_hash from sign_in")
    assert [len(row["token_hash"]) for row in rows] == [32]
    assert cookie.value.encode() not in rows[0]["token_hash"]


async def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(browser: Browser):
    wrong = await browser.sign_in("maria", "wrong")
    unknown = await browser.sign_in("nobody", "wrong")
    assert (wrong.status, unknown.status) == (401, 401)
    assert wrong.text.replace("maria", "…") == unknown.text.replace("nobody", "…")
    assert "<title>Error: Sign in" in wrong.text


async def test_waits_after_ten_failures_even_for_the_right_password_and_then_lets_in(browser: Browser):
    for _ in range(10):
        assert (await browser.sign_in("maria", "wrong")).status == 401
    closed = await browser.sign_in()
    assert closed.status == 429
    assert "Wait 15 minutes" in closed.text
    assert int(closed.headers["Retry-After"]) <= 900
    browser.real.move(browser.real.now() + timedelta(minutes=16))
    assert (await browser.sign_in()).status == 303


async def test_a_password_over_1024_characters_is_wrong(browser: Browser):
    assert (await browser.sign_in("maria", "x" * 1025)).status == 401


async def test_signing_out_ends_the_sign_in_for_whoever_holds_the_token(signed_in: Browser):
    token = signed_in.cookies["seriatim"]
    out = await signed_in.post("/signout", {})
    assert "You are signed out." in out.text
    assert out.cookies["seriatim"].value == ""
    signed_in.cookies = {"seriatim": token}
    assert (await signed_in.get("/day")).status == 303


async def test_each_sign_in_has_a_new_token_and_the_old_one_ends(signed_in: Browser):
    old = signed_in.cookies["seriatim"]
    await signed_in.sign_in()
    assert signed_in.cookies["seriatim"] != old
    signed_in.cookies = {"seriatim": old}
    assert (await signed_in.get("/day")).status == 303


async def test_a_sign_in_runs_out_when_idle(signed_in: Browser):
    signed_in.real.move(signed_in.real.now() + IDLE - timedelta(minutes=1))
    assert (await signed_in.get("/day")).status == 200
    signed_in.real.move(signed_in.real.now() + IDLE - timedelta(minutes=1))
    assert (await signed_in.get("/day")).status == 200
    signed_in.real.move(signed_in.real.now() + IDLE + timedelta(seconds=1))
    assert (await signed_in.get("/day")).status == 303


async def test_a_sign_in_ends_after_its_longest_life_however_busy(signed_in: Browser):
    ends = signed_in.real.now() + LIFE
    while signed_in.real.now() < ends - IDLE:
        signed_in.real.move(signed_in.real.now() + IDLE / 2)
        assert (await signed_in.get("/day")).status == 200
    signed_in.real.move(ends)
    assert (await signed_in.get("/day")).status == 303


@pytest.mark.parametrize(
    "command",
    [
        LockAccount(account_id=MARIA),
        CloseAccount(account_id=MARIA),
        SetPassword(account_id=MARIA, password_hash=HASH.replace("$argon2id$", "$argon2i$")),
    ],
)
async def test_a_lock_a_closing_and_a_new_password_end_open_sign_ins(signed_in: Browser, command):
    await signed_in.put(command)
    assert (await signed_in.get("/day")).status == 303
    assert (await signed_in.sign_in()).status == 401


async def test_an_unlocked_account_may_be_used_again(browser: Browser):
    await browser.put(LockAccount(account_id=MARIA))
    assert (await browser.sign_in()).status == 401
    await browser.put(UnlockAccount(account_id=MARIA))
    assert (await browser.sign_in()).status == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "same-origin"}, 303),
        ({"Origin": ORIGIN}, 303),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "none"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Origin": ORIGIN}, 403),
        ({"User_Agent": "neither header"}, 403),
    ],
)
async def test_refuses_forms_that_do_not_come_from_our_pages(browser: Browser, headers, status):
    fields = {"login": "maria", "password": "correct horse battery"}
    answer = await browser.post("/signin", fields, **headers)
    assert answer.status == status
    assert bool(browser.cookies) == (status == 303)


async def test_a_foreign_form_cannot_sign_anybody_out(signed_in: Browser):
    assert (await signed_in.post("/signout", {}, Sec_Fetch_Site="cross-site")).status == 403
    assert (await signed_in.get("/day")).status == 200


@pytest.mark.parametrize(
    "onward", ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", "/a b", ""]
)
async def test_never_goes_on_to_another_site(browser: Browser, onward):
    assert (await browser.sign_in(onward=onward)).headers["Location"] == "/day"


async def test_a_rebuild_keeps_the_accounts(browser: Browser):
    assert await rebuild(browser.it.service) == 6
    assert (await browser.sign_in()).status == 303
