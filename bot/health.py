"""`/health` and `/metrics`: a small server of its own for whoever watches the bot.

Nothing here is about a person. The bot goes on as it can whatever is asked: the database is asked at most
once a second, and Telegram only when it has been silent for a while.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import orjson
import structlog
from aiohttp import web
from prometheus_client.aiohttp import make_aiohttp_handler
from telegram.error import TelegramError

from bot.settings import SettingsError
from storage import upkeep

if TYPE_CHECKING:
    from datetime import datetime

    from telegram import Bot

    from bot.clock import Clock
    from bot.metrics import Metrics
    from storage.database import Database
    from storage.upkeep import Backlog

log = structlog.get_logger(__name__)

FRESH_SECONDS: Final = 1.0
"""For how long what was found is told again, however often it is asked for."""

ASK_SECONDS: Final = 3.0
"""How long the database and Telegram may take to answer us."""

SILENT_SECONDS: Final = 60.0
"""Seconds without an answer of Telegram after which we ask it something."""

STUCK_SECONDS: Final = 60.0
"""Seconds an update may wait to be handled."""

OLD_SECONDS: Final = 600.0
"""Seconds a message to somebody may wait: longer than Telegram ever asks one chat to wait."""

LATE_SECONDS: Final = 30.0
"""Seconds the agenda may be late."""

Check = dict[str, Any]


class Health:
    """What is well and what is not."""

    def __init__(self, database: Database, bot: Bot, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._bot = bot
        self._clock = clock
        self._metrics = metrics
        self._asking = asyncio.Lock()
        self._found: dict[str, Check] = {}
        self._found_at = float("-inf")

    async def checks(self) -> dict[str, Check]:
        """Each check: "ok", what was measured, and "problem", a sentence, where it is not well."""
        async with self._asking:
            if self._metrics.now() - self._found_at >= FRESH_SECONDS:
                store, backlog = await self._store()
                found = {"store": store, "telegram": await self._telegram(), "updates": self._updates()}
                if backlog is not None:
                    found |= self._backlog(backlog)
                self._found, self._found_at = found, self._metrics.now()
            return self._found

    async def _store(self) -> tuple[Check, Backlog | None]:
        began = self._metrics.now()
        try:
            async with asyncio.timeout(ASK_SECONDS):
                backlog = await upkeep.backlog(self._database)
                await upkeep.try_writing(self._database)
        except Exception as error:
            # Of whatever kind: that is what is asked.
            log.warning("store_not_writable", error=type(error).__name__)
            problem = (
                "The database cannot be written. Check that the disk is not full and that the file is there."
            )
            return _check(problem, writable=False), None
        return _check(None, writable=True, seconds=_rounded(self._metrics.now() - began)), backlog

    async def _telegram(self) -> Check:
        silent = self._since(self._metrics.last_answer)
        if silent is None or silent > SILENT_SECONDS:
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    await self._bot.get_me()
            except (TelegramError, TimeoutError):
                problem = "Telegram does not answer. Check the machine's connection and BOLLINI_API_URL."
                return _check(problem, seconds_since_answer=_rounded(silent))
            silent = self._since(self._metrics.last_answer)
        return _check(None, seconds_since_answer=_rounded(silent))

    def _updates(self) -> Check:
        waiting = self._metrics.longest_waiting or 0.0
        return _check(
            f"What somebody sent waits for {waiting:.0f} seconds to be handled."
            if waiting > STUCK_SECONDS
            else None,
            longest_waiting_seconds=_rounded(waiting),
            seconds_since_handled=_rounded(self._since(self._metrics.last_handled)),
        )

    def _backlog(self, backlog: Backlog) -> dict[str, Check]:
        now = self._clock.now()
        ages = {"people": _age(now, backlog.oldest_letter), "channel": _age(now, backlog.oldest_post)}
        overdue = _age(now, backlog.agenda)
        self._metrics.waiting(backlog, ages, overdue)
        old, late = ages["people"], overdue
        return {
            "outbox": _check(
                f"A message has been waiting for {old:.0f} seconds to be sent."
                if old > OLD_SECONDS
                else None,
                waiting=backlog.letters,
                oldest_seconds=_rounded(old),
                channel_waiting=backlog.posts,
                channel_oldest_seconds=_rounded(ages["channel"]),
                refused=backlog.dead,
            ),
            "screens": _check(None, waiting=backlog.screens),
            "agenda": _check(
                f"The agenda is {late:.0f} seconds late. The log says why (agenda_broke)."
                if late > LATE_SECONDS
                else None,
                overdue_seconds=_rounded(late),
            ),
        }

    def _since(self, at: float | None) -> float | None:
        return None if at is None else self._metrics.now() - at


def _check(problem: str | None, **measured: float | None) -> Check:
    return {"ok": problem is None, **measured, **({} if problem is None else {"problem": problem})}


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


class HealthServer:
    """Listens between `start` and `stop`."""

    def __init__(self, health: Health, metrics: Metrics, host: str, port: int) -> None:
        self._health = health
        self._measured = make_aiohttp_handler(metrics.registry)
        self._host = host
        self._port = port
        app = web.Application()
        app.router.add_get("/health", self._answer)
        app.router.add_get("/metrics", self._answer_metrics)
        # A stop waits for nobody who watches.
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.2)

    async def start(self) -> None:
        """Listen. Raises `SettingsError` when that cannot be."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            message = (
                f"Nothing can listen on {self._host}, port {self._port} ({error.strerror}). Choose another "
                "BOLLINI_HEALTH_PORT, or leave it out to do without /health and /metrics."
            )
            raise SettingsError(message) from error
        log.info("health_listening", port=self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()

    async def _answer(self, _request: web.Request) -> web.Response:
        checks = await self._health.checks()
        well = all(check["ok"] for check in checks.values())
        body = orjson.dumps({"status": "ok" if well else "failing", "checks": checks})
        return web.Response(
            status=200 if well else 503,
            body=body + b"\n",
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    async def _answer_metrics(self, request: web.Request) -> web.StreamResponse:
        # So that what is read from the database is of now.
        await self._health.checks()
        return await self._measured(request)
