"""The results on the terminal."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.results import Row

HEADS = ("line", "ours", "peer", "limit", "unit", "/ peer", "/ limit", "p50 ms", "p99 ms", "commit")
console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def say(text: str) -> None:
    """One line of progress."""
    console.print(text, style="dim", markup=False)


def show(rows: Sequence[Row]) -> None:
    """All rows known, the newest of each line."""
    table = Table(title="Seriatim, measured", title_justify="left")
    for number, head in enumerate(HEADS):
        table.add_column(head, justify="left" if number in {0, 4, 9} else "right", no_wrap=True)
    for row in rows:
        ratios = (_figure(row.ratio_peer), _figure(row.ratio_limit))
        figures = (_figure(row.ours), _figure(row.peer), _figure(row.limit))
        table.add_row(row.line, *figures, row.unit, *ratios, _figure(row.p50_ms), _figure(row.p99_ms), row.commit)
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"{row.line}: {row.note}", style="dim", markup=False)


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
