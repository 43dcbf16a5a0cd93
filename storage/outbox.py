"""What is to be sent and was not asked for: announcements to an audience, and the messages they become.

An announcement or a message may be about a topic. Then what is newest is what counts: an older one that has
not gone yet, for Telegram holds it or its person cannot be reached, is superseded and never goes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from storage.times import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction

CHUNK = 25
"""People an announcement is spread to in one transaction: short, so that taps never wait for it."""


class Urgency(IntEnum):
    """What goes first when not all can go: the lower number."""

    BEGUN = 0
    """The rest of a message of several parts."""
    ANSWER = 10
    """What somebody asked for, and Telegram did not take at once."""
    ASKED = 15
    """What somebody asked for that is many messages: answers to what they do meanwhile go before it."""
    PHASE = 20
    """Where a table is: its phase, its priorities, its question."""
    BULLETIN = 25
    """A sentence of whoever leads a table, or all."""
    POST = 30
    """A picture for the regia's channel."""
    NUDGE = 40
    """What only reminds."""


@dataclass(frozen=True)
class Letter:
    """One message to one chat. `language` is None for a chat that is no person (the channel).

    `parts`: how many of the parts it is made of went already.
    """

    id: int
    key: str
    chat: int
    person: int | None
    content: str
    urgency: int
    attempts: int
    parts: int
    language: str | None


async def announce(
    tx: Transaction,
    key: str,
    audience: str,
    content: str,
    at: datetime,
    *,
    urgency: Urgency,
    topic: str | None = None,
) -> None:
    """Tell an audience something, once per key.

    Audiences: "table:<code>" (everybody registered there), "facilitators:<code>" (who leads it, a venue's
    lead too), "staff:<code>" (these and the assistants), "regia" (its people), "concerned:<code>" (all of
    these, each person once). "around:,<code>,<code>," (everybody registered at
    any of these tables, and who facilitates them), "leading:,<code>,<code>," (who facilitates any of them),
    "unfinished:<code>" (who votes there and has not finished).

    With a `topic` this supersedes what was announced about it before and has not reached everybody; so it
    must be for all that it was for before, at least.
    """
    new = await tx.fetch(
        "INSERT INTO announcements (key, audience, content, priority, topic, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO NOTHING RETURNING id",
        key,
        audience,
        content,
        int(urgency),
        topic,
        to_text(at),
    )
    if new and topic is not None:
        await tx.fetch(
            "UPDATE announcements SET spread_at = $3 WHERE topic = $1 AND id < $2 AND spread_at IS NULL",
            topic,
            new[0]["id"],
            to_text(at),
        )


async def announced(reader: Reader, key: str) -> str | None:
    """What was announced under this key; None when nothing was."""
    rows = await reader.fetch("SELECT content FROM announcements WHERE key = $1", key)
    return str(rows[0]["content"]) if rows else None


_LEADS = "role IN ('facilitator', 'venue_lead')"
"""Who leads a table; assistants do not."""

_AUDIENCES = {
    "table": "p.table_code = $2 AND p.joined_after < $4",
    "facilitators": (
        f"p.id IN (SELECT person_id FROM table_roles WHERE {_LEADS} AND table_code = $2 AND $4 > 0)"
    ),
    "staff": "p.id IN (SELECT person_id FROM table_roles WHERE table_code = $2 AND $4 > 0)",
    "regia": "p.id IN (SELECT person_id FROM roles WHERE role = 'regia' AND $2 = '' AND $4 > 0)",
    "concerned": (
        "((p.table_code = $2 AND p.joined_after < $4) OR p.id IN"
        " (SELECT person_id FROM roles WHERE role = 'regia')"
        " OR p.id IN (SELECT person_id FROM table_roles WHERE table_code = $2))"
    ),
    "around": (
        "((replace($2, ',' || p.table_code || ',', '') <> $2 AND p.joined_after < $4) OR p.id IN"
        f" (SELECT person_id FROM table_roles WHERE {_LEADS}"
        "   AND replace($2, ',' || table_code || ',', '') <> $2))"
    ),
    "unfinished": (
        "p.table_code = $2 AND p.joined_after < $4 AND p.id IN (SELECT o.person_id FROM ballot_owners o"
        " JOIN ballots b ON b.id = o.ballot_id WHERE b.open AND NOT b.finished)"
    ),
    "leading": (
        f"p.id IN (SELECT person_id FROM table_roles WHERE {_LEADS} AND $4 > 0"
        " AND replace($2, ',' || table_code || ',', '') <> $2)"
    ),
}
"""Who is meant, over `people p`. $2: the table. $4: the announcement; who sat down later was told then."""


