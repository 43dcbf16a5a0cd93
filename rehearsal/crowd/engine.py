"""The loop that makes a plan happen: a heap of acts by planned time, and one rule for which may start.

The outcome must be the same whatever real time does, and when the bot is killed in the middle. So an act
starts

- when the event's time has come to it, and
- when no unfinished act that was planned before it conflicts with it: one of the same person, or one of the
  same table where either of the two changes the table (it is opened, it is closed, a strategy is put on).

Everything else may happen at once and in any order, for it does not matter. That no moment of the agenda
passes before the acts planned before it are done is the clock's to keep; it asks `unanswered` and `planned`.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime, timedelta


class Keeper(Protocol):
    """What the engine needs of a clock."""

    def now(self) -> datetime:
        """The event's time."""

    async def wait_until(self, when: datetime) -> None:
        """Return when the event's time has reached `when`."""

    def reconsider(self) -> None:
        """The engine's `unanswered` or `planned` changed."""


@dataclass(frozen=True, order=True)
class Act:
    """One thing somebody means to do.

    at: when, in event time. number: unique, the order among equals. who: the person's Telegram id. do: what,
    with `words`. tables: those it concerns. changes: whether it changes these tables for everybody there.
    """

    at: datetime
    number: int
    who: int = field(compare=False)
    do: str = field(compare=False)
    words: tuple[str, ...] = field(default=(), compare=False)
    tables: frozenset[str] = field(default=frozenset(), compare=False)
    changes: bool = field(default=False, compare=False)


class _Blockers:
    """Unfinished acts, summed up to answer quickly whether one of them conflicts with another act."""

    def __init__(self) -> None:
        self._people: set[int] = set()
        self._touched: set[str] = set()
        self._changing: set[str] = set()

    def add(self, act: Act) -> None:
        self._people.add(act.who)
        self._touched |= act.tables
        if act.changes:
            self._changing |= act.tables

    def block(self, act: Act) -> bool:
        if act.who in self._people or not act.tables.isdisjoint(self._changing):
            return True
        return act.changes and not act.tables.isdisjoint(self._touched)


class Engine:
    """Runs the acts.

    `perform(act)` does one and returns when its answer was seen; what it raises ends the run.
    """

    def __init__(
        self,
        keeper: Keeper,
        acts: Iterable[Act],
        perform: Callable[[Act], Awaitable[None]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keeper = keeper
        self._perform = perform
        self._monotonic = monotonic
        self._later = list(acts)
        heapq.heapify(self._later)
        self._waiting: list[Act] = []
        self._under_way: dict[Act, float] = {}
        self._group: asyncio.TaskGroup | None = None
        self.total = len(self._later)
        self.done = 0

    @property
    def unanswered(self) -> datetime | None:
        """The planned time of the earliest act that is due or under way."""
        return min((act.at for act in (*self._under_way, *self._waiting[:1])), default=None)

    @property
    def planned(self) -> datetime | None:
        """The planned time of the earliest act that is not due yet."""
        return self._later[0].at if self._later else None

    @property
    def acting(self) -> int:
        """Acts under way."""
        return len(self._under_way)

    @property
    def waiting(self) -> int:
        """Acts that are due but wait for others."""
        return len(self._waiting)

    def longest(self) -> tuple[Act, float] | None:
        """The act under way for longest, and for how many real seconds."""
        if not self._under_way:
            return None
        act = min(self._under_way, key=self._under_way.__getitem__)
        return act, self._monotonic() - self._under_way[act]

    async def run(self) -> None:
        """Make everything happen; returns when the last act is done."""
        async with asyncio.TaskGroup() as self._group:
            while self._later:
                await self._keeper.wait_until(self._later[0].at)
                self._fall_due(self._keeper.now())

    def rush(self, ahead: timedelta, until: datetime) -> int:
        """Everybody acts at once: what is planned within `ahead`, and before `until`, falls due now.

        Orders that matter are kept, so the outcome is the same. Returns how many acts are unanswered.
        """
        self._fall_due(min(self._keeper.now() + ahead, until))
        return len(self._under_way) + len(self._waiting)

    def _fall_due(self, now: datetime) -> None:
        while self._later and self._later[0].at <= now:
            self._waiting.append(heapq.heappop(self._later))
        self._start()
        self._keeper.reconsider()

    def _start(self) -> None:
        assert self._group is not None, "acts start while the engine runs"
        before = _Blockers()
        for act in self._under_way:
            before.add(act)
        still: list[Act] = []
        for act in self._waiting:
            # An act under way that conflicts was planned before: a later one would have waited for this one.
            if before.block(act):
                still.append(act)
            else:
                self._under_way[act] = self._monotonic()
                self._group.create_task(self._carry_out(act))
            before.add(act)
        self._waiting = still

    async def _carry_out(self, act: Act) -> None:
        await self._perform(act)
        del self._under_way[act]
        self.done += 1
        self._start()
        self._keeper.reconsider()
