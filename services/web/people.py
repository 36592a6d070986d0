"""Who is behind an actor in a log: the staff's names from our own accounts, else the role."""

import re
from collections.abc import Mapping

from services.web.views.words import ROLES, readable
from shared.store.store import Store

NAMELESS = {"client": "The client", "operator": "The operator"}
BY_ITSELF = "Seriatim, by itself"
ACTOR = re.compile(r"\b(?:owner|front_desk|therapist|client):[0-9a-f-]{36}")


async def names(store: Store) -> Mapping[str, str]:
    """Read what the staff's accounts are called, by their id."""
    rows = await store.fetch("select account_id, name from account")
    return {str(row["account_id"]): row["name"] for row in rows}


def said(actor: str, known: Mapping[str, str]) -> str:
    """Say who an actor (`therapist:<id>`, or the name of a service) is."""
    role, _, identity = actor.partition(":")
    if role in ROLES:
        words = ROLES[role]
        return f"{known[identity]}, {words}" if identity in known else words.capitalize()
    return NAMELESS.get(role, BY_ITSELF)


def told(text: str, known: Mapping[str, str]) -> str:
    """Make a sentence of the history easy to read: days in words, and who somebody is."""
    return readable(ACTOR.sub(lambda found: said(found[0], known), text))
