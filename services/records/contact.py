"""Contact details as they come in: bodies, and the check of each field."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from msgspec import UNSET, Struct, UnsetType

from shared.http.problems import Malformed

LONGEST_NAME = 200
LONGEST_PHONE = 40
REGION = "US"
"""A phone number without a country code is read as one of this region."""
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")
UNFIT = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, halves of characters and line breaks: none belongs in a name, all do harm in a mail header."""


class Consents(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """May we write by this channel? A channel not named stays as it was."""

    email: bool | UnsetType = UNSET
    sms: bool | UnsetType = UNSET


NOTHING_SAID = Consents()
"""Consents that name no channel."""


class NewClient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person to register."""

    name: str
    email: str | None = None
    phone: str | None = None
    birth_date: date | None = None
    timezone: str | None = None
    language: str | None = None
    consents: Consents | None = None


class ContactChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; `null` clears, what is not named stays."""

    name: str | UnsetType = UNSET
    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    birth_date: date | UnsetType | None = UNSET
    timezone: str | UnsetType | None = UNSET
    language: str | UnsetType | None = UNSET
    consents: Consents | UnsetType | None = UNSET


CLEARED: dict[str, Any] = {"language": "en", "consents": {}}


def details_given(body: NewClient | ContactChanges, today: date) -> dict[str, Any]:
    """The fields of a body, checked and in their stored form. Raises `Malformed` with the field."""
    given = {name: getattr(body, name) for name in body.__struct_fields__}
    checked = {name: _checked(name, value) for name, value in given.items() if value not in (UNSET, NOTHING_SAID)}
    if (born := checked.get("birth_date")) and born > today:
        raise Malformed("birth_date", "This day is still to come.")
    return checked


def _checked(field: str, value: Any) -> Any:
    return CLEARED.get(field) if value is None else CHECKS[field](value)


def _name(value: str) -> str:
    name = unicodedata.normalize("NFC", value.strip())
    if not name:
        raise Malformed("name", "A client needs a name.")
    if len(name) > LONGEST_NAME:
        raise Malformed("name", f"A name has at most {LONGEST_NAME} characters.")
    if any(unicodedata.category(letter) in UNFIT for letter in value):
        raise Malformed("name", "A name holds no control characters and no line breaks.")
    return name


def _email(value: str) -> str:
    try:
        # No look-up of the domain: it would tell strangers who our clients are, and fail when we are offline.
        return validate_email(value.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Malformed("email", "This is not an e-mail address. Write it as name@example.com.") from error


def _phone(value: str) -> str:
    try:
        number = phonenumbers.parse(value[: LONGEST_PHONE + 1], REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or len(value) > LONGEST_PHONE or not phonenumbers.is_possible_number(number):
        raise Malformed("phone", "This is not a phone number. Write + and the country code, or ten digits.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _timezone(value: str) -> str:
    if value not in _zones():
        raise Malformed("timezone", "This time zone is not known. Name one as America/New_York.")
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _language(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise Malformed("language", "This is not a language tag. Write it as en or pt-BR.")
    return value


def _consents(value: Consents) -> dict[str, bool]:
    channels = {name: getattr(value, name) for name in value.__struct_fields__}
    return {name: allowed for name, allowed in channels.items() if allowed is not UNSET}


CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "email": _email,
    "phone": _phone,
    "birth_date": lambda born: born,
    "timezone": _timezone,
    "language": _language,
    "consents": _consents,
}
