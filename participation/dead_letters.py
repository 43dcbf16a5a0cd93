"""Messages that Telegram refused for good: what the regia sees of them, and sending them once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from participation import notices
from storage import acts, outbox

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Database, Reader


async def overview(reader: Reader, misread: str | None = None) -> notices.DeadLetters:
    """Why messages were refused, of which kinds and how many; never what they say or to whom."""
    return notices.DeadLetters(
        groups=tuple(
            notices.DeadLetterGroup(kind=each.kind, reason=each.reason, count=each.count)
            for each in await outbox.dead_letters(reader)
        ),
        misread=misread,
    )


async def send_again(database: Database, now: datetime, act: str) -> notices.DeadLettersRevived:
    """Have all of them go out once more.

    `act` is the key of the update that said so: delivered again, it sends nothing a third time.
    """
    async with database.transaction() as tx:
        if not await acts.first_time(tx, act, now):
            return notices.DeadLettersRevived(count=0)
        return notices.DeadLettersRevived(count=await outbox.revive(tx))
