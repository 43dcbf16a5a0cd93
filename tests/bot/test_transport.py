"""The HTTP client: every failure is one that the library knows, and none of them repeats the address."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import RequestData

from bot.transport import AiohttpRequest
from tests.support.hall import TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp.typedefs import Handler

SECRET = TOKEN.partition(":")[2]


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[str]:
    """A server that answers every call this way; its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def client() -> AsyncIterator[AiohttpRequest]:
    request = AiohttpRequest(4)
    await request.initialize()
    try:
        yield request
    finally:
        await request.shutdown()


def hides_the_token(error: BaseException) -> bool:
    """Whether neither the error nor what it came from names the token."""
    seen: list[BaseException | None] = [error]
    while (last := seen[-1]) is not None:
        seen.append(last.__cause__ or (None if last.__suppress_context__ else last.__context__))
    return not any(SECRET in repr(each) or SECRET in str(each) for each in seen)


async def test_what_is_sent_arrives_and_what_is_answered_comes_back() -> None:
    async def handler(request: web.Request) -> web.Response:
        form = await request.post()
        return web.json_response({"method": request.method, "form": dict(form)}, status=418)

    async with answering(handler) as url, client() as request:
        status, body = await request.do_request(
            f"{url}/bot{TOKEN}/x", "POST", RequestData([]), read_timeout=2.0
        )
    assert 418 == status
    assert {"method": "POST", "form": {}} == AiohttpRequest.parse_json_payload(body)


async def test_a_file_is_sent_as_one() -> None:
    async def handler(request: web.Request) -> web.Response:
        form = await request.post()
        photo = form["photo"]
        assert isinstance(photo, web.FileField)
        return web.json_response(
            {
                "ok": True,
                "result": {
                    "message_id": 1,
                    "date": 0,
                    "chat": {"id": 1, "type": "private"},
                    "caption": f"{photo.filename} {len(photo.file.read())} {form['caption']!s}",
                },
            }
        )

    async with answering(handler) as url:
        bot = Bot(TOKEN, base_url=f"{url}/bot", request=AiohttpRequest(2))
        await bot._request[1].initialize()
        try:
            sent = await bot.send_photo(1, b"12345", caption="è così", filename="una foto.png")
        finally:
            await bot._request[1].shutdown()
    assert "una foto.png 5 è così" == sent.caption


async def test_nobody_there() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response()

    async with answering(handler) as url:
        pass
    async with client() as request:
        with pytest.raises(NetworkError, match="could not be reached") as caught:
            await request.do_request(f"{url}/bot{TOKEN}/getMe", "POST")
    assert hides_the_token(caught.value)


async def test_no_address_at_all() -> None:
    async with client() as request:
        for url in ("nonsense", f"http:///bot{TOKEN}/getMe", f"ftp://127.0.0.1/bot{TOKEN}/getMe"):
            with pytest.raises(TelegramError) as caught:
                await request.do_request(url, "POST")
            assert hides_the_token(caught.value), url


async def test_an_answer_that_does_not_come() -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with answering(handler) as url, client() as request:
        with pytest.raises(TimedOut) as caught:
            await request.do_request(f"{url}/bot{TOKEN}/getMe", "POST", read_timeout=0.05)
    assert hides_the_token(caught.value)


async def test_a_connection_that_breaks() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with answering(handler) as url, client() as request:
        with pytest.raises(NetworkError) as caught:
            await request.do_request(f"{url}/bot{TOKEN}/getMe", "POST")
    assert hides_the_token(caught.value)


async def test_an_answer_that_is_cut_off() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"ok": true')
        assert request.transport is not None
        request.transport.abort()
        return response

    async with answering(handler) as url, client() as request:
        with pytest.raises(NetworkError) as caught:
            await request.do_request(f"{url}/bot{TOKEN}/getMe", "POST")
    assert hides_the_token(caught.value)


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"[]", b"null", b'{"ok": tru', b"\xff\xfe"])
def test_what_is_no_answer_of_telegrams(body: bytes) -> None:
    with pytest.raises(NetworkError):
        AiohttpRequest.parse_json_payload(body)


async def test_before_and_after_its_life_it_says_so() -> None:
    request = AiohttpRequest(1)
    with pytest.raises(NetworkError, match="closed"):
        await request.do_request("http://127.0.0.1/", "POST")
    await request.initialize()
    await request.initialize()
    await request.shutdown()
    await request.shutdown()
    with pytest.raises(NetworkError, match="closed"):
        await request.do_request("http://127.0.0.1/", "POST")


async def test_many_calls_go_at_once_over_its_connections() -> None:
    at_once = most = 0

    async def handler(_: web.Request) -> web.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        at_once -= 1
        return web.json_response({"ok": True})

    async with answering(handler) as url, client() as request:
        answers: list[Any] = await asyncio.gather(*(request.do_request(url, "POST") for _ in range(12)))
    assert [200] * 12 == [status for status, _ in answers]
    assert 4 == most
