"""A run-off among the tied: one tap of each person at the table, a countdown of its own, paper counted in.

Raised hands stand for the people without a phone; who facilitates says how many. Nobody sees counts before
the closing, only how many people have chosen. What is still equal then goes on to fewer places or a draw.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from participation import dots, notices, priorities, steps, ties
from participation.proposing import runoff_winners
from storage import acts, moments, outbox, screens
from storage import ties as stored
from storage.moments import Moment
from storage.outbox import Urgency

if TYPE_CHECKING:
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database, Reader, Transaction
    from storage.people import Person
    from storage.ties import Runoff, TieRow

SCREEN = "runoff"
MOMENT = "runoff:"
"""What the keys of moments begin with that close a run-off."""

_HANDS = re.compile(r"(\d{1,2})[.,](\d{1,2})[\s:=x×]+(\d{1,3})(?!\d|[.,]\d)[\s,;]*", re.IGNORECASE)


class CloseRunoff(BaseModel):
    """A moment: the time of a run-off is over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    runoff: str


def read_hands(text: str) -> dict[str, int] | None:
    """The hands of `/ballottaggio carta`: "2.3 4", "2.3: 4, 2.4: 3"; None when it is anything else."""
    found: dict[str, int] = {}
    position = 0
    while position < len(text):
        match = _HANDS.match(text, position)
        if match is None:
            return None
        found[f"{int(match[1])}.{int(match[2])}"] = int(match[3])
        position = match.end()
    return found or None


async def begin(
    database: Database,
    event: Event,
    person: Person,
    table: str,
    nth: int | None,
    new_id: str,
    now: datetime,
    act: str | None = None,
) -> notices.Notice | None:
    """Open the run-off of the tie that waits, for everybody at the table; a notice when it cannot be.

    `act` is the key of the press or message: delivered again, it opens none for the next tie.
    """
    async with database.transaction() as tx:
        tie = await ties.waiting(tx, table, nth)
        if isinstance(tie, notices.TieRefused):
            return tie
        if tie.after_runoff:
            return notices.TieRefused(table=table, reason="after_runoff")
        if tie.draw is not None:
            return await ties.refused(tx, tie, "promised", tie.draw.promised_at, steps.PROMISE)
        if tie.runoff is None and not await acts.first_time(tx, act, now):
            return notices.TieRefused(table=table, reason="none")
        closes_at = now + timedelta(minutes=event.session1.runoff_minutes)
        if not await stored.open_runoff(tx, tie, new_id, now, closes_at, person.id):
            assert tie.runoff is not None, "there is one already"
            return await ties.refused(tx, tie, "runoff", tie.runoff.opened_at, steps.RUNOFF)
        await steps.took(tx, person.id, table, steps.RUNOFF, now, tie.nth)
        # What was marked by hand gives way to the run-off.
        await ties.apply(tx, event, table)
        await moments.add(
            tx, Moment(f"{MOMENT}{new_id}", closes_at, CloseRunoff(runoff=new_id).model_dump_json())
        )
        await screens.want_for_table(tx, table, f"{SCREEN}:{new_id}", "{}")
        told = notices.RunoffOpened(
            table=table, zone=tie.zone, strategies=tie.strategies, places=tie.places, closes_at=closes_at
        )
        await outbox.announce(
            tx,
            f"runoff:{new_id}:opened",
            f"facilitators:{table}",
            notices.dump(told),
            now,
            urgency=Urgency.PHASE,
        )
    return None


async def choose(
    database: Database, person: Person, runoff: str, strategy: str, now: datetime, act: str | None = None
) -> notices.RunoffChosen | notices.RunoffRefused:
    """The person's one choice, which may change until the closing.

    `act` is the key of the press or message: delivered again, it changes nothing.
    """
    async with database.transaction() as tx:
        held = await stored.hold_open_runoff(tx, runoff)
        await screens.redraw(tx, person.id, f"{SCREEN}:{runoff}")
        if held is None:
            closed = await stored.find_runoff(tx, runoff)
            at = None if closed is None else closed.closed_at
            return notices.RunoffRefused(reason="none" if closed is None else "closed", at=at)
        if person.table != held.table:
            return notices.RunoffRefused(reason="elsewhere")
        tie = await _tie(tx, held)
        if strategy not in tie.strategies:
            return notices.RunoffRefused(reason="unknown", strategies=tie.strategies)
        if await acts.first_time(tx, act, now):
            await stored.choose(tx, held, person.id, strategy)
            await ties.refresh(tx, held.table)
        chosen = await stored.choice_of(tx, held, person.id) or strategy
    return notices.RunoffChosen(strategy=chosen, closes_at=held.closes_at)


def is_choice(text: str) -> bool:
    """Whether this is one code, with which somebody chooses."""
    codes = dots.read_typed(text)
    return codes is not None and len(codes) == 1 and codes[0].count == 1


