"""Passwords of the local stack: made at random on first use, each in a file only its owner can read."""

import os
import secrets
from pathlib import Path


def write_secret(file: Path, content: bytes) -> None:
    """Write a file that was never readable by anyone else."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)


def password(folder: Path, name: str) -> str:
    """The password kept under `name` (URL-safe letters only); a new one if there is none."""
    file = folder / name
    if not file.exists():
        write_secret(file, secrets.token_urlsafe(24).encode())
    return file.read_text()


def wrapping_key(folder: Path) -> Path:
    """The file with the 32 random bytes that wrap the clients' keys."""
    file = folder / "wrapping.key"
    if not file.exists():
        write_secret(file, secrets.token_bytes(32))
    return file
