"""Reading a definition from TOML; an error names the file, the key and its line."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from services.protocol.domain.checking import WrongError, check
from services.protocol.domain.definition import Definition

KEY = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
UNKNOWN = re.compile(r"unknown field `(.+?)`")


class UnreadableError(ValueError):
    """A definition, or what a practice changed of it, cannot be. The text names file, line and key."""


def parse(text: bytes, changes: Mapping[str, Any], name: str = "") -> Definition:
    """The definition with the practice's own values. Raises `UnreadableError`; `name` is the file's."""
    given = _loaded(text, name)
    try:
        plain = checked(given)
    except WrongError as wrong:
        raise UnreadableError(_placed(text, name, wrong)) from wrong
    try:
        return checked(changed(given, changes)) if changes else plain
    except WrongError as wrong:
        raise UnreadableError(f"practice.toml, policy of {plain.id}, {wrong}") from wrong


def checked(given: Mapping[str, Any]) -> Definition:
    """The definition these values make. Raises `WrongError` with the path of the first that cannot be."""
    try:
        definition = msgspec.convert(given, Definition)
    except msgspec.ValidationError as error:
        raise _wrong(str(error)) from error
    check(definition)
    return definition


def changed(given: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`{"min_gap_days": 3}` changes a policy value; `phases`, `gates` and `limits` take tables by name."""
    values = dict(changes)
    phases = _merged(given["phases"], _phase_name, values.pop("phases", {}), "phases")
    gates = _merged(given.get("gates", []), lambda gate: gate["what"], values.pop("gates", {}), "gates")
    limits = {name: dict(limit) for name, limit in given.get("limits", {}).items()}
    for name, limit in values.pop("limits", {}).items():
        limits[name] = limits.get(name, {}) | _table(limit, f"limits.{name}")
    policy = given.get("policy", {}) | values
    return {**given, "phases": phases, "gates": gates, "limits": limits, "policy": policy}


def _merged(tables: list[dict[str, Any]], named: Any, changes: Any, what: str) -> list[dict[str, Any]]:
    if unknown := set(_table(changes, what)) - {named(table) for table in tables}:
        raise WrongError(what, f"there is none called {', '.join(sorted(unknown))}")
    return [table | _table(changes.get(named(table), {}), f"{what}.{named(table)}") for table in tables]


def _table(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongError(path, "a table is wanted here")
    return value


def _phase_name(phase: Mapping[str, Any]) -> str:
    return "maintenance" if phase["kind"] == "maintenance" else f"{phase['kind']} {phase.get('number', 1)}"


def _loaded(text: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{name}: no TOML: {error}") from error


def _wrong(text: str) -> WrongError:
    """What msgspec says as ``Expected `int`, got `str` - at `$.phases[2].sessions` ``."""
    sentence, _, path = text.partition(" - at `$")
    path = path.rstrip("`").removeprefix(".")
    field = UNKNOWN.search(sentence)
    return WrongError(".".join(part for part in (path, field and field[1]) if part), sentence)


def _placed(text: bytes, name: str, wrong: WrongError) -> str:
    return f"{name}, line {line_of(text.decode(), wrong.path)}, {wrong}"


def line_of(text: str, path: str) -> int:
    """The line on which the value at a path such as `phases[2].sessions` is complete, or as much of the path as is.

    No second parser: the shortest beginning of the file that holds the value ends on its line.
    """
    keys = [int(number) if number else word for word, number in KEY.findall(path)]
    lines = text.splitlines()
    whole = tomllib.loads(text)
    while keys and not _holds(whole, keys):
        keys.pop()
    return next((n for n in range(1, len(lines) + 1) if _begins("\n".join(lines[:n]), keys)), 1)


def _begins(text: str, keys: list[str | int]) -> bool:
    try:
        return _holds(tomllib.loads(text), keys)
    except tomllib.TOMLDecodeError:
        return False  # cut in the middle of a value


def _holds(value: Any, keys: list[str | int]) -> bool:
    for key in keys:
        if isinstance(key, int):
            if not isinstance(value, list) or len(value) <= key:
                return False
        elif not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
