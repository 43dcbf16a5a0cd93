"""The desk of whoever enters paper: lines that were read and do not count yet, and how they are read back.

Each person has one, for one table at a time, in the store: a restart loses nothing of it. It may hold one
sheet that is being filled in on a keyboard as well (`participation/sheet_keyboard.py`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

from participation import notices, roles, sheets
from participation.paper_lines import Line
from storage import acts, asked, ballots, paper, screens
from storage.paper import Desk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from participation.event import Event
    from participation.notices import SheetProblem
    from participation.sheets import Standing
    from storage.database import Database, Reader, Transaction
    from storage.people import Person

SCREEN = "sheet"
"""The keyboard for one sheet."""

LINES_AT_ONCE = 20
"""Lines that wait on one desk at most: as many as somebody reads through before they confirm."""

Told = tuple[notices.Notice, ...]


@dataclass(frozen=True)
class Hand:
    """Who does something about paper. `act` names the message or press for ever; `new_id` is random."""

    person: Person
    act: str
    new_id: str
    now: datetime


class Editing(BaseModel):
    """The sheet that is being filled in on the keyboard. `page`: the axis shown."""

    label: str
    act: str
    page: str
    dots: dict[str, int]
    zone: str | None
    full: bool = False


class Draft(BaseModel):
    """What is on a desk: lines by their labels, in the order in which they came; the keyboard's sheet."""

    lines: dict[str, Line] = {}
    editing: Editing | None = None


def draft_of(desk: Desk | None) -> Draft:
    """What is on a desk; nothing where there is none."""
    return Draft() if desk is None else Draft.model_validate_json(desk.content)


async def put(tx: Transaction, person: Person, desk: Desk, draft: Draft) -> None:
    """What is on a desk from now on."""
    await paper.put_desk(tx, person.id, Desk(desk.id, desk.table, draft.model_dump_json()))


def token_of(desk: Desk, draft: Draft) -> str:
    """What names the lines of a desk as they are: another line, another token."""
    content = json.dumps([line.model_dump() for line in draft.lines.values()], sort_keys=True)
    return hashlib.sha256(f"{desk.id}:{content}".encode()).hexdigest()[:16]


async def desk_for(tx: Transaction, by: Hand, table: str) -> Desk | notices.PaperDesk:
    """The person's desk for this table; what to tell when lines of another table wait on it."""
    found = await paper.desk(tx, by.person.id)
    if found is not None and found.table == table:
        return found
    waiting = len(draft_of(found).lines)
    if found is not None and waiting:
        return notices.PaperDesk(table=found.table, reason="other", waiting=waiting)
    return Desk(by.new_id, table, Draft().model_dump_json())


def zones_of(event: Event, table: str) -> tuple[str, ...]:
    """The zones to choose from; none where the table has one alone."""
    zones = event.table(table).zones
    return zones if len(zones) > 1 else ()


async def take(
    tx: Transaction,
    event: Event,
    by: Hand,
    table: str,
    lines: Sequence[Line],
    problems: Sequence[SheetProblem] = (),
) -> Told:
    """Put lines on the desk and read back all that is there; `problems`: of lines that say nothing.

    A line about a sheet that waits already takes its place. Of a message that is delivered again nothing is
    put there: its lines were confirmed since, or put away, or wait.
    """
    role = await roles.paper_role(tx, by.person, table)
    if role is None:
        return (notices.NotAllowed(command="carta"),)
    standing = await sheets.standing_of(tx, table)
    no = sheets.refused(standing, role)
    if no is not None and no.reason == "over":
        return (no,)
    desk = await desk_for(tx, by, table)
    if isinstance(desk, notices.Notice):
        return (desk,)
    draft = draft_of(desk)
    first = await first_time(tx, by)
    wrong = list(problems)
    for line in lines:
        waits = line.label in draft.lines
        against = await obstacle(tx, standing, line)
        if against is None and first and not waits and len(draft.lines) >= LINES_AT_ONCE:
            against = problem(line, "full", LINES_AT_ONCE)
        if against is not None and (first or not (waits or await _stands(tx, table, line))):
            wrong.append(against)
        elif first:
            draft.lines.pop(line.label, None)
            draft.lines[line.label] = line
    if draft.lines:
        await put(tx, by.person, desk, draft)
        # A "conferma" that is typed now is about these lines.
        await asked.supersede(tx, by.person.id, by.now)
    elif not first and not wrong:
        return (notices.PaperDesk(table=table, reason="done", waiting=0),)
    return (await read_back(tx, event, desk, draft, wrong), *(() if no is None else (no,)))


