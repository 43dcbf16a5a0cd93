"""Announcements to 2,000 people at one table are spread while people tap: how long do taps wait?"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from bot.clock import SystemClock
from bot.outage import Outage
from bot.outbox import Outbox
from bot.pacing import Pacer
from locales.translator import load_translators
from participation import dots, notices
from participation.event import load
from storage import ballots, outbox, people, tables
from storage.outbox import Urgency
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Bot

    from bot.posts import Studio
    from participation.event import Event
    from storage.database import Database
    from storage.people import Person

PEOPLE = 2000
ANNOUNCEMENTS = 10
TAPPERS = 10
THINK = 0.1
"""Seconds between two taps of one who taps, on average: together they make about a hundred a second."""
QUIET = 3.0
LONGEST = 0.05
"""Seconds that a tap may wait."""


class Messenger:
    """Takes every message after the time a network takes. What is measured here is ours alone."""

    async def send_message(self, *_: object, **__: object) -> SimpleNamespace:
        await asyncio.sleep(0.05)
        return SimpleNamespace(message_id=1)


@dataclass
class Watch:
    """In seconds: how long taps took; how late the event loop was at most, and how long it worked on end.

    On a busy machine it is late for others' work, too.
    """

    taps: list[float] = field(default_factory=list)
    late: float = 0.0
    blocked: float = 0.0

    def figures(self, when: str) -> dict[str, float]:
        taps = sorted(self.taps)
        return {
            f"taps_{when}": len(taps),
            f"tap_p50_ms_{when}": round(1000 * taps[len(taps) // 2], 1),
            f"tap_p99_ms_{when}": round(1000 * taps[len(taps) * 99 // 100], 1),
            f"tap_longest_ms_{when}": round(1000 * taps[-1], 1),
            f"loop_late_ms_{when}": round(1000 * self.late, 1),
            f"loop_worked_ms_{when}": round(1000 * self.blocked, 1),
        }


async def fill(database: Database, event: Event) -> list[Person]:
    """Everybody at one table, with an open ballot."""
    clock = SystemClock()
    found = []
    async with database.transaction() as tx:
        await tables.add(tx, "T1", 0, "session1")
        for number in range(PEOPLE):
            person = await people.acknowledge(tx, 1000 + number, "it", clock.now())
            await people.sit_down(tx, person.id, "T1", "1", clock.now())
            await ballots.create(
                tx, f"b{number}", person.id, "T1", "1", budget=event.session1.dots, stack=1, is_open=True
            )
            seated = await people.by_id(tx, person.id)
            assert seated is not None
            found.append(seated)
    return found


@asynccontextmanager
async def tapping(database: Database, event: Event, everybody: list[Person]) -> AsyncIterator[Watch]:
    """While the block runs, people tap."""
    watch, random, clock = Watch(), Random(1), SystemClock()
    codes = [strategy.code for strategy in event.strategies]

    async def taps() -> None:
        while True:
            person, code = random.choice(everybody), random.choice(codes)
            began = time.perf_counter()
            await dots.put(database, event, person, {code: random.randint(0, 1)}, clock.now(), pressed=5)
            watch.taps.append(time.perf_counter() - began)
            await asyncio.sleep(random.uniform(0, 2 * THINK))

    async def beats() -> None:
        while True:
            began, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            watch.late = max(watch.late, time.perf_counter() - began - 0.001)
            watch.blocked = max(watch.blocked, time.thread_time() - worked)

    doing = [asyncio.create_task(each) for each in (beats(), *(taps() for _ in range(TAPPERS)))]
    try:
        yield watch
    finally:
        for task in doing:
            task.cancel()
        await asyncio.gather(*doing, return_exceptions=True)


async def measure(folder: Path) -> dict[str, Any]:
    event, clock = load(), SystemClock()
    database = await open_sqlite(folder / "event.db")
    everybody = await fill(database, event)
    sender = Outbox(
        database,
        event,
        cast("Bot", Messenger()),
        clock,
        Outage(lambda: database.available),
        Pacer(clock.elapsed()),
        load_translators(event.zone_info),
        cast("Studio", None),
    )
    async with tapping(database, event, everybody) as quiet:
        await asyncio.sleep(QUIET)
    sending = asyncio.create_task(sender.run())
    try:
        async with tapping(database, event, everybody) as busy:
            await asyncio.sleep(0.2)
            began = time.perf_counter()
            for number in range(ANNOUNCEMENTS):
                async with database.transaction() as tx:
                    told = notices.dump(notices.Thanks(table="T1"))
                    # Every other one takes the place of the one before it.
                    topic = "t" if number % 2 else None
                    await outbox.announce(
                        tx, f"a{number}", "table:T1", told, clock.now(), urgency=Urgency.PHASE, topic=topic
                    )
                sender.wake()
            while await outbox.any_to_spread(database):  # noqa: ASYNC110 - nothing tells that it is over
                await asyncio.sleep(0.005)
            spread = time.perf_counter() - began
            await asyncio.sleep(0.5)
    finally:
        sender.stop()
        await sending
    rows = await database.fetch("SELECT count(*) FROM outbox")
    await database.close()
    return {
        "load": round(os.getloadavg()[0], 1),
        "people": PEOPLE,
        "messages": rows[0][0],
        "spread_s": round(spread, 2),
        **quiet.figures("quiet"),
        **busy.figures("spreading"),
        "kept": max(busy.taps) <= LONGEST,
    }


def main() -> int:
    """The command line."""
    with TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder)))
    print(json.dumps({"bench": "spread", **figures}))  # noqa: T201 - a program
    return 0 if figures["kept"] else 1


if __name__ == "__main__":
    sys.exit(main())
