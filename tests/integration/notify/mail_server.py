"""A real mail server for tests, which can also be told to misbehave."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailServer:
    """A mail server that writes what it takes into a folder; `answers` are given first, then 250.

    `cut` takes the message and hangs up without a word; `kill` is called before the answer, which is then not given.
    """

    folder: Path
    answers: list[str] = field(default_factory=list)
    tried: list[EmailMessage] = field(default_factory=list)
    kill: Callable[[], None] | None = None

    async def handle_DATA(self, server: SMTP, _: Session, taken: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(taken.original_content, bytes)
        self.tried.append(email.message_from_bytes(taken.original_content, policy=email.policy.default))
        answer = self.answers.pop(0) if self.answers else "250 Kept"
        if answer.startswith(("250", "cut")):
            (self.folder / f"{len(list(self.folder.iterdir())):04}.eml").write_bytes(taken.original_content)
        if self.kill:
            self.kill()
        if answer == "cut" or self.kill:
            server.transport.abort()
        return answer

    @property
    def inbox(self) -> list[EmailMessage]:
        """What was taken, in order."""
        files = sorted(self.folder.iterdir())
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def to(self, address: str) -> list[EmailMessage]:
        """What was taken for an address."""
        return [message for message in self.inbox if message["To"].addresses[0].addr_spec == address]


@asynccontextmanager
async def mail_server(folder: Path) -> AsyncIterator[tuple[MailServer, int]]:
    """A real mail server on a free port."""
    letterbox, loop = MailServer(folder), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(letterbox, hostname="localhost", loop=loop), "127.0.0.1", 0)
    try:
        yield letterbox, server.sockets[0].getsockname()[1]
    finally:
        server.close()
