"""The syntheses that tables sent: every version is kept, the newest is the table's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Synthesis:
    """What a table says it is about, as somebody (in this role) sent it. `version` counts from 1."""

    table: str
    version: int
    text: str
    at: datetime
    role: str


def _synthesis(row: Row) -> Synthesis:
    return Synthesis(row["table_code"], row["version"], row["text"], from_text(row["sent_at"]), row["role"])


async def add(
    tx: Transaction, table: str, text: str, at: datetime, person: int, role: str, asked: str
) -> Synthesis:
    """Keep a new version, once for the question that was confirmed."""
    rows = await tx.fetch(
        "INSERT INTO syntheses (table_code, version, text, sent_at, person_id, role, asked)"
        " SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 FROM syntheses WHERE table_code = $1"
        " RETURNING *",
        table,
        text,
        to_text(at),
        person,
        role,
        asked,
    )
    return _synthesis(rows[0])


async def of_table(reader: Reader, table: str) -> Sequence[Synthesis]:
    """All versions of a table's synthesis, the newest first."""
    rows = await reader.fetch("SELECT * FROM syntheses WHERE table_code = $1 ORDER BY version DESC", table)
    return [_synthesis(row) for row in rows]


async def newest(reader: Reader) -> Mapping[str, Synthesis]:
    """The synthesis of each table that sent one."""
    rows = await reader.fetch("SELECT * FROM syntheses ORDER BY table_code, version")
    return {row["table_code"]: _synthesis(row) for row in rows}
