"""The wrapping keys: a file of one 32-byte key, or of several while a sweep is under way; the newest stands last."""

import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

LENGTH = 32


class WrappingKeyMissing(Exception):  # noqa: N818 - it says what is the matter
    """The file cannot be used, or the key that wrapped something is not in it."""


def key_id(key: bytes) -> str:
    """Name a key by its fingerprint, so that the file needs no names."""
    return sha256(key).hexdigest()[:16]


class WrappingKeys:
    """The keys in the file. `load` reads it again: another process may have swept meanwhile."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._keys: dict[str, bytes] = {}

    def load(self) -> None:
        """Read the file; raises `WrappingKeyMissing` with a sentence when it is not as it must be."""
        try:
            content = self._path.read_bytes()
        except OSError as error:
            raise WrappingKeyMissing(f"The wrapping key {self._path} cannot be read: {error.strerror}.") from error
        if not content or len(content) % LENGTH:
            raise WrappingKeyMissing(f"The wrapping key {self._path} must hold 32 bytes.")
        keys = [content[start : start + LENGTH] for start in range(0, len(content), LENGTH)]
        self._keys = {key_id(key): key for key in keys}

    @property
    def newest(self) -> str:
        """The id of the key that wraps from now on."""
        return list(self._keys)[-1]

    def __contains__(self, wrapping_key_id: str) -> bool:
        return wrapping_key_id in self._keys

    def wrap(self, key: bytes) -> bytes:
        """A client's key under the newest wrapping key (RFC 3394)."""
        return aes_key_wrap(self._keys[self.newest], key)

    def unwrap(self, wrapping_key_id: str, wrapped: bytes) -> bytes:
        """The client's key again; raises `WrappingKeyMissing` when its wrapping key was destroyed."""
        if wrapping_key_id not in self._keys:
            raise WrappingKeyMissing(f"A client's key was wrapped by {wrapping_key_id}, which is not in the file.")
        return aes_key_unwrap(self._keys[wrapping_key_id], wrapped)

    def add(self) -> None:
        """Make a new key the newest; the older ones stay readable."""
        key = secrets.token_bytes(LENGTH)
        self._write(self._keys | {key_id(key): key})

    def destroy(self, wrapping_key_ids: set[str]) -> None:
        """Take keys out of the file and overwrite where they stood."""
        length = len(self._keys) * LENGTH
        with self._path.open("r+b") as old:
            self._write({name: key for name, key in self._keys.items() if name not in wrapping_key_ids})
            old.write(bytes(length))
            os.fsync(old.fileno())

    def _write(self, keys: dict[str, bytes]) -> None:
        """Replace the file in one step, durably: whoever reads it sees the old keys or the new ones."""
        draft = self._path.with_suffix(".draft")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(b"".join(keys.values()))
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        self._keys = keys

    @property
    def _path(self) -> Path:
        if self._file is None:
            raise WrappingKeyMissing("SERIATIM_WRAPPING_KEY must name the file with the wrapping key.")
        return self._file
