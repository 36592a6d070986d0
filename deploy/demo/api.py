"""How the demo speaks to the practice: over HTTP and through the front door, as every other program does."""

import uuid
from typing import Any

import aiohttp

from deploy.guard import Trouble


class Desk:
    """One person's way in; paths are those of api.md, below `/api`."""

    def __init__(self, session: aiohttp.ClientSession, origin: str, token: str) -> None:
        self._session = session
        self._origin = origin
        self._token = token

    async def get(self, path: str, **query: str) -> Any:
        """Read something."""
        return await self._ask("GET", path, query=query)

    async def post(self, path: str, body: object) -> Any:
        """Change something."""
        return await self._ask("POST", path, body=body)

    async def put(self, path: str, body: object) -> Any:
        """Set something."""
        return await self._ask("PUT", path, body=body)

    async def refused(self, path: str, body: object) -> Any:
        """Ask for what a rule does not allow; gives the problem that says why."""
        return await self._ask("POST", path, body=body, expected=(409,))

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: dict[str, str] | None = None,
        expected: tuple[int, ...] = (200, 201),
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        try:
            status, said = await self._send(method, path, json=body, params=query, headers=headers)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Trouble(f"{method} {path} was not answered: {type(error).__name__}.") from None
        if status not in expected:
            raise Trouble(f"{method} {path} was answered with {status}: {said}")
        return said

    async def _send(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        async with self._session.request(method, f"{self._origin}/api/{path}", **more) as answer:
            return answer.status, await answer.json(content_type=None)


class Desks:
    """Whoever works here: the owner, the front desk, and any of the therapists."""

    def __init__(self, session: aiohttp.ClientSession, origin: str, tokens: dict[str, str]) -> None:
        self.owner, self.front, self.therapist = (
            Desk(session, origin, tokens[role]) for role in ("owner", "front_desk", "therapist")
        )
