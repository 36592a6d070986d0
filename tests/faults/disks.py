"""Small disks for the data of PostgreSQL and NATS and for the logs, which can be full from one moment to the next."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy import postgres
from deploy.place import Place

ROOM = "8g"
"""More than any run fills; only what is written takes memory."""


@dataclass(frozen=True)
class Disk:
    """A file system in memory."""

    folder: Path

    def fill(self) -> None:
        """Leave no room at all: as big as what lies on it, which must not be nothing (0 is for no limit)."""
        (self.folder / "full").write_bytes(b"full")
        there = os.statvfs(self.folder)
        self._resize(str((there.f_blocks - there.f_bfree) * there.f_frsize))

    def make_room(self) -> None:
        """Let it take what comes again."""
        self._resize(ROOM)

    def _resize(self, size: str) -> None:
        _run("mount", "-o", f"remount,size={size}", str(self.folder))


@dataclass(frozen=True)
class Disks:
    """Of one stack: what the servers keep, and what all its programs print."""

    data: Disk
    logs: Disk


def why_none() -> str:
    """A sentence where no disk can be made; empty where one can."""
    if os.geteuid() == 0 and shutil.which("mount") and _mounts():
        return ""
    return "Full disks are left out: only root of a whole Linux machine can make a small disk to fill."


def _mounts() -> bool:
    """Whether root may mount here: in many containers it may not."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            _run("mount", "-t", "tmpfs", "-o", "size=4k", "seriatim", folder)
        except subprocess.CalledProcessError:
            return False
        _run("umount", folder)
    return True


@contextmanager
def small_disks(place: Place) -> Iterator[Disks]:
    """Prepare a data folder whose databases, streams and logs lie on disks of their own; in the end they are files."""
    place.data.mkdir(mode=0o711)
    for name in ("disk", "log"):
        (place.data / name).mkdir()
        _run("mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0711", "seriatim", str(place.data / name))
    try:
        place.furnish()
        postgres.prepare(place.data / "disk" / "postgres", place.secrets)
        (place.data / "disk" / "nats").mkdir(mode=0o700)
        for name in ("postgres", "nats"):
            (place.data / name).symlink_to(Path("disk") / name)
        yield Disks(Disk(place.data / "disk"), Disk(place.data / "log"))
    finally:
        for name in ("disk", "log"):
            _keep(place.data / name)


def _keep(folder: Path) -> None:
    """What lay on the disk, in its place as files: somebody may want to look what went wrong."""
    Disk(folder).make_room()
    kept = folder.with_name(f"{folder.name}.kept")
    _run("cp", "-a", str(folder), str(kept))
    _run("umount", "--lazy", str(folder))
    folder.rmdir()
    kept.rename(folder)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  our own
