"""The HTTP application of a service: lets calls in, hands them to handlers, encodes the answers."""

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from shared import values
from shared.decider import Refused, Unknown
from shared.http import openapi
from shared.http.auth import Tokens
from shared.http.problems import CORRELATION, Forbidden, Handler, Malformed, answer_with_problems, measure, problem
from shared.http.routes import AnyRoute, Call, Missing, Plain, Route
from shared.store.work import KeyReused, Unavailable

if TYPE_CHECKING:
    from shared.service import Service

MAX_BODY = 2**20
TOKENS: web.AppKey[Tokens] = web.AppKey("tokens", Tokens)


def make_app(service: "Service", tokens: Tokens | None, routes: list[AnyRoute]) -> web.Application:
    """The application with the service's routes, its OpenAPI and its health."""
    app = web.Application(middlewares=[measure, answer_with_problems], client_max_size=MAX_BODY)
    if tokens:
        app[TOKENS] = tokens
    for route in routes:
        app.router.add_route(route.method, route.path, _handler(service, route))
        if isinstance(route, Plain) and route.method == "GET":
            app.router.add_route("HEAD", route.path, _handler(service, route))
    openapi.add(app, service.name, routes)
    return app


def _handler(service: "Service", route: AnyRoute) -> Handler:
    if isinstance(route, Plain):
        return partial(route.handler, service)
    return _missing(route) if isinstance(route, Missing) else _serve(service, route)


def _missing(route: Missing) -> Handler:
    async def serve(request: web.Request) -> web.Response:
        request.app[TOKENS].check(request.headers.get("Authorization", ""))
        return problem(501, "not_implemented", f"{route.summary}: not served by this version yet.")

    return serve


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
    who = request.app[TOKENS].check(request.headers.get("Authorization", ""))
    call = Call(service=service, request=request, who=who)
    request[CORRELATION] = str(call.correlation_id)
    if who.role not in route.roles:
        raise Forbidden(f"The role {who.role} may not do this.")
    if who.role == "client" and "client_id" in request.match_info and call.path_id("client_id") != who.client_id:
        raise Forbidden("This belongs to somebody else.")
    if route.takes:
        call.raw = await request.read()
        call.body = _decode(call.raw, route.takes)
        values.check(call.body)
    if route.query:
        call.query = msgspec.convert(_query(request), route.query, strict=False)
        values.check(call.query)
    return call


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
    call.position = call.service.store.writer.head
    return msgspec.json.decode(row["ids"])


def _decode(raw: bytes, cls: type[msgspec.Struct]) -> Any:
    try:
        return msgspec.json.decode(raw or b"{}", type=cls)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed("body", "This is not JSON. Check brackets, quotes and commas.") from error


def _query(request: web.Request) -> dict[str, Any]:
    """Parameters as text; one given several times is a mistake."""
    found = dict(request.query)
    if len(found) != len(request.query):
        raise Malformed("query", "A parameter is given twice.")
    return found
