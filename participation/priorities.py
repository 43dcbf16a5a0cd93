"""From dots to the priorities of a table.

The rule: the most voted strategies with at least one dot, as many as the event allows. A tie at the cut is a
value, never silently broken: the tied are named with the places they contend for, and the table chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from participation import notices
from storage import outbox, priorities, screens, tables
from storage.priorities import Candidate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database, Reader, Transaction
    from storage.people import Person
    from storage.priorities import PrioritySet
    from storage.tables import TableRow

SCREEN = "priorities"


@dataclass(frozen=True)
class Proposal:
    """What the dots say. `undisputed` and `tied` are codes, the most voted first and then in the given order.

    `places` is how many of the tied can still be taken on: 0 exactly when none are tied.
    """

    undisputed: tuple[str, ...]
    tied: tuple[str, ...]
    places: int


def propose(tally: Mapping[str, int], most: int, order: Sequence[str]) -> Proposal:
    """The proposal of a tally (strategy to dots), at most `most` strategies.

    `order` (the event's) only arranges equals; it never decides who is in.
    """
    voted = [code for code in order if tally.get(code, 0) > 0]
    ranked = sorted(voted, key=lambda code: -tally[code])
    if len(ranked) <= most:
        return Proposal(tuple(ranked), (), 0)
    cut = tally[ranked[most - 1]]
    above = tuple(code for code in ranked if tally[code] > cut)
    at_cut = tuple(code for code in ranked if tally[code] == cut)
    places = most - len(above)
    if len(at_cut) == places:
        return Proposal(above + at_cut, (), 0)
    return Proposal(above, at_cut, places)


def standing(decided: PrioritySet) -> tuple[str, ...]:
    """The priorities that stand: what was kept, and of the tied what a confirmed set chose."""
    return tuple(c.strategy for c in decided.candidates if c.kept and (decided.confirmed or not c.tied))


def pending(decided: PrioritySet) -> tuple[str, ...]:
    """The tied that still contend: none any more once the table confirmed."""
    return () if decided.confirmed else tuple(c.strategy for c in decided.candidates if c.tied)


async def open_proposal(
    tx: Transaction, event: Event, row: TableRow, tally: Mapping[str, int], voters: int, now: datetime
) -> None:
    """Session 1 closed: write the proposal, and show it to who facilitates. Once for each opening."""
    table = row.code
    order = [strategy.code for strategy in event.strategies]
    proposal = propose(tally, event.session1.priorities, order)
    candidates = [Candidate(code, tally[code], tied=False, kept=True) for code in proposal.undisputed]
    candidates += [Candidate(code, tally[code], tied=True, kept=False) for code in proposal.tied]
    await priorities.propose(tx, table, proposal.places, voters, candidates)
    if event.session1.priority_choice == "automatic" and not proposal.tied:
        await settle(tx, table, now, person=None, confirmed=True)
        return
    await outbox.announce(
        tx,
        f"proposed:{table}{row.again}",
        f"facilitators:{table}",
        notices.dump(
            notices.PrioritiesProposed(
                table=table,
                proposed=proposal.undisputed,
                tied=proposal.tied,
                places=proposal.places,
                voters=voters,
            )
        ),
        now,
    )


async def settle(tx: Transaction, table: str, now: datetime, *, person: int | None, confirmed: bool) -> bool:
    """Decide the priorities of a table once and tell all concerned; whether this was the time.

    Concerned are the people at the table, who facilitates it and the regia; who is several of these is told
    once.
    """
    if not await priorities.decide(tx, table, now, person, confirmed=confirmed):
        return False
    found, row = await priorities.of_table(tx, table), await tables.find(tx, table)
    assert found is not None, "just decided"
    assert row is not None, "it has a proposal"
    stage = "confirmed" if confirmed else "standing"
    told = notices.dump(_told(found))
    await outbox.announce(tx, f"priorities:{table}:{stage}{row.again}", f"concerned:{table}", told, now)
    await screens.redraw_for_facilitators(tx, table, f"{SCREEN}:{table}")
    return True


async def decided(reader: Reader, table: str) -> notices.PrioritiesDecided | None:
    """What was told about the priorities of a table, for who comes later; None before they are decided."""
    found = await priorities.of_table(reader, table)
    return _told(found) if found is not None and found.decided else None


def _told(found: PrioritySet) -> notices.PrioritiesDecided:
    return notices.PrioritiesDecided(
        table=found.table,
        priorities=standing(found),
        pending=pending(found),
        places=0 if found.confirmed else found.places,
        voters=found.voters,
        confirmed=found.confirmed,
    )


async def show(database: Database, person: Person, table: str) -> notices.Notice | None:
    """Bring the board of a table's priorities to who facilitates it; a notice when there is none yet."""
    async with database.transaction() as tx:
        found = await priorities.of_table(tx, table)
        if found is None:
            return notices.PrioritiesRefused(table=table, reason="open")
        await screens.want_at_bottom(tx, person.id, f"{SCREEN}:{table}")
    return None


async def keep(database: Database, table: str, strategy: str, *, kept: bool) -> notices.Notice | None:
    """Keep or drop a proposed strategy, or give a tied one a contested place or take it back.

    A notice when that cannot be done (any more).
    """
    async with database.transaction() as tx:
        if await tables.hold(tx, table) is None:
            return notices.ButtonOutdated()
        found = await priorities.of_table(tx, table)
        if found is None:
            return notices.PrioritiesRefused(table=table, reason="open")
        if found.confirmed:
            return notices.PrioritiesRefused(table=table, reason="decided")
        candidate = next((c for c in found.candidates if c.strategy == strategy), None)
        if candidate is None:
            return notices.PrioritiesRefused(table=table, reason="unknown")
        if candidate.tied and kept and not candidate.kept:
            given = sum(1 for c in found.candidates if c.tied and c.kept)
            if given >= found.places:
                return notices.PrioritiesRefused(table=table, reason="full")
        await priorities.keep(tx, table, strategy, kept=kept)
        await screens.redraw_for_facilitators(tx, table, f"{SCREEN}:{table}")
    return None


async def confirm(database: Database, person: Person, table: str, now: datetime) -> notices.Notice | None:
    """The table confirms its priorities; a notice when it cannot. Everyone concerned is told."""
    async with database.transaction() as tx:
        found = await priorities.of_table(tx, table)
        if found is None:
            return notices.PrioritiesRefused(table=table, reason="open")
        if not any(candidate.kept for candidate in found.candidates):
            return notices.PrioritiesRefused(table=table, reason="empty")
        if not await settle(tx, table, now, person=person.id, confirmed=True):
            return notices.PrioritiesRefused(table=table, reason="decided")
        await screens.redraw_for_facilitators(tx, table, f"{SCREEN}:{table}")
    return None


async def screen(reader: Reader, table: str) -> notices.PriorityScreen | None:
    """The board of a table's priorities as it is now; None before its Session 1 closed."""
    found = await priorities.of_table(reader, table)
    if found is None:
        return None
    return notices.PriorityScreen(
        table=table,
        proposed=tuple((c.strategy, c.dots, c.kept) for c in found.candidates if not c.tied),
        tied=tuple((c.strategy, c.dots, c.kept) for c in found.candidates if c.tied),
        places=found.places,
        voters=found.voters,
        decided=found.confirmed,
    )
