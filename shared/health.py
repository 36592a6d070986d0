"""Health: alive (the loop answers), ready (the work can be done), and metrics."""

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared import metrics
from shared.store.work import Unavailable

if TYPE_CHECKING:
    from shared.running import Running


WAITING = "select count(*), min(recorded_at) from public.event where position > $1 and type = any($2)"


def add(app: web.Application, replica: "Running") -> None:
    """`/healthz`, `/readyz`, `/metrics`."""

    async def alive(_: web.Request) -> web.Response:
        return web.Response(body=b'{"status":"alive"}', content_type="application/json")

    async def ready(_: web.Request) -> web.Response:
        reasons = await why_not_ready(replica)
        parked = 0 if reasons else await _parked(replica)
        body = {"status": "not ready" if reasons else "ready", "reasons": reasons, "parked": parked}
        headers = {"Retry-After": "1"} if reasons else None
        return web.Response(
            body=msgspec.json.encode(body), status=503 if reasons else 200, content_type="application/json",
            headers=headers,
        )  # fmt: skip

    async def metrics(_: web.Request) -> web.Response:
        with suppress(Unavailable):
            await _look(replica)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)


async def why_not_ready(replica: "Running") -> list[str]:
    """Codes of what keeps this replica from its work; empty when nothing does."""
    service = replica.service
    reasons = []
    try:
        await service.store.fetch("select 1")
    except Unavailable:
        return ["database_away"]
    if service.config.nats and not service.bus.connected:
        reasons.append("bus_away" if not service.bus.violation else "bus_refuses_us")
    if service.bus.unsafe:
        reasons.append("bus_does_not_sync_always")
    if replica.relay and replica.relay.estranged:
        reasons.append("stream_ahead_of_database")
    return reasons


async def _look(replica: "Running") -> None:
    """Figures that are read when asked for, not kept."""
    store = replica.service.store
    due = await store.fetch("select count(*) as n from public.timer where due_at <= $1", replica.service.clock.now())
    metrics.timers_due.set(due[0]["n"])
    metrics.timers_failing.set(len(replica.alarm.failing))
    metrics.events_parked.set(await _parked(replica))
    await _look_at_relay(replica)


async def _look_at_relay(replica: "Running") -> None:
    """What waits to be published: also right while the bus is away and the relay cannot work."""
    if replica.leads and replica.relay:
        [(events, oldest)] = await replica.service.store.fetch(WAITING, replica.relay.scanned, replica.relay.types)
        age = (replica.service.clock.now() - oldest).total_seconds() if oldest else 0.0
        metrics.relay_lag_seconds.set(max(age, 0.0))
        metrics.relay_lag_events.set(events)


async def _parked(replica: "Running") -> int:
    """Events set aside because they could not be handled: somebody must look, but the rest of the work goes on."""
    return int((await replica.service.store.fetch("select count(*) as n from public.parked"))[0]["n"])
