"""Contributions, the messages they came in, and the question each person is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Contribution:
    """One observation, idea or proposal. `source`: "person" or "table" (a facilitator's note).

    `action`: the plan action it names. `late`: it came or was changed after its table had closed Session 2.
    """

    id: str
    table: str
    zone: str | None
    source: str
    session: int
    strategy: str | None
    question: str | None
    text: str
    action: str | None = None
    late: bool = False


@dataclass(frozen=True)
class Place:
    """The strategy and question of Session 2 that a person saw last."""

    strategy: str
    question: str


_COLUMNS = (
    "c.id, c.table_code, c.zone, c.source, c.session, c.strategy, c.question, c.text, c.action, c.late_at"
)


def _contribution(row: Row) -> Contribution:
    return Contribution(
        id=row["id"],
        table=row["table_code"],
        zone=row["zone"],
        source=row["source"],
        session=row["session"],
        strategy=row["strategy"],
        question=row["question"],
        text=row["text"],
        action=row["action"],
        late=row["late_at"] is not None,
    )


async def add(
    tx: Transaction, contribution: Contribution, chat: int, message: int, person: int, at: datetime
) -> Contribution:
    """Keep a contribution, once per message: delivered again, what was kept the first time is returned."""
    found = await of_message(tx, chat, message)
    if found is not None:
        return found
    await tx.fetch(
        "INSERT INTO contributions"
        " (id, table_code, zone, source, session, strategy, question, text, received_at, action, late_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        contribution.id,
        contribution.table,
        contribution.zone,
        contribution.source,
        contribution.session,
        contribution.strategy,
        contribution.question,
        contribution.text,
        to_text(at),
        contribution.action,
        to_text(at) if contribution.late else None,
    )
    await tx.fetch(
        "INSERT INTO contribution_messages (chat_id, message_id, contribution_id, person_id)"
        " VALUES ($1, $2, $3, $4)",
        chat,
        message,
        contribution.id,
        person,
    )
    return contribution


async def of_message(reader: Reader, chat: int, message: int) -> Contribution | None:
    """The contribution that a message became."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM contribution_messages m JOIN contributions c ON c.id = m.contribution_id"
        " WHERE m.chat_id = $1 AND m.message_id = $2",
        chat,
        message,
    )
    return _contribution(rows[0]) if rows else None


async def edit(tx: Transaction, contribution: str, text: str, at: datetime) -> bool:
    """Give a contribution its new text; whether there is one that stands."""
    return bool(
        await tx.fetch(
            "UPDATE contributions SET text = $2, edited_at = $3"
            " WHERE id = $1 AND withdrawn_at IS NULL RETURNING id",
            contribution,
            text,
            to_text(at),
        )
    )


async def withdraw(tx: Transaction, contribution: str, person: int, at: datetime) -> bool:
    """Withdraw a person's own contribution; whether there was one to withdraw."""
    return bool(
        await tx.fetch(
            "UPDATE contributions SET withdrawn_at = $3 WHERE id = $1 AND withdrawn_at IS NULL AND id IN"
            " (SELECT contribution_id FROM contribution_messages WHERE person_id = $2) RETURNING id",
            contribution,
            person,
            to_text(at),
        )
    )


async def by_id(reader: Reader, contribution: str) -> Contribution:
    """The contribution with this id, which somebody knows from a row."""
    (row,) = await reader.fetch(f"SELECT {_COLUMNS} FROM contributions c WHERE c.id = $1", contribution)
    return _contribution(row)


async def said_by(tx: Transaction, contribution: str, chat: int, message: int, person: int) -> None:
    """Another message says now what the contribution says: an edit of that one changes it."""
    await tx.fetch(
        "UPDATE contribution_messages SET chat_id = $2, message_id = $3, person_id = $4"
        " WHERE contribution_id = $1",
        contribution,
        chat,
        message,
        person,
    )


async def supersede(tx: Transaction, contribution: str, at: datetime) -> None:
    """Another text stands in its place."""
    await tx.fetch(
        "UPDATE contributions SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL",
        contribution,
        to_text(at),
    )


