"""Passwords: Argon2 in a thread, one at a time, and the same work for a login name nobody has."""

import asyncio
import re
import secrets
from collections.abc import Collection, Iterable
from functools import cache
from unicodedata import category

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

LONGEST = 1024
SHORTEST = 12
FEWEST_GUESSES = 10**10
LONGEST_JUDGED = 72
"""zxcvbn reads no more; what is strong so far stays strong."""
SHORTEST_NAME = 3
LEAST_BESIDE_NAMES = 8
ADVICE = "Take four or more words that do not belong together."
LETTERS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
AT_ONCE = 1
"""There are two verifiers (`Desk`)."""
WAITING = 20
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Busy(Exception):  # noqa: N818 - an answer (503), not a bug
    """Too many sign-ins are waiting for their turn."""


def generate() -> str:
    """A password of 95 bits that can be read out: four groups of five, without letters that look alike."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))


def complaint(password: str, *own: str) -> str | None:
    """Why a new password will not do; absent when it will. Lengths are in characters.

    `own` are names that a stranger would try: the login, the person's, the practice's. They count for nothing.
    """
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    if any(category(letter) in {"Cc", "Cs"} for letter in password):
        return "A password has no characters that cannot be typed. Choose another."
    if len(password) < SHORTEST:
        return f"A password needs at least {SHORTEST} characters."
    if guessable(password, names := own_names(own)):
        return f"This password is among the first that a stranger would try. {ADVICE}"
    without = without_names(password, names)
    if without != password and (len(without.strip()) < LEAST_BESIDE_NAMES or guessable(without, names)):
        return f"This password is little more than a name that strangers know. {ADVICE}"
    return None


def guessable(password: str, names: Collection[str]) -> bool:
    """Whether lists of common passwords, names, dates and keys in a row lead to it in too few tries (zxcvbn)."""
    from zxcvbn import zxcvbn  # noqa: PLC0415  only who sets a password needs its lists, which take 14 MB

    return bool(zxcvbn(password[:LONGEST_JUDGED], user_inputs=list(names))["guesses"] < FEWEST_GUESSES)


def own_names(own: Iterable[str]) -> set[str]:
    """The single words of names, and each name in one word, in small letters."""
    words = {word for name in (*own, "seriatim") for word in [*re.split(r"[\W_]+", name), re.sub(r"[\W_]+", "", name)]}
    return {word.casefold() for word in words if len(word) >= SHORTEST_NAME}


def without_names(password: str, names: Collection[str]) -> str:
    """What is left of a password without these names, also where digits stand for letters."""
    plain = "".join(LETTERS.get(letter, letter).lower()[:1] for letter in password)
    for name in sorted(names, key=len, reverse=True):
        while (at := plain.find(name)) >= 0:
            plain = plain[:at] + plain[at + len(name) :]
            password = password[:at] + password[at + len(name) :]
    return password


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
