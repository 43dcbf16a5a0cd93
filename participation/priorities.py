"""From dots to the priorities of a table.

The rule: the most voted strategies with at least one dot, as many as the event allows. A tie at the cut is a
value, never silently broken: the tied are named with the places they contend for, and the table chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from participation import notices
from participation.channels import provisional, told_apart
from participation.event import Phase
from storage import ballots, outbox, paper, priorities, screens, tables
from storage.priorities import Candidate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database, Reader, Transaction
    from storage.people import Person
    from storage.priorities import PrioritySet

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


async def _count(tx: Transaction, event: Event, table: str) -> tuple[Proposal, Mapping[str, int]]:
    """What the ballots of a table say, and the dots of each strategy."""
    tally = await ballots.tally(tx, table)
    order = [strategy.code for strategy in event.strategies]
    return propose(tally, event.session1.priorities, order), tally


async def open_proposal(tx: Transaction, event: Event, table: str, now: datetime) -> None:
    """Session 1 closed: write the proposal, and show it to who facilitates."""
    proposal, tally = await _count(tx, event, table)
    channels = (await ballots.cast(tx))[table]
    candidates = [Candidate(code, tally[code], tied=False, kept=True) for code in proposal.undisputed]
    candidates += [Candidate(code, tally[code], tied=True, kept=False) for code in proposal.tied]
    await priorities.propose(tx, table, proposal.places, channels, candidates)
    if event.session1.priority_choice == "automatic" and not proposal.tied:
        await settle(tx, table, now, person=None, confirmed=True)
        return
    await outbox.announce(
        tx,
        f"proposed:{table}",
        f"facilitators:{table}",
        notices.dump(
            notices.PrioritiesProposed(
                table=table,
                proposed=proposal.undisputed,
                tied=proposal.tied,
                places=proposal.places,
                voters=sum(channels.values()),
                by_channel=told_apart(channels),
                provisional=await _provisional(tx, table),
            )
        ),
        now,
    )


async def recount(tx: Transaction, event: Event, table: str, now: datetime) -> bool:
    """Count the ballots of a closed table anew, for its paper changed; whether what it had decided fell.

    What the table said of a strategy stays said as long as that is proposed, or tied with the same others.
    A decision falls when not the same strategies are proposed and tied as when it was taken: the table
    decides anew, and meanwhile, from Session 2 on, the undisputed stand.
    """
    old = await priorities.of_table(tx, table)
    row = await tables.find(tx, table)
    assert old is not None, "counted when the table closed"
    assert row is not None, "it has been counted"
    proposal, tally = await _count(tx, event, table)
    said = {(c.strategy, c.tied): c.kept for c in old.candidates}
    same_tie = old.places == proposal.places and set(proposal.tied) == {
        c.strategy for c in old.candidates if c.tied
    }
    same = same_tie and set(proposal.undisputed) == {c.strategy for c in old.candidates if not c.tied}
    candidates = [
        Candidate(code, tally[code], tied=False, kept=said.get((code, False), True))
        for code in proposal.undisputed
    ]
    candidates += [
        Candidate(code, tally[code], tied=True, kept=same_tie and said.get((code, True), False))
        for code in proposal.tied
    ]
    undone = old.decided and not same
    channels = (await ballots.cast(tx))[table]
    await priorities.recount(tx, table, proposal.places, channels, candidates, undone=undone)
    if undone and event.session1.priority_choice == "automatic" and not proposal.tied:
        await priorities.decide(tx, table, now, None, confirmed=True)
    elif undone and Phase(row.phase) is not Phase.PRIORITIES:
        await priorities.decide(tx, table, now, None, confirmed=False)
    await screens.redraw_for_facilitators(tx, table, f"{SCREEN}:{table}")
    return undone


async def settle(tx: Transaction, table: str, now: datetime, *, person: int | None, confirmed: bool) -> bool:
    """Decide the priorities of a table once and tell all concerned; whether this was the time.

    Concerned are the people at the table, who facilitates it and the regia; who is several of these is told
    once.
    """
    if not await priorities.decide(tx, table, now, person, confirmed=confirmed):
        return False
    found = await priorities.of_table(tx, table)
    assert found is not None, "just decided"
    stage = "confirmed" if confirmed else "standing"
    told = notices.dump(_told(found, await _provisional(tx, table)))
    # After a recount undid what had been decided and told, it is decided and told anew.
    again = f":{found.recounts}" if found.recounts else ""
    await outbox.announce(tx, f"priorities:{table}:{stage}{again}", f"concerned:{table}", told, now)
    await screens.redraw_for_facilitators(tx, table, f"{SCREEN}:{table}")
    return True


async def decided(reader: Reader, table: str) -> notices.PrioritiesDecided | None:
    """What was told about the priorities of a table, for who comes later; None before they are decided."""
    found = await priorities.of_table(reader, table)
    if found is None or not found.decided:
        return None
    return _told(found, await _provisional(reader, table))


async def _provisional(reader: Reader, table: str) -> bool:
    counts = await paper.counts_of(reader, table)
    return provisional(counts.handed_in, counts.entered)


def _told(found: PrioritySet, is_provisional: bool) -> notices.PrioritiesDecided:
    return notices.PrioritiesDecided(
        table=found.table,
        priorities=standing(found),
        pending=pending(found),
        places=0 if found.confirmed else found.places,
        voters=found.voters,
        by_channel=told_apart(found.channels),
        provisional=is_provisional,
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
        by_channel=told_apart(found.channels),
        provisional=await _provisional(reader, table),
        decided=found.confirmed,
    )
