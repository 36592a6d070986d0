"""Versions of definitions: offered, adopted for good, followed by the courses that started with them."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from services.protocol.domain import adopting
from services.protocol.domain.parsing import UnreadableError, parse
from services.protocol.domain.shelf import Shelf, VersionElsewhere
from services.protocol.shelving import found as files_found
from shared.config import Config, Practice
from tests.spec import given
from tests.unit.protocol.told import FOLDER, definition

TEXT = (FOLDER / "fibromyalgia.toml").read_text()


def test_two_files_may_not_hold_two_contents_of_one_version(tmp_path: Path):
    (tmp_path / "ours.toml").write_text(TEXT.replace('title = "Fibromyalgia course"', 'title = "Ours"'))
    with pytest.raises(UnreadableError, match="both say that they are version 1 of fibromyalgia"):
        files_found(Config(), Practice(zone="America/New_York", protocols=str(tmp_path)))


def test_the_highest_version_is_offered_and_every_version_can_be_followed():
    first, second = definition(), parse(TEXT.replace("version = 1", "version = 2", 1).encode(), {}, "")
    shelf = Shelf([second, first])
    assert (shelf["fibromyalgia"].version, len(shelf)) == (2, 1)
    assert [shelf.of("fibromyalgia", version).version for version in (1, 2, None)] == [1, 2, 1]


def test_a_version_that_only_another_replica_knows_is_asked_for():
    missing: list[Any] = []
    shelf = Shelf([definition()], missing=lambda: missing.append(1))
    with pytest.raises(VersionElsewhere):
        shelf.of("fibromyalgia", 2)
    assert missing == [1]


def adopt(text: str, version: int = 1) -> adopting.AdoptProtocol:
    return adopting.AdoptProtocol(protocol="fibromyalgia", version=version, text=text)


def adopted(text: str, version: int = 1) -> adopting.ProtocolAdopted:
    return adopting.ProtocolAdopted(protocol="fibromyalgia", version=version, text=text)


def test_a_version_is_adopted_once_and_a_comment_is_no_other_content():
    given(adopting.decider).when(adopt(TEXT)).then(adopted(TEXT))
    given(adopting.decider, adopted(TEXT)).when(adopt(f"# A remark.\n{TEXT}")).then_nothing()


def test_a_practices_own_values_are_kept_once_and_none_are_no_event():
    values = adopting.written({"min_gap_days": 3})
    settings = adopting.AdoptSettings(protocol="fibromyalgia", values=values)
    kept = adopting.SettingsAdopted(protocol="fibromyalgia", values=values)
    given(adopting.decider).when(settings).then(kept)
    given(adopting.decider, kept).when(settings).then_nothing()
    given(adopting.decider).when(replace(settings, values=adopting.written({}))).then_nothing()


def test_a_version_is_found_under_the_values_of_a_time():
    now, plain = definition(min_gap_days=3), definition()
    shelf = Shelf([now], settings={"fibromyalgia": "three"})
    shelf.put_former(plain, "")
    assert shelf.then("fibromyalgia", 1, "three") is now
    assert shelf.then("fibromyalgia", 1, "") is plain
    with pytest.raises(VersionElsewhere):
        shelf.then("fibromyalgia", 1, "four")


def test_another_content_under_the_same_number_is_refused_and_a_higher_number_is_not():
    other = TEXT.replace("share = 6", "share = 8")
    given(adopting.decider, adopted(TEXT)).when(adopt(other)).then_refused("version_taken")
    given(adopting.decider, adopted(TEXT)).when(adopt(other, 2)).then(adopted(other, 2))
