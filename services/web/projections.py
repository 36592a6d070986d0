"""Accounts as sign-in needs them: by login name, with the newest password."""

from collections.abc import Iterator

from services.web.domain.account import (
    AccountClosed,
    AccountEvents,
    AccountLocked,
    AccountOpened,
    AccountUnlocked,
    PasswordSet,
)
from shared.messages import Recorded
from shared.store.unit import Projections, Statement


def on_opened(recorded: Recorded) -> Iterator[Statement]:
    """A new row, not usable until a password is set."""
    event: AccountOpened = recorded.event
    yield (
        "insert into account (account_id, login, role, name, therapist_id, status) values ($1, $2, $3, $4, $5, 'open')",
        (event.account_id, event.login, event.role, event.name, event.therapist_id),
    )


def on_password_set(recorded: Recorded) -> Iterator[Statement]:
    """The new password counts, and whoever signed in with the old one is out."""
    event: PasswordSet = recorded.event
    yield (
        "update account set password_hash = $2 where account_id = $1",
        (event.account_id, event.password_hash),
    )
    yield sign_out_everywhere(event)


def on_locked(recorded: Recorded) -> Iterator[Statement]:
    """No way in, and whoever is in is out."""
    yield "update account set status = 'locked' where account_id = $1", (recorded.event.account_id,)
    yield sign_out_everywhere(recorded.event)


def on_unlocked(recorded: Recorded) -> Iterator[Statement]:
    """In again."""
    yield "update account set status = 'open' where account_id = $1", (recorded.event.account_id,)


def on_closed(recorded: Recorded) -> Iterator[Statement]:
    """Out for good; the old password is of no more use to anybody."""
    yield (
        "update account set status = 'closed', password_hash = null where account_id = $1",
        (recorded.event.account_id,),
    )
    yield sign_out_everywhere(recorded.event)


def sign_out_everywhere(event: AccountEvents) -> Statement:
    """End every sign-in of the account."""
    return "delete from sign_in where account_id = $1", (event.account_id,)


PROJECTIONS: Projections = {
    AccountOpened: on_opened,
    PasswordSet: on_password_set,
    AccountLocked: on_locked,
    AccountUnlocked: on_unlocked,
    AccountClosed: on_closed,
}
