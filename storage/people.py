"""People, the table they sit at, and the roles they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import to_text

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


# --- roles and one-time links --------------------------------------------------------------------------


@dataclass(frozen=True)
class Grant:
    """A role a person holds; `table` is "" for a role over the whole event."""

    role: str
    table: str


async def grants(reader: Reader, person: int) -> Sequence[Grant]:
    """The roles a person holds now, tables in order."""
    rows = await reader.fetch(
        "SELECT role, table_code FROM roles LEFT JOIN tables ON tables.code = roles.table_code"
        " WHERE person_id = $1 ORDER BY role, position",
        person,
    )
    return [Grant(role=row["role"], table=row["table_code"]) for row in rows]


async def facilitators(reader: Reader, table: str) -> Sequence[int]:
    """Ids of the people who facilitate a table."""
    rows = await reader.fetch(
        "SELECT person_id FROM roles WHERE table_code = $1 AND role = 'facilitator' ORDER BY person_id", table
    )
    return [row["person_id"] for row in rows]


async def grant(tx: Transaction, person: int, role: str, table: str, at: datetime) -> None:
    """Give a role; a second time changes nothing."""
    await tx.fetch(
        "INSERT INTO roles (person_id, role, table_code, granted_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (person_id, role, table_code) DO NOTHING",
        person,
        role,
        table,
        to_text(at),
    )


@dataclass(frozen=True)
class Invite:
    """A one-time link as it is kept. `used_by` is None too when who used it was erased."""

    role: str
    table: str
    expires_at: str
    used_at: str | None
    used_by: int | None


async def add_invite(
    tx: Transaction, secret_hash: str, role: str, table: str, at: datetime, until: datetime
) -> None:
    """Keep a new one-time link."""
    await tx.fetch(
        "INSERT INTO invites (secret_hash, role, table_code, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        secret_hash,
        role,
        table,
        to_text(at),
        to_text(until),
    )


@dataclass(frozen=True)
class WaitingInvites:
    """How many links for a role (at a table, or "") could still be used."""

    role: str
    table: str
    count: int


async def waiting_invites(reader: Reader, at: datetime) -> Sequence[WaitingInvites]:
    """The links that nobody has used and that have not expired, by role and table."""
    rows = await reader.fetch(
        "SELECT role, table_code, count(*) AS n FROM invites"
        " WHERE used_at IS NULL AND expires_at > $1 GROUP BY role, table_code ORDER BY role, table_code",
        to_text(at),
    )
    return [WaitingInvites(row["role"], row["table_code"], row["n"]) for row in rows]


async def find_invite(reader: Reader, secret_hash: str) -> Invite | None:
    """The link with this hash."""
    rows = await reader.fetch(
        "SELECT role, table_code, expires_at, used_at, used_by FROM invites WHERE secret_hash = $1",
        secret_hash,
    )
    if not rows:
        return None
    row = rows[0]
    return Invite(row["role"], row["table_code"], row["expires_at"], row["used_at"], row["used_by"])


async def use_invite(tx: Transaction, secret_hash: str, person: int, at: datetime) -> bool:
    """Use a link that is unused and not expired; whether it could be."""
    return bool(
        await tx.fetch(
            "UPDATE invites SET used_at = $3, used_by = $2"
            " WHERE secret_hash = $1 AND used_at IS NULL AND expires_at > $3 RETURNING role",
            secret_hash,
            person,
            to_text(at),
        )
    )
