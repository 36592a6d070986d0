"""Where in a file a value stands: its line and its key, for errors that a person can act on."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from typing import Any

KEY = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
HEADER = re.compile(r"\s*(\[\[?)\s*([^\]#]+)")
PAIR = re.compile(r"\s*([^=#\s]+)\s*(?:=|$)")


def keys_of(path: str) -> list[str | int]:
    """`phases[2].sessions` is `["phases", 2, "sessions"]`."""
    return [int(number) if number else word for word, number in KEY.findall(path)]


def line_of(text: str, path: str) -> int:
    """The line on which the value at a path such as `phases[2].sessions` is complete, or as much of the path as is.

    No second parser: the shortest beginning of the file that holds the value ends on its line.
    """
    keys = keys_of(path)
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


def last_key(lines: Iterable[str]) -> str:
    """The key that these lines come to last. They need not be TOML, so it is a guess."""
    table, key, seen = "", "", Counter[str]()
    for line in lines:
        if header := HEADER.match(line):
            table, key = header[2].strip(), ""
            if header[1] == "[[":
                seen[table] += 1
                table = f"{table}[{seen[table] - 1}]"
        elif pair := PAIR.match(line):
            key = pair[1]
    return ".".join(part for part in (table, key) if part)
