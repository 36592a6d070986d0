"""The process killed between the mail server and the log: at most one resend, with the same Message-ID."""

import os
import signal
import sys
from asyncio.subprocess import DEVNULL, create_subprocess_exec
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg

from deploy import nats
from services.notify.domain.message import Message
from services.notify.domain.state import stream
from shared.settle import Now
from tests.harness import until
from tests.integration.notify.world import World, world


@asynccontextmanager
async def clock_owner(there: World):
    """Somebody on the bus who tells what time it is, as the clock's owner does."""
    config, client = there.it.service.config, Client()
    address = config.nats.rpartition("@")[2]
    secrets = config.token_key.parent.parent / "secrets"
    await client.connect(nats.url("clock", secrets, int(address.rpartition(":")[2])))

    async def tell(message: Msg) -> None:
        await message.respond(msgspec.json.encode(Now(now=there.now)))

    await client.subscribe("clock.now", cb=tell)
    try:
        yield
    finally:
        await client.drain()


async def a_process(there: World):
    """Notify as a process of its own, on the same database and bus."""
    config = there.it.service.config
    names = {"database": config.database, "nats": config.nats, "smtp": config.smtp, "token_key": config.token_key}
    environment = {f"SERIATIM_{name.upper()}": str(value) for name, value in names.items()}
    environment |= {"SERIATIM_CLOCK": "simulated", "SERIATIM_NOW": there.now.isoformat(), "PATH": os.environ["PATH"]}
    return await create_subprocess_exec(
        sys.executable, "-m", "services.notify", "serve", env=environment, stdout=DEVNULL, stderr=DEVNULL
    )


async def the_booking(there: World, client: UUID) -> Message:
    state = await there.it.service.store.state(stream(client))
    return next(message for message in state.messages.values() if message.kind == "booking")


async def test_killed_after_the_mail_server_took_it_the_message_goes_out_once_more_at_most(tmp_path: Path):
    async with world(tmp_path) as there, clock_owner(there):
        client, clock = there.client(), there.it.service.clock
        there.it.service.own.stop()  # from here on it is the process that plans and sends
        there.leave_unsettled = True
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        clock.move(there.now + timedelta(minutes=3))
        process = await a_process(there)
        there.mail.kill = lambda: process.send_signal(signal.SIGKILL)
        await process.wait()
        assert len(there.mail.inbox) == 1
        assert (await the_booking(there, client)).status == "sending"
        there.mail.kill = None
        clock.move(there.now + timedelta(minutes=6))  # the dead sender's claim lapses
        assert await until(lambda: lapsed(there, client))
        clock.move(there.now + timedelta(minutes=2))  # and the pause before the next try is over
        again = await a_process(there)
        await until(lambda: len(there.mail.inbox) == 2)
        again.terminate()
        assert await again.wait() == 0
        assert (await the_booking(there, client)).status == "sent"
        assert len({message["Message-ID"] for message in there.mail.inbox}) == 1


async def lapsed(there: World, client: UUID) -> bool:
    return (await the_booking(there, client)).unknown == 1
