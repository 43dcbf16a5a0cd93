"""Ties of the tables, how each was settled, and what the table said of a strategy it dropped or chose.

A tap in a run-off and its closing contend on the same row: whoever chooses first bumps the version of a
run-off that is open; closing sets `closed_at`, then counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class TieCandidate:
    """One of the tied. `chosen`: got a place. `still_tied`: equal after the run-off, too.

    `hands` and `taps` are choices in the run-off; taps are counted at its closing.
    """

    strategy: str
    dots: int
    chosen: bool
    still_tied: bool
    hands: int
    taps: int


@dataclass(frozen=True)
class Runoff:
    """A run-off; `closed_at` None while it is open."""

    id: str
    table: str
    nth: int
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Draw:
    """A draw; `drawn_at` and `word` None while it is only promised."""

    id: str
    method: str
    secret: str
    commitment: str
    promised_at: datetime
    word: str | None
    drawn_at: datetime | None


@dataclass(frozen=True)
class TieRow:
    """A tie of a table, the `nth`. `how` None: it waits to be settled."""

    table: str
    nth: int
    zone: str | None
    places: int
    after_runoff: bool
    how: str | None
    settled_at: datetime | None
    settled_by: int | None
    candidates: tuple[TieCandidate, ...]
    runoff: Runoff | None
    draw: Draw | None

    @property
    def strategies(self) -> tuple[str, ...]:
        """The tied."""
        return tuple(candidate.strategy for candidate in self.candidates)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Those of them that got a place."""
        return tuple(candidate.strategy for candidate in self.candidates if candidate.chosen)

    @property
    def still_tied(self) -> tuple[str, ...]:
        """Those that a run-off left equal."""
        return tuple(candidate.strategy for candidate in self.candidates if candidate.still_tied)


async def add(
    tx: Transaction,
    table: str,
    nth: int,
    tied: Mapping[str, int],
    places: int,
    *,
    zone: str | None,
    after_runoff: bool,
) -> None:
    """A tie that waits: the tied (to their dots), in order, and the places they contend for."""
    await tx.fetch(
        "INSERT INTO ties (table_code, nth, zone, places, after_runoff) VALUES ($1, $2, $3, $4, $5)",
        table,
        nth,
        zone,
        places,
        after_runoff,
    )
    for position, (strategy, dots) in enumerate(tied.items()):
        await tx.fetch(
            "INSERT INTO tie_candidates (table_code, nth, strategy, position, dots)"
            " VALUES ($1, $2, $3, $4, $5)",
            table,
            nth,
            strategy,
            position,
            dots,
        )


async def forget_from(tx: Transaction, table: str, nth: int) -> None:
    """Forget the nth tie of a table and those after it."""
    await tx.fetch("DELETE FROM ties WHERE table_code = $1 AND nth >= $2", table, nth)


async def settle(
    tx: Transaction,
    tie: TieRow,
    how: str,
    chosen: Sequence[str],
    still_tied: Sequence[str],
    at: datetime,
    person: int | None,
) -> bool:
    """Settle a tie that waits; whether it did."""
    if not await tx.fetch(
        "UPDATE ties SET how = $3, settled_at = $4, settled_by = $5"
        " WHERE table_code = $1 AND nth = $2 AND how IS NULL RETURNING nth",
        tie.table,
        tie.nth,
        how,
        to_text(at),
        person,
    ):
        return False
    for strategy in (*chosen, *still_tied):
        await tx.fetch(
            "UPDATE tie_candidates SET chosen = $4, still_tied = $5"
            " WHERE table_code = $1 AND nth = $2 AND strategy = $3",
            tie.table,
            tie.nth,
            strategy,
            strategy in chosen,
            strategy not in chosen,
        )
    return True


async def unsettle(tx: Transaction, tie: TieRow) -> None:
    """The tie waits again."""
    await tx.fetch(
        "UPDATE tie_candidates SET chosen = FALSE, still_tied = FALSE WHERE table_code = $1 AND nth = $2",
        tie.table,
        tie.nth,
    )
    await tx.fetch(
        "UPDATE ties SET how = NULL, settled_at = NULL, settled_by = NULL WHERE table_code = $1 AND nth = $2",
        tie.table,
        tie.nth,
    )


async def of_table(reader: Reader, table: str) -> tuple[TieRow, ...]:
    """The ties of a table, in order."""
    return (await _read(reader, "WHERE s.table_code = $1", table)).get(table, ())


async def of_all(reader: Reader) -> Mapping[str, tuple[TieRow, ...]]:
    """The same for every table that has any."""
    return await _read(reader, "")


# --- run-off --------------------------------------------------------------------------------------------


async def open_runoff(
    tx: Transaction, tie: TieRow, runoff: str, at: datetime, closes_at: datetime, person: int | None
) -> bool:
    """Open the run-off of a tie, once; whether this was the time."""
    return bool(
        await tx.fetch(
            "INSERT INTO runoffs (table_code, nth, id, opened_at, opened_by, closes_at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (table_code, nth) DO NOTHING RETURNING id",
            tie.table,
            tie.nth,
            runoff,
            to_text(at),
            person,
            to_text(closes_at),
        )
    )


