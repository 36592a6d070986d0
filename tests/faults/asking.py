"""One question to the front door, asked with the same key until its outcome is known."""

import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec

from deploy.keys import token
from tests.faults.journal import MAYBE, Answered, Asked, Journal

LOST = (aiohttp.ClientError, TimeoutError, OSError)
PATIENCE = 60.0
"""Seconds after which a question is left unanswered: longer than any fault lasts."""


class Asker:
    """Asks as the owner, and writes everything down."""

    def __init__(self, http: aiohttp.ClientSession, origin: str, data: Path, journal: Journal) -> None:
        self._http = http
        self._origin = origin
        self._journal = journal
        self._headers = {
            "Authorization": f"Bearer {token(data / 'secrets', 'owner', None)}",
            "Content-Type": "application/json",
        }

    async def write(self, kind: str, path: str, body: Any, *, method: str = "POST", twice: bool = False) -> Any:
        """Give the acknowledged answer, or nothing if it was refused or never known; `twice` asks again after it."""
        asked = Asked(key=str(uuid4()), kind=kind, method=method, path=path, body=body)
        self._journal.write(asked)
        answer = await self._surely(asked)
        if answer.status is None or answer.status >= 300:
            return None
        if twice:  # a refusal is not remembered: asked again, it may be no refusal any more
            await self._surely(asked)
        return answer.body

    async def read(self, path: str) -> Any:
        """What a GET gives, or nothing."""
        try:
            async with self._http.get(f"{self._origin}/api/{path}", headers=self._headers) as answer:
                return msgspec.json.decode(await answer.read()) if answer.status == 200 else None
        except (*LOST, msgspec.DecodeError):
            return None

    async def now(self) -> datetime | None:
        """The simulated time."""
        found = await self.read("clock")
        return datetime.fromisoformat(found["now"]) if found else None

    async def _surely(self, asked: Asked) -> Answered:
        deadline, pause = time.monotonic() + PATIENCE, 0.1
        while True:
            answer = await self._once(asked)
            self._journal.write(answer)
            known = answer.status is not None and answer.status not in MAYBE
            if known or time.monotonic() > deadline:
                return answer
            await asyncio.sleep(pause)  # the service asked for it: Retry-After, in the small
            pause = min(2 * pause, 1.0)

    async def _once(self, asked: Asked) -> Answered:
        headers = {**self._headers, "Idempotency-Key": asked.key}
        url = f"{self._origin}/api/{asked.path}"
        try:
            data = None if asked.body is None else msgspec.json.encode(asked.body)
            async with self._http.request(asked.method, url, data=data, headers=headers) as answer:
                return Answered(key=asked.key, status=answer.status, body=_body(await answer.read()))
        except LOST as error:
            return Answered(key=asked.key, lost=type(error).__name__)


def _body(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None
