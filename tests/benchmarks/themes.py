"""How long themes take in the running bot, and whether it goes on meanwhile.

    python -m tests.benchmarks.themes [CONTRIBUTIONS]

The bot's own worker finds themes in a database of its own. The last line is one JSON object; all in seconds
or milliseconds (`_ms`). All contributions are there at once, which is the worst: the bot reads them as they
come. `first_themes_s` is until the first themes are stored with label and keywords, of the
`first_themes_of` contributions that were read by then; `read_s` until all are read; `grouped_s` is then
finding, describing and storing the themes of all; `all_s` is the whole.
`placed_ms` is from when a new one is stored until it is read and has its place (median and the longest);
`board_ms` is the whole board for one person of the regia. `loop_block_ms` is for how long the event loop was
held up at most during all this, `thread_loop_block_ms` while a thread did the grouping instead of a process,
`idle_loop_block_ms` while nothing was done; `loop_busy_ms` is how much of a processor the loop's own thread
took at most at one time: where it was held up for longer, the machine was busy with something else. `load` is
how many processes wanted a processor at the end: much above `cores`, the machine was busy. Exits 1 when the
first themes took 20 s, a new one 100 ms (median), or the loop was held up for 50 ms.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.clock import SystemClock
from bot.memory import set_aside
from bot.outage import Outage
from bot.pacing import Pacer
from bot.themes import ThemesWorker
from bot.thinker import Thinker
from participation import agenda, embedding, theme_board, thinking
from participation import themes as rules
from participation.event import PACKAGED, load
from participation.theme_notices import Section
from participation.themes import Said
from storage import contributions as stored
from storage import people, roles, themes
from storage.contributions import Contribution
from storage.sqlite import open_sqlite
from tests.themes.labelled import HELD_OUT, TUNING, read

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from participation.event import Event
    from storage.database import Database
    from storage.people import Person

LIMITS: Final = {"first_themes_s": 20.0, "placed_ms": 100.0, "loop_block_ms": 50.0}
TABLES, PEOPLE = 10, 300
PLACED = 20
IDLE = 5.0
TICK = 0.002


def contributions(number: int) -> list[Said]:
    """So many different contributions: the labelled ones, then pairs of them that belong to one theme."""
    rng = random.Random(1)
    files = [read(path) for path in (*TUNING, *HELD_OUT)]
    texts = [each.text for file in files for each in file.said]
    together: dict[tuple[int, str], list[str]] = {}
    for number_of_file, file in enumerate(files):
        for label, each in zip(file.labels, file.said, strict=True):
            together.setdefault((number_of_file, label), []).append(each.text)
    pairs = [
        f"{one}, {other}" for each in together.values() for one in each for other in each if one != other
    ]
    rng.shuffle(pairs)
    texts = list(dict.fromkeys(texts + pairs))[:number]
    rng.shuffle(texts)
    return [
        Said(f"{place:05}", text, f"T{rng.randrange(TABLES)}", rng.randrange(PEOPLE))
        for place, text in enumerate(texts)
    ]


class Lag:
    """While open, looks every `TICK` seconds whether the event loop comes round.

    `longest`: for how many seconds it did not; `busiest`: how long its thread computed at a stretch.
    """

    def __init__(self) -> None:
        self.longest = self.busiest = 0.0

    async def __aenter__(self) -> Lag:
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _look(self) -> None:
        while True:
            before, computed = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK)
            self.longest = max(self.longest, time.perf_counter() - before - TICK)
            self.busiest = max(self.busiest, time.thread_time() - computed)


async def until(true: Callable[[], Awaitable[bool]]) -> float:
    """How many seconds it takes until this is so."""
    start = time.perf_counter()
    while not await true():  # noqa: ASYNC110 - what is waited for is in the database
        await asyncio.sleep(TICK)
    return time.perf_counter() - start


class Hall:
    """A database with an event, in which people contribute."""

    def __init__(self, database: Database, event: Event) -> None:
        self.database = database
        self.event = event
        self.people: list[Person] = []

    async def begins(self) -> None:
        """The event is there, and so are people; the first is of the regia."""
        clock = SystemClock()
        definition = PACKAGED.read_text(encoding="utf-8")
        await agenda.prepare(self.database, self.event, definition, clock.now(), channel=False)
        async with self.database.transaction() as tx:
            self.people = [
                await people.acknowledge(tx, 1000 + number, "it", clock.now()) for number in range(PEOPLE)
            ]
            await roles.grant(tx, self.people[0].id, "regia", "", clock.now())

    async def says(self, said: Sequence[Said]) -> None:
        """They contribute all this."""
        strategies, now = self.event.strategies, SystemClock().now()
        async with self.database.transaction() as tx:
            for each in said:
                number = int(each.key)
                await stored.add(
                    tx,
                    Contribution(
                        f"c{number}",
                        self.event.tables[number % TABLES].code,
                        None,
                        "person",
                        1,
                        strategies[number % len(strategies)].code,
                        None,
                        each.text,
                    ),
                    200,
                    number,
                    self.people[number % PEOPLE].id,
                    now,
                )

    async def any_themes(self) -> bool:
        """Whether themes were found."""
        return (await themes.state(self.database)).grouped > 0

    async def all_read(self) -> bool:
        """Whether every contribution was read."""
        return (await themes.state(self.database)).unread == 0

    async def all_grouped(self) -> bool:
        """Whether the themes know of everything."""
        state = await themes.state(self.database)
        return state.unread == 0 and state.grouped == state.changes


async def measured(number: int) -> dict[str, object]:
    """All figures of the line that is printed."""
    said = contributions(number + PLACED)
    new, said = said[:PLACED], said[PLACED:]
    async with Lag() as idle:
        await asyncio.sleep(IDLE)
    thinker = Thinker()
    set_aside()
    await thinker.embedded(["il modello si carica alla prima domanda"])
    with tempfile.TemporaryDirectory() as folder:
        database = await open_sqlite(Path(folder) / "event.db")
        hall = Hall(database, load())
        await hall.begins()
        await hall.says(said)
        clock = SystemClock()
        outage = Outage(lambda: True)
        worker = ThemesWorker(database, hall.event, clock, outage, Pacer(clock.elapsed()), thinker)
        try:
            async with Lag() as lag:
                running = asyncio.create_task(worker.run())
                first = await until(hall.any_themes)
                first_of = number - (await themes.state(database)).unread
                read_s = first + await until(hall.all_read)
                grouped_s = await until(hall.all_grouped)
                found = sum(not each.gone for each in (await themes.all_themes(database)).values())
                await asyncio.sleep(1)
                placed = []
                for each in new:
                    await hall.says([each])
                    worker.wake()
                    placed.append(await until(hall.all_read) * 1000)
                start = time.perf_counter()
                await theme_board.board(database, hall.event, hall.people[0], Section.ALL)
                board = time.perf_counter() - start
            worker.stop()
            await running
            given = await thinking.material(database)
        finally:
            thinker.close()
            await database.close()
    rows = embedding.unpacked(given.vectors)
    async with Lag() as thread_lag:
        again = await asyncio.to_thread(rules.grouped, given.said, rows)
        await asyncio.to_thread(rules.described, again, given.said, rows)
    return {
        "contributions": len(said),
        "themes_found": found,
        "first_themes_s": round(first, 2),
        "first_themes_of": first_of,
        "read_s": round(read_s, 2),
        "grouped_s": round(grouped_s, 2),
        "all_s": round(read_s + grouped_s, 2),
        "placed_ms": round(statistics.median(placed), 1),
        "placed_longest_ms": round(max(placed), 1),
        "board_ms": round(board * 1000, 1),
        "loop_block_ms": round(lag.longest * 1000, 1),
        "loop_busy_ms": round(lag.busiest * 1000, 1),
        "thread_loop_block_ms": round(thread_lag.longest * 1000, 1),
        "idle_loop_block_ms": round(idle.longest * 1000, 1),
        "load": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count(),
    }


def main() -> int:
    """The command line."""
    figures = asyncio.run(measured(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
    kept = all(float(str(figures[name])) < most for name, most in LIMITS.items())
    print(json.dumps({**figures, "kept": kept}))  # noqa: T201 - a program
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
