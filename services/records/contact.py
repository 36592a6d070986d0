"""Contact details as they come in: bodies, and the check of each field."""

from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from shared.http.problems import Malformed
from shared.values import (
    EmailAddress,
    LanguageTag,
    Name,
    Phone,
    ZoneName,
    checked_email,
    checked_name,
    checked_phone,
    checked_zone,
)


class Consents(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """May we write by this channel? A channel not named stays as it was."""

    email: bool | UnsetType = UNSET
    sms: bool | UnsetType = UNSET


NOTHING_SAID = Consents()
"""Consents that name no channel."""


class NewClient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person to register."""

    name: Name
    email: EmailAddress | None = None
    phone: Phone | None = None
    birth_date: date | None = None
    timezone: ZoneName | None = None
    language: LanguageTag | None = None
    consents: Consents | None = None


class ContactChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; `null` clears, what is not named stays."""

    name: Name | UnsetType = UNSET
    email: EmailAddress | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    birth_date: date | UnsetType | None = UNSET
    timezone: ZoneName | UnsetType | None = UNSET
    language: LanguageTag | UnsetType | None = UNSET
    consents: Consents | UnsetType | None = UNSET


CLEARED: dict[str, Any] = {"language": "en", "consents": {}}


def details_given(body: NewClient | ContactChanges, today: date, country: str) -> dict[str, Any]:
    """The fields of a body, checked and in their stored form; phones are of this country where they name none.

    Raises `Malformed` with the field.
    """
    given = {name: getattr(body, name) for name in body.__struct_fields__}
    checked = {
        name: _checked(name, value, country) for name, value in given.items() if value not in (UNSET, NOTHING_SAID)
    }
    if (born := checked.get("birth_date")) and born > today:
        raise Malformed("birth_date", "This day is still to come.")
    return checked


def _checked(field: str, value: Any, country: str) -> Any:
    if value is None:
        return CLEARED.get(field)
    if field == "phone":
        return checked_phone(field, value, country)
    return CHECKS[field](field, value) if field in CHECKS else value


def _consents(_: str, value: Consents) -> dict[str, bool]:
    channels = {name: getattr(value, name) for name in value.__struct_fields__}
    return {name: allowed for name, allowed in channels.items() if allowed is not UNSET}


CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "name": checked_name,
    "email": checked_email,
    "timezone": checked_zone,
    "consents": _consents,
}
