"""Which errors say that the database cannot work just now, and which are a unit's own."""

import asyncpg
import pytest
from asyncpg.exceptions import _base

from shared.store.work import Untrusted, Work, code_of_trouble, is_away, is_lost, is_misfit, unavailable

ANSWER = asyncpg.PostgresError.new
LOST = [TimeoutError(), ConnectionResetError(), asyncpg.InterfaceError("closed"), asyncpg.InternalClientError()]


def answer(code: str) -> Exception:
    """What the server says."""
    return ANSWER({"C": code, "M": "no", "S": "ERROR"})


NOT_NOW = ["08006", "25006", "25P02", "25P03", "28P01", "3D000", "40P01", "53100", "53200", "53300", "55P03", "57014",
           "57P01", "57P03", "58030"]  # fmt: skip


@pytest.mark.parametrize("code", NOT_NOW)
def test_the_server_cannot_just_now(code: str) -> None:
    assert is_away(answer(code))
    assert not is_misfit(answer(code))


@pytest.mark.parametrize("code", ["42P01", "42703", "42501", "42883", "42704", "3F000"])
def test_the_schema_is_not_this_one(code: str) -> None:
    assert is_misfit(answer(code))
    assert not is_away(answer(code))
    assert code_of_trouble(answer(code)) == "schema_wrong"


@pytest.mark.parametrize("code", ["22012", "22021", "23505", "23P01", "23514", "40001", "P0001"])
def test_the_unit_is_wrong(code: str) -> None:
    assert not is_away(answer(code))
    assert not is_misfit(answer(code))


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
def test_the_connection_is_lost(error: Exception) -> None:
    assert is_lost(error)
    assert is_away(error)


@pytest.mark.parametrize("error", [answer("53100"), answer("55P03"), answer("25006")], ids=str)
def test_what_the_server_refuses_is_not_in_doubt(error: Exception) -> None:
    assert not is_lost(error)


async def test_a_value_that_no_column_takes_is_no_lost_connection_and_is_not_repeated_in_the_error() -> None:
    error, work = _base.DataError("invalid input for query argument $1: 'Ann'"), Work(None, None)  # type: ignore[arg-type]
    assert not is_away(error)
    work.fail(error)
    with pytest.raises(asyncpg.DataError, match=r"^DataError$"):
        await work.done


def test_what_must_not_be_written_to_says_why() -> None:
    error = unavailable(Untrusted("database_does_not_sync", "set it"))
    assert (code_of_trouble(error), str(error)) == ("database_does_not_sync", "set it")
