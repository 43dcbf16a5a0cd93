"""`bollini faults`: rehearsals in which everything goes wrong, and a count of the promises that broke.

Telegram fails in every way it knows, phones are slow or off, the bot is killed at random moments, its disk is
full for a while, its clock jumps an hour forth and back. Afterwards what the crowd meant and what its phones
show is compared with the database. The last line is one JSON object; the exit status 1 when a promise broke.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bot import promises
from bot.commands import rehearse
from bot.promises import Promises
from locales.translator import load_translators
from participation.event import EventFileError, load
from storage.sqlite import open_sqlite

KILLS_EACH = 20
"""Kills in one rehearsal at most: more would leave no time in between for anything to happen."""

ADDED_UP = (
    "kills",
    "jumps",
    "disk_full",
    "acts",
    "acts_handed_again",
    "acts_acknowledged",
    "taps",
    "in_flight",
    "perhaps_in_flight",
    "doubles",
)
"""Figures of trouble.json that are printed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much, and where to."""
    parser.add_argument("--people", type=int, default=120, metavar="N", help="people in the crowd (120)")
    parser.add_argument("--kills", type=int, default=100, metavar="N", help="kills in all (100)")
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="what decides what goes wrong")
    parser.add_argument(
        "--once", action="store_true", help="one rehearsal in which every fault happens twice, at set times"
    )
    parser.add_argument("--webhook", action="store_true", help="all of them by webhook, not every second one")
    parser.add_argument("--event", type=Path, metavar="FILE", help="the event file (default: Turin's)")
    parser.add_argument(
        "--out", type=Path, default=Path("rehearsals/faults"), metavar="DIR", help="where all is kept"
    )


def run(arguments: argparse.Namespace) -> int:
    """Play and count; 1 when a promise was broken or a rehearsal did not come to its end."""
    try:
        load(arguments.event)
    except EventFileError as error:
        print(error, file=sys.stderr)
        return 2
    figures: Counter[str] = Counter()
    given: Counter[str] = Counter()
    counted = Promises()
    ended = True
    number = 0
    # Every second one by webhook: what is delivered comes in any order, and again when it was not heard.
    while ended and (number == 0 or figures["kills"] < arguments.kills):
        kills = min(KILLS_EACH, arguments.kills - figures["kills"])
        out = arguments.out / f"{number + 1:02}"
        webhook = arguments.webhook or number % 2 == 1
        how = "by webhook" if webhook else "by polling"
        print(f"Rehearsal {number + 1}, {how}, with {kills} kills: {out}", flush=True)
        ended = rehearse.run(_rehearsal(arguments, number, kills, out, webhook=webhook)) == 0
        number += 1
        if not (out / "trouble.json").exists():
            break
        trouble = json.loads((out / "trouble.json").read_text(encoding="utf-8"))
        figures.update({name: trouble[name] for name in ADDED_UP})
        given.update(trouble["given"])
        found = asyncio.run(_check(out, arguments.event))
        print("\n".join(f"  broken: {example}" for example in found.examples[:20]), flush=True)
        counted.add(found)
        if arguments.once or not trouble["kills"]:
            break
    result: dict[str, Any] = {
        "rehearsals": number,
        "came_to_the_end": ended,
        **figures,
        "faults": dict(sorted(given.items())),
        "broken": counted.counts(),
    }
    for name, count in counted.counts().items():
        print(f"{name.replace('_', ' '):<24}{count}")
    print(json.dumps(result), flush=True)
    return 0 if ended and counted.kept else 1


def _rehearsal(
    given: argparse.Namespace, number: int, kills: int, out: Path, *, webhook: bool
) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    rehearse.add_arguments(parser)
    words = ["--headless", "--people", str(given.people), "--seed", str(given.seed + number)]
    words += ["--faults", "once" if given.once else "rates", "--kills", str(kills), "--out", str(out)]
    if webhook:
        words.append("--webhook")
    if given.event is not None:
        words += ["--event", str(given.event)]
    return parser.parse_args(words)


async def _check(out: Path, event_file: Path | None) -> Promises:
    event = load(event_file)
    database = await open_sqlite(out / "event.db")
    try:
        return await promises.check(out, database, event, load_translators(event.zone_info))
    finally:
        await database.close()
