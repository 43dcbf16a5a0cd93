"""The sheets of a table that stand, what its people count by hand, and until when all of it may change.

Paper is entered while people vote and after the closing. Once the table has decided its priorities and all
the sheets that were handed in are entered, it is settled: from then on only the regia changes it. Whatever
changes after the closing is counted anew at once, is in the trace, and is told when it changes what people
had been told.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from participation import dashboards, notices, priorities, roles, ties, topics
from participation.channels import provisional, told_apart
from participation.event import Phase
from participation.notices import Role
from storage import acts, ballots, outbox, paper, tables
from storage import priorities as stored_priorities
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database, Reader, Transaction
    from storage.paper import Counts, Trace
    from storage.people import Person
    from storage.tables import TableRow

MOST_PEOPLE = 999
"""People at one table, or sheets of it, that are believed."""


@dataclass(frozen=True)
class Standing:
    """Where a table is with its paper. `decided`: its priorities were told; `open`: it still votes."""

    row: TableRow
    counts: Counts
    decided: bool

    @property
    def phase(self) -> Phase:
        """The phase of the table."""
        return Phase(self.row.phase)

    @property
    def voting(self) -> bool:
        """Whether its dots are still to be counted."""
        return self.phase in {Phase.REGISTRATION, Phase.SESSION1}

    @property
    def provisional(self) -> bool:
        """Whether it closed, and not all its sheets are entered."""
        return not self.voting and provisional(self.counts.handed_in, self.counts.entered)


async def standing_of(reader: Reader, table: str) -> Standing:
    """Where a table is now."""
    row = await tables.find(reader, table)
    assert row is not None, "tables are those of the event"
    found = await stored_priorities.of_table(reader, table)
    return Standing(row, await paper.counts_of(reader, table), found is not None and found.decided)


async def hold(tx: Transaction, table: str) -> Standing:
    """The same, of a table that nobody else moves or closes until the transaction ends."""
    await tables.hold(tx, table)
    return await standing_of(tx, table)


def refusal(phase: Phase, role: Role, *, decided: bool, is_provisional: bool) -> str | None:
    """Why paper may not change now ("early", "settled", "over"), or None when it may."""
    if phase is Phase.REGISTRATION:
        return "early"
    if phase in {Phase.CLOSING, Phase.AFTERMATH}:
        return "over"
    settled = phase is not Phase.SESSION1 and decided and not is_provisional
    return "settled" if settled and role is not Role.REGIA else None


def refused(now: Standing, role: Role) -> notices.PaperRefused | None:
    """The same, as what to tell."""
    reason = refusal(now.phase, role, decided=now.decided, is_provisional=now.provisional)
    return None if reason is None else notices.PaperRefused(table=now.row.code, reason=reason)


# --- whose table ---------------------------------------------------------------------------------------


async def whose(
    reader: Reader, event: Event, person: Person | None, command: str, argument: str
) -> tuple[str, str] | notices.Notice:
    """The table a command is for, and what else stands behind it; a notice when there is none.

    Who has several tables names one, and so does the regia: sheets at the wrong table are worse than a
    question.
    """
    return await roles.whose(reader, event, person, command, argument, roles.PAPER)


# --- what changes after the closing --------------------------------------------------------------------


async def changed(
    tx: Transaction, event: Event, before: Standing, person: Person, role: Role, trace: int, now: datetime
) -> bool:
    """Sheets or their number changed at a held table: count anew, and tell. Whether a decision fell.

    `before`: how the table stood; `trace`: the number of the newest entry about it.
    """
    table = before.row.code
    fell = False
    await dashboards.refresh(tx, table)
    if before.voting:
        return False
    old = await stored_priorities.of_table(tx, table)
    assert old is not None, "counted when the table closed"
    fell = await priorities.recount(tx, event, table, now)
    found = await stored_priorities.of_table(tx, table)
    assert found is not None, "just counted"
    if fell:
        was, becomes = (json.dumps(priorities.standing(each)) for each in (old, found))
        trace = await paper.add_trace(tx, table, now, person.id, role, "recounted", before=was, after=becomes)
    after = await standing_of(tx, table)
    if before.decided and (fell or before.provisional != after.provisional):
        told = notices.PrioritiesReviewed(
            table=table,
            fell=fell,
            decided=found.decided,
            priorities=priorities.standing(found),
            pending=priorities.pending(found),
            places=0 if found.confirmed else found.places,
            voters=found.voters,
            confirmed=found.confirmed,
            by_channel=told_apart(found.channels),
            provisional=after.provisional,
            zone=await ties.waiting_for_zone(tx, table),
        )
        await outbox.announce(
            tx,
            f"reviewed:{table}:{trace}",
            f"concerned:{table}",
            notices.dump(told),
            now,
            urgency=Urgency.PHASE,
            topic=topics.priorities(table),
        )
    return fell


# --- counted by hand -----------------------------------------------------------------------------------


async def ask_handed_in(tx: Transaction, table: str, now: datetime) -> None:
    """A table closed: who enters its paper is asked how many sheets were handed in, unless all is clear."""
    counts = await paper.counts_of(tx, table)
    if counts.handed_in is not None and counts.handed_in == counts.entered:
        return
    last = await tables.last_step(tx, table)
    asked = notices.HandedInAsked(table=table, entered=counts.entered)
    # Once per closing: a table that is reopened closes again.
    key = f"handed_in:{table}:{now.isoformat() if last is None else last.at.isoformat()}"
    await outbox.announce(tx, key, f"staff:{table}", notices.dump(asked), now, urgency=Urgency.PHASE)


async def awaiting(reader: Reader, person: Person) -> str | None:
    """The table of a person that has just closed and has still to say how many sheets were handed in."""
    counts = await paper.counts(reader)
    found: list[str] = []
    for table in await roles.paper_tables(reader, person):
        row = await tables.find(reader, table)
        if row is not None and row.phase == Phase.PRIORITIES and counts[table].handed_in is None:
            found.append(table)
    # Of a venue with several tables a number alone may mean any.
    own = await roles.tables_at_hand(reader, person)
    here = [table for table in found if table in own]
    return here[0] if here else found[0] if len(found) == 1 else None


async def say_handed_in(
    database: Database,
    event: Event,
    person: Person,
    table: str,
    handed_in: int,
    now: datetime,
    act: str | None = None,
) -> notices.Notice:
    """So many sheets were handed in at a table. The first answer is taken as long as the table works.

    `act`: the message that was a number alone; delivered again it must not be taken for anything else.
    """
    async with database.transaction() as tx:
        role = await roles.paper_role(tx, person, table)
        if role is None:
            return notices.NotAllowed(command="consegnate")
        before = await hold(tx, table)
        entered = before.counts.entered
        said = notices.HandedInSaid(
            table=table, handed_in=handed_in, entered=entered, already=True, closed=not before.voting
        )
        if before.counts.handed_in == handed_in:
            last = [each for each in await paper.trace_of_table(tx, table) if each.act == "handed_in"][-1]
            return said.model_copy(update={"role": last.role, "at": last.at})
        no = refused(before, role)
        if no is not None and not (no.reason == "settled" and before.counts.handed_in is None):
            return no
        await acts.first_time(tx, act, now)
        await paper.set_handed_in(tx, table, handed_in)
        was = before.counts.handed_in
        trace = await paper.add_trace(
            tx,
            table,
            now,
            person.id,
            role,
            "handed_in",
            before=None if was is None else str(was),
            after=str(handed_in),
        )
        await changed(tx, event, before, person, role, trace, now)
    return said.model_copy(update={"already": False})


async def say_present(database: Database, person: Person, table: str, present: int) -> notices.Notice:
    """So many people are at a table, with a phone or without."""
    async with database.transaction() as tx:
        if await roles.paper_role(tx, person, table) is None:
            return notices.NotAllowed(command="presenti")
        await paper.set_present(tx, table, present)
        await dashboards.refresh(tx, table)
        return notices.PresentSaid(table=table, by_hand=await by_hand(tx, table))


async def count_command(
    database: Database,
    event: Event,
    person: Person | None,
    command: str,
    what: Literal["present", "handed_in"],
    argument: str,
    now: datetime,
) -> notices.Notice:
    """`/presenti 18` and `/consegnate 3`, with the table before the number where it has to be named."""
    meant = await whose(database, event, person, command, argument)
    if isinstance(meant, notices.Notice):
        return meant
    assert person is not None, "they have a table"
    table, rest = meant
    count = read_count(rest)
    if count is None:
        counts = await paper.counts_of(database, table)
        last = counts.present if what == "present" else counts.handed_in
        return notices.CountUnclear(table=table, what=what, misread=rest, now=last)
    if what == "present":
        return await say_present(database, person, table, count)
    return await say_handed_in(database, event, person, table, count, now)


def read_count(text: str) -> int | None:
    """A number of people or sheets, written in digits; None for anything else."""
    word = text.strip().rstrip(".!")
    return int(word) if word.isdecimal() and len(word) <= len(str(MOST_PEOPLE)) else None


async def by_hand(reader: Reader, table: str) -> notices.TableByHand:
    """What a table counts by hand, beside what is known otherwise."""
    now = await standing_of(reader, table)
    turnout = (await ballots.turnout(reader))[table]
    votes = turnout.voting + now.counts.entered
    excess = None
    if now.counts.present is not None:
        if turnout.registered > now.counts.present:
            excess = "registered"
        elif votes > now.counts.present:
            excess = "votes"
    return notices.TableByHand(
        present=now.counts.present,
        handed_in=now.counts.handed_in,
        entered=now.counts.entered,
        registered=turnout.registered,
        votes=votes,
        provisional=now.provisional,
        excess=excess,
    )


# --- what stands ---------------------------------------------------------------------------------------


def in_order(on_it: Mapping[str, int], event: Event) -> tuple[tuple[str, int], ...]:
    """Dots in the event's order."""
    return tuple((s.code, on_it[s.code]) for s in event.strategies if on_it.get(s.code))


