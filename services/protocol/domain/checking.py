"""What must hold between the parts of a definition, beyond the shape of each."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from services.protocol.domain.catalogue import BODY_MAPS, Limits
from services.protocol.domain.definition import Definition

SENTENCES = ("positions", "cautions", "tell", "exercise")


class WrongError(ValueError):
    """A value cannot be. `path` leads to it (`phases[2].sessions`), `sentence` says why."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(f"{path}: {sentence}" if path else sentence)
        self.path = path
        self.sentence = sentence


Look = Callable[[Definition], Iterator[WrongError]]


def check(definition: Definition, looks: Sequence[Look]) -> None:
    """Raise `WrongError` for the first thing that does not fit together."""
    for look in looks:
        for wrong in look(definition):
            raise wrong


def _phases(definition: Definition) -> Iterator[WrongError]:
    """A series has sessions, a break follows a series and has weeks, only the last phase is without end."""
    last = len(definition.phases) - 1
    for n, phase in enumerate(definition.phases):
        path = f"phases[{n}]"
        if phase.kind == "series" and not phase.sessions:
            yield WrongError(path, "a series has a number of sessions")
        if phase.kind == "break" and (not phase.weeks or phase.sessions):
            yield WrongError(path, "a break has weeks and no sessions")
        if phase.kind == "break" and (n in {0, last} or definition.phases[n - 1].kind != "series"):
            yield WrongError(path, "a break lies between a series and another phase")
        if phase.kind == "maintenance" and (phase.sessions or n != last):
            yield WrongError(path, "maintenance has no end, so it has no sessions and is the last phase")
        if phase.kind != "break" and not 1 <= phase.per_week <= phase.max_in_7_days:
            yield WrongError(path, "per_week is at least 1 and at most max_in_7_days")


def _names_once(definition: Definition) -> Iterator[WrongError]:
    named: dict[str, list[str]] = {
        "phases": [phase.name for phase in definition.phases],
        "stages": [stage.id for stage in definition.stages],
        "techniques": [move.id for move in definition.techniques],
        "gates": [gate.what for gate in definition.gates],
    }
    for what, names in named.items():
        for n, name in enumerate(names):
            if name in names[:n]:
                yield WrongError(f"{what}[{n}]", f"there are two called {name}")


def _gates(definition: Definition) -> Iterator[WrongError]:
    """Whatever needs a gate needs one that is there; a gate that closes does so after it opens."""
    known = {gate.what for gate in definition.gates}
    wanted = [(f"stages[{n}].needs", stage.needs) for n, stage in enumerate(definition.stages)]
    wanted += [(f"stages[{n}].half_when", stage.half_when) for n, stage in enumerate(definition.stages)]
    wanted += [(f"techniques[{n}].needs", move.needs) for n, move in enumerate(definition.techniques)]
    for name in SENTENCES:
        wanted += [(f"{name}[{n}].needs", one.needs) for n, one in enumerate(getattr(definition, name))]
        wanted += [(f"{name}[{n}].unless", one.unless) for n, one in enumerate(getattr(definition, name))]
    for path, what in wanted:
        if what and what not in known:
            yield WrongError(path, f"there is no gate for {what}")
    for n, gate in enumerate(definition.gates):
        if gate.to_session and gate.to_session < gate.from_session:
            yield WrongError(f"gates[{n}].to_session", "it ends before it begins")


def _stages(definition: Definition) -> Iterator[WrongError]:
    """Every stage has a technique, every technique a stage, and there is room for what a region may not have."""
    stages = {stage.id for stage in definition.stages}
    for n, move in enumerate(definition.techniques):
        if move.stage not in stages:
            yield WrongError(f"techniques[{n}].stage", f"there is no stage {move.stage}")
    for n, stage in enumerate(definition.stages):
        moves = [move for move in definition.techniques if move.stage == stage.id]
        if not any(move.needs is None for move in moves) and stage.needs is None:
            yield WrongError(f"stages[{n}]", "it has no technique that is always allowed")
        if stage.by_region and not any(not move.regions and move.needs is None for move in moves):
            yield WrongError(f"stages[{n}]", "one of its techniques has no regions: it takes what they may not have")
    if definition.limits.region_minutes and not any(_takes_any(definition)):
        yield WrongError("limits.region_minutes", "no technique is free of regions, so long visits could not be filled")


