"""The contributions of a table in the hands of whoever facilitates it: hidden, merged, marked, let pass."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, from_text_or_none, to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Gathered:
    """A contribution that was not withdrawn.

    `number` is how people name it; `person` is only there to count voices by, None for a table's own note.
    `because`: why it is hidden, and since `hidden_at`; None while it stands. `into`: the number of the one
    that it is merged into; `plenary`: marked for it; `let_pass`: somebody looked at what may be personal.
    """

    id: str
    number: int
    table: str
    source: str
    session: int
    strategy: str | None
    question: str | None
    text: str
    received_at: datetime
    edited_at: datetime | None
    person: int | None
    because: str | None
    hidden_at: datetime | None
    into: int | None
    plenary: bool
    let_pass: bool

    @property
    def changed_at(self) -> datetime:
        """When it came, or was edited last."""
        return self.edited_at or self.received_at


_GATHERED = (
    "SELECT c.id, n.number, c.table_code, c.source, c.session, c.strategy, c.question, c.text, c.received_at,"
    " c.edited_at, m.person_id, c.hidden_because, c.hidden_at, h.number AS into_number, c.plenary, c.let_pass"
    " FROM contributions c JOIN contribution_numbers n ON n.contribution_id = c.id"
    " LEFT JOIN contribution_numbers h ON h.contribution_id = c.merged_into"
    " LEFT JOIN contribution_messages m ON m.contribution_id = c.id"
    " WHERE c.withdrawn_at IS NULL"
)


def _gathered(row: Row) -> Gathered:
    return Gathered(
        id=row["id"],
        number=row["number"],
        table=row["table_code"],
        source=row["source"],
        session=row["session"],
        strategy=row["strategy"],
        question=row["question"],
        text=row["text"],
        received_at=from_text(row["received_at"]),
        edited_at=None if row["edited_at"] is None else from_text(row["edited_at"]),
        person=row["person_id"] if row["source"] == "person" else None,
        because=row["hidden_because"],
        hidden_at=from_text_or_none(row["hidden_at"]),
        into=row["into_number"],
        plenary=bool(row["plenary"]),
        let_pass=bool(row["let_pass"]),
    )


async def of_table(reader: Reader, table: str) -> Sequence[Gathered]:
    """All of a table, by number; what is hidden or merged, too."""
    rows = await reader.fetch(f"{_GATHERED} AND c.table_code = $1 ORDER BY n.number", table)
    return [_gathered(row) for row in rows]


async def numbered(reader: Reader, number: int) -> Gathered | None:
    """The one with this number; None when there is none, or it was withdrawn."""
    rows = await reader.fetch(f"{_GATHERED} AND n.number = $1", number)
    return _gathered(rows[0]) if rows else None


async def hidden_number(reader: Reader, contribution: str) -> int | None:
    """The number of a contribution that its table hid; None of any other."""
    rows = await reader.fetch(
        "SELECT n.number FROM contributions c JOIN contribution_numbers n ON n.contribution_id = c.id"
        " WHERE c.id = $1 AND c.withdrawn_at IS NULL AND c.hidden_at IS NOT NULL",
        contribution,
    )
    return int(rows[0]["number"]) if rows else None


async def group_of(reader: Reader, number: int) -> Sequence[Gathered]:
    """The one with this number and those merged into it, by number."""
    rows = await reader.fetch(f"{_GATHERED} AND (n.number = $1 OR h.number = $1) ORDER BY n.number", number)
    return [_gathered(row) for row in rows]


async def reasons_of_person(reader: Reader, person: int) -> Mapping[str, str]:
    """Why contributions of a person are hidden, by their ids."""
    rows = await reader.fetch(
        "SELECT c.id, c.hidden_because FROM contribution_messages m"
        " JOIN contributions c ON c.id = m.contribution_id"
        " WHERE m.person_id = $1 AND c.hidden_at IS NOT NULL",
        person,
    )
    return {row["id"]: row["hidden_because"] for row in rows}


async def hide(tx: Transaction, contributions: Iterable[str], because: str, at: datetime) -> None:
    """They stand no more, and why."""
    await tx.fetch(
        "UPDATE contributions SET hidden_at = $2, hidden_because = $3"
        " WHERE id IN (SELECT value FROM json_each($1))",
        json.dumps(list(contributions)),
        to_text(at),
        because,
    )


async def unhide(tx: Transaction, contributions: Iterable[str]) -> None:
    """They stand again."""
    await tx.fetch(
        "UPDATE contributions SET hidden_at = NULL, hidden_because = NULL"
        " WHERE id IN (SELECT value FROM json_each($1))",
        json.dumps(list(contributions)),
    )


async def merge(tx: Transaction, contributions: Iterable[str], into: str | None) -> None:
    """They say the same as that one, which stands for them; None: each stands for itself again."""
    await tx.fetch(
        "UPDATE contributions SET merged_into = $2 WHERE id IN (SELECT value FROM json_each($1))",
        json.dumps(list(contributions)),
        into,
    )


async def mark(tx: Transaction, contribution: str, *, plenary: bool) -> None:
    """It is marked for the plenary, or not."""
    await tx.fetch("UPDATE contributions SET plenary = $2 WHERE id = $1", contribution, plenary)


async def let_pass(tx: Transaction, contribution: str) -> None:
    """What may be personal data in it was looked at."""
    await tx.fetch("UPDATE contributions SET let_pass = TRUE WHERE id = $1", contribution)


async def trace(
    tx: Transaction,
    contributions: Iterable[str],
    act: str,
    at: datetime,
    person: int,
    role: str,
    detail: str | None = None,
) -> None:
    """What was done with contributions, as what."""
    await tx.fetch(
        "INSERT INTO gathering_trace (contribution_id, at, person_id, role, act, detail)"
        " SELECT value, $2, $3, $4, $5, $6 FROM json_each($1)",
        json.dumps(list(contributions)),
        to_text(at),
        person,
        role,
        act,
        detail,
    )


async def counted_acts(reader: Reader) -> Mapping[str, Mapping[str, int]]:
    """How many contributions of each table ever were "hidden", "merged", "marked" and so on."""
    rows = await reader.fetch(
        "SELECT c.table_code, t.act, count(DISTINCT t.contribution_id) AS acts"
        " FROM gathering_trace t JOIN contributions c ON c.id = t.contribution_id"
        " GROUP BY c.table_code, t.act"
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["table_code"], {})[row["act"]] = row["acts"]
    return found


@dataclass(frozen=True)
class Traced:
    """What was done with a contribution last, of its kind."""

    act: str
    role: str
    at: datetime


async def last_act(reader: Reader, contribution: str, acts: Iterable[str]) -> Traced | None:
    """The last of these acts that was done with a contribution."""
    rows = await reader.fetch(
        "SELECT act, role, at FROM gathering_trace WHERE contribution_id = $1"
        " AND act IN (SELECT value FROM json_each($2)) ORDER BY id DESC LIMIT 1",
        contribution,
        json.dumps(list(acts)),
    )
    return Traced(rows[0]["act"], rows[0]["role"], from_text(rows[0]["at"])) if rows else None
