"""What Telegram gives us, by long polling or to our webhook; confirmed only once it was handled.

The library's own polling confirms what it has merely queued, so a killed process loses it for ever. Here the
offset never passes the oldest update that is not finished, and a webhook is answered when its update is.
After a kill Telegram delivers those again, and every effect is idempotent.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import orjson
import structlog
from aiohttp import web
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError
from yarl import URL

from bot.reading import KINDS, number_of
from bot.rivals import Rivals
from bot.settings import SettingsError
from handlers.sending import seconds

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.queues import Queues
    from bot.transport import AiohttpRequest
    from handlers.context import BolliniApplication

log = structlog.get_logger(__name__)

T = TypeVar("T")

POLL_SECONDS = 30
"""How long the server may hold a call that has nothing to give."""

BATCH = 100
"""Updates in one answer at most: Telegram's limit."""

PAUSE = 0.02
"""Seconds to let updates finish before asking for more: whatever is unfinished would be given again."""

FEW = 10
BUSY_PAUSE = 0.25
"""What more than so many people sent is unfinished: the machine is busy with it, and to be given it again
would add to that. It is left in peace for so many seconds at most."""

FINISH_SECONDS = 6.0
"""How long what was taken may take to be handled after `stop`; the rest is delivered again."""

CONFIRM_SECONDS = 2.0
"""How long the last confirmation may take."""

CROWDED = BATCH // 2
"""Updates from the oldest unfinished one on, when it is time to keep what is slow: at 100 all would wait."""

SLOW, STUCK = 0.5, 3.0
"""Seconds under way after which an update is kept where others pass it, and where nothing moves on."""

CATCH_UP_SECONDS = 30.0
"""How long after we were away, at most, updates may be some that waited meanwhile: nobody was fast then."""

ANSWER_SECONDS = 20.0
"""How long a delivery waits for its update to be handled; Telegram brings it again after that."""

CONFLICT_SECONDS = 5.0
"""Seconds to leave to another process that takes updates with our token."""

LOOK_SECONDS = 30.0
"""Seconds between two looks whether Telegram still delivers to our webhook. While another takes it away, and
as long as we may be the one that came last, so many are `CONFLICT_SECONDS`."""

CONNECTIONS = 100
"""Deliveries to the webhook at once: as many as Telegram may be asked for."""

LARGEST = 2**20
"""Bytes of an update at most."""

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a name, no secret


class Intake(Protocol):
    """Where updates come from."""

    async def run(self) -> None:
        """Take updates; returns after `stop` when all that was taken is handled."""
        ...

    def stop(self) -> None:
        """Take no more."""
        ...