def dump_dots(on_it: Mapping[str, int]) -> str:
    """Dots as they rest in the trace."""
    return json.dumps({code: count for code, count in on_it.items() if count}, sort_keys=True)


def load_dots(text: str | None) -> dict[str, int]:
    """The dots that `dump_dots` wrote."""
    return dict(json.loads(text)) if text else {}


async def listed(reader: Reader, event: Event, person: Person, table: str) -> notices.Notice:
    """The sheets and assisted ballots of a table."""
    if await roles.paper_role(reader, person, table) is None:
        return notices.NotAllowed(command="schede")
    now = await standing_of(reader, table)
    lines = [
        notices.SheetLine(
            label=str(each.number), assisted=False, role=each.role, dots=in_order(each.dots, event)
        )
        for each in await paper.sheets_of(reader, table)
    ]
    for each in await paper.assisted_of(reader, table):
        entered = load_dots(each.entered)
        lines.append(
            notices.SheetLine(
                label=each.label,
                assisted=True,
                role=each.role,
                dots=in_order(entered, event),
                changed=entered != dict(each.dots),
            )
        )
    return notices.SheetList(
        table=table,
        sheets=tuple(lines),
        entered=now.counts.entered,
        handed_in=now.counts.handed_in,
        provisional=now.provisional,
    )


async def shown(reader: Reader, event: Event, person: Person, table: str, number: str) -> notices.Notice:
    """One sheet with its trace."""
    if await roles.paper_role(reader, person, table) is None:
        return notices.NotAllowed(command="schede")
    found = await paper.sheet(reader, table, int(number)) if number.isdecimal() else None
    if found is None:
        return notices.SheetShown(table=table, label=number, zone=None, dots=None)
    return notices.SheetShown(
        table=table,
        label=number,
        zone=found.zone if len(event.table(table).zones) > 1 else None,
        dots=in_order(found.dots, event),
        steps=tuple(_step(each, event) for each in await paper.trace_of_ballot(reader, found.ballot)),
    )


def _step(trace: Trace, event: Event) -> notices.SheetStep:
    return notices.SheetStep(
        act=trace.act,
        role=trace.role,
        at=trace.at,
        dots=in_order(load_dots(trace.after), event),
        reason=trace.reason,
    )
