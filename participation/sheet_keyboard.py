"""One sheet filled in with buttons, axis by axis, like a ballot; what is marked rests on the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from participation import desk, notices, roles, sheets
from participation.desk import SCREEN, Draft, Editing
from participation.paper_lines import Line, is_code, too_much
from storage import paper, screens

if TYPE_CHECKING:
    from participation.desk import Hand, Told
    from participation.event import Event
    from storage.database import Database, Reader, Transaction
    from storage.paper import Desk
    from storage.people import Person


class View(BaseModel):
    """Which sheet the keyboard's screen is about."""

    table: str
    label: str


async def open_sheet(database: Database, event: Event, by: Hand, table: str, label: str) -> Told:
    """A keyboard for one sheet (or for somebody's code), with what it has or what waits on the desk."""
    async with database.transaction() as tx:
        role = await roles.paper_role(tx, by.person, table)
        if role is None:
            return (notices.NotAllowed(command="carta"),)
        now = await sheets.standing_of(tx, table)
        mine = await desk.desk_for(tx, by, table)
        no = sheets.refused(now, role) or (mine if isinstance(mine, notices.Notice) else None)
        if no is not None or isinstance(mine, notices.Notice):
            return () if no is None else (no,)
        draft = desk.draft_of(mine)
        there = None if is_code(label) else await paper.sheet(tx, table, int(label))
        waiting = draft.lines.get(label)
        line = Line(
            label=label,
            act="new" if there is None else "correct",
            dots={} if there is None else dict(there.dots),
            zone=None if there is None else there.zone,
        )
        wrong = await desk.obstacle(tx, now, line)
        if wrong is not None:
            return (_only(table, wrong),)
        if waiting is not None and waiting.act != "withdraw":
            line = waiting
        draft.editing = Editing(
            label=label, act=line.act, page=event.axes[0].code, dots=line.dots, zone=line.zone
        )
        await desk.put(tx, by.person, mine, draft)
        view = View(table=table, label=label).model_dump_json()
        await screens.want_at_bottom(tx, by.person.id, SCREEN, view)
    return ()


def _only(table: str, wrong: notices.SheetProblem) -> notices.PaperReadBack:
    return notices.PaperReadBack(table=table, token="", sheets=(), problems=(wrong,))


async def _edited(tx: Transaction, person: Person, label: str) -> tuple[Desk, Draft, Editing] | None:
    """What the keyboard has, if it is about this sheet; otherwise the screen is drawn as it truly is."""
    mine = await paper.desk(tx, person.id)
    draft = desk.draft_of(mine)
    if mine is None or draft.editing is None or draft.editing.label != label:
        await screens.redraw(tx, person.id, SCREEN)
        return None
    return mine, draft, draft.editing


async def change_sheet(
    database: Database,
    event: Event,
    person: Person,
    label: str,
    message: int | None,
    *,
    dot: tuple[str, int] | None = None,
    page: str | None = None,
    zone: str | None = None,
) -> Told:
    """A button of the keyboard: the wished number of dots on a strategy, an axis, or the zone.

    `message`: the one that was pressed, which is the keyboard from now on.
    """
    async with database.transaction() as tx:
        found = await _edited(tx, person, label)
        if found is None:
            return (notices.ButtonOutdated(),)
        mine, draft, editing = found
        if await roles.paper_role(tx, person, mine.table) is None:
            return (notices.NotAllowed(command="carta"),)
        editing.full = False
        if dot is not None and dot[0] in {strategy.code for strategy in event.strategies}:
            wished = {code: n for code, n in {**editing.dots, dot[0]: dot[1]}.items() if n}
            editing.full = too_much(wished, event) is not None
            if not editing.full:
                editing.dots = wished
        if page is not None and page in {axis.code for axis in event.axes}:
            editing.page = page
        if zone is not None and zone in event.table(mine.table).zones:
            editing.zone = zone
        await desk.put(tx, person, mine, draft)
        if message is not None:
            await screens.adopt(tx, person.id, SCREEN, message)
        await screens.redraw(tx, person.id, SCREEN)
    return ()


async def finish_sheet(database: Database, event: Event, by: Hand, label: str) -> Told:
    """The sheet on the keyboard is complete: it is read back with whatever else waits."""
    async with database.transaction() as tx:
        found = await _edited(tx, by.person, label)
        if found is None:
            return (notices.ButtonOutdated(),)
        mine, draft, editing = found
        zones = desk.zones_of(event, mine.table)
        if zones and editing.zone is None and not is_code(label):
            wrong = notices.SheetProblem(line=label, label=label, reason="zone", zones=zones)
            return (_only(mine.table, wrong),)
        line = Line(label=label, act=editing.act, dots=editing.dots, zone=editing.zone)
        draft.editing = None
        await desk.put(tx, by.person, mine, draft)
        await screens.redraw(tx, by.person.id, SCREEN)
        return await desk.take(tx, event, by, mine.table, [line])


async def screen(reader: Reader, event: Event, person: Person, view: str) -> notices.SheetScreen:
    """The keyboard as it is now, or that it is not used any more."""
    about = View.model_validate_json(view)
    mine = await paper.desk(reader, person.id)
    editing = desk.draft_of(mine).editing
    if mine is None or mine.table != about.table or editing is None or editing.label != about.label:
        editing = Editing(label="", act="new", page=event.axes[0].code, dots={}, zone=None)
    return notices.SheetScreen(
        table=about.table,
        label=about.label,
        assisted=is_code(about.label),
        page=editing.page,
        dots=sheets.in_order(editing.dots, event),
        budget=event.session1.dots,
        zone=editing.zone,
        zones=() if is_code(about.label) else desk.zones_of(event, about.table),
        full=editing.full,
        open=bool(editing.label),
    )
