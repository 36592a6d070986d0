"""Waiting until every service has done all there is to do at the present simulated instant."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime

import msgspec
from nats.aio.client import Client
from nats.errors import Error

from shared.settle import Now, Settled

TAKING_PART = ("records", "protocol", "scheduling", "notify", "web")
PAUSE = 0.004
"""Real seconds between two questions: asking more often takes the time of those who are at work."""
PATIENCE = 30.0
"""Real seconds that a service may take to answer, or all together to settle at one instant."""


class Unsettled(Exception):  # noqa: N818  an answer (503): the caller may try again
    """Services that did not answer or did not come to rest; the text is a sentence."""


class Settling:
    """Asks the services over the bus until none has anything left to do."""

    def __init__(self, client: Client, services: tuple[str, ...] = TAKING_PART) -> None:
        self._client = client
        self._services = services

    async def settle(self, now: datetime) -> datetime | None:
        """Come back when all is settled at `now`, seen twice in a row; gives the next due instant, if there is one."""
        question = msgspec.json.encode(Now(now=now))
        deadline = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < 2:
            answers = await asyncio.gather(*(self._ask(service, question) for service in self._services))
            states = dict(zip(self._services, answers, strict=True))
            restless = unsettled(states, now)
            quiet = 0 if restless else quiet + 1
            if restless and time.monotonic() > deadline:
                raise Unsettled(f"Still at work after {PATIENCE:.0f} s: {', '.join(restless)}.")
            await asyncio.sleep(PAUSE if restless else 0)
        return min((state.due for state in answers if state.due), default=None)

    async def _ask(self, service: str, question: bytes) -> Settled:
        """Move one service to the present instant and hear how far it is."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                message = await self._client.request(f"clock.settle.{service}", question, timeout=5)
            except (Error, TimeoutError):
                await asyncio.sleep(0.02)
            else:
                return msgspec.json.decode(message.data, type=Settled)
        raise Unsettled(f"{service} has not answered the clock for {PATIENCE:.0f} s.")


def unsettled(states: Mapping[str, Settled], now: datetime) -> list[str]:
    """Name the services that still have something to do at `now`."""
    return [name for name, state in states.items() if _is_busy(state, now) or _is_behind(state, states)]


def _is_busy(state: Settled, now: datetime) -> bool:
    return state.busy or not state.relayed or state.pending > 0 or bool(state.due and state.due <= now)


def _is_behind(state: Settled, states: Mapping[str, Settled]) -> bool:
    """Whether a producer has published what this service has not heard."""
    return any(
        position < states[producer].published for producer, position in state.heard.items() if producer in states
    )
