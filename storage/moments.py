"""The agenda as rows: what is due when, and whether it was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from storage.database import Reader, Transaction


@dataclass(frozen=True)
class Moment:
    """Something to do once, at a time. `action` is JSON that `participation/agenda.py` writes and reads."""

    key: str
    due: datetime
    action: str


async def add(tx: Transaction, moment: Moment) -> None:
    """A moment to come; a key known already is left as it is."""
    await tx.fetch(
        "INSERT INTO moments (key, due_at, action) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
        moment.key,
        to_text(moment.due),
        moment.action,
    )


async def forget_to_come(tx: Transaction) -> None:
    """The event's plan was changed: what is not done of it is planned anew. A run-off goes on."""
    await tx.fetch("DELETE FROM moments WHERE done_at IS NULL AND key NOT LIKE 'runoff:%'")


MINUTE: Final = "minute"
"""The key of the one moment that comes back: it runs while the agenda is held, too."""

DIGEST: Final = "digest:"
"""How the keys begin of what comes on the days after: the event's own agenda neither holds nor shifts it."""

_RUNNING = (
    f"(key = '{MINUTE}' OR substr(key, 1, {len(DIGEST)}) = '{DIGEST}'"
    " OR NOT EXISTS (SELECT 1 FROM agenda WHERE held_at IS NOT NULL))"
)


async def due(reader: Reader, now: datetime) -> Sequence[Moment]:
    """What is due and not done, in the order it was due; while the agenda is held, what runs all the same."""
    rows = await reader.fetch(
        f"SELECT key, due_at, action FROM moments WHERE done_at IS NULL AND due_at <= $1 AND {_RUNNING}"
        " ORDER BY due_at, key",
        to_text(now),
    )
    return [Moment(row["key"], from_text(row["due_at"]), row["action"]) for row in rows]


async def next_due(reader: Reader) -> datetime | None:
    """When the first moment not done is due; while the agenda is held, of what runs all the same."""
    rows = await reader.fetch(f"SELECT min(due_at) AS due FROM moments WHERE done_at IS NULL AND {_RUNNING}")
    return from_text(rows[0]["due"]) if rows[0]["due"] is not None else None


async def finish(tx: Transaction, key: str, at: datetime) -> bool:
    """Mark a moment done; whether this was the time (in one transaction with what it does).

    It is not when the moment was put off, or the agenda held, since it was found due.
    """
    return bool(
        await tx.fetch(
            "UPDATE moments SET done_at = $2 WHERE key = $1 AND done_at IS NULL AND due_at <= $2"
            f" AND {_RUNNING} RETURNING key",
            key,
            to_text(at),
        )
    )


async def planned(reader: Reader, prefix: str = "") -> Sequence[tuple[str, datetime]]:
    """Moments still to come whose key begins so, in order: key and when it is due."""
    rows = await reader.fetch(
        "SELECT key, due_at FROM moments WHERE done_at IS NULL AND substr(key, 1, length($1)) = $1"
        " ORDER BY due_at, key",
        prefix,
    )
    return [(row["key"], from_text(row["due_at"])) for row in rows]


async def done(reader: Reader, prefix: str) -> Sequence[Moment]:
    """Moments that were run whose key begins so, in order."""
    rows = await reader.fetch(
        "SELECT key, due_at, action FROM moments WHERE done_at IS NOT NULL"
        " AND substr(key, 1, length($1)) = $1 ORDER BY due_at, key",
        prefix,
    )
    return [Moment(row["key"], from_text(row["due_at"]), row["action"]) for row in rows]


async def put_off(tx: Transaction, key: str, was: datetime, to: datetime) -> bool:
    """Have a moment that is due come (again) at another time; whether it was still due at `was`."""
    return bool(
        await tx.fetch(
            "UPDATE moments SET due_at = $3 WHERE key = $1 AND due_at = $2 AND done_at IS NULL RETURNING key",
            key,
            to_text(was),
            to_text(to),
        )
    )


async def forget_digests(tx: Transaction) -> None:
    """The days after the event are planned anew: what is not done of them is forgotten."""
    await tx.fetch("DELETE FROM moments WHERE done_at IS NULL AND substr(key, 1, length($1)) = $1", DIGEST)


async def resume_minute(tx: Transaction, minute: Moment) -> None:
    """Have the moment that comes back come at this time, unless it is still coming."""
    await tx.fetch(
        "INSERT INTO moments (key, due_at, action) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE"
        " SET due_at = excluded.due_at, done_at = NULL WHERE moments.done_at IS NOT NULL",
        minute.key,
        to_text(minute.due),
        minute.action,
    )


async def plan_anew(tx: Transaction, moment: Moment) -> None:
    """Have a moment run at this time, whether it is known or not, and whether it was run before or not."""
    await tx.fetch(
        "INSERT INTO moments (key, due_at, action) VALUES ($1, $2, $3)"
        " ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at, done_at = NULL",
        moment.key,
        to_text(moment.due),
        moment.action,
    )


async def shift(tx: Transaction, by: timedelta) -> None:
    """Move all of the day's agenda that is still to come."""
    for key, at in await planned(tx):
        if key != MINUTE and not key.startswith(DIGEST):
            await tx.fetch("UPDATE moments SET due_at = $2 WHERE key = $1", key, to_text(at + by))
