"""Equal statements of many rows as one: every argument becomes a list, every row of the lists is one of them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter

import asyncpg

from shared.store.unit import Statement

INSERT = re.compile(r"(insert into [\w.]+\s*\([^()]+\))\s*values\s*\((.+)\)(\s*on conflict do nothing)?", re.DOTALL)
UPDATE = re.compile(r"(update [\w.]+\s+set\s.+?)\s+where\s+((\w+) = \$1\b.*)", re.DOTALL)
DELETE = re.compile(r"(delete from [\w.]+)\s+where\s+(.+)", re.DOTALL)
LOOKS_FURTHER = re.compile(r"\b(select|(?<!delete )from|using|returning|conflict|or)\b")
PLACE = re.compile(r"\$(\d+)")
_known: dict[str, str | None] = {}


async def together(connection: asyncpg.Connection, statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    """The statements by their text, in the order of these; of those that can go at once, one is left.

    The order lets what is deleted make room for what is inserted, and gives equal batches equal statements.
    """
    found = defaultdict[str, list[Statement]](list)
    for statement in sorted(statements, key=itemgetter(0)):
        found[statement[0]].append(statement)
    for sql, equal in found.items():
        rows = [args for _, args in equal]
        if len(rows) > 1 and (many := await for_many(connection, sql)) and _go_at_once(many, rows):
            found[sql] = [(many, tuple(zip(*rows, strict=True)))]
    return found


def _go_at_once(many: str, rows: Sequence[tuple[object, ...]]) -> bool:
    """An update would change a row once only, whoever asks for it how often."""
    return not many.startswith("update") or len({args[0] for args in rows}) == len(rows)


async def for_many(connection: asyncpg.Connection, sql: str) -> str | None:
    """The statement that takes lists of arguments; nothing where rows must be dealt with one after another."""
    if sql not in _known:
        _known[sql] = await _rewritten(connection, sql)
    return _known[sql]


async def _rewritten(connection: asyncpg.Connection, sql: str) -> str | None:
    found = _parts(sql.strip())
    types = (await connection.prepare(sql)).get_parameters() if found else ()
    if found is None or not types or any(one.kind == "array" for one in types):
        return None  # a list of lists would be taken apart to its last item
    lists = ", ".join(f"${n}::{one.schema}.{one.name}[]" for n, one in enumerate(types, 1))
    many = f"unnest({lists}) as many({', '.join(f'a{n}' for n in range(1, len(types) + 1))})"
    what, rest = (PLACE.sub(r"many.a\1", part) for part in found.groups()[:2])
    match what.partition(" ")[0]:
        case "insert":
            return f"{what} select {rest} from {many}{found[3] or ''}"
        case "update":
            return f"{what} from {many} where {rest}"
    return f"{what} using {many} where {rest}"


def _parts(sql: str) -> re.Match[str] | None:
    """What it does and to which rows, if it looks at no row but those."""
    found = INSERT.fullmatch(sql) or UPDATE.fullmatch(sql) or DELETE.fullmatch(sql)
    if found is None or any(LOOKS_FURTHER.search(part) for part in found.groups()[:2]):
        return None
    changes_its_key = found.re is UPDATE and re.search(rf"\b{found[3]} =", found[1])
    return None if changes_its_key else found
