"""History stays readable: one stored form of every event ever written still decodes as its class.

`tests/golden/<service>.jsonl` is only ever added to. A new event or field fails here with the line to append.
"""

import importlib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import inspect

from shared.config import Config, Practice
from shared.messages import Event

GOLDEN = Path(__file__).parents[2] / "golden"
SERVICES = ("records", "protocol", "scheduling", "notify", "web")


def events_of(service: str) -> dict[str, type[Event]]:
    build = importlib.import_module(f"services.{service}.app").build
    definition = build(Config(), Practice(zone="America/New_York"))
    return {cls.__name__: cls for cls in definition.events}


def stored(service: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in (GOLDEN / f"{service}.jsonl").read_bytes().splitlines() if line]


def example(kind: inspect.Type) -> Any:  # noqa: PLR0911 - one line a kind
    """A value of this type with everything filled in."""
    match kind:
        case inspect.UnionType(types=types):
            return example(next(one for one in types if not isinstance(one, inspect.NoneType)))
        case inspect.StructType(fields=fields):
            return {field.encode_name: example(field.type) for field in fields}
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item) | inspect.SetType(item_type=item):
            return [example(item)]
        case inspect.DictType(key_type=key, value_type=value):
            return {example(key): example(value)}
        case inspect.StrType(pattern=pattern) if pattern:
            return "09:00"
        case inspect.Metadata(type=inner):
            return example(inner)
    return msgspec.to_builtins(PLAIN[type(kind)])


PLAIN: dict[type[inspect.Type], Any] = {
    inspect.UUIDType: UUID("01890000-0000-7000-8000-000000000001"),
    inspect.DateTimeType: datetime.fromisoformat("2026-03-02T15:00:00+00:00"),
    inspect.DateType: date(2026, 3, 2),
    inspect.IntType: 2,
    inspect.FloatType: 2.5,
    inspect.StrType: "text",
    inspect.BoolType: True,
    inspect.BytesType: b"text",
    inspect.TimeType: "09:00:00",
    inspect.AnyType: "anything",
}


def has(written: Any, given: Any) -> bool:
    """Whether everything that was stored is still there; what came later, also deeper inside, is no matter."""
    if isinstance(given, dict):
        return all(name in written and has(written[name], value) for name, value in given.items())
    if isinstance(given, list):
        return len(written) == len(given) and all(map(has, written, given))
    return bool(written == given)


@pytest.mark.parametrize("service", SERVICES)
def test_every_stored_form_still_reads(service: str) -> None:
    classes = events_of(service)
    for line in stored(service):
        event = msgspec.convert(line["data"], classes[line["type"]])
        written = msgspec.json.decode(msgspec.json.encode(event))
        assert has(written, line["data"]), line["type"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_event_has_a_stored_form_with_all_its_fields(service: str) -> None:
    lines = stored(service)
    for name, cls in events_of(service).items():
        given = [line["data"] for line in lines if line["type"] == name]
        wanted = {"type": name, "data": example(inspect.type_info(cls))}
        fields = {field for data in given for field in data}
        assert fields >= set(wanted["data"]), f"append to tests/golden/{service}.jsonl: {msgspec.json.encode(wanted)!r}"