class Polling:
    """Long polling with confirmation after handling. `run` until `stop`."""

    def __init__(
        self,
        application: BolliniApplication,
        request: AiohttpRequest,
        queues: Queues,
    ) -> None:
        self._application = application
        self._request = request
        self._queues = queues
        self._rivals = Rivals()
        # Of all that Telegram may give again.
        self._unconfirmed: dict[int, asyncio.Future[None]] = {}
        self._next: int | None = None
        # Whether no webhook was set after we took away the one before us.
        self._webhook_left = False
        self._stopping = asyncio.Event()
        # While what waited for us at Telegram is taken: until when, at most.
        self._catching_up = time.monotonic() + CATCH_UP_SECONDS

    async def run(self) -> None:
        """Ask, hand out, confirm; returns after `stop` when all that was handed out is handled."""
        try:
            await self._leave_webhook()
            await self._poll()
            await self._queues.finish(FINISH_SECONDS)
            await self._confirm()
        finally:
            await self._queues.abandon()

    async def _poll(self) -> None:
        failures = 0
        self._rivals.begin()
        while not self._stopping.is_set():
            try:
                updates = await self._ask(POLL_SECONDS if not self._unconfirmed else 0)
                failures = 0
            except InvalidToken:
                raise
            except Conflict as error:
                webhook = "webhook is active" in error.message
                if webhook and not self._webhook_left:
                    log.warning("webhook_was_set", advice="it is taken away: this bot asks by itself")
                else:
                    # Nor does a webhook come back by itself.
                    self._rivals.heard()
                if webhook:
                    await self._leave_webhook()
                await self._sleep(CONFLICT_SECONDS)
                continue
            except RetryAfter as error:
                await self._sleep(seconds(error))
                continue
            except Exception as error:
                # Of any kind: an answer that the library cannot read must not end the bot.
                failures += 1
                log.warning("polling_failed", error=type(error).__name__, failures=failures)
                await self._sleep(min(0.2 * 2 ** min(failures, 10), 10.0))
                self._catching_up = time.monotonic() + CATCH_UP_SECONDS
                continue
            waited = time.monotonic() < self._catching_up
            for raw in updates:
                self._hand_out(raw, waited=waited)
            if len(updates) < BATCH:
                self._catching_up = 0.0
            if self._unconfirmed:
                await self._some_progress()

    def stop(self) -> None:
        """Take no more; `run` returns when what was taken is handled."""
        self._stopping.set()

    async def _ask(self, timeout: int) -> list[Any]:  # noqa: ASYNC109 - the server's timeout, not ours
        updates = await _unless(
            self._stopping,
            self._request.get_updates(self._application.bot.base_url, self._offset(), BATCH, timeout, KINDS),
        )
        if updates is None:
            return []
        if not self._unconfirmed:
            # All before is confirmed by now. After a quiet week ids begin again anywhere, and what has a
            # lower one than we ask for would count as confirmed.
            self._next = None
        return updates

    def _offset(self) -> int | None:
        """The lowest that is not handled; all below may be forgotten by Telegram, and by us.

        The lowest, and not the first that came: an answer need not have them in order.
        """
        unfinished = [
            number
            for number, handled in self._unconfirmed.items()
            if not handled.done() or handled.cancelled()
        ]
        if not unfinished:
            self._unconfirmed.clear()
            return self._next
        lowest = min(unfinished)
        for number in [number for number in self._unconfirmed if number < lowest]:
            del self._unconfirmed[number]
        return lowest

    def _hand_out(self, raw: object, *, waited: bool) -> None:
        number = number_of(raw)
        if not isinstance(raw, dict) or number is None or number in self._unconfirmed:
            return
        self._unconfirmed[number] = self._queues.take(raw, waited=waited)
        self._next = max(number + 1, self._next or 0)

    async def _some_progress(self) -> None:
        """Wait until all is handled, or a little: then it is worth asking for more.

        Telegram gives 100 from the oldest that is not confirmed, those behind it included that are handled:
        one slow update would keep back everybody's. Before it does it is kept in the database.
        """
        until = time.monotonic() + BUSY_PAUSE
        while not self._stopping.is_set():
            unfinished = {future for future in self._unconfirmed.values() if not future.done()}
            if not unfinished:
                return
            await asyncio.wait(unfinished, timeout=PAUSE)
            self._offset()
            if len(self._unconfirmed) >= CROWDED:
                slow = [number for number, future in self._unconfirmed.items() if not future.done()]
                # Where all are slow the machine is: to write still more would not help it.
                passed = len(slow) <= len(self._unconfirmed) // 2
                self._queues.keep(slow, SLOW if passed else STUCK)
            peaceful = self._queues.people_waiting <= FEW or time.monotonic() >= until
            if len(self._unconfirmed) < BATCH and peaceful:
                return

    async def _confirm(self) -> None:
        offset = self._offset()
        if offset is None:
            return
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._request.get_updates(self._application.bot.base_url, offset, 1, 0, KINDS)
        except (TelegramError, TimeoutError) as error:
            # It will be delivered again, and handling it twice is harmless.
            log.warning("not_confirmed", error=type(error).__name__)

    async def _leave_webhook(self) -> None:
        """Where a webhook was set before, Telegram lets nobody ask."""
        try:
            left = await _unless(self._stopping, self._application.bot.delete_webhook())
        except TelegramError as error:
            log.warning("webhook_not_left", error=type(error).__name__)
        else:
            self._webhook_left = left is not None

    async def _sleep(self, pause: float) -> None:
        await _stopped(self._stopping, pause)


