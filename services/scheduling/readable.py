"""Rows that cannot be read are left out and seen, and take nothing else with them.

What is stored fits its class; a row that does not was damaged, or written by a version that let more in.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

import structlog

from shared import metrics

log = structlog.get_logger()

Row = TypeVar("Row")
Read = TypeVar("Read")
RECENT = 600.0
"""Seconds for which a row that could not be read counts and is not logged again."""
_met: dict[tuple[str, str], float] = {}
"""Kind and id of rows that could not be read, and when they were last met."""


def readable(kind: str, key: str, rows: Iterable[Any], read: Callable[[Any], Read]) -> list[Read]:
    """What can be read of the rows, in their order; `key` is the column with the id."""
    return list(_read(kind, rows, lambda row: str(row[key]), read))


def tried(kind: str, id_: str, read: Callable[[], Read], otherwise: Read) -> Read:
    """What is read, or something in its place."""
    found = list(_read(kind, [None], lambda _: id_, lambda _: read()))
    return found[0] if found else otherwise


def _read(kind: str, rows: Iterable[Any], id_of: Callable[[Any], str], read: Callable[[Any], Read]) -> Iterator[Read]:
    for row in rows:
        try:
            found = read(row)
        except (ValueError, TypeError, LookupError, OverflowError) as error:
            _note(kind, id_of(row), error)
            continue
        if _met:
            _met.pop((kind, id_of(row)), None)
        yield found


def _note(kind: str, id_: str, error: Exception) -> None:
    met, now = _met.get((kind, id_)), time.monotonic()
    _met[kind, id_] = now
    if met is None or now - met > RECENT:
        log.error("row_unreadable", exc_info=error, kind=kind, key=id_)
        metrics.rows_unreadable.labels(kind).set_function(partial(_count, kind))


def _count(kind: str) -> float:
    since = time.monotonic() - RECENT
    return sum(one == kind and at > since for (one, _), at in list(_met.items()))
