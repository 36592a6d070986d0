"""Where the service is put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from services.protocol.api import ROUTES
from services.protocol.domain.course import EVENTS, course_decider
from services.protocol.domain.definition import Definition as Protocol
from services.protocol.domain.parsing import parse
from services.protocol.projections import PROJECTIONS
from services.protocol.queries import ANSWERS
from services.protocol.reactions import REACTIONS
from services.protocol.timers import DUE, TIMERS
from shared.config import Config, Practice
from shared.events import protocol, records, scheduling
from shared.service import Definition, Service


def protocols(practice: Practice) -> dict[str, Protocol]:
    """Every definition of the folder with the practice's own policy values, by id."""
    folder = files(__package__) / "definitions"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    named = [(file, practice.policy.get(file.name.removesuffix(".toml"), {})) for file in found]
    parsed = [parse(file.read_bytes(), policy, file.name) for file, policy in named]
    if unknown := set(practice.policy) - {definition.id for definition in parsed}:
        raise ValueError(f"practice.toml has policy for unknown protocols: {', '.join(sorted(unknown))}")
    return {definition.id: definition for definition in parsed}


def build(_: Config, practice: Practice) -> Definition:
    """The service for this practice."""
    definitions = protocols(practice)

    @asynccontextmanager
    async def own(_: Service) -> AsyncIterator[dict[str, Protocol]]:
        yield definitions

    return Definition(
        name="protocol",
        package=__package__,
        deciders={"course": course_decider(definitions, practice.tz)},
        events=EVENTS,
        published=protocol.PUBLISHED,
        projections=PROJECTIONS,
        reactions=REACTIONS,
        hears={"records": records.PUBLISHED, "scheduling": scheduling.PUBLISHED},
        timers=TIMERS,
        due=DUE,
        routes=ROUTES,
        answers=ANSWERS,
        own=own,
    )