def _pir_last(definition: Definition) -> Iterator[WrongError]:
    for n, move in enumerate(definition.techniques):
        if move.technique == "pir" and move.stage != definition.stages[-1].id:
            yield WrongError(f"techniques[{n}].stage", "post-isometric relaxation is the last stage of a session")


def _takes_any(definition: Definition) -> Iterator[bool]:
    open_stages = {stage.id for stage in definition.stages if stage.needs is None}
    for move in definition.techniques:
        yield move.stage in open_stages and move.needs is None and not move.regions and move.region is None


def _sources(definition: Definition) -> Iterator[WrongError]:
    """A source is one of those listed, `policy` (the practice's own), or `D` (public clinical references)."""
    letters = {source.source for source in definition.sources} | {"policy", "D"}
    for path, source in _every_source(definition):
        if not {part.split(",")[0].strip() for part in source.split(";")} <= letters:
            yield WrongError(f"{path}.source", f"{source} is none of the sources listed")


def _every_source(definition: Definition) -> Iterator[tuple[str, str]]:
    """Each source that is named, after the path of what names it."""
    for what in ("phases", "gates", "techniques", *SENTENCES, "focus"):
        for n, one in enumerate(getattr(definition, what)):
            yield f"{what}[{n}]", one.source
    for path in ("tender_points", "gentler", "anchor", *(f"limits.{name}" for name in Limits.__struct_fields__)):
        if one := attrgetter(path)(definition):
            yield path, one.source


def _sentences(definition: Definition) -> Iterator[WrongError]:
    for what in SENTENCES:
        for n, one in enumerate(getattr(definition, what)):
            if one.until and one.until < one.since:
                yield WrongError(f"{what}[{n}].until", "it ends before it begins")


def _limits(definition: Definition) -> Iterator[WrongError]:
    for name in definition.limits.__struct_fields__:
        limit = getattr(definition.limits, name)
        if limit and limit.least and limit.least > limit.most:
            yield WrongError(f"limits.{name}.least", "it is more than the most")


def _gentler(definition: Definition) -> Iterator[WrongError]:
    """A practice may lower a limit all the same: after a bad session the lower figure holds."""
    limit, gentler = definition.limits.region_minutes, definition.gentler
    if limit and gentler and gentler.region_minutes and gentler.region_minutes > limit.most:
        yield WrongError("gentler.region_minutes", "it is more than limits.region_minutes")


def _body_maps(definition: Definition) -> Iterator[WrongError]:
    for n, area in enumerate(definition.body_maps):
        if area not in BODY_MAPS:
            yield WrongError(
                f"body_maps[{n}]", f"{area} is no area that has a picture. Possible: {', '.join(BODY_MAPS)}"
            )


def _arrows(definition: Definition) -> Iterator[WrongError]:
    for n, arrow in enumerate(definition.arrows):
        if arrow.area not in definition.body_maps:
            yield WrongError(f"arrows[{n}].area", f"{arrow.area} is none of the body_maps")
        if any(not 0 <= part <= 1 for part in (*arrow.start, *arrow.end)):
            yield WrongError(f"arrows[{n}]", "coordinates lie between 0 and 1")


CHECKS: tuple[Look, ...] = (
    _phases, _names_once, _gates, _pir_last, _stages, _sources, _sentences, _limits, _body_maps, _arrows,
)  # fmt: skip
IN_A_FILE: tuple[Look, ...] = (*CHECKS, _gentler)
