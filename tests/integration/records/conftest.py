"""Records at work, with a client and a session in it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.harness import It, running_one, until

NOW = "2026-03-02T20:00:00Z"
PERSON = {
    "name": "Zoë O’Brien-Lopez",
    "email": "Zoe@Example.com",
    "phone": "(212) 555-0147",
    "timezone": "America/Chicago",
    "consents": {"email": True, "sms": False},
}


@pytest.fixture
async def it() -> AsyncIterator[It]:
    async with running_one("records", now=NOW) as running:
        yield running


@pytest.fixture
async def zoe(it: It) -> str:
    answer = await it.post("/clients", PERSON)
    assert answer.status == 201, answer.body
    return answer.body["client_id"]


def session(**changes: Any) -> dict[str, Any]:
    """A session as a therapist's tablet sends it."""
    given = {
        "therapist_id": str(uuid4()),
        "started_at": "2026-03-02T14:00:00Z",
        "ended_at": "2026-03-02T15:00:00Z",
        "pain_before": 6,
        "pain_after": 4,
        "regions": [{"region": "neck", "side": "left", "minutes": 8, "techniques": ["kneading"]}],
        "note": {"subjective": "slept badly", "plan": "upper back next"},
    }
    return given | changes


KEYS = "select client_id, wrapped, wrapping_key_id from client_key"


async def register(it: It, name: str) -> str:
    return (await it.post("/clients", {"name": name})).body["client_id"]


def file_of(it: It) -> Path:
    return it.service.config.wrapping_key


async def swept(it: It) -> None:
    """Wait until no wrapping key is condemned any more."""
    await until(lambda: none_condemned(it))


async def none_condemned(it: It) -> bool:
    return not await it.service.store.fetch("select from condemned_key")


async def chart(it: It, client: str) -> dict[str, Any]:
    return (await it.get(f"/clients/{client}/chart", role="therapist")).body
