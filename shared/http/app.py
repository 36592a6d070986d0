"""The HTTP application of a service: lets calls in, hands them to handlers, encodes the answers."""

from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from shared import values
from shared.decider import Refused, Unknown
from shared.http import bodies, openapi
from shared.http.auth import Tokens
from shared.http.edge import MAX_BODY
from shared.http.problems import (
    CORRELATION,
    STORED,
    Forbidden,
    Handler,
    Malformed,
    answer_with_problems,
    measure,
    problem,
)
from shared.http.refusals import ROLE
from shared.http.routes import READING, AnyRoute, Call, Missing, Plain, Route, is_id, key_of
from shared.store.work import KeyReused, Unavailable

if TYPE_CHECKING:
    from shared.service import Service

TOKENS: web.AppKey[Tokens] = web.AppKey("tokens", Tokens)


def make_app(service: "Service", tokens: Tokens | None, routes: list[AnyRoute]) -> web.Application:
    """The application with the service's routes, its OpenAPI and its health."""
    app = web.Application(middlewares=[measure, answer_with_problems], client_max_size=MAX_BODY)
    if tokens:
        app[TOKENS] = tokens
    for route in routes:
        for method in READING if route.method == "GET" else (route.method,):
            app.router.add_route(method, route.path, _handler(service, route))
    openapi.add(app, service.name, routes)
    return app


def _handler(service: "Service", route: AnyRoute) -> Handler:
    if isinstance(route, Plain):
        return _plain(service, route)
    return _missing(route) if isinstance(route, Missing) else _serve(service, route)


def _plain(service: "Service", route: Plain) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        _check_text(request)
        return await route.handler(service, request)

    return serve


def _missing(route: Missing) -> Handler:
    async def serve(request: web.Request) -> web.Response:
        request.app[TOKENS].of(request)
        return problem(501, "not_implemented", f"{route.summary}: not served by this version yet.")

    return serve


def _check_text(request: web.Request) -> None:
    """What stands in the address is text that can be looked for. Raises `Unknown`."""
    if not all(value.isprintable() for value in request.match_info.values()):
        raise Unknown("There is nothing at this address.")


def _check_ids(request: web.Request) -> None:
    """Ids in the address are ids. Raises `Unknown`."""
    if not all(is_id(value) for name, value in request.match_info.items() if name.endswith("_id")):
        raise Unknown("There is nothing with this id.")


def _serve(service: "Service", route: Route) -> Handler:
    async def serve(request: web.Request) -> web.Response:
        call = await _let_in(service, route, request)
        body = await _answer(call, route)
        headers = {"Cache-Control": "no-store"}
        if call.position is not None:
            headers["Seriatim-Position"] = str(call.position)
        return web.Response(
            body=msgspec.json.encode(body), status=route.status, content_type="application/json", headers=headers
        )

    return serve


async def _let_in(service: "Service", route: Route, request: web.Request) -> Call:
    who = request.app[TOKENS].of(request)
    request[ROLE] = who.role
    call = Call(service=service, request=request, who=who)
    request[CORRELATION] = str(call.correlation_id)
    if who.role not in route.roles:
        raise Forbidden(f"The role {who.role} may not do this.")
    _check_text(request)
    _check_ids(request)
    if who.role == "client" and "client_id" in request.match_info and call.path_id("client_id") != who.client_id:
        raise Forbidden("This belongs to somebody else.")
    await _take(call, route)
    return call


async def _take(call: Call, route: Route) -> None:
    """What the request carries, checked as far as it can be without knowing what is stored."""
    if call.request.method not in READING:
        key_of(call.request)
    if route.takes:
        call.raw, call.body = await bodies.read(call.request, route.takes)
    given = _query(call.request)
    if route.query:
        call.query = msgspec.convert(given, route.query, strict=False)
        values.check(call.query)
    elif given:
        raise Malformed(next(iter(given)), "This parameter is not known here. Check its spelling.")


async def _answer(call: Call, route: Route) -> Any:
    ids = await _handled(call, route)
    return await route.answer(call, ids) if route.answer else ids


async def _handled(call: Call, route: Route) -> Any:
    """What the handler gives. A repeat is met where it would be stored; one that does not come so far is looked up."""
    try:
        return await route.handler(call)
    except (Refused, Unknown, Malformed, Forbidden, Unavailable):
        if (ids := await _remembered(call)) is None:
            raise
        return ids


async def _remembered(call: Call) -> Any:
    """The ids given under this key before, if it was this very request."""
    if not (asked := call.idempotency):
        return None
    row = await call.service.store.fetchrow("select hash, ids from public.request where key = $1", asked.key)
    if row is None:
        return None
    if row["hash"] != asked.hash:
        raise KeyReused("This Idempotency-Key was used for another request. Use a new key.")
    call.position = call.request[STORED] = call.service.store.writer.head
    return msgspec.json.decode(row["ids"])


def _query(request: web.Request) -> dict[str, Any]:
    """Parameters as text; one given several times is a mistake."""
    found: dict[str, Any] = {}
    for name, value in request.query.items() if request.query_string else ():
        if name in found:
            raise Malformed(name, "This parameter is given twice.")
        found[name] = value
    return found
