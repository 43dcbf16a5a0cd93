"""The priorities of a table: proposed, dropped with a reason, confirmed.

The rule, by which dots become a proposal, is in `participation/proposing.py`; what settles a tie in
`participation/ties.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from participation import dots, notices, steps, ties, topics
from participation.channels import provisional, told_apart
from participation.event import Phase
from storage import acts, ballots, outbox, paper, priorities, screens, tables
from storage import ties as stored_ties
from storage.outbox import Urgency
from storage.priorities import Candidate

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database, Reader, Transaction
    from storage.people import Person
    from storage.priorities import PrioritySet
    from storage.tables import TableRow
    from storage.ties import TieRow

SCREEN = ties.BOARD


def standing(decided: PrioritySet) -> tuple[str, ...]:
    """The priorities that stand: what was kept, and of the tied what a confirmed set chose."""
    return tuple(c.strategy for c in decided.candidates if c.kept and (decided.confirmed or not c.tied))


def pending(decided: PrioritySet) -> tuple[str, ...]:
    """The tied that still contend: none any more once the table confirmed."""
    return () if decided.confirmed else tuple(c.strategy for c in decided.candidates if c.tied)


async def open_proposal(tx: Transaction, event: Event, row: TableRow, now: datetime) -> None:
    """Session 1 closed: write the proposal, and show it to who facilitates. Once for each opening."""
    table = row.code
    counted = await ties.count(tx, event, table)
    proposal, tally = ties.proposal_of(event, counted), counted.tally
    channels = (await ballots.cast(tx))[table]
    candidates = [Candidate(code, tally[code], tied=False, kept=True) for code in proposal.undisputed]
    candidates += [Candidate(code, tally[code], tied=True, kept=False) for code in proposal.tied]
    await priorities.propose(tx, table, proposal.places, channels, candidates)
    await ties.wait(tx, table, proposal, tally)
    if await confirm_automatically(tx, event, table, now):
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
                voters=sum(channels.values()),
                by_channel=told_apart(channels),
                provisional=await _provisional(tx, table),
                zone=proposal.zone,
                left_out=ties.zones_left_out(event, counted, proposal.undisputed + proposal.tied),
            )
        ),
        now,
        urgency=Urgency.PHASE,
        topic=topics.priorities(table),
    )


async def confirm_automatically(tx: Transaction, event: Event, table: str, now: datetime) -> bool:
    """Where the event says so, what no tie is left in is confirmed by itself; whether it was."""
    if event.session1.priority_choice != "automatic":
        return False
    found = await priorities.of_table(tx, table)
    if found is None or any(candidate.tied for candidate in found.candidates):
        return False
    return await settle(tx, table, now, person=None, confirmed=True)


async def recount(tx: Transaction, event: Event, table: str, now: datetime) -> bool:
    """Count the ballots of a closed table anew, for its paper changed; whether what it had decided fell.

    What the table said of a strategy stays said as long as that is proposed, or tied with the same others,
    and so does how it settled its ties. A decision falls when not the same strategies are proposed and tied
    as when it was taken: the table decides anew, and meanwhile, from Session 2 on, the undisputed stand.
    """
    old = await priorities.of_table(tx, table)
    row = await tables.find(tx, table)
    assert old is not None, "counted when the table closed"
    assert row is not None, "it has been counted"
    await priorities.recount(tx, table, (await ballots.cast(tx))[table])
    await ties.apply(tx, event, table)
    new = await priorities.of_table(tx, table)
    assert new is not None, "it was there before"
    same_tie = _contested(old) == _contested(new)
    if same_tie:
        for marked in (c.strategy for c in old.candidates if c.tied and c.kept):
            await priorities.keep(tx, table, marked, kept=True)
    undone = old.decided and not (same_tie and _proposed(old) == _proposed(new))
    if undone:
        await priorities.undo(tx, table)
        if event.session1.priority_choice == "automatic" and not _contested(new)[0]:
            await priorities.decide(tx, table, now, None, confirmed=True)
        elif Phase(row.phase) is not Phase.PRIORITIES:
            await priorities.decide(tx, table, now, None, confirmed=False)
    return undone


def _contested(found: PrioritySet) -> tuple[frozenset[str], int]:
    return frozenset(c.strategy for c in found.candidates if c.tied), found.places


def _proposed(found: PrioritySet) -> frozenset[str]:
    return frozenset(c.strategy for c in found.candidates if not c.tied)


async def settle(tx: Transaction, table: str, now: datetime, *, person: int | None, confirmed: bool) -> bool:
    """Decide the priorities of a table once and tell all concerned; whether this was the time.

    Concerned are the people at the table, who facilitates it and the regia; who is several of these is told
    once.
    """
    if not await priorities.decide(tx, table, now, person, confirmed=confirmed):
        return False
    if person is not None:
        await steps.took(tx, person, table, steps.PRIORITIES, now)
    told = await decided(tx, table)
    found, row = await priorities.of_table(tx, table), await tables.find(tx, table)
    assert told is not None, "just decided"
    assert found is not None, "just decided"
    assert row is not None, "it has a proposal"
    stage = "confirmed" if confirmed else "standing"
    # After a reopening, and after a recount undid what had been decided and told, it is told anew.
    again = row.again + (f":{found.recounts}" if found.recounts else "")
    await outbox.announce(
        tx,
        f"priorities:{table}:{stage}{again}",
        f"concerned:{table}",
        notices.dump(told),
        now,
        urgency=Urgency.PHASE,
        topic=topics.priorities(table),
    )
    await screens.redraw_for_facilitators(tx, table, f"{SCREEN}:{table}")
    return True


async def tell_settled(tx: Transaction, event: Event, table: str, nth: int, key: str, now: datetime) -> None:
    """Tell all concerned how a tie was settled, and what is still tied."""
    found = await priorities.of_table(tx, table)
    known = await stored_ties.of_table(tx, table)
    assert found is not None, "it has a tie"
    told = notices.TieSettled(
        table=table,
        tie=ties.told(known[nth - 1], {}),
        pending=pending(found),
        places=found.places,
        zone=known[-1].zone,
    )
    await outbox.announce(tx, key, f"concerned:{table}", notices.dump(told), now, urgency=Urgency.PHASE)
    await confirm_automatically(tx, event, table, now)


async def decided(reader: Reader, table: str) -> notices.PrioritiesDecided | None:
    """What was told about the priorities of a table, for who comes later; None before they are decided."""
    found = await priorities.of_table(reader, table)
    if found is None or not found.decided:
        return None
    known = await stored_ties.of_table(reader, table)
    reasons = (await stored_ties.reasons(reader)).get(table, {})
    return notices.PrioritiesDecided(
        table=found.table,
        priorities=standing(found),
        pending=pending(found),
        places=0 if found.confirmed else found.places,
        voters=found.voters,
        by_channel=told_apart(found.channels),
        provisional=await _provisional(reader, table),
        confirmed=found.confirmed,
        zone=known[-1].zone if known and pending(found) else None,
        dropped=ties.dropped(found, reasons),
        ties=ties.all_told(known, reasons),
    )


async def _provisional(reader: Reader, table: str) -> bool:
    counts = await paper.counts_of(reader, table)
    return provisional(counts.handed_in, counts.entered)


async def show(database: Database, person: Person, table: str) -> notices.Notice | None:
    """Bring the board of a table's priorities to who facilitates it; a notice when there is none yet."""
    async with database.transaction() as tx:
        found = await priorities.of_table(tx, table)
        if found is None:
            return notices.PrioritiesRefused(table=table, reason="open")
        await screens.want_at_bottom(tx, person.id, f"{SCREEN}:{table}")
    return None


