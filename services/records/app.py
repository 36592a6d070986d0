"""The only place that builds `records`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from services.records.api import ROUTES
from services.records.domain import chart, client, diary
from services.records.names import Names
from services.records.projections import PROJECTIONS
from services.records.queries import ANSWERS
from services.records.restoring import amends
from services.records.sealing import Sealing
from services.records.sweeping import Sweeping
from services.records.wrapping import WrappingKeyMissing, WrappingKeys
from shared.config import Config, Practice
from shared.decider import Decider
from shared.events.records import PUBLISHED
from shared.service import Definition, Service
from shared.store.store import Store
from shared.store.work import Unavailable

log = structlog.get_logger()

DECIDERS: dict[str, Decider[Any, Any, Any]] = {"client": client.decider, "chart": chart.decider, "diary": diary.decider}


@dataclass(frozen=True)
class Own:
    """What only this service has."""

    sealing: Sealing
    names: Names
    sweeping: Sweeping


@asynccontextmanager
async def own(sealing: Sealing, service: Service) -> AsyncIterator[Own]:
    """Read the wrapping key, fill the index of names, and finish a sweep that was broken off."""
    try:
        sealing.wrapping.load()
        await check_fit(service.store, sealing.wrapping)
    except WrappingKeyMissing as error:
        sys.exit(str(error))
    opened = Own(sealing, Names(service.store, service.practice.dials_in), Sweeping(service.store, sealing.wrapping))
    async with service.loops.running("names", opened.names), service.loops.running("sweeping", opened.sweeping):
        yield opened


async def check_fit(store: Store, wrapping: WrappingKeys) -> None:
    """Raise `WrappingKeyMissing` when the file opens not one of the clients' keys: it is the wrong file.

    Single keys it does not open are told: an old table of keys was restored without its newest copy over it.
    """
    try:
        rows = await store.fetch("select wrapping_key_id, count(*) as clients from public.client_key group by 1")
    except Unavailable:
        return  # the database comes later
    lost = sum(row["clients"] for row in rows if row["wrapping_key_id"] not in wrapping)
    if lost and all(row["wrapping_key_id"] not in wrapping for row in rows):
        raise WrappingKeyMissing("The wrapping key opens none of the clients' keys: this is not the file they need.")
    if lost:
        log.error("client_keys_lost", count=lost)


def build(config: Config, practice: Practice) -> Definition:  # noqa: ARG001 - every service is built so
    """The service's parts."""
    sealing = Sealing(WrappingKeys(config.wrapping_key))
    return Definition(
        name="records",
        package=__package__,
        deciders=DECIDERS,
        events=[event for decider in DECIDERS.values() for event in decider.events],
        published=PUBLISHED,
        projections=PROJECTIONS,
        routes=ROUTES,
        answers=ANSWERS,
        own=partial(own, sealing),
        codec=sealing,
        amends=amends,
    )
