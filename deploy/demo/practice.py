"""The practice as `practice.toml` describes it: read, and set up on the running stack."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from deploy.demo.api import Desk
from shared.vocabulary import Reason

FILE = Path(__file__).with_name("practice.toml")


class Therapist(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A therapist with the same hours on each weekday."""

    name: str
    login: str
    email: str
    weekdays: list[str]
    from_: str = msgspec.field(name="from")
    to: str


class Client(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client: who, when they call, which course, and what is booked for them then.

    `closes` is the reason why the course is closed after the visits booked.
    """

    name: str
    email: str
    calls_on: date
    protocol: str
    starts_on: date
    therapist: str
    weekdays: list[str]
    from_: str = msgspec.field(name="from")
    sessions: int | str
    timezone: str | None = None
    consents_to_email: bool = True
    sessions_before: int = 0
    last_session_on: date | None = None
    event_at: datetime | None = None
    closes: Reason | None = None

    @property
    def first_name(self) -> str:
        """What the story calls this person."""
        return self.name.partition(" ")[0]


class Practice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything in the file; days and times are of the practice's zone."""

    first_day: date
    last_day: date
    rooms: list[str]
    settings: dict[str, str]
    therapists: list[Therapist]
    clients: list[Client]

    @property
    def tz(self) -> ZoneInfo:
        """The practice's zone."""
        return ZoneInfo(self.settings["zone"])

    def email_of(self, login: str) -> str:
        """A therapist's address."""
        return next(one.email for one in self.therapists if one.login == login)

    def opens(self, day: date) -> datetime:
        """When the telephone is first answered on a day."""
        return datetime.combine(day, time(9), self.tz)

    def ends(self) -> datetime:
        """When the demo ends: at noon of its last day, so that the day's page shows some of each."""
        return self.opens(self.last_day) + timedelta(hours=3)

    def settings_file(self) -> str:
        """The practice's own settings as the stack reads them."""
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in self.settings.items())


@dataclass
class House:
    """Rooms and therapists as they were set up, ids by name and login."""

    rooms: dict[str, str] = field(default_factory=dict)
    therapists: dict[str, str] = field(default_factory=dict)


def read() -> Practice:
    """The practice of the demo."""
    return msgspec.toml.decode(FILE.read_bytes(), type=Practice)


async def furnish(practice: Practice, owner: Desk) -> House:
    """Set up rooms and therapists."""
    house = House()
    for name in practice.rooms:
        house.rooms[name] = (await owner.post("scheduling/rooms", {"name": name}))["room_id"]
    made = await asyncio.gather(*(owner.post("scheduling/therapists", _body(one)) for one in practice.therapists))
    house.therapists = {one.login: new["therapist_id"] for one, new in zip(practice.therapists, made, strict=True)}
    return house


def _body(one: Therapist) -> Mapping[str, object]:
    hours = [{"weekday": day, "from": one.from_, "to": one.to} for day in one.weekdays]
    return {"name": one.name, "email": one.email, "hours": hours}
