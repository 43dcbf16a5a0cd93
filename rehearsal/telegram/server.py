"""The Bot API server, as a whole: what is set up, and what can be asked of it."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from rehearsal.telegram.answering import Desk, refusal
from rehearsal.telegram.delivering import Deliverer, Webhooks
from rehearsal.telegram.errors import ApiError
from rehearsal.telegram.faults import Fault, Intercept
from rehearsal.telegram.files import MAX_UPLOAD
from rehearsal.telegram.limits import Limits
from rehearsal.telegram.observing import Observer
from rehearsal.telegram.people import Phone
from rehearsal.telegram.places import Channel
from rehearsal.telegram.record import CallRecord, Recorder
from rehearsal.telegram.world import World

OCTETS = "application/octet-stream"


class Telegram:
    """The local Telegram; the package's docstring describes all of it."""

    def __init__(
        self,
        token: str,
        bot_username: str,
        now: Callable[[], datetime],
        record: Recorder | None = None,
        *,
        bot_name: str = "Bollini",
        seed: int = 0,
        callback_seconds: float = 15.0,
        limits: Limits | None = None,
        intercept: Intercept | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        keep_calls: int = 50_000,
        retention: timedelta | None = None,
        webhooks: Webhooks | None = None,
    ) -> None:
        number, _, secret = token.partition(":")
        if not number.isdecimal() or not secret:
            raise ValueError("a bot token is digits, a colon and a secret")
        bot = {
            "id": int(number),
            "is_bot": True,
            "first_name": bot_name,
            "username": bot_username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
        self._token = token
        self._recorder = record or Recorder()
        self._recorder.keep_secret(token)
        self._recorder.keep_secret(secret)
        self.world = World(
            bot,
            now,
            self._recorder,
            seed=seed,
            callback_seconds=callback_seconds,
            limits=limits,
            monotonic=monotonic,
        )
        self.world.updates.retention = retention
        self._desk = Desk(self.world, token, keep_calls)
        self._desk.intercept = intercept
        self.deliverer = Deliverer(self.world, self._desk.perform, webhooks or Webhooks(), seed)
        self.app = web.Application(client_max_size=MAX_UPLOAD + 1_000_000)
        self.app.router.add_route("*", "/bot{token}/{method}", self._desk.answer)
        self.app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self.url = ""
        self.intercept_file: Callable[[str], Awaitable[Fault | None]] | None = None
        """What is asked, before each download, whether it goes wrong; it gets the file's path."""
        self._delivering: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen; returns (and keeps in `url`) "http://HOST:PORT" without a slash at the end."""
        runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, host, port).start()
        self._delivering = asyncio.create_task(self.deliverer.run())
        bound = runner.addresses[0][1]
        self.url = f"http://{host}:{bound}"
        return self.url

    async def stop(self) -> None:
        """Let waiting polls return, stop delivering and listening, close the files. Once or twice."""
        self.world.updates.close()
        delivering, self._delivering = self._delivering, None
        ended: BaseException | None = None
        if delivering is not None:
            delivering.cancel()
            (ended,) = await asyncio.gather(delivering, return_exceptions=True)
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        self._recorder.close()
        if isinstance(ended, Exception):
            raise ended

    def phone(
        self,
        user_id: int,
        first_name: str,
        last_name: str | None = None,
        language_code: str | None = "it",
        username: str | None = None,
    ) -> Phone:
        """The phone of this person; made at the first call, the same one afterwards."""
        if user_id not in self.world.phones:
            if user_id <= 0:
                raise ValueError("a user id is positive")
            self.world.phones[user_id] = Phone(
                self.world, user_id, first_name, last_name, language_code, username
            )
        return self.world.phones[user_id]

    def channel(self, channel_id: int, title: str = "Regia", username: str | None = None) -> Channel:
        """The channel with this id; made at the first call, with the bot as its administrator."""
        if channel_id not in self.world.channels:
            if channel_id >= 0:
                raise ValueError("a channel id is negative")
            self.world.channels[channel_id] = Channel(self.world, channel_id, title, username)
        return self.world.channels[channel_id]

    @property
    def phones(self) -> Mapping[int, Phone]:
        """All phones by user id."""
        return self.world.phones

    @property
    def intercept(self) -> Intercept | None:
        """What is asked, before each call is carried out, whether it goes wrong."""
        return self._desk.intercept

    @intercept.setter
    def intercept(self, intercept: Intercept | None) -> None:
        self._desk.intercept = intercept

    def observe(self, observer: Observer) -> None:
        """From now on tell `observer` of updates and calls as they happen."""
        self.world.observe(observer)

    @property
    def calls(self) -> Sequence[CallRecord]:
        """The calls of the bot, oldest first."""
        return self._desk.calls

    @property
    def calls_total(self) -> int:
        """How many calls there were."""
        return self._desk.calls_total

    @property
    def calls_by_method(self) -> Counter[str]:
        """The same by method."""
        return self._desk.calls_by_method

    @property
    def errors(self) -> Counter[int]:
        """Calls that were not answered well, by HTTP status; 0: not answered at all."""
        return self._desk.errors

    @property
    def updates_total(self) -> int:
        """How many updates were ever queued."""
        return self.world.updates.total

    def pending_updates(self) -> list[dict[str, Any]]:
        """The updates the bot has not confirmed, oldest first."""
        return self.world.updates.pending()

    def forge(self, kind: str, payload: Any) -> None:
        """Queue an update that no phone could send: any `kind`, any JSON; recorded like the others."""
        self.world.queue(kind, payload)

    @property
    def version(self) -> int:
        """Grows with every change in any chat."""
        return self.world.changes.version

    async def changed(self, after: int, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - the API
        """Wait until anything is newer than `after`; False when `timeout` wall seconds pass first."""
        return await self.world.changes.changed(after, timeout)

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self._token:
            return refusal(ApiError(401, "Unauthorized"))
        path = request.match_info["path"]
        fault = None if self.intercept_file is None else await self.intercept_file(path)
        if fault is not None:
            await asyncio.sleep(fault.wait + fault.delay)
        found = self.world.files.by_path(path, self.world.now())
        if found is None:
            return refusal(ApiError(404, "Not Found"))
        match None if fault is None else fault.answer:
            case "error" | "html":
                assert fault is not None, "one that answers"
                return refusal(ApiError(fault.status, fault.description, fault.retry_after))
            case "reset":
                assert request.transport is not None, "somebody asks"
                request.transport.abort()
                return web.Response()
            case "truncated":
                return web.Response(body=found.data[: len(found.data) // 2], content_type=OCTETS)
        return web.Response(body=found.data, content_type=OCTETS)
