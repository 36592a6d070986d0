"""The checker: looks at what a run left behind and says what is wrong; ends with 1 if anything is.

    python -m tests.faults.checker --data .seriatim --log load.jsonl

It reads the databases, the mail folder and the load generator's log, and asks no service anything.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.faults import check_answers, check_effects, check_logs, check_mail, check_models, check_times
from tests.faults.evidence import Evidence, gather

CHECKS = (
    check_logs.check,
    check_answers.check,
    check_effects.check,
    check_times.check,
    check_models.check,
    check_mail.check,
)


async def findings(data: Path, log: Path) -> list[str]:
    """Everything that is not as it must be."""
    return await judge(data, await gather(data, log))


async def judge(data: Path, evidence: Evidence) -> list[str]:
    """The findings about this evidence."""
    found = [finding for check in CHECKS for finding in check(evidence)]
    return found + [finding async for finding in check_models.check_projected(data, evidence)]


def summary(evidence: Evidence) -> str:
    """What was looked at, in one line."""
    events = ", ".join(f"{name} {len(log.events)}" for name, log in evidence.logs.items())
    outcomes = [question.outcome for question in evidence.questions]
    counts = ", ".join(f"{outcomes.count(one)} {one}" for one in ("acknowledged", "refused", "unknown"))
    return f"writes: {counts}; events: {events}; letters: {evidence.mails.total()}"


async def main(given: argparse.Namespace) -> int:
    """Print the findings; 1 if there are any."""
    evidence = await gather(given.data, given.log)
    found = await judge(given.data, evidence)
    sys.stdout.write("".join(f"{line}\n" for line in [summary(evidence), *found, f"{len(found)} findings"]))
    return 1 if found else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Check that nothing was lost or doubled.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    sys.exit(asyncio.run(main(parser.parse_args())))
