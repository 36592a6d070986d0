"""The local stack as a person runs it: it starts, says what is wrong, mends itself, and leaves nothing behind."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.databases import SERVICES
from deploy.place import choose_ports
from tests.e2e.stack import ROOT, Started, ask, is_problem, standing, wait_until

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A stack with a simulated clock."""
    with standing(tmp_path_factory.mktemp("stack") / "data", "2026-03-02T09:00:00-05:00") as started:
        yield started


def deploy(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the local stack to its end."""
    command = [sys.executable, "-m", "deploy", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603  our own


def attempt(data: Path, port: int) -> tuple[int, str]:
    """Try to start a stack that cannot stand; gives the exit code and what was said of it."""
    done = deploy("run", "--port", str(port), "--data", str(data))
    return done.returncode, done.stderr


def signed_in(stack: Started) -> dict[str, str]:
    """Headers with a token for the owner."""
    token = deploy("token", "--role", "owner", "--data", str(stack.data)).stdout.strip()
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("service", SERVICES[:4])
def test_every_service_is_ready_behind_the_front_door(stack: Started, service: str) -> None:
    assert ask("GET", f"{stack.origin}/api/{service}/readyz").status == 200


def test_a_token_of_the_terminal_is_taken(stack: Started) -> None:
    clients = f"{stack.origin}/api/records/clients"
    assert ask("GET", clients, headers=signed_in(stack)).status == 200
    assert ask("GET", clients).status == 401


def test_a_body_over_the_limit_is_refused(stack: Started) -> None:
    headers = signed_in(stack) | {"Idempotency-Key": "too-long"}
    assert is_problem(ask("POST", f"{stack.origin}/api/records/clients", b"x" * (2**20 + 1), headers), 413)


@pytest.mark.parametrize("path", ["/api/nothing", "/api/records/metrics", "/metrics"])
def test_what_is_not_there_or_not_for_outside_is_unknown(stack: Started, path: str) -> None:
    assert is_problem(ask("GET", f"{stack.origin}{path}"), 404)


def test_the_front_door_refuses_what_no_service_should_see(stack: Started) -> None:
    clients = f"{stack.origin}/api/records/clients"
    trace = ask("TRACE", clients)
    assert is_problem(trace, 405)
    assert "DELETE" not in trace.headers["Allow"]
    assert is_problem(ask("BREW", clients), 501)
    assert is_problem(ask("GET", clients, headers={"X-Long": "x" * 100_000}), 431)
    assert is_problem(ask("GET", clients + "/" + "x" * 100_000), 414)
    assert is_problem(ask("POST", clients, b"x", headers={"Content-Encoding": "gzip"}), 415)
    assert is_problem(ask("GET", clients, headers={"Host": "evil.example"}), 421)


def test_the_clock_stands_still_moves_and_never_goes_back(stack: Started) -> None:
    clock = f"{stack.origin}/api/clock"
    before = ask("GET", clock).json
    assert before["simulated"]
    assert ask("PUT", clock, {"now": before["now"]}).json == {"now": before["now"]}
    later = ask("PUT", clock, {"now": "2026-03-09T10:00:00-04:00"})
    assert later.json == {"now": "2026-03-09T14:00:00Z"}
    back = ask("PUT", clock, {"now": before["now"]})
    assert is_problem(back, 409)
    assert back.json["rule"] == "clock_backwards"
    assert ask("GET", clock).json == {"now": "2026-03-09T14:00:00Z", "simulated": True}


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"now": 5}', b'{"now": "2026-03-02T09:00:00"}', b'{"then": 1}'])
def test_the_clock_says_which_input_it_needs(stack: Started, body: bytes) -> None:
    assert is_problem(ask("PUT", f"{stack.origin}/api/clock", body), 422)


def test_a_service_that_is_killed_is_started_again_and_the_terminal_says_so(stack: Started) -> None:
    killed = stack.child("services.records")
    killed.kill()
    wait_until(lambda: "records is ready again." in stack.screen.read_text())
    assert "records was ended by SIGKILL; it is started again in 0.2 s" in stack.screen.read_text()
    assert ask("GET", f"{stack.origin}/api/records/readyz").status == 200


def test_a_second_start_on_the_same_data_is_one_sentence(stack: Started) -> None:
    code, said = attempt(stack.data, stack.port)
    assert (code, said.count("\n")) == (1, 1)
    assert f"already running on {stack.data} (process {stack.process.pid})" in said


def test_a_port_in_use_is_one_sentence(stack: Started, tmp_path: Path) -> None:
    code, said = attempt(tmp_path / "data", stack.port)
    assert (code, said.count("\n")) == (1, 1)
    assert f"Port {stack.port} is in use" in said
    assert not (tmp_path / "data" / "lock").exists()


def test_data_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    code, said = attempt(tmp_path / "data", choose_ports(("front",))["front"])
    assert (code, said.count("\n")) == (1, 1)
    assert "cannot be written" in said


def test_a_killed_supervisor_takes_everything_with_it_and_the_next_start_is_clean(tmp_path: Path) -> None:
    first = Started(tmp_path / "data")
    wait_until(first.is_ready)
    left = first.everything()
    first.process.kill()
    first.process.wait()
    second = Started(tmp_path / "data")
    wait_until(second.is_ready)
    assert not [process for process in left if process.is_running()]
    left = second.everything()
    began = time.monotonic()
    second.stop()
    assert time.monotonic() - began < 10
    assert second.process.returncode == 0
    assert not [process for process in left if process.is_running()]
    assert not (tmp_path / "data" / "lock").exists()


def test_a_restarted_stack_goes_on_at_the_time_where_it_stood(tmp_path: Path) -> None:
    first = Started(tmp_path / "data", "--clock", "simulated", "--now", "2026-03-02T09:00:00-05:00")
    wait_until(first.is_ready)
    headers = signed_in(first) | {"Idempotency-Key": "one"}
    registered = ask("POST", f"{first.origin}/api/records/clients", {"name": "Ann Example"}, headers)
    assert ask("PUT", f"{first.origin}/api/clock", {"now": "2026-03-03T14:00:00Z"}).status == 200
    first.stop()
    second = Started(tmp_path / "data", "--clock", "simulated")
    try:
        wait_until(second.is_ready)
        assert ask("GET", f"{second.origin}/api/clock").json["now"] == "2026-03-03T14:00:00Z"
        assert ask("PUT", f"{second.origin}/api/clock", {"now": "2026-03-04T14:00:00Z"}).status == 200
        client = f"{second.origin}/api/records/clients/{registered.json['client_id']}"
        assert ask("GET", client, headers=signed_in(second)).json["name"] == "Ann Example"
    finally:
        second.stop()


def test_secrets_are_for_their_owner_only(stack: Started) -> None:
    secrets = stack.data / "secrets"
    assert {file.stat().st_mode & 0o777 for file in secrets.iterdir()} == {0o600}
    assert secrets.stat().st_mode & 0o777 == 0o700


def test_no_process_is_told_more_than_it_needs(stack: Started) -> None:
    told = {service: psutil.Process(stack.child(f"services.{service}").pid).environ() for service in SERVICES}
    assert [service for service in SERVICES if "SERIATIM_WRAPPING_KEY" in told[service]] == ["records"]
    assert [service for service in SERVICES if "SERIATIM_SIGNING_KEY" in told[service]] == ["web"]
    assert [service for service in SERVICES if "SERIATIM_SMTP" in told[service]] == ["notify"]
    assert not [service for service in SERVICES if "SERIATIM_OWNER_DATABASE" in told[service]]
    assert json.loads((stack.data / "stack.json").read_text())["pid"] == stack.process.pid != os.getpid()
