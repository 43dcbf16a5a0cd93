"""Why a table dropped a strategy, or chose one among the tied: asked for, kept, never required."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from participation import notices, ties
from storage import acts, priorities
from storage import ties as stored

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Database
    from storage.people import Person

PATIENCE = timedelta(minutes=5)
"""How long what a person types is taken for the reason they were asked for."""


async def typed(
    database: Database, person: Person, message: int, text: str, *, skips: bool, now: datetime
) -> notices.Notice | None:
    """What somebody types who was asked for a reason; None when it is not about that, or says nothing.

    A message delivered again stays what it was taken for.
    """
    act = f"reason:{person.id}:{message}"
    if await acts.known(database, act):
        return notices.ReasonSkipped() if skips else notices.ReasonKept(reason=text)
    if not text or await stored.asked_reason(database, person.id, now - PATIENCE) is None:
        return None
    async with database.transaction() as tx:
        asked = await stored.asked_reason(tx, person.id, now - PATIENCE)
        if asked is None:
            return None
        table, strategy = asked
        if not skips and len(text) > ties.MOST_REASON:
            return notices.ReasonTooLong(length=len(text), most=ties.MOST_REASON)
        await acts.first_time(tx, act, now)
        await stored.answered(tx, person.id)
        if skips:
            return notices.ReasonSkipped()
        found = await priorities.of_table(tx, table)
        known = await stored.of_table(tx, table)
        about = {c.strategy for c in found.candidates if c.kept == c.tied} if found else set()
        about |= {code for tie in known if tie.how == "hand" for code in tie.chosen}
        if strategy in about:
            await stored.give_reason(tx, table, strategy, text, now, person.id)
            await ties.refresh(tx, table)
        return notices.ReasonKept(reason=text)


async def skip(database: Database, person: Person) -> notices.ReasonSkipped:
    """The button: no reason."""
    async with database.transaction() as tx:
        await stored.answered(tx, person.id)
    return notices.ReasonSkipped()
