"""The roles people hold, the one-time links that give them, and the trace of both.

A role is over a table, over a venue, or over the whole event: `table` and `venue` are "" where it is not.
`table_roles` in the schema has what each person is at which table, a venue's lead at each of its tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, from_text_or_none, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Grant:
    """A role a person holds."""

    role: str
    table: str = ""
    venue: str = ""


async def grants(reader: Reader, person: int) -> Sequence[Grant]:
    """The roles a person holds now, tables in order."""
    rows = await reader.fetch(
        "SELECT r.role, r.table_code, r.venue FROM roles r LEFT JOIN tables t ON t.code = r.table_code"
        " WHERE r.person_id = $1 ORDER BY r.role, t.position, r.venue",
        person,
    )
    return [Grant(row["role"], row["table_code"], row["venue"]) for row in rows]


async def at_tables(reader: Reader, person: int) -> Sequence[Grant]:
    """What a person is at each table, tables in order; a venue's lead is one at each of its tables."""
    rows = await reader.fetch(
        "SELECT r.role, r.table_code FROM table_roles r JOIN tables t ON t.code = r.table_code"
        " WHERE r.person_id = $1 ORDER BY t.position, r.role",
        person,
    )
    return [Grant(row["role"], row["table_code"]) for row in rows]


async def grant(
    tx: Transaction,
    person: int,
    role: str,
    table: str,
    at: datetime,
    *,
    venue: str = "",
    invite: int | None = None,
) -> int | None:
    """Give a role; its number. None when they held it: a second time changes nothing."""
    rows = await tx.fetch(
        "INSERT INTO roles (person_id, role, table_code, venue, granted_at, invite_id)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person_id, role, table_code, venue) DO NOTHING"
        " RETURNING id",
        person,
        role,
        table,
        venue,
        to_text(at),
        invite,
    )
    return int(rows[0]["id"]) if rows else None


@dataclass(frozen=True)
class Held:
    """A role somebody holds, by its number. `invite`: the link it came by; `reachable`: they can be told."""

    id: int
    person: int
    grant: Grant
    at: datetime
    invite: int | None
    reachable: bool


_HELD = (
    "SELECT r.id, r.person_id, r.role, r.table_code, r.venue, r.granted_at, r.invite_id,"
    " p.unreachable_since IS NULL AS reachable FROM roles r JOIN people p ON p.id = r.person_id"
)


def _held(row: Row) -> Held:
    return Held(
        row["id"],
        row["person_id"],
        Grant(row["role"], row["table_code"], row["venue"]),
        from_text(row["granted_at"]),
        row["invite_id"],
        bool(row["reachable"]),
    )


async def held(reader: Reader) -> Sequence[Held]:
    """Every role that somebody holds, the oldest first."""
    return [_held(row) for row in await reader.fetch(f"{_HELD} ORDER BY r.id")]


async def find_held(reader: Reader, number: int) -> Held | None:
    """The role with this number, if somebody holds it."""
    rows = await reader.fetch(f"{_HELD} WHERE r.id = $1", number)
    return _held(rows[0]) if rows else None


async def revoke(tx: Transaction, number: int) -> bool:
    """Take a role away; whether somebody held it."""
    return bool(await tx.fetch("DELETE FROM roles WHERE id = $1 RETURNING id", number))


# --- one-time links ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Invite:
    """A link as it is kept. `used_by` is None too when who used it was erased."""

    id: int
    grant: Grant
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: int | None
    revoked_at: datetime | None

    def waits(self, at: datetime) -> bool:
        """Whether it could still be used."""
        return self.used_at is None and self.revoked_at is None and self.expires_at > at


_INVITE = (
    "SELECT id, role, table_code, venue, created_at, expires_at, used_at, used_by, revoked_at FROM invites"
)


def _invite(row: Row) -> Invite:
    return Invite(
        row["id"],
        Grant(row["role"], row["table_code"], row["venue"]),
        from_text(row["created_at"]),
        from_text(row["expires_at"]),
        from_text_or_none(row["used_at"]),
        row["used_by"],
        from_text_or_none(row["revoked_at"]),
    )


