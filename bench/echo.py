"""The limit of HTTP: an aiohttp handler that decodes the body of a session and answers as `records` does, no more."""

import asyncio
import sys

import msgspec
import uuid_utils.compat as uuid
import uvloop
from aiohttp import web

from services.records.bodies import SessionGiven


async def record_session(request: web.Request) -> web.Response:
    """Decode, answer."""
    msgspec.json.decode(await request.read(), type=SessionGiven)
    body = msgspec.json.encode({"session_id": uuid.uuid7()})
    return web.Response(body=body, status=201, content_type="application/json")


async def serve(port: int) -> None:
    """Serve until stdin ends."""
    app = web.Application()
    app.router.add_post("/clients/{client_id}/sessions", record_session)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
