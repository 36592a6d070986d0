"""Configuration: one frozen struct from the environment, and the practice's settings from `practice.toml`."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct, field

from shared.countries import country_of
from shared.values import ascii_address, is_country
from shared.variables import Misconfigured, check_variables, check_zone


class Config(Struct, frozen=True, kw_only=True, rename=lambda name: f"SERIATIM_{name.upper()}"):
    """What a process must be told. Every field is the variable `SERIATIM_<FIELD>`.

    `database` and `nats` are URLs with the service's own user and password, `owner_database` the one that may
    change tables (`migrate` only); `token_key` is the file of the public key that checks tokens, `signing_key` the
    private one (`web` only); `settings` is `practice.toml`; `now` is where a simulated clock starts; `front_door` is
    from where our own front door speaks, `trusted_proxies` the proxies that stand before it (addresses and networks).
    """

    database: str = ""
    owner_database: str = ""
    nats: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 0
    zone: str = "America/New_York"
    settings: Path | None = None
    clock: Literal["real", "simulated"] = "real"
    now: Annotated[datetime, Meta(tz=True)] | None = None
    token_key: Path | None = None
    signing_key: Path | None = None
    wrapping_key: Path | None = None
    smtp: str = "smtp://127.0.0.1:2525"
    origin: str = "http://127.0.0.1:8080"
    services: str = ""
    nats_monitor: str = ""
    front_door: str = "127.0.0.1 ::1"
    trusted_proxies: str = ""


def read_config() -> Config:
    """The process's configuration. Raises `Misconfigured`, naming the variable."""
    given = {name: value for name, value in os.environ.items() if name.startswith("SERIATIM_") and value}
    try:
        config = msgspec.convert(given, Config, strict=False, dec_hook=lambda cls, value: cls(value))
    except msgspec.ValidationError as error:
        where, what = _explained(error)
        raise Misconfigured(f"{where}: {what}") from error
    check_variables(config)
    return config


def _explained(error: msgspec.ValidationError) -> tuple[str, str]:
    """Where something is wrong, as its writer names it, and what."""
    what, _, where = str(error).partition(" - at `$.")
    said = what.replace("Object contains unknown field", "there is no setting").removeprefix("Invalid value: ")
    return where.rstrip("`"), said.rstrip(".") + "."


TimeOfDay = Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)\Z")]
LeadTime = Annotated[str, Meta(pattern=r"^(P[1-9]\d?D|PT[1-9]\d{0,2}[HM])\Z")]
Natural = Annotated[int, Meta(ge=0, le=100_000)]
Positive = Annotated[int, Meta(ge=1, le=100_000)]


class Reminders(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Policy of domain.md §3.8. Lead times are ISO 8601: days count on the calendar, hours as elapsed time."""

    lead_times: tuple[LeadTime, ...] = ("P2D", "PT3H")
    quiet_from: TimeOfDay = "21:00"
    quiet_to: TimeOfDay = "08:00"
    useful_minutes: Natural = 60
    merge_minutes: Natural = 60
    undo_minutes: Natural = 3
    note_at: TimeOfDay = "18:00"
    per_minute: Positive = 120


class Booking(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Policy of booking: the grid of slots, how soon and how far ahead, maintenance visits in a proposal.

    A freed time is kept for who waits for so many `offer_minutes` (of the day, not of the quiet hours); regular visits
    are kept booked so many `rolling_weeks` ahead.
    """

    grid_minutes: Positive = 15
    notice_minutes: Natural = 0
    horizon_days: Annotated[int, Meta(ge=1, le=3650)] = 400
    maintenance_visits: Positive = 8
    hold_minutes: Positive = 10
    offer_minutes: Positive = 120
    rolling_weeks: Annotated[int, Meta(ge=1, le=520)] = 8


class Attendance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Policy of visits that fell out through the client: what is late, and whether one uses up a session."""

    late_hours: Natural = 24
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

    past_days: Natural = 90
    cancelled_days: Natural = 30


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

    `paper` is what notes are printed on. `country` (ISO 3166) is the one whose phone numbers need no country code.
    """

    name: str = "Seriatim Practice"
    zone: str = ""
    country: str = ""
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

    @property
    def dials_in(self) -> str:
        """The country whose phone numbers need no country code; empty where nothing says which."""
        return self.country or self.holidays.country or country_of(self.zone)


def read_practice(config: Config) -> Practice:
    """Settings from the file, defaults where it is silent; the zone falls back to `SERIATIM_ZONE`.

    Raises `Misconfigured`, naming the file and the key.
    """
    text = _read(config.settings) if config.settings else b""
    name = config.settings.name if config.settings else "practice.toml"
    try:
        practice = msgspec.toml.decode(text, type=Practice)
    except msgspec.ValidationError as error:
        raise Misconfigured(": ".join(filter(None, (name, *_explained(error))))) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{name} is not written as TOML: {error}.") from error
    check_zone(practice.zone or config.zone, f"{name}: zone")
    check_sender(practice, name)
    if practice.country and not is_country(practice.country):
        raise Misconfigured(f"{name}: country: this is no country. Write two letters as DE or US.")
    return practice if practice.zone else msgspec.structs.replace(practice, zone=config.zone)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Misconfigured(f"SERIATIM_SETTINGS: {file} cannot be read: {error.strerror}.") from error


def check_sender(practice: Practice, name: str) -> None:
    """Raise `Misconfigured` for a sender that could stand in no letter."""
    if not practice.sender.isprintable() or ascii_address(practice.sender) is None:
        raise Misconfigured(f"{name}: sender: this is no e-mail address. Write one like practice@example.org.")
