"""The simulated clock of the stack, moved from visit to visit."""

from datetime import datetime

from deploy.demo.api import Desk
from deploy.demo.screen import Screen


class Clock:
    """Where the clock stands; it is moved forward only."""

    def __init__(self, desk: Desk, screen: Screen, now: datetime) -> None:
        self.now = now
        self._desk = desk
        self._screen = screen

    async def move(self, to: datetime) -> None:
        """Let the time pass; everything that falls due on the way is done when this comes back."""
        if to > self.now:
            self._screen.show_day(to)
            await self._put(to)

    async def settle(self) -> None:
        """Let every service hear what was done at the present instant."""
        await self._put(self.now)

    async def _put(self, to: datetime) -> None:
        self.now = datetime.fromisoformat((await self._desk.put("clock", {"now": to.isoformat()}))["now"])
