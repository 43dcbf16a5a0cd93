"""From contributions to the restitution in somebody's hands, at real speed with Telegram's real limits.

    python -m tests.benchmarks.restitution [CONTRIBUTIONS]

The bot is a process of its own. All contributions come at once, unread; then somebody of the regia asks. The
last line is one JSON object: `made_s` until the version is made (read, grouped, described, put together),
`shown_s` until its last page, script, cards and button are on their phone, `published_s` from the press until
the list behind the last page is in the channel, which takes 20 messages a minute. Exits 1 when showing took
60 s.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from participation import restitution
from participation.event import load
from rehearsal.telegram import Limits
from storage import contributions as stored
from storage import people
from storage import restitution as versions
from storage.contributions import Contribution
from tests.benchmarks.limits import open_room
from tests.benchmarks.themes import contributions
from tests.support.hall import eventually

if TYPE_CHECKING:
    from storage.database import Database

LIMIT = 60.0
PEOPLE = 200


async def said(database: Database, number: int) -> None:
    """So many contributions, of people and at tables, all at once."""
    event = load()
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        who = [await people.acknowledge(tx, 50_000 + each, "it", now) for each in range(PEOPLE)]
        for place, each in enumerate(contributions(number)):
            contribution = Contribution(
                f"c{place}",
                event.tables[place % len(event.tables)].code,
                None,
                "person",
                1 + place % 2,
                event.strategies[place % len(event.strategies)].code,
                None,
                each.text,
            )
            await stored.add(tx, contribution, 300, place, who[place % PEOPLE].id, now)


async def measure(folder: Path, number: int) -> dict[str, Any]:
    """All figures of the line that is printed."""
    async with open_room(folder) as room:
        telegram, channel, database, regia = room.telegram, room.channel, room.database, room.regia
        telegram.world.limits = Limits(real_time=True)
        await said(database, number)
        began = time.monotonic()
        regia.say("/restituzione ferma")
        regia.say("/restituzione")

        async def is_made() -> bool:
            return await versions.newest(database) is not None

        await eventually(is_made, 4 * LIMIT)
        made_s = time.monotonic() - began
        await eventually(lambda: regia.messages[-1].shown.startswith("Restituzione, versione"), 4 * LIMIT)
        shown_s = time.monotonic() - began
        version = await versions.newest(database)
        assert version is not None
        assert version.content is not None
        made = restitution.load(version.content)
        pages = len(restitution.pages(made))
        press = regia.messages[-1]
        assert pages == sum(message.photo is not None for message in regia.messages)
        began = time.monotonic()
        regia.tap(press.id, press.buttons[0].callback_data or "")
        await eventually(lambda: len(channel.posts) > pages, 4 * LIMIT)
        published_s = time.monotonic() - began
    return {
        "bench": "restitution",
        "contributions": made.contributions,
        "unread": made.unread,
        "themes": len(made.themes),
        "voices": len(made.voices),
        "pages": pages,
        "made_s": round(made_s, 1),
        "shown_s": round(shown_s, 1),
        "published_s": round(published_s, 1),
        "answers_429": telegram.errors[429],
        "load": round(os.getloadavg()[0], 1),
        "kept": shown_s < LIMIT and made.contributions == number and telegram.errors[429] == 0,
    }


def main() -> int:
    """The command line."""
    with TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 500))
    print(json.dumps(figures))  # noqa: T201 - a program
    return 0 if figures["kept"] else 1


if __name__ == "__main__":
    sys.exit(main())
