"""What differs from the plain plan because of the sessions before (issue of the note: it adapts)."""

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from services.protocol.domain.catalogue import Gate
from services.protocol.domain.definition import Definition
from services.protocol.domain.gates import in_time, is_calm, is_open, seen
from services.protocol.domain.state import Given
from services.protocol.domain.timeplan import ENDLESS
from shared.vocabulary import SessionFlag

SAID: dict[SessionFlag, str] = {
    "threshold_risen": "The pain threshold had risen",
    "aggravated": "The client was worse after what was done",
    "contraction": "A muscle contracted",
}


class Adapted(Struct, frozen=True, kw_only=True):
    """What differs, why, and who says so."""

    what: str
    why: str
    source: str


def gentle(definition: Definition, given: Sequence[Given]) -> bool:
    """Whether the client was worse after the last session, where the protocol has an answer to that."""
    gentler = definition.gentler
    return gentler is not None and bool(given) and getattr(given[-1].session, gentler.after)


def region_minutes(definition: Definition, given: Sequence[Given]) -> int:
    """The most minutes a region may have in the next session."""
    limit, gentler = definition.limits.region_minutes, definition.gentler
    most = limit.most if limit else ENDLESS
    return min(most, gentler.region_minutes or most) if gentler and gentle(definition, given) else most


def adapted(definition: Definition, place: int, given: Sequence[Given], *, series: bool) -> Iterator[Adapted]:
    """A gentler session, techniques offered because of what was seen, techniques left because of it."""
    gentler = definition.gentler
    if gentler and gentle(definition, given):
        yield Adapted(what=gentler.text, why=_said(gentler.after, given[-1].on), source=gentler.source)
    for gate in definition.gates:
        yield from _by(gate, place, given, series=series)


def _by(gate: Gate, place: int, given: Sequence[Given], *, series: bool) -> Iterator[Adapted]:
    sessions = [one.session for one in given]
    if gate.once and is_open(gate, place, sessions, series=series):
        first = next(one.on for one in given if getattr(one.session, gate.once))
        yield Adapted(what=f"Offered: {gate.title}", why=_said(gate.once, first), source=gate.source)
    if gate.absent and in_time(gate, place, series=series) and not is_calm(gate, sessions):
        yield Adapted(what=f"Left out: {gate.title}", why=_why_left(gate, given), source=gate.source)


def _why_left(gate: Gate, given: Sequence[Given]) -> str:
    recent = given[-gate.absent_in :]
    if seen(gate, [one.session for one in recent]):
        last = next(one.on for one in reversed(recent) if getattr(one.session, gate.absent or ""))
        return f"{_said(gate.absent or 'contraction', last)}; it waits for {gate.absent_in} sessions without"
    return f"fewer than {gate.absent_in} sessions are written down here"


def _said(flag: SessionFlag, on: date) -> str:
    return f"{SAID[flag]} in the session of {on}"
