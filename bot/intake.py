"""What Telegram gives us: one queue per person, and an update is confirmed only once it was handled.

The library's own polling confirms what it has merely queued, so a killed process loses it for ever. Here the
offset never passes the oldest update that is not finished; after a kill Telegram delivers those again, and
every effect is idempotent. One queue per person keeps a person's acts in order without a slow one delaying
anybody else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.metrics import Metrics
from bot.rivals import Rivals
from handlers.sending import seconds

if TYPE_CHECKING:
    from telegram import Update

    from bot.clock import Clock
    from handlers.context import BolliniApplication

log = structlog.get_logger(__name__)

POLL_SECONDS = 30
"""How long the server may hold a call that has nothing to give."""

BATCH = 100
"""Updates in one answer at most: Telegram's limit."""

PAUSE = 0.05
"""Seconds to let updates finish before asking for more: whatever is unfinished would be given again."""

FINISH_SECONDS = 6.0
"""How long what was taken may take to be handled after `stop`; the rest is delivered again."""

CONFIRM_SECONDS = 2.0
"""How long the last confirmation may take."""

CONFLICT_SECONDS = 5.0
"""Seconds to leave to another process that polls with our token."""

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""Kinds of updates we act on."""


class Polling:
    """Long polling with confirmation after handling. `run` until `stop`."""

    def __init__(
        self,
        application: BolliniApplication,
        clock: Clock,
        metrics: Metrics | None = None,
        rivals: Rivals | None = None,
    ) -> None:
        self._application = application
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._rivals = rivals or Rivals()
        self._queues: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # In the order of delivery; True once handled. Ids may restart, so their order says nothing.
        self._unconfirmed: dict[int, bool] = {}
        self._next: int | None = None
        self._progress = asyncio.Event()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Ask, hand out, confirm; returns after `stop` when all that was handed out is handled."""
        try:
            await self._poll()
            await self._finish()
        finally:
            await self._abandon()

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
                self._rivals.heard(error.message)
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
                continue
            for update in updates:
                self._hand_out(update)
            if self._unconfirmed:
                await self._some_progress()

    def stop(self) -> None:
        """Take no more; `run` returns when what was taken is handled."""
        self._stopping.set()
        self._progress.set()

    async def _ask(self, timeout: int) -> tuple[Update, ...]:  # noqa: ASYNC109 - the server's timeout, not ours
        asking = asyncio.ensure_future(
            self._application.bot.get_updates(
                offset=self._offset(), limit=BATCH, timeout=timeout, allowed_updates=ALLOWED
            )
        )
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                return ()
            updates = tuple(asking.result())
            if not self._unconfirmed:
                # All before is confirmed by now. After a quiet week ids begin again anywhere, and what has a
                # lower one than we ask for would count as confirmed.
                self._next = None
            return updates
        finally:
            for future in (asking, stopping):
                if not future.done():
                    future.cancel()
                    await asyncio.gather(future, return_exceptions=True)

    def _offset(self) -> int | None:
        """The oldest update not handled; all before it may be forgotten by Telegram, and by us."""
        for update_id in list(self._unconfirmed):
            if not self._unconfirmed[update_id]:
                return update_id
            del self._unconfirmed[update_id]
        return self._next

    def _hand_out(self, update: Update) -> None:
        if update.update_id in self._unconfirmed:
            return
        self._unconfirmed[update.update_id] = False
        self._next = update.update_id + 1
        self._metrics.taken(update)
        key = _sender(update)
        queue = self._queues.get(key)
        if queue is not None:
            queue.append(update)
            return
        self._queues[key] = deque((update,))
        task = asyncio.create_task(self._handle_all(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle_all(self, key: int) -> None:
        queue = self._queues[key]
        while queue:
            update = queue[0]
            # process_update gives every exception to the error handler: it returns when all is handled.
            try:
                with self._clock.working():
                    await self._application.process_update(update)
            except Exception as error:
                # Not even the error handler could: the person's next updates must not wait for ever.
                log.exception("handling_broke", error=type(error).__name__)
            queue.popleft()
            self._metrics.handled(update)
            self._unconfirmed[update.update_id] = True
            self._progress.set()
        del self._queues[key]

    async def _some_progress(self) -> None:
        """Wait until all is handled, or a little: then it is worth asking for more."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PAUSE
        while not self._stopping.is_set() and not all(self._unconfirmed.values()):
            self._progress.clear()
            try:
                # Not wait_for: in Python 3.11 it can swallow a cancel.
                async with asyncio.timeout(max(until - loop.time(), 0.001)):
                    await self._progress.wait()
            except TimeoutError:
                if len(self._tasks) < BATCH:
                    return
                # A full batch is unfinished: asking would only give the same updates again.
                until = loop.time() + PAUSE

    async def _finish(self) -> None:
        """Handle what was taken, and confirm it."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=FINISH_SECONDS)
            if late:
                log.warning(
                    "not_finished", people=len(late), advice="it is delivered again at the next start"
                )
                await self._abandon()
        offset = self._offset()
        if offset is not None:
            try:
                async with asyncio.timeout(CONFIRM_SECONDS):
                    await self._application.bot.get_updates(offset=offset, limit=1, timeout=0)
            except (TelegramError, TimeoutError) as error:
                # It will be delivered again, and handling it twice is harmless.
                log.warning("not_confirmed", error=type(error).__name__)

    async def _abandon(self) -> None:
        """Handle no more; what was begun is undone."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _sleep(self, pause: float) -> None:
        try:
            async with asyncio.timeout(pause):
                await self._stopping.wait()
        except TimeoutError:
            return


def _sender(update: Update) -> int:
    if update.effective_user is not None:
        return update.effective_user.id
    return update.effective_chat.id if update.effective_chat is not None else 0
