"""Handing a message to the mail server, and what its answer means."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from services.notify.domain.delivery import Outcome

PATIENCE = 20.0
"""Seconds for each exchange with the mail server."""


@dataclass(frozen=True)
class Trouble:
    """Why a message is not known to be delivered: a code, never the server's text, which may hold an address."""

    code: str
    outcome: Outcome


class MailServer:
    """A mail server by its address: `smtp://[user:password@]host:port`, or `smtps://` for TLS from the start.

    With `smtp://` the connection is encrypted as soon as the server offers it.
    """

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    async def hand_over(self, message: bytes, sender: str, recipient: str) -> Trouble | None:
        """Send the message as it is, byte for byte; nothing when the server took it."""
        smtp = self._client()
        try:
            async with smtp:
                await smtp.mail(sender)
                await smtp.rcpt(recipient)
                return await _data(smtp, message)
        except SMTPResponseException as error:
            return _answered(error.code)
        except (SMTPException, OSError, TimeoutError):
            return Trouble("unreachable", "later")  # nothing was handed over yet
        except ValueError:  # what no command can hold; nothing was handed over either
            return Trouble("bad_address", "refused")

    def _client(self) -> SMTP:
        url = self._url
        return SMTP(
            hostname=url.hostname,
            port=url.port,
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            timeout=PATIENCE,
        )


async def _data(smtp: SMTP, message: bytes) -> Trouble | None:
    try:
        await smtp.data(message)
    except SMTPResponseException as error:
        return _answered(error.code)
    except (SMTPException, OSError, TimeoutError, ValueError):
        return Trouble("no_answer", "unknown")  # the server may have the message all the same
    return None


def _answered(code: int) -> Trouble:
    return Trouble(f"smtp_{code}", "refused" if code >= 500 else "later")