async def typed(
    database: Database, person: Person, text: str, now: datetime, act: str
) -> notices.Notice | None:
    """A code that somebody types while a run-off is open at their table; None when it is not about that."""
    codes = dots.read_typed(text) if is_choice(text) else None
    if person.table is None or codes is None:
        return None
    runoff = await stored.open_runoff_of(database, person.table)
    if runoff is None or codes[0].strategy not in (await _tie(database, runoff)).strategies:
        return None
    return await choose(database, person, runoff.id, codes[0].strategy, now, act)


async def bring(
    database: Database, person: Person, text: str, now: datetime, act: str
) -> notices.Notice | None:
    """`/ballottaggio` of somebody at the table: the run-off anew, or with a code their choice."""
    runoff = None if person.table is None else await stored.open_runoff_of(database, person.table)
    if runoff is None:
        return notices.RunoffRefused(reason="none")
    codes = dots.read_typed(text) if is_choice(text) else None
    if text and codes is None:
        tie = await _tie(database, runoff)
        return notices.RunoffRefused(reason="unknown", strategies=tie.strategies)
    if codes is not None:
        return await choose(database, person, runoff.id, codes[0].strategy, now, act)
    async with database.transaction() as tx:
        await screens.want_at_bottom(tx, person.id, f"{SCREEN}:{runoff.id}")
    return None


async def adopt(database: Database, person: Person, runoff: str, message: int) -> None:
    """A button of this message was pressed: from now on it is the one that is edited."""
    async with database.transaction() as tx:
        await screens.adopt(tx, person.id, f"{SCREEN}:{runoff}", message)


async def count_hands(database: Database, table: str, text: str) -> notices.Notice:
    """`/ballottaggio carta 2.3 4`: four hands for 2.3, whatever was said before. All of it or nothing."""
    async with database.transaction() as tx:
        tie = await ties.waiting(tx, table)
        if isinstance(tie, notices.TieRefused):
            return tie
        if tie.runoff is None or await stored.hold_open_runoff(tx, tie.runoff.id) is None:
            return notices.TieRefused(table=table, reason="no_runoff")
        hands = read_hands(text)
        if hands is None or not hands.keys() <= set(tie.strategies):
            return notices.RunoffHandsUnclear(table=table, strategies=tie.strategies, misread=text)
        for strategy, number in hands.items():
            await stored.raise_hands(tx, tie.runoff, strategy, number)
        await ties.refresh(tx, table)
        so_far = {c.strategy: c.hands for c in tie.candidates} | hands
        return notices.RunoffHands(table=table, hands=tuple(so_far.items()), closes_at=tie.runoff.closes_at)


async def close(
    database: Database, event: Event, person: Person, table: str, nth: int | None, now: datetime
) -> notices.Notice | None:
    """Who facilitates closes the run-off before its time; a notice when none is open."""
    async with database.transaction() as tx:
        tie = await ties.waiting(tx, table, nth)
        if isinstance(tie, notices.TieRefused):
            return tie
        if tie.runoff is None or not await close_in(tx, event, tie.runoff.id, now, person.id):
            return notices.TieRefused(table=table, reason="no_runoff")
    return None


async def close_in(tx: Transaction, event: Event, runoff: str, now: datetime, person: int | None) -> bool:
    """Close a run-off, count it and tell everybody concerned, once; whether this was the time."""
    closed = await stored.close_runoff(tx, runoff, now)
    if closed is None:
        return False
    await moments.finish(tx, f"{MOMENT}{runoff}", now)
    tie = await _tie(tx, closed)
    winners, equal = runoff_winners({c.strategy: c.hands + c.taps for c in tie.candidates}, tie.places)
    await ties.settle(tx, event, tie, "runoff", winners, now, person, equal)
    await priorities.tell_settled(tx, event, closed.table, tie.nth, f"runoff:{runoff}:closed", now)
    await screens.redraw_for_table(tx, closed.table, f"{SCREEN}:{runoff}")
    return True


async def screen(reader: Reader, person: Person, runoff: str) -> notices.RunoffScreen | None:
    """The run-off as one person sees it now; None when it was set aside."""
    found = await stored.find_runoff(reader, runoff)
    if found is None:
        return None
    tie = await _tie(reader, found)
    return notices.RunoffScreen(
        runoff=runoff,
        table=found.table,
        zone=tie.zone,
        strategies=tie.strategies,
        places=tie.places,
        chosen=await stored.choice_of(reader, found, person.id),
        closes_at=found.closes_at,
        result=ties.told(tie, {}) if tie.how is not None else None,
    )


async def _tie(reader: Reader, runoff: Runoff) -> TieRow:
    return next(tie for tie in await stored.of_table(reader, runoff.table) if tie.nth == runoff.nth)
