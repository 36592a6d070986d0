"""E-mails as bytes: headers that cannot be forged by a name, a plain text, a calendar file (security.md §3.1)."""

from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from msgspec import Struct

POLICY = SMTP.clone(max_line_length=998, cte_type="7bit")
"""Long headers stay whole, and what is not ASCII is encoded: every server takes it."""


class Mail(Struct, frozen=True, kw_only=True):
    """What a person gets: subject, text, and a calendar file if there are visits in it."""

    subject: str
    text: str
    calendar: str | None = None


class Sender(Struct, frozen=True, kw_only=True):
    """Who writes: the practice's name and address."""

    name: str
    address: str

    def message_id(self, message_id: UUID) -> str:
        """The Message-ID: the same for every attempt, so that a server or a person can tell a repeat."""
        return f"<{message_id}@{self.address.rpartition('@')[2]}>"


def compose(mail: Mail, *, sender: Sender, name: str, address: str, message_id: UUID, now: datetime) -> bytes:
    """The message to one person. Raises `ValueError` for an address that cannot stand in a header."""
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(printable(sender.name), addr_spec=sender.address)
    message["To"] = recipient(name, address)
    message["Subject"] = printable(mail.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = sender.message_id(message_id)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.calendar is not None:
        message.add_attachment(
            mail.calendar, subtype="calendar", filename="visits.ics", params={"method": "PUBLISH"}, charset="utf-8"
        )
    return message.as_bytes()


def recipient(name: str, address: str) -> Address:
    """One recipient, whatever the name says. Raises `ValueError` for what is no address."""
    try:
        return Address(printable(name), addr_spec=address)
    except HeaderParseError as error:
        raise ValueError("no address") from error


def printable(text: str) -> str:
    """The text without control characters, line breaks and halves of characters, none of which a header may hold."""
    return "".join(character for character in text if character.isprintable())