async def find_runoff(reader: Reader, runoff: str) -> Runoff | None:
    """The run-off with this id."""
    rows = await reader.fetch(f"SELECT {_RUNOFF} FROM runoffs r WHERE r.id = $1", runoff)
    return _runoff(rows[0]) if rows else None


async def open_runoff_of(reader: Reader, table: str) -> Runoff | None:
    """The run-off that is open at a table, if one is."""
    rows = await reader.fetch(
        f"SELECT {_RUNOFF} FROM runoffs r WHERE r.table_code = $1 AND r.closed_at IS NULL", table
    )
    return _runoff(rows[0]) if rows else None


async def hold_open_runoff(tx: Transaction, runoff: str) -> Runoff | None:
    """Take hold of a run-off that is open; None when it is closed. Until the transaction ends it stays so."""
    rows = await tx.fetch(
        "UPDATE runoffs SET version = version + 1 WHERE id = $1 AND closed_at IS NULL RETURNING id", runoff
    )
    return await find_runoff(tx, runoff) if rows else None


async def choose(tx: Transaction, runoff: Runoff, person: int, strategy: str) -> None:
    """The person's one choice, instead of the one before; of a run-off held by `hold_open_runoff`."""
    await tx.fetch(
        "INSERT INTO runoff_choices (table_code, nth, person_id, strategy) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (table_code, nth, person_id) DO UPDATE SET strategy = excluded.strategy",
        runoff.table,
        runoff.nth,
        person,
        strategy,
    )


async def choice_of(reader: Reader, runoff: Runoff, person: int) -> str | None:
    """What the person chose; None when nothing, and after the closing."""
    rows = await reader.fetch(
        "SELECT strategy FROM runoff_choices WHERE table_code = $1 AND nth = $2 AND person_id = $3",
        runoff.table,
        runoff.nth,
        person,
    )
    return str(rows[0]["strategy"]) if rows else None


async def raise_hands(tx: Transaction, runoff: Runoff, strategy: str, hands: int) -> None:
    """So many people without a phone choose this strategy, whatever was said before."""
    await tx.fetch(
        "INSERT INTO runoff_counts (table_code, nth, strategy, hands) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (table_code, nth, strategy) DO UPDATE SET hands = excluded.hands",
        runoff.table,
        runoff.nth,
        strategy,
        hands,
    )


async def choosing(reader: Reader, runoff: Runoff) -> int:
    """How many people have chosen by their phone so far."""
    rows = await reader.fetch(
        "SELECT count(*) AS n FROM runoff_choices WHERE table_code = $1 AND nth = $2",
        runoff.table,
        runoff.nth,
    )
    return int(rows[0]["n"])


async def close_runoff(tx: Transaction, runoff: str, at: datetime) -> Runoff | None:
    """Close a run-off, count its taps and forget whose they were; None when it was closed before."""
    held = await hold_open_runoff(tx, runoff)
    if held is None:
        return None
    taps = await tx.fetch(
        "SELECT strategy, count(*) AS n FROM runoff_choices WHERE table_code = $1 AND nth = $2"
        " GROUP BY strategy ORDER BY strategy",
        held.table,
        held.nth,
    )
    for row in taps:
        await tx.fetch(
            "INSERT INTO runoff_counts (table_code, nth, strategy, taps) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (table_code, nth, strategy) DO UPDATE SET taps = excluded.taps",
            held.table,
            held.nth,
            row["strategy"],
            row["n"],
        )
    await tx.fetch("UPDATE runoffs SET closed_at = $2 WHERE id = $1", runoff, to_text(at))
    await tx.fetch("DELETE FROM runoff_choices WHERE table_code = $1 AND nth = $2", held.table, held.nth)
    return held


# --- draw -----------------------------------------------------------------------------------------------


async def promise_draw(tx: Transaction, tie: TieRow, draw: Draw) -> bool:
    """Write what is published before a draw, once; whether this was the time."""
    return bool(
        await tx.fetch(
            "INSERT INTO draws (table_code, nth, id, method, secret, commitment, promised_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (table_code, nth) DO NOTHING RETURNING id",
            tie.table,
            tie.nth,
            draw.id,
            draw.method,
            draw.secret,
            draw.commitment,
            to_text(draw.promised_at),
        )
    )


async def drawn(tx: Transaction, tie: TieRow, word: str, at: datetime) -> None:
    """The draw was made with this word ("" for none)."""
    await tx.fetch(
        "UPDATE draws SET word = $3, drawn_at = $4 WHERE table_code = $1 AND nth = $2",
        tie.table,
        tie.nth,
        word,
        to_text(at),
    )


# --- reasons --------------------------------------------------------------------------------------------


async def give_reason(
    tx: Transaction, table: str, strategy: str, reason: str, at: datetime, person: int
) -> None:
    """Why the table dropped or chose a strategy, instead of what was said before."""
    await tx.fetch(
        "INSERT INTO priority_reasons (table_code, strategy, reason, said_at, person_id)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (table_code, strategy) DO UPDATE"
        " SET reason = excluded.reason, said_at = excluded.said_at, person_id = excluded.person_id",
        table,
        strategy,
        reason,
        to_text(at),
        person,
    )


