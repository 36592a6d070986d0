"""A network that can go silent: connections stand, new ones are accepted, and no byte comes through any more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Network:
    """A TCP proxy before a server; while it is `silent` it swallows what it is given."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ways: set[asyncio.Task[None]] = set()
        self.silent = False
        self.deaf_to_answers = False
        self.opened = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        ways = [self._way(reader, back), self._way(there, writer, answers=True)]
        try:
            await asyncio.gather(*ways)
        finally:
            for one in (writer, back):
                one.close()

    async def _way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if not (self.silent or (answers and self.deaf_to_answers)):
                    writer.write(data)
                    await writer.drain()
        with suppress(OSError):
            writer.write_eof()


@asynccontextmanager
async def network(dsn: str) -> AsyncIterator[tuple[Network, str]]:
    """A network before the database, and the database's address through it."""
    before, _, rest = dsn.rpartition("@")
    host, _, database = rest.partition("/")
    it = Network(int(host.partition(":")[2]))
    server = await asyncio.start_server(it.carry, "127.0.0.1", 0)
    try:
        yield it, f"{before}@127.0.0.1:{server.sockets[0].getsockname()[1]}/{database}"
    finally:
        server.close()
