"""What no well-behaved program sends: each is answered with a problem that repeats nothing of it."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from shared.http import edge, problems
from shared.http.auth import issue_token
from shared.http.refusals import Refusals
from tests.harness import KEYS, It, running_one

OWNER = b"Authorization: Bearer " + issue_token(KEYS[0], "owner", "test-owner").encode()
JSON = b"Content-Type: application/json"
CHUNKED = b"Transfer-Encoding: chunked"
ROOM = b'{"name":"Secret"}'
ANY_ID = b"01890000-0000-7000-8000-000000000000"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json", self
        found: dict[str, Any] = json.loads(self.body)
        assert {"type", "title", "status", "detail"} <= set(found), found
        assert "ecret" not in str(found), found
        return found


def request(
    method: bytes = b"GET", path: bytes = b"/rooms", *headers: bytes, body: bytes = b"", token: bytes = OWNER
) -> bytes:
    length = [b"Content-Length: %d" % len(body)] if body and CHUNKED not in headers else []
    lines = [method + b" " + path + b" HTTP/1.1", b"Host: seriatim", *([token] if token else []), *headers, *length]
    return b"\r\n".join([*lines, b"Connection: close", b"", body])


def posted(body: bytes = ROOM, *headers: bytes, kind: bytes = JSON) -> bytes:
    return request(b"POST", b"/rooms", *([kind] if kind else []), *headers, body=body)


async def answered(it: It, sent: bytes, *later: bytes) -> Answer:
    """The last answer on a connection on which these bytes are sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(it.base.rpartition(":")[2]))
    try:
        for part in (sent, *later):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.05 if later else 0)
        raw = await asyncio.wait_for(reader.read(), 20)
    finally:
        writer.close()
    head, _, body = raw.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return Answer(int(first.split()[1]), headers, body)


@pytest.fixture
async def it() -> AsyncIterator[It]:
    async with running_one("scheduling") as running:
        yield running


async def outcomes(it: It, sent: dict[str, bytes]) -> dict[str, int]:
    found = {name: await answered(it, one) for name, one in sent.items()}
    return {
        name: answer.problem["status"] for name, answer in found.items() if answer.status == answer.problem["status"]
    }


def bearer(token: bytes) -> bytes:
    return b"Authorization: Bearer " + token


