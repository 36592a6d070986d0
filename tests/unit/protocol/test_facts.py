"""The table of facts in docs/protocol.md: each place and each test it names is there, each value is as it says."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.protocol.told import FOLDER

ROOT = Path(__file__).parents[3]
PAPER = (ROOT / "docs" / "protocol.md").read_text().partition("## Facts and where they are held")[2]
ROWS = [re.split(r"(?<!\\)\|", line)[1:4] for line in PAPER.splitlines() if line.startswith("| §")]
NAMES = ("id", "what", "name")


def ticked(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def places() -> list[str]:
    return list(dict.fromkeys(place for _, held, _ in ROWS for place in ticked(held)))


def all_tests() -> Iterator[str]:
    for file in (ROOT / "tests").rglob("test_*.py"):
        yield from re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)


def within(table: Any, key: str) -> Any:
    """One step into a definition: a key, an entry by its name, and a number in brackets."""
    name, number = re.fullmatch(r"([^\[]+)(?:\[(\d+)\])?", key).groups()  # type: ignore[union-attr]
    if isinstance(table, list):
        table = {entry_name(entry): entry for entry in table}
    return table[name] if number is None else table[name][int(number)]


def entry_name(entry: dict[str, Any]) -> str:
    if "kind" in entry:
        return "maintenance" if entry["kind"] == "maintenance" else f"{entry['kind']} {entry['number']}"
    return str(next(entry[name] for name in NAMES if name in entry))


def value_at(place: str) -> Any:
    """What a definition holds there."""
    protocol, _, path = place.rpartition(": ")
    table: Any = tomllib.loads((FOLDER / f"{protocol or 'fibromyalgia'}.toml").read_text())
    for key in path.split("."):
        table = within(table, key)
    return table


def defined(place: str) -> bool:
    """Whether the file defines it: a function, a class, one of its functions, or a name."""
    file, _, symbol = place.partition(": ")
    base = ROOT if file.startswith("shared/") else ROOT / "services"
    found = base / file if "/" in file else ROOT / "services" / "protocol" / "domain" / file
    found = found if found.exists() else ROOT / "services" / "protocol" / file
    return symbol in set(symbols(ast.parse(found.read_text()), ""))


def symbols(of: ast.Module | ast.ClassDef, before: str) -> Iterator[str]:
    for node in of.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield before + node.name
        if isinstance(node, ast.ClassDef):
            yield from symbols(node, f"{before}{node.name}.")
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (before + target.id for target in targets if isinstance(target, ast.Name))


def test_every_fact_has_a_place_and_a_test():
    assert len(ROWS) > 100
    assert all(ticked(held) and ticked(fails) for _, held, fails in ROWS)


@pytest.mark.parametrize("place", places())
def test_every_place_is_there_and_holds_what_the_table_says(place: str):
    if ".py: " in place:
        assert defined(place)
        return
    path, _, value = place.partition(" = ")
    held = value_at(path)
    assert not value or str(held) == value


def test_every_test_is_there():
    there = set(all_tests())
    assert [test for _, _, fails in ROWS for test in ticked(fails) if test not in there] == []
