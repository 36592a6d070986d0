"""Bodies that are no JSON, or not what is asked for: where, and a sentence without the value."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct

from shared import values
from shared.http import bodies
from shared.http.problems import Malformed, malformed


class Part(Struct, forbid_unknown_fields=True):
    at: values.TimeOfDay = "09:00"
    kind: Literal["known"] = "known"


class Whole(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=5)] = "a"
    number: Annotated[int, Meta(ge=1, le=9)] = 1
    share: float = 0.5
    whose: UUID | None = None
    day: values.date | None = None
    instant: Annotated[values.datetime, Meta(tz=True)] | None = None
    parts: Annotated[list[Part], Meta(max_length=2)] = []
    any: Any = None


def answer(raw: bytes) -> tuple[str, str]:
    """Field and sentence of what is refused."""
    try:
        bodies.decode(raw, Whole)
    except Malformed as error:
        return error.field, error.detail
    except msgspec.ValidationError as error:
        body = msgspec.json.decode(malformed(error).body)  # type: ignore[arg-type]
        return body.get("field", ""), body["detail"]
    raise AssertionError(f"{raw[:40]!r} is taken")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"name":"a","name":"b"}', "name"),
        (b'{"name":"a","na\\u006de":"a"}', "name"),
        (b'{"parts":[{"at":"09:00"},{"at":"09:00","at":"10:00"}]}', "parts[1].at"),
        (b'{"any":{"x":[[{"y":{"z":1,"z":1}}]]}}', "any.x[0][0].y.z"),
        (b'{"any":{"x":1,"x":{"y":1,"y":2}}}', "any.x"),
    ],
)
def test_a_key_stands_once_in_an_object(raw: bytes, field: str):
    assert answer(raw) == (field, "This key stands twice in the same object. Send it once.")


@settings(max_examples=50)
@given(st.recursive(st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_what_has_every_key_once_is_taken(value: Any):
    bodies._check_keys(msgspec.json.encode(value))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b'\xef\xbb\xbf{"name":"a"}', "byte order mark"),
        ('{"name":"a"}'.encode("utf-16"), "byte order mark"),
        (b'{"name":"\\ud83d"}', "half a character"),
        (b'{"name":"\\ude00"}', "half a character"),
        (b'{"name":"\\ud83dx"}', "half a character"),
        (b'{"name":"\xff"}', "not UTF-8"),
        (b'{"share":NaN}', "NaN"),
        (b'{"share":-Infinity}', "NaN"),
        (b'{"name":"a",}', "Check brackets"),
        (b"name=a", "Check brackets"),
        (b'{"any":' + b"[" * 200_000, "nested too deep"),
        (b'{"any":' + b'{"a":' * 100_000, "nested too deep"),
    ],
    ids=range(12),
)
def test_what_is_no_json_is_told_by_its_fault(raw: bytes, words: str):
    field, said = answer(raw)
    assert field == "body"
    assert words in said


@pytest.mark.parametrize(
    ("raw", "field", "said"),
    [
        (b'{"parts":[{"at":"9"}]}', "parts[0].at", "Write a time as 09:30."),
        (b'{"parts":[{"kind":"secret"}]}', "parts[0].kind", "This is none of the values known here; /docs names them."),
        (b'{"parts":[{},{},{}]}', "parts", "Give at most 2 entries."),
        (b'{"number":0}', "number", "Give a number of at least 1."),
        (b'{"number":10}', "number", "Give a number of at most 9."),
        (b'{"number":"secret"}', "number", "This must be a whole number, not a text."),
        (b'{"number":1.5}', "number", "This must be a whole number, not a number."),
        (b'{"number":' + b"9" * 5000 + b"}", "number", "This number is out of range."),
        (b'{"share":1e999}', "share", "This number is out of range."),
        (b'{"name":""}', "name", "This must not be empty."),
        (b'{"name":"secret"}', "name", "Give at most 5 characters."),
        (b'{"name":null}', "name", "This must be a text, not null."),
        (b'{"whose":"secret"}', "whose", "This is not an id."),
        (b'{"day":"secret"}', "day", "Write a day as 2026-03-02."),
        (b'{"instant":"secret"}', "instant", "Write an instant as 2026-03-02T15:00:00Z."),
        (b'{"unknown":"secret"}', "unknown", "This field is not known here. Check its spelling."),
        (b"[]", "", "This must be an object, not a list."),
    ],
    ids=range(17),
)
def test_a_wrong_value_is_answered_with_a_sentence(raw: bytes, field: str, said: str):
    assert answer(raw) == (field, said)
