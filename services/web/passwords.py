"""Passwords: Argon2 in a thread, one at a time, and the same work for a login name nobody has."""

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

LONGEST = 1024
SHORTEST = 12
AT_ONCE = 1
"""There are two verifiers (`Desk`)."""
WAITING = 20
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Busy(Exception):  # noqa: N818 - an answer (503), not a bug
    """Too many sign-ins are waiting for their turn."""


def generate() -> str:
    """A password of 95 bits that can be read out: four groups of five, without letters that look alike."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))


def complaint(password: str) -> str | None:
    """Why a new password will not do; absent when it will. Lengths are in characters."""
    if len(password) < SHORTEST:
        return f"A password needs at least {SHORTEST} characters."
    return f"A password has at most {LONGEST} characters." if len(password) > LONGEST else None


def digest(password: str) -> str:
    """The Argon2 string to keep: 64 MiB and about a tenth of a second (argon2-cffi's defaults, RFC 9106)."""
    return PasswordHasher().hash(password)


@cache
def nobody() -> str:
    """The hash a password is checked against when the login name is unknown, so that it takes as long."""
    return digest(secrets.token_urlsafe())


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one hashed; no hash never matches and takes as long to say so."""
    try:
        return PasswordHasher().verify(password_hash or nobody(), password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


class Verifier:
    """Runs `matches` in threads: each takes 64 MiB and a core, so a crowd must queue, and not for ever."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is right. Raises `Busy` when too many wait; a very long one is wrong unseen."""
        if len(password) > LONGEST:
            return False
        if self._waiting >= WAITING:
            raise Busy
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(matches, password, password_hash)
        finally:
            self._waiting -= 1
