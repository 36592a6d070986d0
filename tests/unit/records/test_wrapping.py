"""The file of wrapping keys: one key as a rule, two while a sweep is under way."""

import os
from pathlib import Path

import pytest

from services.records.wrapping import WrappingKeyMissing, WrappingKeys, key_id


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "wrapping.key"
    file.write_bytes(os.urandom(32))
    return file


def keys_in(file: Path) -> WrappingKeys:
    keys = WrappingKeys(file)
    keys.load()
    return keys


def test_wraps_by_the_newest_key_and_unwraps_by_each(file: Path) -> None:
    keys, secret = keys_in(file), os.urandom(32)
    old, wrapped = keys.newest, keys.wrap(secret)
    keys.add()
    assert keys.newest != old
    again = keys_in(file)
    assert again.newest == keys.newest
    assert again.unwrap(old, wrapped) == secret
    assert again.unwrap(keys.newest, keys.wrap(secret)) == secret


def test_a_destroyed_key_unwraps_nothing_and_its_bytes_are_gone(file: Path) -> None:
    keys = keys_in(file)
    old, wrapped = keys.newest, keys.wrap(os.urandom(32))
    content = file.read_bytes()
    with file.open("rb") as before:  # holds on to the file as it was
        keys.add()
        keys.destroy({old})
        assert before.read() == content  # `add` made another file of it: only `destroy` overwrites
    assert len(file.read_bytes()) == 32
    assert content not in file.read_bytes()
    with pytest.raises(WrappingKeyMissing):
        keys_in(file).unwrap(old, wrapped)


def test_overwrites_where_the_destroyed_key_stood(file: Path) -> None:
    keys = keys_in(file)
    old = keys.newest
    keys.add()
    with file.open("rb") as before:
        keys.destroy({old})
        assert before.read() == bytes(64)


def test_names_a_key_by_its_fingerprint(file: Path) -> None:
    assert keys_in(file).newest == key_id(file.read_bytes())
    assert file.read_bytes().hex() not in key_id(file.read_bytes())


def test_is_readable_by_its_owner_only(file: Path) -> None:
    keys_in(file).add()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["wrapping.key"]


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_says_what_is_wrong_with_the_file(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(WrappingKeyMissing, match="32 bytes"):
        keys_in(file)


def test_says_that_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(WrappingKeyMissing, match="cannot be read"):
        keys_in(tmp_path / "nowhere.key")
    with pytest.raises(WrappingKeyMissing, match="SERIATIM_WRAPPING_KEY"):
        WrappingKeys(None).load()
