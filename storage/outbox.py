"""What is to be sent and was not asked for: announcements to an audience, and the messages they become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction

CHUNK = 100
"""People an announcement is spread to in one transaction: short, so that taps never wait for it."""


@dataclass(frozen=True)
class Letter:
    """One message to one chat. `language` is None for a chat that is no person (the channel)."""

    id: int
    key: str
    chat: int
    person: int | None
    content: str
    attempts: int
    language: str | None


async def announce(
    tx: Transaction, key: str, audience: str, content: str, at: datetime, *, priority: int = 0
) -> None:
    """Tell an audience something, once per key.

    Audiences: "table:<code>" (everybody registered there), "facilitators:<code>", "regia" (its people),
    "concerned:<code>" (all of these, each person once). "around:,<code>,<code>," (everybody registered at
    any of these tables, and who facilitates them), "leading:,<code>,<code>," (who facilitates any of them),
    "unfinished:<code>" (who votes there and has not finished). A lower priority goes first.
    """
    await tx.fetch(
        "INSERT INTO announcements (key, audience, content, priority, created_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (key) DO NOTHING",
        key,
        audience,
        content,
        priority,
        to_text(at),
    )


_AUDIENCES = {
    "table": "p.table_code = $2 AND p.joined_after < $4",
    "facilitators": (
        "p.id IN (SELECT person_id FROM roles WHERE role = 'facilitator' AND table_code = $2 AND $4 > 0)"
    ),
    "regia": "p.id IN (SELECT person_id FROM roles WHERE role = 'regia' AND $2 = '' AND $4 > 0)",
    "concerned": (
        "((p.table_code = $2 AND p.joined_after < $4) OR p.id IN"
        " (SELECT person_id FROM roles WHERE role = 'regia' OR (role = 'facilitator' AND table_code = $2)))"
    ),
    "around": (
        "((replace($2, ',' || p.table_code || ',', '') <> $2 AND p.joined_after < $4) OR p.id IN"
        " (SELECT person_id FROM roles WHERE role = 'facilitator'"
        "   AND replace($2, ',' || table_code || ',', '') <> $2))"
    ),
    "unfinished": (
        "p.table_code = $2 AND p.joined_after < $4 AND p.id IN (SELECT o.person_id FROM ballot_owners o"
        " JOIN ballots b ON b.id = o.ballot_id WHERE b.open AND NOT b.finished)"
    ),
    "leading": (
        "p.id IN (SELECT person_id FROM roles WHERE role = 'facilitator' AND $4 > 0"
        " AND replace($2, ',' || table_code || ',', '') <> $2)"
    ),
}
"""Who is meant, over `people p`. $2: the table. $4: the announcement; who sat down later was told then."""


async def any_to_spread(reader: Reader) -> bool:
    """Whether an announcement is not spread yet: asked of the reader, for a write would make taps wait."""
    return bool(await reader.fetch("SELECT id FROM announcements WHERE spread_at IS NULL LIMIT 1"))


async def spread_some(tx: Transaction, at: datetime) -> bool:
    """Spread one chunk of the oldest announcement that is not spread yet; whether there was one.

    Who joins the audience later is not told by it: they are told where things are when they join.
    """
    rows = await tx.fetch(
        "SELECT id, key, audience, content, priority, reached FROM announcements WHERE spread_at IS NULL"
        " ORDER BY priority, id LIMIT 1"
    )
    if not rows:
        return False
    row = rows[0]
    kind, _, name = row["audience"].partition(":")
    people = await tx.fetch(
        f"SELECT p.id, p.telegram_id FROM people p WHERE p.id > $3 AND {_AUDIENCES[kind]}"
        " ORDER BY p.id LIMIT $1",
        CHUNK,
        name,
        row["reached"],
        row["id"],
    )
    for person in people:
        await post(
            tx,
            f"{row['key']}:{person['id']}",
            person["telegram_id"],
            row["content"],
            at,
            person=person["id"],
            priority=row["priority"],
        )
    if len(people) < CHUNK:
        await tx.fetch("UPDATE announcements SET spread_at = $2 WHERE id = $1", row["id"], to_text(at))
    else:
        await tx.fetch("UPDATE announcements SET reached = $2 WHERE id = $1", row["id"], people[-1]["id"])
    return True


async def post(
    tx: Transaction,
    key: str,
    chat: int,
    content: str,
    at: datetime,
    *,
    person: int | None = None,
    priority: int = 0,
) -> None:
    """One message to one chat, once per key."""
    await tx.fetch(
        "INSERT INTO outbox (key, chat_id, person_id, content, priority, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (key) DO NOTHING",
        key,
        chat,
        person,
        content,
        priority,
        to_text(at),
    )


def _letter(row: Row) -> Letter:
    return Letter(
        id=row["id"],
        key=row["key"],
        chat=row["chat_id"],
        person=row["person_id"],
        content=row["content"],
        attempts=row["attempts"],
        language=row["language"],
    )


async def waiting(reader: Reader, limit: int) -> Sequence[Letter]:
    """Messages to send, in order; those to people who cannot be reached wait aside."""
    rows = await reader.fetch(
        "SELECT o.id, o.key, o.chat_id, o.person_id, o.content, o.attempts, p.language FROM outbox o"
        " LEFT JOIN people p ON p.id = o.person_id"
        " WHERE o.sent_at IS NULL AND o.dead_at IS NULL AND p.unreachable_since IS NULL"
        " ORDER BY o.priority, o.id LIMIT $1",
        limit,
    )
    return [_letter(row) for row in rows]


async def sent(tx: Transaction, letter: Letter, message: int, at: datetime) -> None:
    """The message reached Telegram."""
    await tx.fetch(
        "UPDATE outbox SET sent_at = $2, message_id = $3, attempts = attempts + 1 WHERE id = $1",
        letter.id,
        to_text(at),
        message,
    )


async def failed(tx: Transaction, letter: Letter, error: str) -> None:
    """An attempt failed and there will be another."""
    await tx.fetch("UPDATE outbox SET attempts = attempts + 1, error = $2 WHERE id = $1", letter.id, error)


async def dead(tx: Transaction, letter: Letter, error: str, at: datetime) -> None:
    """Telegram will never take this message: it is kept, with the reason, for the regia to read."""
    await tx.fetch(
        "UPDATE outbox SET dead_at = $3, attempts = attempts + 1, error = $2 WHERE id = $1",
        letter.id,
        error,
        to_text(at),
    )


async def channel_posts(reader: Reader) -> int:
    """How many messages of the outbox went to channels (their ids are below zero)."""
    rows = await reader.fetch("SELECT count(*) AS n FROM outbox WHERE chat_id < 0 AND sent_at IS NOT NULL")
    return int(rows[0]["n"])
