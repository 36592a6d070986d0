"""Claims: what an event holds exclusively (a therapist, a room, a client for a time), looked up under the lock."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import Struct

from shared.decider import Refusal, Refused
from shared.messages import Event


class Claim(Struct, frozen=True, kw_only=True):
    """`holder` has `resource` (`therapist:<id>`) to itself in `[starts_at, ends_at)`."""

    resource: str
    starts_at: datetime
    ends_at: datetime
    holder: UUID


class Release(Struct, frozen=True, kw_only=True):
    """Everything `holder` has is free again."""

    holder: UUID


Claims = dict[type[Event], Callable[[Any], Iterable[Claim | Release]]]


class Taken(Refused):
    """Somebody else has it. `taken` are the claims that could not be."""

    def __init__(self, taken: Sequence[Claim]) -> None:
        super().__init__(*[_refusal(claim) for claim in taken])
        self.taken = taken


def _refusal(claim: Claim) -> Refusal:
    kind = claim.resource.partition(":")[0]
    return Refusal(rule=f"{kind}_taken", detail=f"The {kind} is taken at this time. Choose another time.")


async def check(connection: asyncpg.Connection, claims: list[Claim], released: set[UUID]) -> None:
    """Raise `Taken` if any claim overlaps another of the list or one in force that is not released."""
    if taken := list(_among_themselves(claims)) or await _against_the_table(connection, claims, released):
        raise Taken(taken)


def _among_themselves(claims: list[Claim]) -> Iterable[Claim]:
    ordered = sorted(claims, key=lambda claim: (claim.resource, claim.starts_at))
    for one, next_one in pairwise(ordered):
        if one.resource == next_one.resource and next_one.starts_at < one.ends_at:
            yield next_one


async def _against_the_table(connection: asyncpg.Connection, claims: list[Claim], released: set[UUID]) -> list[Claim]:
    rows = await connection.fetch(
        """
        select distinct wanted.n
          from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) with ordinality as wanted(resource, a, b, n)
          join public.claim on claim.resource = wanted.resource
               and claim.during && tstzrange(wanted.a, wanted.b) and claim.holder <> all($4::uuid[])
         order by wanted.n
        """,
        [claim.resource for claim in claims],
        [claim.starts_at for claim in claims],
        [claim.ends_at for claim in claims],
        list(released),
    )
    return [claims[row["n"] - 1] for row in rows]


def statement(change: Claim | Release) -> tuple[str, tuple[object, ...]]:
    """The row a claim or release stands for."""
    if isinstance(change, Release):
        return "delete from public.claim where holder = $1", (change.holder,)
    return (
        "insert into public.claim (resource, during, holder) values ($1, tstzrange($2, $3), $4)",
        (change.resource, change.starts_at, change.ends_at, change.holder),
    )
