"""The phases of a table: who may move it where, and what each step brings with it.

A table goes forward. Whoever moves it over several phases at once takes it through each of them, so a table
that is late still closes its ballots, has its priorities and tells its people. The one way back is a
reopening (`participation/reopening.py`).
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from participation import dashboards, dots, gathering, notices, priorities, roles, sheets, timing, topics
from participation.event import Phase
from participation.notices import Mover
from storage import acts, agenda, attendance, ballots, contributions, outbox, people, screens, tables
from storage import priorities as stored_priorities
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database, Reader, Transaction
    from storage.people import Person
    from storage.tables import TableRow

SCREEN = dashboards.SCREEN
ORDER = timing.ORDER
LEADING = (Mover.FACILITATOR, Mover.VENUE_LEAD)
"""Who moves one table as its facilitator does: one step at a time."""

VOTING = (Phase.REGISTRATION, Phase.SESSION1)
"""Phases in which the dots of a table can still change, or will."""


def steps(now_in: Phase, wished: Phase) -> tuple[Phase, ...]:
    """The phases to enter, in order, to get from one to a later one; none when it is not later."""
    return ORDER[ORDER.index(now_in) + 1 : ORDER.index(wished) + 1]


def next_phase(now_in: Phase) -> Phase | None:
    """The phase after this one."""
    place = ORDER.index(now_in) + 1
    return ORDER[place] if place < len(ORDER) else None


def allowed(mover: Mover, now_in: Phase, wished: Phase) -> bool:
    """Whether this step may be taken: agenda and regia go forward, a facilitator one phase at a time.

    The aftermath belongs to the event, not to one table: a facilitator does not open it.
    """
    if mover in LEADING:
        return next_phase(now_in) is wished and wished is not Phase.AFTERMATH
    return bool(steps(now_in, wished))


async def move(
    database: Database,
    event: Event,
    table: str,
    wished: Phase,
    mover: Mover,
    person: Person | None,
    now: datetime,
) -> notices.PhaseMoved | notices.PhaseAlready | notices.PhaseRefused:
    """Move one table; the answer says what came of it."""
    async with database.transaction() as tx:
        return await move_in(tx, event, table, wished, mover, person, now)


async def move_in(
    tx: Transaction,
    event: Event,
    table: str,
    wished: Phase,
    mover: Mover,
    person: Person | None,
    now: datetime,
) -> notices.PhaseMoved | notices.PhaseAlready | notices.PhaseRefused:
    """The same as a part of a larger transaction."""
    row = await tables.hold(tx, table)
    assert row is not None, "tables are those of the event"
    phase = Phase(row.phase)
    if phase is wished or (mover in LEADING and ORDER.index(wished) < ORDER.index(phase)):
        return await _already(tx, row, wished, now)
    if not allowed(mover, phase, wished):
        return notices.PhaseRefused(table=table, phase=phase, wished=wished)
    for step in steps(phase, wished):
        await _enter(tx, event, row, step, now)
        await tables.move(tx, row, step, now, mover, None if person is None else person.id)
        row = await tables.hold(tx, table)
        assert row is not None, "held a moment ago"
    await outbox.outdate_for_all(tx, topics.ends(table), now)
    # Who was asked for a zone or a table meant the phase before: a number typed now is something else.
    await people.forget_picks(tx, table)
    await dashboards.refresh(tx, table)
    return notices.PhaseMoved(table=table, phase=wished, mover=mover, at=now)


async def _already(tx: Transaction, row: TableRow, wished: Phase, now: datetime) -> notices.PhaseAlready:
    """Who took the table to this phase, and when; and where it is by now, if it went on since."""
    last = await tables.last_step(tx, row.code, wished)
    return notices.PhaseAlready(
        table=row.code,
        phase=wished,
        mover=Mover.AGENDA if last is None else Mover(last.mover),
        at=now if last is None else last.at,
        now_in=None if row.phase == wished else Phase(row.phase),
    )


async def already(tx: Transaction, table: str, wished: Phase, now: datetime) -> notices.PhaseAlready | None:
    """Who took a table to this phase, if it is there or past it."""
    row = await tables.hold(tx, table)
    assert row is not None, "tables are those of the event"
    there = ORDER.index(wished) <= ORDER.index(Phase(row.phase))
    return await _already(tx, row, wished, now) if there else None


async def _enter(tx: Transaction, event: Event, row: TableRow, phase: Phase, now: datetime) -> None:
    table = row.code
    match phase:
        case Phase.SESSION1:
            await ballots.set_open(tx, table, is_open=True)
            await screens.want_for_table(tx, table, dots.SCREEN, dots.first_view(event))
        case Phase.PRIORITIES:
            # Closing first, then the tally: no dot can be acknowledged after it was counted.
            await ballots.set_open(tx, table, is_open=False)
            await sheets.ask_handed_in(tx, table, now)
            await priorities.open_proposal(tx, event, row, now)
            await screens.redraw_for_table(tx, table, dots.SCREEN)
        case Phase.SESSION2:
            await priorities.settle(tx, table, now, person=None, confirmed=False)
        case Phase.CLOSING:
            await contributions.forget_places(tx, table)
            await outbox.announce(
                tx,
                f"thanks:{table}{row.again}",
                f"table:{table}",
                notices.dump(notices.Thanks(table=table)),
                now,
                urgency=Urgency.PHASE,
                topic=topics.at_table(table),
            )
        case Phase.REGISTRATION | Phase.AFTERMATH:
            pass


async def open_next(
    database: Database, event: Event, table: str, person: Person, now: datetime, act: str | None = None
) -> notices.PhaseMoved | notices.PhaseAlready | notices.PhaseRefused:
    """A facilitator opens the next session of a table.

    `act` is the key of the message that said so: delivered again after the next step, it does nothing.
    """
    async with database.transaction() as tx:
        row = await tables.hold(tx, table)
        assert row is not None, "facilitators have tables of the event"
        if not await acts.first_time(tx, act, now):
            return await _already(tx, row, Phase(row.phase), now)
        wished = Phase.SESSION1 if Phase(row.phase) in VOTING else Phase.SESSION2
        mover = await roles.mover(tx, person, table)
        return await move_in(tx, event, table, wished, mover, person, now)


def closing_of(phase: Phase) -> Phase | None:
    """The phase a facilitator takes a table to by closing what is open; None when nothing is."""
    return {
        Phase.REGISTRATION: Phase.PRIORITIES,
        Phase.SESSION1: Phase.PRIORITIES,
        Phase.PRIORITIES: Phase.PRIORITIES,
        Phase.SESSION2: Phase.CLOSING,
        Phase.CLOSING: Phase.CLOSING,
    }.get(phase)


def asks_first(phase: Phase, wished: Phase) -> bool:
    """Whether a facilitator is asked before a table takes this step: it ends what people are doing."""
    return (phase, wished) in {(Phase.SESSION1, Phase.PRIORITIES), (Phase.SESSION2, Phase.CLOSING)}


async def close_question(tx: Transaction, row: TableRow, wished: Phase, token: str) -> notices.CloseAsked:
    """What a facilitator is asked before a table closes what it is in."""
    last = await tables.last_step(tx, row.code)
    assert last is not None, "a table in a session was moved there"
    return notices.CloseAsked(
        token=token,
        table=row.code,
        phase=Phase(row.phase),
        wished=wished,
        since=last.at,
        mover=Mover(last.mover),
        registered=(await ballots.turnout(tx))[row.code].registered,
        unfinished=(await attendance.by_table(tx))[row.code].unfinished,
    )


def read_command(
    text: str, event: Event, phase_words: Mapping[str, Phase], all_words: frozenset[str]
) -> tuple[tuple[str, ...], Phase] | notices.PhaseCommandUnclear:
    """What `/fase` was given: table codes (or a word for all of them) and the word of a phase.

    Nothing is guessed: a command for all tables names them all, and of a misspelt word the nearest is named.
    """
    wished: Phase | None = None
    chosen: list[str] = []
    for word in words_of(text):
        plain = word.casefold()
        if plain in phase_words and wished is None:
            wished = phase_words[plain]
        elif plain in all_words:
            chosen = [table.code for table in event.tables]
        else:
            try:
                chosen.append(event.table(word).code)
            except KeyError:
                nearest = nearest_word(word, event, phase_words, all_words)
                return notices.PhaseCommandUnclear(misread=word, nearest=nearest)
    if wished is None or not chosen:
        return notices.PhaseCommandUnclear(misread=text)
    return tuple(dict.fromkeys(chosen)), wished


def words_of(text: str) -> list[str]:
    """The words of a command; "sessione 1", as people write it, is the one word "sessione1"."""
    joined = re.sub(r"(?<=[^\W\d])\s+(?=\d+\b)", "", text)
    return joined.replace(",", " ").split()


def nearest_word(misread: str, event: Event, *known: Iterable[str]) -> str | None:
    """The word of a command (or the table) that is written most like this one, if any is."""
    codes = {table.code.casefold(): table.code for table in event.tables}
    words = [*codes, *(word for words in known for word in words if " " not in word)]
    found = difflib.get_close_matches(misread.casefold(), words, n=1)
    # A word that is known stands in the wrong place: it is not said to be meant.
    return codes.get(found[0], found[0]) if found and found[0] != misread.casefold() else None


async def move_many(
    database: Database, event: Event, codes: Sequence[str], wished: Phase, person: Person, now: datetime
) -> notices.TablesMoved:
    """The regia moves some tables; each is a transaction of its own, so that taps never wait for all."""
    moved: list[str] = []
    already: list[str] = []
    refused: list[str] = []
    for code in codes:
        match await move(database, event, code, wished, Mover.REGIA, person, now):
            case notices.PhaseMoved():
                moved.append(code)
            case notices.PhaseAlready():
                already.append(code)
            case notices.PhaseRefused():
                refused.append(code)
    return notices.TablesMoved(
        phase=wished, moved=tuple(moved), already=tuple(already), refused=tuple(refused)
    )


async def show(database: Database, person: Person, table: str) -> None:
    """Bring the dashboard of a table to the bottom of the person's chat."""
    async with database.transaction() as tx:
        await screens.want_at_bottom(tx, person.id, f"{SCREEN}:{table}")


