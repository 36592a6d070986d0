r"""One notion of a valid value, for every service: what passes here can be stored, read, shown and sent.

A pattern is a whole match in ASCII (`\d` also means Arabic digits, `$` also stands before a last line break). Checks
raise `Malformed` with the field.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

import msgspec
import phonenumbers
from email_validator import EmailNotValidError, validate_email
from msgspec import Meta, Struct

from shared.clock import YEARS
from shared.http.problems import Malformed
from shared.http.sentences import UNLIKE, written

MOST_ITEMS = 500
"""A list of a request holds no more, whatever it lists."""
LONGEST_TEXT = 20_000
LONGEST_NAME = 200
LONGEST_ADDRESS = 254
LONGEST_PHONE = 40
LONGEST_ZONE = 64
ENOUGH_DIGITS = 7
"""So many digits tell a number without its country."""


def whole(pattern: str, how: str = UNLIKE) -> str:
    """The pattern for all of a text (`$` alone would let a line break through), and how what it asks for is written."""
    return written(f"^(?:{pattern})$(?!\\n)", how)


TimeOfDay = Annotated[
    str, Meta(pattern=whole("(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00", "Write a time as 09:30."), max_length=5)
]
"""A wall-clock time; the end of a day may be written 24:00."""
ClockTime = Annotated[
    str, Meta(pattern=whole("(?:[01][0-9]|2[0-3]):[0-5][0-9]", "Write a time as 09:30."), max_length=5)
]
"""A wall-clock time before midnight."""
LeadTime = Annotated[
    str,
    Meta(pattern=whole("P[1-9][0-9]?D|PT[1-9][0-9]{0,2}[HM]", "Write a span of time as P2D or PT3H."), max_length=6),
]
"""How long before a visit, ISO 8601: P2D, PT3H."""
Slug = Annotated[
    str,
    Meta(
        pattern=whole("[a-z][a-z0-9_]{0,39}", "Use small letters, digits and underscores, a letter first."),
        max_length=40,
    ),
]
"""A name for programs: small letters, digits, underscores."""
LanguageTag = Annotated[
    str,
    Meta(pattern=whole("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}", "Write a language as en or pt-BR."), max_length=39),
]
"""A language as BCP 47 writes it: en, pt-BR."""
Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
"""A name as it comes; `checked_name` says whether it is one."""
Limit = Annotated[int, Meta(ge=1)]
"""How many of a list; more than the longest page are cut to it."""
EmailAddress = Annotated[str, Meta(min_length=3, max_length=LONGEST_ADDRESS)]
"""An e-mail address as it comes; `checked_email` says whether it is one."""
Phone = Annotated[str, Meta(min_length=1, max_length=LONGEST_PHONE)]
"""A phone number as it comes; `checked_phone` says whether it is one."""
ZoneName = Annotated[str, Meta(min_length=1, max_length=LONGEST_ZONE)]
"""A time zone's name as it comes; `checked_zone` says whether it is one."""

