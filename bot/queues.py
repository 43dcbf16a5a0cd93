"""One queue per person: everybody's acts in their order, and nobody waits for another.

An update is handled, or rests in the database (`storage/inbox.py`), before its future is done: only then may
Telegram forget it. Few of a person's updates wait in memory; what comes faster than it is handled goes on in
the database, so that the bot's memory is bounded and Telegram, which gives no more than 100 from the oldest
that is not confirmed, gives what others send.

Who acts faster than people do is asked to slow down, once. Until they do, their presses are answered in
silence and not carried out; what they write is kept and handled in its turn. What was done stays done.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from telegram.error import TelegramError

from bot.metrics import Metrics
from bot.reading import KINDS, look, read
from participation import notices
from storage import inbox
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from datetime import datetime

    from telegram import Update

    from bot.clock import Clock
    from bot.outage import Outage
    from bot.pacing import Pacer
    from bot.reading import Act
    from handlers.context import BolliniApplication
    from participation.notices import Notice
    from storage.database import Database

log = structlog.get_logger(__name__)

ACTS = 20
WITHIN = timedelta(seconds=5)
"""So many acts of one person in so much time of the event; who does more is asked to slow down.

Until they did not even half as many in that time."""

IN_MEMORY = 20
"""Updates of one person that wait in memory; more wait in the database."""

KEPT = 2_000
"""Updates of one person that wait in the database at most: no hand writes so much ahead. More is dropped."""

KEEP_AT_ONCE = 16
"""Updates kept in one transaction: a tap of somebody else waits no longer than that takes."""

RECENT = 20_000
"""Updates remembered after they were handled, for those that Telegram gives twice."""

DAY = 86_400.0
"""Real seconds of silence after which they are forgotten: after a week Telegram numbers updates anew."""

FORGET_EVERY = 1_000
"""Updates after which those who are idle are forgotten."""

SILENT = 1_000
"""Presses of people who are too fast that wait for their silent answer, at most."""

ANSWERING = 4
"""Of these, answered at once."""

TURN = 0.1
"""Real seconds between two updates of somebody who is too fast."""

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
"""Real seconds before something is tried again that could not be done for now; doubled each time."""

STRANGER_ATTEMPTS = 8
"""How often an update is tried of somebody whom Telegram does not let us answer, and who is not stored."""


@dataclass(eq=False)
class _Item:
    """An update that was taken. `forgettable` is done once Telegram may forget it; `place` orders all."""

    act: Act
    raw: Mapping[str, Any]
    place: int
    since: float
    forgettable: asyncio.Future[None]
    # Of one in memory: it is kept, or about to be, so that Telegram may forget it before it is handled.
    keeping: asyncio.Future[inbox.Put] | None = None


@dataclass
class _Person:
    # What waits in memory comes before what waits in the database.
    queue: deque[_Item] = field(default_factory=deque)
    # How many are in the database alone, or on their way there.
    behind: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    lately: deque[datetime] = field(default_factory=lambda: deque(maxlen=ACTS + 1))
    slowed: bool = False
    dropped: bool = False
    task: asyncio.Task[None] | None = None


@dataclass(frozen=True)
class _Postponed:
    error: Exception
    after: timedelta | None


class Queues:
    """First `load`; then `run`, a task that its owner cancels after `finish`. `take` is for each update."""

    def __init__(
        self,
        application: BolliniApplication,
        database: Database,
        clock: Clock,
        outage: Outage,
        pacer: Pacer,
        tell: Callable[[Update, Notice], Awaitable[None]],
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._application = application
        self._database = database
        self._clock = clock
        self._outage = outage
        self._pacer = pacer
        self._tell = tell
        self._people: dict[int, _Person] = {}
        self._under_way: dict[int, _Item] = {}
        self._recent: OrderedDict[int, None] = OrderedDict()
        self._postponed: dict[int, _Postponed] = {}
        self._told_of_trouble: set[int] = set()
        self._told_in = 0
        self._to_keep: deque[_Item] = deque()
        self._keeping = asyncio.Event()
        self._silent: deque[str] = deque(maxlen=SILENT)
        self._silencing = asyncio.Event()
        self._extra: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._taken = 0
        self._place = 0
        self._last = time.monotonic()

    # --- taking ----------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Go on with what was kept before; to be done before anything is taken, for it comes first."""
        self._place = await inbox.last(self._database)
        for key, count in (await inbox.waiting(self._database)).items():
            person = self._people.setdefault(key, _Person())
            person.behind = count
            self._go_on(key, person)

    def take(self, raw: Mapping[str, Any], *, waited: bool = False) -> asyncio.Future[None]:
        """Give an update (that has a number) its place; the future is done when Telegram may forget it.

        `waited`: it lay at Telegram while we were away, so nobody was fast.
        """
        number = int(raw["update_id"])
        known = self._under_way.get(number)
        if known is not None:
            return known.forgettable
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        now = time.monotonic()
        if now - self._last > DAY:
            self._recent.clear()
        self._last = now
        if number in self._recent:
            # Telegram gives an update twice now and then.
            future.set_result(None)
            return future
        act = look(raw)
        if act is None:
            future.set_result(None)
            return future
        self._place += 1
        item = _Item(act, raw, self._place, now, future)
        self._under_way[number] = item
        self._metrics.taken(number, act.press)
        future.add_done_callback(lambda done: self._settled(number, done))
        person = self._people.setdefault(act.sender, _Person())
        if not waited:
            self._pacer.heard(act.sender, self._clock.elapsed())
        if not waited and self._must_slow_down(person):
            told = self._told(raw, notices.TooFast())
            if told and act.press is not None:
                # With this very sentence it is answered.
                future.set_result(None)
        if not future.done():
            self._place_of(item, person)
        self._taken += 1
        if self._taken % FORGET_EVERY == 0:
            self._forget_idle()
        return future

    def _place_of(self, item: _Item, person: _Person) -> None:
        if person.slowed and item.act.press is not None:
            self._silent.append(item.act.press)
            self._silencing.set()
            item.forgettable.set_result(None)
        elif person.slowed or person.behind or len(person.queue) >= IN_MEMORY:
            if person.behind >= KEPT:
                if not person.dropped:
                    person.dropped = True
                    log.warning("flood_dropped", waiting=person.behind)
                item.forgettable.set_result(None)
                return
            person.behind += 1
            self._keep_soon(item)
            self._go_on(item.act.sender, person)
        else:
            person.queue.append(item)
            self._go_on(item.act.sender, person)

    def keep(self, numbers: Iterable[int], older: float) -> None:
        """Keep those updates that are under way for longer than so many real seconds: others wait behind.

        When they are kept Telegram may forget them. Of strangers nothing is kept; theirs are forgotten by
        Telegram all the same, and a kill in that moment leaves them to write again.
        """
        before = time.monotonic() - older
        for number in numbers:
            item = self._under_way.get(number)
            if item is None or item.since > before or item.keeping is not None:
                continue
            if item in self._people[item.act.sender].queue:
                item.keeping = asyncio.get_running_loop().create_future()
                self._keep_soon(item)

    def postpone(self, update: Update, error: Exception, after: timedelta | None = None) -> None:
        """Said by whoever could not handle an update for now: it is tried again, after so long.

        None: when the database can be used again, perhaps.
        """
        self._postponed[update.update_id] = _Postponed(error, after)

    @property
    def waiting(self) -> int:
        """Updates that Telegram gave and may not forget yet."""
        return len(self._under_way)

    @property
    def people_waiting(self) -> int:
        """How many people's updates these are: one who floods does not make the bot busy."""
        return len({item.act.sender for item in self._under_way.values()})

    def _settled(self, number: int, future: asyncio.Future[None]) -> None:
        item = self._under_way.pop(number, None)
        if item is not None:
            kind = next(name for name in item.raw if name in KINDS)
            self._metrics.handled(number, kind, item.act.press)
        if not future.cancelled():
            self._recent[number] = None
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)

    def _must_slow_down(self, person: _Person) -> bool:
        """Count an act; whether the person is too fast since now."""
        now = self._clock.now()
        lately = person.lately
        if lately and now < lately[-1]:
            # The clock was put back: what was counted lies in its future.
            lately.clear()
        if person.slowed and (len(lately) <= ACTS // 2 or now - lately[-ACTS // 2] > WITHIN):
            person.slowed = person.dropped = False
        lately.append(now)
        if person.slowed or len(lately) <= ACTS or now - lately[0] > WITHIN:
            return False
        person.slowed = True
        return True

    def _go_on(self, key: int, person: _Person) -> None:
        if person.task is None and (person.queue or person.behind):
            person.task = asyncio.create_task(self._handle_all(key, person))

    # --- handling --------------------------------------------------------------------------------------

    async def _handle_all(self, key: int, person: _Person) -> None:
        try:
            while True:
                if person.queue:
                    await self._handle_next(person)
                elif person.behind and not self._stopping:
                    await self._handle_kept(key, person)
                else:
                    break
                if person.slowed:
                    with self._clock.working():
                        await asyncio.sleep(TURN)
        finally:
            person.task = None

    async def _handle_next(self, person: _Person) -> None:
        """The oldest of what waits in memory."""
        item = person.queue[0]
        await self._handle(item.raw)
        if item.keeping is not None and await item.keeping == "kept":
            await self._insist(partial(self._done, item.place))
        person.queue.popleft()
        if not item.forgettable.done():
            item.forgettable.set_result(None)

    async def _handle_kept(self, key: int, person: _Person) -> None:
        """The oldest of what waits in the database."""
        person.arrived.clear()
        try:
            with self._clock.working():
                kept = await inbox.first(self._database, key)
        except Unavailable as error:
            self._outage.met(error)
            await asyncio.sleep(LONGEST_PAUSE)
            return
        if kept is None:
            # It is on its way there.
            await person.arrived.wait()
            return
        await self._handle(orjson.loads(kept.body))
        await self._insist(partial(self._done, kept.id))
        person.behind -= 1

    async def _done(self, place: int) -> None:
        async with self._database.transaction() as tx:
            await inbox.done(tx, place)

    async def _insist(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write what has happened, as often as it takes: it would be handled again."""
        while True:
            try:
                with self._clock.working():
                    await write()
            except Unavailable as error:
                self._outage.met(error)
                await asyncio.sleep(LONGEST_PAUSE)
            else:
                return

    async def _handle(self, raw: Mapping[str, Any]) -> None:
        """Returns when the update is handled, or given up with a line in the log."""
        update = read(raw, self._application.bot)
        if update is None:
            return
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
                return
            attempts += 1
            if not await self._wait_to_try_again(update, postponed, attempts):
                return

    async def _wait_to_try_again(self, update: Update, postponed: _Postponed, attempts: int) -> bool:
        if isinstance(postponed.error, Unavailable):
            self._outage.met(postponed.error)
            self._tell_of_trouble(update)
            # In real time: it is the machine that is in trouble, whatever the event's time does.
            await asyncio.sleep(min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE))
            return True
        if attempts >= STRANGER_ATTEMPTS:
            log.error("answer_given_up", error=type(postponed.error).__name__, attempts=attempts)
            return False
        after = postponed.after or timedelta(seconds=FIRST_PAUSE * 2**attempts)
        await self._clock.rest(self._clock.elapsed() + after.total_seconds())
        return True

    def _tell_of_trouble(self, update: Update) -> None:
        """Tell a person once, however long it lasts and whatever else they send."""
        if self._told_in != self._outage.number:
            self._told_in = self._outage.number
            self._told_of_trouble.clear()
        who = update.effective_user
        if who is not None and who.id not in self._told_of_trouble:
            self._told_of_trouble.add(who.id)
            self._spawn(self._tell(update, notices.StoreTroubled()))

    def _told(self, raw: Mapping[str, Any], notice: Notice) -> bool:
        """Whether who sent this is being told."""
        update = read(raw, self._application.bot)
        if update is None:
            return False
        self._spawn(self._tell(update, notice))
        return True

    # --- what is beside the queues ---------------------------------------------------------------------

    async def run(self) -> None:
        """Keep what comes too fast, and answer its presses."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep())
                for _ in range(ANSWERING):
                    group.create_task(self._answer_silently())
        finally:
            await _cancel(self._extra)

    def _keep_soon(self, item: _Item) -> None:
        self._to_keep.append(item)
        self._keeping.set()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            await self._keeping.wait()
            items = [self._to_keep[n] for n in range(min(KEEP_AT_ONCE, len(self._to_keep)))]
            if not items:
                self._keeping.clear()
                continue
            try:
                with self._clock.working():
                    found = await self._put(items)
            except Unavailable as error:
                self._outage.met(error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            for item, put in zip(items, found, strict=True):
                self._to_keep.popleft()
                self._was_put(item, put)

    async def _put(self, items: list[_Item]) -> list[inbox.Put]:
        async with self._database.transaction() as tx:
            return [
                await inbox.put(
                    tx, item.place, item.act.name, item.act.sender, orjson.dumps(item.raw).decode()
                )
                for item in items
            ]

    def _was_put(self, item: _Item, put: inbox.Put) -> None:
        person = self._people[item.act.sender]
        if item.keeping is not None:
            item.keeping.set_result(put)
        elif put != "kept":
            person.behind -= 1
            if put == "stranger" and not person.slowed and len(person.queue) < IN_MEMORY:
                # They may be about to read the notice, with what is in front of this.
                person.queue.append(item)
                self._go_on(item.act.sender, person)
                person.arrived.set()
                return
        person.arrived.set()
        if not item.forgettable.done():
            item.forgettable.set_result(None)

    async def _answer_silently(self) -> None:
        while True:
            await self._silencing.wait()
            if not self._silent:
                self._silencing.clear()
                continue
            try:
                await self._application.bot.answer_callback_query(self._silent.popleft())
            except TelegramError as error:
                log.info("press_not_answered", error=type(error).__name__)

    def _spawn(self, telling: Awaitable[None]) -> None:
        async def tells() -> None:
            try:
                await telling
            except Exception as error:
                log.exception("telling_broke", error=type(error).__name__)

        task = asyncio.create_task(tells())
        self._extra.add(task)
        task.add_done_callback(self._extra.discard)

    def _forget_idle(self) -> None:
        """Nobody is remembered for longer than it takes to tell whether they are too fast."""
        now = self._clock.now()
        for key, person in list(self._people.items()):
            idle = person.task is None and not person.queue and not person.behind
            if idle and (not person.lately or abs(now - person.lately[-1]) > WITHIN):
                del self._people[key]

    # --- the end ---------------------------------------------------------------------------------------

    async def finish(self, seconds: float) -> None:
        """Handle what was taken, for so many real seconds; what is left is given again at the next start.

        What rests in the database goes on then, too.
        """
        self._stopping = True
        for person in self._people.values():
            person.arrived.set()
        waits: set[asyncio.Future[None]] = {item.forgettable for item in self._under_way.values()}
        waits.update(person.task for person in self._people.values() if person.task is not None)
        if waits:
            await asyncio.wait(waits, timeout=seconds)
        if self._under_way:
            late = {item.act.sender for item in self._under_way.values()}
            log.warning("not_finished", people=len(late), advice="it is delivered again at the next start")
        await self.abandon()

    async def abandon(self) -> None:
        """Handle no more; what was begun is undone."""
        self._stopping = True
        await _cancel({person.task for person in self._people.values() if person.task is not None})
        for item in list(self._under_way.values()):
            item.forgettable.cancel()


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    tasks = set(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
