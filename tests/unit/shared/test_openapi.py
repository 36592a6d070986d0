"""The description of the API: how a call may fail, what has to be sent."""

import json

from msgspec import Struct

from shared.http.openapi import document
from shared.http.routes import STAFF, Call, Missing, Route


class Wanted(Struct):
    name: str


class Changes(Struct):
    name: str | None = None


async def nothing(_: Call) -> None: ...


ROUTES = [
    Route("GET", "/things/{thing_id}/days/{day}", nothing, STAFF, "A day"),
    Route("POST", "/things", nothing, STAFF, "Add", takes=Wanted, status=201),
    Route("PATCH", "/things/{thing_id}", nothing, STAFF, "Change", takes=Changes),
    Missing("GET", "/export", "Export"),
]
FOUND = document("things", list(ROUTES))


def statuses(path: str, method: str) -> set[str]:
    return set(FOUND["paths"][path][method]["responses"])


def test_every_way_to_fail_is_told_and_is_a_problem():
    reading = {"200", "400", "401", "403", "404", "422", "431", "503", "default"}
    assert statuses("/things/{thing_id}/days/{day}", "get") == reading
    assert statuses("/things", "post") == reading - {"200"} | {"201", "408", "409", "413", "415"}
    assert statuses("/export", "get") == {"401", "501", "default"}
    assert all("application/problem+json" in one["content"] for one in FOUND["components"]["responses"].values())


def test_every_reference_leads_somewhere():
    text = json.dumps(FOUND)
    for part in text.split('"$ref": "#/')[1:]:
        found = FOUND
        for name in part.partition('"')[0].split("/"):
            found = found[name]


def test_a_body_is_required_where_a_field_is():
    assert FOUND["paths"]["/things"]["post"]["requestBody"]["required"] is True
    assert FOUND["paths"]["/things/{thing_id}"]["patch"]["requestBody"]["required"] is False


def test_ids_and_days_in_addresses_have_their_form():
    parameters = FOUND["paths"]["/things/{thing_id}/days/{day}"]["get"]["parameters"]
    assert {one["name"]: one["schema"].get("format") for one in parameters} == {"thing_id": "uuid", "day": "date"}