async def screen(reader: Reader, event: Event, table: str, now: datetime) -> notices.TableScreen | None:
    """The dashboard of a table as it is now. It never has totals: nobody at the table sees those early."""
    row = await tables.find(reader, table)
    if row is None:
        return None
    phase = Phase(row.phase)
    turnout = await ballots.turnout_of(reader, table)
    here = (await attendance.by_table(reader))[table]
    last = await tables.last_step(reader, table)
    following = next_phase(phase)
    ends = timing.end_of(phase, await timing.plan_of(reader, table))
    held = await agenda.held_at(reader) is not None
    left = None if ends is None or held else timing.minutes_left(ends, now)
    changed = await agenda.last_of_table(reader, table, phase)
    chosen = await stored_priorities.of_table(reader, table)
    return notices.TableScreen(
        table=table,
        phase=phase,
        since=event.phase_starts()[Phase.REGISTRATION] if last is None else last.at,
        registered=turnout.registered,
        voting=turnout.voting,
        finished=turnout.finished,
        contributions=await contributions.counted_of(reader, table),
        next_phase=following if following is not None and following is not Phase.AFTERMATH else None,
        next_at=ends,
        priorities=() if chosen is None or not chosen.decided else priorities.standing(chosen),
        strategy_on=row.strategy_on,
        by_hand=await sheets.by_hand(reader, table),
        left=left if left is not None and 0 < left <= timing.NEAR else None,
        prolonged=changed is not None and changed.act == "prolonged" and changed.until == ends,
        held=held,
        silent=here.silent,
        unfinished=here.unfinished,
        unreachable=here.unreachable,
        to_look=await gathering.to_look(reader, table),
    )
