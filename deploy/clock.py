"""The owner of the simulated time: it stands still, and moves from one due instant to the next when told to."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from aiohttp import web
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg

from deploy.place import Place
from deploy.program import Program, is_healthy
from deploy.settling import Settling, Unsettled
from shared.decider import refuse
from shared.http import bodies
from shared.http.problems import answer_with_problems, problem
from shared.messages import Instant
from shared.settle import Now

PATH = "/api/clock"


class Move(Struct, frozen=True, forbid_unknown_fields=True):
    """The instant to move to."""

    now: Instant


class Owner:
    """The present instant, kept in a file so that a restarted stack goes on where it was."""

    def __init__(self, file: Path, now: datetime, settling: Settling) -> None:
        self.now = now
        self._file = file
        self._settling = settling
        self._moving = asyncio.Lock()

    async def move(self, target: datetime) -> None:
        """Step through every due instant up to `target`, each settled before the next; one move at a time."""
        async with self._moving:
            if target < self.now:
                raise refuse("clock_backwards", f"The clock stands at {text(self.now)} and never goes back.")
            due = await self._settling.settle(self.now)
            while self.now < target:
                self._stand_at(min(due, target) if due else target)
                due = await self._settling.settle(self.now)

    def _stand_at(self, now: datetime) -> None:
        """Write the time down before any service hears of it: events never lie in a restarted clock's future."""
        draft = self._file.with_suffix(".new")
        draft.write_text(text(now))
        draft.replace(self._file)
        self.now = now


def text(instant: datetime) -> str:
    """Write an instant as RFC 3339, in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def starts_at(place: Place) -> str:
    """Where the clock starts: where it stood when the stack was stopped, else where it was told, else the present."""
    file = place.data / "clock"
    return file.read_text() if file.exists() else place.now or text(datetime.now(UTC).replace(microsecond=0))


def application(owner: Owner) -> web.Application:
    """Make the two routes of api.md, "clock"."""
    app = web.Application(middlewares=[answer_with_problems])

    async def show(_: web.Request) -> web.Response:
        return web.json_response({"now": text(owner.now), "simulated": True})

    async def move(request: web.Request) -> web.Response:
        try:
            target = bodies.decode(await request.read(), Move).now
            await owner.move(target.astimezone(UTC))
        except Unsettled as why:
            return problem(503, "unavailable", f"{why} The clock stands at {text(owner.now)}.")
        return web.json_response({"now": text(owner.now)})

    app.add_routes([web.get(PATH, show), web.put(PATH, move)])
    return app


def program(place: Place, port: int, bus: str) -> Program:
    """Serve the clock on 127.0.0.1:`port`; `bus` is the address of NATS with the clock's user."""

    async def ready() -> bool:
        return await is_healthy(f"http://127.0.0.1:{port}{PATH}")

    command = [sys.executable, "-m", "deploy.clock", str(place.data.resolve() / "clock"), str(port), place.now]
    return Program(name="clock", command=command, ready=ready, environment={"SERIATIM_NATS": bus})


async def _serve(file: Path, now: datetime) -> web.Application:
    client = Client()
    owner = Owner(file, now, Settling(client))
    app = application(owner)

    async def tell(message: Msg) -> None:
        await message.respond(msgspec.json.encode(Now(now=owner.now)))

    async def connected(_: web.Application) -> AsyncIterator[None]:
        await client.connect(os.environ["SERIATIM_NATS"], inbox_prefix="_INBOX_clock", max_reconnect_attempts=-1)
        await client.subscribe("clock.now", cb=tell)
        yield
        await client.close()

    app.cleanup_ctx.append(connected)
    return app


if __name__ == "__main__":
    _file, _port, _now = Path(sys.argv[1]), int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
    web.run_app(_serve(_file, _now), host="127.0.0.1", port=_port, print=None, access_log=None, shutdown_timeout=0.5)
