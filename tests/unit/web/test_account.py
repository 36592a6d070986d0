"""Staff accounts, given past events."""

import pytest

from services.web.domain.account import (
    AccountClosed,
    AccountLocked,
    AccountOpened,
    AccountUnlocked,
    CloseAccount,
    LockAccount,
    OpenAccount,
    PasswordSet,
    SetPassword,
    UnlockAccount,
    account_of,
    decider,
)
from shared.decider import Unknown
from tests.spec import given

MARIA = account_of("maria")
OPENED = AccountOpened(account_id=MARIA, login="maria", role="owner", name="Maria Lopez")
SET = PasswordSet(account_id=MARIA, password_hash="$argon2id$one")
OPEN = OpenAccount(login=" Maria ", role="owner", name="Maria Lopez", password_hash="$argon2id$one")


def test_opens_an_account_with_its_first_password_and_the_name_in_plain_letters():
    given(decider).when(OPEN).then(OPENED, SET)


def test_a_login_name_makes_one_account_however_it_is_written():
    assert account_of(" MARIA") == account_of("maria") != account_of("mario")


def test_refuses_a_login_name_that_is_taken():
    given(decider, OPENED, SET).when(OPEN).then_refused("login_taken")


def test_never_gives_the_name_of_a_closed_account_to_another():
    given(decider, OPENED, SET, AccountClosed(account_id=MARIA)).when(OPEN).then_refused("login_taken")


def test_sets_a_new_password_also_while_locked():
    new = PasswordSet(account_id=MARIA, password_hash="$argon2id$two")
    command = SetPassword(account_id=MARIA, password_hash="$argon2id$two")
    given(decider, OPENED, SET).when(command).then(new)
    given(decider, OPENED, SET, AccountLocked(account_id=MARIA)).when(command).then(new)


def test_locks_unlocks_and_closes_once():
    locked, unlocked = AccountLocked(account_id=MARIA), AccountUnlocked(account_id=MARIA)
    lock, unlock, close = (kind(account_id=MARIA) for kind in (LockAccount, UnlockAccount, CloseAccount))
    given(decider, OPENED, SET).when(lock, lock).then(locked)
    given(decider, OPENED, SET, locked).when(unlock, unlock).then(unlocked)
    given(decider, OPENED, SET).when(close, close).then(AccountClosed(account_id=MARIA))


def test_a_closed_account_stays_closed():
    for command in (UnlockAccount(account_id=MARIA), SetPassword(account_id=MARIA, password_hash="x")):
        given(decider, OPENED, SET, AccountClosed(account_id=MARIA)).when(command).then_refused("account_closed")


def test_does_not_know_an_account_that_was_never_opened():
    with pytest.raises(Unknown, match="no account"):
        given(decider).when(LockAccount(account_id=MARIA))
