"""Whatever is sent to a form gets a page that can be read, and never an error of ours."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from services.web.app import PAGES
from services.web.forms import KIND
from tests.integration.web import samples
from tests.integration.web.conftest import Browser

FORM = f"Content-Type: {KIND}".encode()
RIGHT = b"login=maria&password=correct+horse+battery"
BODIES = {
    "nul in the name": (FORM, b"login=mar%00ia&password=x", 422),
    "nul in the password": (FORM, b"login=maria&password=x%00", 422),
    "line break in the name": (FORM, b"login=mar%0D%0Aia&password=x", 422),
    "half a character": (FORM, b"login=%ff&password=%c3", 422),
    "a lone surrogate": (FORM, b"login=%ED%A0%80&password=x", 422),
    "bytes that are no text": (FORM, b"login=\xff\xfe&password=x", 422),
    "letters as they are": (FORM, "login=é&password=ü".encode(), 401),
    "broken escapes": (FORM, b"login=maria&password=x&next=%zz%", 401),
    "escapes of nothing in next": (FORM, b"login=maria&password=x&next=%ff%00", 422),
    "a field twice": (FORM, RIGHT + b"&login=dee", 422),
    "no password": (FORM, b"login=maria", 422),
    "an empty password": (FORM, b"login=maria&password=", 422),
    "no name": (FORM, b"password=x", 422),
    "a name of blanks": (FORM, b"login=+++&password=x", 422),
    "nothing": (FORM, b"", 422),
    "no kind": (b"X: y", RIGHT, 422),
    "json": (b"Content-Type: application/json", b'{"login":"maria"}', 422),
    "plain text": (b"Content-Type: text/plain", RIGHT, 422),
    "junk as kind": (b"Content-Type: ;;;\x80=", RIGHT, 422),
    "multipart without boundary": (b"Content-Type: multipart/form-data", b"--x\r\n\r\n", 422),
    "broken multipart": (b"Content-Type: multipart/form-data; boundary=x", b"--x\r\nContent-Dispo", 422),
    "multipart of another boundary": (b"Content-Type: multipart/form-data; boundary=x", b"--y\r\n\r\na\r\n--y--", 422),
    "charset nix": (FORM + b"; charset=nix", RIGHT, 422),
    "charset utf-7": (FORM + b"; charset=utf-7", RIGHT, 422),
    "charset twice": (FORM + b"; charset=utf-8; charset=nix", RIGHT, (303, 422)),
    "charset in capitals": (FORM + b"; charset=UTF-8", RIGHT, 303),
    "a cookie that is no text": (FORM + b"\r\nCookie: seriatim=\xff\x80; seriatim-device-1=\xfe", RIGHT, 303),
    "cookies of junk": (FORM + b'\r\nCookie: =;;"\\x; seriatim="\\400"; a', RIGHT, 303),
    "an origin that is no text": (FORM + b"\r\nOrigin: \xff", RIGHT, 303),
    "a long password": (FORM, b"login=maria&password=" + b"x" * 900_000, 401),
    "a long name": (FORM, b"password=x&login=" + b"x" * 900_000, 401),
    "ten megabytes": (FORM, b"login=maria&password=" + b"x" * 10_000_000, 413),
    "a hundred thousand fields": (FORM, RIGHT + b"&a" * 100_000, 422),
    "a body that says it is packed": (FORM + b"\r\nContent-Encoding: gzip", RIGHT, 415),
    "a body that says it is packed otherwise": (FORM + b"\r\nContent-Encoding: nix", RIGHT, 415),
}

AT_THE_EDGE = {413, 415}
"""No browser sends such a form: it is answered as to a program, before any page is asked."""


async def send(browser: Browser, path: str, head: bytes, body: bytes, method: bytes = b"POST") -> tuple[int, str]:
    """Send bytes as they are; gives status and answer."""
    there = urlsplit(browser.it.base)
    reader, writer = await asyncio.open_connection(there.hostname, there.port)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items()).encode()
    kept = b"\r\nCookie: " + cookies if cookies else b""
    lines = [
        method + b" " + path.encode() + b" HTTP/1.1",
        b"Host: x\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n" + head + kept,
    ]
    writer.write(b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", b""]) + body)
    try:
        answer = await asyncio.wait_for(reader.read(), 20)
    finally:
        writer.close()
    return int(answer.split(b" ", 2)[1]), answer.decode()


@pytest.fixture(autouse=True)
def _nothing_of_ours_failed() -> Iterator[None]:
    with capture_logs() as log:
        yield
    assert not [line for line in log if line["event"] == "request_failed"]


@pytest.mark.parametrize("case", BODIES)
async def test_the_sign_in_page_reads_anything(browser: Browser, case: str):
    head, body, expected = BODIES[case]
    status, answer = await send(browser, "/signin", head, body)
    assert status in (expected if isinstance(expected, tuple) else (expected,)), answer[:500]
    if status != 303:
        assert ("application/problem+json" if status in AT_THE_EDGE else "<!doctype html>") in answer.lower()
        assert len(answer) < 20_000


@pytest.mark.parametrize(
    "path",
    ["/signin?next=%ff%00", "/signin?next=%", "/signin?next=/%0d%0a", "/signin?%ff=%fe", "/day?on=%00", "/%ff%00"],
)
@pytest.mark.parametrize(
    "cookie", [b"X: y", b"Cookie: seriatim=\xff", b'Cookie: seriatim="\\303\\251"', b"Cookie: \x80"]
)
async def test_pages_read_any_address_and_cookie(browser: Browser, path: str, cookie: bytes):
    status, answer = await send(browser, path, cookie, b"", b"GET")
    assert status in {200, 303, 404, 422}, answer[:500]


IDS = {
    "course_id": str(samples.COURSE), "client_id": str(samples.ROSA), "kind": "closures", "answer": "accept",
    "day": samples.TODAY.isoformat(), "away_id": str(samples.uid(5)), "waitlist_id": str(samples.uid(6)),
    "appointment_id": str(samples.uid(7)),
}  # fmt: skip
FORMS = sorted({address.path for address in PAGES if address.method == "POST"})
JUNK = [
    "mar%00ia",
    "%ff",
    "%0d%0a",
    "9" * 5000,
    "-1",
    "",
    "0001-01-02",
    "9999-12-30",
    "0001-01-01T00:00:00%2B14:00",
    "²",
]
FIELDS = [
    "q", "key", "sure", "time", "therapist", "therapist_id", "day", "at", "minutes", "sessions", "number", "starts_on",
    "from", "to", "weekday", "hold_id", "visit", "first", "last", "reason", "what", "reflow", "first_day", "last_day",
]  # fmt: skip


def in_place(path: str) -> str:
    for name, value in IDS.items():
        path = path.replace("{" + name + "}", value)
    return path.partition(":")[0]


@pytest.mark.parametrize("path", FORMS)
async def test_every_form_reads_anything(signed_in: Browser, path: str):
    bodies = [(FORM, "&".join(f"{name}={value}" for name in FIELDS).encode()) for value in JUNK]
    bodies += [(head, body) for head, body, _ in BODIES.values() if len(body) < 100_000]
    for head, body in bodies:
        if b"Cookie" in head:
            continue
        status, answer = await send(signed_in, in_place(path), head, body)
        assert status in {200, 303, 400, 401, 404, 409, 413, 415, 422, 503}, (body[:50], answer[:500])
