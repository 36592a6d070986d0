"""What a practice gets that sets nothing (domain.md §3.8)."""

from datetime import timedelta

from services.notify.app import policy_of
from services.notify.domain.due import Policy
from shared.config import Practice


def test_a_practices_defaults_are_those_of_the_specification() -> None:
    assert policy_of(Practice(zone="America/New_York")) == Policy(
        zone="America/New_York", lead_times=("P2D", "PT3H"), quiet_from="21:00", quiet_to="08:00",
        useful=timedelta(minutes=60), merge=timedelta(minutes=60), undo=timedelta(minutes=3), note_at="18:00",
    )  # fmt: skip
