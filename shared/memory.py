"""How memory is looked after."""

import gc

ALLOCATIONS = 20_000


def collect_seldom() -> None:
    """Let the collector of cycles leave alone what is there at the start, and look at new objects by the ten thousand.

    Events, rows and folded states hold no cycles: counting references frees them. Looking through them again and
    again took half the time of reading a long log (`docs/performance.md`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 20, 20)
