"""Where a local stack stands: its front door, its data folder, its clock, and the ports inside."""

import os
import random
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deploy.databases import SERVICES

INSIDE = ("postgres", "nats", "nats_monitor", "mail", "clock", *SERVICES)

PRACTICE = """\
# The settings of this practice. A line without "#" in front replaces the default shown; restart to apply.
# name = "Seriatim Practice"
# zone = "America/New_York"      # every day and time of day of the practice is in this zone
# phone = ""
# address = ""
# sender = "practice@localhost"  # the address that e-mail comes from
# paper = "A4"  # what notes are printed on: A4 or Letter
# protocols = "protocols"        # a folder beside this file with the practice's own protocols (docs/protocol.md)

# [reminders]
# lead_times = ["P2D", "PT3H"]   # two days before at the same time of day; three hours before
# quiet_from = "21:00"           # nothing is sent in the client's night
# quiet_to = "08:00"
# note_at = "18:00"              # the next day's notes reach the therapist the evening before

# [booking]
# grid_minutes = 15
# notice_minutes = 0
# horizon_days = 400
# offer_minutes = 120            # a time that became free is kept so long for who waits; the quiet hours do not count
# rolling_weeks = 8              # weekly visits are kept booked so far ahead

# [attendance]
# late_hours = 24                # a cancellation by the client fewer hours before the visit is late
# no_show_uses_session = false   # whether a missed visit uses up a session of the course
# late_cancellation_uses_session = false

# [holidays]
# country = ""                   # whose public holidays count, such as "US"; none without a country
# subdivision = ""               # such as "NY"
# categories = ["public"]
# closed = true                  # whether the practice is closed on them; single days can be decided otherwise

# [feeds]
# past_days = 90                 # how far back calendar feeds reach
# cancelled_days = 30            # for how long a cancelled visit is still told

# [consent]                      # what clients agree to; nobody who gave no consent is written to
# version = "1"                  # give another one with each change of the wording
# [consent.wording]              # by language; a client's own is taken, else the first
# en = "I agree that the practice writes to me about my visits. I can take this back at any time."

# [policy.fibromyalgia]          # single values of a protocol's policy
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What the person said: the port of the pages, the data folder, which clock and where it starts (RFC 3339)."""

    port: int
    data: Path
    clock: Literal["real", "simulated"] = "real"
    now: str = ""

    @property
    def secrets(self) -> Path:
        """Passwords and keys, one a file."""
        return self.data / "secrets"

    @property
    def mail(self) -> Path:
        """The Maildir of all that was sent."""
        return self.data / "mail"

    @property
    def settings(self) -> Path:
        """The practice's settings file."""
        return self.data / "practice.toml"

    @property
    def origin(self) -> str:
        """The address of the pages."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def zone(self) -> str:
        """The practice's zone, should `practice.toml` not name one."""
        return os.environ.get("SERIATIM_ZONE", "America/New_York")

    @property
    def people(self) -> str:
        """The address people use, where a proxy with TLS stands before the front door."""
        return os.environ.get("SERIATIM_ORIGIN") or self.origin

    @property
    def proxies(self) -> str:
        """The proxies before the front door whose word about an address counts, parted by blanks."""
        return os.environ.get("SERIATIM_TRUSTED_PROXIES", "").replace(",", " ")

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.data / "log" / f"{name}.log"

    def furnish(self) -> None:
        """Make the folders, closed to others, and a settings file to begin with."""
        for folder in (self.secrets, self.mail, self.data / "log"):
            folder.mkdir(mode=0o700, exist_ok=True)
        if not self.settings.exists():
            self.settings.write_text(PRACTICE)


def choose_ports(names: tuple[str, ...] = INSIDE) -> dict[str, int]:
    """Choose a free port of the loopback address for each name, anew at each start.

    They lie below the range the kernel hands out to clients: a port of that range may be taken by any connection
    while its service restarts.
    """
    free = (port for port in random.sample(range(20000, 32000), 4000) if not is_taken(port))
    return {name: next(free) for name in names}


def is_taken(port: int) -> bool:
    """Whether somebody listens on this port of the loopback address."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except PermissionError:
        raise
    except OSError:
        return True
    return False
