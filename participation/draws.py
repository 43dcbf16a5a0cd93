"""Settling a tie without a vote: fewer places, or a draw from a seed that is promised before it is drawn.

How lots are drawn, and why nobody can bend it, is in `participation/lots.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from participation import lots, notices, priorities, steps, ties
from participation.notices import Role
from storage import acts, outbox
from storage import ties as stored
from storage.outbox import Urgency
from storage.ties import Draw

if TYPE_CHECKING:
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database, Reader
    from storage.people import Person
    from storage.ties import TieRow

WORD_LENGTH = 60
"""Characters of the table's word at most."""


async def leave_empty(
    database: Database,
    event: Event,
    person: Person,
    table: str,
    nth: int | None,
    now: datetime,
    act: str | None = None,
) -> notices.Notice | None:
    """The contested places stay empty; a notice when they cannot be.

    It can be undone until the table confirms.
    """
    async with database.transaction() as tx:
        tie = await ties.waiting(tx, table, nth)
        if isinstance(tie, notices.TieRefused):
            return tie
        if tie.runoff is not None and tie.runoff.closed_at is None:
            return await ties.refused(tx, tie, "runoff", tie.runoff.opened_at, steps.RUNOFF)
        if not await acts.first_time(tx, act, now):
            return notices.TieRefused(table=table, reason="none")
        await ties.settle(tx, event, tie, "fewer", (), now, person.id)
        await priorities.confirm_automatically(tx, event, table, now)
    return None


async def reopen(
    database: Database, event: Event, table: str, nth: int | None, now: datetime, act: str | None = None
) -> notices.Notice | None:
    """The places that were left empty are contested again; a notice when they cannot be."""
    async with database.transaction() as tx:
        found = await priorities.undecided(tx, table)
        if isinstance(found, notices.PrioritiesRefused):
            return found
        done = ties.reopens(await stored.of_table(tx, table))
        if done is None or nth not in {None, done.nth} or not await acts.first_time(tx, act, now):
            return notices.TieRefused(table=table, reason="none")
        await stored.forget_from(tx, table, done.nth + 1)
        await stored.unsettle(tx, done)
        await ties.apply(tx, event, table)
    return None


async def promise(
    database: Database,
    table: str,
    nth: int | None,
    new_id: str,
    secret: str,
    now: datetime,
    act: str | None = None,
    person: Person | None = None,
) -> notices.Notice | None:
    """Publish what a draw is drawn by, the method and the hash of the secret; a notice when it cannot be.

    Asked for again, the same is said again: there is never a second secret. `act` is the key of the press or
    message: delivered again, it promises nothing about the next tie.
    """
    async with database.transaction() as tx:
        tie = await ties.waiting(tx, table, nth)
        if isinstance(tie, notices.TieRefused):
            return tie
        if tie.runoff is not None:
            return await ties.refused(tx, tie, "runoff", tie.runoff.opened_at, steps.RUNOFF)
        if tie.draw is None and not await acts.first_time(tx, act, now):
            return notices.TieRefused(table=table, reason="none")
        draw = Draw(new_id, lots.METHOD, secret, lots.commitment(secret), now, None, None)
        if not await stored.promise_draw(tx, tie, draw):
            assert tie.draw is not None, "there is one already"
            again = ties.promised(tie)
            assert again is not None, "it has a draw"
            taken = await steps.taken(tx, table, steps.PROMISE, tie.nth)
            by = {} if taken is None else {"role": Role(taken.role), "at": taken.at}
            return again.model_copy(update=by)
        if person is not None:
            await steps.took(tx, person.id, table, steps.PROMISE, now, tie.nth)
        told = ties.promised(replace(tie, draw=draw))
        assert told is not None, "it has a draw"
        await outbox.announce(
            tx, _promise_key(new_id), f"concerned:{table}", notices.dump(told), now, urgency=Urgency.PHASE
        )
        await ties.refresh(tx, table)
    return None


async def draw(
    database: Database, event: Event, person: Person, table: str, nth: int | None, word: str, now: datetime
) -> notices.Notice | None:
    """Draw, with the table's word ("" for none), what was promised; a notice when it cannot be."""
    async with database.transaction() as tx:
        tie = await ties.waiting(tx, table, nth)
        if isinstance(tie, notices.TieRefused):
            return tie
        if tie.draw is None:
            return notices.TieRefused(table=table, reason="not_promised")
        if len(word) > WORD_LENGTH:
            return notices.TieRefused(table=table, reason="long_word")
        said = lots.plain_word(word)
        await stored.drawn(tx, tie, said, now)
        chosen = lots.draw(lots.seed(tie.draw.secret, said), tie.strategies, tie.places)
        await ties.settle(tx, event, tie, "draw", chosen, now, person.id)
        await priorities.tell_settled(tx, event, table, tie.nth, f"draw:{tie.draw.id}:drawn", now)
    return None


@dataclass(frozen=True)
class Drawn:
    """A draw of a table's nth tie. `published`: what was announced before it says the same."""

    table: str
    nth: int
    record: lots.Record
    published: bool


async def all_drawn(reader: Reader) -> list[Drawn]:
    """Every draw that was drawn."""
    found = []
    for table, known in (await stored.of_all(reader)).items():
        for tie in known:
            record = record_of(tie)
            if record is not None and tie.draw is not None:
                told = await outbox.announced(reader, _promise_key(tie.draw.id))
                published = told is not None and notices.load(told) == ties.promised(tie)
                found.append(Drawn(table, tie.nth, record, published))
    return found


def _promise_key(draw: str) -> str:
    return f"draw:{draw}:promised"


def record_of(tie: TieRow) -> lots.Record | None:
    """All it takes to draw again; None for a tie that was not drawn."""
    if tie.how != "draw" or tie.draw is None:
        return None
    return lots.Record(
        method=tie.draw.method,
        commitment=tie.draw.commitment,
        secret=tie.draw.secret,
        word=tie.draw.word or "",
        strategies=tie.strategies,
        places=tie.places,
        chosen=tie.chosen,
    )