DEEP = base64.urlsafe_b64encode(b"[" * 7_000) + b".e30.AA"
REQUESTS: dict[int, dict[str, bytes]] = {
    400: {
        "no host": b"GET /rooms HTTP/1.1\r\n" + OWNER + b"\r\n\r\n",
        "a space in a header's name": request(b"GET", b"/rooms", b"Bad Secret: x"),
        "NUL in a header": request(b"GET", b"/rooms", b"X: \x00secret"),
        "two types": posted(ROOM, b"Content-Type: text/plain"),
        "two lengths": request(b"POST", b"/rooms", b"Content-Length: 3", b"Content-Length: 4"),
        "length in words": request(b"POST", b"/rooms", b"Content-Length: secret"),
        "negative length": request(b"POST", b"/rooms", b"Content-Length: -1"),
        "length and chunks": request(b"POST", b"/rooms", b"Content-Length: 3", CHUNKED),
        "unknown transfer": request(b"POST", b"/rooms", b"Transfer-Encoding: secret"),
        "broken chunks": posted(b"zz\r\nsecret", CHUNKED),
        "bytes in the address": request(b"GET", b"/clients/\xff/itinerary"),
        "port beyond all": request(b"GET", b"http://secret:99999/rooms"),
    },
    401: {
        "no token": request(token=b""),
        "two tokens": request(b"GET", b"/rooms", bearer(b"secret")),
        "scheme alone": request(token=b"Authorization: Bearer"),
        "other scheme": request(token=b"Authorization: Basic secret"),
        "bytes in a token": request(token=bearer(b"secr\xf6t")),
        "long token": request(token=bearer(b"secret" * 1_500)),
        "deep token": request(token=bearer(DEEP)),
        "token without a known algorithm": request(token=bearer(base64.urlsafe_b64encode(b'{"alg":[]}') + b".e30.AA")),
    },
    404: {
        "NUL as id of a feed": request(b"GET", b"/therapists/%00/calendar.ics?key=x", token=b""),
        "NUL as id": request(b"GET", b"/clients/%00/itinerary"),
        "line break as id": request(b"GET", b"/clients/%0a/itinerary"),
        "no text as id": request(b"GET", b"/clients/%ff/calendar.ics?key=%00%ff", token=b""),
        "all of it": request(b"OPTIONS", b"*"),
    },
    405: {"trace": request(b"TRACE"), "options": request(b"OPTIONS"), "put": request(b"PUT")},
    413: {
        "long body": posted(b" " * (2**20 + 1)),
        "long body promised": request(b"POST", b"/rooms", b"Content-Length: 99999999", b"Expect: 100-continue"),
        "long body in chunks": posted(b"%x\r\n" % 2**21 + b" " * 2**21 + b"\r\n0\r\n\r\n", CHUNKED),
    },
    414: {
        "long id": request(b"GET", b"/clients/" + b"secret" * 1_500 + b"/itinerary"),
        "long query": request(b"GET", b"/rooms?x=" + b"secret" * 10_000),
    },
    415: {
        "no type": posted(kind=b""),
        "text": posted(kind=b"Content-Type: text/plain"),
        "form": posted(kind=b"Content-Type: application/x-www-form-urlencoded"),
        "multipart": posted(kind=b"Content-Type: multipart/form-data"),
        "XML": posted(b"<secret/>", kind=b"Content-Type: application/xml"),
        "bytes as type": posted(kind=b"Content-Type: \xff\xfe"),
        "other charset": posted(kind=b"Content-Type: application/json; charset=latin-1"),
        "more than a type": posted(kind=b"Content-Type: application/json, text/plain"),
        "junk as gzip": posted(b"secret", b"Content-Encoding: gzip"),
        "unknown encoding": posted(b"secret", b"Content-Encoding: secret"),
    },
    417: {"unknown expectation": request(b"GET", b"/rooms", b"Expect: secret")},
    422: {
        "bytes in a key": posted(ROOM, b"Idempotency-Key: gr\xf6\xdfe"),
        "empty key": posted(ROOM, b"Idempotency-Key: "),
        "long key": posted(ROOM, b"Idempotency-Key: " + b"k" * 201),
        "two keys": posted(ROOM, b"Idempotency-Key: a", b"Idempotency-Key: b"),
        "tab in a key": posted(ROOM, b"Idempotency-Key: a\tb"),
        "nothing": posted(b""),
        "key twice": posted(b'{"name":"Secret","name":"Secret too"}'),
        "NUL in a text": posted(b'{"name":"Secret\\u0000"}'),
        "deep": posted(b"[" * 500_000),
        "unknown parameter": request(b"GET", b"/rooms?x=secret"),
        "parameter twice": request(b"GET", b"/waitlist?limit=1&limit=2"),
        "NUL in a parameter": request(b"GET", b"/calendar?from=%00&to=%00"),
        "cursor of another kind": request(b"GET", b"/waitlist?cursor=%00"),
    },
    431: {
        "long header": request(b"GET", b"/rooms", b"X: " + b"secret" * 3_000),
        "header without end": request(b"GET", b"/rooms", b"X: " + b"secret" * 190_000),
        "many headers": request(b"GET", b"/rooms", *[b"X%d: secret" % n for n in range(12_000)]),
        "long cookie": request(b"GET", b"/rooms", b"Cookie: " + b"secret" * 3_000),
    },
    501: {"unknown method": request(b"SECRET"), "TLS": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"},
    505: {"no version": b"GET /secret\r\n\r\n", "HTTP/2": request().replace(b"HTTP/1.1", b"HTTP/2.0")},
}


@pytest.mark.parametrize("status", REQUESTS)
async def test_whatever_is_wrong_is_a_problem(it: It, status: int):
    assert await outcomes(it, REQUESTS[status]) == dict.fromkeys(REQUESTS[status], status)
    assert (await it.get("/rooms")).body == {"rooms": []}


async def test_what_is_unusual_but_right_is_taken(it: It):
    unusual = {
        "in chunks": posted(b"11\r\n" + ROOM + b"\r\n0\r\n\r\n", CHUNKED),
        "announced": posted(ROOM, b"Expect: 100-continue"),
        "charset": posted(kind=b'Content-Type: Application/JSON ;charset="UTF-8"'),
        "scheme in small letters": request(token=OWNER.replace(b"Bearer", b"bearer")),
        "HTTP/1.0": request().replace(b"HTTP/1.1", b"HTTP/1.0"),
        "cookies": request(b"GET", b"/rooms", b"Cookie: \xff=;;;=a\x80"),
        "key with letters of its own": posted(ROOM, "Idempotency-Key: größe".encode()),
    }
    answers = {name: (await answered(it, one)).status for name, one in unusual.items()}
    assert set(answers.values()) <= {200, 201}, answers


async def test_the_methods_an_address_takes_are_told(it: It):
    found = await answered(it, request(b"OPTIONS", b"/rooms/" + ANY_ID))
    assert (found.status, found.headers["allow"]) == (405, "PATCH")


async def test_head_is_get_without_a_body(it: It):
    got, asked = await answered(it, request()), await answered(it, request(b"HEAD"))
    assert (asked.status, asked.body) == (200, b"")
    assert asked.headers["content-length"] == got.headers["content-length"] == str(len(got.body))


async def test_a_body_that_breaks_later_is_answered_at_once(it: It):
    found = await answered(it, posted(b"2\r\n{}\r\n", CHUNKED), b"zz\r\n")
    assert found.problem["detail"] == "The body is not what its headers say."


@pytest.mark.parametrize("length", [b"100", b"1000000"])
async def test_a_body_that_stops_half_way_is_ended(it: It, monkeypatch: pytest.MonkeyPatch, length: bytes):
    monkeypatch.setattr(edge, "BODY_PATIENCE", 0.1)
    found = await answered(
        it, request(b"POST", b"/rooms", JSON, b"Content-Length: " + length, body=b"")[:-2] + b'\r\n{"'
    )
    assert (found.status, found.headers["connection"]) == (408, "close")
    assert found.problem["type"] == "/problems/slow"


async def test_a_head_that_never_ends_is_cut_off(it: It, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(edge.OPTIONS, "keepalive_timeout", 0.1)
    async with running_one("scheduling") as impatient:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(impatient.base.rpartition(":")[2]))
        writer.write(b"GET /rooms HTTP/1.1\r\nHost: x\r\n")
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()


async def test_refusals_stand_in_the_security_log(it: It, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(problems, "REFUSALS", Refusals())  # an address's lines of this minute may be used up
    with capture_logs() as lines:
        await it.post(f"/therapists/{uuid4()}/time-off", {}, role="client", client_id=uuid4())
        await it.get("/rooms", role=None)
    found = [
        {name: line[name] for name in ("status", "method", "role", "route")}
        for line in lines
        if line["event"] == "refused"
    ]
    assert found[-2:] == [
        {"status": 403, "method": "POST", "role": "client", "route": "/therapists/{therapist_id}/time-off"},
        {"status": 401, "method": "GET", "role": None, "route": "/rooms"},
    ]
