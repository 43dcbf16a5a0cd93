"""Ties at the cut of a table: which one waits now, what settling one changes, and what is told of it.

Each tie is settled in one of four ways: "fewer" (its places stay empty), "runoff", "draw", or "hand" (the
table chose in conversation, and who facilitates marked it on the board). How the last two ways of asking
work is in `participation/runoffs.py` and `participation/draws.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from participation import dashboards, notices, steps
from participation.disclosure import SMALLEST_GROUP, tellable
from participation.proposing import Proposal, Settled, Tie, left_out, propose
from storage import ballots, priorities, screens, tables, ties
from storage.priorities import Candidate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from participation.event import Event
    from storage.database import Reader, Transaction
    from storage.priorities import PrioritySet
    from storage.ties import TieRow

MOST_REASON = 400
"""Characters of a reason at most: one sentence, that is shown wherever the priorities are."""

BOARD = "priorities"
"""The kind of screen that shows a table's priorities to who facilitates it."""


@dataclass(frozen=True)
class Count:
    """The dots of a table's ballots: all of them, and by zone where the table serves several.

    A zone whose ballots at the table are too few is not in `zones`: what is its first choice would tell on
    somebody.
    """

    tally: Mapping[str, int]
    zones: Mapping[str, Mapping[str, int]]


async def count(reader: Reader, event: Event, table: str) -> Count:
    """The dots of a table as they are now."""
    served = event.table(table).zones
    by_zone = await ballots.of_table_by_zone(reader, table) if len(served) > 1 else {}
    return Count(
        await ballots.tally(reader, table),
        {
            zone: by_zone[zone].dots
            for zone in served
            if zone in by_zone and by_zone[zone].voters >= SMALLEST_GROUP
        },
    )


def proposal_of(event: Event, counted: Count, settled: Sequence[TieRow] = ()) -> Proposal:
    """What the dots say, by the event's rules and with the ties that were settled."""
    return propose(
        counted.tally,
        event.session1.priorities,
        [strategy.code for strategy in event.strategies],
        floor=event.session1.priority_floor,
        guaranteed=event.session1.guaranteed_places,
        zones=counted.zones,
        settled=[Settled(_tie(tie), tie.chosen, tie.still_tied) for tie in settled],
    )


def _tie(row: TieRow) -> Tie:
    return Tie(row.strategies, row.places, row.zone, row.after_runoff)


def _tie_of(proposal: Proposal) -> Tie:
    return Tie(proposal.tied, proposal.places, proposal.zone, proposal.after_runoff)


async def apply(tx: Transaction, event: Event, table: str) -> Proposal:
    """Write what is proposed at a table now that a tie was settled, or waits again.

    What was settled and is not contested any more is forgotten; the tie that shows waits. What the table
    dropped stays dropped.
    """
    counted = await count(tx, event, table)
    known = await ties.of_table(tx, table)
    proposal = proposal_of(event, counted, [tie for tie in known if tie.how is not None])
    found = await priorities.of_table(tx, table)
    kept = {c.strategy: c.kept for c in found.candidates if not c.tied} if found else {}
    candidates = [
        Candidate(code, counted.tally[code], tied=False, kept=kept.get(code, True))
        for code in proposal.undisputed
    ]
    candidates += [Candidate(code, counted.tally[code], tied=True, kept=False) for code in proposal.tied]
    await priorities.propose_anew(tx, table, proposal.places, candidates)
    waits = known[proposal.held] if len(known) > proposal.held else None
    if waits is None or waits.how is not None or not _tie(waits).same_as(_tie_of(proposal)):
        await ties.forget_from(tx, table, proposal.held + 1)
        await wait(tx, table, proposal, counted.tally)
    await refresh(tx, table)
    return proposal


async def wait(tx: Transaction, table: str, proposal: Proposal, tally: Mapping[str, int]) -> None:
    """Write the tie of a proposal, if there is one."""
    if proposal.tied:
        await ties.add(
            tx,
            table,
            proposal.held + 1,
            {code: tally[code] for code in proposal.tied},
            proposal.places,
            zone=proposal.zone,
            after_runoff=proposal.after_runoff,
        )


async def waiting(tx: Transaction, table: str, nth: int | None = None) -> TieRow | notices.TieRefused:
    """The tie of a table that waits to be settled, or why there is none; the table is held.

    nth: the one that is meant, None for whichever waits.
    """
    if await tables.hold(tx, table) is None:
        return notices.TieRefused(table=table, reason="none")
    found = await priorities.of_table(tx, table)
    if found is None:
        return notices.TieRefused(table=table, reason="open")
    known = await ties.of_table(tx, table)
    last = known[-1] if known else None
    if last is not None and last.how is None and nth in {None, last.nth} and not found.confirmed:
        return last
    meant = next((tie for tie in known if tie.nth == nth), last)
    if found.confirmed:
        role = await steps.role_of(tx, table, steps.PRIORITIES, found.decided_at)
        return notices.TieRefused(table=table, reason="decided", at=found.decided_at, role=role)
    if meant is None:
        return notices.TieRefused(table=table, reason="none")
    role = await steps.role_of(tx, table, steps.TIE, meant.settled_at, meant.nth)
    return notices.TieRefused(table=table, reason="none", at=meant.settled_at, role=role)


