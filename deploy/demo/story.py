"""The course that is told: from the first call to weekly maintenance, every line read back from the API."""

from datetime import datetime, timedelta
from typing import Any

from deploy.demo import told
from deploy.demo.course import Course, Scene
from deploy.demo.letters import Letterbox
from deploy.demo.practice import Client
from deploy.demo.session import exercise, fiqr, screening

MISSES = 6
"""The client does not come to what would have been this session; 6 lies inside series 1."""
TOO_LONG = 13
"""In this session the therapist stays too long on one region: written down, counted, and flagged."""
MOVES_AFTER = 19
"""After this session the client asks for another time."""
WEIGHS = {0: 8, 15: 6, 30: 4}
"""After which sessions the questionnaire is filled in, and the made-up level of the answers."""
WEDNESDAY, AHEAD = 2, timedelta(hours=25)
"""A Wednesday's visit may be a day later: the next one is on a Monday."""


class Story(Course):
    """The told course. `mail` is the letterbox and the therapist's address; `notes` keeps the note of every session."""

    def __init__(
        self, client: Client, scene: Scene, calls_at: datetime, mail: tuple[Letterbox, str], ends_at: datetime
    ) -> None:
        super().__init__(client, scene, calls_at)
        self.letters, self.therapist_email = mail
        self.notes: dict[int, dict[str, Any]] = {}
        self.missed: str | None = None
        self.moved: str | None = None
        self.ends_at = ends_at
        self._phase = ""
        self._read = 0

    async def call(self) -> None:
        """The first conversation, and the whole course booked in one go."""
        self.scene.screen.chapter(f"{self.client.name} calls")
        await self.register()
        await told.registered(self)
        await self.open()
        await told.opened(self)
        await self._weigh(0)
        proposal = await self.propose(self.client.sessions)
        told.proposed(self, proposal)
        await self.book(proposal["appointments"])
        told.booked(self)
        await told.refused(self, proposal["breaks"][0]["from"])
        await self._note()

    async def screened(self) -> Any:
        """Screen the client."""
        path = f"records/clients/{self.client_id}/screenings"
        return await self.scene.desks.therapist.post(path, screening())

    async def happen(self) -> None:
        """The next visit: it takes place, or the client does not come."""
        if self.client_id and self.given == MISSES - 1 and self.missed is None:
            await self._miss(self.visits[0])
            return
        await super().happen()

    async def _arrived(self) -> None:
        """What the time has brought until this visit: letters, and perhaps another phase."""
        self._tell_letters()
        await self._enter_phase()

    async def give(self, visit: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """A session, and what follows from it."""
        await self._arrived()
        if self.given + 1 == TOO_LONG:
            changes["regions"] = [{"region": "neck", "minutes": 12, "techniques": ["kneading"]}]
        written = await super().give(visit, **changes)
        await told.session(self, written)
        await self._note()
        await self._exercise()
        await self._after(self.given)
        return written

    async def _after(self, done: int) -> None:
        """What happens after some sessions only."""
        if done == TOO_LONG:
            await told.deviations(self)
        if done in WEIGHS:
            await self._weigh(done)
        if done == MOVES_AFTER:
            await self._move(next(one for one in self.visits[1:] if self.at(one["starts_at"]).weekday() == WEDNESDAY))
        await told.break_begun(self)

    async def finish(self) -> None:
        """All visits booked are done: the next weekly ones are booked, up to the end of the year told."""
        weeks = (self.ends_at - self.scene.clock.now).days // 7 + 2
        proposal = await self.propose(weeks)
        await self.book(proposal["appointments"])
        told.booked(self)

    async def _enter_phase(self) -> None:
        """Begin a chapter when the next session belongs to another phase."""
        phase = (await self.course())["phase"]
        name = f"Series {phase['number']}" if phase["kind"] == "series" else "Weekly maintenance"
        if name != self._phase:
            self._phase = name
            self.scene.screen.chapter(f"{name} ({phase['sessions']} sessions)" if phase["sessions"] else name)
            await told.break_ended(self)

    async def _note(self) -> None:
        """Read the note for the next session; tell it when it allows something else than the one before."""
        note = await self.note()
        before = self.notes.get(note["ordinal"] - 1)
        self.notes[note["ordinal"]] = note
        told.note(self, before, note)

    async def _weigh(self, done: int) -> None:
        path = f"records/clients/{self.client_id}/outcomes"
        score = (await self.scene.desks.therapist.post(path, fiqr(WEIGHS[done])))["score"]
        self.scene.tell(f"FIQR (impact of the illness, 0 to 100): {score:g}.")

    async def _exercise(self) -> None:
        """Once the protocol allows it, the client logs four days of exercise after every session but the last ones."""
        if not (await self.course())["exercise"]["cleared"]:
            return
        path = f"records/clients/{self.client_id}/exercises"
        now = self.scene.clock.now.astimezone(self.scene.tz)
        for days in (0, 1) if self._phase.startswith("Series") else (0, 1, 2, 4):
            if self.given > 10:
                await self.scene.desks.therapist.post(path, exercise(now - timedelta(days=days)))

    async def _miss(self, visit: dict[str, Any]) -> None:
        """The client does not come: the visit is replaced and the later ones are put right."""
        self.missed = visit["appointment_id"]
        path = f"scheduling/appointments/{self.missed}/miss"
        changed = await self.scene.desks.front.post(path, {"reflow": True})
        await self.look()
        told.missed(self, changed)

    async def _move(self, visit: dict[str, Any]) -> None:
        """A day and an hour later, at the client's wish; the others stay."""
        self.moved = visit["appointment_id"]
        body = {"starts_at": (self.at(visit["starts_at"]) + AHEAD).isoformat()}
        changed = await self.scene.desks.front.post(f"scheduling/appointments/{self.moved}/move", body)
        await self.look()
        told.moved(self, changed)

    def _tell_letters(self) -> None:
        """What was sent to the client and the therapist since last time."""
        letters = self.letters.letters(self.client.email, self.therapist_email)[self._read :]
        self._read += len(letters)
        told.letters(self, letters)
