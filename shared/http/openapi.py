"""OpenAPI 3.1 made from the routes and their structs, and a page to read it."""

import html
import re
from typing import Any

import msgspec
from aiohttp import web

from shared.http.routes import KEY, LONGEST_KEY, AnyRoute, Missing, Plain, Route

PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "where malformed input (422) is wrong"},
        "rule": {"type": "string", "description": "the rule that refuses (409)"},
        "earliest": {"type": "string", "description": "first day or instant at which it could be"},
        "items": {"type": "array", "items": {"type": "object"}},
    },
}


def document(name: str, routes: list[AnyRoute]) -> dict[str, Any]:
    """The OpenAPI document of a service."""
    carried = (getattr(route, name, None) for route in routes for name in ("takes", "query", "gives"))
    types = [one for one in carried if one is not None]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schema_of = {id(t): schema for t, schema in zip(types, schemas, strict=True)}
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Seriatim {name}", "version": "1"},
        "servers": [{"url": f"/api/{name}"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": PROBLEM},
            "responses": {name: _failure(said) for name, said in FAILURES.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


FAILURES = {
    "400": "This is not a request as HTTP writes it.",
    "401": "No token, or one that does not hold.",
    "403": "The role may not do this.",
    "404": "There is no such thing.",
    "408": "The body took too long to come.",
    "409": "A rule says no; nothing was changed.",
    "413": "The body is over 1 MiB.",
    "415": "The body is not JSON in UTF-8.",
    "422": "The input is not what is asked for; `field` says where.",
    "431": "The headers are too long.",
    "501": "Not served by this version yet.",
    "503": "Something the service depends on is away; `detail` says whether anything was stored.",
    "default": "Anything else that failed.",
}
ALWAYS = ("400", "401", "403", "404", "422", "431", "503", "default")


def _failure(said: str) -> dict[str, Any]:
    problems = {"$ref": "#/components/schemas/Problem"}
    return {"description": said, "content": {"application/problem+json": {"schema": problems}}}


def _failures(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/responses/{name}"} for name in names}


def _in_path(name: str) -> dict[str, Any]:
    form = "uuid" if name.endswith("_id") else "date" if name == "day" else None
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string"} | ({"format": form} if form else {}),
    }


def _operation(route: AnyRoute, schema_of: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    parameters = [_in_path(name) for name in re.findall(r"{(\w+)}", route.path)]
    if isinstance(route, Missing):
        return {"summary": route.summary, "parameters": parameters, "responses": _failures("401", "501", "default")}
    if route.query:
        parameters += _query_parameters(schema_of[id(route.query)], components)
    if isinstance(route, Plain):
        return _file(route, parameters)
    if route.method != "GET":
        parameters.append({"name": KEY, "in": "header", "schema": {"type": "string", "maxLength": LONGEST_KEY}})
    operation: dict[str, Any] = {
        "summary": route.summary,
        "description": f"For: {', '.join(route.roles)}.",
        "parameters": parameters,
        "responses": {str(route.status): _done(route, schema_of), **_failures(*_ways_to_fail(route))},
    }
    if route.takes:
        operation["requestBody"] = _body(route.takes, schema_of)
    return operation


def _done(route: Route, schema_of: dict[int, Any]) -> dict[str, Any]:
    if route.gives is None:
        return {"description": "done"}
    return {"description": "done", "content": {"application/json": {"schema": schema_of[id(route.gives)]}}}


def _ways_to_fail(route: Route) -> list[str]:
    writing = () if route.method == "GET" else ("409",)
    return sorted({*ALWAYS, *writing, *(("408", "413", "415") if route.takes else ())})


def _body(takes: type[msgspec.Struct], schema_of: dict[int, Any]) -> dict[str, Any]:
    """No body is an empty object: it will do where no field is required."""
    required = any(field.required for field in msgspec.structs.fields(takes))
    return {"required": required, "content": {"application/json": {"schema": schema_of[id(takes)]}}}


def _file(route: Plain, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    done = {"description": "the file", "content": {route.kind: {"schema": {"type": "string"}}}}
    current = {"description": "the file is the one you have"}
    return {
        "summary": route.summary,
        "security": [],
        "parameters": parameters,
        "responses": {"200": done, "304": current, **_failures("400", "404", "431", "503", "default")},
    }


def _query_parameters(schema: dict[str, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    found = components[schema["$ref"].rpartition("/")[2]]
    required = found.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in found.get("properties", {}).items()
    ]


def add(app: web.Application, name: str, routes: list[AnyRoute]) -> None:
    """Serve the document at `/openapi.json` and a page at `/docs`."""
    found = document(name, routes)
    encoded, page = msgspec.json.encode(found), _page(found).encode()

    async def as_json(_: web.Request) -> web.Response:
        return web.Response(body=encoded, content_type="application/json")

    async def as_page(_: web.Request) -> web.Response:
        return web.Response(body=page, content_type="text/html", charset="utf-8")

    app.router.add_get("/openapi.json", as_json)
    app.router.add_get("/docs", as_page)


def _page(found: dict[str, Any]) -> str:
    rows = "".join(
        f"<h2><code>{method.upper()} {html.escape(path)}</code></h2>"
        f"<p>{html.escape(operation['summary'])}. {html.escape(operation.get('description', ''))}</p>"
        f"<pre>{html.escape(_brief(operation))}</pre>"
        for path, operations in found["paths"].items()
        for method, operation in operations.items()
    )
    title = html.escape(found["info"]["title"])
    schemas = html.escape(msgspec.json.format(msgspec.json.encode(found["components"]["schemas"])).decode())
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=width=device-width>"
        f"<title>{title}</title><h1>{title}</h1>{rows}<h2>Shapes</h2><pre>{schemas}</pre></html>"
    )


def _brief(operation: dict[str, Any]) -> str:
    shown = {name: operation[name] for name in ("parameters", "requestBody", "responses") if operation.get(name)}
    return msgspec.json.format(msgspec.json.encode(shown)).decode()
