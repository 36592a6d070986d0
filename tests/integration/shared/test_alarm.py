"""Timers that fail wait by themselves."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from shared.clock import Clock
from shared.store import alarm
from tests.harness import until
from tests.integration.shared.test_database_away import as_owner
from tests.integration.shared.test_store import strike


async def test_timers_that_fail_keep_no_others_from_firing_however_many_they_are(
    start: Callable[..., Any], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarm, "AT_ONCE", 2)
    replica, client = await start("records"), uuid4()
    odd = "select 'odd', gen_random_uuid(), '2000-01-01' from generate_series(1, 5)"
    await as_owner(replica, f"insert into public.timer {odd}")
    await strike(replica, client, due_at=clock.now())
    await until(lambda: replica.service.store.fetch("select 1 from public.event where type = 'Rang'"))
    assert len(replica.alarm.failing) == 5
