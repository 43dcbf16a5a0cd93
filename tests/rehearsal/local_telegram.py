"""What the tests of the local Telegram share: a clock, a running server, raw calls and a PNG."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import telegram

from rehearsal.telegram import Fault, Intercept, Limits, Phone, Recorder, Telegram, Webhooks

TOKEN = "123456:a-secret_nobody-knows"
CHANNEL = -1001234567890


class Clock:
    """The event's time, and a wall clock, that move only when told to."""

    def __init__(self) -> None:
        self.at = datetime(2023, 12, 5, 9, 10, tzinfo=UTC)
        self.wall = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.wall

    def go(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Local:
    """A running local Telegram with everything a test needs in its hand."""

    def __init__(
        self, server: Telegram, clock: Clock, http: aiohttp.ClientSession, bot: telegram.Bot
    ) -> None:
        self.server = server
        self.clock = clock
        self.http = http
        self.bot = bot
        self.ada = server.phone(77, "Ada", "Verdi", username="ada")

    def met(self) -> Phone:
        """Ada, who pressed start; the update about it is out of the way."""
        self.ada.start()
        self.server.world.updates.drop()
        return self.ada

    async def poller(self) -> None:
        """Wait until a getUpdates waits."""
        while self.server.world.updates._poller is None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A call as JSON, its whole answer."""
        url = f"{self.server.url}/bot{TOKEN}/{method}"
        async with self.http.post(url, data=orjson.dumps(params), headers=JSON) as answer:
            body: dict[str, Any] = orjson.loads(await answer.read())
            if not body["ok"]:
                assert answer.status == body["error_code"]
            return body

    async def refused(self, method: str, **params: Any) -> tuple[int, str]:
        """(error_code, description) of a call that must fail."""
        body = await self.call(method, **params)
        assert body["ok"] is False
        return body["error_code"], body["description"]

    async def done(self, method: str, **params: Any) -> Any:
        """The result of a call that must not fail."""
        body = await self.call(method, **params)
        assert body["ok"] is True, body
        return body["result"]


JSON = {"Content-Type": "application/json"}


@asynccontextmanager
async def local(
    *,
    out: Path | None = None,
    limits: Limits | None = None,
    intercept: Intercept | None = None,
    seed: int = 0,
    webhooks: Webhooks | None = None,
    retention: timedelta | None = None,
) -> AsyncIterator[Local]:
    clock = Clock()
    server = Telegram(
        TOKEN,
        "bollini_bot",
        clock.now,
        Recorder(out),
        limits=limits,
        intercept=intercept,
        seed=seed,
        monotonic=clock.monotonic,
        webhooks=webhooks,
        retention=retention,
    )
    url = await server.start()
    try:
        async with (
            aiohttp.ClientSession() as http,
            telegram.Bot(TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot") as bot,
        ):
            yield Local(server, clock, http, bot)
    finally:
        await server.stop()


def png(width: int = 4, height: int = 3, shade: int = 255) -> bytes:
    """A PNG of one shade of grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([shade]) * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def keyboard(*rows: list[tuple[str, str]]) -> dict[str, Any]:
    """An inline keyboard of (text, callback_data)."""
    return {
        "inline_keyboard": [[{"text": text, "callback_data": data} for text, data in row] for row in rows]
    }


async def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until this is so; fail if it never is."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.005)


def always(fault: Fault, method: str) -> Intercept:
    """An intercept that gives this fault to every call of `method`."""

    async def intercept(call: Any) -> Fault | None:
        return fault if call.method == method else None

    return intercept
