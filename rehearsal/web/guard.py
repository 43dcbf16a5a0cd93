"""Only pages of this very server may use it: a site in another tab must not reach the phones or the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site asks for, by its own name or by one that it made lead here.

    The Bot API has its token and is left alone.
    """
    path = request.path
    if path.startswith(("/bot", "/file/bot")):
        return await handler(request)
    origin = request.headers.get("Origin")
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK or (
        origin is not None and urlsplit(origin).netloc != request.host
    ):
        return web.json_response({"error": "other_site"}, status=403)
    answer = await handler(request)
    if not answer.prepared and (path == "/" or path.startswith("/web/")):
        answer.headers.update(HEADERS)
    return answer
