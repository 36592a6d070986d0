"""Work that a service does by itself, in rounds: woken by what was stored or by the clock, and now and then unasked."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence

from shared.loops import Pulse
from shared.messages import Recorded
from shared.service import Service
from shared.tasks import woken

LOOK_AGAIN = 2.0
"""Seconds after which it looks again unasked: for what another replica left, or was quicker with, or a neighbour was
away for."""

Job = Callable[[], Awaitable[None]]


class Rounds(ABC):
    """Any replica may do the work: the log decides whose is stored."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.pulse = Pulse()
        self._wake = asyncio.Event()
        self._wake.set()  # whatever was left undone before this process began
        self._busy = False
        self._stopping = False
        self._held_up = 0
        service.store.writer.on_commit.append(self._notice)
        service.clock.watch(self._wake.set)

    @abstractmethod
    async def round(self) -> int:
        """One look at everything; gives how much could not be done now."""

    def concerns(self, _recorded: Recorded) -> bool:
        """Whether this event may have made work."""
        return True

    def pending(self) -> int:
        """What is still to be looked at; see `shared.settle`."""
        return self._held_up + self._busy + self._wake.is_set()

    async def run(self) -> None:
        """Work until told to stop."""
        while not self._stopping:
            self._wake.clear()
            self._busy = True
            try:
                self._held_up = await self.round()
            finally:
                self._busy = False
            self.pulse.turned()
            await woken(self._wake, LOOK_AGAIN)

    def stop(self) -> None:
        """Take up nothing new after this round."""
        self._stopping = True
        self._wake.set()

    def _notice(self, committed: Sequence[Recorded]) -> None:
        if any(map(self.concerns, committed)):
            self._wake.set()
