"""Builds the bot from its settings, and runs it: the only place where objects meet."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ContextTypes, ExtBot

from bot import errors, memory
from bot.channel import look_at
from bot.clock import RehearsalClock, SystemClock
from bot.health import Health, HealthServer
from bot.intake import Polling, Webhook, secret_for
from bot.menus import Menus
from bot.metrics import Metrics, Timed
from bot.note_files import NoteFiles
from bot.outage import Outage
from bot.outbox import Outbox
from bot.pacing import Pacer
from bot.posts import Studio
from bot.queues import Queues
from bot.schedule import Schedule
from bot.screens import Screens
from bot.telling import tell
from bot.themes import ThemesWorker
from bot.thinker import Thinker
from bot.transport import AiohttpRequest
from handlers.context import ROOM, BolliniApplication, Context, Room
from handlers.setup import setup
from locales.translator import load_translators
from participation import agenda, personal_data
from storage import files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Update

    from bot.clock import Clock
    from bot.intake import Intake
    from bot.logs import Trouble
    from bot.settings import Settings
    from locales.translator import Translators
    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Database

log = structlog.get_logger(__name__)

CONNECTIONS = 64
"""Calls to Telegram at once."""

STOP_SECONDS = 8.5
"""From a stop on, how long what was taken may take to be handled and sent, all together. With what a chart
that is being drawn still takes it stays below the ten seconds after which containers are killed."""

LAST_SENDS = 0.3
"""Seconds for what is being sent even when the handling took all of that."""

CONNECT_BACKOFF = 10.0
"""Seconds between two attempts to reach Telegram at the start, at most."""

STARTING = "starting"
"""The promise that holds a rehearsal's time until the bot has started."""


