"""What the decoder says of a wrong value, as a sentence for people. It shows neither the value nor a pattern."""

import re
from collections.abc import Callable

WRITTEN: dict[str, str] = {}
"""How what a pattern asks for is written, by the pattern as the decoder shows it."""

UNLIKE = "This is not written as it must be; the description at /docs says how."

KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
    "uuid": "an id",
    "datetime": "an instant such as 2026-03-02T15:00:00Z",
    "date": "a day such as 2026-03-02",
    "time": "a time such as 09:30",
}
AMOUNTS = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than", "==": "exactly"}


def written(pattern: str, sentence: str) -> str:
    """The pattern, which from now on is explained by this sentence."""
    WRITTEN[repr(pattern)] = sentence
    return pattern


def sentence(said: str) -> str:
    """A sentence for what the decoder says; what is none of its own messages is a sentence already."""
    for message, say in SAY:
        if match := message.match(said):
            return say(match)
    return said.removeprefix("Invalid value: ").rstrip(".") + "."


def _kinds(named: str) -> str:
    return " or ".join(KINDS.get(kind, "another kind of value") for kind in named.split(" | "))


def _other_kind(match: re.Match[str]) -> str:
    return f"This must be {_kinds(match['wanted'])}, not {_kinds(match['got'])}."


def _number(match: re.Match[str]) -> str:
    return f"Give a number of {AMOUNTS[match['than']]} {match['limit']}."


def _length(match: re.Match[str]) -> str:
    if (match["than"], match["limit"]) == (">=", "1"):
        return "This must not be empty."
    counted = "characters" if match["kind"] in {"str", "bytes"} else "entries"
    return f"Give {AMOUNTS[match['than']]} {match['limit']} {counted}."


def _pattern(match: re.Match[str]) -> str:
    return WRITTEN.get(match["pattern"], UNLIKE)


def _said(text: str) -> Callable[[re.Match[str]], str]:
    return lambda _: text


SAY: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (re.compile(pattern, re.DOTALL), say)
    for pattern, say in {
        r".*timezone": _said("An instant needs a time zone: end it in Z or give an offset such as -05:00."),
        r".*contains unknown field": _said("This field is not known here. Check its spelling."),
        r".*missing required": _said("This field is required."),
        r"Expected `[^`]+` matching regex (?P<pattern>.*)": _pattern,
        r"Expected `(?P<kind>\w+)` of length (?P<than>[<>=]+) (?P<limit>\d+)": _length,
        r"Expected `[^`]+` (?P<than>[<>]=?) (?P<limit>\S+)": _number,
        r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`": _other_kind,
        r"Invalid RFC3339 encoded datetime": _said("Write an instant as 2026-03-02T15:00:00Z."),
        r"Invalid RFC3339 encoded date": _said("Write a day as 2026-03-02."),
        r"Invalid RFC3339 encoded time": _said("Write a time as 09:30."),
        r"Invalid UUID": _said("This is not an id."),
        r"(Integer value|Number) out of range": _said("This number is out of range."),
        r"Invalid (enum value|value '|value \d)": _said("This is none of the values known here; /docs names them."),
        r"Expected |Invalid (?!value: )": _said(
            "This is not what is asked for; the description at /docs says what is."
        ),
    }.items()
]
