"""Gathering news into a letter: who must be told, in which letter, sent when (domain.md §3.8, rule 4)."""

from datetime import datetime
from uuid import UUID

from services.notify.domain import delivery
from services.notify.domain.due import Policy
from services.notify.domain.events import ChangeAnnulled, ChangeGathered, LetterOpened
from services.notify.domain.letter import OF_USE, Change, kind_of, merged, with_change
from services.notify.domain.state import Correspondence, letter_id
from shared.messages import Command, Event


class Tell(Command, frozen=True, kw_only=True):
    """News for the client, heard at `at` in the event `change_id`."""

    client_id: UUID
    change: Change
    at: datetime
    change_id: UUID


class Untell(Command, frozen=True, kw_only=True):
    """News that is none any more: nothing is said of it where nothing was said yet."""

    client_id: UUID
    about: UUID


def tell(policy: Policy, command: Tell, state: Correspondence) -> list[Event]:
    """Put the news into the letter that gathers, or open one. What is over already is not worth a word."""
    news = command.change
    if state.forgotten or state.channel is None or (news.starts_at and news.starts_at <= command.at):
        return []
    if state.letter:
        return _add(command.client_id, state.letter, news.about, news, state)
    opened = _open(policy, command, state, state.channel)
    kind = kind_of({news.about: news})
    gathered = ChangeGathered(client_id=command.client_id, message_id=opened.message_id, kind=kind, change=news)
    return [opened, gathered]


def untell(_: Policy, command: Untell, state: Correspondence) -> list[Event]:
    """Take the news out of the letter that gathers, if it is in there."""
    if state.letter is None or command.about not in state.contents[state.letter]:
        return []
    return _add(command.client_id, state.letter, command.about, None, state)


def _open(policy: Policy, command: Tell, state: Correspondence, channel: str) -> LetterOpened:
    due_at = command.at + policy.undo
    if state.letter_sent_at:
        due_at = max(due_at, state.letter_sent_at + policy.merge)
    return LetterOpened(
        client_id=command.client_id,
        message_id=letter_id(command.change_id),
        channel=channel,
        due_at=due_at,
        until=due_at + OF_USE,
    )


def _add(client_id: UUID, message_id: UUID, about: UUID, news: Change | None, state: Correspondence) -> list[Event]:
    contents = state.contents[message_id]
    change = news and merged(contents.get(about), news)
    after = with_change(contents, about, change)
    if change is not None:
        return [ChangeGathered(client_id=client_id, message_id=message_id, kind=kind_of(after), change=change)]
    if not after:
        return delivery.withdraw(state.messages[message_id], "annulled")
    return [ChangeAnnulled(client_id=client_id, message_id=message_id, kind=kind_of(after), about=about)]
