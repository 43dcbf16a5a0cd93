"""People, and the table they sit at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Person:
    """Somebody who read the notice. `table` and `zone` are None until they joined."""

    id: int
    telegram_id: int
    language: str
    language_chosen: bool
    table: str | None
    zone: str | None
    zone_picked: str | None
    table_picked: str | None
    asked_again: bool
    unreachable: bool


@dataclass(frozen=True)
class Seat:
    """Where somebody is registered, and since when; all that tells people of a table apart."""

    person: int
    table: str
    zone: str
    joined_at: datetime
    reachable: bool


_SEAT = (
    "SELECT p.id, p.table_code, p.zone, p.joined_at, p.unreachable_since IS NULL AS reachable FROM people p"
)


def _seat(row: Row) -> Seat:
    return Seat(
        row["id"], row["table_code"], row["zone"], from_text(row["joined_at"]), bool(row["reachable"])
    )


_COLUMNS = (
    "id, telegram_id, language, language_chosen, table_code, zone, zone_picked, table_picked, asked_again,"
    " unreachable_since"
)


def _person(row: Row) -> Person:
    return Person(
        id=row["id"],
        telegram_id=row["telegram_id"],
        language=row["language"],
        language_chosen=bool(row["language_chosen"]),
        table=row["table_code"],
        zone=row["zone"],
        zone_picked=row["zone_picked"],
        table_picked=row["table_picked"],
        asked_again=bool(row["asked_again"]),
        unreachable=row["unreachable_since"] is not None,
    )


async def find(reader: Reader, telegram_id: int) -> Person | None:
    """The person with this Telegram id, if they read the notice."""
    rows = await reader.fetch(f"SELECT {_COLUMNS} FROM people WHERE telegram_id = $1", telegram_id)
    return _person(rows[0]) if rows else None


async def by_id(reader: Reader, person: int) -> Person | None:
    """The person with this id."""
    rows = await reader.fetch(f"SELECT {_COLUMNS} FROM people WHERE id = $1", person)
    return _person(rows[0]) if rows else None


async def acknowledge(tx: Transaction, telegram_id: int, language: str, at: datetime) -> Person:
    """Store the person from the moment they read the notice; a second time changes nothing."""
    await tx.fetch(
        "INSERT INTO people (telegram_id, language, acknowledged_at) VALUES ($1, $2, $3)"
        " ON CONFLICT (telegram_id) DO NOTHING",
        telegram_id,
        language,
        to_text(at),
    )
    found = await find(tx, telegram_id)
    assert found is not None, "just inserted"
    return found


async def pick(
    tx: Transaction,
    person: int,
    *,
    zone: str | None = None,
    table: str | None = None,
    asked_again: bool = False,
) -> None:
    """Remember the zone while the table is still to be picked, or the table while the zone is."""
    await tx.fetch(
        "UPDATE people SET zone_picked = $2, table_picked = $3, asked_again = $4 WHERE id = $1",
        person,
        zone,
        table,
        asked_again,
    )


async def forget_picks(tx: Transaction, table: str) -> None:
    """Nobody at the table is being asked for a zone or table any more."""
    await tx.fetch(
        "UPDATE people SET zone_picked = NULL, table_picked = NULL, asked_again = FALSE"
        " WHERE table_code = $1 AND asked_again",
        table,
    )


async def sit_down(tx: Transaction, person: int, table: str, zone: str, at: datetime) -> None:
    """The person takes part at this table, for this zone. What was announced there before is not for them."""
    await tx.fetch(
        "UPDATE people SET table_code = $2, zone = $3, joined_at = $4, zone_picked = NULL,"
        " table_picked = NULL, asked_again = FALSE,"
        " joined_after = (SELECT coalesce(max(id), 0) FROM announcements) WHERE id = $1",
        person,
        table,
        zone,
        to_text(at),
    )


async def speak(tx: Transaction, person: int, language: str) -> None:
    """The language the person chose."""
    await tx.fetch("UPDATE people SET language = $2, language_chosen = TRUE WHERE id = $1", person, language)


async def mark_unreachable(tx: Transaction, person: int, at: datetime) -> None:
    """The person blocked the bot or left Telegram: nothing is sent to them until they come back."""
    await tx.fetch(
        "UPDATE people SET unreachable_since = $2 WHERE id = $1 AND unreachable_since IS NULL",
        person,
        to_text(at),
    )


async def mark_reachable(tx: Transaction, telegram_id: int) -> bool:
    """The person is back; whether they had been away."""
    return bool(
        await tx.fetch(
            "UPDATE people SET unreachable_since = NULL"
            " WHERE telegram_id = $1 AND unreachable_since IS NOT NULL RETURNING id",
            telegram_id,
        )
    )


async def registered_at(reader: Reader, table: str) -> int:
    """How many people are registered at a table."""
    rows = await reader.fetch("SELECT count(*) AS n FROM people WHERE table_code = $1", table)
    return int(rows[0]["n"])


async def registered(reader: Reader) -> int:
    """How many people are registered at any table."""
    rows = await reader.fetch("SELECT count(*) AS n FROM people WHERE table_code IS NOT NULL")
    return int(rows[0]["n"])


async def at_table(reader: Reader, table: str) -> Sequence[Seat]:
    """Who is registered at a table, in the order in which they came."""
    rows = await reader.fetch(f"{_SEAT} WHERE p.table_code = $1 ORDER BY p.id", table)
    return [_seat(row) for row in rows]


async def seat_of(reader: Reader, person: int) -> Seat | None:
    """Where the person with this number is registered; None when they are nowhere, or nobody has it."""
    rows = await reader.fetch(f"{_SEAT} WHERE p.id = $1 AND p.table_code IS NOT NULL", person)
    return _seat(rows[0]) if rows else None


async def moved(tx: Transaction, before: Seat, table: str, zone: str, by: int, at: datetime) -> int:
    """Write down that somebody moved a person; the number of the entry."""
    rows = await tx.fetch(
        "INSERT INTO people_moved (at, person_id, from_table, from_zone, to_table, to_zone, by_person)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        to_text(at),
        before.person,
        before.table,
        before.zone,
        table,
        zone,
        by,
    )
    return int(rows[0]["id"])
