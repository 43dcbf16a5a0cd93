"""Whether the agenda is held, and every change that was made to its times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Change:
    """One change of the plan.

    `act`: "held", "resumed", "shifted" of the whole agenda, "prolonged" or "reopened" of a table. What was
    planned after `since` moved by `minutes`; of a table, `phase` now ends at `until`.
    """

    at: datetime
    act: str
    mover: str
    since: datetime
    minutes: int = 0
    table: str | None = None
    phase: str | None = None
    until: datetime | None = None
    person: int | None = None


_COLUMNS = "id, at, act, mover, from_at, minutes, table_code, phase, until_at, person_id"


def _change(row: Row) -> Change:
    return Change(
        at=from_text(row["at"]),
        act=row["act"],
        mover=row["mover"],
        since=from_text(row["from_at"]),
        minutes=row["minutes"],
        table=row["table_code"],
        phase=row["phase"],
        until=None if row["until_at"] is None else from_text(row["until_at"]),
        person=row["person_id"],
    )


async def held_at(reader: Reader) -> datetime | None:
    """Since when the agenda is held; None while it runs."""
    rows = await reader.fetch("SELECT held_at FROM agenda")
    return from_text(rows[0]["held_at"]) if rows and rows[0]["held_at"] is not None else None


async def hold(tx: Transaction, at: datetime) -> bool:
    """Hold the agenda; whether it was running."""
    return bool(
        await tx.fetch("UPDATE agenda SET held_at = $1 WHERE held_at IS NULL RETURNING only_row", to_text(at))
    )


async def release(tx: Transaction) -> bool:
    """Let the agenda run again; whether it was held."""
    return bool(
        await tx.fetch("UPDATE agenda SET held_at = NULL WHERE held_at IS NOT NULL RETURNING only_row")
    )


async def add(tx: Transaction, change: Change) -> None:
    """Write a change down."""
    await tx.fetch(
        "INSERT INTO agenda_changes"
        " (at, act, mover, from_at, minutes, table_code, phase, until_at, person_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        to_text(change.at),
        change.act,
        change.mover,
        to_text(change.since),
        change.minutes,
        change.table,
        change.phase,
        None if change.until is None else to_text(change.until),
        change.person,
    )


async def changes(reader: Reader) -> Sequence[Change]:
    """Every change of the whole agenda, the newest last."""
    rows = await reader.fetch(f"SELECT {_COLUMNS} FROM agenda_changes WHERE table_code IS NULL ORDER BY id")
    return [_change(row) for row in rows]


async def last_of_table(reader: Reader, table: str, phase: str) -> Change | None:
    """The newest change of when a phase of this table ends, None when there was none."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM agenda_changes WHERE table_code = $1 AND phase = $2"
        " ORDER BY id DESC LIMIT 1",
        table,
        phase,
    )
    return _change(rows[0]) if rows else None


async def prolonged(reader: Reader) -> frozenset[tuple[str, str]]:
    """Tables and the phases of theirs that were ever prolonged."""
    rows = await reader.fetch("SELECT DISTINCT table_code, phase FROM agenda_changes WHERE act = 'prolonged'")
    return frozenset((row["table_code"], row["phase"]) for row in rows)
