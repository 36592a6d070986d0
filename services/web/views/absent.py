"""Who has not come for long, in words."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct

from services.web.answers.keeping import AllAbsent
from services.web.views.course import day_words


class Line(Struct, frozen=True, kw_only=True):
    """A client, the course that waits for them, and since when."""

    href: str
    name: str
    course: str
    label: str
    why: str


class Missed(Struct, frozen=True, kw_only=True):
    """Some of them, and how many more there are in words."""

    lines: list[Line]
    more: str


def missed(found: AllAbsent, names: Mapping[UUID, str], today: date) -> Missed | None:
    """Put them into words; none where everybody comes."""
    lines = [
        Line(
            href=f"/courses/{one.course_id}",
            name=names.get(one.client_id, "Name not available"),
            course=one.title,
            label=one.label or "",
            why=f"{'Was to begin on' if one.not_begun else 'Has not come since'} {day_words(one.since, today)}",
        )
        for one in found.courses
    ]
    hidden = found.total - len(lines)
    return Missed(lines=lines, more=f"And {hidden} more." if hidden > 0 else "") if lines else None
