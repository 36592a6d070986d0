"""One running stack for each module that asks for a house, and courses in the states that refusals need."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from deploy.databases import SERVICES
from deploy.postgres import url
from deploy.secret import password
from tests.e2e.house import Course, House
from tests.e2e.stack import Started, standing

START = "2026-02-13T09:00:00-05:00"
"""A Friday, three weeks before the first clock change of 2026."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with standing(tmp_path_factory.mktemp("house") / "data", START) as stack:
        yield House(stack)


async def _events(stack: Started) -> dict[str, int]:
    """How many events each service has stored."""
    found = {}
    for service in SERVICES:
        secret = password(stack.data / "secrets", f"postgres.{service}")
        connection = await asyncpg.connect(url(service, secret, stack.ports["postgres"], service))
        found[service] = await connection.fetchval("select count(*) from public.event")
        await connection.close()
    return found


@pytest.fixture(scope="module")
def new_course(house: House) -> Course:
    """A course of which nothing is booked yet."""
    course = house.course(starts_on="2026-02-16")
    course.house.therapist_id  # noqa: B018  is made when it is first asked for
    return course


@pytest.fixture(scope="module")
def course_in_its_break(house: House) -> Course:
    """Fifteen sessions were given, the last on 10 February: the first day to be booked is 24 February."""
    return house.course(starts_on="2026-01-05", sessions_before=15, last_session_on="2026-02-10")


@pytest.fixture(scope="module")
def course_to_come(house: House) -> Course:
    """It starts in two weeks."""
    return house.course(starts_on="2026-03-02")


@pytest.fixture
def nothing_is_stored(house: House) -> Iterator[None]:
    """Whatever the test asks for, no service stores an event."""
    house.stack.settle()
    before = asyncio.run(_events(house.stack))
    yield
    house.stack.settle()
    assert asyncio.run(_events(house.stack)) == before
