"""The priorities of a table: proposed at the closing of Session 1, decided once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.database import Reader, Transaction


@dataclass(frozen=True)
class Candidate:
    """A strategy that is proposed, or tied for a place. `kept`: it stands unless the table says otherwise."""

    strategy: str
    dots: int
    tied: bool
    kept: bool


@dataclass(frozen=True)
class PrioritySet:
    """What one table proposes or decided. `places`: how many the tied contend for.

    `voters` by `channels` ("app", "assisted", "paper"); `recounts`: how often a recount undid the decision.
    """

    table: str
    places: int
    voters: int
    channels: Mapping[str, int]
    recounts: int
    decided: bool
    confirmed: bool
    candidates: tuple[Candidate, ...]
    decided_at: datetime | None = None
    decided_by: int | None = None


async def propose(
    tx: Transaction, table: str, places: int, voters: Mapping[str, int], candidates: Sequence[Candidate]
) -> None:
    """Write the proposal of a table, over what there was. `voters` by channel."""
    await tx.fetch("DELETE FROM priorities WHERE table_code = $1", table)
    await tx.fetch("DELETE FROM priority_sets WHERE table_code = $1", table)
    await tx.fetch(
        "INSERT INTO priority_sets (table_code, places, voters, assisted, paper) VALUES ($1, $2, $3, $4, $5)",
        table,
        places,
        sum(voters.values()),
        voters.get("assisted", 0),
        voters.get("paper", 0),
    )
    await _put_candidates(tx, table, candidates)


async def propose_anew(tx: Transaction, table: str, places: int, candidates: Sequence[Candidate]) -> None:
    """Write what is proposed now that a tie was settled (or waits again); all else stays as it is."""
    await tx.fetch("UPDATE priority_sets SET places = $2 WHERE table_code = $1", table, places)
    await tx.fetch("DELETE FROM priorities WHERE table_code = $1", table)
    await _put_candidates(tx, table, candidates)


async def recount(tx: Transaction, table: str, voters: Mapping[str, int]) -> None:
    """Write how many ballots there are now, by channel."""
    await tx.fetch(
        "UPDATE priority_sets SET voters = $2, assisted = $3, paper = $4 WHERE table_code = $1",
        table,
        sum(voters.values()),
        voters.get("assisted", 0),
        voters.get("paper", 0),
    )


async def undo(tx: Transaction, table: str) -> None:
    """The table has decided nothing any more, for the ballots say something else now."""
    await tx.fetch(
        "UPDATE priority_sets SET decided_at = NULL, decided_by = NULL, confirmed = FALSE,"
        " recounts = recounts + 1 WHERE table_code = $1",
        table,
    )


async def _put_candidates(tx: Transaction, table: str, candidates: Sequence[Candidate]) -> None:
    for position, candidate in enumerate(candidates):
        await tx.fetch(
            "INSERT INTO priorities (table_code, strategy, position, dots, tied, kept)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            table,
            candidate.strategy,
            position,
            candidate.dots,
            candidate.tied,
            candidate.kept,
        )


async def set_aside(tx: Transaction, table: str, content: str, at: datetime) -> None:
    """Keep what a table proposed or decided as it stood (JSON), and have it propose anew when it closes."""
    await tx.fetch(
        "INSERT INTO priorities_set_aside (table_code, at, content) VALUES ($1, $2, $3)",
        table,
        to_text(at),
        content,
    )
    await tx.fetch("DELETE FROM priorities WHERE table_code = $1", table)
    await tx.fetch("DELETE FROM priority_sets WHERE table_code = $1", table)


async def of_table(reader: Reader, table: str) -> PrioritySet | None:
    """What the table proposes or decided; None before its Session 1 closed."""
    return (await _read(reader, "WHERE s.table_code = $1", table)).get(table)


async def of_all(reader: Reader) -> Mapping[str, PrioritySet]:
    """The same for every table that closed its Session 1."""
    return await _read(reader, "")


async def keep(tx: Transaction, table: str, strategy: str, *, kept: bool) -> None:
    """Keep or drop one candidate."""
    await tx.fetch(
        "UPDATE priorities SET kept = $3 WHERE table_code = $1 AND strategy = $2", table, strategy, kept
    )


async def decide(tx: Transaction, table: str, at: datetime, person: int | None, *, confirmed: bool) -> bool:
    """Decide a proposal once; whether this was the time.

    `confirmed` False: its undisputed part stands, and the table can still confirm it later.
    """
    return bool(
        await tx.fetch(
            "UPDATE priority_sets SET decided_at = $2, decided_by = $3, confirmed = $4"
            " WHERE table_code = $1 AND NOT confirmed AND (decided_at IS NULL OR $4) RETURNING table_code",
            table,
            to_text(at),
            person,
            confirmed,
        )
    )


async def _read(reader: Reader, where: str, *values: object) -> dict[str, PrioritySet]:
    sets = await reader.fetch(
        "SELECT s.table_code, s.places, s.voters, s.assisted, s.paper, s.recounts, s.decided_at,"
        " s.decided_by, s.confirmed"
        f" FROM priority_sets s {where}",
        *values,
    )
    rows = await reader.fetch(
        f"SELECT s.table_code, s.strategy, s.dots, s.tied, s.kept FROM priorities s {where}"
        " ORDER BY s.table_code, s.position",
        *values,
    )
    candidates: dict[str, list[Candidate]] = {row["table_code"]: [] for row in sets}
    for row in rows:
        # A set decided between the two reads cannot bring candidates of an unknown table.
        candidates.setdefault(row["table_code"], []).append(
            Candidate(row["strategy"], row["dots"], bool(row["tied"]), bool(row["kept"]))
        )
    return {
        row["table_code"]: PrioritySet(
            table=row["table_code"],
            places=row["places"],
            voters=row["voters"],
            channels={
                "app": row["voters"] - row["assisted"] - row["paper"],
                "assisted": row["assisted"],
                "paper": row["paper"],
            },
            recounts=row["recounts"],
            decided=row["decided_at"] is not None,
            confirmed=bool(row["confirmed"]),
            candidates=tuple(candidates[row["table_code"]]),
            decided_at=None if row["decided_at"] is None else from_text(row["decided_at"]),
            decided_by=row["decided_by"],
        )
        for row in sets
    }
