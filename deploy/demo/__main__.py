"""`python -m deploy.demo`: start the stack, tell the year, count what came of it, leave the pages up."""

import argparse
import asyncio
import signal
import sys
import time
from contextlib import suppress
from datetime import datetime

import aiohttp

from deploy.demo import local, practice
from deploy.demo.api import Desks
from deploy.demo.clock import Clock
from deploy.demo.course import Course, Scene
from deploy.demo.figures import Figure
from deploy.demo.letters import Letterbox
from deploy.demo.practice import Practice
from deploy.demo.proof import figures
from deploy.demo.screen import Screen
from deploy.demo.story import Story
from deploy.guard import Trouble
from deploy.place import Place
from shared.tasks import stop

STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = aiohttp.ClientTimeout(total=120)


async def demo(port: int, screen: Screen, *, once: bool) -> bool:
    """The whole demo; gives whether every figure is right."""
    told = practice.read()
    screen.say(f"{told.settings['name']}: a year on a simulated clock. Made-up people and figures, real programs.")
    async with local.standing(port, told, screen) as place, aiohttp.ClientSession(timeout=PATIENCE) as session:
        right = await year(place, told, Desks(session, place.origin, local.tokens(place)), screen)
        if not once:
            screen.say(f"The pages stay up at {place.origin} until Ctrl-C; sent mail: {place.mail}", "bold")
            with suppress(asyncio.CancelledError):  # Ctrl-C ends the wait, and the table's verdict stands
                await asyncio.Event().wait()
    return right


async def year(place: Place, told: Practice, desks: Desks, screen: Screen) -> bool:
    """Set up, tell, count, and say how to sign in; gives whether every figure is right."""
    began = time.monotonic()
    house = await practice.furnish(told, desks.owner)
    opening = asyncio.create_task(local.open_accounts(place, told, house))
    try:
        clock = Clock(desks.owner, screen, told.opens(told.first_day))
        found = await live(cast(told, Scene(desks, house, clock, screen, told.tz), Letterbox(place.mail)), told.ends())
        screen.table(found)
        screen.say(f"{(told.last_day - told.first_day).days} days in {time.monotonic() - began:.0f} s.")
        for role, login, password in await opening:
            screen.say(f"Sign in at {place.origin} as {role}: {login}  {password}")
    finally:
        await stop(opening)
    return all(figure.right for figure in found)


def cast(told: Practice, scene: Scene, letterbox: Letterbox) -> tuple[Story, list[Course]]:
    """The client whose course is told, and the others."""
    first, *others = told.clients
    mail = letterbox, told.email_of(first.therapist)
    story = Story(first, scene, told.opens(first.calls_on), mail, told.ends())
    return story, [Course(client, scene, told.opens(client.calls_on)) for client in others]


async def live(who: tuple[Story, list[Course]], until: datetime) -> list[Figure]:
    """Let everything happen in its order until the last day; gives what it came to."""
    story, others = who
    courses, clock = [story, *others], story.scene.clock
    while due := [(course.due, n) for n, course in enumerate(courses) if course.due and course.due <= until]:
        when, n = min(due)
        await clock.move(when)
        await courses[n].happen()
    await clock.move(until)
    story.scene.screen.quiet()
    return await figures(story, courses)


def main() -> None:
    """Tell it; the exit code says whether every figure was right."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--once", action="store_true", help="end after the table instead of leaving the pages up")
    given = parser.parse_args()
    screen = Screen()
    try:
        right = asyncio.run(_until_stopped(given.port, screen, once=given.once))
    except Trouble as trouble:
        screen.quiet()
        sys.exit(str(trouble))
    sys.exit(0 if right else 1)


async def _until_stopped(port: int, screen: Screen, *, once: bool) -> bool:
    """SIGINT, SIGTERM or a closed terminal end the demo in good order; a second one changes nothing."""
    task = asyncio.create_task(demo(port, screen, once=once))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for number in STOP:
            loop.add_signal_handler(number, lambda: None)
        screen.quiet()
        screen.say("Stopping …")
        task.cancel()

    for number in STOP:
        loop.add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        raise Trouble("Stopped before the end.") from None


if __name__ == "__main__":
    main()
