"""A client of HTTP that costs next to nothing: ready-made bytes on a kept connection."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager


class Wire:
    """One connection. A request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
        return int(head[9:12]), await self._reader.readexactly(int(length or 0))


@asynccontextmanager
async def wires(port: int, number: int) -> AsyncIterator[Sequence[Wire]]:
    """So many connections to a port of this machine."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(number)]
    try:
        yield [Wire(*pair) for pair in opened]
    finally:
        for _, writer in opened:
            writer.close()


def request(method: str, path: str, token: str, body: object = None, key: str = "") -> bytes:
    """The bytes of a request."""
    sent = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    lines += [f"Idempotency-Key: {key}"] if key else []
    lines += ["Content-Type: application/json", f"Content-Length: {len(sent)}", "", ""]
    return "\r\n".join(lines).encode() + sent


async def listening(port: int, seconds: float = 20) -> None:
    """Wait until somebody listens on the port."""
    ends = time.monotonic() + seconds
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > ends:
                raise
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
