"""Numbered sheets, what the table counts by hand, personal codes, desks, and the trace of it all.

The dots of a sheet are on its ballot (`storage/ballots.py`), like those of everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


# --- what the table counts by hand ---------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """People present and sheets handed in (None while nobody said), and sheets entered that stand."""

    present: int | None
    handed_in: int | None
    entered: int


async def counts(reader: Reader) -> Mapping[str, Counts]:
    """The counts of every table."""
    rows = await reader.fetch(
        "SELECT t.code, c.present, c.handed_in, (SELECT count(*) FROM sheets s"
        "  WHERE s.table_code = t.code AND s.withdrawn_at IS NULL) AS entered"
        " FROM tables t LEFT JOIN table_counts c ON c.table_code = t.code ORDER BY t.position"
    )
    return {row["code"]: Counts(row["present"], row["handed_in"], row["entered"]) for row in rows}


async def counts_of(reader: Reader, table: str) -> Counts:
    """The counts of one table."""
    return (await counts(reader))[table]


async def set_present(tx: Transaction, table: str, present: int) -> None:
    """How many people are at the table."""
    await tx.fetch(
        "INSERT INTO table_counts (table_code, present) VALUES ($1, $2)"
        " ON CONFLICT (table_code) DO UPDATE SET present = excluded.present",
        table,
        present,
    )


async def set_handed_in(tx: Transaction, table: str, handed_in: int) -> None:
    """How many sheets were handed in."""
    await tx.fetch(
        "INSERT INTO table_counts (table_code, handed_in) VALUES ($1, $2)"
        " ON CONFLICT (table_code) DO UPDATE SET handed_in = excluded.handed_in",
        table,
        handed_in,
    )


# --- sheets --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """A sheet that stands. `role` is that of who entered or corrected it last; `dots`: strategy to number."""

    ballot: str
    number: int
    zone: str
    role: str
    dots: Mapping[str, int]


async def add_sheet(tx: Transaction, ballot: str, table: str, number: int) -> None:
    """The number of a paper ballot. The schema refuses one that stands at the table already."""
    await tx.fetch(
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ($1, $2, $3)", ballot, table, number
    )


async def sheets_of(reader: Reader, table: str) -> Sequence[Sheet]:
    """The sheets of a table that stand, by their numbers."""
    rows = await reader.fetch(
        "SELECT s.ballot_id, s.number, b.zone, d.strategy, (SELECT p.role FROM paper_trace p"
        "  WHERE p.ballot_id = s.ballot_id ORDER BY p.id DESC LIMIT 1) AS role"
        " FROM sheets s JOIN ballots b ON b.id = s.ballot_id LEFT JOIN dots d ON d.ballot_id = s.ballot_id"
        " WHERE s.table_code = $1 AND s.withdrawn_at IS NULL ORDER BY s.number, d.strategy",
        table,
    )
    dots: dict[str, dict[str, int]] = {}
    for row in rows:
        on_it = dots.setdefault(row["ballot_id"], {})
        if row["strategy"] is not None:
            on_it[row["strategy"]] = on_it.get(row["strategy"], 0) + 1
    first = {row["ballot_id"]: row for row in rows}
    return [
        Sheet(ballot, row["number"], row["zone"], row["role"] or "", dots[ballot])
        for ballot, row in first.items()
    ]


async def sheet(reader: Reader, table: str, number: int) -> Sheet | None:
    """The sheet with this number, if it stands."""
    return next((each for each in await sheets_of(reader, table) if each.number == number), None)


async def withdraw(tx: Transaction, ballot: str, at: datetime) -> None:
    """A sheet without dots stands no longer; its row and its trace stay."""
    await tx.fetch("UPDATE sheets SET withdrawn_at = $2 WHERE ballot_id = $1", ballot, to_text(at))


@dataclass(frozen=True)
class Assisted:
    """A ballot that was entered for somebody. `label`: the code they had shown; `entered`: as it was (JSON).

    `dots` are on it now: what of it they changed themselves is theirs alone to know.
    """

    label: str
    role: str
    entered: str
    dots: Mapping[str, int]


async def assisted_of(reader: Reader, table: str) -> Sequence[Assisted]:
    """The assisted ballots of a table, in the order in which they were entered."""
    rows = await reader.fetch(
        "SELECT t.id, t.label, t.role, t.after, d.strategy FROM ballots b JOIN paper_trace t ON t.id ="
        "  (SELECT max(p.id) FROM paper_trace p WHERE p.ballot_id = b.id)"
        " LEFT JOIN dots d ON d.ballot_id = b.id"
        " WHERE b.table_code = $1 AND b.channel = 'assisted' ORDER BY t.id, d.strategy",
        table,
    )
    dots: dict[int, dict[str, int]] = {}
    for row in rows:
        on_it = dots.setdefault(row["id"], {})
        if row["strategy"] is not None:
            on_it[row["strategy"]] = on_it.get(row["strategy"], 0) + 1
    first = {row["id"]: row for row in rows}
    return [
        Assisted(row["label"], row["role"], row["after"] or "", dots[number]) for number, row in first.items()
    ]


# --- the trace -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trace:
    """One entry of the trace. `before` and `after` are JSON; `person` is None once they were erased."""

    at: datetime
    person: int | None
    role: str
    act: str
    label: str | None
    before: str | None
    after: str | None
    reason: str | None


async def add_trace(
    tx: Transaction,
    table: str,
    at: datetime,
    person: int,
    role: str,
    act: str,
    *,
    ballot: str | None = None,
    label: str | None = None,
    before: str | None = None,
    after: str | None = None,
    reason: str | None = None,
) -> int:
    """Write one entry; its number."""
    rows = await tx.fetch(
        "INSERT INTO paper_trace"
        " (table_code, at, person_id, role, act, ballot_id, label, before, after, reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
        table,
        to_text(at),
        person,
        role,
        act,
        ballot,
        label,
        before,
        after,
        reason,
    )
    return int(rows[0]["id"])


_TRACE = "SELECT at, person_id, role, act, label, before, after, reason FROM paper_trace"


def _trace(row: Row) -> Trace:
    return Trace(
        from_text(row["at"]),
        row["person_id"],
        row["role"],
        row["act"],
        row["label"],
        row["before"],
        row["after"],
        row["reason"],
    )


async def trace_of_ballot(reader: Reader, ballot: str) -> Sequence[Trace]:
    """What was done to a ballot by the table's hands, the newest last."""
    return [_trace(row) for row in await reader.fetch(f"{_TRACE} WHERE ballot_id = $1 ORDER BY id", ballot)]


