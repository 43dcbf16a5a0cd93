"""What whoever watches the bot asks of the database: can it be written, and what is still to be done?"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import moments, unusable
from storage.database import DatabaseError, Unavailable
from storage.times import from_text_or_none

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from storage.database import Database, Reader


async def try_writing(database: Database) -> None:
    """Write something that changes nothing, durably; raises what writing raises."""
    async with database.transaction() as tx:
        # Its value means nothing to us; setting it writes a page.
        await tx.fetch("PRAGMA user_version = 1")


async def make_sure_it_can_be_written(database: Database, path: Path) -> None:
    """The same before work begins. Raises `DatabaseError` with a sentence when it cannot be."""
    try:
        await try_writing(database)
    except sqlite3.Error as error:
        raise DatabaseError(unusable.sentence(path, error)) from error
    except Unavailable as error:
        raise DatabaseError(why_unavailable(path, error)) from error


def why_unavailable(path: Path, error: Unavailable) -> str:
    """The sentence for the operator where work cannot begin, or not go on, for what the database said."""
    cause = error.__cause__
    assert isinstance(cause, sqlite3.Error), "that is what made it unavailable"
    return unusable.sentence(path, cause)


@dataclass(frozen=True)
class Backlog:
    """What is still to be done. The `oldest` are times when it was put in, None when nothing waits.

    `letters`: messages to people who can be reached; `posts`: those to channels; `spreading`: announcements
    not yet spread; `dead`: messages and screens Telegram refused; `screens`: not shown as they are wanted;
    `agenda`: when the first moment not done is due.
    """

    letters: int
    oldest_letter: datetime | None
    posts: int
    oldest_post: datetime | None
    spreading: int
    dead: int
    screens: int
    agenda: datetime | None


async def backlog(reader: Reader) -> Backlog:
    """What is still to be done, from the last committed state."""
    (row,) = await reader.fetch(
        "WITH waiting AS (SELECT o.chat_id < 0 AS channel, o.created_at FROM outbox o"
        "  LEFT JOIN people p ON p.id = o.person_id"
        "  WHERE o.sent_at IS NULL AND o.dead_at IS NULL AND o.superseded_at IS NULL"
        "  AND p.unreachable_since IS NULL)"
        " SELECT (SELECT count(*) FROM waiting WHERE NOT channel) AS letters,"
        " (SELECT min(created_at) FROM waiting WHERE NOT channel) AS oldest_letter,"
        " (SELECT count(*) FROM waiting WHERE channel) AS posts,"
        " (SELECT min(created_at) FROM waiting WHERE channel) AS oldest_post,"
        " (SELECT count(*) FROM announcements WHERE spread_at IS NULL) AS spreading,"
        " (SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL)"
        "  + (SELECT count(*) FROM screens WHERE refused IS NOT NULL) AS dead,"
        " (SELECT count(*) FROM screens s JOIN people p ON p.id = s.person_id"
        "  WHERE s.wanted_version > s.shown_version AND p.unreachable_since IS NULL) AS screens"
    )
    return Backlog(
        letters=row["letters"],
        oldest_letter=from_text_or_none(row["oldest_letter"]),
        posts=row["posts"],
        oldest_post=from_text_or_none(row["oldest_post"]),
        spreading=row["spreading"],
        dead=row["dead"],
        screens=row["screens"],
        agenda=await moments.next_due(reader),
    )
