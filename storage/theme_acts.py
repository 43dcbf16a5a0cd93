"""What the people of the regia did to themes, what each has seen of it, and who looks after which axis."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Act:
    """One act.

    `content` is JSON that `participation/curation.py` writes and reads; `undoes` the act that it undid;
    `undone`: another undid it.
    """

    id: int
    at: datetime
    curator: int
    kind: str
    content: str
    told: str
    undoes: int | None
    undone: bool


_COLUMNS = (
    "a.id, a.at, a.curator, a.kind, a.content, a.told, a.undoes,"
    " EXISTS (SELECT 1 FROM theme_acts u WHERE u.undoes = a.id) AS undone"
)


def _act(row: Row) -> Act:
    return Act(
        id=row["id"],
        at=from_text(row["at"]),
        curator=row["curator"],
        kind=row["kind"],
        content=row["content"],
        told=row["told"],
        undoes=row["undoes"],
        undone=bool(row["undone"]),
    )


async def curator_of(tx: Transaction, person: int) -> int:
    """The number of somebody of the regia; their first one if they have none yet."""
    (row,) = await tx.fetch(
        "INSERT INTO theme_curators (person_id) VALUES ($1)"
        " ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id RETURNING number",
        person,
    )
    return int(row["number"])


async def curators(reader: Reader) -> frozenset[int]:
    """The numbers of those who are of the regia now and have one."""
    rows = await reader.fetch(
        "SELECT c.number FROM theme_curators c JOIN roles r ON r.person_id = c.person_id AND r.role = 'regia'"
    )
    return frozenset(row["number"] for row in rows)


async def axes(reader: Reader) -> dict[str, int]:
    """Who looks after each axis that somebody looks after who is of the regia now."""
    rows = await reader.fetch(
        "SELECT a.axis, a.curator FROM theme_axes a JOIN theme_curators c ON c.number = a.curator"
        " JOIN roles r ON r.person_id = c.person_id AND r.role = 'regia'"
    )
    return {row["axis"]: row["curator"] for row in rows}


async def assign(tx: Transaction, axis: str, curator: int | None) -> None:
    """From now on this person looks after the axis, or nobody."""
    await tx.fetch("DELETE FROM theme_axes WHERE axis = $1", axis)
    if curator is not None:
        await tx.fetch("INSERT INTO theme_axes (axis, curator) VALUES ($1, $2)", axis, curator)


async def add(
    tx: Transaction,
    key: str,
    curator: int,
    kind: str,
    content: str,
    marks: Mapping[str, bool],
    undoes: int | None,
    at: datetime,
) -> int:
    """Keep an act; its number. `marks`: what it changes (False) or only needs (True)."""
    (row,) = await tx.fetch(
        "INSERT INTO theme_acts (key, at, curator, kind, content, told, undoes)"
        " VALUES ($1, $2, $3, $4, $5, '', $6) RETURNING id",
        key,
        to_text(at),
        curator,
        kind,
        content,
        undoes,
    )
    await tx.fetch(
        "INSERT INTO theme_act_marks (act_id, mark, needed) SELECT $1, key, value FROM json_each($2)",
        row["id"],
        json.dumps(marks),
    )
    return int(row["id"])


async def tell(tx: Transaction, act: int, told: str) -> None:
    """What is told of an act, however often it is delivered."""
    await tx.fetch("UPDATE theme_acts SET told = $2 WHERE id = $1", act, told)


async def told(reader: Reader, key: str) -> str | None:
    """What was told when this update was done; None when it was not."""
    rows = await reader.fetch("SELECT told FROM theme_acts WHERE key = $1", key)
    return str(rows[0]["told"]) if rows else None


async def find(reader: Reader, act: int) -> Act | None:
    """The act with this number."""
    rows = await reader.fetch(f"SELECT {_COLUMNS} FROM theme_acts a WHERE a.id = $1", act)
    return _act(rows[0]) if rows else None


async def newest_of(reader: Reader, curator: int) -> Act | None:
    """The newest act of somebody that is not undone."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM theme_acts a WHERE a.curator = $1 AND a.undoes IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM theme_acts u WHERE u.undoes = a.id) ORDER BY a.id DESC LIMIT 1",
        curator,
    )
    return _act(rows[0]) if rows else None


async def changed_unseen(
    reader: Reader, person: int, curator: int, marks: Collection[str]
) -> tuple[Act, str] | None:
    """The newest act of somebody else that changed one of these and this person was not shown; and which.

    What was done and undone while they did not look is nothing to them.
    """
    rows = await reader.fetch(
        f"SELECT {_COLUMNS}, m.mark FROM theme_acts a JOIN theme_act_marks m ON m.act_id = a.id"
        " LEFT JOIN theme_seen s ON s.person_id = $1 AND s.mark = m.mark"
        " WHERE m.mark IN (SELECT value FROM json_each($3)) AND NOT m.needed AND a.curator <> $2"
        " AND a.id > coalesce(s.act_id, 0)"
        " AND NOT (a.undoes IS NOT NULL AND a.undoes > coalesce(s.act_id, 0))"
        " AND NOT EXISTS (SELECT 1 FROM theme_acts u WHERE u.undoes = a.id)"
        " ORDER BY a.id DESC LIMIT 1",
        person,
        curator,
        json.dumps(list(marks)),
    )
    return (_act(rows[0]), rows[0]["mark"]) if rows else None


async def in_the_way(reader: Reader, act: int) -> Act | None:
    """The newest later act that stands and changed, or needs, what this one changed."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM theme_acts a WHERE a.id > $1 AND a.undoes IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM theme_acts u WHERE u.undoes = a.id)"
        " AND EXISTS (SELECT 1 FROM theme_act_marks later JOIN theme_act_marks mine"
        "   ON mine.mark = later.mark AND mine.act_id = $1 AND NOT mine.needed WHERE later.act_id = a.id)"
        " ORDER BY a.id DESC LIMIT 1",
        act,
    )
    return _act(rows[0]) if rows else None


async def changed_by(reader: Reader, act: int) -> Collection[str]:
    """The marks that an act changed."""
    rows = await reader.fetch("SELECT mark FROM theme_act_marks WHERE act_id = $1 AND NOT needed", act)
    return [row["mark"] for row in rows]


async def see(tx: Transaction, person: int, marks: Collection[str]) -> None:
    """The person is shown these as they are now."""
    await tx.fetch(
        "INSERT INTO theme_seen (person_id, mark, act_id)"
        " SELECT $1, value, (SELECT coalesce(max(id), 0) FROM theme_acts) FROM json_each($2) WHERE TRUE"
        " ON CONFLICT (person_id, mark) DO UPDATE SET act_id = excluded.act_id",
        person,
        json.dumps(list(marks)),
    )
