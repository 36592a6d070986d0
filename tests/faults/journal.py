"""The load generator's log: every question, every answer, one JSON object a line; and what the checker must know."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

import msgspec
from msgspec import Struct

Outcome = Literal["acknowledged", "refused", "unknown"]
CONFLICT = 409
MAYBE = (500, 502, 503, 504)
"""Answers after which the same key is asked again."""


class Asked(Struct, kw_only=True, tag="asked"):
    """A question. `kind` is one of `check_answers.KINDS`, or `setup`."""

    key: str
    kind: str
    method: str
    path: str
    body: Any


class Answered(Struct, kw_only=True, tag="answered"):
    """An answer, or why there was none (`lost`)."""

    key: str
    status: int | None = None
    body: Any = None
    lost: str | None = None


class Seen(Struct, kw_only=True, tag="seen"):
    """What a course and its note looked like when all was settled; nothing where there is none (any more)."""

    course_id: str
    course: Any
    note: Any = None


class Away(Struct, kw_only=True, tag="away"):
    """The mail server was away between these simulated times: what was tried then and given up is no loss."""

    since: datetime
    until: datetime


Line = Asked | Answered | Seen | Away


class Journal:
    """Writes lines, each flushed: what was asked is known even of a load generator that was killed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, line: Line) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()


@contextmanager
def journal(file: Path) -> Iterator[Journal]:
    """Go on with the log in this file."""
    with file.open("ab") as opened:
        yield Journal(opened)


@dataclass
class Question:
    """A question with all its answers."""

    asked: Asked
    answers: list[Answered] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """What the caller was told in the end."""
        statuses = [answer.status for answer in self.answers if answer.status and answer.status not in MAYBE]
        if any(status < 300 for status in statuses):
            return "acknowledged"
        return "refused" if statuses else "unknown"

    @property
    def acknowledged(self) -> list[Any]:
        """The bodies of all acknowledging answers."""
        return [answer.body for answer in self.answers if answer.status and answer.status < 300]


def read(file: Path) -> tuple[list[Question], list[Seen], list[Away]]:
    """All questions in the order they were first asked, the last sight of each course, when there was no mail."""
    questions: dict[str, Question] = {}
    seen: dict[str, Seen] = {}
    away: list[Away] = []
    for line in _lines(file):
        match line:
            case Asked():
                questions.setdefault(line.key, Question(line))
            case Answered():
                questions[line.key].answers.append(line)
            case Seen():
                seen[line.course_id] = line
            case Away():
                away.append(line)
    return list(questions.values()), list(seen.values()), away


def _lines(file: Path) -> Iterator[Line]:
    whole = [line for line in file.read_bytes().split(b"\n") if line]
    return (msgspec.json.decode(line, type=Line) for line in whole)
