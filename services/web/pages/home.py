"""`/` leads to the day; `/static/…` gives the stylesheet and the icon, kept for ever under a name of their content."""

from aiohttp import web

from services.web.page import desk_of


async def go_to_day(_: web.Request) -> web.Response:
    """The day is where work begins."""
    raise web.HTTPSeeOther("/day")


async def give_static(request: web.Request) -> web.Response:
    """Give a static file of ours."""
    static = desk_of(request).statics.get(request.match_info["name"])
    if static is None:
        raise web.HTTPNotFound
    forever = {"Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(body=static.body, content_type=static.content_type, charset="utf-8", headers=forever)


def add(app: web.Application) -> None:
    """Addresses that need no sign-in and say nothing about anybody."""
    app.router.add_get("/", go_to_day)
    app.router.add_get("/static/{name}", give_static)