async def any_to_spread(reader: Reader) -> bool:
    """Whether an announcement is not spread yet: asked of the reader, for a write would make taps wait."""
    return bool(await reader.fetch("SELECT id FROM announcements WHERE spread_at IS NULL LIMIT 1"))


async def spread_some(tx: Transaction, at: datetime) -> bool:
    """Spread one chunk of the most urgent announcement that is not spread yet; whether there was one.

    Who joins the audience later is not told by it: they are told where things are when they join.
    """
    rows = await tx.fetch(
        "SELECT id, key, audience, content, priority, topic, reached FROM announcements"
        " WHERE spread_at IS NULL ORDER BY priority, id LIMIT 1"
    )
    if not rows:
        return False
    row = rows[0]
    kind, _, name = row["audience"].partition(":")
    chunk = (
        f"(SELECT p.id, p.telegram_id FROM people p WHERE p.id > $3 AND {_AUDIENCES[kind]}"
        " ORDER BY p.id LIMIT $1) c"
    )
    meant = (CHUNK, name, row["reached"], row["id"])
    (edge,) = await tx.fetch(f"SELECT count(*) AS people, max(c.id) AS last FROM {chunk}", *meant)
    if row["topic"] is not None:
        await tx.fetch(
            "UPDATE outbox SET superseded_at = $6, dead_at = NULL WHERE topic = $5 AND sent_at IS NULL"
            f" AND superseded_at IS NULL AND chat_id IN (SELECT c.telegram_id FROM {chunk})",
            *meant,
            row["topic"],
            to_text(at),
        )
    # One statement: one for each person would keep the transaction, and the taps behind it, that much longer.
    await tx.fetch(
        "INSERT INTO outbox (key, chat_id, person_id, content, priority, topic, created_at)"
        " SELECT $5 || ':' || c.id, c.telegram_id, c.id, $6, $7, $8, $9"
        f" FROM {chunk} WHERE TRUE ON CONFLICT (key) DO NOTHING",
        *meant,
        row["key"],
        row["content"],
        row["priority"],
        row["topic"],
        to_text(at),
    )
    if edge["people"] < CHUNK:
        await tx.fetch("UPDATE announcements SET spread_at = $2 WHERE id = $1", row["id"], to_text(at))
    else:
        await tx.fetch("UPDATE announcements SET reached = $2 WHERE id = $1", row["id"], edge["last"])
    return True


async def post(
    tx: Transaction,
    key: str,
    chat: int,
    content: str,
    at: datetime,
    *,
    urgency: Urgency,
    person: int | None = None,
    topic: str | None = None,
    parts: int = 0,
) -> None:
    """One message to one chat, once per key; of its parts so many went already.

    With a `topic` it supersedes what was to be sent to the chat about it.
    """
    if topic is not None:
        await tx.fetch(
            "UPDATE outbox SET superseded_at = $4, dead_at = NULL WHERE chat_id = $1 AND topic = $2"
            " AND sent_at IS NULL AND superseded_at IS NULL"
            " AND NOT EXISTS (SELECT id FROM outbox WHERE key = $3)",
            chat,
            topic,
            key,
            to_text(at),
        )
    await tx.fetch(
        "INSERT INTO outbox (key, chat_id, person_id, content, priority, topic, parts, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key) DO NOTHING",
        key,
        chat,
        person,
        content,
        int(urgency),
        topic,
        parts,
        to_text(at),
    )


async def outdate(tx: Transaction, person: int, topic: str, at: datetime) -> None:
    """What a person was to be told about this is not for them any more."""
    await tx.fetch(
        "UPDATE outbox SET superseded_at = $3, dead_at = NULL WHERE person_id = $1 AND topic = $2"
        " AND sent_at IS NULL AND superseded_at IS NULL",
        person,
        topic,
        to_text(at),
    )


async def outdate_for_all(tx: Transaction, topics: Sequence[str], at: datetime) -> None:
    """What anybody was to be told about these topics is not so any more: what has not gone never goes."""
    among = ", ".join(f"${number}" for number in range(2, 2 + len(topics)))
    await tx.fetch(
        "UPDATE outbox SET superseded_at = $1, dead_at = NULL WHERE sent_at IS NULL"
        f" AND superseded_at IS NULL AND topic IN ({among})",
        to_text(at),
        *topics,
    )
    await tx.fetch(
        f"UPDATE announcements SET spread_at = $1 WHERE spread_at IS NULL AND topic IN ({among})",
        to_text(at),
        *topics,
    )


