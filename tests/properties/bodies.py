"""Bodies made from the types that routes take: most of them plausible, each with something nasty now and then."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

NASTY = (
    "", " ", "\n", "09:00\n", "0٩:00", "1٠:00", "24:00", "24:00\n", "a\0b", "\u202egnp", "\u200b", "\ufeff", "😀" * 3,
    "Zoë O’Brien", "x" * 300, "../etc/passwd", "'; drop table event; --", "null", "wide_table\n", "t@example.org\n",
    "p@müller.com", "josé@example.com", "a,b@example.org", "P2D\n", "P1٢D", "localtime", "0171 5550123", "course\n",
)  # fmt: skip
TIMES = ("09:00", "10:30", "12:00", "17:00", "23:59", "00:00")
DAYS = (
    "2026-03-02", "2026-03-03", "2026-03-09", "2026-02-27", "2026-11-01", "1900-01-01", "2200-12-31", "0001-01-01",
    "1899-12-31", "2201-01-01", "9999-12-31", "2026-02-30", "2026-03-02\n", "2026-03-0٣",
)  # fmt: skip
INSTANTS = (
    "2026-03-03T15:00:00Z", "2026-03-09T16:00:00Z", "2026-03-02T12:00:00Z", "2026-03-02T11:00:00-01:00",
    "2026-03-10T10:00:00-05:00", "2026-03-03T15:00:30.123456Z", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59Z", "1900-01-01T00:00:00+14:00", "2200-12-31T23:59:59-12:00",
    "2026-03-08T02:30:00", "2026-03-02T25:00:00Z",
)  # fmt: skip
WORDS = (
    "Ann",
    "zoe@example.com",
    "en",
    "fibromyalgia",
    "pre_event_sports",
    "series",
    "America/New_York",
    "P2D",
    "PT3H",
)
NUMBERS = (0, -1, 1, 2, 60, 2**31, 2**63, 10**30)
EVERY = (*NASTY, *TIMES, *DAYS, *INSTANTS, *WORDS)

Ids = Mapping[str, str]


def bodies(kind: type[msgspec.Struct], ids: Ids) -> st.SearchStrategy[bytes]:
    """Bodies for a route, with the ids of what is there."""
    of_kind = _struct(inspect.type_info(kind), ids)  # type: ignore[arg-type]
    return st.one_of(of_kind, of_kind, of_kind, st.dictionaries(st.sampled_from(EVERY), _anything(), max_size=2)).map(
        lambda body: json.dumps(body).encode(errors="surrogatepass")
    )


def _anything() -> st.SearchStrategy[Any]:
    return st.one_of(
        st.none(), st.booleans(), st.sampled_from(NUMBERS), st.sampled_from(EVERY), st.just([]), st.just({})
    )


def _often(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 9).flatmap(lambda n: odd if n == 0 else usual)


def _struct(kind: inspect.StructType, ids: Ids) -> st.SearchStrategy[dict[str, Any]]:
    fields = {one.encode_name: _often(_of(one.type, ids, one.encode_name), _anything()) for one in kind.fields}
    required = {one.encode_name for one in kind.fields if one.required}
    needed = {name: how for name, how in fields.items() if name in required}
    return st.fixed_dictionaries(needed, optional={name: how for name, how in fields.items() if name not in required})


def _of(kind: inspect.Type, ids: Ids, name: str) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.Metadata(type=inner):
            return _of(inner, ids, name)
        case inspect.UnionType(types=types):
            return st.one_of([_of(one, ids, name) for one in types])
        case inspect.StructType():
            return _struct(kind, ids)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return _list(_of(item, ids, name))
        case inspect.UUIDType():
            known = [one for key, one in ids.items() if key.split("_")[0] in name]
            return st.sampled_from(known or list(ids.values()))
    return _single(kind, name)


def _list(item: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A few of these, or one of them far too often."""
    return _often(st.lists(item, max_size=3), st.builds(lambda one, n: [one] * n, item, st.sampled_from([19, 61, 501])))


def _single(kind: inspect.Type, name: str) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.IntType(ge=least, le=most):
            return st.integers(least or 0, most if most is not None else (least or 0) + 100)
        case inspect.DateType():
            return _often(st.sampled_from(DAYS[:5]), st.sampled_from(DAYS))
        case inspect.DateTimeType():
            return _often(st.sampled_from(INSTANTS[:5]), st.sampled_from(INSTANTS))
        case inspect.StrType():
            return _text(name)
    return PLAIN.get(type(kind), _anything())


PLAIN: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.BoolType: st.booleans(),
    inspect.NoneType: st.none(),
    inspect.FloatType: st.floats(0, 20),
}


def _text(name: str) -> st.SearchStrategy[str]:
    usual = {
        "name": ["Ann", "Zoë"],
        "email": ["zoe@example.com"],
        "phone": ["+12125550134"],
        "timezone": ["America/Chicago"],
        "language": ["en"],
        "protocol": ["fibromyalgia", "pre_event_sports", "als_support"],
        "lead_times": ["P2D", "PT3H"],
        "equipment": ["wide_table"],
        "from": [*TIMES[:3], "2026-03-03", "2026-03-04T12:00:00Z"],
        "to": [*TIMES[3:], "2026-03-05", "2026-03-06T12:00:00Z"],
        "time": list(TIMES),
        "sessions": ["series", "course"],
    }.get(name, list(WORDS))
    return _often(st.sampled_from(usual), st.sampled_from(EVERY) | st.text(max_size=30))