async def again(tx: Transaction, contribution: str) -> None:
    """It stands again."""
    await tx.fetch("UPDATE contributions SET withdrawn_at = NULL WHERE id = $1", contribution)


async def of_person(reader: Reader, person: int) -> Sequence[tuple[Contribution, bool]]:
    """All that a person contributed themselves, the newest last, and whether they withdrew it."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS}, c.withdrawn_at FROM contribution_messages m"
        " JOIN contributions c ON c.id = m.contribution_id"
        " WHERE m.person_id = $1 AND c.source = 'person' ORDER BY m.message_id",
        person,
    )
    return [(_contribution(row), row["withdrawn_at"] is not None) for row in rows]


@dataclass(frozen=True)
class Said:
    """A contribution as the summary reads it: whose it is is only a number to count voices by."""

    contribution: Contribution
    person: int | None


async def of_session(reader: Reader, session: int) -> Sequence[Said]:
    """All that stands of one session, in the order of receipt.

    A facilitator's note has no person: it is the table's voice.
    """
    rows = await reader.fetch(
        f"SELECT {_COLUMNS}, m.person_id FROM standing_contributions c"
        " LEFT JOIN contribution_messages m ON m.contribution_id = c.id"
        " WHERE c.session = $1 ORDER BY c.received_at, c.id",
        session,
    )
    return [Said(_contribution(row), row["person_id"] if row["source"] == "person" else None) for row in rows]


# A photo or a voice message that nobody put into words yet counts as one, too.
_COUNTED = (
    "SELECT table_code FROM standing_contributions"
    " UNION ALL SELECT table_code FROM notes n WHERE withdrawn_at IS NULL AND text_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM note_files f JOIN contributions c ON c.id = f.caption_id"
    "  WHERE f.note_id = n.id AND c.withdrawn_at IS NULL)"
)


async def counted_by_table(reader: Reader) -> dict[str, int]:
    """How many contributions and notes stand, per table that has any."""
    rows = await reader.fetch(
        f"SELECT table_code, count(*) AS n FROM ({_COUNTED}) AS each_one GROUP BY table_code"
    )
    return {row["table_code"]: row["n"] for row in rows}


async def counted_of(reader: Reader, table: str) -> int:
    """How many contributions and notes of one table stand."""
    rows = await reader.fetch(
        f"SELECT count(*) AS n FROM ({_COUNTED}) AS each_one WHERE table_code = $1", table
    )
    return int(rows[0]["n"])


async def set_place(tx: Transaction, person: int, place: Place, since: int | None = None) -> None:
    """The person saw this question; `since`: perhaps, having asked for it by the message with this number."""
    await tx.fetch(
        "INSERT INTO places (person_id, strategy, question, since) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (person_id) DO UPDATE"
        " SET strategy = excluded.strategy, question = excluded.question, since = excluded.since",
        person,
        place.strategy,
        place.question,
        since,
    )


async def wish_of(reader: Reader, person: int) -> tuple[Place, int] | None:
    """The question that the person asked for and perhaps saw, and the message by which they asked."""
    rows = await reader.fetch(
        "SELECT strategy, question, since FROM places WHERE person_id = $1 AND since IS NOT NULL", person
    )
    return (Place(rows[0]["strategy"], rows[0]["question"]), rows[0]["since"]) if rows else None


async def place_of(reader: Reader, person: int) -> Place | None:
    """The question the person saw last."""
    rows = await reader.fetch("SELECT strategy, question FROM places WHERE person_id = $1", person)
    return Place(rows[0]["strategy"], rows[0]["question"]) if rows else None


async def forget_place(tx: Transaction, person: int) -> None:
    """The person is on no question any more."""
    await tx.fetch("DELETE FROM places WHERE person_id = $1", person)


async def forget_places(tx: Transaction, table: str) -> None:
    """Nobody at the table is on a question any more."""
    await tx.fetch(
        "DELETE FROM places WHERE person_id IN (SELECT id FROM people WHERE table_code = $1)", table
    )
