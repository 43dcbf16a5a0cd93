"""200 people, a phase change to all and ten posts to the channel, at real speed with Telegram's real limits.

The bot is a process of its own, as an operator runs it; the local Telegram counts by the wall clock.
Required: no answer 429, and at least 90% of the 30 a second used while the queue is full.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from participation import invitations, posts
from participation.event import PACKAGED, load
from participation.notices import Role
from participation.posts import Picture, Post
from rehearsal.telegram import Limits, Telegram
from storage import outbox, people
from storage.outbox import Urgency
from storage.sqlite import open_sqlite
from tests.support.hall import CHANNEL, TOKEN, eventually
from tests.support.process import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rehearsal.telegram import Phone
    from rehearsal.telegram.places import Channel
    from storage.database import Database

PEOPLE = 200
FULL = 30
"""Messages waiting that make the queue full: one may always go, whichever chats were just written to."""
SHARE = 0.9
PICTURES: tuple[Picture, ...] = ("turnout", "heatmap", "ranking", "priorities", "contributions")


async def waiting(database: Database) -> int:
    """Messages to people that are to go, and screens to be shown."""
    rows = await database.fetch(
        "SELECT (SELECT count(*) FROM announcements WHERE spread_at IS NULL)"
        " + (SELECT count(*) FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL AND superseded_at IS NULL)"
        " + (SELECT count(*) FROM screens WHERE wanted_version > shown_version)"
    )
    return int(rows[0][0])


@asynccontextmanager
async def metered(telegram: Telegram, database: Database, limits: Limits) -> AsyncIterator[None]:
    """While the block runs, the meter is told when the queue is full."""

    async def watch() -> None:
        while True:
            count = await waiting(database)
            (limits.meter.full if count >= FULL else limits.meter.empty)(telegram.world.monotonic())
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def acknowledges(phone: Phone) -> None:
    """Has the notice, and taps "Ho letto"."""
    await eventually(lambda: phone.last is not None, 60)
    notice = phone.messages[-1]
    phone.tap(notice.id, notice.buttons[0].callback_data or "")


async def registered(telegram: Telegram, database: Database) -> list[Phone]:
    """So many people, at their tables, before anything is limited."""
    # Tables of one zone: nobody is asked for theirs.
    tables = [table.code for table in load().tables if len(table.zones) == 1]
    phones = [telegram.phone(1000 + number, f"Persona {number}") for number in range(PEOPLE)]
    for number, phone in enumerate(phones):
        phone.start(tables[number % len(tables)])
    for phone in phones:
        await acknowledges(phone)

    async def all_there() -> bool:
        return await people.registered(database) == PEOPLE

    await eventually(all_there, 60)
    await eventually(lambda: not telegram.pending_updates(), 60)
    return phones


async def at_once(database: Database) -> None:
    """Ten posts to the channel."""
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        for number in range(10):
            post = Post(post=PICTURES[number % 5], at=now, session=2)
            await outbox.post(tx, f"post:{number}", CHANNEL, posts.dump(post), now, urgency=Urgency.POST)


@dataclass(frozen=True)
class Room:
    """A bot of its own that runs on the eve of the event, and the phone of somebody of the regia."""

    telegram: Telegram
    channel: Channel
    database: Database
    regia: Phone


@asynccontextmanager
async def open_room(folder: Path) -> AsyncIterator[Room]:
    """Nothing is due by the agenda today, whatever the hour; nothing is limited yet."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    text = PACKAGED.read_text(encoding="utf-8")
    for before, after in (
        ("date = 2023-12-05", f"date = {tomorrow}"),
        ("until = 2023-12-19", f"until = {tomorrow}"),
    ):
        assert before in text, before
        text = text.replace(before, after)
    event = folder / "event.toml"
    event.write_text(text, encoding="utf-8")
    telegram = Telegram(TOKEN, "bollini_bot", lambda: datetime.now(UTC), seed=1)
    channel = telegram.channel(CHANNEL)
    environment = {
        "BOLLINI_TOKEN": TOKEN,
        "BOLLINI_API_URL": await telegram.start(),
        "BOLLINI_DATABASE": str(folder / "event.db"),
        "BOLLINI_EVENT": str(event),
        "BOLLINI_CHANNEL": str(CHANNEL),
    }
    async with running(folder, "run", environment=environment) as bot:
        await bot.says('"started"')
        database = await open_sqlite(folder / "event.db")
        now = datetime.now(UTC)
        regia = telegram.phone(999, "Vittoria")
        regia.start(
            await invitations.invite(database, Role.REGIA, None, "once", now, now + timedelta(hours=1))
        )
        await acknowledges(regia)
        await eventually(lambda: len(regia.messages) >= 3, 60)
        yield Room(telegram, channel, database, regia)
        await bot.terminate()
        await database.close()
    await telegram.stop()


async def measure(folder: Path) -> dict[str, Any]:
    limits = Limits(real_time=True)
    async with open_room(folder) as room:
        telegram, channel, database, regia = room.telegram, room.channel, room.database, room.regia
        phones = await registered(telegram, database)
        telegram.world.limits = limits
        began = time.monotonic()
        async with metered(telegram, database, limits):
            await at_once(database)
            for command in ("/fase tutti sessione1", "/fase tutti sessione2"):
                regia.say(command)
                before = telegram.calls_total
                await eventually(lambda before=before: telegram.calls_total > before + 2, 60)  # type: ignore[misc]

                async def nothing_waits() -> bool:
                    return await waiting(database) == 0

                await eventually(nothing_waits, 120)
        seconds = time.monotonic() - began
    use, longest = limits.meter.while_full(), limits.meter.longest()
    assert use is not None
    assert longest is not None
    told = sum("priorità" in phone.messages[-1].shown for phone in phones)
    return {
        "load": round(os.getloadavg()[0], 1),
        "answers_429": telegram.errors[429],
        "share_while_full": round(use.share, 3),
        "messages_while_full": use.messages,
        "share_longest": round(longest.share, 3),
        "most_in_a_second": max(limits.meter.by_second()),
        "posts": len(channel.posts),
        "told": told,
        "seconds": round(seconds, 1),
        "kept": telegram.errors[429] == 0
        and use.share >= SHARE
        and len(channel.posts) == 10
        and told == PEOPLE,
    }


def main() -> int:
    """The command line."""
    with TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder)))
    print(json.dumps({"bench": "limits", **figures}))  # noqa: T201 - a program
    return 0 if figures["kept"] else 1


if __name__ == "__main__":
    sys.exit(main())
