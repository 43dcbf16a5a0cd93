"""What was asked back before it counts, until it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Asked:
    """One question to one person. `act` is JSON that `participation/confirming.py` writes and reads.

    `answer`: "yes", "no", "superseded" (a newer question took its place), None while it is open.
    """

    token: str
    person: int
    act: str
    at: datetime
    answer: str | None
    answered_in: str | None


_COLUMNS = "token, person_id, act, asked_at, answer, answered_in"


def _asked(row: Row) -> Asked:
    return Asked(
        token=row["token"],
        person=row["person_id"],
        act=row["act"],
        at=from_text(row["asked_at"]),
        answer=row["answer"],
        answered_in=row["answered_in"],
    )


async def ask(tx: Transaction, token: str, asked_in: str, person: int, act: str, at: datetime) -> str:
    """Keep a question until it is answered; its token. It takes the place of the person's older ones.

    Asked again by the same update (delivered twice), it is the same question.
    """
    known = await tx.fetch("SELECT token FROM asked WHERE asked_in = $1", asked_in)
    if known:
        return str(known[0]["token"])
    await supersede(tx, person, at)
    await tx.fetch(
        "INSERT INTO asked (token, asked_in, person_id, act, asked_at) VALUES ($1, $2, $3, $4, $5)",
        token,
        asked_in,
        person,
        act,
        to_text(at),
    )
    return token


async def supersede(tx: Transaction, person: int, at: datetime) -> None:
    """Something else is asked of the person now: what waited for their answer does not any more."""
    await tx.fetch(
        "UPDATE asked SET answer = 'superseded', answered_at = $2 WHERE person_id = $1 AND answer IS NULL",
        person,
        to_text(at),
    )


async def find(reader: Reader, token: str) -> Asked | None:
    """The question with this token."""
    rows = await reader.fetch(f"SELECT {_COLUMNS} FROM asked WHERE token = $1", token)
    return _asked(rows[0]) if rows else None


async def open_of(reader: Reader, person: int) -> Asked | None:
    """The question that waits for this person's answer."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM asked WHERE person_id = $1 AND answer IS NULL"
        " ORDER BY asked_at DESC LIMIT 1",
        person,
    )
    return _asked(rows[0]) if rows else None


async def asked_in(reader: Reader, update: str) -> Asked | None:
    """The question that this update led to already."""
    rows = await reader.fetch(f"SELECT {_COLUMNS} FROM asked WHERE asked_in = $1", update)
    return _asked(rows[0]) if rows else None


async def answered_in(reader: Reader, person: int, update: str) -> Asked | None:
    """The question that this update answered already."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM asked WHERE person_id = $1 AND answered_in = $2", person, update
    )
    return _asked(rows[0]) if rows else None


async def answer(tx: Transaction, token: str, said: str, update: str, at: datetime) -> bool:
    """Answer a question once; whether this was the time."""
    return bool(
        await tx.fetch(
            "UPDATE asked SET answer = $2, answered_in = $3, answered_at = $4"
            " WHERE token = $1 AND answer IS NULL RETURNING token",
            token,
            said,
            update,
            to_text(at),
        )
    )