UNFIT = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control characters, halves of characters, line breaks, letters nobody has defined: all do harm in a mail header."""
BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn around what stands after them: a name could look like another."""
SEEN = {"L", "N", "P", "S"}
"""Categories of characters a reader sees."""
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs of those categories that nobody sees: fillers of Hangul, and Braille without a dot."""


def checked_name(field: str, text: str) -> str:
    """The name in its stored form (NFC, without outer spaces). Raises `Malformed`."""
    name = unicodedata.normalize("NFC", text.strip())
    if not any(unicodedata.category(letter)[0] in SEEN and letter not in BLANK for letter in name):
        raise Malformed(field, "A name is needed here.")
    if len(name) > LONGEST_NAME:
        raise Malformed(field, f"A name has at most {LONGEST_NAME} characters.")
    if any(unicodedata.category(letter) in UNFIT or letter in BIDIRECTIONAL for letter in text):
        raise Malformed(field, "A name holds no control characters, line breaks or marks that turn the direction.")
    return name


def checked_email(field: str, text: str) -> str:
    """The address in its stored form. Raises `Malformed`.

    No look-up of the domain: it would tell strangers who our clients are, and fail when we are offline.
    """
    try:
        found = validate_email(text.strip(" "), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Malformed(field, "This is not an e-mail address. Write it as name@example.com.") from error
    if found.ascii_email is None:
        raise Malformed(field, "Mail can be sent only to addresses whose part before the @ is plain letters (a–z).")
    return found.normalized


ATOM, LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
PLAIN_ADDRESS = re.compile(rf"{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})*")


def ascii_address(address: str) -> str | None:
    """The address as every mail server takes it: the domain in its ASCII form; none when there is no such form.

    Also one of a house's own network (`desk@localhost`), and one that an older version stored with a line break.
    """
    plain = address.strip()
    if PLAIN_ADDRESS.fullmatch(plain):
        return plain
    try:
        return validate_email(plain, check_deliverability=False, test_environment=True).ascii_email
    except EmailNotValidError:
        return None


def checked_phone(field: str, text: str, country: str) -> str:
    """The number as E.164, read as one of the country where it names none. Raises `Malformed`."""
    number = _dialled(text, country) if len(text) <= LONGEST_PHONE else None
    if number is None:
        raise Malformed(field, "This is not a phone number. Write it with + and the country code.")
    if number.extension:
        raise Malformed(field, "An extension cannot be kept. Give a number that can be dialled directly.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_country(code: str) -> bool:
    """Whether numbers can be read as those of this country (ISO 3166)."""
    return code in phonenumbers.SUPPORTED_REGIONS


def _dialled(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    """The valid number that the text is; `00` is taken for `+` where the country does not dial so itself."""
    digits = text.strip()
    for form in (digits, f"+{digits[2:]}") if digits.startswith("00") else (digits,):
        try:
            number = phonenumbers.parse(form, country or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) and not _has_letters(digits, number):
            return number
    return None


def _has_letters(text: str, number: phonenumbers.PhoneNumber) -> bool:
    """Whether letters stand for digits (1-800-FLOWERS), or beside them; those before an extension are meant so."""
    return number.extension is None and any(letter.isalpha() for letter in text)


def digits_of(text: str) -> str:
    """The digits in a text, in ASCII."""
    return "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())


def dialled_forms(text: str, country: str) -> list[str]:
    """The digits asked for, and as they stand in a number with its country code if they are of one without."""
    digits = digits_of(text)
    if number := _dialled(text[: LONGEST_PHONE + 1], country):
        return [digits, f"{number.country_code}{phonenumbers.national_significant_number(number)}"]
    trunk = phonenumbers.ndd_prefix_for_region(country, True) if country else None
    found = [digits]
    if digits.startswith("00"):
        return [*found, digits[2:]]
    if digits.startswith("0") and len(digits) > ENOUGH_DIGITS:
        found.append(digits[1:])
    if trunk and digits.startswith(trunk):
        found.append(f"{phonenumbers.country_code_for_region(country)}{digits.removeprefix(trunk)}")
    return found


def checked_zone(field: str, text: str) -> str:
    """The name of a time zone. Raises `Malformed`."""
    if not is_zone(text):
        raise Malformed(field, "This time zone is not known. Name one as America/New_York.")
    return text


def is_zone(name: str) -> bool:
    """Whether it is the name of a time zone."""
    return name in _zones()


NO_PLACE = {"localtime", "Factory", "posixrules"}
"""Whatever the machine is set to, or none at all: no zones of a person, though files of that name lie among them."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - NO_PLACE)


def check(body: Struct) -> None:
    """Raise `Malformed` for what no request may hold anywhere.

    Days and instants outside `YEARS`, NUL, texts longer than `LONGEST_TEXT`, lists longer than `MOST_ITEMS`. A body may
    ask for less; no body asks for more.
    """
    for path, value in _leaves("", body):
        if wrong := _wrong(value):
            raise Malformed(path, wrong)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case Struct():
            for attribute, name in _fields(type(value)):
                yield from _leaves(f"{path}.{name}" if path else name, getattr(value, attribute))
        case list() | tuple() | dict() if len(value) > MOST_ITEMS:
            yield path, value
        case list() | tuple():
            for n, item in enumerate(value):
                yield from _leaves(f"{path}[{n}]", item)
        case dict():
            for name, item in value.items():
                yield from _leaves(f"{path}.{name}", item)
        case _:
            yield path, value


@cache
def _fields(cls: type[Struct]) -> list[tuple[str, str]]:
    """Attributes of a struct, each with its name in JSON."""
    return [(field.name, field.encode_name) for field in msgspec.structs.fields(cls)]


def _wrong(value: Any) -> str | None:
    match value:
        case datetime() if value.year not in YEARS or value.astimezone(UTC).year not in YEARS:
            return f"Years lie between {YEARS[0]} and {YEARS[-1]}."
        case date() if value.year not in YEARS:
            return f"Years lie between {YEARS[0]} and {YEARS[-1]}."
        case str() if "\0" in value:
            return "A text holds no NUL character."
        case str() if len(value) > LONGEST_TEXT:
            return f"This text is longer than {LONGEST_TEXT} characters."
        case list() | tuple() | dict():
            return f"More than {MOST_ITEMS} entries. Send fewer."
    return None
