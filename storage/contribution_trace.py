"""What was changed of contributions, by whom and when, and what they were at some moment."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.contributions import Contribution
    from storage.database import Reader, Row, Transaction

Act = Literal["edited", "moved", "named", "withdrawn"]


@dataclass(frozen=True)
class State:
    """What can be changed of a contribution."""

    text: str
    strategy: str | None
    question: str | None
    action: str | None


@dataclass(frozen=True)
class Change:
    """One change: `after` is None when it was withdrawn; `late`: its table had closed Session 2."""

    act: Act
    at: datetime
    person: int | None
    late: bool
    before: State
    after: State | None


def state(contribution: Contribution) -> State:
    """What a contribution is now."""
    return State(contribution.text, contribution.strategy, contribution.question, contribution.action)


async def change(
    tx: Transaction, before: Contribution, after: State, act: Act, person: int, at: datetime, *, late: bool
) -> bool:
    """Change a contribution that stands and keep what it was; whether there is one that stands.

    Nothing is kept of a change that changes nothing.
    """
    if after == state(before):
        return bool(
            await tx.fetch("SELECT id FROM contributions WHERE id = $1 AND withdrawn_at IS NULL", before.id)
        )
    found = await tx.fetch(
        "UPDATE contributions SET text = $2, strategy = $3, question = $4, action = $5,"
        " edited_at = CASE WHEN text <> $2 THEN $6 ELSE edited_at END"
        " WHERE id = $1 AND withdrawn_at IS NULL RETURNING id",
        before.id,
        after.text,
        after.strategy,
        after.question,
        after.action,
        to_text(at),
    )
    if found:
        await _trace(tx, before, after, act, person, at, late=late)
    return bool(found)


async def withdrawn(tx: Transaction, before: Contribution, person: int, at: datetime, *, late: bool) -> None:
    """A contribution was withdrawn in this transaction: keep by whom and when."""
    await _trace(tx, before, None, "withdrawn", person, at, late=late)


async def _trace(
    tx: Transaction,
    before: Contribution,
    after: State | None,
    act: Act,
    person: int,
    at: datetime,
    *,
    late: bool,
) -> None:
    await tx.fetch(
        "INSERT INTO contribution_trace (contribution_id, at, person_id, act, late, before, after)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        before.id,
        to_text(at),
        person,
        act,
        late,
        _dump(state(before)),
        None if after is None else _dump(after),
    )
    if late:
        await tx.fetch(
            "UPDATE contributions SET late_at = coalesce(late_at, $2) WHERE id = $1", before.id, to_text(at)
        )


async def of_contribution(reader: Reader, contribution: str) -> Sequence[Change]:
    """All that was changed of a contribution, the oldest first."""
    rows = await reader.fetch(
        "SELECT act, at, person_id, late, before, after FROM contribution_trace"
        " WHERE contribution_id = $1 ORDER BY id",
        contribution,
    )
    return [_change(row) for row in rows]


async def as_of(reader: Reader, moment: datetime) -> Mapping[str, State | None]:
    """What contributions were at a moment, of those alone that came or were changed after it.

    None: it was not there yet. One that was withdrawn after the moment stood then.
    """
    came = await reader.fetch("SELECT id FROM contributions WHERE received_at > $1", to_text(moment))
    changed = await reader.fetch(
        "SELECT contribution_id, before FROM contribution_trace WHERE id IN"
        " (SELECT min(id) FROM contribution_trace WHERE at > $1 GROUP BY contribution_id)",
        to_text(moment),
    )
    before: dict[str, State | None] = {row["contribution_id"]: _load(row["before"]) for row in changed}
    return before | dict.fromkeys(row["id"] for row in came)


async def late_no_more(tx: Transaction, table: str) -> None:
    """The table's Session 2 is open again: what was late until now is in time."""
    await tx.fetch("UPDATE contributions SET late_at = NULL WHERE table_code = $1", table)


def _dump(what: State) -> str:
    return json.dumps(asdict(what), ensure_ascii=False)


def _load(text: str) -> State:
    return State(**json.loads(text))


def _change(row: Row) -> Change:
    return Change(
        act=row["act"],
        at=from_text(row["at"]),
        person=row["person_id"],
        late=bool(row["late"]),
        before=_load(row["before"]),
        after=None if row["after"] is None else _load(row["after"]),
    )
