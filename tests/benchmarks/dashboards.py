"""300 people vote at once, with Telegram's limits in real time: how fresh are the facilitators' dashboards?

    python -m tests.benchmarks.dashboards --people 300

The bot is a process of its own; the local Telegram, the phones and the measuring are this one. Everybody
begins within a second, taps six strategies as fast as people do, and says they have finished. A dashboard is
as old as the oldest change in the database that it does not show yet. The last line is one JSON object; exit
1 when one was older than 5 s, an answer was 429, or something was left out in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handlers.callback_data import Finish, SetDots, encode
from rehearsal.telegram import Limits, Observer
from tests.benchmarks.spammer import Stopwatch, percentile
from tests.support.hall import open_hall
from tests.support.process import bot_process

if TYPE_CHECKING:
    from rehearsal.telegram import CallRecord
    from tests.support.hall import Hall, Somebody

FRESH: Final = 5.0
"""Seconds that a dashboard may be old."""

PAUSE: Final = (1.0, 3.0)
"""Seconds between two taps of one person."""

LOOK: Final = 0.05
"""Seconds between two looks at the database."""

SETTLES: Final = 30.0
"""Seconds in which everything is shown after the last tap."""

NUMBERS: Final = re.compile(r"almeno un bollino: (\d+)\n.*?finito: (\d+)", re.DOTALL)
"""How many people vote, and have finished, on a dashboard."""


class Ages(Observer):
    """How old dashboards are: a table's numbers in the database and on its dashboard, which only rise."""

    def __init__(self, tables: dict[int, str]) -> None:
        self._tables = tables
        self._unseen: dict[str, list[tuple[tuple[int, int], float]]] = {
            table: [] for table in tables.values()
        }
        self._true = dict.fromkeys(self._unseen, (0, 0))
        self.ages: list[float] = []
        self.edits = 0

    def is_true(self, table: str, numbers: tuple[int, int], at: float) -> None:
        """The database says so."""
        if numbers != self._true[table]:
            self._true[table] = numbers
            self._unseen[table].append((numbers, at))

    def called(self, call: CallRecord) -> None:
        """The bot called a method: perhaps a dashboard shows more now."""
        table = self._tables.get(int(call.params.get("chat_id", 0)))
        found = NUMBERS.search(str(call.params.get("text", "")))
        if table is None or found is None or not call.ok:
            return
        self.edits += 1
        shown, now = (int(found[1]), int(found[2])), time.perf_counter()
        unseen = self._unseen[table]
        while unseen and unseen[0][0][0] <= shown[0] and unseen[0][0][1] <= shown[1]:
            self.ages.append(now - unseen.pop(0)[1])

    @property
    def unseen(self) -> int:
        """Changes that no dashboard shows."""
        return sum(map(len, self._unseen.values()))


async def _votes(who: Somebody, watch: Stopwatch, chance: random.Random) -> None:
    ballot = who.ballot().id
    await asyncio.sleep(chance.random())
    for code in chance.sample([f"{axis}.{number}" for axis in range(1, 6) for number in (1, 2, 3)], 6):
        watch.tapped(who.phone.tap(ballot, encode(SetDots(code, 1))), time.perf_counter())
        await asyncio.sleep(chance.uniform(*PAUSE))
    watch.tapped(who.phone.tap(ballot, encode(Finish())), time.perf_counter())


async def _looks(hall: Hall, ages: Ages) -> None:
    while True:
        rows = await hall.rows(
            "SELECT b.table_code, count(*) AS voting, sum(b.finished) AS finished FROM ballots b"
            " WHERE EXISTS (SELECT 1 FROM dots d WHERE d.ballot_id = b.id) GROUP BY b.table_code"
        )
        for row in rows:
            ages.is_true(row["table_code"], (row["voting"], row["finished"]), time.perf_counter())
        await asyncio.sleep(LOOK)


async def _measured(hall: Hall, folder: Path, count: int) -> dict[str, float | bool | str]:
    # Tables of one zone: nobody is asked for theirs.
    tables = [table.code for table in hall.event.tables if len(table.zones) == 1]
    people = [
        who
        for number, table in enumerate(tables)
        for who in await hall.people(len(range(number, count, len(tables))), table)
    ]
    leading = [(await hall.facilitator(table), table) for table in tables]
    await hall.at("10:12")
    for facilitator, _ in leading:
        await facilitator.says("/tavolo")
    await hall.quiet()
    await hall.stops()
    watch, ages = Stopwatch(), Ages({who.phone.id: table for who, table in leading})
    async with bot_process(hall, folder):
        # Ten seconds later nobody's taps of before count as acts that are being answered.
        await asyncio.sleep(10)
        limits = hall.telegram.world.limits = Limits(real_time=True)
        hall.telegram.observe(watch)
        hall.telegram.observe(ages)
        looking = asyncio.create_task(_looks(hall, ages))
        began = time.perf_counter()
        await asyncio.gather(*(_votes(who, watch, random.Random(n)) for n, who in enumerate(people)))
        seconds = time.perf_counter() - began
        missing = await watch.all_answered()
        until = time.perf_counter() + SETTLES
        while ages.unseen and time.perf_counter() < until:  # noqa: ASYNC110 - nobody tells the end
            await asyncio.sleep(LOOK)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    finished = await hall.count("ballots", "finished")
    return {
        "bench": "dashboards",
        "people": len(people),
        "tables": len(tables),
        "taps_per_second": round(len(watch.taken) / seconds, 1),
        "tap_p50_ms": percentile(watch.taken, 0.5),
        "tap_p99_ms": percentile(watch.taken, 0.99),
        "unanswered": missing,
        "changes": len(ages.ages),
        "edits": ages.edits,
        "age_p50_s": percentile(ages.ages, 0.5) / 1000,
        "age_longest_s": percentile(ages.ages, 1.0) / 1000,
        "never_shown": ages.unseen,
        "answers_429": limits.refused,
        "kept": max(ages.ages) <= FRESH
        and not missing
        and not ages.unseen
        and not limits.refused
        and finished == len(people),
    }


async def run(count: int) -> dict[str, float | bool | str]:
    """Play it; the figures."""
    with tempfile.TemporaryDirectory() as name:
        async with open_hall(Path(name)) as hall:
            return await _measured(hall, Path(name), count)


def main() -> int:
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=300)
    figures = asyncio.run(run(arguments.parse_args().people))
    print(json.dumps(figures))  # noqa: T201 - a program
    return 0 if figures["kept"] else 1


if __name__ == "__main__":
    sys.exit(main())
