"""Which country a time zone lies in, by the tables that come with the zones."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files


def country_of(zone: str) -> str:
    """The country (ISO 3166) of a zone by its name or by the one it is another name of; empty where there is none."""
    return _countries().get(zone) or _countries().get(_links().get(zone, ""), "")


@cache
def _countries() -> dict[str, str]:
    return {fields[2]: fields[0] for fields in _lines("zone.tab", "\t")}


@cache
def _links() -> dict[str, str]:
    """Other names of zones (`L Europe/Berlin Europe/Oslo`)."""
    return {fields[2]: fields[1] for fields in _lines("tzdata.zi", " ") if fields[0] == "L"}


def _lines(name: str, separator: str) -> Iterator[list[str]]:
    text = (files("tzdata") / "zoneinfo" / name).read_text()
    return (line.split(separator) for line in text.splitlines() if line and not line.startswith("#"))