async def trace_of_table(reader: Reader, table: str) -> Sequence[Trace]:
    """Everything in the trace of a table, the newest last."""
    return [_trace(row) for row in await reader.fetch(f"{_TRACE} WHERE table_code = $1 ORDER BY id", table)]


# --- personal codes ------------------------------------------------------------------------------------


async def code_of(reader: Reader, person: int, table: str) -> str | None:
    """The code a person has for this table."""
    rows = await reader.fetch(
        "SELECT code FROM personal_codes WHERE person_id = $1 AND table_code = $2", person, table
    )
    return str(rows[0]["code"]) if rows else None


async def give_code(tx: Transaction, person: int, table: str, code: str) -> bool:
    """Give a person this code instead of any other; False when somebody at the table has it."""
    if await person_with(tx, table, code) is not None:
        return False
    await tx.fetch(
        "INSERT INTO personal_codes (person_id, table_code, code) VALUES ($1, $2, $3)"
        " ON CONFLICT (person_id) DO UPDATE SET table_code = excluded.table_code, code = excluded.code",
        person,
        table,
        code,
    )
    return True


async def person_with(reader: Reader, table: str, code: str) -> int | None:
    """Whose code this is, if they still sit at the table."""
    rows = await reader.fetch(
        "SELECT c.person_id FROM personal_codes c JOIN people p ON p.id = c.person_id"
        " WHERE c.table_code = $1 AND c.code = $2 AND p.table_code = $1",
        table,
        code,
    )
    return int(rows[0]["person_id"]) if rows else None


async def people_with(reader: Reader, code: str) -> Sequence[int]:
    """Whose code this is, at whichever table; of those who still sit there."""
    rows = await reader.fetch(
        "SELECT c.person_id FROM personal_codes c JOIN people p ON p.id = c.person_id"
        " WHERE c.code = $1 AND p.table_code = c.table_code ORDER BY c.person_id",
        code,
    )
    return [row["person_id"] for row in rows]


async def forget_code(tx: Transaction, person: int) -> None:
    """A code was used."""
    await tx.fetch("DELETE FROM personal_codes WHERE person_id = $1", person)


# --- desks ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    """What somebody has before them: lines of one table that do not count yet (JSON)."""

    id: str
    table: str
    content: str


async def desk(reader: Reader, person: int) -> Desk | None:
    """A person's desk."""
    rows = await reader.fetch("SELECT id, table_code, content FROM paper_desks WHERE person_id = $1", person)
    return Desk(rows[0]["id"], rows[0]["table_code"], rows[0]["content"]) if rows else None


async def put_desk(tx: Transaction, person: int, desk: Desk) -> None:
    """What a person has before them from now on."""
    await tx.fetch(
        "INSERT INTO paper_desks (person_id, id, table_code, content) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (person_id) DO UPDATE"
        " SET id = excluded.id, table_code = excluded.table_code, content = excluded.content",
        person,
        desk.id,
        desk.table,
        desk.content,
    )


async def clear_desk(tx: Transaction, person: int) -> None:
    """Nothing is left before them."""
    await tx.fetch("DELETE FROM paper_desks WHERE person_id = $1", person)
