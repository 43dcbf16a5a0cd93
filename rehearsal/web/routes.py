"""The routes of the page.

`GET /` is the page (Italian; `?lang=en` English), `GET /web/live` its WebSocket. The page sends
`{"watch": [chat ids]}`; it gets objects with one key each: `programme` (once), `hall` (chats and links),
`counters`, `clock` (as `Clock.state`), `chat` (what is new in one).

Acts are POSTs with a JSON object, for phones made in the page only::

    /web/phones                 {"name", "language"}      -> {"id"}
    /web/phones/ID/start        {"payload": text | null}
    /web/phones/ID/say          {"text", "reply_to": id | null}
    /web/phones/ID/send         {"kind": "sticker" | "voice" | "location" ...}   an example of it
    /web/phones/ID/edit         {"message": id, "text"}
    /web/phones/ID/delete       {"message": id}
    /web/phones/ID/tap          {"message": id, "data"}   -> {"callback"}; its answer comes by WebSocket
    /web/phones/ID/block, /web/phones/ID/unblock   {}

A refusal is `{"error": code}` with status 400, 403, 404 or 409; the page has the words for the codes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiohttp import WSMsgType, web

from rehearsal.telegram import Blocked
from rehearsal.web.guard import guard
from rehearsal.web.hall import Hall, TooMany
from rehearsal.web.live import Viewer
from rehearsal.web.shown import EXTRA_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rehearsal.clock import Clock
    from rehearsal.programme import Seating
    from rehearsal.telegram import Phone, Telegram
    from rehearsal.web.hall import Somebody

STATIC: Final = Path(__file__).parent / "static"
TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
PAGE: Final = "page.html"

MOST_NAME: Final = 64
MOST_SENT: Final = 64_000
"""Bytes of one message that a page sends."""

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


def setup(
    app: web.Application,
    telegram: Telegram,
    clock: Clock,
    invites: Callable[[], Sequence[Mapping[str, str | None]]] = list,
    tables: Sequence[Seating] = (),
    people: Callable[[], Mapping[int, Somebody]] = dict,
    opened: Callable[[Mapping[str, str | None]], object] = lambda _link: None,
) -> None:
    """Add the page to the local Telegram's application; the package's docstring says what is needed."""
    page = _Page(Hall(telegram, clock, invites, tables, people, opened))
    app.middlewares.append(guard)
    app.router.add_get("/", page.page)
    app.router.add_get("/web/live", page.live)
    app.router.add_get("/web/file/{chat:-?[0-9]+}/{message:[0-9]+}", page.file)
    app.router.add_get("/web/{name:[a-z]+\\.[a-z]+}", page.static)
    app.router.add_post("/web/phones", page.new_phone)
    app.router.add_post("/web/phones/{phone:[0-9]+}/{act:[a-z]+}", page.act)
    app.on_shutdown.append(page.close)


class _Refused(Exception):
    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


class _Page:
    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._files = {path.name: path.read_bytes() for path in STATIC.iterdir() if path.suffix in TYPES}
        self._open: set[web.WebSocketResponse] = set()

    # --- what is read --------------------------------------------------------------------------------------

    async def page(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._files[PAGE], content_type="text/html", charset="utf-8")

    async def static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        return web.Response(body=self._files[name], content_type=TYPES[Path(name).suffix], charset="utf-8")

    async def file(self, request: web.Request) -> web.Response:
        chat = self._hall.chat(int(request.match_info["chat"]))
        shown = None if chat is None else chat.message(int(request.match_info["message"]))
        if shown is None or (shown.photo is None and shown.document is None):
            raise web.HTTPNotFound
        if shown.photo is not None:
            kind = "image/jpeg" if shown.photo.startswith(b"\xff\xd8") else "image/png"
            return web.Response(body=shown.photo, content_type=kind)
        assert shown.document is not None, "one of the two is there"
        # Whatever a bot sent is to be kept, never to be shown as a page of this server.
        return web.Response(
            body=shown.document.data,
            content_type="application/octet-stream",
            headers={"Content-Disposition": "attachment"},
        )

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=20.0, max_msg_size=MOST_SENT)
        await socket.prepare(request)
        self._open.add(socket)
        viewer = Viewer(self._hall, socket.send_json)
        telling = asyncio.create_task(_tell(viewer, socket))
        try:
            async for message in socket:
                if message.type != WSMsgType.TEXT:
                    continue
                await viewer.watch(_watched(message.data))
        except (ConnectionError, ValueError):
            # Gone while it was told something, or not a page of ours: either way there is nobody to tell.
            pass
        finally:
            self._open.discard(socket)
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            await socket.close()
        return socket

    async def close(self, _app: web.Application) -> None:
        for socket in list(self._open):
            await socket.close(code=1001)

    # --- what is done --------------------------------------------------------------------------------------

    async def new_phone(self, request: web.Request) -> web.Response:
        try:
            wish = await _body(request)
            name, language = _text(wish, "name").strip(), _text(wish, "language")
            if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
                raise _Refused("name")
            if not _LANGUAGE.fullmatch(language):
                raise _Refused("language")
            phone = self._hall.new_phone(name, language)
        except TooMany:
            return _refusal(_Refused("too_many", 409))
        except _Refused as refused:
            return _refusal(refused)
        return web.json_response({"id": phone.id})

    async def act(self, request: web.Request) -> web.Response:
        phone_id = int(request.match_info["phone"])
        try:
            wish = await _body(request)
            phone = self._hall.own(phone_id)
            if phone is None:
                known = self._hall.chat(phone_id) is not None
                raise _Refused("not_yours", 403) if known else _Refused("no_such_phone", 404)
            return web.json_response(self._do(phone, request.match_info["act"], wish))
        except _Refused as refused:
            return _refusal(refused)
        except Blocked:
            return _refusal(_Refused("blocked", 409))
        except ValueError as error:
            return web.json_response({"error": "refused", "why": str(error)}, status=400)

    def _do(self, phone: Phone, act: str, wish: dict[str, Any]) -> dict[str, Any]:
        match act:
            case "start":
                payload = wish.get("payload")
                self._hall.open_link(phone, None if payload is None else _text(wish, "payload"))
            case "say":
                reply_to = None if wish.get("reply_to") is None else _number(wish, "reply_to")
                phone.say(_text(wish, "text"), reply_to)
            case "send":
                kind = _text(wish, "kind")
                if kind not in EXTRA_KINDS:
                    raise _Refused("kind")
                phone.send(**{kind: True})
            case "edit":
                phone.edit(_number(wish, "message"), _text(wish, "text"))
            case "delete":
                phone.delete(_number(wish, "message"))
            case "tap":
                if phone.blocked:
                    raise _Refused("blocked", 409)
                return {"callback": phone.tap(_number(wish, "message"), _text(wish, "data"))}
            case "block":
                phone.block()
                phone.touch()
            case "unblock":
                phone.unblock()
                phone.touch()
            case _:
                raise _Refused("no_such_act", 404)
        return {}


async def _tell(viewer: Viewer, socket: web.WebSocketResponse) -> None:
    with contextlib.suppress(ConnectionError):
        await viewer.run()
    await socket.close()


def _watched(text: str) -> list[int]:
    wish = json.loads(text)
    watched = wish.get("watch") if isinstance(wish, dict) else None
    if not isinstance(watched, list) or not all(isinstance(each, int) for each in watched):
        raise ValueError("not a list of chats")
    return watched


async def _body(request: web.Request) -> dict[str, Any]:
    # A form of another site can send no JSON without asking first.
    if request.content_type != "application/json":
        raise _Refused("not_json", 415)
    try:
        wish = await request.json()
    except ValueError:
        raise _Refused("not_json") from None
    if not isinstance(wish, dict):
        raise _Refused("not_json")
    return wish


def _text(wish: dict[str, Any], name: str) -> str:
    value = wish.get(name)
    if not isinstance(value, str):
        raise _Refused(f"{name}_missing")
    return value


def _number(wish: dict[str, Any], name: str) -> int:
    value = wish.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Refused(f"{name}_missing")
    return value


def _refusal(refused: _Refused) -> web.Response:
    return web.json_response({"error": refused.error}, status=refused.status)
