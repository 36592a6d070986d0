"""From what is known at the moment of sending to what the person reads."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notify.calendars import Entry, calendar_file
from services.notify.checks import Facts, Situation, telling
from services.notify.domain.letter import Change
from services.notify.domain.message import Message
from services.notify.mail import Mail
from services.notify.noted import short
from services.notify.words import Spoken, Voice, greeting, said
from shared.config import Practice
from shared.questions.records import Contact
from shared.questions.scheduling import VisitFacts

NUMBERS = {1: "one week", 2: "two weeks", 3: "three weeks", 4: "four weeks"}


def reminder(message: Message, covers: Iterable[UUID], at: Situation, practice: Practice) -> Mail:
    """A reminder of a visit, and of those whose reminders it stands for."""
    voice, visit = _voice(at, practice), at.facts[message.appointment_id]  # type: ignore[index] # reminders have a visit
    others = [at.facts[key] for key in covers if key in at.facts and key != visit.appointment_id]
    ordered = sorted([visit, *others], key=lambda one: one.starts_at)
    today = voice.day(visit.starts_at) == voice.day(at.now)
    upcoming = [_spoken(voice, one) for one in ordered] if others else []
    values = {"visit": _spoken(voice, visit), "same_day": today, "upcoming": upcoming, "greeting": _greeting(at)}
    subject, text = said("reminder.txt", voice, **values)
    return Mail(subject=subject, text=text, calendar=calendar_file([Entry(visit=v) for v in ordered], practice, at.now))


def letter(message: Message, covers: Iterable[UUID], at: Situation, practice: Practice) -> Mail:
    """All the news of a letter, and the visits whose reminders it stands for."""
    voice = _voice(at, practice)
    changes = telling(at.state.contents[message.message_id], at.facts, at.now)
    told = {change.about for change in changes}
    upcoming = sorted((at.facts[k] for k in set(covers) - told if k in at.facts), key=lambda one: one.starts_at)
    values = _visits(voice, changes, at.facts) | _course(voice, changes, at)
    values |= {"upcoming": [_spoken(voice, visit) for visit in upcoming], "greeting": _greeting(at)}
    values |= {"offered": [_offer(voice, change) for change in changes if change.until]}
    values |= {"stays": at.state.stays(at.now, at.state.contents[message.message_id])}
    subject, text = said("letter.txt", voice, headline=_headline(message.kind, changes), **values)
    entries = [*_entries(changes, at.facts), *(Entry(visit=visit) for visit in upcoming)]
    return Mail(subject=subject, text=text, calendar=calendar_file(entries, practice, at.now))


def note(visit: VisitFacts, contact: Contact, found: dict[str, Any], voice: Voice) -> Mail:
    """The note for a visit, to its therapist. The client's name is in the text only."""
    values = short({"ordinal": visit.ordinal} | found, voice)
    subject, text = said("note.txt", voice, visit=_spoken(voice, visit), name=contact.name, note=values)
    return Mail(subject=subject, text=text)


def _voice(at: Situation, practice: Practice) -> Voice:
    return Voice(practice=practice, zone=ZoneInfo(at.zone), now=at.now)


def _greeting(at: Situation) -> str:
    return greeting(at.contact.name if at.contact else "")


def _spoken(voice: Voice, visit: VisitFacts) -> Spoken:
    return voice.visit(visit.starts_at, therapist=visit.therapist_name, room=visit.room_name)


def _visits(voice: Voice, changes: Sequence[Change], facts: Facts) -> dict[str, list[Spoken]]:
    """What is said of visits; one that was moved to its own time has another therapist or room (`given`)."""
    found: dict[str, list[Spoken]] = {"booked": [], "given": [], "moved": [], "cancelled": []}
    for change in changes:
        if change.of_visit and change.starts_at:
            fact = facts.get(change.about)
            names = {"therapist": fact.therapist_name, "room": fact.room_name} if fact else {}
            what = "given" if change.starts_at == change.was_at else change.what
            found[what].append(voice.visit(change.starts_at, **names, was_at=change.was_at))
    return found


def _offer(voice: Voice, change: Change) -> dict[str, Spoken]:
    assert change.starts_at  # noqa: S101 - an offer is of a time
    assert change.until  # noqa: S101 - and kept for some time
    return {"visit": voice.visit(change.starts_at), "until": voice.visit(change.until)}


def _course(voice: Voice, changes: Sequence[Change], at: Situation) -> dict[str, Any]:
    rest = next((change for change in changes if change.what == "break"), None)
    exercise = next((change for change in changes if change.what == "exercise"), None)
    coming = at.state.next_visit(at.now)
    return {
        "rest": rest and {"weeks": NUMBERS.get(rest.number or 0, f"{rest.number} weeks"), "until": _until(voice, rest)},
        "exercise": exercise and {"times": _times(exercise.number or 2)},
        "next_visit": voice.visit(coming) if coming else None,
    }


def _until(voice: Voice, rest: Change) -> str:
    return voice.date(rest.on) if rest.on else "we call you"


def _times(per_week: int) -> str:
    return "2 or 3 days a week" if per_week == 2 else f"at least {per_week} days a week"


def _headline(kind: str, changes: Sequence[Change]) -> str:
    many = sum(change.of_visit for change in changes) > 1
    if kind == "change" and all(change.starts_at == change.was_at for change in changes if change.of_visit):
        return "a change to your visits" if many else "a change to your visit"
    return {
        "booking": "your visits are booked" if many else "your visit is booked",
        "cancellation": "some visits are cancelled" if many else "a visit is cancelled",
        "waitlist": "a time is free for you",
        "break": "time to rest",
        "exercise": "what you can do at home",
    }.get(kind, "new times for your visits" if many else "a new time for your visit")


def _entries(changes: Sequence[Change], facts: Facts) -> list[Entry]:
    known = [(change, facts[change.about]) for change in changes if change.about in facts]
    return [Entry(visit=fact, cancelled=change.what == "cancelled") for change, fact in known]
