"""The edge of HTTP: whatever is no request for the application is answered as a problem that repeats nothing of it.

aiohttp answers by itself what its parser refuses, in plain text that shows the line, token and all. Here the parser
lets more through than we take, we measure, and what it still refuses is answered in our own words.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import BadHttpMethod, HttpProcessingError, LineTooLong
from aiohttp.http_parser import RawRequestMessage

from shared.http.problems import Handler, TooSlow, failed, problem

MAX_BODY = 2**20
LONGEST_ADDRESS = 8_000
LONGEST_HEAD = 16_000
"""Bytes of all headers together."""
READ_AT_MOST = 2**20 + 2**16
"""Bytes of a line the parser reads before it gives up: more than the front door lets through."""
BODY_PATIENCE = 20.0
"""Seconds a body may take."""
LINGERING = 3.0
"""Seconds a body that nobody wants is still read, so that its sender sees the answer."""
IDLE = 75.0
"""Seconds a connection may wait for a request, and a request's head may take: longer than the front door waits."""


class Runner(web.AppRunner):
    """Runs an application whose edge is ours."""

    def __init__(self, app: web.Application, **more: Any) -> None:
        super().__init__(app, access_log=None, **more)

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        handle = cast(
            "Any", _guarded(cast("Any", made.request_handler))
        )  # an application's requests are all `web.Request`
        return _Server(handle, request_factory=made.request_factory, **OPTIONS)


OPTIONS: dict[str, Any] = {
    "access_log": None,
    "auto_decompress": False,
    "keepalive_timeout": IDLE,
    "lingering_time": LINGERING,
    "max_field_size": READ_AT_MOST,
    "max_headers": 10_000,
    "max_line_size": READ_AT_MOST,
}


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return Connection(self, loop=self._loop, **self._kwargs)


class Connection(web.RequestHandler):
    """One connection; what its parser refuses is a problem, too."""

    _unparsed = 0

    def data_received(self, data: bytes) -> None:
        """Take what came. The parser tells of a broken body after the request: who waits for that body is told, too."""
        super().data_received(data)
        request = self._current_request
        if request is not None and self._messages and not isinstance(self._messages[-1][0], RawRequestMessage):
            _end(request.content, web.RequestPayloadError())
        waits = self._waiter is not None and not self._messages  # else it is a body that comes, also an unwanted one
        self._unparsed = self._unparsed + len(data) if waits else 0
        if self._unparsed > 2 * READ_AT_MOST:  # headers without end
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it shows what was sent
    ) -> web.StreamResponse:
        """Answer what never became a request; the connection is closed, because nobody knows where the next begins."""
        if request.writer.output_size > 0:
            raise ConnectionError("a part of the answer was sent already")
        response = _unreadable(exc) if isinstance(exc, HttpProcessingError) else problem(status, "http", "It failed.")
        response.force_close()
        return response


def _unreadable(error: HttpProcessingError) -> web.Response:
    if isinstance(error, LineTooLong) or error.message.startswith("Too many headers"):
        return problem(431, "too_large", "The address or a header is too long. Send less.")
    if isinstance(error, BadHttpMethod):
        return problem(501, "method", "This method is not known here.")
    return problem(400, "http", "This is not a request as HTTP/1.1 writes it.")


def _guarded(handle: Handler) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        if wrong := _refused_head(request):
            return wrong
        try:
            with _bounded(request.content):
                return await handle(request)
        except Exception as error:  # noqa: BLE001 - what happens before the middlewares: routing, the header Expect
            return failed(error, request)

    return serve


def _refused_head(request: web.Request) -> web.Response | None:
    """What is wrong with a request before anybody reads its body."""
    return next((problem(*answer) for is_wrong, answer in HEAD_CHECKS if is_wrong(request)), None)


HEAD_CHECKS: tuple[tuple[Callable[[web.Request], bool], tuple[int, str, str]], ...] = (
    (
        lambda request: len(request.raw_path) > LONGEST_ADDRESS,
        (414, "too_large", f"The address is longer than {LONGEST_ADDRESS} bytes."),
    ),
    (
        lambda request: sum(len(name) + len(value) for name, value in request.raw_headers) > LONGEST_HEAD,
        (431, "too_large", f"The headers are longer than {LONGEST_HEAD} bytes."),
    ),
    (lambda request: request.version.major != 1, (505, "http", "Speak HTTP/1.1.")),
    (lambda request: not _is_text(request.raw_path), (400, "http", "The address holds bytes that are no text.")),
    (
        lambda request: request.headers.get("Content-Encoding", "identity").lower() != "identity",
        (415, "encoding", "Send the body as it is, without a Content-Encoding."),
    ),
    (
        lambda request: (request.content_length or 0) > MAX_BODY,
        (413, "too_large", "The body is over 1 MiB. Send less."),
    ),
)


def _is_text(found: str) -> bool:
    """Whether it can be written as UTF-8: bytes that are none come as halves of characters."""
    try:
        found.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def _bounded(content: StreamReader) -> Iterator[None]:
    """Whoever reads the body does not wait longer than `BODY_PATIENCE` for all of it."""
    if content.is_eof():  # it came together with the head, as almost all do
        yield
        return
    ending = asyncio.get_running_loop().call_later(BODY_PATIENCE, _end, content, TooSlow())
    try:
        yield
    finally:
        ending.cancel()


def _end(content: StreamReader, error: Exception) -> None:
    if not content.is_eof():
        content.set_exception(error)
