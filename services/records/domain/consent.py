"""Consent: for each channel yes or no, and what was agreed to: which wording, in which version, when, told by whom."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from shared.messages import Instant


class Agreement(Struct, frozen=True, kw_only=True):
    """A client's last word about one channel. What was recorded before wordings were kept has neither of these."""

    given: bool
    version: str | None = None
    wording: str | None = None
    at: Instant | None = None
    by: str | None = None


class Asked(Struct, frozen=True, kw_only=True):
    """What the client was asked at `at` by `by`: the practice's wording of today, by language."""

    version: str
    wordings: dict[str, str]
    at: datetime
    by: str

    def wording(self, language: str) -> str | None:
        """The wording in this language, or in its base language (`pt` for `pt-BR`), else the practice's first."""
        known = {name.casefold(): text for name, text in self.wordings.items()}
        wanted = language.casefold()
        return known.get(wanted) or known.get(wanted.partition("-")[0]) or next(iter(known.values()), None)


Agreements = dict[str, Agreement]
"""By channel."""


def as_known(consents: Mapping[str, bool], agreements: Agreements) -> Agreements:
    """An agreement for each consent, also for one recorded before wordings were kept."""
    return {channel: Agreement(given=given) for channel, given in consents.items()} | agreements


def answered(before: Agreements, said: Mapping[str, bool], asked: Asked | None, language: str) -> Agreements:
    """The agreements after what the client said. What they were asked is not known of who imports old consents."""
    if asked is None:
        return {channel: agreement for channel, agreement in before.items() if channel not in said}
    return before | {channel: _answer(before.get(channel), yes, asked, language) for channel, yes in said.items()}


def _answer(before: Agreement | None, yes: bool, asked: Asked, language: str) -> Agreement:
    """Who says the same to the same wording again has said nothing new.

    A withdrawal names the wording that it takes back, a refusal the one that was asked.
    """
    about = (asked.version, asked.wording(language))
    if before and before.given == yes and (not yes or (before.version, before.wording) == about):
        return before
    version, wording = (before.version, before.wording) if before and not yes else about
    return Agreement(given=yes, version=version, wording=wording, at=asked.at, by=asked.by)
