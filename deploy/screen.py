"""What the person at the terminal sees: a short, readable state."""

import time

from rich.console import Console
from rich.status import Status


class Screen:
    """One line for each thing that is ready, and a turning sign for what is still starting."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._began = time.monotonic()
        self._starting: list[str] = []
        self._status: Status | None = None

    def say(self, text: str, style: str = "") -> None:
        """Print a line."""
        self._console.print(text, style=style, markup=False, soft_wrap=True)

    def starting(self, name: str) -> None:
        """Show that something is being started."""
        self._starting.append(name)
        self._show()

    def ready(self, name: str) -> None:
        """Show that it is ready."""
        self._starting.remove(name)
        self.say(f"  {name:<12} ready  {self.elapsed:5.1f} s")
        self._show()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def quiet(self) -> None:
        """Take away the turning sign."""
        if self._status:
            self._status.stop()
            self._status = None

    def _show(self) -> None:
        if not self._starting:
            self.quiet()
        elif self._console.is_terminal:
            text = f"starting {', '.join(self._starting)}"
            self._status = self._status or self._console.status(text)
            self._status.update(text)
            self._status.start()
