"""A practice on a running stack: a therapist, clients and their courses, set up as the front desk would."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.letters import Letter, Letterbox
from tests.e2e.stack import Answer, Started

NEW_YORK = ZoneInfo("America/New_York")
HOURS = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
AT_TEN = {"weekdays": ["mon", "wed"], "from": "10:00", "to": "11:00"}
REGIONS = [{"region": "neck", "minutes": 10, "techniques": ["kneading"]}]


def local(instant: str) -> datetime:
    """An instant on the practice's clock."""
    return datetime.fromisoformat(instant).astimezone(NEW_YORK)


@dataclass
class House:
    """One therapist, one room."""

    stack: Started

    @cached_property
    def therapist_id(self) -> str:
        self.stack.post("scheduling/rooms", {"name": "Front room"})
        return str(self.stack.post("scheduling/therapists", {"name": "Ada", "hours": HOURS})["therapist_id"])

    @cached_property
    def letterbox(self) -> Letterbox:
        return Letterbox(self.stack.data / "mail")

    def course(self, starts_on: str, email: str = "zoe@client.example", **more: Any) -> "Course":
        """A new client's fibromyalgia course."""
        body = {"name": "Zoë Lopez", "email": email, "consents": {"email": True, "sms": False}}
        client_id = self.stack.post("records/clients", body)["client_id"]
        opening = {"client_id": client_id, "protocol": "fibromyalgia", "starts_on": starts_on} | more
        return Course(self, client_id, self.stack.post("protocol/courses", opening)["course_id"], email)


@dataclass
class Course:
    """A client's course, and the notes there were for its sessions."""

    house: House
    client_id: str
    course_id: str
    email: str
    notes: dict[int, Any] = field(default_factory=dict)

    @property
    def stack(self) -> Started:
        return self.house.stack

    def propose(self, sessions: int | str) -> Any:
        prefer = AT_TEN | {"therapist_id": self.house.therapist_id}
        body = {"client_id": self.client_id, "course_id": self.course_id, "sessions": sessions, "minutes": 60}
        return self.stack.post("scheduling/proposals", body | {"prefer": prefer}, "front_desk")

    def ask_for(self, *starts: str, minutes: int = 60) -> Answer:
        """Try to book visits at these times."""
        wanted = [{"starts_at": one, "minutes": minutes, "therapist_id": self.house.therapist_id} for one in starts]
        body = {"client_id": self.client_id, "course_id": self.course_id, "appointments": wanted}
        return self.stack.call("POST", "scheduling/appointments", body, role="front_desk")

    def book(self, starts: Iterable[str]) -> None:
        answer = self.ask_for(*starts)
        assert answer.status == 201, answer.body

    def itinerary(self) -> list[dict[str, Any]]:
        found = self.stack.get(f"scheduling/clients/{self.client_id}/itinerary", "front_desk")
        appointments: list[dict[str, Any]] = found["appointments"]
        return appointments

    def session(self, visit: dict[str, Any]) -> dict[str, Any]:
        """What the therapist writes down of a visit."""
        return {
            "course_id": self.course_id,
            "appointment_id": visit["appointment_id"],
            "therapist_id": visit["therapist_id"],
            "started_at": visit["starts_at"],
            "ended_at": visit["ends_at"],
            "pain_before": 6,
            "pain_after": 5,
            "regions": REGIONS,
            "threshold_risen": True,
        }

    def give(self, visit: dict[str, Any]) -> None:
        """The visit takes place."""
        self.stack.move_clock(visit["ends_at"])
        note = self.stack.get(f"protocol/courses/{self.course_id}/note", "therapist")
        self.notes[note["ordinal"]] = note
        self.stack.post(f"records/clients/{self.client_id}/sessions", self.session(visit), "therapist")
        self.stack.settle()

    def now(self) -> Any:
        return self.stack.get(f"protocol/courses/{self.course_id}")

    def messages(self) -> list[dict[str, Any]]:
        found = self.stack.get(f"notify/clients/{self.client_id}/messages?limit=500")
        messages: list[dict[str, Any]] = found["messages"]
        return messages

    def letters(self) -> list[Letter]:
        """The files of the Maildir to this client."""
        return self.house.letterbox.letters(self.email)

    def reminders(self) -> Counter[tuple[str, str]]:
        """How many letters reminded of each visit, by its id and lead time."""
        copies = Counter(letter.message_id for letter in self.letters())
        found: Counter[tuple[str, str]] = Counter()
        for one in self.messages():
            if one["kind"] == "reminder":
                found[one["appointment_id"], one["lead"]] += copies[one["message_id"]]
        return found
