"""What the regia sees of themes: the board by weight and kind, what is to be looked at, what is in a theme.

Showing is remembered: which contributions somebody of the regia saw where they are, and up to which act each
person knows what they were shown (`participation/curation.py` compares by that).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from participation import notices, personal_data, roles
from participation.curation import floor_of, letter_of, refused
from participation.theme_notices import (
    LEFTOVERS,
    AxesShown,
    AxisHeld,
    Choice,
    LeftoversShown,
    Quote,
    Refusal,
    Section,
    ThemeBoard,
    ThemeChoose,
    ThemeItem,
    ThemeRefused,
    ThemeShown,
)
from participation.themes import Kind, kinds
from participation.thinking import as_said
from storage import contribution_trace, outbox, theme_acts, themes
from storage.outbox import Urgency
from storage.themes import Merged, Placed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice
    from storage.contribution_trace import State
    from storage.database import Database, Reader, Transaction
    from storage.people import Person
    from storage.themes import ThemeRow

THEMES_AT_ONCE = 12
"""Themes on a page."""

QUOTES_AT_ONCE = 8
"""Contributions on a page."""

Item = TypeVar("Item")
Stood = TypeVar("Stood", Placed, Merged)


@dataclass(frozen=True)
class Look:
    """The themes that have contributions, the weightiest first, and what is in each."""

    items: tuple[ThemeItem, ...]
    members: dict[str, tuple[Placed, ...]]
    leftovers: tuple[Placed, ...]
    contributions: int
    unread: int


async def read(reader: Reader, event: Event, until: datetime | None = None) -> Look:
    """All themes with what is in them, leftovers, and how much is not read yet.

    Each contribution that stands is in exactly one of `members` and `leftovers`; `until`: of those that had
    come by then, as they were then.
    """
    # In this order: between the two longest pieces of work the event loop goes round.
    places = await themes.places(reader)
    if until is not None:
        places = _as_of(places, await contribution_trace.as_of(reader, until))
    rows = await themes.all_themes(reader)
    inside: dict[int, list[Placed]] = {}
    for each in places:
        if each.theme is not None:
            inside.setdefault(each.theme, []).append(each)
    items = [_item(rows[number], members, event) for number, members in inside.items()]
    items.sort(key=lambda item: (-item.tables, -item.voices, -item.contributions, int(item.number)))
    return Look(
        items=tuple(items),
        members={str(number): tuple(members) for number, members in inside.items()},
        leftovers=tuple(each for each in places if each.theme is None),
        contributions=len(places),
        unread=sum(not each.read for each in places),
    )


def _as_of(places: Sequence[Placed], changed: Mapping[str, State | None]) -> Sequence[Placed]:
    """Contributions as they were at a moment, by what of them came or `changed` after it (None: came).

    What came later and has what came before merged into it is stood for by the first of those.
    """
    found = []
    for each in places:
        here = tuple(
            _was(one, changed)
            for one in each.same
            if one.contribution not in changed or changed[one.contribution] is not None
        )
        if each.contribution not in changed or changed[each.contribution] is not None:
            found.append(replace(_was(each, changed), same=here))
        elif here:
            first, *rest = here
            found.append(replace(each, **vars(first), same=tuple(rest)))
    return found


def _was(each: Stood, changed: Mapping[str, State | None]) -> Stood:
    was = changed.get(each.contribution)
    return each if was is None else replace(each, text=was.text, strategy=was.strategy, question=was.question)


def _item(row: ThemeRow, members: Sequence[Placed], event: Event) -> ThemeItem:
    said = [as_said(each) for each in members]
    found = kinds(said, event)
    known = {strategy.code for strategy in event.strategies}
    touched = {event.axis_of(each.strategy).code for each in members if each.strategy in known}
    return ThemeItem(
        number=str(row.id),
        title=row.title,
        keywords=row.keywords,
        recurring=Kind.RECURRING in found,
        crosscutting=Kind.CROSSCUTTING in found,
        tables=len({each.table for each in members}),
        voices=len({voice for each in said for voice in each.voices}),
        contributions=len(members),
        axes=tuple(axis.code for axis in event.axes if axis.code in touched),
        new=sum(not each.looked for each in members),
        plenary=row.plenary,
        marked=sum(each.plenary for each in members),
    )


def _to_look(look: Look, mine: frozenset[str], others: frozenset[str]) -> tuple[list[ThemeItem], int]:
    """Themes with something new: those on the person's own axes first; and how many are others' alone.

    A theme is left to others when all its axes are theirs.
    """
    new = [item for item in look.items if item.new]
    left = [item for item in new if item.axes and set(item.axes) <= others]
    rest = [item for item in new if item not in left]
    rest.sort(key=lambda item: not mine.intersection(item.axes))
    return rest, len(left)


async def board(
    database: Database,
    event: Event,
    person: Person,
    section: Section,
    axis: str = "",
    page: int = 1,
    *,
    by_hand: bool = False,
) -> Notice:
    """The themes of one section. `by_hand`: the machine finds none."""
    if axis and axis not in {each.code for each in event.axes}:
        return refused(Refusal.UNKNOWN_AXIS, misread=axis)
    look = await read(database, event)
    async with database.transaction() as tx:
        if not await roles.is_regia(tx, person):
            return notices.NotAllowed(command="temi")
        me = await theme_acts.curator_of(tx, person.id)
        held = await theme_acts.axes(tx)
        mine = frozenset(code for code, curator in held.items() if curator == me)
        to_look, others = _to_look(look, mine, frozenset(held) - mine)
        chosen = {
            Section.ALL: look.items,
            Section.LOOK: to_look,
            Section.RECURRING: [item for item in look.items if item.recurring],
            Section.CROSSCUTTING: [item for item in look.items if item.crosscutting],
            Section.SINGLE: [item for item in look.items if not item.recurring and not item.crosscutting],
            Section.PLENARY: [item for item in look.items if item.plenary],
            Section.AXIS: [item for item in look.items if axis in item.axes],
        }[section]
        if section is Section.ALL:
            chosen = _by_kind(look)
        shown, page, pages = _page(chosen, page, THEMES_AT_ONCE)
        await theme_acts.see(tx, person.id, [mark for item in shown for mark in _marks(item)])
    return ThemeBoard(
        section=section,
        axis=axis,
        items=tuple(shown),
        page=page,
        pages=pages,
        contributions=look.contributions,
        themes=len(look.items),
        leftovers=len(look.leftovers),
        look=len(to_look),
        others=others,
        unread=0 if by_hand else look.unread,
        by_hand=by_hand,
    )


async def tell_first(tx: Transaction, event: Event, key: str, now: datetime) -> None:
    """The people of the regia get the first themes, once per `key`, as they are now."""
    look = await read(tx, event)
    shown, page, pages = _page(_by_kind(look), 1, THEMES_AT_ONCE)
    board = ThemeBoard(
        section=Section.ALL,
        axis="",
        items=tuple(shown),
        page=page,
        pages=pages,
        contributions=look.contributions,
        themes=len(look.items),
        leftovers=len(look.leftovers),
        look=sum(item.new > 0 for item in look.items),
        others=0,
        unread=0,
        first=True,
    )
    await outbox.announce(tx, key, "regia", notices.dump(board), now, urgency=Urgency.POST)


async def show(database: Database, event: Event, person: Person, theme: str, page: int = 1) -> Notice:
    """A theme (or the LEFTOVERS) with what is in it, word for word."""
    look = await read(database, event)
    row = None if theme == LEFTOVERS else (await floor_of(database)).theme(theme)
    if isinstance(row, ThemeRefused):
        return row
    members = look.leftovers if row is None else look.members.get(str(row.id), ())
    shown, page, pages = _page(members, page, QUOTES_AT_ONCE)
    async with database.transaction() as tx:
        if not await roles.is_regia(tx, person):
            return notices.NotAllowed(command="temi")
        await themes.look(tx, [each.number for each in shown])
        marks = [f"place:{each.number}" for each in shown]
        if row is not None:
            marks += _marks(_item(row, members, event))
        await theme_acts.see(tx, person.id, marks)
    quotes = tuple(_quote(each) for each in shown)
    if row is None:
        return LeftoversShown(quotes=quotes, page=page, pages=pages, count=len(members))
    tables = {each.table for each in members}
    return ThemeShown(
        item=_item(row, members, event),
        tables=tuple(table.code for table in event.tables if table.code in tables),
        quotes=quotes,
        page=page,
        pages=pages,
    )


async def choose(
    database: Database, event: Event, person: Person, what: Choice, number: str, page: int = 1
) -> Notice:
    """What there is to choose from: themes to merge with, contributions to move, where one may go."""
    if not await roles.is_regia(database, person):
        return notices.NotAllowed(command="temi")
    floor = await floor_of(database)
    look = await read(database, event)
    said = floor.said(number) if what is Choice.TARGET else None
    if isinstance(said, ThemeRefused):
        return said
    theme = number if said is None else LEFTOVERS if said.theme is None else str(said.theme)
    row = None if theme == LEFTOVERS and what in {Choice.SAID, Choice.TARGET} else floor.theme(theme)
    if isinstance(row, ThemeRefused):
        return row
    shown: Sequence[ThemeItem] = ()
    quotes: Sequence[Placed] = ()
    pages = 1
    if what is Choice.SAID:
        members = look.leftovers if row is None else look.members.get(theme, ())
        quotes, page, pages = _page(members, page, QUOTES_AT_ONCE)
    elif what is not Choice.NAME:
        shown, page, pages = _page(
            [item for item in look.items if item.number != theme], page, THEMES_AT_ONCE
        )
    async with database.transaction() as tx:
        marks = [mark for item in shown for mark in _marks(item)]
        await theme_acts.see(tx, person.id, [*marks, *(f"place:{each.number}" for each in quotes)])
    return ThemeChoose(
        what=what,
        number=number,
        title="" if row is None else row.title,
        themes=tuple(shown),
        quotes=tuple(_quote(each) for each in quotes),
        page=page,
        pages=pages,
    )


async def axes(database: Database, event: Event, person: Person) -> Notice:
    """Who looks after which axis."""
    look = await read(database, event)
    async with database.transaction() as tx:
        if not await roles.is_regia(tx, person):
            return notices.NotAllowed(command="temi")
        me = await theme_acts.curator_of(tx, person.id)
        held = await theme_acts.axes(tx)
        await theme_acts.see(tx, person.id, [f"axis:{axis.code}" for axis in event.axes])
    return AxesShown(
        letter=letter_of(me),
        axes=tuple(
            AxisHeld(
                axis=axis.code,
                letter="" if axis.code not in held else letter_of(held[axis.code]),
                mine=held.get(axis.code) == me,
                themes=sum(axis.code in item.axes for item in look.items),
                look=sum(axis.code in item.axes and item.new > 0 for item in look.items),
            )
            for axis in event.axes
        ),
    )


def _by_kind(look: Look) -> Sequence[ThemeItem]:
    """The themes by kind; within each they are by weight already."""
    return sorted(look.items, key=lambda item: 0 if item.recurring else 1 if item.crosscutting else 2)


def _marks(item: ThemeItem) -> list[str]:
    return [f"{what}:{item.number}" for what in ("name", "plenary", "theme")]


def _quote(each: Placed) -> Quote:
    shown = personal_data.shown(each.text, let_pass=each.let_pass)
    return Quote(
        number=str(each.number),
        table=each.table,
        session=each.session,
        strategy=each.strategy,
        question=each.question,
        note=each.source == "table",
        new=not each.looked,
        text=shown.text,
        gaps=shown.gaps,
        people=len(as_said(each).voices),
        plenary=each.plenary,
    )


def _page(items: Sequence[Item], page: int, size: int) -> tuple[Sequence[Item], int, int]:
    """One page of these, its number (the nearest there is) and how many there are."""
    pages = max(1, -(-len(items) // size))
    page = min(max(page, 1), pages)
    return items[(page - 1) * size : page * size], page, pages
