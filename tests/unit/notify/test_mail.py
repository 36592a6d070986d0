"""E-mails as bytes: nothing a person typed can forge a header, and every server can read them."""

import email
import email.policy
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.notify.mail import Mail, Sender, compose
from services.notify.words import Voice, greeting, said, words
from shared.config import Practice

SENDER = Sender(name="Riverside Practice", address="desk@riverside.test")
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
PRACTICE = Practice(name="Riverside Practice", zone="America/New_York", phone="555-0100")


def composed(**given) -> bytes:
    mail = Mail(subject=given.pop("subject", "Hello"), text="Grüße\n.\n.hidden\n", calendar="BEGIN:VCALENDAR\r\n")
    known = {"name": "Zoë", "address": "zoe@client.test", "message_id": UUID(int=7)}
    return compose(mail, sender=SENDER, now=NOW, **(known | given))


def test_the_same_message_has_the_same_id_each_time():
    assert composed() != b""
    [found] = {email.message_from_bytes(composed())["Message-ID"] for _ in range(2)}
    assert found == "<00000000-0000-0000-0000-000000000007@riverside.test>"


@pytest.mark.parametrize(
    "name", ["Eve\r\nBcc: all@x.test", "Eve\0", "Eve\x85Bcc: all@x.test", "Eve \ud800", "a@x.test, b@x.test"]
)
def test_a_name_cannot_add_a_header_or_a_recipient(name):
    message = email.message_from_bytes(composed(name=name, subject=name), policy=email.policy.default)
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["zoe@client.test"]


@pytest.mark.parametrize("address", ["zoe", "zoe@client.test, eve@x.test", "zoe@client.test\r\nBcc: x@x.test"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ValueError):
        composed(address=address)


def test_is_seven_bit_and_no_line_is_too_long():
    raw = composed(subject="Ü" * 300)
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) <= 998


def test_the_calendar_is_an_attachment_that_says_how_it_is_meant():
    [attached] = email.message_from_bytes(composed(), policy=email.policy.default).iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "visits.ics")
    assert attached["Content-Type"].params["method"] == "PUBLISH"


def test_a_day_of_another_year_says_so_and_who_lives_by_another_clock_is_told():
    voice = Voice(practice=PRACTICE, zone=ZoneInfo("America/Chicago"), now=NOW)
    spoken = voice.visit(datetime(2027, 1, 4, 15, tzinfo=UTC))
    assert (spoken.day, spoken.time, spoken.zone) == (
        "Monday 4 January 2027",
        "10:00",
        " (New York time, 09:00 for you)",
    )
    at_home = Voice(practice=PRACTICE, zone=ZoneInfo("America/Detroit"), now=NOW)
    assert at_home.clock(NOW) == ""


def test_ten_oclock_stays_ten_oclock_across_the_clock_change():
    voice = Voice(practice=PRACTICE, zone=ZoneInfo("America/New_York"), now=NOW)
    before, after = datetime(2026, 3, 7, 15, tzinfo=UTC), datetime(2026, 3, 9, 14, tzinfo=UTC)
    assert voice.time(before) == voice.time(after) == "10:00"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Zoë Ann Quillfeather", "Hello Zoë,"),
        ("Roth, Evelyn", "Hello Evelyn,"),
        ("Roth,", "Hello Roth,"),
        ("Döe,", "Hello Döe,"),
        ("Dr. Evelyn Roth", "Hello Evelyn,"),
        ("Roth, Dr. Evelyn", "Hello Evelyn,"),
        ("Roth, Dr.", "Hello Dr. Roth,"),
        ("Prof. Dr. Roth", "Hello Prof. Dr. Roth,"),
        ("Frau Müller", "Hello Frau Müller,"),
        ("Frau Anna Müller", "Hello Anna,"),
        ("Mr Lee", "Hello Mr Lee,"),
        ("O'Connor, Sinéad", "Hello Sinéad,"),
        ("山田 太郎", "Hello 山田 太郎,"),
        ("김민준", "Hello 김민준,"),
        ("Dr.", "Hello,"),
        ("?!", "Hello,"),
        ("", "Hello,"),
    ],
)
def test_a_message_calls_people_by_the_first_name_where_there_is_one(name, said):
    assert greeting(name) == said


def test_items_of_a_note_become_lines_whatever_their_shape():
    assert words({"region": "upper_back", "minutes": 5, "source": "A"}) == "upper back, 5 minutes (A)"
    assert words({"on": "2026-03-02", "aggravated": True, "contraction": False}) == "on 2026-03-02, aggravated"
    assert words(["neck", {"what": "pir", "from": "session 11"}]) == "neck, pir, from session 11"
    assert words(None) == ""


def test_a_reminder_needs_nothing_the_practice_did_not_say():
    bare = Practice(name="Riverside Practice", zone="America/New_York")
    voice = Voice(practice=bare, zone=bare.tz, now=NOW)
    _, text = said("reminder.txt", voice, visit=voice.visit(NOW), same_day=True, upcoming=[], greeting="Hello Zoë,")
    assert "Can you not come? Tell us." in text
