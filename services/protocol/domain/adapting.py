"""What differs from the plain plan because of the sessions before (issue of the note: it adapts)."""

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from services.protocol.domain.catalogue import Gate
from services.protocol.domain.definition import Definition
from services.protocol.domain.gates import in_time, is_calm
from services.protocol.domain.state import Given
from services.protocol.domain.timeplan import ENDLESS
from shared.vocabulary import SessionFlag

SAID: dict[SessionFlag, str] = {
    "threshold_risen": "The pain threshold had risen",
    "aggravated": "The client was worse after what was done",
    "contraction": "A muscle contracted",
}


class Adapted(Struct, frozen=True, kw_only=True, gc=False):
    """What differs, why, and who says so."""

    what: str
    why: str
    source: str


FEW = "fewer than {} sessions are written down here"


def gentle(definition: Definition, given: Sequence[Given]) -> bool:
    """Whether the client was worse after the last session, where the protocol has an answer to that."""
    gentler = definition.gentler
    return gentler is not None and bool(given) and getattr(given[-1].session, gentler.after)


def region_minutes(definition: Definition, given: Sequence[Given]) -> int:
    """The most minutes a region may have in the next session."""
    limit, gentler = definition.limits.region_minutes, definition.gentler
    most = limit.most if limit else ENDLESS
    return min(most, gentler.region_minutes or most) if gentler and gentle(definition, given) else most


def adapted(
    definition: Definition, place: int, given: Sequence[Given], opened: frozenset[str], *, series: bool
) -> Iterator[Adapted]:
    """A gentler session, techniques offered because of what was seen, techniques left because of it."""
    gentler = definition.gentler
    if gentler and gentle(definition, given):
        yield Adapted(what=gentler.text, why=_said(gentler.after, given[-1].on), source=gentler.source)
    for gate in definition.gates:
        if gate.once and gate.what in opened:
            first = next(one.on for one in given if getattr(one.session, gate.once))
            yield Adapted(what=f"Offered: {gate.title}", why=_said(gate.once, first), source=gate.source)
        if gate.absent and gate.what not in opened and in_time(gate, place, series=series):
            yield from _left_out(gate, given)


def _left_out(gate: Gate, given: Sequence[Given]) -> Iterator[Adapted]:
    recent = given[-gate.absent_in :]
    if gate.absent and not is_calm(gate, [one.session for one in recent]):
        last = next((one.on for one in reversed(recent) if getattr(one.session, gate.absent)), None)
        waits = f"it waits for {gate.absent_in} sessions without"
        why = f"{_said(gate.absent, last)}; {waits}" if last else FEW.format(gate.absent_in)
        yield Adapted(what=f"Left out: {gate.title}", why=why, source=gate.source)


def _said(flag: SessionFlag, on: date) -> str:
    return f"{SAID[flag]} in the session of {on}"
