"""The sentences of the story. They say what the API answered, and what the protocol says; they promise nothing."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from deploy.demo.course import visits
from deploy.demo.letters import Letter

if TYPE_CHECKING:
    from deploy.demo.story import Story

WORDS = {
    "pir": "post-isometric relaxation (PIR)",
    "periosteal": "periosteal massage",
    "intensive": "intensive techniques",
    "full_body": "the whole body",
    "exercise": "exercise at home",
}
TOLD_LETTERS = 2
"""Every letter about the first visits is told; it is the same with the later ones."""


async def registered(story: "Story") -> None:
    """The client as she was registered, and what the screening suggests."""
    client = await story.scene.desks.front.get(f"records/clients/{story.client_id}")
    story.scene.tell(f"{client['name']} is registered; name and address are stored encrypted, with a key of her own.")
    found = await story.screened()
    suggests = found["suggests"].replace("_", " ")
    text = f"Screening suggests {suggests} ({found['tender_point_count']} of 18 tender points). A physician diagnoses."
    story.scene.tell(text)


async def opened(story: "Story") -> None:
    """The course as it was opened."""
    course = await story.course()
    phase = course["phase"]
    text = f"{course['title']} opened from {day(course['starts_on'])}: series {phase['number']}, {phase['done']} of "
    story.scene.tell(f"{text}{phase['sessions']} sessions done.")


def proposed(story: "Story", proposal: Any) -> None:
    """The whole course as it was proposed."""
    times = sorted({f"{story.at(one['starts_at']):%H:%M}" for one in proposal["appointments"]})
    breaks = " and ".join(f"{day(one['from'])} to {day(one['first_day'], before=True)}" for one in proposal["breaks"])
    story.scene.tell(
        f"Proposed: {len(proposal['appointments'])} visits at {', '.join(times)}, without massage {breaks}."
    )


def booked(story: "Story") -> None:
    """The visits now agreed."""
    first, last = (story.at(one["starts_at"]) for one in (story.visits[0], story.visits[-1]))
    story.scene.tell(f"Booked in one go: {len(story.visits)} visits, {first:%-d %B} to {last:%-d %B}.", "green")


async def refused(story: "Story", on: str) -> None:
    """A visit inside a break is asked for, and is not booked."""
    before = len(await story.itinerary())
    wanted = {"starts_at": f"{on}T18:00:00Z", "minutes": 60, "therapist_id": story.visits[0]["therapist_id"]}
    body = {"client_id": story.client_id, "course_id": story.course_id, "appointments": [wanted]}
    problem = await story.scene.desks.front.refused("scheduling/appointments", body)
    after = len(await story.itinerary())
    story.scene.tell(f"A visit on {day(on)} is refused ({problem['rule']}): {problem['detail']}", "yellow")
    story.scene.tell(f"Appointments before and after that: {before} and {after}.", "yellow")


async def session(story: "Story", written: dict[str, Any]) -> None:
    """A session and its count; in maintenance every fourth is told."""
    course = await story.course()
    done = course["sessions_completed"]
    if done <= 30 or done % 4 == 0:
        text = f"Session {done} done, pain {written['pain_before']} before and {written['pain_after']} after."
        story.scene.tell(text)


async def deviations(story: "Story") -> None:
    """What took place against the protocol: recorded and counted all the same."""
    course = await story.course()
    rules = ", ".join(one["rule"].replace("_", " ") for one in course["deviations"])
    text = f"It took place, so it is counted ({course['sessions_completed']}); against the protocol: {rules}."
    story.scene.tell(text, "yellow")


def note(story: "Story", before: dict[str, Any] | None, now: dict[str, Any]) -> None:
    """What the note for the next session allows that the one before did not, or the other way round."""
    was = before["allowed"] if before else dict.fromkeys(WORDS, False)
    allowed = [word for name, word in WORDS.items() if now["allowed"][name] and not was[name]]
    ended = [word for name, word in WORDS.items() if was[name] and not now["allowed"][name]]
    if allowed or ended or before is None:
        changes = [f"from here the protocol allows {' and '.join(allowed)}"] if allowed else []
        changes += [f"no longer {' and '.join(ended)}"] if ended else []
        later = [f"{one['what'].replace('_', ' ')} ({one['from']})" for one in now["not_yet"] if before is None]
        changes += [f"not yet: {', '.join(later)}"] if later else []
        minutes = sum(step["minutes"] for step in now["sequence"])
        text = f"Note for session {now['ordinal']}, {len(now['sequence'])} steps in {minutes} minutes"
        story.scene.tell(f"{text}; {'; '.join(changes)}.", "magenta")


async def break_begun(story: "Story") -> None:
    """The break that the last session of a series began; a visit inside it is refused."""
    course = await story.course()
    if course["status"] != "break":
        return
    first_day = date.fromisoformat(course["break"]["first_day"])
    weeks = (first_day - date.fromisoformat(course["break"]["started_on"])).days // 7
    story.scene.screen.chapter(f"Break of {weeks} weeks")
    story.scene.tell(f"The course rests; the first day that can be booked is {day(str(first_day))}.")
    await refused(story, str(first_day - timedelta(days=4)))


async def break_ended(story: "Story") -> None:
    """The break ended by itself, on its day; `at` is the instant the event was stored with."""
    history = await story.scene.desks.front.get(f"protocol/courses/{story.course_id}/history")
    ended = [one for one in history["history"] if one["type"] == "BreakEnded"]
    if ended and story.given in (15, 30):
        story.scene.tell(ended[-1]["text"], at=story.at(ended[-1]["at"]))


def missed(story: "Story", changed: Any) -> None:
    """The visit fell out, the later ones were put right."""
    new = ", ".join(f"{story.at(one['starts_at']):%-d %B %H:%M}" for one in changed["booked"])
    moved = f"{visits(len(changed['moved']))} moved" if changed["moved"] else "no other visit moved"
    text = f"{story.client.first_name} does not come: {changed['status']}. A visit in its place on {new}, {moved}"
    story.scene.tell(f"{text}; {visits(len(story.visits))} still open.", "yellow")


def moved(story: "Story", changed: Any) -> None:
    """One visit at another time."""
    was, now = (story.at(changed["moved"][0][name]) for name in ("from", "to"))
    text = f"{story.client.first_name} asks for another time: moved from {was:%a %-d %B %H:%M} to {now:%a %-d %B %H:%M}"
    affected = len(changed["affected"])
    story.scene.tell(f"{text}; {affected or 'none'} of the others is in its way.", "yellow")


def letters(story: "Story", found: Sequence[Letter]) -> None:
    """The letters that came, to the client and to the therapist; later on only those that are no daily business."""
    for letter in found:
        daily = "your visit " in letter.subject
        if story.given < TOLD_LETTERS or not daily:
            whom = story.client.first_name if letter.to == story.client.email else "the therapist"
            calendar = ", with a calendar file" if letter.has_calendar else ""
            story.scene.tell(f"E-mail to {whom}: “{letter.subject}”{calendar}.", "blue", at=story.at(letter.sent_at))


def day(text: str, *, before: bool = False) -> str:
    """A day in words, or the day before it."""
    return f"{date.fromisoformat(text) - timedelta(days=before):%-d %B}"
