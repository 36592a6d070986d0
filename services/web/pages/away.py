"""`/away`: somebody is away or the practice is closed; which visits that hits, and all of them put right."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web
from msgspec import Struct

from services.web.answers.booking import Away, Reflowed
from services.web.answers.scheduling import Visit
from services.web.forms import Form
from services.web.page import DESK, Address, PageCall
from services.web.pages import parts
from services.web.views import booking as words
from services.web.views.course import Known
from services.web.views.words import full_date
from shared.decider import Refused, Unknown
from shared.http.problems import Malformed

KINDS = ("time-off", "closures")


class Hit(Struct, frozen=True, kw_only=True):
    """One client's visits, as they are or as they would be."""

    name: str
    href: str
    lines: Sequence[words.Line]


async def show_form(call: PageCall) -> web.Response:
    """Ask who is away, and when."""
    return await form_page(call)


async def form_page(call: PageCall, problem: str = "") -> web.Response:
    """Show the form, also again with what was wrong."""
    staff = await parts.therapists(call)
    return call.show(
        "away.html",
        here="/away",
        status=409 if problem else 200,
        therapists=[one for one in staff.therapists if one.active],
        reasons={name: words.REASONS[name] for name in ("therapist_ill", "therapist_away", "practice_closed", "other")},
        today=call.today.isoformat(),
        key=str(uuid4()),
        problem=problem,
    )


async def note(call: PageCall) -> web.Response:
    """Note it, and show which visits it hits. What was agreed stays until the desk asks for more."""
    form = await call.form()
    try:
        first, last = form.day("first"), form.day("last")
        made = await call.send("scheduling", path_of(form), Away, body_of(form, last), key=form.text("key"))
    except (Refused, Malformed) as error:
        return await form_page(call, str(error))
    kind, id_ = ("closures", made.closure_id) if made.closure_id else ("time-off", made.time_off_id)
    known = await parts.known(call)
    return await hits_page(
        call,
        {one: [line(visit, known) for visit in made.affected if visit.client_id == one] for one in clients(made)},
        heading=heading(form, known, first, last),
        action=f"/away/{kind}/{id_}",
    )


def clients(made: Away) -> list[UUID]:
    """Whose visits lie inside, each once, in order."""
    return list(dict.fromkeys(visit.client_id for visit in made.affected))


def line(visit: Visit, known: Known) -> words.Line:
    """A visit as it is."""
    return words.Line(on=words.when(visit.starts_at, known), note=words.where(visit, known))


async def hits_page(call: PageCall, found: Mapping[UUID, Sequence[words.Line]], **values: Any) -> web.Response:
    """Show the visits of each client, with what can be done next."""
    names = await parts.names_of(call, found)
    hits = [
        Hit(name=names.get(one, parts.NO_NAME), href=f"/clients/{one}", lines=lines) for one, lines in found.items()
    ]
    of_page: dict[str, Any] = {"hits": hits, "sure": False, "done": False, "key": "", "problem": ""}
    return call.show("hits.html", here="/away", **of_page | values)


async def reflow(call: PageCall) -> web.Response:
    """First show how all of them would be put right; sent once more with `sure`, do it."""
    form, kind, id_ = await call.form(), call.request.match_info["kind"], call.path_id("away_id")
    if kind not in KINDS:
        raise Unknown("There is nothing at this address.")
    action, sure = f"/{kind}/{id_}/reflow", bool(form.text("sure"))
    known = await parts.known(call)
    found = await (
        call.send("scheduling", action, Reflowed, {}, key=form.text("key"))
        if sure
        else call.send("scheduling", action, Reflowed, {}, preview="true")
    )
    return await hits_page(
        call,
        {one.client_id: words.changes(one, known) for one in found.clients},
        heading="The visits are put right" if sure else "So the visits would be put right",
        action=f"/away/{kind}/{id_}",
        sure=not sure,
        done=sure,
        key=str(uuid4()),
    )


def path_of(form: Form) -> str:
    """Where it is noted: with the therapist, or for the whole practice."""
    therapist = form.text("therapist")
    return f"/therapists/{therapist}/time-off" if therapist else "/closures"


def body_of(form: Form, last: date) -> dict[str, Any]:
    """The days as `scheduling` takes them: the last one is included here, and not there."""
    return {"from": form.text("first"), "to": last + timedelta(days=1), "reason": form.text("reason")}


def heading(form: Form, known: Known, first: date, last: date) -> str:
    """Who is away, and when."""
    who = next((name for key, name in known.therapists.items() if str(key) == form.text("therapist")), "")
    days = full_date(first) if first == last else f"{full_date(first)} to {full_date(last)}"
    return f"{who} is away: {days}" if who else f"The practice is closed: {days}"


ADDRESSES = [
    Address("GET", "/away", show_form, roles=DESK),
    Address("POST", "/away", note, roles=DESK),
    Address("POST", "/away/{kind}/{away_id}", reflow, roles=DESK),
]
