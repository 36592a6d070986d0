"""Where definitions come from: the shipped ones, a practice's own folder, and the versions adopted before."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
import structlog

from services.protocol.domain.adopting import STREAM, Adopted, AdoptProtocol, AdoptSettings, short, written
from services.protocol.domain.definition import Definition
from services.protocol.domain.parsing import UnreadableError, parse
from services.protocol.domain.shelf import Shelf
from shared.config import Config, Practice
from shared.decider import Refused
from shared.loops import Pulse
from shared.messages import Cause
from shared.service import Service
from shared.store.store import Store
from shared.store.unit import Tx
from shared.store.work import Unavailable
from shared.tasks import woken

log = structlog.get_logger()

AGAIN = 1.0
"""Seconds until a database that was away is asked again."""


class File(NamedTuple):
    """A definition's file as it is on disk; `plain` is what it says without the practice's settings."""

    name: str
    text: str
    plain: Definition


def found(config: Config, practice: Practice) -> list[File]:
    """Every file of the shipped folder and of the practice's own. Raises `UnreadableError`, naming file and line."""
    shipped = [(file.name, file.read_bytes()) for file in (files(__package__) / "definitions").iterdir()]
    own = [(str(path), path.read_bytes()) for path in _own(config, practice)]
    read = [
        File(name, text.decode(), parse(text, {}, name))
        for name, text in sorted(shipped) + sorted(own)
        if name.endswith(".toml")
    ]
    _must_agree(read)
    return read


def _own(config: Config, practice: Practice) -> list[Path]:
    """The folder named in `practice.toml`, beside that file; the usual one need not be there."""
    folder = (config.settings.parent if config.settings else Path()) / practice.protocols
    if not config.settings and not folder.is_absolute():
        return []
    if not folder.is_dir() and practice.protocols != Practice().protocols:
        raise UnreadableError(f"practice.toml, protocols: there is no folder {folder}")
    return list(folder.iterdir()) if folder.is_dir() else []


def settings_text(config: Config) -> str:
    """`practice.toml` as it is written; empty where there is none."""
    return config.settings.read_text() if config.settings and config.settings.exists() else ""


def _must_agree(read: list[File]) -> None:
    """Two files may hold two versions of a protocol, but not two contents of one."""
    seen: dict[tuple[str, int], File] = {}
    for file in read:
        other = seen.setdefault((file.plain.id, file.plain.version), file)
        if other.plain != file.plain:
            raise UnreadableError(
                f"{file.name} and {other.name} both say that they are version {file.plain.version} of {file.plain.id}, "
                f"and differ. Give the newer one a higher version."
            )


def definitions(read: list[File], practice: Practice, settings: str = "") -> list[Definition]:
    """The files' definitions with the practice's own values, whose lines are those of `settings`.

    Raises `UnreadableError`.
    """
    if unknown := set(practice.policy) - {file.plain.id for file in read}:
        raise UnreadableError(f"practice.toml has policy for unknown protocols: {', '.join(sorted(unknown))}")
    return [_with(file.text, practice.policy.get(file.plain.id, {}), file.name, settings) for file in read]


def _earlier(text: str, values: str, name: str) -> Definition:
    """With a practice's own values where they fit this version; else as it was written."""
    try:
        return _with(text, msgspec.json.decode(values), name)
    except UnreadableError:
        return _with(text, {}, name)


def _with(text: str, policy: Mapping[str, Any], name: str, settings: str = "") -> Definition:
    return parse(text.encode(), policy, name, settings)


class Keeper:
    """Adopts the files' versions in the log, and puts those adopted before, or elsewhere, on the shelf."""

    def __init__(self, read: list[File], practice: Practice, settings: str = "") -> None:
        self._read = read
        self._practice = practice
        self._wanted = asyncio.Event()
        own = {protocol: short(written(values)) for protocol, values in practice.policy.items()}
        self.shelf = Shelf(definitions(read, practice, settings), missing=self._wanted.set, settings=own)

    @asynccontextmanager
    async def own(self, service: Service) -> AsyncIterator[Shelf]:
        """The shelf, kept up to date. A version with another content than before ends the process with the reason."""
        try:
            await self._adopt(service.store)
        except Unavailable:
            self._wanted.set()  # the database comes later
        async with service.loops.running("shelf", Watching(self._wanted, partial(self._adopt, service.store))):
            yield self.shelf

    async def _adopt(self, store: Store) -> None:
        async def unit(tx: Tx) -> None:
            for file in self._read:
                protocol, version = file.plain.id, file.plain.version
                await tx.decide(STREAM, AdoptProtocol(protocol=protocol, version=version, text=file.text))
            for protocol, values in self._practice.policy.items():
                await tx.decide(STREAM, AdoptSettings(protocol=protocol, values=written(values)))

        cause = Cause(actor="protocol", correlation_id=uuid4(), causation_id=None)
        try:
            await store.write(unit, cause, streams=(STREAM,))
        except Refused as refused:
            sys.exit(str(refused))
        await self._learn(store)

    async def _learn(self, store: Store) -> None:
        adopted: Adopted = await store.state(STREAM)
        for (protocol, version), text in adopted.texts.items():
            name = f"{protocol} version {version}"
            try:
                self._learn_one(protocol, text, name, adopted)
            except UnreadableError:  # courses that follow it wait; all others go on
                log.exception("definition_unreadable", kind=name)

    def _learn_one(self, protocol: str, text: str, name: str, adopted: Adopted) -> None:
        now = written(self._practice.policy.get(protocol, {}))
        self.shelf.put(_earlier(text, now, name))
        former = {values for of, values in adopted.values if of == protocol} | {written({})}
        for values in former - {now}:
            self.shelf.put_former(_earlier(text, values, name), short(values))


class Watching:
    """Reads again whenever a course asks for a version that another replica has adopted."""

    def __init__(self, wanted: asyncio.Event, adopt: Callable[[], Awaitable[None]]) -> None:
        self.pulse = Pulse()
        self._wanted = wanted
        self._adopt = adopt

    async def run(self) -> None:
        """Adopt whenever it is wanted; what fails stays wanted."""
        while True:
            await woken(self._wanted, AGAIN)
            if self._wanted.is_set():
                await self._once()
            self.pulse.turned()

    async def _once(self) -> None:
        self._wanted.clear()
        try:
            await self._adopt()
        except Exception as error:
            self._wanted.set()
            if not isinstance(error, Unavailable):
                raise
            await asyncio.sleep(AGAIN)
