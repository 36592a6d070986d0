"""Statements that can share a round trip with the append: each on a table of its own, as parts of one statement."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from shared.store.unit import Statement

CHANGE = re.compile(r"\s*(?:insert into|update|delete from)\s+([\w.]+)", re.IGNORECASE)
LOOKS_ELSEWHERE = re.compile(r"\b(select|using)\b|\bset\b.*\bfrom\b", re.IGNORECASE | re.DOTALL)
PLACE = re.compile(r"\$(\d+)")
MOST = 8
"""More come from batches of many units, which would give a new statement to plan each time."""


def fuse(query: str, args: Sequence[object], others: Mapping[str, Sequence[Statement]]) -> Statement | None:
    """One statement that runs the query and all the others, or nothing when they are not independent.

    The others are those of `together`. PostgreSQL runs the parts of a statement on one snapshot and in no order: no
    two of them may change one table, and none may look into another.
    """
    if len(others) > MOST or len({_table(sql) for sql in others} - {None}) < len(others):
        return None
    parts, values = list[str](), list(args)
    for n, statements in enumerate(others.values()):
        if len(statements) > 1:
            return None
        sql, given = statements[0]
        parts.append(f"part_{n} as ({_moved(sql, len(values))})")
        values += given
    return (f"with {', '.join(parts)} {query}" if parts else query), tuple(values)


@cache
def _table(sql: str) -> str | None:
    """The table a statement changes, if it looks into no other."""
    found = CHANGE.match(sql)
    return found[1] if found and not LOOKS_ELSEWHERE.search(sql) else None


@cache
def _moved(sql: str, by: int) -> str:
    """The same statement with its places for arguments further on."""
    return PLACE.sub(lambda place: f"${int(place[1]) + by}", sql)
