"""A zone's definition in a calendar file tells the same time as the zone itself, at every hour of its years."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.ical import Visit, calendar_file, definition

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Africa/Casablanca",
    "UTC",
)


def offset_by(zone: object, instant: datetime) -> timedelta:
    """The offset a reader of the file would take: that of the last observance which has begun (RFC 5545, 3.6.5)."""
    begun = [
        (one["DTSTART"].dt - one["TZOFFSETFROM"].td, one["TZOFFSETTO"].td)
        for one in zone.subcomponents  # type: ignore[attr-defined]
        if one["DTSTART"].dt - one["TZOFFSETFROM"].td <= instant.replace(tzinfo=None)
    ]
    return max(begun)[1]


@pytest.mark.parametrize("name", ZONES)
def test_every_hour_of_two_years_is_told_right(name):
    zone = ZoneInfo(name)
    found = definition(zone, 2026, 2027)
    instant = datetime(2026, 1, 1, tzinfo=zone).astimezone(UTC)
    while instant < datetime(2028, 1, 1, tzinfo=zone).astimezone(UTC):
        assert offset_by(found, instant) == instant.astimezone(zone).utcoffset(), instant
        instant += timedelta(hours=1)


def test_a_change_is_given_in_the_time_before_it():
    text = definition(ZoneInfo("Europe/Berlin"), 2026, 2026).to_ical().decode()
    assert "DTSTART:20260329T020000\r\nTZNAME:CEST\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200" in text
    assert "DTSTART:20261025T030000\r\nTZNAME:CET\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100" in text


def file(name: str = "") -> str:
    day = datetime(2026, 3, 9, 14, tzinfo=UTC)
    visit = Visit(
        uid="one", starts_at=day, ends_at=day + timedelta(hours=1), sequence=1, changed_at=day, over=False,
        words=[("summary", "Visit at Müller, Söhne; Ost")],
    )  # fmt: skip
    return calendar_file([visit], ZoneInfo("America/New_York"), sender="test", name=name).decode()


def test_every_text_is_escaped():
    for line in (r"NAME:Praxis \"Müller\, Söhne\" – Größe\; Ost", r"X-WR-CALNAME:Praxis", r"SUMMARY:Visit at Müller\,"):
        assert line.replace('\\"', '"') in file('Praxis "Müller, Söhne" – Größe; Ost')


def test_what_is_sent_and_what_is_subscribed_to_know_one_zone():
    sent, subscribed = file(), file("Visits")
    zone = sent[sent.index("BEGIN:VTIMEZONE") : sent.index("END:VTIMEZONE")]
    assert zone in subscribed
    assert "DTSTART:20260308T020000\r\nTZNAME:EDT" in zone
    assert ("METHOD:PUBLISH" in sent, "METHOD" in subscribed) == (True, False)
