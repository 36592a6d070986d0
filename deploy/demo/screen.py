"""What the person at the terminal sees: the story line by line, and the table of what was proven."""

import time
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.status import Status
from rich.table import Table

from deploy.demo.figures import Figure

WHEN = "%a %d %b %H:%M"


class Screen:
    """Lines with the practice's date and time in front; a turning sign says how far the year has come."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._status: Status | None = None
        self._began = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self._console.print()
        self._console.print(title, style="bold", markup=False)

    def tell(self, now: datetime, text: str, style: str = "") -> None:
        """A line of the story; `now` is in the practice's zone."""
        self._console.print(f"  {now.strftime(WHEN)}  {text}", style=style, markup=False, soft_wrap=True)

    def aside(self, text: str) -> None:
        """A line that does not belong to the story."""
        self._console.print(f"  {text.strip()}", style="dim", markup=False, soft_wrap=True)

    def say(self, text: str, style: str = "") -> None:
        """A line to the person."""
        self._console.print(text, style=style, markup=False, soft_wrap=True)

    def show_day(self, now: datetime) -> None:
        """Let the turning sign show the day the clock stands at."""
        if not self._console.is_terminal:
            return
        text = f"{now:%A %-d %B %Y}, after {self.elapsed:.0f} s"
        self._status = self._status or self._console.status(text)
        self._status.update(text)
        self._status.start()

    def quiet(self) -> None:
        """Take away the turning sign."""
        if self._status:
            self._status.stop()
            self._status = None

    def table(self, figures: Sequence[Figure]) -> None:
        """Show each figure and whether it is right, and of a wrong one what it should be."""
        table = Table(title="What was proven", title_justify="left", title_style="bold", show_edge=False)
        table.show_header = False
        for one in figures:
            verdict = "[green]right[/]" if one.right else f"[bold red]WRONG[/], expected {one.expected}"
            table.add_row(one.what, one.found, verdict)
        self._console.print()
        self._console.print(table)


def local(instant: str, zone: ZoneInfo) -> datetime:
    """An instant of the API on the practice's clock."""
    return datetime.fromisoformat(instant).astimezone(zone)
