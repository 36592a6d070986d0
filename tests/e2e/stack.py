"""A local stack in a process of its own, as a person runs it, and how tests speak to it."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

from deploy.keys import token
from deploy.place import choose_ports

ROOT = Path(__file__).parents[2]


class Started:
    """A stack in a process of its own, its terminal kept in a file."""

    def __init__(self, data: Path, *more: str) -> None:
        self.data = data
        self.port = choose_ports(("front",))["front"]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.screen = data.with_name("screen.txt")
        with self.screen.open("wb") as screen:
            command = [sys.executable, "-m", "deploy", "run", "--port", str(self.port), "--data", str(data), *more]
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=screen, stderr=screen)  # noqa: S603  our own

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.screen.read_text()
        return "Ready after" in self.screen.read_text()

    def everything(self) -> list[psutil.Process]:
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def child(self, word: str) -> psutil.Process:
        """The process that has this word in its command, or runs the program of this name."""
        return next(child for child in self.everything()[1:] if word in child.cmdline() or child.name() == word)

    def said(self, words: str) -> int:
        """How often the terminal showed these words."""
        return self.screen.read_text().count(words)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)

    @cached_property
    def ports(self) -> dict[str, int]:
        """The ports inside: `postgres`, `nats`, `records`, …"""
        found: dict[str, int] = json.loads((self.data / "stack.json").read_text())["ports"]
        return found

    @cached_property
    def tokens(self) -> dict[str, str]:
        return {role: token(self.data / "secrets", role, None) for role in ("owner", "front_desk", "therapist")}

    def call(
        self, method: str, path: str, body: Any = None, *, role: str = "owner", headers: dict[str, str] | None = None
    ) -> "Answer":
        """Ask the API; `path` is that of api.md below `/api`."""
        sent = {"Authorization": f"Bearer {self.tokens[role]}", "Idempotency-Key": str(uuid.uuid4())}
        return ask(method, f"{self.origin}/api/{path}", body, sent | (headers or {}))

    def get(self, path: str, role: str = "owner") -> Any:
        return self._surely("GET", path, None, role)

    def post(self, path: str, body: Any, role: str = "owner") -> Any:
        return self._surely("POST", path, body, role)

    def move_clock(self, now: str) -> None:
        self._surely("PUT", "clock", {"now": now}, "owner")

    def settle(self) -> None:
        """Wait until all that was done is heard everywhere."""
        self.move_clock(self.get("clock")["now"])

    def _surely(self, method: str, path: str, body: Any, role: str) -> Any:
        answer = self.call(method, path, body, role=role)
        assert answer.status in (200, 201), (method, path, answer.status, answer.body)
        return answer.json


@contextmanager
def standing(data: Path, now: str) -> Iterator[Started]:
    """A ready stack with a simulated clock; stopped afterwards."""
    started = Started(data, "--clock", "simulated", "--now", now)
    try:
        wait_until(started.is_ready)
        yield started
    finally:
        started.stop()


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    """Send a request; `body` is sent as JSON unless it is bytes."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json"} | (headers or {})
    request = urllib.request.Request(url, data, sent, method=method)  # noqa: S310  our own front door
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  our own front door
            return Answer(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read())


def is_problem(answer: Answer, status: int) -> bool:
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Server" not in answer.headers
    return bool(answer.json["status"] == status and answer.json["detail"])