class RunningBot:
    """One bot on one event. Made by `build`; `run` until a signal or `stop`."""

    def __init__(
        self,
        settings: Settings,
        event: Event,
        definition: str,
        database: Database,
        clock: Clock,
        trouble: Trouble | None = None,
        thinker: Thinker | None = None,
    ) -> None:
        assert settings.token is not None, "the command line asked for it"
        # The library's own switch to its coming form of `retry_after`, without which reading it warns.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self._settings = settings
        self._event = event
        self._definition = definition
        self.metrics = Metrics(None if trouble is None else trouble.counts)
        self._database = database = Timed(database, self.metrics)
        self._clock = clock
        self._stopping = asyncio.Event()
        self._stop_until = float("inf")
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")
        self.translators: Translators = load_translators(event.zone_info)
        polling, calling = AiohttpRequest(1, self.metrics), AiohttpRequest(CONNECTIONS, self.metrics)
        self._requests = (polling, calling)
        bot: ExtBot[None] = ExtBot(
            token=settings.token.get_secret_value(),
            base_url=f"{settings.api_url}/bot",
            base_file_url=f"{settings.api_url}/file/bot",
            request=calling,
            get_updates_request=polling,
        )
        self.application: BolliniApplication = (
            Application.builder()
            .bot(bot)
            .updater(None)
            .job_queue(None)
            .context_types(ContextTypes(context=Context))
            .build()
        )
        pacer = Pacer(clock.elapsed())
        paid = settings.paid_broadcast
        studio = Studio(database, event, clock, self._executor)
        self.outage = outage = Outage(lambda: database.available)
        self.screens = Screens(database, event, bot, clock, outage, pacer, self.translators, paid=paid)
        self.outbox = Outbox(database, event, bot, clock, outage, pacer, self.translators, studio, paid=paid)
        self._own_thinker = Thinker() if thinker is None and settings.themes else None
        self.themes = ThemesWorker(
            database,
            event,
            clock,
            outage,
            pacer,
            thinker or self._own_thinker,
            settings.channel,
            self._wake,
        )
        self.note_files = NoteFiles(
            database,
            files.FileStore(files.beside(settings.database)),
            bot,
            clock,
            outage,
            pacer,
            self._wake,
            self._executor,
        )
        self.menus = Menus(database, event, bot, clock, outage, pacer, self.translators)
        self.queues = Queues(self.application, database, clock, outage, pacer, self._tell, self.metrics)
        self._intake: Intake = Polling(self.application, polling, self.queues)
        if settings.webhook_url is not None:
            self._intake = self._webhook(settings.webhook_url)
        self._schedule = Schedule(database, event, clock, outage, settings.channel, self._wake)
        self._room = self.application.bot_data[ROOM] = Room(
            database=database,
            event=event,
            clock=clock,
            translators=self.translators,
            screens=self.screens,
            outbox=self.outbox,
            queues=self.queues,
            themes=self.themes,
            note_files=self.note_files,
            menus=self.menus,
            new_id=new_id,
            channel=settings.channel,
        )
        setup(self.application)
        errors.setup(self.application)
        self._health: HealthServer | None = None
        if settings.health_port is not None:
            health = Health(database, bot, clock, self.metrics)
            self._health = HealthServer(health, self.metrics, settings.health_host, settings.health_port)

    def _webhook(self, address: str) -> Webhook:
        settings = self._settings
        assert settings.token is not None, "the command line asked for it"
        secret = settings.webhook_secret or settings.token
        return Webhook(
            self.application,
            self.queues,
            address,
            settings.webhook_host,
            settings.webhook_port,
            secret.get_secret_value() if settings.webhook_secret else secret_for(secret.get_secret_value()),
        )

    async def _tell(self, update: Update, notice: Notice) -> None:
        await tell(self.application.bot, self._room, update, notice)

    async def run(self) -> None:
        """Take updates, send, keep the agenda; returns once stopped and everything taken is finished.

        Raises `InvalidToken` when Telegram does not know the token, `AnotherPoller` when another program uses
        it, `SettingsError`, `DatabaseError` and `EventChanged` when something has to be set first.
        """
        if self._health is not None:
            await self._health.start()
        try:
            await agenda.prepare(
                self._database,
                self._event,
                self._definition,
                self._clock.now(),
                channel=self._settings.channel is not None,
            )
            if await self._connect():
                await self._run()
        finally:
            if self._health is not None:
                await self._health.stop()
            await self.application.bot.shutdown()
            # A start that was cancelled may have opened what the library does not know to be open.
            await asyncio.gather(*(request.shutdown() for request in self._requests))
            self._executor.shutdown(cancel_futures=True)
            if self._own_thinker is not None:
                self._own_thinker.close()

    async def _connect(self) -> bool:
        """Reach Telegram, however long that takes; False when stopped before."""
        failures = 0
        stopping = asyncio.create_task(self._stopping.wait(), name="stopping")
        try:
            while not self._stopping.is_set():
                reaching = asyncio.create_task(self.application.initialize(), name="reaching")
                try:
                    await asyncio.wait({reaching, stopping}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    # A server that never answers must not hold up a stop.
                    if not reaching.done():
                        reaching.cancel()
                        await asyncio.gather(reaching, return_exceptions=True)
                if reaching.cancelled():
                    break
                error = reaching.exception()
                if error is None:
                    return True
                if isinstance(error, InvalidToken) or not isinstance(error, TelegramError):
                    raise error
                failures += 1
                log.warning("telegram_not_reached", error=type(error).__name__, failures=failures)
                pause = min(0.2 * 2 ** min(failures, 10), CONNECT_BACKOFF)
                await asyncio.wait({stopping}, timeout=pause)
        finally:
            stopping.cancel()
            await asyncio.gather(stopping, return_exceptions=True)
        return False

    async def _run(self) -> None:
        async with self.application:
            await self.outbox.load()
            await self.queues.load()
            background = [
                asyncio.create_task(self.outage.watch(), name="outage"),
                asyncio.create_task(self.queues.run(), name="queues"),
                asyncio.create_task(self.outbox.run(), name="outbox"),
                asyncio.create_task(self.screens.run(), name="screens"),
                asyncio.create_task(self.themes.run(), name="themes"),
                asyncio.create_task(self.note_files.run(), name="note files"),
                asyncio.create_task(self.menus.run(), name="menus"),
            ]
            looking = asyncio.create_task(self._look_at_channel(), name="channel")
            preparing = asyncio.create_task(asyncio.to_thread(personal_data.prepare), name="personal data")
            await self._schedule.start()
            # The background tasks have begun by now and say themselves what they still have to do.
            self._clock.promise(STARTING, None)
            taking = asyncio.create_task(self._intake.run(), name="intake")
            log.info("started", event_code=self._event.code, tables=len(self._event.tables))
            try:
                await asyncio.wait({taking, *background}, return_when=asyncio.FIRST_COMPLETED)
                self._intake.stop()
                await taking
                self.outbox.stop()
                self.screens.stop()
                self.note_files.stop()
                self.menus.stop()
                now = asyncio.get_running_loop().time()
                until = max(min(self._stop_until, now + STOP_SECONDS), now + LAST_SENDS)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(until):
                        await self.outbox.drain()
                        await self.screens.drain()
                        await self.note_files.drain()
                        await self.menus.drain()
            finally:
                await self._schedule.stop()
                every = (taking, looking, preparing, *background)
                for task in every:
                    task.cancel()
                results = await asyncio.gather(*every, return_exceptions=True)
            for result in results:
                if isinstance(result, Exception):
                    raise result
        log.info("stopped")

    def stop(self) -> None:
        """Finish what was taken, then return from `run`."""
        self._stop_until = asyncio.get_running_loop().time() + STOP_SECONDS
        self._stopping.set()
        self._intake.stop()

    def _wake(self) -> None:
        self.themes.wake()
        self.outbox.wake()
        self.screens.wake()

    async def _look_at_channel(self) -> None:
        """What is not as it should be with the channel is said in the log; nobody waits for it."""
        channel = self._settings.channel
        problem = None if channel is None else await look_at(self.application.bot, channel)
        if problem is not None:
            log.warning("channel_not_ready", advice=problem)


def new_id() -> str:
    """A fresh random id: 96 bits, safe in links and buttons."""
    return secrets.token_hex(12)


@contextlib.asynccontextmanager
async def following_clock(settings: Settings) -> AsyncIterator[Clock]:
    """The clock that the settings name; a rehearsal's is followed while the block runs."""
    if settings.clock_url is None:
        yield SystemClock()
        return
    clock = RehearsalClock(settings.clock_url)
    # Until the agenda is known the event's time must not run: a promise long past holds it.
    clock.promise(STARTING, clock.now())
    started = asyncio.Event()
    following = asyncio.create_task(clock.follow(started), name="clock")
    try:
        await started.wait()
        yield clock
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def run(
    settings: Settings, event: Event, definition: str, database: Database, trouble: Trouble
) -> None:
    """Run the bot until SIGTERM or SIGINT."""
    async with following_clock(settings) as clock:
        bot = RunningBot(settings, event, definition, database, clock, trouble)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, bot.stop)
        memory.set_aside()
        await bot.run()
