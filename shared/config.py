"""Configuration: one frozen struct from the environment, and the practice's settings from `practice.toml`."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct, field


class Config(Struct, frozen=True, kw_only=True, rename=lambda name: f"SERIATIM_{name.upper()}"):
    """What a process must be told. Every field is the variable `SERIATIM_<FIELD>`.

    `database` and `nats` are URLs with the service's own user and password, `owner_database` the one that may
    change tables (`migrate` only); `token_key` is the file of the public key that checks tokens, `signing_key` the
    private one (`web` only); `settings` is `practice.toml`; `now` is where a simulated clock starts.
    """

    database: str = ""
    owner_database: str = ""
    nats: str = ""
    host: str = "127.0.0.1"
    port: int = 0
    zone: str = "America/New_York"
    settings: Path | None = None
    clock: Literal["real", "simulated"] = "real"
    now: datetime | None = None
    token_key: Path | None = None
    signing_key: Path | None = None
    wrapping_key: Path | None = None
    smtp: str = "smtp://127.0.0.1:2525"
    origin: str = "http://127.0.0.1:8080"
    services: str = ""
    nats_monitor: str = ""


def read_config() -> Config:
    """The process's configuration; a malformed variable is named in the error."""
    given = {name: value for name, value in os.environ.items() if name.startswith("SERIATIM_") and value}
    return msgspec.convert(given, Config, strict=False, dec_hook=lambda cls, value: cls(value))


class Reminders(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Policy of domain.md §3.8. Lead times are ISO 8601: days count on the calendar, hours as elapsed time."""

    lead_times: tuple[str, ...] = ("P2D", "PT3H")
    quiet_from: str = "21:00"
    quiet_to: str = "08:00"
    useful_minutes: int = 60
    merge_minutes: int = 60
    undo_minutes: int = 3
    note_at: str = "18:00"
    per_minute: int = 120


class Booking(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Policy of booking: the grid of slots, how soon and how far ahead, maintenance visits in a proposal.

    A freed time is kept for who waits for so many `offer_minutes` (of the day, not of the quiet hours); regular visits
    are kept booked so many `rolling_weeks` ahead.
    """

    grid_minutes: int = 15
    notice_minutes: int = 0
    horizon_days: int = 400
    maintenance_visits: int = 8
    hold_minutes: int = 10
    offer_minutes: int = 120
    rolling_weeks: int = 8


class Attendance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Policy of visits that fell out through the client: what is late, and whether one uses up a session."""

    late_hours: int = 24
    no_show_uses_session: bool = False
    late_cancellation_uses_session: bool = False


class Holidays(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose public holidays count: country and subdivision by ISO 3166 (`US`, `NY`); without a country there are none.

    `categories` are those of the `holidays` library; `closed` says whether the practice is closed on such a day.
    """

    country: str = ""
    subdivision: str = ""
    categories: tuple[str, ...] = ("public",)
    closed: bool = True


class Feeds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What calendar feeds hold: visits this many days back, and for how long a cancelled one is still told."""

    past_days: int = 90
    cancelled_days: int = 30


Wording = Annotated[str, Meta(min_length=1, max_length=4000)]
WORDING = {"en": "I agree that the practice writes to me about my visits. I can take this back at any time."}


class Consent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What clients agree to when they let the practice write to them: the wording by language, and its version.

    A client's own language is taken, else the first. Give a new version with each change of the wording.
    """

    version: Annotated[str, Meta(min_length=1, max_length=100)] = "1"
    wording: Annotated[dict[str, Wording], Meta(min_length=1)] = field(default_factory=lambda: dict(WORDING))


class Practice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The practice's settings. `policy.<protocol>` overrides single values of a protocol definition.

    `protocols` is a folder of the practice's own definitions, beside `practice.toml`.

    `paper` is what notes are printed on.
    """

    name: str = "Seriatim Practice"
    zone: str = ""
    phone: str = ""
    address: str = ""
    sender: str = "practice@localhost"
    paper: Literal["A4", "Letter"] = "A4"
    reminders: Reminders = field(default_factory=Reminders)
    booking: Booking = field(default_factory=Booking)
    holidays: Holidays = field(default_factory=Holidays)
    feeds: Feeds = field(default_factory=Feeds)
    attendance: Attendance = field(default_factory=Attendance)
    consent: Consent = field(default_factory=Consent)
    policy: dict[str, dict[str, Any]] = {}
    protocols: str = "protocols"

    @property
    def tz(self) -> ZoneInfo:
        """The zone all days and wall-clock times of the practice are in."""
        return ZoneInfo(self.zone)


def read_practice(config: Config) -> Practice:
    """Settings from the file, defaults where it is silent; the zone falls back to `SERIATIM_ZONE`."""
    text = config.settings.read_bytes() if config.settings and config.settings.exists() else b""
    practice = msgspec.toml.decode(text, type=Practice)
    return practice if practice.zone else msgspec.structs.replace(practice, zone=config.zone)
