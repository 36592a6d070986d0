"""What a client wishes, read as it is stored; where it cannot be read, the practice's default stands for it."""

from contextlib import suppress

from services.notify.domain.due import Policy, Quiet, quiet
from services.notify.domain.events import PreferencesSet
from shared.clock import duration

UNREADABLE = (ValueError, OverflowError)
"""What reading a text of an older version may end with; `msgspec.ValidationError` is a `ValueError`."""


def hours(policy: Policy, wish: PreferencesSet | None, zone: str) -> Quiet:
    """The client's quiet hours, on the clock of the zone they live in."""
    begins = wish.quiet_from if wish and wish.quiet_from else policy.quiet_from
    ends = wish.quiet_to if wish and wish.quiet_to else policy.quiet_to
    with suppress(*UNREADABLE):
        return quiet(begins, ends, zone)
    return quiet(policy.quiet_from, policy.quiet_to, zone)


def leads(policy: Policy, wish: PreferencesSet | None) -> tuple[str, ...]:
    """How long before a visit the client is reminded."""
    if wish is None or wish.lead_times is None or not _are_leads(wish.lead_times):
        return policy.lead_times
    return tuple(wish.lead_times)


def readable(policy: Policy, wish: PreferencesSet | None) -> bool:
    """Whether the client's wishes are followed as they are stored."""
    if wish is None:
        return True
    try:
        quiet(wish.quiet_from or policy.quiet_from, wish.quiet_to or policy.quiet_to, policy.zone)
    except UNREADABLE:
        return False
    return _are_leads(wish.lead_times or [])


def _are_leads(texts: list[str]) -> bool:
    try:
        return all(duration(text) for text in texts)
    except UNREADABLE:
        return False
