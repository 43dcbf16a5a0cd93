"""The restitution's versions, who looked at them, and up to when contributions are in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, from_text_or_none, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Version:
    """A version. `content`: JSON of `participation/restitution.py`; None while it is to be made."""

    number: int
    asked_at: datetime
    basis: str | None
    content: str | None
    published_at: datetime | None


@dataclass(frozen=True)
class Look:
    """Somebody who wants to look at a version, and their chat."""

    key: str
    person: int
    chat: int


def _version(row: Row) -> Version:
    return Version(
        number=row["version"],
        asked_at=from_text(row["asked_at"]),
        basis=row["basis"],
        content=row["content"],
        published_at=from_text_or_none(row["published_at"]),
    )


async def frozen_at(reader: Reader) -> datetime | None:
    """What was contributed up to then is in the restitution; None while everything is."""
    (row,) = await reader.fetch("SELECT frozen_at FROM restitution_state")
    return from_text_or_none(row["frozen_at"])


async def freeze(tx: Transaction, at: datetime) -> None:
    """What comes from now on is not in the restitution."""
    await tx.fetch("UPDATE restitution_state SET frozen_at = $1", to_text(at))


async def newest(reader: Reader) -> Version | None:
    """The newest version that is made."""
    rows = await reader.fetch(
        "SELECT * FROM restitutions WHERE made_at IS NOT NULL ORDER BY version DESC LIMIT 1"
    )
    return _version(rows[0]) if rows else None


async def wanted(reader: Reader) -> Version | None:
    """The version that is to be made."""
    rows = await reader.fetch("SELECT * FROM restitutions WHERE made_at IS NULL")
    return _version(rows[0]) if rows else None


async def of_number(reader: Reader, version: int) -> Version | None:
    """The version with this number."""
    rows = await reader.fetch("SELECT * FROM restitutions WHERE version = $1", version)
    return _version(rows[0]) if rows else None


async def published(reader: Reader) -> Version | None:
    """The version that was published last."""
    rows = await reader.fetch(
        "SELECT * FROM restitutions WHERE published_at IS NOT NULL ORDER BY published_at DESC, version DESC"
        " LIMIT 1"
    )
    return _version(rows[0]) if rows else None


async def ask(tx: Transaction, at: datetime) -> int:
    """Have a version made, unless one is to be made already; its number."""
    found = await wanted(tx)
    if found is not None:
        return found.number
    (row,) = await tx.fetch("INSERT INTO restitutions (asked_at) VALUES ($1) RETURNING version", to_text(at))
    return int(row["version"])


async def make(tx: Transaction, version: int, basis: str, content: str, at: datetime) -> bool:
    """A version is made; whether it was still to be."""
    return bool(
        await tx.fetch(
            "UPDATE restitutions SET made_at = $4, basis = $2, content = $3"
            " WHERE version = $1 AND made_at IS NULL RETURNING version",
            version,
            basis,
            content,
            to_text(at),
        )
    )


async def publish(tx: Transaction, version: int, at: datetime) -> bool:
    """A version goes to everybody; whether it had not yet."""
    return bool(
        await tx.fetch(
            "UPDATE restitutions SET published_at = $2 WHERE version = $1 AND published_at IS NULL"
            " RETURNING version",
            version,
            to_text(at),
        )
    )


async def want_look(tx: Transaction, key: str, version: int, person: int) -> int:
    """Somebody wants to look at a version, once per `key`; the version that this key stands for."""
    await tx.fetch(
        "INSERT INTO restitution_looks (key, version, person_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (key) DO NOTHING",
        key,
        version,
        person,
    )
    (row,) = await tx.fetch("SELECT version FROM restitution_looks WHERE key = $1", key)
    return int(row["version"])


async def to_show(tx: Transaction, version: int) -> Sequence[Look]:
    """Who is to be shown a version, each once; they are shown it from now on."""
    rows = await tx.fetch(
        "UPDATE restitution_looks SET shown = TRUE WHERE version = $1 AND NOT shown RETURNING key, person_id,"
        " (SELECT telegram_id FROM people WHERE id = person_id) AS chat",
        version,
    )
    return [Look(row["key"], row["person_id"], row["chat"]) for row in rows]


async def has_looked(reader: Reader, version: int, person: int) -> bool:
    """Whether this version was shown to a person."""
    return bool(
        await reader.fetch(
            "SELECT key FROM restitution_looks WHERE version = $1 AND person_id = $2 AND shown LIMIT 1",
            version,
            person,
        )
    )
