"""What a session may hold, as a definition says it: stages, techniques, gates and limits."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.vocabulary import DeviationRule, Position, Region, SessionFlag, Technique

Positive = Annotated[int, Meta(ge=1)]
Natural = Annotated[int, Meta(ge=0)]
Slug = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$(?!\n)")]
Text = Annotated[str, Meta(min_length=1)]
BODY_MAPS = (
    "hand_palm", "hand_back", "thigh_and_knee", "hip", "shoulder_and_forearm", "cervical", "upper_thoracic",
    "cervical_thoracic_abdominal",
)  # fmt: skip
"""The areas of connective-tissue work that have a picture (domain.md §3.4)."""
Held = Technique | Literal["full_body", "exercise"]


class Data(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a definition: a key it does not know is an error."""


class Limit(Data, frozen=True, kw_only=True):
    """At most so much. `least` is the lower figure where the source gives a span; past `most` is the deviation."""

    most: Positive
    source: Text
    least: Positive | None = None
    deviation: DeviationRule | None = None


class Limits(Data, frozen=True, kw_only=True):
    """What is limited, absent where the protocol sets no limit.

    Minutes a region (entries and sides add up; the whole body is none), minutes prone at a stretch, seconds a tender
    point, percent of full strength in PIR.
    """

    region_minutes: Limit | None = None
    prone_minutes: Limit | None = None
    tender_point_seconds: Limit | None = None
    pir_effort_percent: Limit | None = None


class Gate(Data, frozen=True, kw_only=True):
    """What may be done when. Sessions are places in the protocol, from 1, of the session about to be given.

    `once` must have been ticked in some session, `absent` must be so in each of the last `absent_in` sessions.
    `deviation` is what doing it outside the sessions is called, `deviation_absent` doing it against `absent`.
    """

    what: Held
    source: Text
    title: Text
    from_session: Positive = 1
    to_session: Positive | None = None
    phases: tuple[Literal["series", "maintenance"], ...] = ("series", "maintenance")
    once: SessionFlag | None = None
    absent: SessionFlag | None = None
    absent_in: Positive = 1
    deviation: DeviationRule | None = None
    deviation_absent: DeviationRule | None = None


class Stage(Data, frozen=True, kw_only=True):
    """One stage of a session; the stages stand in the session's order. `share` is a weight.

    `least` minutes are kept in the shortest visit; `needs` names a gate; `half_when` gives it half the session once
    that gate is open; `by_region` shares its minutes among the regions in focus; `by_points` gives each tender point
    its seconds; `gentle_percent` stretches the share when the client was worse after the last session.
    """

    id: Slug
    title: Text
    share: Positive
    least: Natural = 0
    needs: Held | None = None
    half_when: Held | None = None
    by_region: bool = False
    by_points: bool = False
    gentle_percent: Positive = 100


class Move(Data, frozen=True, kw_only=True):
    """One entry of the technique catalogue; `technique` is the slug under which records know it.

    `minutes` are exact, `share` is a weight within the stage. `region` is the one its minutes count for, `regions`
    those it is chosen for in a stage `by_region` (none: it takes what they may not have). `needs` names a gate.
    """

    id: Slug
    title: Text
    technique: Technique
    stage: Slug
    detail: Text
    source: Text
    figure: Positive | None = None
    position: Position | None = None
    region: Region | None = None
    regions: tuple[Region, ...] = ()
    minutes: Positive | None = None
    share: Positive = 1
    needs: Held | None = None
