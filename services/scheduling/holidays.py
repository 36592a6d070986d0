"""Public holidays of the practice's region, by the `holidays` library, and on which of them it is closed."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from holidays import country_holidays

from shared.config import Holidays

Named = Mapping[date, str]


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


def check(region: Holidays) -> None:
    """Raise `ValueError` for a region the library does not know, in words for who writes `practice.toml`."""
    try:
        of_year(region, 2026)
    except (NotImplementedError, ValueError) as error:
        raise ValueError(f"practice.toml, [holidays]: {error}") from error
