"""One queue per person: everybody's acts in their order, and nobody waits for another.

An update is handled, or tried again until it can be, before its future is done: only then may Telegram forget
it. Who sends very fast is asked to slow down; meanwhile their presses are answered and not carried out, and
what they write rests in the database (`storage/inbox.py`) until it is its turn, so that their flood delays
nobody and no sentence is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from telegram import Update
from telegram.error import TelegramError

from participation import notices
from storage import inbox
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from bot.clock import Clock
    from bot.outage import Outage
    from handlers.context import BolliniApplication
    from participation.notices import Notice
    from storage.database import Database

log = structlog.get_logger(__name__)

ACTS = 20
WITHIN = timedelta(seconds=5)
"""So many acts of one person in so much time of the event; who does more is asked to slow down."""

RECENT = 20_000
"""Updates remembered after they were handled, for those that Telegram gives twice."""

FORGET_EVERY = 1_000
"""Updates after which those who are idle are forgotten."""

SILENT = 1_000
"""Presses of people who are too fast that wait for their silent answer, at most."""

ANSWERING = 4
"""Of these, answered at once."""

TURN = 0.1
"""Real seconds between two messages of somebody who was too fast."""

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
"""Real seconds before an update is tried again that could not be handled for now; doubled each time."""

STRANGER_ATTEMPTS = 8
"""How often an update is tried of somebody whom Telegram does not let us answer, and who is not stored."""


@dataclass
class _Person:
    queue: deque[tuple[Update, asyncio.Future[None]]] = field(default_factory=deque)
    lately: deque[datetime] = field(default_factory=deque)
    slowed: bool = False
    task: asyncio.Task[None] | None = None


@dataclass(frozen=True)
class _ToKeep:
    sender: int
    name: str
    body: str
    future: asyncio.Future[None]


@dataclass(frozen=True)
class _Postponed:
    error: Exception
    after: timedelta | None


class Queues:
    """`run` is a task that its owner cancels after `finish`; `take` gives an update its place."""

    def __init__(
        self,
        application: BolliniApplication,
        database: Database,
        clock: Clock,
        outage: Outage,
        tell: Callable[[Update, Notice], Awaitable[None]],
    ) -> None:
        self._application = application
        self._database = database
        self._clock = clock
        self._outage = outage
        self._tell = tell
        self._people: dict[int, _Person] = {}
        self._under_way: dict[int, asyncio.Future[None]] = {}
        self._recent: OrderedDict[int, None] = OrderedDict()
        self._postponed: dict[int, _Postponed] = {}
        self._told_of_trouble: set[int] = set()
        self._to_keep: list[_ToKeep] = []
        self._being_kept: list[_ToKeep] = []
        self._keeping = asyncio.Event()
        self._silent: deque[str] = deque(maxlen=SILENT)
        self._silencing = asyncio.Event()
        self._extra: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._taken = 0

    # --- taking ----------------------------------------------------------------------------------------

    def take(self, update: Update, raw: Mapping[str, Any]) -> asyncio.Future[None]:
        """Give an update its place; the future is done when Telegram may forget it."""
        number = update.update_id
        known = self._under_way.get(number)
        if known is not None:
            return known
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if number in self._recent:
            # Telegram gives an update twice now and then.
            future.set_result(None)
            return future
        self._under_way[number] = future
        future.add_done_callback(lambda done: self._settled(number, done))
        key = sender(update)
        person = self._people.setdefault(key, _Person())
        if self._is_too_fast(person) and not person.slowed and update.my_chat_member is None:
            person.slowed = True
            self._spawn(self._tell(update, notices.TooFast()))
        if person.slowed and update.callback_query is not None:
            self._silent.append(update.callback_query.id)
            self._silencing.set()
            future.set_result(None)
        elif person.slowed and (update.message or update.edited_message) is not None:
            self._to_keep.append(_ToKeep(key, _name(update), orjson.dumps(raw).decode(), future))
            self._keeping.set()
        else:
            person.queue.append((update, future))
        self._go_on(key, person)
        self._taken += 1
        if self._taken % FORGET_EVERY == 0:
            self._forget_idle()
        return future

    def postpone(self, update: Update, error: Exception, after: timedelta | None = None) -> None:
        """Said by whoever could not handle an update for now: it is tried again, after so much event time.

        None: when the database can be used again, perhaps.
        """
        self._postponed[update.update_id] = _Postponed(error, after)

    @property
    def waiting(self) -> int:
        """Updates that are taken and not handled."""
        return len(self._under_way)

    def _settled(self, number: int, future: asyncio.Future[None]) -> None:
        self._under_way.pop(number, None)
        if not future.cancelled():
            self._recent[number] = None
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)

    def _is_too_fast(self, person: _Person) -> bool:
        now = self._clock.now()
        lately = person.lately
        if lately and now < lately[-1]:
            # The clock was put back: what was counted lies in its future.
            lately.clear()
        while lately and now - lately[0] > WITHIN:
            lately.popleft()
        lately.append(now)
        return len(lately) > ACTS

    def _go_on(self, key: int, person: _Person) -> None:
        if person.task is None and (person.queue or person.slowed):
            person.task = asyncio.create_task(self._handle_all(key, person))

    # --- handling --------------------------------------------------------------------------------------

    async def _handle_all(self, key: int, person: _Person) -> None:
        try:
            while True:
                if person.queue:
                    update, future = person.queue[0]
                    await self._handle(update)
                    person.queue.popleft()
                    if not future.done():
                        future.set_result(None)
                elif not person.slowed or self._stopping or not await self._handle_next_kept(key, person):
                    break
        except Exception as error:
            log.exception("handling_broke", error=type(error).__name__)
        finally:
            person.task = None

    async def _handle_next_kept(self, key: int, person: _Person) -> bool:
        """The oldest of what waits in the database; False when nothing does and the person is slow again."""
        try:
            kept = await inbox.first(self._database, key)
            if kept is not None:
                update = Update.de_json(orjson.loads(kept.body), self._application.bot)
                await self._handle(update)
                async with self._database.transaction() as tx:
                    await inbox.done(tx, kept)
        except Unavailable as error:
            self._outage.met(error)
            await asyncio.sleep(LONGEST_PAUSE)
            return True
        if kept is None and not self._to_keep and not self._being_kept:
            while person.lately and self._clock.now() - person.lately[0] > WITHIN:
                person.lately.popleft()
            if len(person.lately) <= ACTS:
                person.slowed = False
                return False
        await asyncio.sleep(TURN)
        return True

    async def _handle(self, update: Update) -> None:
        """Returns when the update is handled, or given up with a line in the log."""
        attempts = 0
        while True:
            try:
                with self._clock.working():
                    # It gives every exception to the error handler, and returns when all is handled.
                    await self._application.process_update(update)
            except Exception as error:
                # Not even the error handler could: the person's next updates must not wait for ever.
                log.exception("handling_broke", error=type(error).__name__)
                return
            postponed = self._postponed.pop(update.update_id, None)
            if postponed is None:
                if attempts:
                    self._outage.succeeded()
                    self._told_of_trouble.discard(sender(update))
                return
            attempts += 1
            if not await self._wait_to_try_again(update, postponed, attempts):
                return

    async def _wait_to_try_again(self, update: Update, postponed: _Postponed, attempts: int) -> bool:
        if isinstance(postponed.error, Unavailable):
            self._outage.met(postponed.error)
            if sender(update) not in self._told_of_trouble:
                self._told_of_trouble.add(sender(update))
                self._spawn(self._tell(update, notices.StoreTroubled()))
            # In real time: it is the machine that is in trouble, whatever the event's time does.
            await asyncio.sleep(min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE))
            return True
        if attempts >= STRANGER_ATTEMPTS:
            log.error("answer_given_up", error=type(postponed.error).__name__, attempts=attempts)
            return False
        after = postponed.after or timedelta(seconds=FIRST_PAUSE * 2**attempts)
        await self._clock.wait(self._clock.now() + after)
        return True

    # --- what is beside the queues ---------------------------------------------------------------------

    async def run(self) -> None:
        """Keep what comes too fast, and answer its presses; first go on with what was kept before."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._go_on_with_kept())
                group.create_task(self._keep())
                for _ in range(ANSWERING):
                    group.create_task(self._answer_silently())
        finally:
            await _cancel(self._extra)

    async def _go_on_with_kept(self) -> None:
        for key in await inbox.people_waiting(self._database):
            person = self._people.setdefault(key, _Person())
            person.slowed = True
            self._go_on(key, person)

    async def _keep(self) -> None:
        while True:
            await self._keeping.wait()
            self._keeping.clear()
            self._being_kept, self._to_keep = self._to_keep, []
            try:
                async with self._database.transaction() as tx:
                    for each in self._being_kept:
                        await inbox.put(tx, each.name, each.sender, each.body)
            except Unavailable as error:
                self._outage.met(error)
                self._to_keep = self._being_kept + self._to_keep
                await asyncio.sleep(LONGEST_PAUSE)
                self._keeping.set()
                continue
            for each in self._being_kept:
                if not each.future.done():
                    each.future.set_result(None)
            self._being_kept = []

    async def _answer_silently(self) -> None:
        while True:
            await self._silencing.wait()
            if not self._silent:
                self._silencing.clear()
                continue
            with contextlib.suppress(TelegramError):
                await self._application.bot.answer_callback_query(self._silent.popleft())

    def _spawn(self, telling: Awaitable[None]) -> None:
        task = asyncio.ensure_future(telling)
        self._extra.add(task)
        task.add_done_callback(self._extra.discard)

    def _forget_idle(self) -> None:
        """Nobody is remembered for longer than it takes to tell whether they are too fast."""
        now = self._clock.now()
        for key, person in list(self._people.items()):
            if person.task is None and abs(now - person.lately[-1]) > WITHIN:
                del self._people[key]

    # --- the end ---------------------------------------------------------------------------------------

    async def finish(self, seconds: float) -> None:
        """Handle what was taken, for so many real seconds; what is left is given again at the next start."""
        self._stopping = True
        tasks = {person.task for person in self._people.values() if person.task is not None and person.queue}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            if late:
                log.warning(
                    "not_finished", people=len(late), advice="it is delivered again at the next start"
                )
        await self.abandon()

    async def abandon(self) -> None:
        """Handle no more; what was begun is undone."""
        await _cancel({person.task for person in self._people.values() if person.task is not None})
        for future in list(self._under_way.values()):
            future.cancel()


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def sender(update: Update) -> int:
    """Who sent an update, or in which chat it came; 0 when neither is known."""
    if update.effective_user is not None:
        return update.effective_user.id
    return update.effective_chat.id if update.effective_chat is not None else 0


def _name(update: Update) -> str:
    """What names a message, or its edit, for ever."""
    message = update.effective_message
    assert message is not None, "only messages are kept"
    return f"{message.chat.id}:{message.message_id}:{message.edit_date or ''}"
