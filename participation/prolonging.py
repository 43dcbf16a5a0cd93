"""Prolonging what a table is in: by so many minutes (typed), or until a time (a button).

A button says the time wished for, so pressed twice, or by two people at once, it prolongs once.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from participation import dashboards, dots, notices, phases, replanning, roles, timing, topics
from participation.event import Phase
from participation.notices import Mover
from storage import acts, agenda, outbox, screens, tables
from storage.agenda import Change
from storage.outbox import Urgency

if TYPE_CHECKING:
    from participation.event import Event
    from storage.database import Database, Transaction
    from storage.people import Person
    from storage.tables import TableRow

MOST: Final = 60
"""Minutes by which a table is prolonged at once, at most."""

PROLONGABLE: Final = (Phase.SESSION1, Phase.PRIORITIES, Phase.SESSION2)

_MINUTES = re.compile(r"\+?\s?(\d{1,3})\s?(?:m|min|minut[oi]|minutes?|')?\.?", re.IGNORECASE)


def read_minutes(text: str) -> int | None:
    """The minutes of "5", "+5", "5 minuti"; None when it is anything else or out of range."""
    found = _MINUTES.fullmatch(text.strip())
    minutes = 0 if found is None else int(found[1])
    return minutes if 1 <= minutes <= MOST else None


def as_minute(at: datetime) -> str:
    """A time to the minute, as a button carries it."""
    return str(int(at.timestamp()) // 60)


def from_minute(text: str) -> datetime | None:
    """The time that a button carries; None when it is none."""
    if not re.fullmatch(r"[0-9]{7,9}", text):
        return None
    return datetime.fromtimestamp(int(text) * 60, UTC)


def read_regia(text: str, event: Event) -> notices.ProlongWhich:
    """What the regia's `/prolunga` names: a table and, behind it, the minutes; "" where it names none."""
    first, _, behind = text.strip().partition(" ")
    try:
        return notices.ProlongWhich(table=event.table(first).code, misread=behind.strip())
    except KeyError:
        return notices.ProlongWhich(table="", misread=first, nearest=phases.nearest_word(first, event))


async def by_minutes(
    database: Database,
    event: Event,
    table: str,
    text: str,
    mover: Mover,
    person: Person,
    now: datetime,
    act: str | None = None,
) -> notices.Notice:
    """`/prolunga 5`. `act` is the key of the message: delivered again it does not prolong again."""
    minutes = read_minutes(text)
    async with database.transaction() as tx:
        row = await tables.hold(tx, table)
        assert row is not None, "tables are those of the event"
        ends = timing.end_of(Phase(row.phase), await timing.plan_of(tx, table))
        refused = await _refused(tx, row, Phase(row.phase))
        if refused is not None:
            return refused
        if minutes is None or ends is None:
            return notices.ProlongUnclear(
                table=table, misread=text, most=MOST, phase=Phase(row.phase), until=ends
            )
        if not await acts.first_time(tx, act, now):
            return await _already(tx, row, ends)
        return await _prolong(tx, event, row, max(ends, now), minutes, mover, person, now)


async def until(
    database: Database,
    event: Event,
    table: str,
    phase: Phase,
    wished: str,
    mover: Mover,
    person: Person,
    now: datetime,
) -> notices.Notice:
    """A button: this phase of the table ends at this minute, or later."""
    at = from_minute(wished)
    if at is None:
        return notices.ButtonOutdated()
    async with database.transaction() as tx:
        row = await tables.hold(tx, table)
        assert row is not None, "tables are those of the event"
        refused = await _refused(tx, row, phase)
        if refused is not None:
            return refused
        ends = timing.end_of(phase, await timing.plan_of(tx, table))
        if ends is None or at - max(ends, now) > timedelta(minutes=MOST):
            return notices.ButtonOutdated()
        if at <= ends:
            return await _already(tx, row, ends)
        return await _prolong(tx, event, row, ends, timing.minutes_left(at, ends), mover, person, now)


async def _refused(tx: Transaction, row: TableRow, meant: Phase) -> notices.ProlongRefused | None:
    phase = Phase(row.phase)
    if phase is meant and phase in PROLONGABLE:
        return None
    last = await tables.last_step(tx, row.code)
    reason = "moved_on" if phase is not meant else "not_open" if phase is Phase.REGISTRATION else "over"
    return notices.ProlongRefused(
        table=row.code,
        phase=phase,
        reason=reason,
        mover=None if last is None else Mover(last.mover),
        at=None if last is None else last.at,
    )


async def _already(tx: Transaction, row: TableRow, ends: datetime) -> notices.ProlongedAlready:
    last = await agenda.last_of_table(tx, row.code, row.phase)
    known = last is not None and last.until == ends
    return notices.ProlongedAlready(
        table=row.code,
        phase=Phase(row.phase),
        until=ends,
        mover=Mover(last.mover) if last is not None and known else None,
        at=last.at if last is not None and known else None,
    )


async def _prolong(
    tx: Transaction,
    event: Event,
    row: TableRow,
    ends: datetime,
    minutes: int,
    mover: Mover,
    person: Person,
    now: datetime,
) -> notices.TableProlonged:
    phase, table = Phase(row.phase), row.code
    if mover is Mover.FACILITATOR:
        mover = await roles.mover(tx, person, table)
    at = ends + timedelta(minutes=minutes)
    if at.second or at.microsecond:
        at = timing.next_minute(at)
    following = timing.ORDER[timing.ORDER.index(phase) + 1]
    before = await timing.plan_of(tx, table)
    await replanning.enters(tx, event, table, following, at)
    after = await timing.plan_of(tx, table)
    await agenda.add(
        tx,
        Change(
            at=now,
            act="prolonged",
            mover=mover.value,
            since=ends,
            minutes=minutes,
            table=table,
            phase=phase.value,
            until=at,
            person=person.id,
        ),
    )
    moved = timing.end_of(following, after)
    told = notices.TableProlonged(
        table=table,
        phase=phase,
        until=at,
        before=ends,
        mover=mover,
        following=None if moved == timing.end_of(following, before) else moved,
        held=await agenda.held_at(tx) is not None,
    )
    if phase is Phase.SESSION1:
        await screens.redraw_for_table(tx, table, dots.SCREEN)
    await outbox.outdate_for_all(tx, topics.ends(table), now)
    audience = ["table"] if phase is Phase.SESSION1 else []
    audience += ["facilitators"] if mover is Mover.REGIA else []
    for each in audience:
        key = f"prolonged:{table}:{at.isoformat()}:{now.isoformat()}:{each}"
        await outbox.announce(
            tx,
            key,
            f"{each}:{table}",
            notices.dump(told),
            now,
            urgency=Urgency.PHASE,
            topic=topics.prolonged(table, each),
        )
    await dashboards.refresh(tx, table)
    return told
