"""Which message asked whom which question of Session 2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Prompt:
    """A message in a person's chat that asked them a question of a table.

    `since`: they asked for it by the message with this number, and may have had it in another message before.
    """

    message: int
    table: str
    strategy: str
    question: str
    since: int | None = None


_COLUMNS = "message_id, table_code, strategy, question, since"


def _prompt(row: Row) -> Prompt:
    return Prompt(row["message_id"], row["table_code"], row["strategy"], row["question"], row["since"])


async def add(tx: Transaction, person: int, prompt: Prompt, *, past: bool) -> None:
    """A prompt reached a person. `past`: they do not sit at its table any more."""
    await tx.fetch(
        "INSERT INTO prompts (person_id, message_id, table_code, strategy, question, since, past)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (person_id, message_id) DO NOTHING",
        person,
        prompt.message,
        prompt.table,
        prompt.strategy,
        prompt.question,
        prompt.since,
        past,
    )


async def of_message(reader: Reader, person: int, message: int) -> Prompt | None:
    """What a message in a person's chat asked; None when it asked nothing."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM prompts WHERE person_id = $1 AND message_id = $2", person, message
    )
    return _prompt(rows[0]) if rows else None


async def last(reader: Reader, person: int, table: str, before: int | None = None) -> Prompt | None:
    """The last prompt of a table that is not past; `before`: of those that a message with this id answers."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM prompts WHERE person_id = $1 AND table_code = $2 AND NOT past"
        " AND ($3 IS NULL OR coalesce(since, message_id) < $3) ORDER BY message_id DESC LIMIT 1",
        person,
        table,
        before,
    )
    return _prompt(rows[0]) if rows else None


async def put_aside(tx: Transaction, person: int, table: str) -> None:
    """The person left the table: what they type from now on answers none of its prompts."""
    await tx.fetch("UPDATE prompts SET past = TRUE WHERE person_id = $1 AND table_code = $2", person, table)


async def put_aside_at(tx: Transaction, table: str) -> None:
    """What the table asked so far is past, for everybody."""
    await tx.fetch("UPDATE prompts SET past = TRUE WHERE table_code = $1 AND NOT past", table)
