"""What the desk arranges for a course, in words and forms: waiting for a visit, weekly visits kept booked."""

from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.web.answers.scheduling import Visit
from services.web.answers.waiting import Place, Rhythm, Rolling
from services.web.views.course import TO_COME, Known
from services.web.views.waiting import WEEKDAYS, Line, line
from services.web.views.words import count, minutes

DAYS = {slug: many.removesuffix("s") for slug, many in WEEKDAYS.items()}
USUAL_MINUTES = "60"


class Fields(Struct, frozen=True, kw_only=True):
    """What stands in a form; `problem` is what is wrong with its field `field`."""

    values: Mapping[str, str] = {}
    weekdays: Sequence[str] = ()
    field: str = ""
    problem: str = ""

    def of(self, name: str) -> str:
        """What stands in one field."""
        return self.values.get(name, "")

    def wrong(self, name: str) -> str:
        """What is wrong with one field."""
        return self.problem if name == self.field else ""


class Tried(Struct, frozen=True, kw_only=True):
    """A form that could not be done: which `part` of the page it is in, and the status to answer with."""

    part: str
    form: Fields
    status: int

    @property
    def anchor(self) -> str:
        """The field that is not right, if it is one, else the part."""
        return f"{self.part}-{self.form.field}" if self.form.field in self.form.values else self.part


class Arranged(Struct, frozen=True, kw_only=True):
    """What was read; a part that is absent is not shown."""

    visits: Sequence[Visit] | None = None
    places: Sequence[Place] | None = None
    rolling: Rolling | None = None


class Waits(Struct, frozen=True, kw_only=True):
    """The place on the waiting list in words, or the form that asks for one."""

    place: Line | None
    form: Fields


class Weekly(Struct, frozen=True, kw_only=True):
    """The weekly visits in words, if they are agreed on; the weeks to decide about; the form that changes them."""

    told: str
    ahead: str
    open: str
    form: Fields


def waits(found: Arranged, course_id: UUID, known: Known, tried: Tried | None) -> Waits | None:
    """Say whether the client waits for a visit of the course."""
    if found.places is None:
        return None
    mine = next((place for place in found.places if place.course_id == course_id), None)
    empty = Fields(values={"minutes": USUAL_MINUTES})
    return Waits(place=line(mine, "", known) if mine else None, form=typed("waiting", tried) or empty)


def weekly(found: Arranged, course_id: UUID, known: Known, tried: Tried | None) -> Weekly | None:
    """Say which weekly visits are kept booked; the form proposes those, or such as the last visit."""
    rolling = found.rolling
    if rolling is None:
        return None
    weeks = count(len(rolling.stepped_over), "week")
    return Weekly(
        told=told(rolling.rhythm, known) if rolling.rhythm else "",
        ahead=count(rolling.weeks, "week"),
        open=f"{weeks} without a visit to decide about" if rolling.stepped_over else "",
        form=typed("weekly", tried) or proposed(rolling.rhythm or habit(found.visits or [], course_id, known.zone)),
    )


def typed(part: str, tried: Tried | None) -> Fields | None:
    """What was typed in this part's form, if it was this one."""
    return tried.form if tried and tried.part == part else None


def told(rhythm: Rhythm, known: Known) -> str:
    """`Every Tuesday at 10:00, 60 min, with Ana Petrov`."""
    who = known.therapists.get(rhythm.therapist_id, "a certain therapist")
    return f"Every {DAYS[rhythm.weekday]} at {rhythm.time}, {minutes(rhythm.minutes)}, with {who}"


def proposed(rhythm: Rhythm | None) -> Fields:
    """The form filled in with a rhythm."""
    if rhythm is None:
        return Fields(values={"minutes": USUAL_MINUTES})
    values = {"weekday": rhythm.weekday, "time": rhythm.time, "minutes": str(rhythm.minutes)}
    return Fields(values=values | {"therapist_id": str(rhythm.therapist_id)})


def habit(visits: Sequence[Visit], course_id: UUID, zone: ZoneInfo) -> Rhythm | None:
    """The rhythm of the course's last visit that was not called off or missed."""
    held = (visit for visit in visits if visit.course_id == course_id and visit.status in {*TO_COME, "fulfilled"})
    last = max(held, key=lambda visit: visit.starts_at, default=None)
    if last is None:
        return None
    local = last.starts_at.astimezone(zone)
    return Rhythm(
        weekday=list(DAYS)[local.weekday()],
        time=f"{local:%H:%M}",
        therapist_id=last.therapist_id,
        minutes=int((last.ends_at - last.starts_at).total_seconds()) // 60,
    )
