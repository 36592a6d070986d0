"""OpenAPI 3.1 made from the routes and their structs, and a page to read it."""

import html
import re
from typing import Any

import msgspec
from aiohttp import web

from shared.http.routes import AnyRoute, Missing, Plain

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
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(route: AnyRoute, schema_of: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    problems = {"$ref": "#/components/schemas/Problem"}
    failed = {"description": "problem", "content": {"application/problem+json": {"schema": problems}}}
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    if isinstance(route, Missing):
        return {"summary": route.summary, "parameters": parameters, "responses": {"501": failed}}
    if route.query:
        parameters += _query_parameters(schema_of[id(route.query)], components)
    if isinstance(route, Plain):
        return _file(route, parameters, failed)
    done: dict[str, Any] = {"description": "done"}
    if route.gives is not None:
        done["content"] = {"application/json": {"schema": schema_of[id(route.gives)]}}
    operation: dict[str, Any] = {
        "summary": route.summary,
        "description": f"For: {', '.join(route.roles)}.",
        "parameters": parameters,
        "responses": {str(route.status): done, "default": failed},
    }
    if route.method != "GET":
        parameters.append({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}})
    if route.takes:
        operation["requestBody"] = {"content": {"application/json": {"schema": schema_of[id(route.takes)]}}}
    return operation


def _file(route: Plain, parameters: list[dict[str, Any]], failed: dict[str, Any]) -> dict[str, Any]:
    done = {"description": "the file", "content": {route.kind: {"schema": {"type": "string"}}}}
    current = {"description": "the file is the one you have"}
    return {
        "summary": route.summary,
        "security": [],
        "parameters": parameters,
        "responses": {"200": done, "304": current, "default": failed},
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
