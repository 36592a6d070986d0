"""A practice's own protocol: a file in a folder, no code; courses keep the version they started with."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.protocol.app import build
from shared.config import Config, Practice, read_practice
from tests.harness import It, practice, running_one

TEXT = (Path(__file__).parent / "own_protocol.toml").read_text()
CHANGED = TEXT.replace("sessions = 6", "sessions = 8").replace("Six sessions", "Eight sessions")


def settings(folder: Path) -> dict[str, Any]:
    return {"protocols": str(folder)}


def same_database(it: It) -> dict[str, Any]:
    config = it.service.config
    return {"database": config.database, "owner_database": config.owner_database}


async def open_course(group: dict[str, It]) -> str:
    registered = await group["records"].post("/clients", {"name": "Zoë Lopez"})
    body = {"client_id": registered.body["client_id"], "protocol": "stiff_shoulder", "starts_on": "2026-03-02"}
    answer = await group["protocol"].post("/courses", body)
    assert answer.status == 201, answer.body
    return str(answer.body["course_id"])


async def give(group: dict[str, It], course_id: str, day: str, **more: Any) -> None:
    course = (await group["protocol"].get(f"/courses/{course_id}")).body
    body = {
        "course_id": course_id, "therapist_id": str(uuid4()), "started_at": f"{day}T15:00:00Z", "pain_before": 6,
        "ended_at": f"{day}T16:00:00Z", "pain_after": 4, "regions": [],
    }  # fmt: skip
    await group["records"].move_clock(f"{day}T17:00:00Z")
    answer = await group["records"].post(f"/clients/{course['client_id']}/sessions", body | more)
    assert answer.status == 201, answer.body
    await group["records"].settled()


async def test_a_file_in_the_folder_is_a_protocol_end_to_end(tmp_path: Path):
    (tmp_path / "stiff_shoulder.toml").write_text(TEXT)
    async with practice("records", "protocol", settings=settings(tmp_path)) as group:
        listed = (await group["protocol"].get("/protocols")).body["protocols"]
        assert [one["title"] for one in listed if one["id"] == "stiff_shoulder"] == ["Stiff shoulder"]
        course_id = await open_course(group)
        note = (await group["protocol"].get(f"/courses/{course_id}/note")).body
        assert note["protocol"] == {"id": "stiff_shoulder", "title": "Stiff shoulder", "version": 1}
        assert [focus["region"] for focus in note["focus"]] == ["shoulder"]
        assert note["not_yet"] == [{"what": "intensive", "from": "session 3", "source": "P"}]
        worked = [{"region": "shoulder", "minutes": 16, "techniques": ["intensive"]}]
        await give(group, course_id, "2026-03-02", regions=worked)
        found = (await group["protocol"].get(f"/courses/{course_id}")).body["deviations"]
        assert {(one["rule"], one["source"]) for one in found} == {
            ("region_over_10_min", "P"), ("intensive_too_early", "P"),
        }  # fmt: skip


async def test_a_running_course_keeps_its_version_when_the_file_is_changed_and_when_it_is_gone(tmp_path: Path):
    file = tmp_path / "stiff_shoulder.toml"
    file.write_text(TEXT)
    async with practice("records", "protocol", settings=settings(tmp_path)) as group:
        course_id = await open_course(group)
        database = same_database(group["protocol"])
    file.write_text(CHANGED.replace("version = 1", "version = 2"))
    async with running_one("protocol", settings=settings(tmp_path), **database) as it:
        assert (await it.get("/protocols/stiff_shoulder")).body["version"] == 2
        assert (await it.get(f"/courses/{course_id}")).body["phase"]["sessions"] == 6
    file.unlink()
    async with running_one("protocol", settings=settings(tmp_path), **database) as it:
        assert (await it.get("/protocols/stiff_shoulder")).status == 404
        assert (await it.get(f"/courses/{course_id}/note")).body["protocol"]["version"] == 1
        assert (await it.post(f"/courses/{course_id}/close", {"reason": "finished"})).status == 200


async def test_another_content_under_the_same_version_stops_the_start(tmp_path: Path):
    file = tmp_path / "stiff_shoulder.toml"
    file.write_text(TEXT)
    async with running_one("protocol", settings=settings(tmp_path)) as it:
        database = same_database(it)
    file.write_text(CHANGED)
    with pytest.raises(SystemExit, match=r"stiff_shoulder says version 1, but another content .* the version 2"):
        async with running_one("protocol", settings=settings(tmp_path), **database):
            pass


def test_a_bad_file_stops_the_start_with_file_line_and_key(tmp_path: Path):
    file = tmp_path / "stiff_shoulder.toml"
    file.write_text(TEXT.replace("sessions = 6", "sessions = 0"))
    line = TEXT[: TEXT.index("sessions = 6")].count("\n") + 1
    with pytest.raises(SystemExit, match=rf"stiff_shoulder.toml, line {line}, phases\[0\].sessions: "):
        build(Config(), Practice(zone="America/New_York", protocols=str(tmp_path)))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(SystemExit, match="there is no folder"):
        build(Config(), Practice(zone="America/New_York", protocols=str(tmp_path / "nowhere")))


def test_the_usual_folder_lies_beside_practice_toml(tmp_path: Path):
    (tmp_path / "protocols").mkdir()
    (tmp_path / "protocols" / "stiff_shoulder.toml").write_text("id = 7")
    with pytest.raises(SystemExit, match=r"stiff_shoulder.toml, line 1, id: "):
        build(Config(settings=tmp_path / "practice.toml"), Practice(zone="America/New_York"))


def test_a_setting_that_would_move_running_courses_stops_the_start_with_its_line(tmp_path: Path):
    file = tmp_path / "practice.toml"
    file.write_text('zone = "America/New_York"\n\n[policy.fibromyalgia.phases."series 1"]\nsessions = 14\n')
    config = Config(settings=file)
    where = r"practice.toml, line 4, policy of fibromyalgia, phases.series 1.sessions: it cannot be changed here"
    with pytest.raises(SystemExit, match=where):
        build(config, read_practice(config))


async def test_a_note_can_be_read_as_it_was_after_the_practice_has_changed_its_settings(tmp_path: Path):
    (tmp_path / "stiff_shoulder.toml").write_text(TEXT)
    async with practice("records", "protocol", settings=settings(tmp_path)) as group:
        course_id = await open_course(group)
        first = (await group["protocol"].get(f"/courses/{course_id}/note")).body
        database = same_database(group["protocol"])
    own = {"policy": {"stiff_shoulder": {"session_minutes": 90}}}
    path = f"/courses/{course_id}/notes/{first['digest']}"
    for changed in (own, {"policy": {"stiff_shoulder": {"session_minutes": 30}}}, {}):
        async with running_one("protocol", settings=settings(tmp_path) | changed, **database) as it:
            assert (await it.get(path)).body == first
            now = (await it.get(f"/courses/{course_id}/note")).body
            assert (now == first) == (not changed)
            assert now["as_prepared"] == (not changed)


async def test_notes_can_be_read_as_they_were(tmp_path: Path):
    (tmp_path / "stiff_shoulder.toml").write_text(TEXT)
    async with practice("records", "protocol", settings=settings(tmp_path)) as group:
        course_id = await open_course(group)
        first = (await group["protocol"].get(f"/courses/{course_id}/note")).body
        await give(group, course_id, "2026-03-02")
        listed = (await group["protocol"].get(f"/courses/{course_id}/notes", role="therapist")).body["notes"]
        assert [one["ordinal"] for one in listed] == [1, 2]
        assert listed[0]["digest"] == first["digest"]
        again = (await group["protocol"].get(f"/courses/{course_id}/notes/{first['digest']}")).body
        assert again == first
        assert again["as_prepared"]
        at = listed[0]["recorded_at"]
        assert (await group["protocol"].get(f"/courses/{course_id}/note?as_of={at}")).body == first
        assert (await group["protocol"].get(f"/courses/{course_id}/notes/unheard")).status == 404
        assert (await group["protocol"].get(f"/courses/{course_id}/notes", role="front_desk")).status == 403
