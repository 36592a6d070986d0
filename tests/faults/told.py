"""What the load generator is told by signals: SIGUSR1 pause, SIGUSR2 go on, SIGTERM end."""

import asyncio
import signal


class Told:
    """What the process was told by signals."""

    def __init__(self) -> None:
        self._end = False
        self._go = asyncio.Event()
        self._go.set()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, self._go.clear)
        loop.add_signal_handler(signal.SIGUSR2, self._go.set)
        loop.add_signal_handler(signal.SIGTERM, self._stop)

    async def going_on(self) -> bool:
        """Wait while paused; false at the end."""
        await self._go.wait()
        return not self._end

    def _stop(self) -> None:
        self._end = True
        self._go.set()
