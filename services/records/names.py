"""Finding clients by name, phone or e-mail. The index lives in memory: at rest there is no name in clear."""

import asyncio
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from services.records.domain.client import Details, DetailsRecorded, stream
from shared.events.records import ClientErased
from shared.loops import Pulse
from shared.messages import Recorded, Unreadable
from shared.store.reader import Damaged
from shared.store.store import Store
from shared.store.work import Unavailable
from shared.values import dialled_forms, digits_of

CHUNK = 500
AT_ONCE = 20
PAUSE = 1.0
TYPES = ["DetailsRecorded", "ClientErased"]
UNMARKED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that do not fall apart into a letter and an accent."""
APOSTROPHES = re.compile("['’‘‛ʼʻʹ´`′＇]")
"""All the signs people type for one, the accents beside the key for it included."""
WORDS = re.compile(r"\w+")
UNSPACED = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff]|[\U00020000-\U0003ffff]")
"""Letters of scripts that put no space between names, or that are often written without."""
FEWEST_DIGITS = 3


def fold(text: str) -> str:
    """Small letters without accents or apostrophes: `Zoë O’Brien` is `zoe obrien`."""
    apart = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text.casefold()))
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(UNMARKED)


@dataclass(frozen=True)
class Entry:
    """A client as the search sees them."""

    client_id: UUID
    details: Details
    words: tuple[str, ...]
    digits: str
    email: str

    def has_words(self, asked: list[str]) -> bool:
        """Whether each word asked for begins one of the name; one without spaces stands anywhere in it."""
        return all(self._has(word) for word in asked)

    def _has(self, asked: str) -> bool:
        if UNSPACED.search(asked):
            return asked in "".join(self.words)
        return any(word.startswith(asked) for word in self.words)


class Names:
    """The index of one process. It reads the log after what it has seen, so it follows every replica's writes."""

    def __init__(self, store: Store, country: str = "") -> None:
        self._store = store
        self._country = country
        self._entries: dict[UUID, Entry] = {}
        self._seen = 0
        self._damaged: dict[UUID, None] = {}
        self._reading = asyncio.Lock()
        self.pulse = Pulse()

    async def run(self) -> None:
        """Decrypt every client's details once, so that the first search need not; wait for the database if need be."""
        while True:
            try:
                return await self.refresh()
            except Unavailable:
                self.pulse.failed()
                await asyncio.sleep(PAUSE)

    async def refresh(self) -> None:
        """Take in what was written since."""
        async with self._reading:
            head = (await self._store.fetch("select coalesce(max(position), 0) as head from public.event"))[0]["head"]
            while self._seen < head and (events := await self._store.read_log(self._seen, limit=CHUNK, types=TYPES)):
                self.pulse.turned()
                for recorded in events:
                    self._take(recorded)
                self._seen = events[-1].position
            self._seen = max(self._seen, head)
            await self._look_again()

    async def _look_again(self) -> None:
        """Who could not be read is found again once the row is restored; of many, some are looked at in turn."""
        for client_id in list(self._damaged)[:AT_ONCE]:
            self._damaged[client_id] = self._damaged.pop(client_id)
            with suppress(Damaged):
                for recorded in await self._store.read(stream(client_id)):
                    self._take(recorded)

    def _take(self, recorded: Recorded) -> None:
        if recorded.client_id is not None:
            self._damaged.pop(recorded.client_id, None)
        match recorded.event:
            case Unreadable() if recorded.client_id is not None:
                self.forget(recorded.client_id)
                self._damaged[UUID(int=recorded.client_id.int)] = None
            case DetailsRecorded(client_id=client_id, details=details):
                self._entries[client_id] = _entry(client_id, details)
            case ClientErased(client_id=client_id):
                self.forget(client_id)

    def forget(self, client_id: UUID) -> None:
        """Drop an erased client."""
        self._entries.pop(client_id, None)

    async def all(self, after: UUID | None, limit: int) -> list[Entry]:
        """Clients in the order they were registered, after one of them."""
        await self.refresh()
        ids = sorted(who for who in self._entries if after is None or who > after)
        return [self._entries[who] for who in ids[:limit]]

    async def find(self, asked: str, limit: int) -> list[Entry]:
        """Clients whose e-mail begins so, whose phone holds these digits or whose name has words that begin so."""
        await self.refresh()
        found = sorted(self._matching(asked.strip()), key=lambda entry: (entry.words, entry.client_id))
        return found[:limit]

    def _matching(self, asked: str) -> Iterator[Entry]:
        words, digits = WORDS.findall(fold(asked)), dialled_forms(asked, self._country)
        for entry in self._entries.values():
            if "@" in asked:
                if entry.email.startswith(asked.casefold()):
                    yield entry
            elif words and all(word.isdecimal() for word in words):
                if len(digits[0]) >= FEWEST_DIGITS and any(form in entry.digits for form in digits):
                    yield entry
            elif words and entry.has_words(words):
                yield entry


def _entry(client_id: UUID, details: Details) -> Entry:
    return Entry(
        client_id=UUID(int=client_id.int),
        details=details,
        words=tuple(WORDS.findall(fold(details.name))),
        digits=digits_of(details.phone or ""),
        email=(details.email or "").casefold(),
    )
