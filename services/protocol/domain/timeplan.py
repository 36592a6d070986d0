"""The time plan of a session: which technique, where, how long, how the client lies (domain.md §3.3, §3.4)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from services.protocol.domain.catalogue import Limit, Move, Stage
from services.protocol.domain.definition import Definition
from services.protocol.domain.minutes import of_moves, of_stages, within
from shared.vocabulary import Position, Region, Side, Technique

ENDLESS = 24 * 60
"""Room in minutes where no limit is set."""
TURNED = "Turned over, as the client has lain prone long enough. "


class PlannedStep(Struct, frozen=True, kw_only=True, gc=False):
    """One step of the session to come; `position` is how the client lies, absent where nobody says."""

    step: str
    technique: Technique
    minutes: int
    detail: str
    source: str
    region: Region | None = None
    side: Side | None = None
    position: Position | None = None


class Prone(Struct, frozen=True, kw_only=True, gc=False):
    """Minutes of the plan's longest stretch prone, and the most there may be."""

    longest: int
    limit: int | None


Place = tuple[Region, Side | None]
"""A region to dwell on, and on which side where it is one."""


class Plan(Struct, frozen=True, kw_only=True, gc=False):
    """The steps in order, the minutes of each region in them, and how long the client lies prone."""

    steps: tuple[PlannedStep, ...]
    minutes: dict[Region | None, int]
    prone: Prone


class Ask(Struct, frozen=True, kw_only=True, gc=False):
    """What the plan is made for: minutes in all, open gates, regions in focus, tender points left.

    `region_minutes` is the most a region may have; `gentle` stretches the stages that say so.
    """

    minutes: int
    opened: frozenset[str]
    wanted: tuple[Place, ...] = ()
    points: int = 0
    region_minutes: int = ENDLESS
    gentle: bool = False


@lru_cache(maxsize=2048)
def time_plan(definition: Definition, ask: Ask) -> Plan:
    """The plan. It adds up, no region has more than it may, no stretch prone is longer than it may be.

    Many courses ask for the same one: plans made lately are kept.
    """
    stages = [stage for stage in definition.stages if _may(stage, ask)]
    given = of_stages(stages, ask.minutes, [_exact(definition, stage, ask) for stage in stages], gentle=ask.gentle)
    planned = [_plain(definition, stage, minutes, ask) for stage, minutes in zip(stages, given, strict=True)]
    cut = _capped(planned, ask.region_minutes)
    for n, stage in enumerate(stages):
        if stage.by_region:
            planned[n], cut = _by_region(definition, stage, given[n] + cut, planned, ask), 0
    _give_back(planned, cut)
    steps = [step for stage_steps in planned for step in stage_steps if step.minutes]
    found = tuple(turned(steps, definition.limits.prone_minutes))
    return Plan(steps=found, minutes=_minutes(found), prone=prone(definition, found))


def _minutes(steps: Sequence[PlannedStep]) -> Counter[Region | None]:
    spent = Counter[Region | None]()
    for step in steps:
        spent[step.region] += step.minutes
    return spent


def prone(definition: Definition, steps: Sequence[PlannedStep]) -> Prone:
    """The plan's longest stretch prone beside the limit, in minutes."""
    longest = stretch = 0
    for step in steps:
        stretch = stretch + step.minutes if step.position == "prone" else 0
        longest = max(longest, stretch)
    limit = definition.limits.prone_minutes
    return Prone(longest=longest, limit=limit.most if limit else None)


def _may(part: Stage | Move, ask: Ask) -> bool:
    return part.needs is None or part.needs in ask.opened


def _exact(definition: Definition, stage: Stage, ask: Ask) -> int | None:
    """Half the session where a gate asks for it (rounded up), each tender point its seconds (a sixth at most)."""
    if stage.half_when and stage.half_when in ask.opened:
        return (ask.minutes + 1) // 2
    seconds = definition.limits.tender_point_seconds
    if stage.by_points and ask.points and seconds:
        return min(-(-ask.points * seconds.most // 60), ask.minutes // 6)
    return None


def _plain(definition: Definition, stage: Stage, minutes: int, ask: Ask) -> list[PlannedStep]:
    """The techniques of a stage that is not shared out by region."""
    if stage.by_region:
        return []
    moves = [move for move in definition.moves[stage.id] if _may(move, ask)]
    return [_step(move, part, move.region) for move, part in zip(moves, of_moves(moves, minutes), strict=True)]


def _capped(planned: list[list[PlannedStep]], most: int) -> int:
    """Cut every region down to what it may have; gives the minutes cut off."""
    spent, cut = Counter[str](), 0
    for steps in planned:
        for n, step in enumerate(steps):
            kept = step.minutes if _free(step) else min(step.minutes, most - spent[step.region or ""])
            spent[step.region or ""] += kept
            if kept != step.minutes:
                cut += step.minutes - kept
                steps[n] = replace(step, minutes=kept)
    return cut


def _free(step: PlannedStep) -> bool:
    return step.region in {None, "full_body"}


def _by_region(
    definition: Definition, stage: Stage, minutes: int, planned: Sequence[Sequence[PlannedStep]], ask: Ask
) -> list[PlannedStep]:
    """Even parts for the regions in focus, as far as they have room; what is left goes where no region is named."""
    moves = [move for move in definition.moves[stage.id] if _may(move, ask)]
    rest = next(move for move in moves if not move.regions)
    spent = _minutes([step for steps in planned for step in steps])
    parts = within([ask.region_minutes - spent[region] for region, _ in ask.wanted], minutes)
    steps = [
        _step(next((move for move in moves if region in move.regions), rest), part, region, side)
        for (region, side), part in zip(ask.wanted, parts, strict=True)
    ]
    steps.sort(key=lambda step: step.position or "")
    return [*steps, _step(rest, minutes - sum(parts), rest.region)]


def _give_back(planned: list[list[PlannedStep]], minutes: int) -> None:
    """What was cut off and found no place goes to the longest step that is bound to no region."""
    if minutes:
        free = [(step.minutes, n, m) for n, steps in enumerate(planned) for m, step in enumerate(steps) if _free(step)]
        _, n, m = max(free)
        planned[n][m] = replace(planned[n][m], minutes=planned[n][m].minutes + minutes)


def _step(move: Move, minutes: int, region: Region | None, side: Side | None = None) -> PlannedStep:
    return PlannedStep(
        step=move.title, technique=move.technique, minutes=minutes, detail=move.detail, source=move.source,
        region=region, side=side, position=move.position,
    )  # fmt: skip


def turned(steps: Sequence[PlannedStep], limit: Limit | None) -> Iterator[PlannedStep]:
    """Where the client has lain prone for as long as allowed, what is left of the stretch is done on the side."""
    stretch = 0
    for step in steps:
        if limit is None or step.position != "prone":
            stretch = 0
            yield step
            continue
        kept = min(step.minutes, limit.most - stretch)
        stretch += kept
        if kept:
            yield replace(step, minutes=kept)
        if step.minutes > kept:
            yield replace(step, minutes=step.minutes - kept, position="side_lying", detail=TURNED + step.detail)
