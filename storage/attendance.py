"""Who of each table can be reached, votes, has finished; and nudging those who have not, not too often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.database import Reader, Transaction


@dataclass(frozen=True)
class Attendance:
    """The people registered at one table, counted.

    `silent` and `unfinished` can be reached and have no dot on their ballot, or have not said that they
    finished; `unreachable` blocked the bot or left Telegram; `facilitators` can be reached. `paper`: sheets
    that were entered.
    """

    silent: int
    unfinished: int
    unreachable: int
    facilitators: int
    paper: int


_NO_DOT = "NOT EXISTS (SELECT 1 FROM dots d WHERE d.ballot_id = b.id)"


async def by_table(reader: Reader) -> Mapping[str, Attendance]:
    """The attendance of every table."""
    rows = await reader.fetch(
        "SELECT t.code,"
        f" coalesce(sum(p.id IS NOT NULL AND p.unreachable_since IS NULL AND {_NO_DOT}), 0) AS silent,"
        " coalesce(sum(p.unreachable_since IS NULL AND NOT b.finished), 0) AS unfinished,"
        " coalesce(sum(p.unreachable_since IS NOT NULL), 0) AS unreachable,"
        " (SELECT count(*) FROM roles r JOIN people f ON f.id = r.person_id"
        "   WHERE r.role = 'facilitator' AND r.table_code = t.code AND f.unreachable_since IS NULL)"
        "   AS facilitators,"
        " (SELECT count(*) FROM ballots s WHERE s.table_code = t.code AND s.channel = 'paper') AS paper"
        " FROM tables t LEFT JOIN people p ON p.table_code = t.code"
        " LEFT JOIN ballot_owners o ON o.person_id = p.id LEFT JOIN ballots b ON b.id = o.ballot_id"
        " GROUP BY t.code ORDER BY t.position"
    )
    return {
        row["code"]: Attendance(
            row["silent"], row["unfinished"], row["unreachable"], row["facilitators"], row["paper"]
        )
        for row in rows
    }


@dataclass(frozen=True)
class Unfinished:
    """Somebody who can be reached, has an open ballot and has not finished; `used`: dots on it."""

    person: int
    chat: int
    used: int


async def unfinished(reader: Reader, table: str) -> Sequence[Unfinished]:
    """Those of a table who can be nudged."""
    rows = await reader.fetch(
        "SELECT p.id, p.telegram_id, (SELECT count(*) FROM dots d WHERE d.ballot_id = b.id) AS used"
        " FROM people p JOIN ballot_owners o ON o.person_id = p.id JOIN ballots b ON b.id = o.ballot_id"
        " WHERE p.table_code = $1 AND p.unreachable_since IS NULL AND b.open AND NOT b.finished"
        " ORDER BY p.id",
        table,
    )
    return [Unfinished(row["id"], row["telegram_id"], row["used"]) for row in rows]


async def nudge(tx: Transaction, person: int, at: datetime, not_since: datetime) -> bool:
    """Write down that a person is nudged, unless they were after `not_since`; whether they were not."""
    return bool(
        await tx.fetch(
            "INSERT INTO nudges (person_id, at) VALUES ($1, $2)"
            " ON CONFLICT (person_id) DO UPDATE SET at = excluded.at WHERE nudges.at <= $3"
            " RETURNING person_id",
            person,
            to_text(at),
            to_text(not_since),
        )
    )


async def audience(reader: Reader, tables: Sequence[str], *, seated: bool, leaders: bool) -> tuple[int, int]:
    """How many people are seated at these tables, or facilitate them; each is counted once.

    Two numbers: those who can be reached, those who cannot.
    """
    # One text for both databases: no array parameters, the codes stand between commas.
    here = "replace($1, ',' || {0} || ',', '') <> $1"
    rows = await reader.fetch(
        "SELECT coalesce(sum(unreachable_since IS NULL), 0) AS reached,"
        " coalesce(sum(unreachable_since IS NOT NULL), 0) AS away FROM people p WHERE"
        f" ($2 AND p.table_code IS NOT NULL AND {here.format('p.table_code')}) OR ($3 AND p.id IN"
        f" (SELECT person_id FROM table_roles WHERE role IN ('facilitator', 'venue_lead')"
        f" AND {here.format('table_code')}))",
        f",{','.join(tables)},",
        seated,
        leaders,
    )
    return rows[0]["reached"], rows[0]["away"]
