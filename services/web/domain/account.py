"""A staff member's account: who may sign in, in which role, and with which password."""

from typing import Literal, assert_never
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from shared.decider import Decider, Refused, Unknown, refuse
from shared.messages import Command, Event

StaffRole = Literal["owner", "front_desk", "therapist"]
LOGINS = UUID("6f1f0c52-6a0b-5d3e-9a63-3f9f5a2c7d10")


def account_of(login: str) -> UUID:
    """The account a login name stands for. The name makes the id, so one name can never have two accounts."""
    return uuid5(LOGINS, plain(login))


def plain(login: str) -> str:
    """A login name as it is compared: without outer spaces, in small letters."""
    return login.strip().casefold()


def stream(account_id: UUID) -> str:
    """The stream of one account."""
    return f"account-{account_id}"


# Events. None is published: the password's hash stays in this service.


class AccountEvent(Event, frozen=True, kw_only=True):
    """Every event of an account names it."""

    account_id: UUID


class AccountOpened(AccountEvent, frozen=True, kw_only=True):
    """A staff member may sign in once a password is set. `therapist_id` is the one known to `scheduling`."""

    login: str
    role: StaffRole
    name: str
    therapist_id: UUID | None = None


class PasswordSet(AccountEvent, frozen=True, kw_only=True):
    """A new password; `password_hash` is an Argon2 string with its parameters and salt."""

    password_hash: str


class AccountLocked(AccountEvent, frozen=True, kw_only=True):
    """Nobody signs in until it is unlocked; open sign-ins end."""


class AccountUnlocked(AccountEvent, frozen=True, kw_only=True):
    """The account may be used again."""


class AccountClosed(AccountEvent, frozen=True, kw_only=True):
    """The person has left. The login name is never given to another."""


AccountEvents = AccountOpened | PasswordSet | AccountLocked | AccountUnlocked | AccountClosed


class Account(Struct, frozen=True, kw_only=True):
    """What decisions need: whether the account exists and may be used."""

    status: Literal["none", "open", "locked", "closed"] = "none"


def evolve(account: Account, event: AccountEvents) -> Account:
    """Fold one event."""
    match event:
        case AccountOpened() | AccountUnlocked():
            return replace(account, status="open")
        case PasswordSet():
            return account
        case AccountLocked():
            return replace(account, status="locked")
        case AccountClosed():
            return replace(account, status="closed")
    assert_never(event)


# Commands.


class OpenAccount(Command, frozen=True, kw_only=True):
    """Let a staff member in, with a first password."""

    login: str
    role: StaffRole
    name: str
    password_hash: str
    therapist_id: UUID | None = None


class SetPassword(Command, frozen=True, kw_only=True):
    """Replace the password; every open sign-in of the account ends."""

    account_id: UUID
    password_hash: str


class LockAccount(Command, frozen=True, kw_only=True):
    """Keep everybody out for now."""

    account_id: UUID


class UnlockAccount(Command, frozen=True, kw_only=True):
    """Let the person in again."""

    account_id: UUID


class CloseAccount(Command, frozen=True, kw_only=True):
    """Close it for good."""

    account_id: UUID


AccountCommand = OpenAccount | SetPassword | LockAccount | UnlockAccount | CloseAccount


def decide(command: AccountCommand, account: Account) -> list[AccountEvents]:
    """Events for a command. Locking, unlocking and closing twice say nothing new."""
    if isinstance(command, OpenAccount):
        return open_account(command, account)
    if account.status == "none":
        raise Unknown("There is no account with this login name.")
    if isinstance(command, CloseAccount):
        return [] if account.status == "closed" else [AccountClosed(account_id=command.account_id)]
    if account.status == "closed":
        raise closed()
    return change(command, account)


def open_account(command: OpenAccount, account: Account) -> list[AccountEvents]:
    """The account and its first password; a name that was ever used is refused."""
    if account.status != "none":
        raise refuse("login_taken", "This login name is taken. Choose another, or set a new password for it.")
    account_id, login = account_of(command.login), plain(command.login)
    return [
        AccountOpened(
            account_id=account_id,
            login=login,
            role=command.role,
            name=command.name,
            therapist_id=command.therapist_id,
        ),
        PasswordSet(account_id=account_id, password_hash=command.password_hash),
    ]


def change(command: SetPassword | LockAccount | UnlockAccount, account: Account) -> list[AccountEvents]:
    """Changes of an account that is open or locked."""
    match command:
        case SetPassword():
            return [PasswordSet(account_id=command.account_id, password_hash=command.password_hash)]
        case LockAccount():
            return [] if account.status == "locked" else [AccountLocked(account_id=command.account_id)]
        case UnlockAccount():
            return [] if account.status == "open" else [AccountUnlocked(account_id=command.account_id)]
    assert_never(command)


def closed() -> Refused:
    """A closed account stays closed."""
    return refuse("account_closed", "This account is closed. Open one with another login name.")


decider: Decider[AccountCommand, AccountEvents, Account] = Decider(
    decide=decide,
    evolve=evolve,
    initial=Account(),
    events=(AccountOpened, PasswordSet, AccountLocked, AccountUnlocked, AccountClosed),
)