def read_typed(text: str, because: Collection[str]) -> tuple[dict[str, bool], str | None] | None:
    """What stands behind `/priorita`: codes to keep or to drop, and the reason behind them, if any.

    "-2.3 perché non ci riguarda"; because: the words that a reason may begin with. None without a code.
    """
    words = text.split()
    for length in range(len(words), 0, -1):
        codes = dots.read_typed(" ".join(words[:length]))
        if codes is None:
            continue
        rest = words[length:]
        if rest and rest[0].casefold().strip(":,") in because:
            rest = rest[1:]
        return {code.strategy: code.count > 0 for code in codes}, " ".join(rest) or None
    return None


async def undecided(tx: Transaction, table: str) -> PrioritySet | notices.PrioritiesRefused:
    """The priorities of a table that can still change, the table held; or why they cannot."""
    await tables.hold(tx, table)
    found = await priorities.of_table(tx, table)
    if found is None:
        return notices.PrioritiesRefused(table=table, reason="open")
    if found.confirmed:
        role = await steps.role_of(tx, table, steps.PRIORITIES, found.decided_at)
        return notices.PrioritiesRefused(table=table, reason="decided", at=found.decided_at, role=role)
    return found


async def change(
    database: Database,
    event: Event,
    person: Person,
    table: str,
    wished: Mapping[str, bool],
    now: datetime,
    *,
    reason: str | None = None,
    ask: bool = False,
) -> notices.Notice | None:
    """Keep or drop proposed strategies, give tied ones a contested place or take it back: all or nothing.

    `reason`: why those are dropped (or chosen among the tied). `ask`: the person is asked for it. A notice
    when nothing could be done, or to ask.
    """
    async with database.transaction() as tx:
        found = await undecided(tx, table)
        if isinstance(found, notices.PrioritiesRefused):
            return found
        refused = await _refused(tx, event, found, wished)
        if refused is not None:
            return refused
        if reason is not None and len(reason) > ties.MOST_REASON:
            return notices.ReasonTooLong(length=len(reason), most=ties.MOST_REASON)
        asked: notices.Notice | None = None
        for candidate in found.candidates:
            kept = wished.get(candidate.strategy)
            if kept is None:
                continue
            await priorities.keep(tx, table, candidate.strategy, kept=kept)
            # A reason is for what is not as the dots say: dropped, or chosen among equals.
            if kept is not candidate.tied:
                await stored_ties.forget_reason(tx, table, candidate.strategy)
            elif reason is not None:
                await stored_ties.give_reason(tx, table, candidate.strategy, reason, now, person.id)
            elif ask and kept is not candidate.kept:
                await stored_ties.ask_reason(tx, person.id, table, candidate.strategy, now)
                asked = notices.ReasonAsked(table=table, strategy=candidate.strategy, dropped=not kept)
        await screens.redraw_for_facilitators(tx, table, f"{SCREEN}:{table}")
    return asked