class Webhook:
    """A small web server to which Telegram delivers. `run` until `stop`.

    address: the public one, that Telegram is told; host and port: where we listen. secret: Telegram repeats
    it with each delivery; without the right one nothing is read.
    """

    def __init__(
        self, application: BolliniApplication, queues: Queues, address: str, host: str, port: int, secret: str
    ) -> None:
        self._application = application
        self._queues = queues
        self._address = address
        self._host = host
        self._port = port
        self._secret = secret
        self._rivals = Rivals()
        self._stopping = asyncio.Event()
        self._catching_up = 0.0

    async def run(self) -> None:
        """Listen, tell Telegram where, and take; returns after `stop` when what was taken is handled.

        Raises `SettingsError` when nothing can listen there.
        """
        self._catching_up = time.monotonic() + CATCH_UP_SECONDS
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/{path:.*}", self._receive)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=CONFIRM_SECONDS)
        await runner.setup()
        try:
            await self._listen(runner)
            await self._tell_where()
            await self._watch()
            await self._queues.finish(FINISH_SECONDS)
        finally:
            await self._queues.abandon()
            await runner.cleanup()

    def stop(self) -> None:
        """Take no more."""
        self._stopping.set()

    async def _listen(self, runner: web.AppRunner) -> None:
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            message = (
                f"Nothing can listen on {self._host}, port {self._port} ({error.strerror}). Choose another "
                "BOLLINI_WEBHOOK_PORT, and have deliveries for BOLLINI_WEBHOOK_URL come there."
            )
            raise SettingsError(message) from error

    async def _tell_where(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                await _unless(
                    self._stopping,
                    self._application.bot.set_webhook(
                        self._address,
                        secret_token=self._secret,
                        max_connections=CONNECTIONS,
                        allowed_updates=KINDS,
                    ),
                )
            except InvalidToken:
                raise
            except TelegramError as error:
                failures += 1
                # What Telegram does not like about an address is for the operator to read.
                said = error.message if isinstance(error, BadRequest) else type(error).__name__
                log.warning("webhook_not_set", error=said, failures=failures)
                pause = seconds(error) if isinstance(error, RetryAfter) else 0.2 * 2 ** min(failures, 6)
                await _stopped(self._stopping, pause)
            else:
                return

    async def _watch(self) -> None:
        """Until stopped, look whether Telegram still delivers to us.

        Who asks by itself, or sets a webhook of its own, takes ours away, and we would not hear of it.
        """
        self._rivals.begin()
        pause = CONFLICT_SECONDS
        while not self._stopping.is_set():
            await _stopped(self._stopping, pause)
            ours = await self._is_ours()
            if ours is False:
                self._rivals.heard()
                await self._tell_where()
                # What lay at Telegram meanwhile was not sent fast.
                self._catching_up = time.monotonic() + CATCH_UP_SECONDS
            pause = CONFLICT_SECONDS if ours is False or self._rivals.new else LOOK_SECONDS

    async def _is_ours(self) -> bool | None:
        """Whether Telegram delivers to our address; None when it does not say."""
        try:
            found = await _unless(self._stopping, self._application.bot.get_webhook_info())
            # As addresses, for Telegram may write ours in another way.
            return None if found is None else URL(found.url) == URL(self._address)
        except InvalidToken:
            raise
        except Exception as error:
            # Of any kind: an answer that the library cannot read must not end the bot.
            log.warning("webhook_not_looked_at", error=type(error).__name__)
            return None

    async def _receive(self, request: web.Request) -> web.Response:
        """200 once the update is handled; 503 while stopping, or when it takes long: it is brought again."""
        # Any bytes may stand in a header.
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret.encode()):
            return web.Response(status=403)
        if self._stopping.is_set():
            return web.Response(status=503)
        try:
            raw = orjson.loads(await request.read())
        except (orjson.JSONDecodeError, web.HTTPRequestEntityTooLarge):
            return web.Response(status=400)
        if not isinstance(raw, dict) or number_of(raw) is None:
            return web.Response(status=400)
        handled = self._queues.take(raw, waited=time.monotonic() < self._catching_up)
        # Not cancelled with the request: Telegram may hang up, and brings it again.
        await asyncio.wait({handled}, timeout=ANSWER_SECONDS)
        done = handled.done() and not handled.cancelled()
        return web.Response(status=200 if done else 503)


async def _unless(stopping: asyncio.Event, call: Coroutine[Any, Any, T]) -> T | None:
    """What a call to Telegram gives; None when stopped before.

    One that is never answered must not hold up a stop.
    """
    calling, stop = asyncio.ensure_future(call), asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({calling, stop}, return_when=asyncio.FIRST_COMPLETED)
        return calling.result() if calling.done() else None
    finally:
        for future in (calling, stop):
            if not future.done():
                future.cancel()
                await asyncio.gather(future, return_exceptions=True)


async def _stopped(stopping: asyncio.Event, pause: float) -> None:
    """Wait for so many seconds, or until stopped."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(pause):
            await stopping.wait()


def secret_for(token: str) -> str:
    """The webhook's secret where none is set: the same at every start, and nothing can be told from it."""
    return hashlib.blake2b(token.encode(), digest_size=32, person=b"bollini webhook").hexdigest()