async def first_time(tx: Transaction, by: Hand) -> bool:
    """Whether what this message does to the desk is to be done, for it was not done before."""
    return await acts.first_time(tx, f"desk:{by.act}", by.now)


def problem(line: Line, reason: str, most: int = 0) -> SheetProblem:
    """What is wrong with a line that says something."""
    return notices.SheetProblem(line=line.label, label=line.label, reason=reason, most=most)


async def obstacle(reader: Reader, now: Standing, line: Line) -> SheetProblem | None:
    """What stands against a line at its table as it is now."""
    table = now.row.code
    if not line.assisted:
        return await _of_sheet(reader, table, line)
    helped = await paper.person_with(reader, table, line.label)
    if helped is None:
        return problem(line, "person")
    if not now.voting:
        return problem(line, "person_closed")
    ballot = await ballots.of_person(reader, helped)
    if line.act == "withdraw" and (ballot is None or ballot.channel != "assisted"):
        # What somebody put on their ballot themselves is not the table's to take away.
        return problem(line, "not_entered")
    return None


async def _of_sheet(reader: Reader, table: str, line: Line) -> SheetProblem | None:
    """The same of a line about a sheet; who entered the one that stands is said."""
    sheet = await paper.sheet(reader, table, int(line.label))
    if (sheet is not None) == (line.act != "new"):
        return None
    if sheet is None:
        return problem(line, "not_entered")
    last = (await paper.trace_of_ballot(reader, sheet.ballot))[-1]
    return problem(line, "entered").model_copy(update={"role": last.role, "at": last.at})


async def _stands(reader: Reader, table: str, line: Line) -> bool:
    """Whether a sheet is just as a line says."""
    there = None if line.assisted else await paper.sheet(reader, table, int(line.label))
    return there is not None and line.act != "withdraw" and dict(there.dots) == line.dots


async def read_back(
    reader: Reader, event: Event, desk: Desk, draft: Draft, problems: Sequence[SheetProblem] = ()
) -> notices.PaperReadBack:
    """Everything that waits, as it was read, beside what stands."""
    standing = {str(each.number): each for each in await paper.sheets_of(reader, desk.table)}
    read: list[notices.SheetRead] = []
    for line in draft.lines.values():
        there = standing.get(line.label)
        zone = line.zone or (None if there is None else there.zone)
        read.append(
            notices.SheetRead(
                label=line.label,
                assisted=line.assisted,
                act=line.act,
                zone=zone if zones_of(event, desk.table) else None,
                dots=sheets.in_order(line.dots, event),
                before=() if there is None else sheets.in_order(there.dots, event),
                replaces=line.assisted and await _has_dots(reader, desk.table, line.label),
                reason=line.reason,
            )
        )
    return notices.PaperReadBack(
        table=desk.table, token=token_of(desk, draft), sheets=tuple(read), problems=tuple(problems)
    )


async def _has_dots(reader: Reader, table: str, code: str) -> bool:
    helped = await paper.person_with(reader, table, code)
    ballot = None if helped is None else await ballots.of_person(reader, helped)
    return ballot is not None and bool(ballot.dots)


async def correct(database: Database, person: Person) -> notices.Notice:
    """Said "Correggo": how; the lines stay."""
    desk = await paper.desk(database, person.id)
    waiting = len(draft_of(desk).lines)
    if desk is None or not waiting:
        return notices.PaperDesk(table=None, reason="nothing", waiting=0)
    return notices.PaperDesk(table=desk.table, reason="correct", waiting=waiting)


async def put_away(database: Database, by: Hand) -> notices.Notice:
    """Said "annulla": what was not confirmed is gone. Said once: lines that came since are not meant."""
    async with database.transaction() as tx:
        desk = await paper.desk(tx, by.person.id)
        if not await first_time(tx, by) or desk is None:
            return notices.PaperDesk(table=None, reason="nothing", waiting=0)
        await paper.clear_desk(tx, by.person.id)
        await screens.redraw(tx, by.person.id, SCREEN)
        return notices.PaperDesk(table=desk.table, reason="dropped", waiting=0)
