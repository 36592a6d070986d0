"""The words of messages: plain ones, times in the practice's zone, never a word about health to a client."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct

from shared.config import Practice


class Spoken(Struct, frozen=True, kw_only=True):
    """A visit as a sentence needs it. `zone` is empty or names the clock meant and the client's own time."""

    day: str
    time: str
    zone: str
    therapist: str = ""
    room: str = ""
    was_day: str = ""
    was_time: str = ""


class Voice(Struct, frozen=True, kw_only=True):
    """How times are told to one person: on the practice's clock, which is named to who lives by another."""

    practice: Practice
    zone: ZoneInfo
    now: datetime

    def day(self, instant: datetime) -> str:
        """`Tuesday 10 March`, with the year when it is not this one."""
        return self.date(instant.astimezone(self.practice.tz).date())

    def date(self, day: date) -> str:
        """A day in words."""
        year = "" if day.year == self.now.astimezone(self.practice.tz).year else f" {day.year}"
        return f"{day:%A} {day.day} {day:%B}{year}"

    def time(self, instant: datetime) -> str:
        """`10:00`."""
        return f"{instant.astimezone(self.practice.tz):%H:%M}"

    def clock(self, instant: datetime) -> str:
        """Whose clock that is, and what the client's own shows, if another: ` (New York time, 19:00 for you)`."""
        here, there = instant.astimezone(self.practice.tz), instant.astimezone(self.zone)
        if here.utcoffset() == there.utcoffset():
            return ""
        place = self.practice.tz.key.rpartition("/")[2].replace("_", " ")
        day = "" if here.date() == there.date() else f"{there:%A} "
        return f" ({place} time, {day}{there:%H:%M} for you)"

    def visit(
        self, starts_at: datetime, *, therapist: str = "", room: str = "", was_at: datetime | None = None
    ) -> Spoken:
        """A visit in words."""
        return Spoken(
            day=self.day(starts_at),
            time=self.time(starts_at),
            zone=self.clock(starts_at),
            therapist=therapist,
            room=room,
            was_day=self.day(was_at) if was_at else "",
            was_time=self.time(was_at) if was_at else "",
        )


def said(template: str, voice: Voice, **values: Any) -> tuple[str, str]:
    """Subject and text of a message: the first line of its template is the subject."""
    practice = voice.practice
    call = f"Call us on {practice.phone}." if practice.phone else "Tell us."
    text = _TEMPLATES.get_template(template).render(practice=practice, call=call, **values)
    subject, _, body = text.partition("\n")
    return subject, body.strip() + "\n"


TITLES = frozenset({
    "dr", "prof", "mr", "mrs", "ms", "mx", "miss", "sir", "dame", "rev", "fr", "frau", "herr", "m", "mme", "mlle",
    "madame", "monsieur", "sr", "sra", "srta", "señor", "señora", "sig", "signor", "signora", "dott", "dottssa",
    "ing", "mag", "dipl",
})  # fmt: skip
"""Words before a name by which nobody is called alone."""
WHOLE = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[\U00020000-\U0003ffff]")
"""Letters of languages that put the family's name first, or no space behind it."""


def greeting(name: str) -> str:
    """How a message begins: with the first name only, as others may see it over the shoulder.

    `Roth, Evelyn` is Evelyn; who gave a title and one name is called by both; where no first name can be told from
    the family's, by the whole; where nothing is left, by none.
    """
    if WHOLE.search(name):
        return f"Hello {' '.join(name.split())},"
    last, _, first = name.partition(",")
    (titles, given), (more, family) = _parts(first), _parts(last)
    alone = not given and len(family) == 1  # with a title it is the family's name
    called = [*more, *titles, *family] if alone else [*given, *family][:1]
    return f"Hello {' '.join(called)}," if called else "Hello,"


def _parts(text: str) -> tuple[list[str], list[str]]:
    """The titles in it, and the names."""
    words = [word.strip(",;") for word in text.split() if any(map(str.isalpha, word))]
    titles = [word for word in words if word.strip(".").casefold() in TITLES]
    return titles, [word for word in words if word not in titles]


def words(item: object) -> str:
    """An item of a note in one line with its source; what is empty is left out."""
    if item is None:
        return ""
    if isinstance(item, Mapping):
        told = {key: value for key, value in item.items() if value not in (None, False, [], "") and key not in SILENT}
        return ", ".join(_pair(key, value) for key, value in told.items()) + source(item)
    if isinstance(item, Iterable) and not isinstance(item, str):
        return ", ".join(words(part) for part in item)
    return str(item).replace("_", " ")


SILENT = ("source", "until")
NAMELESS = ("text", "what", "why", "region")


def _pair(key: str, value: object) -> str:
    if key in NAMELESS:
        return words(value)
    if value is True:
        return words(key)
    return f"{words(value)} minutes" if key == "minutes" else f"{words(key)} {words(value)}"


def source(item: Mapping[str, Any]) -> str:
    """Where it is written, if it says so."""
    return f" ({item['source']})" if item.get("source") else ""


def phase(value: Mapping[str, Any]) -> str:
    """`series 2` or `maintenance`."""
    return "maintenance" if value.get("kind") == "maintenance" else f"{value.get('kind')} {value.get('number')}"


def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=False,  # noqa: S701 - plain text, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    found.filters |= {"words": words, "phase": phase, "source": source}
    return found


_TEMPLATES = _templates()
