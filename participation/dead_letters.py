"""Messages and screens that Telegram refused: what the regia sees of them, and sending them once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from participation import notices
from storage import acts, outbox, screens

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Database, Reader

SCREEN: Final = "screen"
"""What the kind of a refused screen begins with: "screen.ballot"."""


async def overview(reader: Reader, misread: str | None = None) -> notices.DeadLetters:
    """Why messages were refused, of which kinds and how many; never what they say or to whom."""
    groups = [
        notices.DeadLetterGroup(kind=each.kind, reason=each.reason, count=each.count)
        for each in await outbox.dead_letters(reader)
    ]
    groups += [
        notices.DeadLetterGroup(kind=f"{SCREEN}.{each.kind}", reason=each.reason, count=each.count)
        for each in await screens.refused_ones(reader)
    ]
    groups.sort(key=lambda group: -group.count)
    return notices.DeadLetters(groups=tuple(groups), misread=misread)


async def send_again(database: Database, now: datetime, act: str) -> notices.DeadLettersRevived:
    """Have all of them go out once more.

    `act` is the key of the update that said so: delivered again, it sends nothing a third time.
    """
    async with database.transaction() as tx:
        if not await acts.first_time(tx, act, now):
            return notices.DeadLettersRevived(count=0)
        return notices.DeadLettersRevived(count=await outbox.revive(tx) + await screens.want_refused(tx))
