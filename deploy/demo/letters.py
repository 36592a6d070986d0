"""The mail that was sent, read from the files of the Maildir."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path


@dataclass(frozen=True)
class Letter:
    """One file: `message_id` is the id of api.md's message, which stands in the Message-ID header."""

    message_id: str
    to: str
    subject: str
    sent_at: str
    has_calendar: bool


class Letterbox:
    """A Maildir; each file is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "new"
        self._read: dict[str, Letter] = {}

    def letters(self, *to: str) -> list[Letter]:
        """All letters so far, those to some addresses if any are named, the oldest first."""
        for file in self.folder.iterdir() if self.folder.exists() else ():
            if file.name not in self._read:
                self._read[file.name] = _letter(file)
        found = [letter for letter in self._read.values() if letter.to in to or not to]
        return sorted(found, key=lambda letter: letter.sent_at)


def _letter(file: Path) -> Letter:
    message = BytesParser(policy=default).parsebytes(file.read_bytes())
    assert isinstance(message, EmailMessage)  # noqa: S101  what the policy `default` makes
    return Letter(
        message_id=str(message["Message-ID"]).strip("<>").partition("@")[0],
        to=message["To"].addresses[0].addr_spec,
        subject=str(message["Subject"]),
        sent_at=message["Date"].datetime.isoformat(),
        has_calendar=any(part.get_content_type() == "text/calendar" for part in message.walk()),
    )