def _letter(row: Row) -> Letter:
    return Letter(
        id=row["id"],
        key=row["key"],
        chat=row["chat_id"],
        person=row["person_id"],
        content=row["content"],
        urgency=row["priority"],
        attempts=row["attempts"],
        parts=row["parts"],
        language=row["language"],
    )


async def waiting(reader: Reader, limit: int, after: Letter | None = None) -> Sequence[Letter]:
    """Messages to send, in order, from behind `after`; those to people who cannot be reached wait aside."""
    rows = await reader.fetch(
        "SELECT o.id, o.key, o.chat_id, o.person_id, o.content, o.priority, o.attempts, o.parts, p.language"
        " FROM outbox o LEFT JOIN people p ON p.id = o.person_id"
        " WHERE o.sent_at IS NULL AND o.dead_at IS NULL AND o.superseded_at IS NULL"
        " AND p.unreachable_since IS NULL AND (o.priority, o.id) > ($2, $3)"
        " ORDER BY o.priority, o.id LIMIT $1",
        limit,
        -1 if after is None else after.urgency,
        0 if after is None else after.id,
    )
    return [_letter(row) for row in rows]


_ANSWERS = f"sent_at IS NULL AND dead_at IS NULL AND superseded_at IS NULL AND priority <= {Urgency.ANSWER:d}"
"""Answers that wait, and what remains of messages of several parts; also for who cannot be reached."""


@dataclass(frozen=True)
class Answer:
    """Such a one."""

    chat: int
    person: int | None
    content: str


async def answers(reader: Reader) -> Sequence[Answer]:
    """All of those, the oldest first."""
    rows = await reader.fetch(f"SELECT chat_id, person_id, content FROM outbox WHERE {_ANSWERS} ORDER BY id")
    return [Answer(row["chat_id"], row["person_id"], row["content"]) for row in rows]


async def answer_waits(reader: Reader, chat: int) -> bool:
    """Whether such a one waits for this chat."""
    return bool(await reader.fetch(f"SELECT id FROM outbox WHERE {_ANSWERS} AND chat_id = $1 LIMIT 1", chat))


async def begun(tx: Transaction, letter: Letter) -> None:
    """A part of a message that was not the last reached Telegram: the next goes before all others."""
    await tx.fetch(
        "UPDATE outbox SET parts = $2, priority = $3 WHERE id = $1",
        letter.id,
        letter.parts + 1,
        int(Urgency.BEGUN),
    )


async def over(tx: Transaction, letter: Letter, at: datetime) -> None:
    """What a message says is not so any more: it never goes."""
    await tx.fetch(
        "UPDATE outbox SET superseded_at = $2, dead_at = NULL WHERE id = $1 AND sent_at IS NULL",
        letter.id,
        to_text(at),
    )


async def sent(tx: Transaction, letter: Letter, message: int, at: datetime) -> None:
    """The message, or the last part of it, reached Telegram; also one superseded while it was on its way."""
    await tx.fetch(
        "UPDATE outbox SET sent_at = $2, message_id = $3, attempts = attempts + 1, superseded_at = NULL,"
        " dead_at = NULL WHERE id = $1",
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
        "UPDATE outbox SET dead_at = $3, attempts = attempts + 1, error = $2"
        " WHERE id = $1 AND superseded_at IS NULL",
        letter.id,
        error,
        to_text(at),
    )


@dataclass(frozen=True)
class DeadLetters:
    """Messages that Telegram refused for good. `kind` is what their keys begin with: "thanks", "post" ..."""

    kind: str
    reason: str
    count: int


async def dead_letters(reader: Reader) -> Sequence[DeadLetters]:
    """All that were refused, by kind and reason, the most first."""
    rows = await reader.fetch("SELECT key, error FROM outbox WHERE dead_at IS NOT NULL ORDER BY id")
    counted = Counter((row["key"].partition(":")[0], row["error"]) for row in rows)
    return [DeadLetters(kind, reason, count) for (kind, reason), count in counted.most_common()]


async def revive(tx: Transaction) -> int:
    """Have all that were refused sent once more, as if they were new; how many."""
    rows = await tx.fetch(
        "UPDATE outbox SET dead_at = NULL, attempts = 0, error = NULL WHERE dead_at IS NOT NULL RETURNING id"
    )
    return len(rows)


async def channel_posts(reader: Reader) -> int:
    """How many messages of the outbox went to channels (their ids are below zero)."""
    rows = await reader.fetch("SELECT count(*) AS n FROM outbox WHERE chat_id < 0 AND sent_at IS NOT NULL")
    return int(rows[0]["n"])
