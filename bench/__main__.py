"""`make bench`: measure all lines, or those named, print the table, write results and pictures."""

import argparse
import sys
from collections.abc import Awaitable, Callable

import uvloop

from bench import plots, table
from bench.lines import append
from bench.results import Row, merge
from bench.servers import Ground, ground

Line = Callable[[Ground], Awaitable[list[Row]]]


async def measure(lines: dict[str, Line]) -> None:
    """Measure line by line; each is written as soon as it is known."""
    async with ground() as servers:
        for name, line in lines.items():
            table.say(f"measuring {name} …")
            rows = merge(await line(servers), ORDER)
            plots.draw(rows)
    table.show(rows)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("lines", nargs="*", help=f"some of: {' '.join(LINES)} (all without)")
    given = parser.parse_args()
    if unknown := set(given.lines) - set(LINES):
        sys.exit(f"There is no line {', '.join(sorted(unknown))}. There are: {', '.join(LINES)}.")
    uvloop.run(measure({name: line for name, line in LINES.items() if not given.lines or name in given.lines}))


LINES: dict[str, Line] = {
    "append_32": append.append_32,
    "append_1": append.append_1,
    "command_32": append.command_32,
}
ORDER = ["append_32", "append_1", "command_32", "command_32_cold"]

if __name__ == "__main__":
    main()
