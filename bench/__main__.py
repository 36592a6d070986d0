"""`make bench`: measure all lines, or those named, print the table, write results and pictures."""

import argparse
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial

import uvloop

from bench import plots, table
from bench.lines import append, bus, course, http, log, proposal, reflow, slots, stack
from bench.results import Row, known, merge
from bench.servers import Ground, ground
from shared.memory import collect_seldom

Measure = Callable[[Ground], Awaitable[list[Row]]]

STORE = ["append_32", "append_1", "command_32", "command_32_cold", "http_32", "http_32_keyed", "read_log", "rebuild"]
COURSE = ["course_decide", "course_note", "verdicts", "verdicts_asked", "courses_folded"]
ORDER = [
    *STORE,
    *COURSE,
    "hop",
    "relay",
    "slots",
    "proposal",
    "reflow",
    "growth",
    "warm_start",
    "resident",
    "note",
    "year",
]


def measures(*, full: bool) -> dict[Measure, tuple[str, ...]]:
    """What is measured together gives several lines."""
    return {
        append.append_32: ("append_32",),
        append.append_1: ("append_1",),
        append.command_32: ("command_32", "command_32_cold"),
        http.http_32: ("http_32", "http_32_keyed"),
        slots.slots: ("slots",),
        proposal.proposal: ("proposal",),
        reflow.reflow: ("reflow",),
        course.decided: ("course_decide", "course_note", "verdicts"),
        course.asked: ("verdicts_asked",),
        course.folded: ("courses_folded",),
        log.read_log: ("read_log",),
        log.rebuilt: ("rebuild",),
        bus.hop: ("hop",),
        bus.relay: ("relay",),
        partial(append.growth, full=full): ("growth",),
        stack.at_work: ("warm_start", "resident", "note"),
        stack.year: ("year",),
    }


async def run(wanted: list[str], *, full: bool) -> int:
    """Measure one after the other; each is written as soon as it is known. Gives how many failed."""
    failed = 0
    async with ground() as servers:
        for measure, lines in measures(full=full).items():
            if not set(lines) & set(wanted):
                continue
            table.say(f"measuring {', '.join(lines)} …")
            try:
                plots.draw(merge(await measure(servers), ORDER))
            except Exception as error:  # noqa: BLE001 - the other lines can still be measured
                failed += 1
                table.say(f"{', '.join(lines)} could not be measured: {type(error).__name__}: {error}")
    table.show(known())
    return failed


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("lines", nargs="*", help=f"some of: {' '.join(ORDER)} (all without)")
    parser.add_argument("--full", action="store_true", help="growth up to 10 million events (minutes, 10 GB)")
    given = parser.parse_args()
    if unknown := set(given.lines) - set(ORDER):
        sys.exit(f"There is no line {', '.join(sorted(unknown))}. There are: {', '.join(ORDER)}.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the servers are stopped then too
    collect_seldom()  # as the services do
    sys.exit(uvloop.run(run(given.lines or ORDER, full=given.full)))


if __name__ == "__main__":
    main()
