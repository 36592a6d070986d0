"""Public holidays of the practice's region, by the `holidays` library, and on which of them it is closed."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from holidays import country_holidays

from shared.config import Holidays
from shared.variables import Misconfigured

Named = Mapping[date, str]
A_YEAR = 2026
"""Any will do to see what a region has."""


@lru_cache(maxsize=64)
def of_year(region: Holidays, year: int) -> Named:
    """The public holidays of a year with their names; none where no country is set. Raises what `check` explains."""
    if not region.country:
        return {}
    found = country_holidays(
        region.country, subdiv=region.subdivision or None, years=year, categories=region.categories, language="en_US"
    )
    return dict(sorted(found.items()))


def holidays_in(region: Holidays, first: date, last: date) -> dict[date, str]:
    """The public holidays from one day to another, both included."""
    years = range(first.year, last.year + 1)
    return {day: name for year in years for day, name in of_year(region, year).items() if first <= day <= last}


def closed_on(region: Holidays, decided: Mapping[date, bool], first: date, last: date) -> dict[date, str]:
    """Those on which the practice is closed: by its settings, unless it decided otherwise for the day."""
    found = holidays_in(region, first, last)
    return {day: name for day, name in found.items() if not decided.get(day, not region.closed)}


def missing_region(region: Holidays) -> str:
    """Say that days are missing where a country's regions have some of their own and none is named; else nothing."""
    if not region.country or region.subdivision:
        return ""
    known = country_holidays(region.country)
    for part in known.subdivisions:
        of_part = of_year(Holidays(country=region.country, subdivision=part, categories=region.categories), A_YEAR)
        if set(of_part) - set(of_year(region, A_YEAR)):
            return (
                f"practice.toml, [holidays]: regions of {region.country} have holidays of their own; they are missing. "
                f"Name yours as subdivision, one of {', '.join(known.subdivisions)}."
            )
    return ""


def check(region: Holidays) -> None:
    """Raise `Misconfigured` for a region the library does not know, in words for who writes `practice.toml`."""
    try:
        of_year(region, A_YEAR)
    except (NotImplementedError, ValueError) as error:
        raise Misconfigured(f"practice.toml, [holidays]: {error}") from error
