"""Whether the event of a database has begun, and what goes with a table that it no longer has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.database import Reader, Transaction


async def begun(reader: Reader) -> bool:
    """Whether anybody sits at a table, or a table ever left registration."""
    rows = await reader.fetch(
        "SELECT EXISTS (SELECT 1 FROM people WHERE table_code IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM tables WHERE phase <> 'registration')"
        " OR EXISTS (SELECT 1 FROM phase_history) AS begun"
    )
    return bool(rows[0]["begun"])


async def forget_other_tables(tx: Transaction, codes: Sequence[str]) -> None:
    """Before the event has begun: take out tables that are not among `codes`, with their links and roles."""
    gone = [row["code"] for row in await tx.fetch("SELECT code FROM tables") if row["code"] not in codes]
    for code in gone:
        await tx.fetch("DELETE FROM roles WHERE table_code = $1", code)
        await tx.fetch("DELETE FROM invites WHERE table_code = $1", code)
        await tx.fetch(
            "DELETE FROM screens WHERE kind LIKE '%:%' AND substr(kind, instr(kind, ':') + 1) = $1", code
        )
        await tx.fetch("DELETE FROM tables WHERE code = $1", code)


async def forget_other_venues(tx: Transaction, venues: Sequence[str]) -> None:
    """The same for links and roles of venues that are not among these."""
    for table in ("roles", "invites"):
        for row in await tx.fetch(f"SELECT DISTINCT venue FROM {table} WHERE venue <> ''"):
            if row["venue"] not in venues:
                await tx.fetch(f"DELETE FROM {table} WHERE venue = $1", row["venue"])


async def forget_picks(tx: Transaction) -> None:
    """Who was choosing among zones and tables chooses again among those there are now."""
    await tx.fetch("UPDATE people SET zone_picked = NULL, table_picked = NULL WHERE table_code IS NULL")
