"""How a figure is taken: callers at work for some seconds, several runs in turn, the median of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

from msgspec import Struct

from bench.results import Row

RUNS = 5
SECONDS = 2.0
WARM_UP = 0.4


class Sample(Struct, frozen=True, kw_only=True):
    """One run: a figure in the line's unit, and the time one call took."""

    value: float = 0.0
    p50_ms: float | None = None
    p99_ms: float | None = None


Run = Callable[[], Awaitable[Sample]]
Act = Callable[[int], Awaitable[object]]


async def drive(callers: int, act: Act, seconds: float = SECONDS) -> Sample:
    """Calls a second of so many callers, each waiting for its answer before the next call `act(caller)`."""
    began = time.perf_counter() + WARM_UP
    ends, took = began + seconds, list[float]()

    async def caller(number: int) -> None:
        now = time.perf_counter()
        while now < ends:
            await act(number)
            before, now = now, time.perf_counter()
            if before >= began and now < ends:
                took.append(now - before)

    await asyncio.gather(*(caller(number) for number in range(callers)))
    return Sample(value=len(took) / seconds, **percentiles(took))


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Median and 99th percentile, in milliseconds."""
    ordered = sorted(seconds)
    return {"p50_ms": 1000 * ordered[len(ordered) // 2], "p99_ms": 1000 * ordered[int(len(ordered) * 0.99)]}


async def compare(line: str, unit: str, ours: Run, *, peer: Run | None = None, limit: Run | None = None) -> Row:
    """Run each in turn, five times, so that whatever else the machine does meets all of them."""
    found: dict[str, list[Sample]] = {"ours": [], "peer": [], "limit": []}
    for _ in range(RUNS):
        for name, run in (("ours", ours), ("peer", peer), ("limit", limit)):
            if run:
                found[name].append(await run())
    return row(line, unit, found["ours"], found["peer"], found["limit"])


def row(line: str, unit: str, ours: list[Sample], peer: list[Sample] = [], limit: list[Sample] = []) -> Row:  # noqa: B006 - never changed
    """The medians of the runs as a row of the results."""
    return Row(
        line=line,
        ratio_peer=_ratio(ours, peer),
        ratio_limit=_ratio(ours, limit),
        unit=unit,
        ours=_median([sample.value for sample in ours]),
        peer=_median([sample.value for sample in peer]),
        limit=_median([sample.value for sample in limit]),
        p50_ms=_median([sample.p50_ms for sample in ours]),
        p99_ms=_median([sample.p99_ms for sample in ours]),
        runs=len(ours),
    )


def _ratio(ours: list[Sample], others: list[Sample]) -> float | None:
    """The median of the runs' own ratios: what else the machine does changes from run to run, less within one."""
    return median(one.value / other.value for one, other in zip(ours, others, strict=True)) if others else None


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
