"""What must hold before a stack starts, each with its one sentence when it does not."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.place import Place, is_taken


class Trouble(Exception):  # noqa: N818  it is told to a person, who made no error in a program
    """Why the stack cannot stand; its text is the one sentence the person reads."""


@contextmanager
def claimed(place: Place) -> Iterator[int]:
    """Hold the data folder and find the port free; gives the lock's descriptor, which children keep open.

    So the folder stays locked until the last process of a stack is gone, also when its supervisor was killed.
    """
    handle = _lock(place.data)
    try:
        _check_port(place.port)
        yield handle
    finally:
        (place.data / "lock").unlink()
        os.close(handle)


def _lock(data: Path) -> int:
    """Lock the folder; the leavings of a killed stack are given ten seconds to go."""
    deadline = time.monotonic() + 10
    while (handle := _try_lock(data)) is None:
        holder = (data / "lock").read_text() if (data / "lock").exists() else ""
        if _lives(holder) or time.monotonic() > deadline:
            raise Trouble(f"A stack is already running on {data} (process {holder or 'unknown'}): stop it first.")
        time.sleep(0.05)
    os.truncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    return handle


def _try_lock(data: Path) -> int | None:
    """Open and lock the file `lock`; nothing if another holds it or it was removed meanwhile."""
    handle = _open(data)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_ino == (data / "lock").stat().st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass  # both mean: not ours, look again
    os.close(handle)
    return None


def _open(data: Path) -> int:
    try:
        data.mkdir(mode=0o711, parents=True, exist_ok=True)
        _check_owner(data)
        return os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise Trouble(f"The data folder {data} cannot be written ({reason}): choose another with DATA=….") from None


def _check_owner(data: Path) -> None:
    """A stack is always run by the same user: PostgreSQL's files belong to one."""
    secrets = data / "secrets"
    if secrets.exists() and secrets.stat().st_uid != os.geteuid():
        raise Trouble(f"The data folder {data} was made by another user: start as that user or choose another folder.")


def _check_port(port: int) -> None:
    try:
        taken = not 0 < port < 65536 or is_taken(port)
    except PermissionError:
        raise Trouble(f"Port {port} is reserved for the administrator: choose another with PORT=….") from None
    if taken:
        raise Trouble(f"Port {port} is in use or not a port: choose another with PORT=….")


def _lives(pid: str) -> bool:
    """Whether the process that wrote its number into the lock still lives."""
    return pid.isdigit() and Path(f"/proc/{pid}").exists()
