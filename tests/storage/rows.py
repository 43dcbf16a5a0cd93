"""Tables and people for tests of the store, and what rests of them in it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from storage import ballots, people, tables
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.database import Database, Reader, Transaction

NOON = datetime(2023, 12, 5, 12, 0, tzinfo=UTC)
SOON = NOON + timedelta(minutes=5)


@asynccontextmanager
async def new_database() -> AsyncIterator[Database]:
    """A database of its own for one example of a property."""
    with TemporaryDirectory() as folder:
        database = await open_sqlite(Path(folder) / "event.db")
        # Examples are many; none of them is about a power cut.
        await database._writer.execute_fetchall("PRAGMA synchronous = OFF")
        try:
            yield database
        finally:
            await database.close()


async def add_tables(tx: Transaction, *codes: str, phase: str = "session1") -> None:
    for position, code in enumerate(codes):
        await tables.add(tx, code, position, phase)


async def seat(tx: Transaction, telegram_id: int, table: str, zone: str = "1") -> int:
    """A person at a table, without a ballot; their id."""
    person = await people.acknowledge(tx, telegram_id, "it", NOON)
    await people.sit_down(tx, person.id, table, zone, NOON)
    return person.id


async def give_ballot(
    tx: Transaction,
    person: int,
    table: str,
    zone: str = "1",
    *,
    budget: int = 6,
    stack: int = 1,
    is_open: bool = True,
) -> str:
    """A ballot for a seated person; its id."""
    ballot = f"ballot-{person}"
    await ballots.create(tx, ballot, person, table, zone, budget=budget, stack=stack, is_open=is_open)
    return ballot


async def vote(tx: Transaction, person: int, *strategies: str) -> None:
    """One dot on each of these."""
    held = await ballots.hold_open(tx, person)
    assert held is not None
    await ballots.set_dots(tx, held, dict.fromkeys(strategies, 1))


async def value(reader: Reader, sql: str, *values: object) -> Any:
    """The one value that a query gives."""
    (row,) = await reader.fetch(sql, *values)
    return row[0]
