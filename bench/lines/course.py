"""course_decide, course_note, verdicts, verdicts_asked, courses_folded: what `protocol` does with long courses."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import partial
from typing import Any

import msgspec
from nats.aio.client import Client

from bench.courses import Told, told
from bench.lines.http import process
from bench.measure import Sample, compare, drive, percentiles, row
from bench.results import Row
from bench.servers import Ground, connected
from bench.wire import listening
from deploy.place import choose_ports
from services.protocol.domain.judging import verdicts as judged
from services.protocol.domain.note import prepare
from services.protocol.domain.timeplan import time_plan
from shared.bus.ask import Reply
from shared.decider import Decider
from shared.http.auth import new_keys
from shared.messages import Recorded
from shared.questions.protocol import AskVerdicts
from shared.store.store import Store
from shared.store.unit import Folded, fold

EVENTS, SESSIONS, COURSES, DATES = 200, 30, 10_000, 60
WINDOW = 50_000
"""Events read in one go when all courses are folded."""
SECONDS = 1.0
COPIES = """
insert into public.event (position, stream, version, event_id, type, data, client_id, actor, correlation_id,
                          recorded_at)
select (version - 1) * $1 + n, 'course-' || course_id, version, uuidv7(), type,
       replace(data, $4, course_id::text)::jsonb, $5, 'bench', uuidv7(), now()
  from generate_series(1, $1::int) as n, lateral (select md5('course' || n)::uuid as course_id) as of,
       unnest($2::text[], $3::text[]) with ordinality as told (type, data, version)
 order by version, n
"""
"""The courses go on side by side, as in a practice: a stream's events lie far apart in the log."""


async def decided(_: Ground) -> list[Row]:
    """A course of 200 events on one core: folded and one session decided, its note, verdicts on 60 dates."""
    it = told(events=EVENTS)
    command = it.next_session()
    dates, state = _weekly(it.day), it.state
    acts: dict[str, Callable[[], object]] = {
        "course_decide": lambda: it.decider.decide(command, it.decider.fold(None, it.events)),
        "course_note": lambda: (time_plan.cache_clear(), prepare(it.definition, state)),
        "verdicts": lambda: judged(state.cadence(it.definition), dates),
    }
    rows = {line: await compare(line, "ms", partial(_repeated, act)) for line, act in acts.items()}
    decide = rows["course_decide"]
    decide.ours, decide.unit = 1000 / (decide.ours or 1), "decisions/s"
    decide.note = (
        f"{len(it.events)} events folded and a session decided from scratch, its note prepared with a plan"
        " made before; aim 5,000"
    )
    rows["course_note"].note = "the plan made anew; aim 5"
    rows["verdicts"].note = f"{DATES} dates of an itinerary; aim 2"
    return list(rows.values())


async def _repeated(act: Callable[[], object]) -> Sample:
    """The median time of one call, in milliseconds."""
    took, ends = list[float](), time.perf_counter() + SECONDS
    while (began := time.perf_counter()) < ends:
        act()
        took.append(time.perf_counter() - began)
    found = percentiles(took)
    return Sample(value=found["p50_ms"], **found)


def _weekly(first: date) -> list[date]:
    return [first + timedelta(weeks=n) for n in range(DATES)]


async def asked(ground: Ground) -> list[Row]:
    """The same verdicts asked of a running `protocol` over NATS, one question after the other."""
    it = told(events=EVENTS)
    question = AskVerdicts(course_id=it.course_id, client_id=it.client_id, itineraries=[_weekly(it.next_day())])
    sent, subject = msgspec.json.encode(question), f"ask.{question.to}.{type(question).__name__}"
    async with _protocol(ground, it) as bus:

        async def ask(_: int) -> None:
            answer = await bus.request(subject, sent, timeout=5)
            verdicts = msgspec.json.decode(msgspec.json.decode(answer.data, type=Reply).answer, type=question.answer)
            if not verdicts or len(verdicts[0]) != DATES:
                raise RuntimeError("no verdicts were given")

        async def run() -> Sample:
            taken = await drive(1, ask)
            return msgspec.structs.replace(taken, value=taken.p99_ms or 0.0)

        found = await compare("verdicts_asked", "ms", run)
    found.note = f"{DATES} dates over NATS, 99th percentile of one caller; aim 6"
    return [found]


@asynccontextmanager
async def _protocol(ground: Ground, it: Told) -> AsyncIterator[Client]:
    """The service as it is run, with this course in its log; gives a connection that may ask it."""
    database, port = await _filled(ground, it, 1), choose_ports(("protocol",))["protocol"]
    key = ground.folder / "protocol.pub"
    key.write_bytes(new_keys()[1])
    where = {
        "SERIATIM_DATABASE": ground.url("protocol", database),
        "SERIATIM_NATS": ground.bus("protocol"),
        "SERIATIM_NATS_MONITOR": ground.monitor,
        "SERIATIM_PORT": str(port),
        "SERIATIM_TOKEN_KEY": str(key),
    }
    async with process(["services.protocol", "serve"], where, ground.folder / "protocol.log"):
        await listening(port)
        bus = Client()
        await bus.connect(ground.bus("scheduling"), inbox_prefix=b"_INBOX_scheduling")
        try:
            yield bus
        finally:
            await bus.close()


async def folded(ground: Ground) -> list[Row]:
    """Every course of a large practice folded in one pass through the log, in which they lie as they came about."""
    it = told(sessions=SESSIONS)
    address = ground.url("protocol", await _filled(ground, it, COURSES))
    async with Store(address, it.service.store.engine).open() as store:
        events = COURSES * len(it.events)
        found = row("courses_folded", "s", [await _fold_all(store, it.decider, events) for _ in range(2)])
    found.note = f"{COURSES:,} courses of {SESSIONS} sessions, {len(it.events)} events each; aim 30"
    return [found]


async def _fold_all(store: Store, decider: Decider[Any, Any, Any], events: int) -> Sample:
    began, states = time.perf_counter(), dict[str, Folded]()
    for after in range(0, events, WINDOW):
        of_streams = defaultdict[str, list[Recorded]](list)
        for recorded in await store.read_log(after, limit=WINDOW):
            of_streams[recorded.stream].append(recorded)
        for name, more in of_streams.items():
            states[name] = fold(decider, states.get(name) or Folded(0, None), more)
    if {len(one.state.given) for one in states.values()} != {SESSIONS} or len(states) != COURSES:
        raise RuntimeError("courses were folded wrongly")
    return Sample(value=time.perf_counter() - began)


async def _filled(ground: Ground, it: Told, courses: int) -> str:
    """A database whose log holds so many copies of the course; the first is the course itself."""
    database = await ground.database("protocol", "services.protocol")
    types = [type(event).__name__ for event in it.events]
    data = [msgspec.json.encode(event).decode() for event in it.events]
    async with connected(ground.superuser(database)) as connection:
        await connection.execute(COPIES, courses, types, data, str(it.course_id), it.client_id, timeout=600)
        await connection.execute("vacuum analyze")
    return database
