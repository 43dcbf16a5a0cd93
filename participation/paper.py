"""Entering paper: what is typed about sheets is read back in full, and counts once it is confirmed.

Confirming holds the table, as closing does: a sheet is in the tally, or counted anew after it, or was never
acknowledged.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from participation import assistance, desk, notices, roles, sheet_keyboard, sheets
from participation.event import Phase
from participation.paper_lines import Line, are_lines, is_code, label_of, read_head, read_lines
from storage import acts, ballots, paper
from storage.paper import Desk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from participation.desk import Draft, Hand, Told
    from participation.event import Event
    from participation.notices import Role
    from participation.sheets import Standing
    from storage.database import Database, Reader, Transaction
    from storage.people import Person

ANSWERS = ("confirm", "correct", "cancel")
"""What the words mean that answer what was read back."""


# --- typed ---------------------------------------------------------------------------------------------


async def command(
    database: Database,
    event: Event,
    by: Hand | None,
    argument: str,
    words: Mapping[str, str],
    kind: Literal["new", "correct"],
) -> Told:
    """`/carta` ("new") and `/schede` ("correct") with what stands behind them.

    `words`: casefolded, to "sheet", "zone", "blank", "withdraw", "confirm", "correct" or "cancel".
    """
    name = "carta" if kind == "new" else "schede"
    if by is None:
        return (notices.NotAllowed(command=name),)
    meaning = words.get(argument.strip(" .!").casefold())
    if meaning in ANSWERS:
        return await _answer(database, event, by, meaning)
    meant = await sheets.whose(database, event, by.person, name, argument)
    if isinstance(meant, notices.Notice):
        return (meant,)
    table, text = meant
    if text.strip():
        return await _about(database, event, by, table, text, words, kind)
    if kind == "new":
        return (await _how(database, event, table, by.person),)
    return (await sheets.listed(database, event, by.person, table),)


async def _about(
    database: Database,
    event: Event,
    by: Hand,
    table: str,
    text: str,
    words: Mapping[str, str],
    kind: Literal["new", "correct"],
) -> Told:
    """A word and a sheet to withdraw, a number alone, or lines."""
    first, *behind = text.split(maxsplit=1)
    if words.get(first.casefold()) == "withdraw" and behind:
        return await ask_withdrawal(database, event, by, table, behind[0], words)
    head = read_head(text, words) if len(text.splitlines()) == 1 else None
    label = None if head is None or head.rest else label_of(head.label)
    if label is None:
        return await _write(database, event, by, table, text, words, kind)
    if not is_code(label):
        found = await sheets.shown(database, event, by.person, table, label)
        if kind == "correct" or (isinstance(found, notices.SheetShown) and found.dots is not None):
            return (found,)
    return await sheet_keyboard.open_sheet(database, event, by, table, label)


async def typed(
    database: Database, event: Event, by: Hand, text: str, words: Mapping[str, str]
) -> Told | None:
    """What somebody with a desk typed without a command; None when it is about something else.

    A number alone is the answer of who was asked how many sheets were handed in.
    """
    plain = text.strip().strip(".!").casefold()
    count = sheets.read_count(plain)
    if count is not None:
        return await _handed_in(database, event, by, count)
    meaning = words.get(plain)
    lines = are_lines(text, words)
    if (meaning not in ANSWERS and not lines) or await acts.known(database, _nothing(by)):
        return None
    mine = await paper.desk(database, by.person.id)
    if meaning in ANSWERS:
        if mine is not None or await acts.known(database, by.act):
            return await _answer(database, event, by, meaning)
        if await roles.enters_paper(database, by.person):
            # It is taken for something else, and stays that when it is delivered again.
            async with database.transaction() as tx:
                await acts.first_time(tx, _nothing(by), by.now)
        return None
    own = await roles.paper_tables(database, by.person)
    table = mine.table if mine is not None else own[0] if len(own) == 1 else None
    return None if table is None else await _write(database, event, by, table, text, words, "new")


async def _handed_in(database: Database, event: Event, by: Hand, count: int) -> Told | None:
    if await acts.known(database, by.act):
        return (notices.PaperDesk(table=None, reason="done", waiting=0),)
    table = await sheets.awaiting(database, by.person)
    if table is None:
        return None
    return (await sheets.say_handed_in(database, event, by.person, table, count, by.now, by.act),)


async def _answer(database: Database, event: Event, by: Hand, meaning: str) -> Told:
    match meaning:
        case "confirm":
            return await confirm(database, event, by, None)
        case "correct":
            return (await desk.correct(database, by.person),)
        case _:
            return (await desk.put_away(database, by),)


async def _how(reader: Reader, event: Event, table: str, person: Person) -> notices.PaperHow:
    """How sheets are written at this table."""
    standing = await paper.sheets_of(reader, table)
    mine = await paper.desk(reader, person.id)
    return notices.PaperHow(
        table=table,
        following=max((each.number for each in standing), default=0) + 1,
        zones=desk.zones_of(event, table),
        waiting=len(desk.draft_of(mine).lines) if mine is not None and mine.table == table else 0,
    )


async def _write(
    database: Database,
    event: Event,
    by: Hand,
    table: str,
    text: str,
    words: Mapping[str, str],
    kind: Literal["new", "correct"],
) -> Told:
    """Lines about sheets, put on the desk and read back; what is wrong with the others is said."""
    lines, problems = read_lines(text, event, event.table(table), words, kind)
    async with database.transaction() as tx:
        return await desk.take(tx, event, by, table, lines, problems)


async def ask_withdrawal(
    database: Database, event: Event, by: Hand, table: str, text: str, words: Mapping[str, str]
) -> Told:
    """A sheet to withdraw ("12", and a reason if one is given), asked back like everything else.

    One that only waits on the desk is taken off it.
    """
    head = read_head(text, words)
    label = None if head is None else label_of(head.label)
    if head is None or label is None:
        wrong = notices.SheetProblem(line=text, label=None, reason="no_label")
        return (notices.PaperReadBack(table=table, token="", sheets=(), problems=(wrong,)),)
    line = Line(label=label, dots={}, act="withdraw", reason=head.rest.strip("() ") or None)
    async with database.transaction() as tx:
        mine = await paper.desk(tx, by.person.id)
        draft = desk.draft_of(mine)
        waiting = draft.lines.get(label)
        if mine is None or mine.table != table or waiting is None or waiting.act != "new":
            return await desk.take(tx, event, by, table, [line])
        if is_code(label) and await desk.obstacle(tx, await sheets.standing_of(tx, table), line) is None:
            return await desk.take(tx, event, by, table, [line])
        await desk.first_time(tx, by)
        del draft.lines[label]
        await desk.put(tx, by.person, mine, draft)
        if not draft.lines:
            return (notices.PaperDesk(table=table, reason="dropped", waiting=0),)
        return (await desk.read_back(tx, event, mine, draft),)


# --- confirmed -----------------------------------------------------------------------------------------


async def confirm(database: Database, event: Event, by: Hand, token: str | None) -> Told:
    """What was read back counts from now on. `token`: the lines that are confirmed (None: what is there).

    The same press or message again does nothing: what was confirmed by it is said to be done.
    """
    async with database.transaction() as tx:
        mine = await paper.desk(tx, by.person.id)
        draft = desk.draft_of(mine)
        table = None if mine is None else mine.table
        for key in (by.act, None if token is None else f"paper:{token}"):
            if key is not None and await acts.known(tx, key):
                return (notices.PaperDesk(table=table, reason="done", waiting=0),)
        if mine is None or not draft.lines or await acts.known(tx, _nothing(by)):
            # What comes later is not meant, should this be delivered again.
            await acts.first_time(tx, _nothing(by), by.now)
            return (notices.PaperDesk(table=table, reason="nothing", waiting=0),)
        role = await roles.paper_role(tx, by.person, mine.table)
        if role is None:
            return (notices.NotAllowed(command="carta"),)
        if token is not None and token != desk.token_of(mine, draft):
            changed = notices.PaperDesk(table=table, reason="changed", waiting=len(draft.lines))
            return (changed, await desk.read_back(tx, event, mine, draft))
        before = await sheets.hold(tx, mine.table)
        no = sheets.refused(before, role) or await _refused_before(tx, by, mine.table)
        if no is not None:
            await acts.first_time(tx, f"refused:{no.reason}:{by.act}", by.now)
            return (no,)
        return (await _enter(tx, event, by, role, mine, draft, before),)


async def _refused_before(tx: Transaction, by: Hand, table: str) -> notices.PaperRefused | None:
    """What was told before to a message that is delivered again: refused, it stays refused."""
    for reason in ("early", "settled"):
        if await acts.known(tx, f"refused:{reason}:{by.act}"):
            return notices.PaperRefused(table=table, reason=reason)
    return None


def _nothing(by: Hand) -> str:
    """What names a message that answered nothing."""
    return f"nothing:{by.act}"


async def _enter(
    tx: Transaction, event: Event, by: Hand, role: Role, mine: Desk, draft: Draft, before: Standing
) -> notices.PaperEntered:
    for key in (by.act, f"paper:{desk.token_of(mine, draft)}"):
        await acts.first_time(tx, key, by.now)
    done = {"new": 0, "correct": 0, "withdraw": 0, "assisted": 0}
    problems: list[notices.SheetProblem] = []
    trace = 0
    for place, line in enumerate(draft.lines.values()):
        wrong = await desk.obstacle(tx, before, line)
        if wrong is None:
            # A fresh id each, none of which tells that they came together.
            ballot = hashlib.sha256(f"{by.new_id}:{place}".encode()).hexdigest()[:24]
            trace = await _do(tx, event, by, role, before, line, ballot)
            done["assisted" if line.assisted else line.act] += 1
        else:
            problems.append(wrong)
    await paper.clear_desk(tx, by.person.id)
    if draft.editing is not None:
        # A sheet that is on the keyboard was not read back, and stays there.
        await desk.put(tx, by.person, Desk(by.new_id, mine.table, ""), desk.Draft(editing=draft.editing))
    fell = trace > 0 and await sheets.changed(tx, event, before, by.person, role, trace, by.now)
    counts = await paper.counts_of(tx, mine.table)
    return notices.PaperEntered(
        table=mine.table,
        entered=done["new"],
        corrected=done["correct"],
        withdrawn=done["withdraw"],
        assisted=done["assisted"],
        standing=counts.entered,
        handed_in=counts.handed_in,
        problems=tuple(problems),
        fell=fell,
    )


async def _do(
    tx: Transaction, event: Event, by: Hand, role: Role, at: Standing, line: Line, new_ballot: str
) -> int:
    """Do what one line says, with its trace; the number of that."""
    table = at.row.code
    before: str | None = None
    acted = {"new": "entered", "correct": "corrected"}.get(line.act, "withdrawn")
    if line.assisted:
        # What they had put on it themselves is nobody's business: the trace has what the table's hands did.
        helped = await paper.person_with(tx, table, line.label)
        assert helped is not None, "looked up a moment ago"
        ballot = await assistance.enter(tx, event, helped, line.dots, withdraw=line.act == "withdraw")
        acted = "withdrawn" if line.act == "withdraw" else "entered"
    elif line.act == "new":
        ballot = await _new_sheet(tx, event, at, line, new_ballot)
    else:
        there = await paper.sheet(tx, table, int(line.label))
        assert there is not None, "looked up a moment ago"
        ballot, before = there.ballot, sheets.dump_dots(there.dots)
        await _set(tx, ballot, line.dots)
        if line.act == "withdraw":
            await paper.withdraw(tx, ballot, by.now)
        elif line.zone is not None:
            await ballots.set_zone(tx, ballot, line.zone)
    return await paper.add_trace(
        tx,
        table,
        by.now,
        by.person.id,
        role,
        acted,
        ballot=ballot,
        label=line.label,
        before=before,
        after=None if acted == "withdrawn" else sheets.dump_dots(line.dots),
        reason=line.reason,
    )


async def _new_sheet(tx: Transaction, event: Event, at: Standing, line: Line, ballot: str) -> str:
    table = at.row.code
    await ballots.create_on_paper(
        tx,
        ballot,
        table,
        line.zone or event.table(table).zones[0],
        budget=event.session1.dots,
        stack=event.session1.most_per_strategy,
        is_open=at.phase is Phase.SESSION1,
    )
    await paper.add_sheet(tx, ballot, table, int(line.label))
    await _set(tx, ballot, line.dots)
    return ballot


async def _set(tx: Transaction, ballot: str, wished: Mapping[str, int]) -> None:
    held = await ballots.hold(tx, ballot)
    assert held is not None, "a sheet has its ballot"
    await ballots.set_dots(tx, held, {**dict.fromkeys(held.dots, 0), **wished})
