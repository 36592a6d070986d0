"""Who is signed in: a random token in the browser, its SHA-256 in a table, an idle time-out and a longest life."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

import uuid_utils.compat as uuid
from msgspec import Struct

from services.web.domain.account import StaffRole, plain
from shared.clock import Clock
from shared.messages import Cause
from shared.store.store import Store
from shared.store.unit import Tx

IDLE = timedelta(hours=2)
LIFE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)


class Staff(Struct, frozen=True, kw_only=True):
    """A staff member who is signed in."""

    account_id: UUID
    role: StaffRole
    name: str
    therapist_id: UUID | None = None


class SignIns:
    """Open sign-ins. Times are real ones, whatever the practice's clock says."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def account(self, login: str) -> tuple[UUID | None, str | None]:
        """Find the account of a login name, with its password's hash; without one when it is locked or closed."""
        row = await self._store.fetchrow(
            "select account_id, case when status = 'open' then password_hash end as password_hash from account"
            " where login = $1",
            plain(login),
        )
        return (row["account_id"], row["password_hash"]) if row else (None, None)

    async def begin(self, account_id: UUID) -> str:
        """Open a sign-in and give its token (256 bits). Old ones that have run out are swept away."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        await self._execute(
            ("delete from sign_in where started_at < $1 or seen_at < $2", (now - LIFE, now - IDLE)),
            (
                "insert into sign_in (token_hash, account_id, started_at, seen_at) values ($1, $2, $3, $3)",
                (digest(token), account_id, now),
            ),
        )
        return token

    async def staff(self, token: str) -> Staff | None:
        """Find who holds this token, and remember that they were seen; none when it is unknown or has run out."""
        now = self._clock.now()
        row = await self._store.fetchrow(
            "select a.account_id, a.role, a.name, a.therapist_id, s.seen_at"
            "  from sign_in s join account a using (account_id)"
            " where s.token_hash = $1 and s.started_at > $2 and s.seen_at > $3 and a.status = 'open'",
            digest(token),
            now - LIFE,
            now - IDLE,
        )
        if row is None:
            return None
        if row["seen_at"] < now - SEEN_EVERY:
            await self._execute(("update sign_in set seen_at = $2 where token_hash = $1", (digest(token), now)))
        return Staff(account_id=row["account_id"], role=row["role"], name=row["name"], therapist_id=row["therapist_id"])

    async def end(self, token: str) -> None:
        """Close the sign-in; an unknown token is no error."""
        await self._execute(("delete from sign_in where token_hash = $1", (digest(token),)))

    async def _execute(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        async def unit(tx: Tx) -> None:
            for sql, args in statements:
                tx.execute(sql, *args)

        await self._store.write(unit, Cause(actor="web", correlation_id=uuid.uuid7()))


def digest(token: str) -> bytes:
    """Hash a token for the table: whoever reads the table cannot sign in with what stands there."""
    return hashlib.sha256(token.encode()).digest()
