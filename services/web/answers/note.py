"""What the pages read from `protocol` of the next note. What a note may lack has a default."""

from datetime import date

from msgspec import Struct

from services.web.answers.protocol import Phase, Sourced, Week
from shared.messages import Instant


class Step(Struct, frozen=True, kw_only=True):
    """One step of the plan, in minutes. `position`: side_lying, prone, supine, seated or standing."""

    step: str
    detail: str
    minutes: float = 0
    technique: str | None = None
    region: str | None = None
    side: str | None = None
    position: str | None = None
    source: str | None = None


class Prone(Struct, frozen=True, kw_only=True):
    """Minutes of the plan's longest stretch prone, and the most that are allowed."""

    longest: float
    limit: float | None = None


class Focus(Struct, frozen=True, kw_only=True):
    """A region to dwell on, with the minutes it gets inside the plan."""

    region: str
    minutes: float
    why: str
    side: str | None = None
    source: str | None = None


class NotYet(Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """What is not allowed yet, and from when."""

    what: str
    since: str = ""
    source: str | None = None


class TenderPoints(Struct, frozen=True, kw_only=True):
    """Sites (`occiput_left`) still tender when last looked at, those gone since, and how to treat one."""

    left: list[str] = []
    found_on: date | None = None
    gone: list[str] = []
    how: Sourced | None = None
    seconds: int | None = None


class Adapted(Struct, frozen=True, kw_only=True):
    """What differs from the plain plan, and because of what."""

    what: str
    why: str
    source: str | None = None


class Against(Struct, frozen=True, kw_only=True):
    """A deviation in the session before."""

    rule: str
    text: str = ""
    source: str | None = None


class HomeExercise(Struct, frozen=True, kw_only=True):
    """Exercise at home as the note tells it; no advice before it is cleared. `streak` counts weeks met in a row."""

    cleared: bool = False
    per_week: int = 0
    advice: list[Sourced] = []
    weeks: list[Week] = []
    streak: int = 0


class LastSession(Struct, frozen=True, kw_only=True):
    """Figures of the session before."""

    on: date
    pain_before: int
    pain_after: int
    ordinal: int | None = None
    minutes: float = 0
    tender_points: int = 0
    aggravated: bool = False
    contraction: bool = False
    regions: list[str] = []
    deviations: list[Against] = []


class Arrow(Struct, frozen=True, kw_only=True, rename={"begin": "from", "end": "to"}):
    """A pull the practice has entered: from where the fold is caught, `x` and `y` from 0 to 1 in the area's picture."""

    begin: tuple[float, float]
    end: tuple[float, float]
    order: int


class Anchored(Struct, frozen=True, kw_only=True):
    """The event a course is for (a competition), and when its session should begin."""

    at: Instant
    session_at: Instant
    source: str = ""


class Titled(Struct, frozen=True, kw_only=True):
    """The protocol a note follows."""

    title: str = ""
    version: int | None = None


class Note(Struct, frozen=True, kw_only=True):
    """The note for the next session."""

    ordinal: int
    prepared_at: Instant
    minutes: float
    phase: Phase | None = None
    protocol: Titled = Titled()
    label: str | None = None
    sequence: list[Step] = []
    prone: Prone | None = None
    focus: list[Focus] = []
    tender_points: TenderPoints | None = None
    body_maps: list[str] = []
    arrows: dict[str, list[Arrow]] = {}
    changed: list[Sourced] = []
    adapted: list[Adapted] = []
    last_session: LastSession | None = None
    not_yet: list[NotYet] = []
    tell: list[Sourced] = []
    positions: list[Sourced] = []
    cautions: list[Sourced] = []
    exercise: HomeExercise = HomeExercise()
    event: Anchored | None = None
