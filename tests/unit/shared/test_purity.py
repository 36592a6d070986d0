"""The domain knows no clock, no chance and no outside world; what import-linter cannot see is looked for here."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PURE = sorted([*ROOT.glob("services/*/domain/*.py"), *ROOT.glob("services/*/reactions.py")])
IMPURE = re.compile(
    r"\bnow\(\)|\butcnow\b|\btoday\(\)|uuid[147]\(|\brandom\b|os\.environ"
    r"|(?<!def )(?<!\.)\bopen\(|\bprint\(|\bawait\b"
)


@pytest.mark.parametrize("module", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_is_pure(module: Path) -> None:
    found = [line for line in module.read_text().splitlines() if IMPURE.search(line)]
    assert not found


def test_there_is_something_to_look_at() -> None:
    assert len(PURE) > 20
