"""The one way back: the regia reopens an earlier phase of a table.

Its ballots open again, or its priorities are computed anew; what stood is set aside, nothing is lost, and the
history says who reopened, when and why. From then on the table has times of its own.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pydantic_core import to_json

from participation import dashboards, dots, notices, phases, priorities, replanning, timing, topics
from participation.event import Phase
from participation.notices import Mover
from storage import (
    agenda,
    ballots,
    contribution_trace,
    contributions,
    outbox,
    people,
    prompts,
    screens,
    tables,
    ties,
)
from storage import priorities as stored_priorities
from storage.agenda import Change
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from participation.event import Event
    from storage.database import Transaction
    from storage.tables import TableRow

MINUTES: Final = 10
"""Minutes for which a phase is open again, when none are said."""

MOST: Final = 120

REOPENABLE: Final = (Phase.SESSION1, Phase.PRIORITIES, Phase.SESSION2)

REASON_LENGTH: Final = 200


def read_command(
    text: str, event: Event, phase_words: Mapping[str, Phase]
) -> tuple[str, Phase, int, str | None] | notices.ReopenUnclear:
    """`/riapri T5 sessione1 10 Mancava la rete`: the table, the phase, minutes and a reason if given."""
    first, _, rest = text.strip().partition(" ")
    try:
        table = event.table(first).code
    except KeyError:
        return notices.ReopenUnclear(misread=first, nearest=phases.nearest_word(first, event))
    reopenable = {word: phase for word, phase in phase_words.items() if phase in REOPENABLE}
    rest = rest.strip()
    # "sessione 1" is two words to people; the longest word that fits is the one that is meant.
    for word in sorted(reopenable, key=len, reverse=True):
        if rest.casefold() == word or rest.casefold().startswith((f"{word} ", f"{word}:", f"{word},")):
            minutes, reason = _minutes_and_reason(rest[len(word) :])
            return table, reopenable[word], minutes, reason
    misread = rest.split()[0] if rest else ""
    return notices.ReopenUnclear(
        misread=misread, nearest=phases.nearest_word(misread, event, reopenable) if misread else None
    )


def _minutes_and_reason(text: str) -> tuple[int, str | None]:
    minutes = MINUTES
    first, _, rest = text.strip(" ,:").partition(" ")
    if first.isdecimal() and len(first) <= len(str(MOST)) and 1 <= int(first) <= MOST:
        minutes = int(first)
        unit, _, behind = rest.strip().partition(" ")
        text = (
            behind
            if unit.casefold().rstrip(",:") in {"minuti", "minuto", "min", "minutes", "minute"}
            else rest
        )
    return minutes, " ".join(text.strip(" ,:").split())[:REASON_LENGTH] or None


async def question(
    tx: Transaction, row: TableRow, phase: Phase, minutes: int, reason: str | None, token: str, now: datetime
) -> notices.ReopenAsked:
    """What the regia is asked before a table is reopened."""
    decided = await stored_priorities.of_table(tx, row.code)
    return notices.ReopenAsked(
        token=token,
        table=row.code,
        phase=phase,
        now_in=Phase(row.phase),
        until=_ends(now, minutes),
        decided=phase is not Phase.SESSION2 and decided is not None and decided.decided,
        reason=reason,
    )


def refused(row: TableRow, phase: Phase) -> notices.ReopenRefused | None:
    """What to say when the table is not past this phase; None when it can be reopened."""
    if phase in REOPENABLE and timing.ORDER.index(phase) < timing.ORDER.index(Phase(row.phase)):
        return None
    return notices.ReopenRefused(table=row.code, phase=phase, now_in=Phase(row.phase))


def _ends(now: datetime, minutes: int) -> datetime:
    return timing.next_minute(now + timedelta(minutes=minutes, microseconds=-1))


async def reopen_in(
    tx: Transaction,
    event: Event,
    table: str,
    phase: Phase,
    minutes: int,
    person: int,
    now: datetime,
    reason: str | None,
) -> notices.ReopenRefused | None:
    """Reopen a phase of a table for so many minutes, and tell all concerned; a notice when it cannot be."""
    row = await tables.hold(tx, table)
    assert row is not None, "tables are those of the event"
    why_not = refused(row, phase)
    if why_not is not None:
        return why_not
    ends = _ends(now, minutes)
    await _set_aside(tx, row, phase, now)
    await tables.reopen(tx, row, phase, now, Mover.REGIA, person, reason)
    await outbox.outdate_for_all(tx, topics.ends(table), now)
    await contributions.forget_places(tx, table)
    await prompts.put_aside_at(tx, table)
    await contribution_trace.late_no_more(tx, table)
    row = await tables.find(tx, table)
    assert row is not None, "held a moment ago"
    await _announce(tx, row, phase, ends, reason, now)
    if phase is Phase.SESSION1:
        await ballots.set_open(tx, table, is_open=True)
        await screens.want_at_bottom_for_table(tx, table, dots.SCREEN, dots.first_view(event))
    elif phase is Phase.PRIORITIES:
        await priorities.open_proposal(tx, event, row, now)
    await replanning.enters(tx, event, table, timing.ORDER[timing.ORDER.index(phase) + 1], ends)
    await replanning.pictures_again(tx, event, row, phase, ends)
    await agenda.add(
        tx,
        Change(
            at=now,
            act="reopened",
            mover=Mover.REGIA.value,
            since=now,
            minutes=minutes,
            table=table,
            phase=phase.value,
            until=ends,
            person=person,
        ),
    )
    await people.forget_picks(tx, table)
    await dashboards.refresh(tx, table)
    await screens.redraw_for_facilitators(tx, table, f"{priorities.SCREEN}:{table}")
    return None


async def _set_aside(tx: Transaction, row: TableRow, phase: Phase, now: datetime) -> None:
    found = await stored_priorities.of_table(tx, row.code)
    if found is not None and phase is not Phase.SESSION2:
        settled = [asdict(tie) for tie in await ties.of_table(tx, row.code)]
        content = to_json({**asdict(found), "ties": settled}).decode()
        await stored_priorities.set_aside(tx, row.code, content, now)


async def _announce(
    tx: Transaction, row: TableRow, phase: Phase, ends: datetime, reason: str | None, now: datetime
) -> None:
    told = notices.TableReopened(table=row.code, phase=phase, until=ends, reason=reason)
    key = f"reopened:{row.code}{row.again}"
    await outbox.announce(tx, key, f"concerned:{row.code}", notices.dump(told), now, urgency=Urgency.PHASE)
