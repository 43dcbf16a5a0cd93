"""When the worker reads contributions and when it finds themes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from bot.clock import SystemClock
from bot.outage import Outage
from bot.pacing import Pacer
from bot.themes import ThemesWorker
from participation import agenda, embedding, thinking
from participation.event import PACKAGED, load
from participation.themes import Description, Theme
from storage import contributions, people, themes
from storage.contributions import Contribution
from tests.support.database import open_new

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.thinker import Thinker
    from participation.themes import Said
    from storage.database import Database

VECTOR = bytes(2 * embedding.DIMENSION)


class Clock(SystemClock):
    """Real time, and what is added to it."""

    added = 0.0

    def elapsed(self) -> float:
        return super().elapsed() + self.added


class Slow:
    """Takes a second to read as many as are read at once; finds a single theme, of all."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.found_in: list[int] = []

    async def placed(self, texts: Sequence[str], *_: object) -> list[tuple[bytes, int | None]]:
        self._clock.added += 1.0
        return [(VECTOR, None) for _ in texts]

    async def places(self, *_: object) -> None:
        return None

    async def grouped(self, said: Sequence[Said], *_: object) -> tuple[list[Theme], list[Description]]:
        self.found_in.append(len(said))
        members = tuple(each.key for each in said)
        return [Theme("all", members, leftover=False)], [Description("Di tutto", ("tutto",))]


async def contributed(database: Database, number: int) -> None:
    now = Clock().now()
    await agenda.prepare(database, load(), PACKAGED.read_text(encoding="utf-8"), now, channel=False)
    async with database.transaction() as tx:
        anna = await people.acknowledge(tx, 1, "it", now)
        for each in range(number):
            said = Contribution(f"c{each}", "T6", None, "person", 1, None, None, f"Proposta {each}")
            await contributions.add(tx, said, 200, each, anna.id, now)


async def found_in(path: Path, number: int) -> list[int]:
    """So many wait when the worker begins: of how many it found themes, each time, until it knew all."""
    database = await open_new(path)
    clock = Clock()
    thinker = Slow(clock)
    pacer = Pacer(clock.elapsed())
    worker = ThemesWorker(database, load(), clock, Outage(lambda: True), pacer, cast("Thinker", thinker))
    try:
        await contributed(database, number)
        running = asyncio.create_task(worker.run())
        async with asyncio.timeout(30):
            while True:
                state = await themes.state(database)
                if not state.unread and state.grouped == state.changes:
                    break
                await asyncio.sleep(0.005)
        worker.stop()
        await running
    finally:
        await database.close()
    return thinker.found_in


async def test_where_much_waits_to_be_read_the_first_themes_are_found_meanwhile(tmp_path: Path) -> None:
    times = await found_in(tmp_path / "event.db", 30 * thinking.AT_ONCE)
    first, second, last = (number // thinking.AT_ONCE for number in times)
    # After 8 seconds, after 16 more, and at the end: at once, the regia waits for all of them.
    assert first in {8, 9}
    assert second in {24, 25, 26}
    assert 30 == last


async def test_a_few_that_come_are_read_before_themes_are_found(tmp_path: Path) -> None:
    few = 3 * thinking.AT_ONCE
    assert [few] == await found_in(tmp_path / "event.db", few)
