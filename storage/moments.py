"""The agenda as rows: what is due when, and whether it was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Reader, Transaction


@dataclass(frozen=True)
class Moment:
    """Something to do once, at a time. `action` is JSON that `participation/agenda.py` writes and reads."""

    key: str
    due: datetime
    action: str


async def add(tx: Transaction, moment: Moment) -> None:
    """A moment to come; a key known already is left as it is."""
    await tx.fetch(
        "INSERT INTO moments (key, due_at, action) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
        moment.key,
        to_text(moment.due),
        moment.action,
    )


async def forget_to_come(tx: Transaction) -> None:
    """The event's plan was changed: what is not done of it is planned anew. A run-off goes on."""
    await tx.fetch("DELETE FROM moments WHERE done_at IS NULL AND key NOT LIKE 'runoff:%'")


async def due(reader: Reader, now: datetime) -> Sequence[Moment]:
    """What is due and not done, in the order it was due."""
    rows = await reader.fetch(
        "SELECT key, due_at, action FROM moments WHERE done_at IS NULL AND due_at <= $1 ORDER BY due_at, key",
        to_text(now),
    )
    return [Moment(row["key"], from_text(row["due_at"]), row["action"]) for row in rows]


async def next_due(reader: Reader) -> datetime | None:
    """When the first moment not done is due."""
    rows = await reader.fetch("SELECT min(due_at) AS due FROM moments WHERE done_at IS NULL")
    return from_text(rows[0]["due"]) if rows[0]["due"] is not None else None


async def finish(tx: Transaction, key: str, at: datetime) -> bool:
    """Mark a moment done; whether this was the time (in one transaction with what it does)."""
    return bool(
        await tx.fetch(
            "UPDATE moments SET done_at = $2 WHERE key = $1 AND done_at IS NULL RETURNING key",
            key,
            to_text(at),
        )
    )
