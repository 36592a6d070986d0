"""The base of every question."""

from typing import Any, ClassVar

from msgspec import Struct


class Question(Struct, frozen=True, kw_only=True):
    """`to` is the service that answers, `answer` the type of its reply."""

    to: ClassVar[str]
    answer: ClassVar[Any]