async def refused(reader: Reader, tie: TieRow, reason: str, at: datetime, step: str) -> notices.TieRefused:
    """A step that somebody took before, at this moment: who it was is said."""
    role = await steps.role_of(reader, tie.table, step, at, tie.nth)
    return notices.TieRefused(table=tie.table, reason=reason, at=at, role=role)


async def waiting_for_zone(reader: Reader, table: str) -> str | None:
    """The zone whose guaranteed places are contested now; None when no tie waits, or it is for all places."""
    known = await ties.of_table(reader, table)
    return known[-1].zone if known and known[-1].how is None else None


async def refresh(tx: Transaction, table: str) -> None:
    """Have the boards and dashboards of a table drawn anew."""
    await screens.redraw_for_facilitators(tx, table, f"{BOARD}:{table}")
    await dashboards.refresh(tx, table)


def told(tie: TieRow, reasons: Mapping[str, str]) -> notices.TieTold:
    """What is told of a settled tie. Counts that would tell on somebody are left out."""
    assert tie.how is not None, "only a settled tie is told"
    taps, hands = sum(c.taps for c in tie.candidates), sum(c.hands for c in tie.candidates)
    counts = tie.how == "runoff" and tellable(taps, hands)
    drawn = tie.draw if tie.how == "draw" else None
    return notices.TieTold(
        zone=tie.zone,
        strategies=tie.strategies,
        places=tie.places,
        after_runoff=tie.after_runoff,
        how=tie.how,
        chosen=tie.chosen,
        still_tied=tie.still_tied,
        voters=taps + hands if tie.how == "runoff" else 0,
        counts=tuple((c.strategy, c.taps + c.hands) for c in tie.candidates) if counts else (),
        commitment=None if drawn is None else drawn.commitment,
        secret=None if drawn is None else drawn.secret,
        word=(drawn.word or None) if drawn is not None else None,
        reasons=tuple(dict.fromkeys(reasons[code] for code in tie.chosen if code in reasons))
        if tie.how == "hand"
        else (),
    )


def all_told(known: Iterable[TieRow], reasons: Mapping[str, str]) -> tuple[notices.TieTold, ...]:
    """The same of all ties that are settled."""
    return tuple(told(tie, reasons) for tie in known if tie.how is not None)


def dropped(found: PrioritySet, reasons: Mapping[str, str]) -> tuple[notices.Dropped, ...]:
    """What a table dropped, and why if it said so."""
    return tuple(
        notices.Dropped(strategy=c.strategy, reason=reasons.get(c.strategy))
        for c in found.candidates
        if not c.tied and not c.kept
    )


def zones_left_out(event: Event, counted: Count, inside: Collection[str]) -> tuple[notices.ZoneLeftOut, ...]:
    """The zones of a table none of whose first choices is among these, with these first choices."""
    order = [strategy.code for strategy in event.strategies]
    return tuple(
        notices.ZoneLeftOut(zone=zone, strategies=tuple(sorted(first, key=order.index)))
        for zone, first in left_out(counted.zones, inside).items()
    )


async def settle(
    tx: Transaction,
    event: Event,
    tie: TieRow,
    how: str,
    chosen: Sequence[str],
    now: datetime,
    person: int | None,
    still_tied: Sequence[str] = (),
) -> Proposal:
    """Settle a tie that waits, held by `waiting`; what is proposed then."""
    was_waiting = await ties.settle(tx, tie, how, chosen, still_tied, now, person)
    assert was_waiting, "the table is held"
    if person is not None:
        await steps.took(tx, person, tie.table, steps.TIE, now, tie.nth)
    return await apply(tx, event, tie.table)


async def runoff_state(reader: Reader, tie: TieRow) -> notices.RunoffState | None:
    """How far the open run-off of a tie is; None when none is open."""
    if tie.runoff is None or tie.runoff.closed_at is not None:
        return None
    return notices.RunoffState(
        closes_at=tie.runoff.closes_at,
        choosing=await ties.choosing(reader, tie.runoff),
        hands=sum(c.hands for c in tie.candidates),
    )


def promised(tie: TieRow) -> notices.DrawPromised | None:
    """What was published about the draw of a tie; None when nothing was."""
    if tie.draw is None:
        return None
    return notices.DrawPromised(
        table=tie.table,
        zone=tie.zone,
        strategies=tie.strategies,
        places=tie.places,
        commitment=tie.draw.commitment,
    )


def reopens(known: Sequence[TieRow]) -> TieRow | None:
    """The tie that can be contested again: the last that was settled, if its places were left empty."""
    done = [tie for tie in known if tie.how is not None]
    later = [tie for tie in known if tie.how is None and (tie.runoff is not None or tie.draw is not None)]
    return done[-1] if done and done[-1].how == "fewer" and not later else None