async def _refused(
    tx: Transaction, event: Event, found: PrioritySet, wished: Mapping[str, bool]
) -> notices.PrioritiesRefused | None:
    """Why a wish cannot be granted; None when it can."""
    candidates = {candidate.strategy: candidate for candidate in found.candidates}
    if not wished.keys() <= candidates.keys():
        return notices.PrioritiesRefused(table=found.table, reason="unknown")
    tied = {code for code in wished if candidates[code].tied}
    if event.session1.priority_choice == "automatic" and tied != set(wished):
        return notices.PrioritiesRefused(table=found.table, reason="automatic")
    if any(wished[code] for code in tied):
        underway = await _underway(tx, found, (await stored_ties.of_table(tx, found.table))[-1])
        if underway is not None:
            return underway
    given = {
        code for code, candidate in candidates.items() if candidate.tied and wished.get(code, candidate.kept)
    }
    if len(given) > found.places:
        return notices.PrioritiesRefused(table=found.table, reason="full")
    return None


async def _underway(reader: Reader, found: PrioritySet, tie: TieRow) -> notices.PrioritiesRefused | None:
    """Why nobody chooses among the tied by hand (any more); None when they may."""
    if tie.runoff is not None:
        at = tie.runoff.opened_at
        role = await steps.role_of(reader, found.table, steps.RUNOFF, at, tie.nth)
        return notices.PrioritiesRefused(table=found.table, reason="runoff", at=at, role=role)
    if tie.draw is not None:
        at = tie.draw.promised_at
        role = await steps.role_of(reader, found.table, steps.PROMISE, at, tie.nth)
        return notices.PrioritiesRefused(table=found.table, reason="promised", at=at, role=role)
    if tie.after_runoff:
        return notices.PrioritiesRefused(table=found.table, reason="after_runoff")
    return None


