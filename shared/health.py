"""Health: alive (the loop answers), ready (the work can be done), and metrics."""

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared import metrics
from shared.http.app import TOKENS
from shared.http.problems import Unauthorized
from shared.store.work import Unavailable

if TYPE_CHECKING:
    from shared.running import Running


WAITING = "select count(*), min(recorded_at) from public.event where position > $1 and type = any($2)"


def add(app: web.Application, replica: "Running") -> None:
    """`/healthz`, `/readyz`, `/metrics`."""

    async def alive(_: web.Request) -> web.Response:
        stuck = replica.service.loops.standing_still()
        return _state("stuck" if stuck else "alive", stuck)

    async def ready(request: web.Request) -> web.Response:
        reasons = await why_not_ready(replica)
        return _state("not ready" if reasons else "ready", reasons, await _for_staff(request, replica, reasons))

    async def metrics(_: web.Request) -> web.Response:
        with suppress(Unavailable):
            await _look(replica)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)


def _state(status: str, reasons: list[str], more: dict[str, int] | None = None) -> web.Response:
    """200 without reasons; 503 with their codes."""
    return web.Response(
        body=msgspec.json.encode({"status": status, "reasons": reasons} | (more or {})),
        status=503 if reasons else 200,
        content_type="application/json",
        headers={"Retry-After": "1", "Cache-Control": "no-store"} if reasons else {"Cache-Control": "no-store"},
    )


async def _for_staff(request: web.Request, replica: "Running", reasons: list[str]) -> dict[str, int]:
    """How many events are set aside: a figure of the practice, which strangers are not told."""
    try:
        role = request.app[TOKENS].check(request.headers.get("Authorization", "")).role
    except (KeyError, Unauthorized):
        return {}
    return {} if reasons or role == "client" else {"parked": await _parked(replica)}


async def why_not_ready(replica: "Running") -> list[str]:
    """Codes of what keeps this replica from its work; empty when nothing does.

    Loops are named only when what they need is there: else it is known why they do not get on.
    """
    service = replica.service
    reasons = [*await service.store.trouble(), *service.bus.trouble, *_held_up(replica)]
    if not reasons and service.config.nats and not await replica.ping.is_answered():
        reasons.append("questions_unanswered")
    return reasons or [f"{name}_does_not_get_on" for name in service.loops.not_getting_on()]


def _held_up(replica: "Running") -> list[str]:
    """What only an operator or an update can end; of the leader, who alone relays and hears."""
    hearing = replica.consumers.values()
    told = [replica.relay.trouble if replica.relay else None, *(consumer.trouble for consumer in hearing)]
    return [code for code in told if code] if replica.leads else []


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
