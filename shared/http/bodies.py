"""The body of a request: JSON in UTF-8 with every key once, or a sentence that says what it is instead."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from aiohttp import web

from shared import values
from shared.http.problems import Malformed, WrongType

JSON = re.compile(r'application/json\s*(;\s*charset="?utf-8"?\s*)?', re.IGNORECASE)
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of UTF-8 and UTF-16."""


async def read(request: web.Request, cls: type[msgspec.Struct]) -> tuple[bytes, Any]:
    """The body as it came, and decoded. Raises `WrongType`, `Malformed` or the decoder's error."""
    raw = await request.read()
    if raw and not JSON.fullmatch(request.headers.get("Content-Type", "").strip()):
        raise WrongType("Send JSON in UTF-8, with the header Content-Type: application/json.")
    return raw, decode(raw, cls)


def decode(raw: bytes, cls: type[msgspec.Struct]) -> Any:
    """The body as a struct of this class; no body is an empty one."""
    try:
        body = msgspec.json.decode(raw or b"{}", type=cls)
        values.check(body)
        _check_keys(raw or b"{}")
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed("body", _why(raw)) from error
    except RecursionError as error:
        raise Malformed("body", "This is nested too deep.") from error
    return body


class _Twice(Exception):  # noqa: N818 - found, not failed
    """An object has a key twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


# Numbers stay text: only the keys matter here, and a number of thousands of digits takes long to read.
KEYS = json.JSONDecoder(object_pairs_hook=_unique, parse_int=str, parse_float=str)
PAIRS = json.JSONDecoder(object_pairs_hook=tuple, parse_int=str, parse_float=str)


def _check_keys(raw: bytes) -> None:
    """Raise `Malformed` if a key stands twice in an object; a decoder would keep the last and say nothing."""
    try:
        KEYS.decode(raw.decode())
    except _Twice:
        field = next(_twice("", PAIRS.decode(raw.decode())))
        raise Malformed(field, "This key stands twice in the same object. Send it once.") from None


def _twice(path: str, value: Any) -> Iterator[str]:
    """Where keys stand twice; objects are tuples of pairs here, lists are lists."""
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from _twice(f"{path}[{n}]", item)
    elif isinstance(value, tuple):
        seen: set[str] = set()
        for key, item in value:
            inner = f"{path}.{key}" if path else key
            if key in seen:
                yield inner
            seen.add(key)
            yield from _twice(inner, item)


def _why(raw: bytes) -> str:
    """What is the matter with a body that is not JSON, or no JSON that can be kept."""
    if raw.startswith(MARKS):
        return "The body begins with a byte order mark. Send UTF-8 without one."
    try:
        json.dumps(PAIRS.decode(raw.decode()), ensure_ascii=False).encode()
    except UnicodeDecodeError:
        return "The body is not UTF-8."
    except UnicodeEncodeError:
        return "A text holds half a character: an escape such as \\ud83d without its second half."
    except (ValueError, RecursionError):
        return "This is not JSON. Check brackets, quotes and commas."
    return "This is not JSON: NaN and Infinity are no numbers of it."
