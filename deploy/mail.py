"""A mail server that keeps everything it is sent as files of a Maildir, so that a person can open them."""

import asyncio
import mailbox
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.program import Program, connects


class Letterbox:
    """Puts each message, byte for byte, into `new/` of the Maildir before it says 250."""

    def __init__(self, folder: Path) -> None:
        for part in ("cur", "new", "tmp"):  # a folder that is there already is not made into a Maildir by itself
            (folder / part).mkdir(parents=True, exist_ok=True)
        self._box = mailbox.Maildir(folder)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Keep the message."""
        self._box.add(envelope.original_content or b"")
        return "250 Kept"


def program(folder: Path, port: int) -> Program:
    """Serve the Maildir in `folder` on 127.0.0.1:`port`."""

    async def ready() -> bool:
        return await connects(port)

    command = [sys.executable, "-m", "deploy.mail", str(folder.resolve()), str(port)]
    return Program(name="mail", command=command, ready=ready)


async def serve(folder: Path, port: int) -> None:
    """Take mail until stopped."""
    loop = asyncio.get_running_loop()
    letterbox = Letterbox(folder)
    server = await loop.create_server(
        lambda: SMTP(letterbox, hostname="localhost", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
