"""Holding the agenda, resuming it, and shifting what is left of it: the regia's, and of all tables.

A shift is asked back with the new times before it counts, and so is a resumption: what was due while the
agenda was held does not come in a burst, for all that is left moves by the length of the hold.
"""

from __future__ import annotations

import difflib
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from participation import dashboards, dots, notices, timing, topics
from participation.event import Phase
from participation.notices import Mover
from storage import agenda, moments, outbox, screens, tables
from storage.agenda import Change
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.database import Database, Reader, Transaction
    from storage.people import Person

MOST: Final = 180
"""Minutes by which the agenda is shifted at once, at most."""

Wish = Literal["show", "hold", "resume"] | int
"""What `/agenda` was asked for; a number shifts by so many minutes."""

_MINUTES = re.compile(
    r"([-+\u2212\u2013\u2014])\s?(\d{1,4})\s?(?:m|min|minut[oi]|minutes?|')?\.?", re.IGNORECASE
)


def read_command(text: str, words: Mapping[str, str]) -> Wish | notices.AgendaRefused:
    """What stands behind `/agenda`. `words` (casefolded) mean "hold" or "resume"; a shift needs its sign."""
    plain = " ".join(text.casefold().split())
    if not plain:
        return "show"
    meaning = words.get(plain)
    if meaning in {"hold", "resume"}:
        return "hold" if meaning == "hold" else "resume"
    found = _MINUTES.fullmatch(plain)
    if found is None:
        known = [word for word, meant in words.items() if meant in {"hold", "resume"}]
        nearest = difflib.get_close_matches(plain, known, n=1)
        if plain.split()[0].isdecimal():
            nearest = [f"+{plain.split()[0]}"]
        return notices.AgendaRefused(
            reason="unclear", misread=text, nearest=nearest[0] if nearest else None, most=MOST
        )
    minutes = int(found[2])
    if not 1 <= minutes <= MOST:
        return notices.AgendaRefused(reason="range", most=MOST, misread=text)
    return minutes if found[1] == "+" else -minutes


def grouped(
    plans: Mapping[str, Mapping[Phase, datetime]], by: timedelta = timedelta(0)
) -> tuple[notices.PlannedStep, ...]:
    """What is to come, in order; tables are named where not all enter the phase at one time."""
    tables_at: dict[tuple[datetime, Phase], list[str]] = {}
    for table, plan in plans.items():
        for phase, due in plan.items():
            tables_at.setdefault((due + by, phase), []).append(table)
    times = [phase for _, phase in tables_at]
    return tuple(
        notices.PlannedStep(
            phase=phase, at=at, tables=() if times.count(phase) == 1 else tuple(tables_at[at, phase])
        )
        for at, phase in sorted(tables_at, key=lambda each: (each[0], timing.ORDER.index(each[1])))
    )


async def to_come(reader: Reader) -> Mapping[str, Mapping[Phase, datetime]]:
    """Of each table, in the event's order, the steps that it has still to take and that are planned."""
    plans = await timing.plans(reader)
    return {
        row.code: {
            phase: due
            for phase, due in plans.get(row.code, {}).items()
            if timing.ORDER.index(phase) > timing.ORDER.index(Phase(row.phase))
        }
        for row in await tables.all_tables(reader)
    }


async def show(reader: Reader, now: datetime) -> notices.AgendaShown:
    """What is to come."""
    return notices.AgendaShown(
        at=now,
        steps=grouped(await to_come(reader)),
        held_at=await agenda.held_at(reader),
        minutes=sum(change.minutes for change in await agenda.changes(reader)),
    )


async def hold(database: Database, person: Person, now: datetime) -> notices.AgendaHeld | None:
    """Hold the agenda; None when that was done: all of the regia are told, and who facilitates."""
    async with database.transaction() as tx:
        if not await agenda.hold(tx, now):
            since = await agenda.held_at(tx)
            assert since is not None, "it was held before"
            return notices.AgendaHeld(at=since, already=True)
        await _write(tx, "held", 0, now, person.id, now)
        told = notices.dump(notices.AgendaHeld(at=now))
        codes = [row.code for row in await tables.all_tables(tx)]
        await outbox.outdate_for_all(tx, [topic for code in codes for topic in topics.countdowns(code)], now)
        for audience in ("regia", f"leading:,{','.join(codes)},"):
            await outbox.announce(
                tx, f"held:{now.isoformat()}:{audience}", audience, told, now, urgency=Urgency.PHASE
            )
        await _redraw(tx)
    return None


