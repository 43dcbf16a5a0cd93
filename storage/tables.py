"""The event, its tables, the phase each is in, and its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class TableRow:
    """Where a table is. `active_at`: the minute in which somebody there last did something."""

    code: str
    phase: str
    strategy_on: str | None
    reopenings: int = 0
    active_at: datetime | None = None

    @property
    def again(self) -> str:
        """What sets apart the keys of what is told once per opening; nothing before the first reopening."""
        return f":{self.reopenings}" if self.reopenings else ""


@dataclass(frozen=True)
class Step:
    """One step of a table's history; `person` is who moved it, None for the agenda.

    `reopened`: it leads back, to a phase that is open again, for `reason` if one was given.
    """

    at: datetime
    from_phase: str
    to_phase: str
    mover: str
    person: int | None
    reopened: bool = False
    reason: str | None = None


_TABLE = "code, phase, strategy_on, reopenings, active_at"
_STEP = "at, from_phase, to_phase, mover, person_id, reopened, reason"


def _table(row: Row) -> TableRow:
    return TableRow(
        row["code"],
        row["phase"],
        row["strategy_on"],
        row["reopenings"],
        None if row["active_at"] is None else from_text(row["active_at"]),
    )


def _step(row: Row) -> Step:
    return Step(
        from_text(row["at"]),
        row["from_phase"],
        row["to_phase"],
        row["mover"],
        row["person_id"],
        bool(row["reopened"]),
        row["reason"],
    )


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


async def set_venue(tx: Transaction, code: str, venue: str) -> None:
    """The venue a table meets at."""
    await tx.fetch("UPDATE tables SET venue = $2 WHERE code = $1 AND venue <> $2", code, venue)


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
    rows = await reader.fetch(f"SELECT {_TABLE} FROM tables WHERE code = $1", code)
    return _table(rows[0]) if rows else None


async def hold(tx: Transaction, code: str) -> TableRow | None:
    """Take hold of a table: until the transaction ends nobody else moves it."""
    rows = await tx.fetch(f"UPDATE tables SET version = version + 1 WHERE code = $1 RETURNING {_TABLE}", code)
    return _table(rows[0]) if rows else None


async def all_tables(reader: Reader) -> Sequence[TableRow]:
    """All tables, in order."""
    return [_table(row) for row in await reader.fetch(f"SELECT {_TABLE} FROM tables ORDER BY position")]


async def move(
    tx: Transaction, table: TableRow, phase: str, at: datetime, mover: str, person: int | None = None
) -> None:
    """Write the step a held table takes, and its history."""
    await _step_to(tx, table, phase, Step(at, table.phase, phase, mover, person))


async def reopen(
    tx: Transaction,
    table: TableRow,
    phase: str,
    at: datetime,
    mover: str,
    person: int | None,
    reason: str | None,
) -> None:
    """Write the step back that a held table takes."""
    await tx.fetch("UPDATE tables SET reopenings = reopenings + 1 WHERE code = $1", table.code)
    await _step_to(tx, table, phase, Step(at, table.phase, phase, mover, person, True, reason))


async def _step_to(tx: Transaction, table: TableRow, phase: str, step: Step) -> None:
    await tx.fetch("UPDATE tables SET phase = $2, strategy_on = NULL WHERE code = $1", table.code, phase)
    await tx.fetch(
        f"INSERT INTO phase_history (table_code, {_STEP}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        table.code,
        to_text(step.at),
        step.from_phase,
        step.to_phase,
        step.mover,
        step.person,
        step.reopened,
        step.reason,
    )


async def active(tx: Transaction, code: str, at: datetime) -> None:
    """Somebody at the table did something in the minute of `at`: written once a minute at most."""
    await tx.fetch(
        "UPDATE tables SET active_at = $2 WHERE code = $1 AND (active_at IS NULL OR active_at < $2)",
        code,
        to_text(at.replace(second=0, microsecond=0)),
    )


async def put_on(tx: Transaction, code: str, strategy: str) -> None:
    """The strategy the table is on."""
    await tx.fetch("UPDATE tables SET strategy_on = $2 WHERE code = $1", code, strategy)


async def history(reader: Reader, code: str) -> Sequence[Step]:
    """Every step a table took, the newest last."""
    rows = await reader.fetch(f"SELECT {_STEP} FROM phase_history WHERE table_code = $1 ORDER BY id", code)
    return [_step(row) for row in rows]


async def last_step(reader: Reader, code: str, phase: str | None = None) -> Step | None:
    """The step that brought a table where it is (or, last, to this phase), None if it never did."""
    rows = await reader.fetch(
        f"SELECT {_STEP} FROM phase_history WHERE table_code = $1 AND to_phase = coalesce($2, to_phase)"
        " ORDER BY id DESC LIMIT 1",
        code,
        phase,
    )
    return _step(rows[0]) if rows else None


async def last_steps(reader: Reader) -> Mapping[str, Step]:
    """For each table that ever moved, the step that brought it where it is."""
    rows = await reader.fetch(
        f"SELECT table_code, {_STEP} FROM phase_history"
        " WHERE id IN (SELECT max(id) FROM phase_history GROUP BY table_code)"
    )
    return {row["table_code"]: _step(row) for row in rows}
