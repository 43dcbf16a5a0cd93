"""Figures about the running bot, for Prometheus and for `/health`: counts and times, of nobody in particular.

One object, built in `bot/app.py` and given to whoever has something to count. What is waiting in the database
is read when somebody asks (`bot/health.py`), not counted here.
"""

from __future__ import annotations

import re
import time
from collections import Counter as Counts
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

    from prometheus_client.metrics_core import Metric

    from storage.database import Database, Row, Transaction
    from storage.upkeep import Backlog

ANSWER_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
WRITE_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)

_METHOD = re.compile(r"[A-Za-z]{1,40}")
_OK = 200
_THEIR_TROUBLE = 500


class Metrics:
    """What is counted and timed. Times are seconds of a clock that is never set."""

    def __init__(
        self,
        trouble: Mapping[tuple[str, str], int] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.registry = CollectorRegistry()
        self._monotonic = monotonic
        self._taken: dict[int, float] = {}
        self._presses: dict[str, float] = {}
        self.last_handled: float | None = None
        self.last_answer: float | None = None
        ProcessCollector(registry=self.registry)
        self.registry.register(_Trouble(Counts() if trouble is None else trouble))
        self._updates = Counter(
            "bollini_updates", "Updates handled, by kind.", ["kind"], registry=self.registry
        )
        self._answered = Histogram(
            "bollini_tap_answer_seconds",
            "From a tap's being taken to Telegram's having the answer.",
            buckets=ANSWER_BUCKETS,
            registry=self.registry,
        )
        self._calls = Counter(
            "bollini_telegram_calls",
            "Calls to Telegram, by method and HTTP status (or: network).",
            ["method", "outcome"],
            registry=self.registry,
        )
        self._writes = Histogram(
            "bollini_database_write_seconds",
            "Write transactions, with waiting for their turn.",
            buckets=WRITE_BUCKETS,
            registry=self.registry,
        )
        intake = self._gauge("bollini_intake_waiting", "Updates taken and not handled yet.")
        intake.set_function(lambda: len(self._taken))
        self._letters = self._gauge("bollini_outbox_waiting", "Messages to be sent.", "to")
        self._age = self._gauge("bollini_outbox_oldest_seconds", "Age of the oldest such message.", "to")
        self._spreading = self._gauge("bollini_announcements_waiting", "Announcements to be spread.")
        self._dead = self._gauge("bollini_outbox_dead", "Messages that Telegram refused for good.")
        self._screens = self._gauge("bollini_screens_waiting", "Screens not shown as they are wanted.")
        self._overdue = self._gauge(
            "bollini_agenda_overdue_seconds", "How long the oldest due moment of the agenda waits."
        )

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def now(self) -> float:
        """Seconds of the clock that `last_handled` and `last_answer` are of."""
        return self._monotonic()

    def taken(self, number: int, press: str | None) -> None:
        """Telegram gave us the update with this number; `press`: the id of the tap that it is."""
        self._taken[number] = self.now()
        if press is not None:
            self._presses[press] = self.now()

    def handled(self, number: int, kind: str, press: str | None) -> None:
        """The update was handled, well or not."""
        self.last_handled = self.now()
        self._taken.pop(number, None)
        if press is not None:
            self._presses.pop(press, None)
        self._updates.labels(kind).inc()

    @property
    def longest_waiting(self) -> float | None:
        """For how many seconds the oldest update not handled has been waiting."""
        return self.now() - min(self._taken.values()) if self._taken else None

    def called(self, method: str, status: int | None, press: str | None = None) -> None:
        """A call to Telegram ended with this HTTP status, None for no answer; `press`: the tap it answers."""
        name = method if _METHOD.fullmatch(method) else "file"
        self._calls.labels(name, "network" if status is None else str(status)).inc()
        if status is None or status >= _THEIR_TROUBLE:
            return
        self.last_answer = self.now()
        if press is not None and status == _OK:
            taken = self._presses.pop(press, None)
            if taken is not None:
                self._answered.observe(self.now() - taken)

    def wrote(self, seconds: float) -> None:
        """A write transaction took so long."""
        self._writes.observe(seconds)

    def waiting(self, backlog: Backlog, ages: Mapping[str, float], overdue: float) -> None:
        """What the database says is still to be done; ages in seconds, by "people" and "channel"."""
        for to, count in (("people", backlog.letters), ("channel", backlog.posts)):
            self._letters.labels(to).set(count)
            self._age.labels(to).set(ages[to])
        self._spreading.set(backlog.spreading)
        self._dead.set(backlog.dead)
        self._screens.set(backlog.screens)
        self._overdue.set(overdue)


class _Trouble(Collector):
    """What went wrong, as the log counts it."""

    def __init__(self, counts: Mapping[tuple[str, str], int]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """The counts of this moment."""
        family = CounterMetricFamily(
            "bollini_trouble", "Entries of the log from warning on.", labels=["level", "event"]
        )
        for (level, event), count in sorted(self._counts.items()):
            family.add_metric([level, event], count)
        yield family


class Timed:
    """A database whose write transactions are timed."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._metrics = metrics

    @property
    def available(self) -> bool:
        """As the database says."""
        return self._database.available

    async def fetch(self, sql: str, /, *values: object) -> Sequence[Row]:
        """As the database does."""
        return await self._database.fetch(sql, *values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """As the database does."""
        began = self._metrics.now()
        try:
            async with self._database.transaction() as tx:
                yield tx
        finally:
            self._metrics.wrote(self._metrics.now() - began)

    async def close(self) -> None:
        """As the database does."""
        await self._database.close()
