"""Browsers in which somebody has signed in before, known by a signed cookie: strangers cannot use up their tries."""

import hmac
import secrets
from datetime import timedelta
from uuid import UUID

LIFE = timedelta(days=180)


class Devices:
    """Makes and knows the cookies, one an account: a random name of the device, when it was given, a signature."""

    def __init__(self, signing_key: bytes) -> None:
        self._key = hmac.digest(signing_key or secrets.token_bytes(32), b"seriatim device cookie", "sha256")

    def issue(self, account_id: UUID, now: float) -> str:
        """A cookie for the browser in which this account has just signed in."""
        device, at = secrets.token_hex(16), int(now)
        return f"{device}.{at}.{self._sign(account_id, device, at)}"

    def known(self, cookie: str, account_id: UUID, now: float) -> str | None:
        """The device's name, if the cookie is one of ours for this account and not too old."""
        device, _, rest = cookie.partition(".")
        at, _, signature = rest.partition(".")
        if not (at.isdecimal() and len(at) < 20 and cookie.isascii()):
            return None
        fresh = now - LIFE.total_seconds() < int(at)
        return device if fresh and hmac.compare_digest(signature, self._sign(account_id, device, int(at))) else None

    def _sign(self, account_id: UUID, device: str, at: int) -> str:
        return hmac.new(self._key, f"{account_id}.{device}.{at}".encode(), "sha256").hexdigest()