async def add_invite(
    tx: Transaction,
    secret_hash: str,
    grant: Grant,
    at: datetime,
    until: datetime,
    asked: str | None = None,
) -> int:
    """Keep a new one-time link; its number. `asked`: the question that was confirmed to make it."""
    rows = await tx.fetch(
        "INSERT INTO invites (secret_hash, role, table_code, venue, created_at, expires_at, asked)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        secret_hash,
        grant.role,
        grant.table,
        grant.venue,
        to_text(at),
        to_text(until),
        asked,
    )
    return int(rows[0]["id"])


async def waiting(reader: Reader, at: datetime) -> Sequence[Invite]:
    """The links that could still be used, the oldest first."""
    rows = await reader.fetch(
        f"{_INVITE} WHERE used_at IS NULL AND revoked_at IS NULL AND expires_at > $1 ORDER BY id", to_text(at)
    )
    return [_invite(row) for row in rows]


async def find_invite(reader: Reader, secret_hash: str) -> Invite | None:
    """The link with this hash."""
    rows = await reader.fetch(f"{_INVITE} WHERE secret_hash = $1", secret_hash)
    return _invite(rows[0]) if rows else None


async def numbered_invite(reader: Reader, number: int) -> Invite | None:
    """The link with this number."""
    rows = await reader.fetch(f"{_INVITE} WHERE id = $1", number)
    return _invite(rows[0]) if rows else None


async def invite_asked(reader: Reader, asked: str) -> Invite | None:
    """The link that was made when this question was confirmed."""
    rows = await reader.fetch(f"{_INVITE} WHERE asked = $1", asked)
    return _invite(rows[0]) if rows else None


async def use_invite(tx: Transaction, secret_hash: str, person: int, at: datetime) -> bool:
    """Use a link that is unused, not revoked and not expired; whether it could be."""
    return bool(
        await tx.fetch(
            "UPDATE invites SET used_at = $3, used_by = $2 WHERE secret_hash = $1"
            " AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3 RETURNING id",
            secret_hash,
            person,
            to_text(at),
        )
    )


async def revoke_invite(tx: Transaction, number: int, at: datetime) -> bool:
    """Revoke a link that nobody has used; whether there was one that could be used."""
    return bool(
        await tx.fetch(
            "UPDATE invites SET revoked_at = $2"
            " WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2 RETURNING id",
            number,
            to_text(at),
        )
    )


# --- the trace -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trace:
    """Something that was done about a role or a link, by its number.

    `act`: "link_made", "link_used", "link_revoked" or "role_revoked"; `person`: whose role. `by_role`: as
    what it was done, "operator" for the command line.
    """

    at: datetime
    act: str
    grant: Grant
    by: int | None
    by_role: str
    invite: int | None = None
    role: int | None = None
    person: int | None = None


_TRACE = "at, act, role, table_code, venue, by_person, by_role, invite_id, role_number, person_id"


def _trace(row: Row) -> Trace:
    return Trace(
        from_text(row["at"]),
        row["act"],
        Grant(row["role"], row["table_code"], row["venue"]),
        row["by_person"],
        row["by_role"],
        row["invite_id"],
        row["role_number"],
        row["person_id"],
    )


async def add_trace(tx: Transaction, trace: Trace) -> int:
    """Write it down, for ever; the number of the entry."""
    rows = await tx.fetch(
        f"INSERT INTO role_trace ({_TRACE}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
        to_text(trace.at),
        trace.act,
        trace.grant.role,
        trace.grant.table,
        trace.grant.venue,
        trace.by,
        trace.by_role,
        trace.invite,
        trace.role,
        trace.person,
    )
    return int(rows[0]["id"])


async def traced(reader: Reader) -> Sequence[Trace]:
    """All that was done, the newest last."""
    return [_trace(row) for row in await reader.fetch(f"SELECT {_TRACE} FROM role_trace ORDER BY id")]
