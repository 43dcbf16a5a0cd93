"""Who took a step at a table last, as what, and when: whoever takes it a second time is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Reader, Transaction


@dataclass(frozen=True)
class Taken:
    """A step that was taken, in this role."""

    role: str
    at: datetime


async def took(
    tx: Transaction, table: str, step: str, subject: str, role: str, person: int, at: datetime
) -> None:
    """Somebody took this step; who took it before is forgotten."""
    await tx.fetch(
        "INSERT INTO steps_taken (table_code, step, subject, at, role, person_id)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (table_code, step, subject)"
        " DO UPDATE SET at = excluded.at, role = excluded.role, person_id = excluded.person_id",
        table,
        step,
        subject,
        to_text(at),
        role,
        person,
    )


async def taken(reader: Reader, table: str, step: str, subject: str) -> Taken | None:
    """Who took this step last; None when nobody did."""
    rows = await reader.fetch(
        "SELECT role, at FROM steps_taken WHERE table_code = $1 AND step = $2 AND subject = $3",
        table,
        step,
        subject,
    )
    return Taken(rows[0]["role"], from_text(rows[0]["at"])) if rows else None
