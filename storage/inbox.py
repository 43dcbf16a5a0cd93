"""Updates taken from Telegram that wait for their turn, of people who act faster than it can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.database import Reader, Transaction

Put = Literal["kept", "known", "stranger"]
"""What became of an update: it waits now, it waited already, or its sender never read the notice."""


@dataclass(frozen=True)
class Waiting:
    """One update, as Telegram's JSON."""

    id: int
    body: str


async def put(tx: Transaction, place: int, key: str, telegram_id: int, body: str) -> Put:
    """Keep an update of somebody who read the notice, once per key; of a stranger nothing is kept.

    `place`: its number in the order of all that were taken, greater than `last`.
    """
    kept = await tx.fetch(
        "INSERT INTO inbox (id, key, telegram_id, body)"
        " SELECT $1, $2, telegram_id, $4 FROM people WHERE telegram_id = $3"
        " ON CONFLICT (key) DO NOTHING RETURNING id",
        place,
        key,
        telegram_id,
        body,
    )
    if kept:
        return "kept"
    return "known" if await tx.fetch("SELECT id FROM inbox WHERE key = $1", key) else "stranger"


async def first(reader: Reader, telegram_id: int) -> Waiting | None:
    """The oldest that waits of a person."""
    rows = await reader.fetch(
        "SELECT id, body FROM inbox WHERE telegram_id = $1 ORDER BY id LIMIT 1", telegram_id
    )
    return Waiting(rows[0]["id"], rows[0]["body"]) if rows else None


async def done(tx: Transaction, place: int) -> None:
    """It was handled."""
    await tx.fetch("DELETE FROM inbox WHERE id = $1", place)


async def waiting(reader: Reader) -> Mapping[int, int]:
    """How many wait of each person, by Telegram id."""
    rows = await reader.fetch("SELECT telegram_id, count(*) AS n FROM inbox GROUP BY telegram_id")
    return {row["telegram_id"]: int(row["n"]) for row in rows}


async def last(reader: Reader) -> int:
    """The greatest place there is; 0 when nothing waits."""
    return int((await reader.fetch("SELECT coalesce(max(id), 0) AS n FROM inbox"))[0]["n"])