async def _write(
    tx: Transaction, act: str, minutes: int, since: datetime, person: int, now: datetime
) -> None:
    await agenda.add(
        tx,
        Change(at=now, act=act, mover=Mover.REGIA.value, since=since, minutes=minutes, person=person),
    )


async def _redraw(tx: Transaction) -> None:
    """Times of closing are on the ballots of tables that vote, and on all dashboards."""
    for row in await tables.all_tables(tx):
        if Phase(row.phase) is Phase.SESSION1:
            await screens.redraw_for_table(tx, row.code, dots.SCREEN)
        await dashboards.refresh(tx, row.code)


async def changes_so_far(reader: Reader) -> int:
    """What tells whether the agenda was changed since a question was asked."""
    return len(await agenda.changes(reader))


async def question(
    tx: Transaction, minutes: int, *, resume: bool, token: str, now: datetime, changed: bool = False
) -> notices.ShiftAsked | notices.AgendaRefused:
    """What the regia is asked before the agenda shifts (or resumes, by the length of the hold)."""
    held_at = await agenda.held_at(tx)
    refused = await _refused(tx, minutes, held_at, resume=resume, now=now)
    if refused is not None:
        return refused
    return notices.ShiftAsked(
        token=token,
        minutes=minutes,
        steps=grouped(await to_come(tx), timedelta(minutes=minutes)),
        held_at=held_at,
        changed=changed,
    )


async def length_of_hold(reader: Reader, now: datetime) -> int:
    """By how many minutes the agenda shifts if it is resumed now; 0 when it is not held."""
    held_at = await agenda.held_at(reader)
    return 0 if held_at is None else max(1, timing.minutes_left(now, held_at))


async def _refused(
    tx: Transaction, minutes: int, held_at: datetime | None, *, resume: bool, now: datetime
) -> notices.AgendaRefused | None:
    if resume != (held_at is not None):
        return notices.AgendaRefused(reason="running" if resume else "held", at=held_at)
    coming = [due for plan in (await to_come(tx)).values() for due in plan.values()]
    if not coming and not resume:
        return notices.AgendaRefused(reason="over")
    if coming and not resume and min(coming) + timedelta(minutes=minutes) <= now:
        most = max(0, timing.minutes_left(min(coming), now) - 1)
        return notices.AgendaRefused(reason="past", at=min(coming), most=most)
    return None


async def shift_in(
    tx: Transaction, minutes: int, *, resume: bool, seen: int, person: int, token: str, now: datetime
) -> notices.ShiftAsked | notices.AgendaRefused | None:
    """Shift (or resume) what was confirmed; None when that was done, and all concerned are told.

    Asked anew when the agenda was changed meanwhile, or when a resumption would now be late.
    """
    coming = [due for plan in (await to_come(tx)).values() for due in plan.values()]
    late = resume and any(due + timedelta(minutes=minutes) <= now for due in coming)
    if seen != await changes_so_far(tx) or late:
        wished = await length_of_hold(tx, now) if resume else minutes
        return await question(tx, wished, resume=resume, token=token, now=now, changed=True)
    held_at = await agenda.held_at(tx)
    refused = await _refused(tx, minutes, held_at, resume=resume, now=now)
    if refused is not None:
        return refused
    await moments.shift(tx, timedelta(minutes=minutes))
    if resume:
        await agenda.release(tx)
    await _write(tx, "resumed" if resume else "shifted", minutes, held_at or now, person, now)
    await _tell(tx, minutes, token, now, resumed=resume)
    await _redraw(tx)
    return None


async def _tell(tx: Transaction, minutes: int, token: str, now: datetime, *, resumed: bool) -> None:
    """The regia hears all the new times; everybody at a table, and who facilitates it, the table's own."""
    plans = await to_come(tx)
    await outbox.outdate_for_all(tx, [topic for code in plans for topic in topics.ends(code)], now)

    def told(steps: Sequence[notices.PlannedStep]) -> str:
        return notices.dump(notices.AgendaShifted(minutes=minutes, steps=tuple(steps), resumed=resumed))

    await outbox.announce(
        tx, f"shifted:{token}:regia", "regia", told(grouped(plans)), now, urgency=Urgency.PHASE
    )
    same: dict[tuple[notices.PlannedStep, ...], list[str]] = {}
    for table, plan in plans.items():
        own = tuple(step for step in grouped({table: plan}) if step.phase is not Phase.AFTERMATH)
        if own:
            same.setdefault(own, []).append(table)
    for number, (steps, codes) in enumerate(same.items()):
        audience = f"around:,{','.join(codes)},"
        await outbox.announce(
            tx, f"shifted:{token}:{number}", audience, told(steps), now, urgency=Urgency.PHASE
        )
