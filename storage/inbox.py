"""Messages that were taken from Telegram and wait for their turn, of people who send very fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.database import Reader, Transaction


@dataclass(frozen=True)
class Waiting:
    """One update, as Telegram's JSON."""

    id: int
    body: str


async def put(tx: Transaction, key: str, telegram_id: int, body: str) -> bool:
    """Keep an update of somebody who read the notice, once per key. Of a stranger nothing is kept: False."""
    if not await tx.fetch("SELECT id FROM people WHERE telegram_id = $1", telegram_id):
        return False
    await tx.fetch(
        "INSERT INTO inbox (key, telegram_id, body) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
        key,
        telegram_id,
        body,
    )
    return True


async def first(reader: Reader, telegram_id: int) -> Waiting | None:
    """The oldest that waits of a person."""
    rows = await reader.fetch(
        "SELECT id, body FROM inbox WHERE telegram_id = $1 ORDER BY id LIMIT 1", telegram_id
    )
    return Waiting(rows[0]["id"], rows[0]["body"]) if rows else None


async def done(tx: Transaction, waiting: Waiting) -> None:
    """It was handled."""
    await tx.fetch("DELETE FROM inbox WHERE id = $1", waiting.id)


async def people_waiting(reader: Reader) -> Sequence[int]:
    """The Telegram ids of all who have something waiting."""
    rows = await reader.fetch("SELECT DISTINCT telegram_id FROM inbox ORDER BY telegram_id")
    return [row["telegram_id"] for row in rows]