async def confirm(
    database: Database, event: Event, person: Person, table: str, now: datetime, act: str | None = None
) -> notices.Notice | None:
    """The table confirms its priorities; a notice when it cannot. Everyone concerned is told.

    `act` is the key of the press or message: delivered again, it does not settle the next tie. Of a tie
    that waits those marked on the board get the places; places that nobody was given stay empty.
    """
    async with database.transaction() as tx:
        found = await undecided(tx, table)
        if isinstance(found, notices.PrioritiesRefused):
            return found
        if not any(candidate.kept for candidate in found.candidates):
            return notices.PrioritiesRefused(table=table, reason="empty")
        refused = await _settle_by_hand(tx, event, found, person, now, act)
        if refused is not None:
            return refused
        if not await settle(tx, table, now, person=person.id, confirmed=True):
            return notices.PrioritiesRefused(table=table, reason="decided")
    return None


async def _settle_by_hand(
    tx: Transaction, event: Event, found: PrioritySet, person: Person, now: datetime, act: str | None
) -> notices.PrioritiesRefused | None:
    """Settle the tie that waits, if one does, as it is marked on the board; or say why that is not all."""
    known = await stored_ties.of_table(tx, found.table)
    if not known or known[-1].how is not None:
        return None
    tie = known[-1]
    underway = await _underway(tx, found, tie)
    if underway is not None and underway.reason != "after_runoff":
        return underway
    if not await acts.first_time(tx, act, now):
        return notices.PrioritiesRefused(table=found.table, reason="another_tie")
    chosen = [c.strategy for c in found.candidates if c.tied and c.kept]
    proposal = await ties.settle(tx, event, tie, "hand" if chosen else "fewer", chosen, now, person.id)
    return notices.PrioritiesRefused(table=found.table, reason="another_tie") if proposal.tied else None


async def screen(reader: Reader, event: Event, table: str) -> notices.PriorityScreen | None:
    """The board of a table's priorities as it is now; None before its Session 1 closed."""
    found = await priorities.of_table(reader, table)
    if found is None:
        return None
    known = await stored_ties.of_table(reader, table)
    reasons = (await stored_ties.reasons(reader)).get(table, {})
    waits = known[-1] if known and known[-1].how is None and not found.confirmed else None
    reopened = None if found.confirmed else ties.reopens(known)
    kept = {c.strategy for c in found.candidates if c.kept or c.tied}
    counted = await ties.count(reader, event, table)
    return notices.PriorityScreen(
        table=table,
        proposed=tuple((c.strategy, c.dots, c.kept) for c in found.candidates if not c.tied),
        tied=tuple((c.strategy, c.dots, c.kept) for c in found.candidates if c.tied),
        places=found.places,
        voters=found.voters,
        by_channel=told_apart(found.channels),
        provisional=await _provisional(reader, table),
        decided=found.confirmed,
        automatic=event.session1.priority_choice == "automatic",
        nth=0 if waits is None else waits.nth,
        zone=None if waits is None else waits.zone,
        after_runoff=waits is not None and waits.after_runoff,
        runoff=None if waits is None else await ties.runoff_state(reader, waits),
        draw=None if waits is None else ties.promised(waits),
        reopens=0 if reopened is None else reopened.nth,
        dropped=ties.dropped(found, reasons),
        reasons=tuple(
            notices.Dropped(strategy=c.strategy, reason=reasons[c.strategy])
            for c in found.candidates
            if c.tied and c.kept and c.strategy in reasons
        ),
        ties=ties.all_told(known, reasons),
        left_out=ties.zones_left_out(event, counted, kept),
    )
