"""One person sends 200 updates a second while others tap as people do: whether the others notice.

    python -m tests.benchmarks.spammer --people 50 --seconds 10 --rounds 3

The bot is a process of its own; the local Telegram, the phones and the measuring are this one. Quiet
stretches and stretches with the spammer alternate, so that whatever else the machine does meets both.
Measured is the time from a tap to `answerCallbackQuery` at the server, of the others alone. The last line is
one JSON object; exit 1 when the others' p99 is more than twice its quiet value.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from handlers.callback_data import SetDots, encode
from rehearsal.telegram import Observer
from tests.support.hall import open_hall
from tests.support.process import bot_process

if TYPE_CHECKING:
    from rehearsal.telegram import CallRecord
    from tests.support.hall import Hall, Somebody

EACH = 3.0
"""Real seconds between two taps of one of the others, on average."""

ALLOWED = 2.0
"""How many times the quiet p99 it may be."""

ANSWERED_WITHIN = 20.0
"""Real seconds after which an answer is taken for missing."""


class Stopwatch(Observer):
    """The time from each tap to its answer."""

    def __init__(self) -> None:
        self._begun: dict[str, float] = {}
        self.taken: list[float] = []

    def tapped(self, callback_id: str, at: float) -> None:
        """Somebody tapped."""
        self._begun[callback_id] = at

    def called(self, call: CallRecord) -> None:
        """The bot called a method."""
        if call.method == "answerCallbackQuery":
            begun = self._begun.pop(str(call.params["callback_query_id"]), None)
            if begun is not None:
                self.taken.append(time.perf_counter() - begun)

    async def all_answered(self) -> int:
        """Wait for what is under way; how many were never answered."""
        until = time.monotonic() + ANSWERED_WITHIN
        while self._begun and time.monotonic() < until:  # noqa: ASYNC110 - the server tells no end
            await asyncio.sleep(0.01)
        missing = len(self._begun)
        self._begun.clear()
        return missing


async def _tapping(who: Somebody, watch: Stopwatch, until: float, chance: random.Random) -> None:
    ballot, number = who.ballot().id, 0
    await asyncio.sleep(chance.uniform(0, EACH))
    while time.perf_counter() < until:
        number += 1
        press = SetDots(f"{1 + number % 6}.1", number // 6 % 2)
        at = time.perf_counter()
        watch.tapped(who.phone.tap(ballot, encode(press)), at)
        await asyncio.sleep(chance.uniform(0.5, 1.5) * EACH)


async def _spamming(eve: Somebody, rate: float, until: float, chance: random.Random) -> int:
    """Taps and sentences, evenly; how many."""
    ballot, begin, sent = eve.ballot().id, time.perf_counter(), 0
    while (now := time.perf_counter()) < until:
        while sent < (now - begin) * rate:
            sent += 1
            if chance.random() < 0.5:
                eve.phone.tap(ballot, encode(SetDots("1.1", sent % 2)))
            else:
                eve.phone.say(f"Spam numero {sent}")
        await asyncio.sleep(0.002)
    return sent


def percentile(values: list[float], share: float) -> float:
    """In milliseconds."""
    return round(1000 * sorted(values)[min(int(len(values) * share), len(values) - 1)], 1)


async def _stretch(
    people: list[Somebody], spammer: Somebody | None, watch: Stopwatch, seconds: float, rate: float, seed: int
) -> tuple[list[float], int, int]:
    """The times of one stretch, what the spammer sent in it, and how many taps were not answered."""
    watch.taken = []
    until = time.perf_counter() + seconds
    tapping = [_tapping(who, watch, until, random.Random(seed * 1000 + n)) for n, who in enumerate(people)]
    spamming = [] if spammer is None else [_spamming(spammer, rate, until, random.Random(seed))]
    *_, sent = await asyncio.gather(*tapping, *spamming)
    return watch.taken, int(sent or 0), await watch.all_answered()


async def _measured(hall: Hall, folder: Path, given: argparse.Namespace) -> dict[str, float | bool | str]:
    people = await hall.people(given.people, "T6")
    spammers = await hall.people(given.rounds, "T6")
    await hall.at("10:12")
    await hall.stops()
    watch = Stopwatch()
    hall.telegram.observe(watch)
    quiet: list[float] = []
    loud: list[float] = []
    sent = missing = 0
    async with bot_process(hall, folder):
        await _stretch(people, None, watch, 2.0, given.rate, 0)
        # A spammer each, for what one wrote goes on being handled after they end.
        for number, spammer in enumerate(spammers):
            taken, _, lost = await _stretch(people, None, watch, given.seconds, given.rate, number)
            quiet += taken
            missing += lost
            taken, count, lost = await _stretch(people, spammer, watch, given.seconds, given.rate, number)
            loud += taken
            missing += lost
            sent += count
            await _drained(hall)
    ratio = percentile(loud, 0.99) / percentile(quiet, 0.99)
    return {
        "bench": "spammer",
        "people": given.people,
        "spam_per_second": round(sent / (given.seconds * given.rounds), 1),
        "taps_quiet": len(quiet),
        "taps_loud": len(loud),
        "unanswered": missing,
        "p50_quiet_ms": percentile(quiet, 0.5),
        "p50_loud_ms": percentile(loud, 0.5),
        "p99_quiet_ms": percentile(quiet, 0.99),
        "p99_loud_ms": percentile(loud, 0.99),
        "ratio_p99": round(ratio, 2),
        "kept": ratio <= ALLOWED and not missing,
    }


async def _drained(hall: Hall) -> None:
    """Wait until what the spammer wrote is handled, so that the next quiet stretch is quiet."""
    until = time.monotonic() + 600
    while await hall.count("inbox") or len(hall.telegram.world.updates):
        assert time.monotonic() < until, "the spammer's sentences are not handled"
        await asyncio.sleep(0.2)


async def run(given: argparse.Namespace) -> dict[str, float | bool | str]:
    """Play it; the figures."""
    with tempfile.TemporaryDirectory() as name:
        async with open_hall(Path(name)) as hall:
            return await _measured(hall, Path(name), given)


def main() -> int:
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=50)
    arguments.add_argument("--rate", type=float, default=200.0)
    arguments.add_argument("--seconds", type=float, default=10.0)
    arguments.add_argument("--rounds", type=int, default=3)
    figures = asyncio.run(run(arguments.parse_args()))
    print(json.dumps(figures))  # noqa: T201 - a program
    return 0 if figures["kept"] else 1


if __name__ == "__main__":
    sys.exit(main())
