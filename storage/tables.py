"""The event, its tables, the phase each is in, and its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Reader, Transaction


@dataclass(frozen=True)
class TableRow:
    """Where a table is."""

    code: str
    phase: str
    strategy_on: str | None


@dataclass(frozen=True)
class Step:
    """One step of a table's history; `person` is who moved it, None for the agenda."""

    at: datetime
    from_phase: str
    to_phase: str
    mover: str
    person: int | None


async def event_definition(reader: Reader) -> str | None:
    """The definition of the event this database belongs to, None for a new one."""
    rows = await reader.fetch("SELECT definition FROM event")
    return str(rows[0]["definition"]) if rows else None


async def event_code(reader: Reader) -> str | None:
    """The code of the event this database belongs to, None for a new one."""
    rows = await reader.fetch("SELECT code FROM event")
    return str(rows[0]["code"]) if rows else None


async def set_event(tx: Transaction, code: str, definition: str, at: datetime) -> None:
    """Give a new database its event, or a known one its newest texts."""
    await tx.fetch(
        "INSERT INTO event (only_row, code, definition, started_at) VALUES (1, $1, $2, $3)"
        " ON CONFLICT (only_row) DO UPDATE SET definition = excluded.definition",
        code,
        definition,
        to_text(at),
    )


async def add(tx: Transaction, code: str, position: int, phase: str) -> None:
    """A table of the event."""
    await tx.fetch("INSERT INTO tables (code, position, phase) VALUES ($1, $2, $3)", code, position, phase)


async def arrange(tx: Transaction, codes: Sequence[str]) -> None:
    """Number the tables in this order, behind those that are none of them."""
    # Out of the way first: a position is never given to two tables.
    await tx.fetch("UPDATE tables SET position = -1 - position WHERE position >= 0")
    rest = await tx.fetch("SELECT code FROM tables ORDER BY position DESC")
    ordered = [*codes, *(row["code"] for row in rest if row["code"] not in codes)]
    for position, code in enumerate(ordered):
        await tx.fetch("UPDATE tables SET position = $2 WHERE code = $1", code, position)


async def find(reader: Reader, code: str) -> TableRow | None:
    """Where this table is."""
    rows = await reader.fetch("SELECT code, phase, strategy_on FROM tables WHERE code = $1", code)
    return TableRow(rows[0]["code"], rows[0]["phase"], rows[0]["strategy_on"]) if rows else None


async def hold(tx: Transaction, code: str) -> TableRow | None:
    """Take hold of a table: until the transaction ends nobody else moves it."""
    rows = await tx.fetch(
        "UPDATE tables SET version = version + 1 WHERE code = $1 RETURNING code, phase, strategy_on", code
    )
    return TableRow(rows[0]["code"], rows[0]["phase"], rows[0]["strategy_on"]) if rows else None


async def all_tables(reader: Reader) -> Sequence[TableRow]:
    """All tables, in order."""
    rows = await reader.fetch("SELECT code, phase, strategy_on FROM tables ORDER BY position")
    return [TableRow(row["code"], row["phase"], row["strategy_on"]) for row in rows]


async def move(
    tx: Transaction, table: TableRow, phase: str, at: datetime, mover: str, person: int | None = None
) -> None:
    """Write the step a held table takes, and its history."""
    await tx.fetch("UPDATE tables SET phase = $2, strategy_on = NULL WHERE code = $1", table.code, phase)
    await tx.fetch(
        "INSERT INTO phase_history (table_code, at, from_phase, to_phase, mover, person_id)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        table.code,
        to_text(at),
        table.phase,
        phase,
        mover,
        person,
    )


async def put_on(tx: Transaction, code: str, strategy: str) -> None:
    """The strategy the table is on."""
    await tx.fetch("UPDATE tables SET strategy_on = $2 WHERE code = $1", code, strategy)


async def history(reader: Reader, code: str) -> Sequence[Step]:
    """Every step a table took, the newest last."""
    rows = await reader.fetch(
        "SELECT at, from_phase, to_phase, mover, person_id FROM phase_history WHERE table_code = $1"
        " ORDER BY id",
        code,
    )
    return [
        Step(from_text(row["at"]), row["from_phase"], row["to_phase"], row["mover"], row["person_id"])
        for row in rows
    ]


async def last_step(reader: Reader, code: str) -> Step | None:
    """The step that brought a table where it is, None if it never moved."""
    rows = await reader.fetch(
        "SELECT at, from_phase, to_phase, mover, person_id FROM phase_history WHERE table_code = $1"
        " ORDER BY id DESC LIMIT 1",
        code,
    )
    if not rows:
        return None
    row = rows[0]
    return Step(from_text(row["at"]), row["from_phase"], row["to_phase"], row["mover"], row["person_id"])
