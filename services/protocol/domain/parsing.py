"""Reading a definition from TOML; an error names the file, the key and its line."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from services.protocol.domain.checking import CHECKS, IN_A_FILE, Look, WrongError, check
from services.protocol.domain.definition import Definition
from services.protocol.domain.places import keys_of, last_key, line_of

UNKNOWN = re.compile(r"unknown field `(.+?)`")
LINE = re.compile(r"at line (\d+)")
ENTRY = re.compile(r"(phases|gates)\[(\d+)\]")
SHAPE = {"kind", "number", "sessions", "weeks"}
"""What makes a phase what it is: sessions are counted by it, so for a running course it never changes."""


class UnreadableError(ValueError):
    """A definition, or what a practice changed of it, cannot be. The text names file, line and key."""


def parse(text: bytes, changes: Mapping[str, Any], name: str = "", settings: str = "") -> Definition:
    """The definition with the practice's own values. Raises `UnreadableError`.

    `name` is the file's, `settings` the text of `practice.toml`, where the values stand.
    """
    given = _loaded(text, name)
    try:
        plain = checked(given, IN_A_FILE)
    except WrongError as wrong:
        raise UnreadableError(_placed(text, name, wrong)) from wrong
    try:
        return checked(changed(given, changes), CHECKS) if changes else plain
    except WrongError as wrong:
        path = _as_set(given, wrong.path)
        line = f"line {line_of(settings, f'policy.{plain.id}.{path}')}, " if settings else ""
        raise UnreadableError(f"practice.toml, {line}policy of {plain.id}, {path}: {wrong.sentence}") from wrong


def checked(given: Mapping[str, Any], looks: Sequence[Look]) -> Definition:
    """The definition these values make. Raises `WrongError` with the path of the first that cannot be."""
    try:
        definition = msgspec.convert(given, Definition)
    except msgspec.ValidationError as error:
        raise _wrong(str(error)) from error
    check(definition, looks)
    return definition


def changed(given: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`{"min_gap_days": 3}` changes a policy value; `phases`, `gates` and `limits` take tables by name.

    The shape of a protocol is no setting: a running course keeps the one it started with.
    """
    values = dict(changes)
    phases = _merged(given["phases"], NAMED["phases"], values.get("phases", {}), "phases")
    _must_keep_shape(values.pop("phases", {}))
    gates = _merged(given.get("gates", []), NAMED["gates"], values.pop("gates", {}), "gates")
    limits = {name: dict(limit) for name, limit in given.get("limits", {}).items()}
    for name, limit in values.pop("limits", {}).items():
        limits[name] = limits.get(name, {}) | _table(limit, f"limits.{name}")
    policy = given.get("policy", {}) | values
    new = {**given, "phases": phases, "gates": gates, "limits": limits, "policy": policy}
    return new | {"cautions": [*given.get("cautions", []), *_set_otherwise(given, new)]}


def _set_otherwise(given: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What the practice set against the text, as sentences: a note says both, so it says whose figure counts."""
    for what in ("phases", "gates", "limits"):
        before, now = _by_name(given, what), _by_name(new, what)
        for name, table in now.items():
            for key, value in table.items():
                old = before.get(name, {}).get(key)
                if value != old:
                    words = f"{name}, {key} {value}; the text has {'none' if old is None else old}".replace("_", " ")
                    yield {"text": f"Set by this practice: {words}.", "source": "policy"}


def _by_name(given: Mapping[str, Any], what: str) -> dict[str, Any]:
    tables = given.get(what, {})
    return dict(tables) if what == "limits" else {NAMED[what](table): table for table in tables}


def _merged(tables: list[dict[str, Any]], named: Any, changes: Any, what: str) -> list[dict[str, Any]]:
    if unknown := set(_table(changes, what)) - {named(table) for table in tables}:
        raise WrongError(what, f"there is none called {', '.join(sorted(unknown))}")
    return [table | _table(changes.get(named(table), {}), f"{what}.{named(table)}") for table in tables]


def _must_keep_shape(phases: Mapping[str, Mapping[str, Any]]) -> None:
    for name, phase in phases.items():
        for key in sorted(SHAPE & set(phase)):
            raise WrongError(
                f"phases.{name}.{key}",
                "it cannot be changed here, as running courses would move to another place. "
                "Write a protocol of your own, or a higher version of this one, into the folder protocols.",
            )


def _table(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongError(path, "a table is wanted here")
    return value


def _phase_name(phase: Mapping[str, Any]) -> str:
    return "maintenance" if phase["kind"] == "maintenance" else f"{phase['kind']} {phase.get('number', 1)}"


NAMED: dict[str, Callable[[Mapping[str, Any]], str]] = {"phases": _phase_name, "gates": lambda gate: str(gate["what"])}
"""How a practice calls the entries of these lists."""


def _as_set(given: Mapping[str, Any], path: str) -> str:
    """`phases[1].per_week` as `practice.toml` has it: `phases.series 2.per_week`; single values stand by themselves."""
    found = ENTRY.match(path)
    if found is None:
        return path.removeprefix("policy.")
    what, number = found[1], int(found[2])
    return f"{what}.{NAMED[what](given[what][number])}{path[found.end() :]}"


def _loaded(text: bytes, name: str) -> dict[str, Any]:
    lines = text.decode(errors="replace").splitlines()
    try:
        return tomllib.loads(text.decode())
    except UnicodeDecodeError as error:
        line, why = text[: error.start].count(b"\n") + 1, "it is not in UTF-8"
        cause: ValueError = error
    except tomllib.TOMLDecodeError as error:
        at = LINE.search(str(error))
        line, why, cause = int(at[1]) if at else len(lines), f"no TOML: {error}", error
    key = last_key(lines[:line])
    raise UnreadableError(f"{name}, line {line}, {f'{key}: ' if key else ''}{why}") from cause


def _wrong(text: str) -> WrongError:
    """What msgspec says as ``Expected `int`, got `str` - at `$.phases[2].sessions` ``, with what is possible there."""
    sentence, _, path = text.partition(" - at `$")
    path = path.rstrip("`").removeprefix(".")
    if possible := ", ".join(_possible(inspect.type_info(Definition), keys_of(path))):
        sentence = f"{sentence}. Possible: {possible}"
    field = UNKNOWN.search(sentence)
    return WrongError(".".join(part for part in (path, field and field[1]) if part), sentence)


def _possible(kind: inspect.Type, keys: Sequence[str | int]) -> Iterator[str]:
    """The words of which the value at this path is one, if it is such a value."""
    match kind:
        case inspect.UnionType(types=types):
            for one in types:
                yield from _possible(one, keys)
        case inspect.LiteralType(values=values) if not keys:
            yield from map(str, values)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item) if keys:
            yield from _possible(item, keys[1:])
        case inspect.StructType(fields=fields) if keys:
            for field in fields:
                if field.encode_name == keys[0]:
                    yield from _possible(field.type, keys[1:])


def _placed(text: bytes, name: str, wrong: WrongError) -> str:
    return f"{name}, line {line_of(text.decode(), wrong.path)}, {wrong}"
