"""The library's client, mended where it gives up. All that is private to the library is named here and nowhere else."""

import asyncio
from typing import Any

from nats.aio.client import Client as LibraryClient
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, Error

REFUSED = "permissions violation"


class Client(LibraryClient):
    """Reconnects after whatever the server says, and reads on after whatever another sends."""

    async def request(self, *args: Any, **more: Any) -> Msg:
        """Ask; an error also before the first connection, where the library fails an assertion."""
        if self._flush_queue is None:
            raise ConnectionClosedError
        return await super().request(*args, **more)

    async def _process_err(self, err_msg: str) -> None:
        """An error of the server ends the connection, never the client: the subscriptions are made again."""
        error = self._err = Error(f"nats: {err_msg.strip(chr(39))}")
        await self._error_cb(error)
        if REFUSED not in err_msg:
            await self._process_op_err(error)

    async def _process_headers(self, headers: Any) -> dict[str, str] | None:
        """Headers that cannot be read are none: an exception here would end the loop that reads."""
        try:
            return await super()._process_headers(headers)
        except Exception as error:  # noqa: BLE001 - anybody may have written them
            await self._error_cb(error)
            return None

    def _build_message(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: dict[str, str] | None
    ) -> Any:
        """As above: a subject need not be text."""
        return super()._build_message(sid, _readable(subject), _readable(reply), data, headers)

    def pull_out(self) -> None:
        """End a connection that cannot be closed, because what it should send first is not taken; then begin anew."""
        writer = getattr(self._transport, "_io_writer", None)
        if writer:
            writer.transport.abort()
        if self.is_reconnecting and self._reconnection_task and self._reconnection_task.done():
            self._reconnection_task = asyncio.get_running_loop().create_task(self._attempt_reconnect())


def _readable(text: bytes) -> bytes:
    return text if text.isascii() else text.decode(errors="replace").encode()
