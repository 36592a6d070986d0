"""`make demo ONCE=1`: it tells the year, proves its figures, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.place import choose_ports
from tests.e2e.stack import ROOT, wait_until

pytestmark = pytest.mark.timeout(300)


def demo(*words: str) -> list[str]:
    return [sys.executable, "-m", "deploy.demo", "--port", str(choose_ports(("front",))["front"]), *words]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The whole demo, as `make demo ONCE=1` runs it; it leaves nothing where temporary files are."""
    folder = tmp_path_factory.mktemp("demo")
    there = os.environ | {"TMPDIR": str(folder)}
    words = demo("--once")
    done = subprocess.run(words, cwd=ROOT, env=there, capture_output=True, text=True, timeout=280, check=False)  # noqa: S603  our own
    assert not list(folder.iterdir()) or done.returncode
    return done


def test_it_ends_well_and_every_figure_is_right(told: subprocess.CompletedProcess[str]) -> None:
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.count(" right") == 25, told.stdout
    assert "WRONG" not in told.stdout


@pytest.mark.parametrize(
    "line",
    [
        "Booked in one go: 38 visits",
        "is refused (break)",
        "Ruth does not come: missed",
        "asks for another time: moved",
        "against the protocol: region over 10 min",
        "the protocol allows post-isometric relaxation (PIR) and exercise at home",
        "the protocol allows periosteal massage",
        "no longer periosteal massage",
        "Break of 2 weeks",
        "Break of 3 weeks",
        "Weekly maintenance",
        "as owner: olga",
    ],
)
def test_it_tells_the_whole_course(told: subprocess.CompletedProcess[str], line: str) -> None:
    assert line in told.stdout


def test_ctrl_c_stops_everything_it_started(tmp_path: Path) -> None:
    screen, folder = tmp_path / "screen.txt", tmp_path / "temporary"
    folder.mkdir()
    with screen.open("wb") as out:
        there = os.environ | {"TMPDIR": str(folder)}
        process = subprocess.Popen(demo(), cwd=ROOT, env=there, stdout=out, stderr=out)  # noqa: S603  our own
    wait_until(lambda: "Series 1" in screen.read_text())
    left = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 1
    assert "Stopped before the end." in screen.read_text()
    assert not [child for child in left if child.is_running()]
    assert not list(folder.iterdir())


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "deploy.demo", "--port", port, "--once"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603  our own
    assert done.returncode == 1
    assert done.stderr.strip() == f"Port {port} is in use or not a port: choose another with PORT=…."
