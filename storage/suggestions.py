"""Suggestions, the messages and answers they came in, and the strategy each person is suggesting on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Suggestion:
    """One suggestion on a strategy. `source`: "person" or "form"; `zone`: None where it is not known."""

    id: int
    source: str
    zone: str | None
    strategy: str
    text: str
    withdrawn: bool


@dataclass(frozen=True)
class Counted:
    """So many suggestions on a strategy, for a zone (None: not known), from one source."""

    strategy: str
    zone: str | None
    source: str
    count: int


@dataclass(frozen=True)
class Suggesting:
    """The strategy that a person is suggesting on, and since when they were last asked about it."""

    strategy: str
    since: datetime


_COLUMNS = "s.id, s.source, s.zone, s.strategy, s.text, s.withdrawn_at IS NOT NULL AS withdrawn"


def _suggestion(row: Row) -> Suggestion:
    return Suggestion(
        row["id"], row["source"], row["zone"], row["strategy"], row["text"], bool(row["withdrawn"])
    )


async def _insert(
    tx: Transaction, source: str, zone: str | None, strategy: str, text: str, at: datetime
) -> int:
    rows = await tx.fetch(
        "INSERT INTO suggestions (source, zone, strategy, text, received_at) VALUES ($1, $2, $3, $4, $5)"
        " RETURNING id",
        source,
        zone,
        strategy,
        text,
        to_text(at),
    )
    return int(rows[0]["id"])


async def add(
    tx: Transaction,
    strategy: str,
    zone: str | None,
    text: str,
    chat: int,
    message: int,
    person: int,
    at: datetime,
) -> None:
    """Keep what a person suggests in a message that is known to be new; see `of_message`."""
    number = await _insert(tx, "person", zone, strategy, text, at)
    await tx.fetch(
        "INSERT INTO suggestion_messages (chat_id, message_id, suggestion_id, person_id)"
        " VALUES ($1, $2, $3, $4)",
        chat,
        message,
        number,
        person,
    )


async def of_message(reader: Reader, chat: int, message: int) -> Suggestion | None:
    """The suggestion that a message became."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM suggestion_messages m JOIN suggestions s ON s.id = m.suggestion_id"
        " WHERE m.chat_id = $1 AND m.message_id = $2",
        chat,
        message,
    )
    return _suggestion(rows[0]) if rows else None


async def edit(tx: Transaction, suggestion: int, strategy: str, text: str, at: datetime) -> bool:
    """Give a suggestion its new text (and strategy); whether there is one that stands."""
    return bool(
        await tx.fetch(
            "UPDATE suggestions SET strategy = $2, text = $3, edited_at = $4"
            " WHERE id = $1 AND withdrawn_at IS NULL RETURNING id",
            suggestion,
            strategy,
            text,
            to_text(at),
        )
    )


async def withdraw(tx: Transaction, suggestion: int, person: int, at: datetime) -> bool:
    """Withdraw a person's own suggestion; whether it is theirs (withdrawn before, it stays so)."""
    return bool(
        await tx.fetch(
            "UPDATE suggestions SET withdrawn_at = coalesce(withdrawn_at, $3) WHERE id = $1 AND id IN"
            " (SELECT suggestion_id FROM suggestion_messages WHERE person_id = $2) RETURNING id",
            suggestion,
            person,
            to_text(at),
        )
    )


async def of_person(reader: Reader, person: int) -> Sequence[Suggestion]:
    """All that a person ever suggested, withdrawn or not, the newest last."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM suggestion_messages m JOIN suggestions s ON s.id = m.suggestion_id"
        " WHERE m.person_id = $1 ORDER BY m.message_id",
        person,
    )
    return [_suggestion(row) for row in rows]


async def of_strategy(reader: Reader, strategy: str) -> Sequence[Suggestion]:
    """What stands on a strategy, in the order of receipt."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM suggestions s WHERE s.strategy = $1 AND s.withdrawn_at IS NULL"
        " ORDER BY s.id",
        strategy,
    )
    return [_suggestion(row) for row in rows]


async def counted(reader: Reader, *, untold: bool = False) -> Sequence[Counted]:
    """How many stand, by strategy, zone and source; `untold`: only what no digest has told of."""
    rows = await reader.fetch(
        "SELECT strategy, zone, source, count(*) AS n FROM suggestions WHERE withdrawn_at IS NULL"
        " AND (digest IS NULL OR NOT $1) GROUP BY strategy, zone, source ORDER BY strategy, zone, source",
        untold,
    )
    return [Counted(row["strategy"], row["zone"], row["source"], row["n"]) for row in rows]


async def mark_told(tx: Transaction, digest: str) -> None:
    """The digest with this key has told of all that there is now."""
    await tx.fetch("UPDATE suggestions SET digest = $1 WHERE digest IS NULL", digest)


# --- the online form -----------------------------------------------------------------------------------


async def answers_known(reader: Reader, keys: Collection[str]) -> frozenset[str]:
    """Which of these answers became suggestions before."""
    rows = await reader.fetch("SELECT key FROM suggestion_answers")
    return frozenset(row["key"] for row in rows).intersection(keys)


async def add_answer(
    tx: Transaction, key: str, strategy: str, zone: str | None, text: str, at: datetime
) -> None:
    """Keep an answer of the form that is known to be new; see `answers_known`."""
    number = await _insert(tx, "form", zone, strategy, text, at)
    await tx.fetch("INSERT INTO suggestion_answers (key, suggestion_id) VALUES ($1, $2)", key, number)


# --- who is suggesting ---------------------------------------------------------------------------------


async def begin(tx: Transaction, person: int, strategy: str, at: datetime) -> None:
    """What the person types next is a suggestion on this strategy."""
    await tx.fetch(
        "INSERT INTO suggesting (person_id, strategy, since) VALUES ($1, $2, $3) ON CONFLICT (person_id)"
        " DO UPDATE SET strategy = excluded.strategy, since = excluded.since",
        person,
        strategy,
        to_text(at),
    )


async def suggesting(reader: Reader, person: int) -> Suggesting | None:
    """What the person is suggesting on."""
    rows = await reader.fetch("SELECT strategy, since FROM suggesting WHERE person_id = $1", person)
    return Suggesting(rows[0]["strategy"], from_text(rows[0]["since"])) if rows else None


async def end(tx: Transaction, person: int) -> None:
    """The person suggests nothing more for now."""
    await tx.fetch("DELETE FROM suggesting WHERE person_id = $1", person)
