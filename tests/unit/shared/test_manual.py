"""The operators' manual speaks of every figure, every readiness code and every command there is."""

import re
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase

from shared import metrics
from shared.main import COMMANDS

ROOT = Path(__file__).parents[3]
MANUAL = (ROOT / "docs" / "operations.md").read_text()
FIGURES = [one.describe()[0].name for one in vars(metrics).values() if isinstance(one, MetricWrapperBase)]
CODE = re.compile(r'(?<!log\.)(?<!error\()(?<!warning\()"((?:database|bus|stream|questions|writer|schema)_[a-z_]+)"')
SAYING = ("health.py", "store/store.py", "store/work.py", "bus/connection.py", "bus/relay.py", "bus/consumer.py")
CODES = sorted({code for file in SAYING for code in CODE.findall((ROOT / "shared" / file).read_text())})


@pytest.mark.parametrize("name", FIGURES)
def test_says_what_a_figure_means(name: str) -> None:
    assert re.search(rf"^\|.*`{name}(_total)?(\{{[a-z,]+\}})?`", MANUAL, re.MULTILINE)


@pytest.mark.parametrize("code", CODES)
def test_says_what_to_do_about_a_readiness_code(code: str) -> None:
    assert f"| `{code}` |" in MANUAL


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_knows_each_command(command: str) -> None:
    assert re.search(rf"`[^`]*\b{command}\b[^`]*`", MANUAL)


def test_there_is_something_to_look_at() -> None:
    assert len(FIGURES) > 10
    assert len(CODES) > 4