async def forget_reason(tx: Transaction, table: str, strategy: str) -> None:
    """The strategy is neither dropped nor chosen any more: nothing is said of it, and nobody is asked."""
    await tx.fetch("DELETE FROM priority_reasons WHERE table_code = $1 AND strategy = $2", table, strategy)
    await tx.fetch("DELETE FROM reasons_asked WHERE table_code = $1 AND strategy = $2", table, strategy)


async def reasons(reader: Reader) -> Mapping[str, Mapping[str, str]]:
    """What tables said, by table and strategy."""
    rows = await reader.fetch("SELECT table_code, strategy, reason FROM priority_reasons")
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row["table_code"], {})[row["strategy"]] = row["reason"]
    return found


async def ask_reason(tx: Transaction, person: int, table: str, strategy: str, at: datetime) -> None:
    """What this person types next is why the table dropped or chose this strategy."""
    await tx.fetch(
        "INSERT INTO reasons_asked (person_id, table_code, strategy, asked_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (person_id) DO UPDATE"
        " SET table_code = excluded.table_code, strategy = excluded.strategy, asked_at = excluded.asked_at",
        person,
        table,
        strategy,
        to_text(at),
    )


async def asked_reason(reader: Reader, person: int, since: datetime) -> tuple[str, str] | None:
    """Table and strategy that a person was asked a reason for, not before `since`."""
    rows = await reader.fetch(
        "SELECT table_code, strategy FROM reasons_asked WHERE person_id = $1 AND asked_at >= $2",
        person,
        to_text(since),
    )
    return (rows[0]["table_code"], rows[0]["strategy"]) if rows else None


async def answered(tx: Transaction, person: int) -> None:
    """The person is asked for no reason any more."""
    await tx.fetch("DELETE FROM reasons_asked WHERE person_id = $1", person)


async def forget_asked(tx: Transaction, person: int, table: str) -> None:
    """The person is asked for no reason about this table any more."""
    await tx.fetch("DELETE FROM reasons_asked WHERE person_id = $1 AND table_code = $2", person, table)


# --- reading --------------------------------------------------------------------------------------------

_RUNOFF = "r.table_code, r.nth, r.id, r.opened_at, r.closes_at, r.closed_at"


def _runoff(row: Row) -> Runoff:
    return Runoff(
        row["id"],
        row["table_code"],
        row["nth"],
        from_text(row["opened_at"]),
        from_text(row["closes_at"]),
        None if row["closed_at"] is None else from_text(row["closed_at"]),
    )


def _draw(row: Row) -> Draw:
    return Draw(
        row["draw_id"],
        row["method"],
        row["secret"],
        row["commitment"],
        from_text(row["promised_at"]),
        row["word"],
        None if row["drawn_at"] is None else from_text(row["drawn_at"]),
    )


async def _read(reader: Reader, where: str, *values: object) -> dict[str, tuple[TieRow, ...]]:
    # One statement, so that a tie is never seen without what settled it.
    rows = await reader.fetch(
        "SELECT s.table_code, s.nth, s.zone, s.places, s.after_runoff, s.how, s.settled_at, s.settled_by,"
        " c.strategy, c.dots, c.chosen, c.still_tied, n.hands, n.taps,"
        " r.id, r.opened_at, r.closes_at, r.closed_at,"
        " d.id AS draw_id, d.method, d.secret, d.commitment, d.promised_at, d.word, d.drawn_at"
        " FROM ties s JOIN tie_candidates c ON c.table_code = s.table_code AND c.nth = s.nth"
        " LEFT JOIN runoffs r ON r.table_code = s.table_code AND r.nth = s.nth"
        " LEFT JOIN runoff_counts n"
        "  ON n.table_code = s.table_code AND n.nth = s.nth AND n.strategy = c.strategy"
        f" LEFT JOIN draws d ON d.table_code = s.table_code AND d.nth = s.nth {where}"
        " ORDER BY s.table_code, s.nth, c.position",
        *values,
    )
    grouped: dict[str, dict[int, list[Row]]] = {}
    for row in rows:
        grouped.setdefault(row["table_code"], {}).setdefault(row["nth"], []).append(row)
    return {table: tuple(map(_tie, by_nth.values())) for table, by_nth in grouped.items()}


def _tie(rows: Sequence[Row]) -> TieRow:
    first = rows[0]
    return TieRow(
        table=first["table_code"],
        nth=first["nth"],
        zone=first["zone"],
        places=first["places"],
        after_runoff=bool(first["after_runoff"]),
        how=first["how"],
        settled_at=None if first["settled_at"] is None else from_text(first["settled_at"]),
        settled_by=first["settled_by"],
        candidates=tuple(
            TieCandidate(
                row["strategy"],
                row["dots"],
                bool(row["chosen"]),
                bool(row["still_tied"]),
                row["hands"] or 0,
                row["taps"] or 0,
            )
            for row in rows
        ),
        runoff=None if first["id"] is None else _runoff(first),
        draw=None if first["draw_id"] is None else _draw(first),
    )
