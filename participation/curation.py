"""What the regia does to themes: rename, merge, split, move, mark for the plenary, undo; look after axes.

Every act is written as what each thing was before and is after, under the key of the update it came in: done
once, told again. Before it is done it is compared with what others did there that this person was not shown
(`storage.theme_acts.theme_seen`): then nothing is changed, they are told who did what, and when they do it
again it is done. So two people at once undo nothing of each other's without knowing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import BaseModel

from participation import notices, roles
from participation.settling import now_in
from participation.theme_notices import (
    LEFTOVERS,
    NEW,
    Curation,
    Refusal,
    ThemeChangedMeanwhile,
    ThemeDone,
    ThemeRefused,
)
from storage import theme_acts, themes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Database, Reader, Transaction
    from storage.people import Person
    from storage.theme_acts import Act
    from storage.themes import Placed, ThemeRow

NAME_LENGTH = 80
"""Characters of a name at most."""

_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Curator:
    """Who does something. `act` names the message or press for ever."""

    person: Person
    act: str
    now: datetime


class ThemeState(BaseModel):
    """What of a theme an act can change."""

    name: str | None
    plenary: bool
    gone: bool
    gone_into: int | None


class PlaceState(BaseModel):
    """Where a contribution is, and whether the regia holds it there."""

    theme: int | None
    held: bool


class Content(BaseModel):
    """What an act changed: each thing before and after. Keys: numbers of themes, of contributions; axes."""

    themes: dict[int, tuple[ThemeState, ThemeState]] = {}
    places: dict[int, tuple[PlaceState, PlaceState]] = {}
    axes: dict[str, tuple[int | None, int | None]] = {}


@dataclass
class _Plan:
    """An act to be done: what it changes, what it needs to stay, which themes it puts hands on."""

    curation: Curation
    told: ThemeDone
    content: Content = field(default_factory=Content)
    needs: set[str] = field(default_factory=set)
    touches: set[int] = field(default_factory=set)
    undoes: int | None = None

    def marks(self) -> dict[str, bool]:
        """What is changed (False) and what is only needed (True)."""
        found = dict.fromkeys(self.needs, True)
        for number, (before, after) in self.content.themes.items():
            if before.name != after.name or before.gone != after.gone:
                found[f"name:{number}"] = False
            if before.plenary != after.plenary or before.gone != after.gone:
                found[f"plenary:{number}"] = False
            if before.gone != after.gone:
                found[f"theme:{number}"] = False
        found |= dict.fromkeys((f"place:{number}" for number in self.content.places), False)
        found |= dict.fromkeys((f"axis:{code}" for code in self.content.axes), False)
        return found


class _Floor:
    """All themes and places, as the transaction of an act finds them."""

    def __init__(self, rows: Mapping[int, ThemeRow], places: Sequence[Placed]) -> None:
        self.themes = rows
        self.places = {each.number: each for each in places}

    def theme(self, text: str) -> ThemeRow | ThemeRefused:
        """The theme with this number; or that there is none, or none any more."""
        row = self.themes.get(int(text)) if text.isdecimal() else None
        if row is None:
            return refused(Refusal.UNKNOWN_THEME, misread=text)
        if row.gone:
            return self._gone(row)
        return row

    def _gone(self, row: ThemeRow) -> ThemeRefused:
        into = now_in(self.themes, row.id)
        return refused(
            Refusal.GONE,
            misread=str(row.id),
            number=LEFTOVERS if into is None else str(into),
            title="" if into is None else self.themes[into].title,
        )

    def said(self, text: str) -> Placed | ThemeRefused:
        """The contribution with this number; or that none such stands."""
        found = self.places.get(int(text)) if text.isdecimal() else None
        return found or refused(Refusal.UNKNOWN_SAID, misread=text)

    def title(self, theme: int | None) -> str:
        """What a theme is called; "" for none."""
        return "" if theme is None else self.themes[theme].title

    def members(self, theme: int) -> list[Placed]:
        """What is in a theme."""
        return [each for each in self.places.values() if each.theme == theme]


async def floor_of(reader: Reader) -> _Floor:
    """All themes and places."""
    return _Floor(await themes.all_themes(reader), await themes.places(reader))


def letter_of(curator: int) -> str:
    """How the others hear of somebody: A, B ... Z, AA ..."""
    letters = ""
    while curator > 0:
        curator, rest = divmod(curator - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def number_of(letter: str) -> int:
    """The number behind a letter; 0 for what is none."""
    number = 0
    for each in letter.upper():
        if not "A" <= each <= "Z":
            return 0
        number = number * 26 + ord(each) - ord("A") + 1
    return number


def refused(
    refusal: Refusal, *, misread: str = "", number: str = LEFTOVERS, title: str = "", by: Act | None = None
) -> ThemeRefused:
    """Nothing was done, and why."""
    return ThemeRefused(
        refusal=refusal,
        misread=misread,
        number=number,
        title=title,
        by="" if by is None else letter_of(by.curator),
        curation=Curation.UNDO if by is None else Curation(by.kind),
        at=None if by is None else by.at,
    )


def _done(curation: Curation, theme: ThemeRow | None, **values: object) -> ThemeDone:
    blank: dict[str, object] = {
        "number": LEFTOVERS if theme is None else str(theme.id),
        "title": "" if theme is None else theme.title,
        "before": "",
        "after": "",
        "source": "",
        "numbers": (),
        "rest": (),
        "axis": "",
        "wished": True,
        "already": False,
        "act": "",
    }
    return ThemeDone.model_validate({"curation": curation, **blank, **values})


# ------------------------------------------------------------------------------------------------- the acts


async def rename(database: Database, by: Curator, theme: str, name: str) -> Notice:
    """Give a theme a name of the regia's."""

    async def plan(tx: Transaction, _curator: int) -> _Plan | Notice:
        floor = await floor_of(tx)
        row = floor.theme(theme)
        if isinstance(row, ThemeRefused):
            return row
        wanted = " ".join(name.split())
        if not any(map(str.isalnum, wanted)):
            return refused(Refusal.NO_NAME, number=str(row.id), title=row.title)
        if len(wanted) > NAME_LENGTH:
            return refused(Refusal.LONG_NAME, misread=wanted, number=str(row.id), title=row.title)
        before = _state(row)
        return _Plan(
            Curation.RENAME,
            _done(Curation.RENAME, row, title=wanted, before=row.title, already=wanted == row.name),
            Content(themes={row.id: (before, before.model_copy(update={"name": wanted}))}),
            {f"theme:{row.id}"},
            {row.id},
        )

    return await _act(database, by, plan)


async def merge(database: Database, by: Curator, into: str, others: Sequence[str]) -> Notice:
    """Put everything that is in the other themes into this one; they are gone then."""

    async def plan(tx: Transaction, _curator: int) -> _Plan | Notice:
        floor = await floor_of(tx)
        target = floor.theme(into)
        if isinstance(target, ThemeRefused):
            return target
        content, merged = Content(), []
        plenary = target.plenary
        for each in dict.fromkeys(others):
            known = floor.themes.get(int(each)) if each.isdecimal() else None
            if known is not None and known.gone and now_in(floor.themes, known.id) == target.id:
                # Somebody did the same before.
                merged.append(each)
                continue
            row = floor.theme(each)
            if isinstance(row, ThemeRefused):
                return row
            if row.id == target.id:
                return refused(Refusal.ITSELF, misread=each, number=str(row.id), title=row.title)
            merged.append(str(row.id))
            plenary = plenary or row.plenary
            before = _state(row)
            content.themes[row.id] = (
                before,
                before.model_copy(update={"gone": True, "gone_into": target.id}),
            )
            for member in floor.members(row.id):
                content.places[member.number] = (_place(member), PlaceState(theme=target.id, held=True))
        if not merged:
            return refused(Refusal.UNCLEAR, misread=into)
        if content.themes and plenary != target.plenary:
            before = _state(target)
            content.themes[target.id] = (before, before.model_copy(update={"plenary": plenary}))
        return _Plan(
            Curation.MERGE,
            _done(
                Curation.MERGE,
                target,
                numbers=tuple(merged),
                before=", ".join(floor.title(number) for number in content.themes if number != target.id),
                already=not content.themes,
            ),
            content,
            {f"theme:{target.id}"},
            {target.id},
        )

    return await _act(database, by, plan)


async def split(
    database: Database, by: Curator, source: str, numbers: Sequence[str], name: str = ""
) -> Notice:
    """Make a theme of its own of some of what is in one."""

    async def plan(tx: Transaction, _curator: int) -> _Plan | Notice:
        floor = await floor_of(tx)
        row = floor.theme(source)
        if isinstance(row, ThemeRefused):
            return row
        for text in numbers:
            each = floor.said(text)
            if isinstance(each, ThemeRefused):
                return each
            if each.theme != row.id:
                return _elsewhere(floor, each)
        return await _into_new(tx, floor, Curation.SPLIT, numbers, row, name)

    return await _act(database, by, plan)


async def move(database: Database, by: Curator, numbers: Sequence[str], target: str) -> Notice:
    """Put contributions into a theme (its number), among the leftovers (LEFTOVERS), or into a NEW one."""

    async def plan(tx: Transaction, _curator: int) -> _Plan | Notice:
        floor = await floor_of(tx)
        content = Content()
        sources: set[int | None] = set()
        row = None if target in {LEFTOVERS, NEW} else floor.theme(target)
        if isinstance(row, ThemeRefused):
            return row
        wished = PlaceState(theme=None if row is None else row.id, held=True)
        for text in dict.fromkeys(numbers):
            each = floor.said(text)
            if isinstance(each, ThemeRefused):
                return each
            sources.add(each.theme)
            if _place(each) != wished:
                content.places[each.number] = (_place(each), wished)
        source = floor.themes.get(next(iter(sources)) or 0) if len(sources) == 1 else None
        if target == NEW:
            return await _into_new(tx, floor, Curation.MOVE, numbers, source)
        rest = () if source is None or source == row else _rest(floor, source, numbers)
        return _Plan(
            Curation.MOVE,
            _done(
                Curation.MOVE,
                row,
                numbers=tuple(dict.fromkeys(numbers)),
                source="" if source is None or source == row else str(source.id),
                rest=rest,
                already=not content.places,
            ),
            content,
            set() if row is None else {f"theme:{row.id}"},
            set() if row is None else {row.id},
        )

    return await _act(database, by, plan)


async def mark(database: Database, by: Curator, theme: str, *, wished: bool) -> Notice:
    """Mark a theme for the plenary, or take the mark away."""

    async def plan(tx: Transaction, _curator: int) -> _Plan | Notice:
        floor = await floor_of(tx)
        row = floor.theme(theme)
        if isinstance(row, ThemeRefused):
            return row
        before = _state(row)
        return _Plan(
            Curation.PLENARY,
            _done(Curation.PLENARY, row, wished=wished, already=row.plenary == wished),
            Content(themes={row.id: (before, before.model_copy(update={"plenary": wished}))}),
            {f"theme:{row.id}"},
            {row.id},
        )

    return await _act(database, by, plan)


async def assign(database: Database, event: Event, by: Curator, axis: str, who: str) -> Notice:
    """Somebody of the regia looks after an axis from now on. `who`: a letter, "me", or "" for nobody."""

    async def plan(tx: Transaction, curator: int) -> _Plan | Notice:
        if axis not in {each.code for each in event.axes}:
            return refused(Refusal.UNKNOWN_AXIS, misread=axis)
        wanted = curator if who == "me" else number_of(who) if who else None
        if wanted is not None and wanted not in await theme_acts.curators(tx):
            return refused(Refusal.UNKNOWN_LETTER, misread=who)
        before = (await theme_acts.axes(tx)).get(axis)
        return _Plan(
            Curation.AXIS,
            _done(
                Curation.AXIS,
                None,
                axis=axis,
                before="" if before is None else letter_of(before),
                after="" if wanted is None else letter_of(wanted),
                wished=wanted == curator,
                already=before == wanted,
            ),
            Content(axes={axis: (before, wanted)}),
        )

    return await _act(database, by, plan)


async def undo(database: Database, by: Curator, act: str = "") -> Notice:
    """Undo an act (its number), or one's own newest that stands.

    Not while something stands that was done after it to the same things: that would go unseen.
    """

    async def plan(tx: Transaction, curator: int) -> _Plan | Notice:
        if not act:
            found = await theme_acts.newest_of(tx, curator)
        else:
            # A forged press may name anything.
            found = await theme_acts.find(tx, int(act)) if _NUMBER.fullmatch(act) else None
        if found is None or found.undoes is not None:
            return refused(Refusal.NOTHING_TO_UNDO, misread=act)
        if found.undone:
            return refused(Refusal.UNDONE_ALREADY, misread=act)
        later = await theme_acts.in_the_way(tx, found.id)
        if later is not None:
            return refused(Refusal.NOT_UNDONE, misread=str(later.id), by=later)
        return await _undoing(tx, found)

    return await _act(database, by, plan)


# --------------------------------------------------------------------------------------------- how it is done


async def _act(
    database: Database, by: Curator, plan: Callable[[Transaction, int], Awaitable[_Plan | Notice]]
) -> Notice:
    async with database.transaction() as tx:
        if not await roles.is_regia(tx, by.person):
            return notices.NotAllowed(command="temi")
        before = await theme_acts.told(tx, by.act)
        if before is not None:
            # Delivered again: done already.
            return notices.load(before)
        curator = await theme_acts.curator_of(tx, by.person.id)
        planned = await plan(tx, curator)
        if not isinstance(planned, _Plan):
            return planned
        marks = planned.marks()
        if planned.told.already:
            await theme_acts.see(tx, by.person.id, list(marks))
            return planned.told
        changed = [each for each, needed in marks.items() if not needed]
        unseen = await theme_acts.changed_unseen(tx, by.person.id, curator, changed)
        # Who undoes names an act they know.
        if unseen is not None and planned.undoes is None:
            await theme_acts.see(tx, by.person.id, list(marks))
            return await _changed(tx, *unseen)
        for theme in planned.touches:
            await themes.touch(tx, theme)
        await _write(tx, planned.content)
        act = await theme_acts.add(
            tx,
            by.act,
            curator,
            planned.curation.value,
            planned.content.model_dump_json(),
            marks,
            planned.undoes,
            by.now,
        )
        told = planned.told.model_copy(update={"act": "" if planned.curation is Curation.UNDO else str(act)})
        await theme_acts.tell(tx, act, notices.dump(told))
        await theme_acts.see(tx, by.person.id, list(marks))
        return told


async def _write(tx: Transaction, content: Content) -> None:
    """Make everything as it is to be: themes that come (back) first, those that go last."""
    for number, (_, after) in content.themes.items():
        if not after.gone:
            await themes.write(tx, number, after.model_dump())
    groups: dict[tuple[int | None, bool], list[int]] = {}
    for number, (_, there) in content.places.items():
        groups.setdefault((there.theme, there.held), []).append(number)
    for (theme, held), numbers in groups.items():
        await themes.put(tx, numbers, theme, held=held)
    for number, (_, after) in content.themes.items():
        if after.gone:
            await themes.write(tx, number, after.model_dump())
    for axis, (_, curator) in content.axes.items():
        await theme_acts.assign(tx, axis, curator)


async def _into_new(
    tx: Transaction,
    floor: _Floor,
    curation: Curation,
    numbers: Sequence[str],
    source: ThemeRow | None,
    name: str = "",
) -> _Plan | Notice:
    """These contributions in a theme of their own."""
    wanted = " ".join(name.split()) or None
    if wanted is not None and len(wanted) > NAME_LENGTH:
        return refused(Refusal.LONG_NAME, misread=wanted)
    chosen = [floor.places[int(number)] for number in dict.fromkeys(numbers)]
    if not chosen:
        return refused(Refusal.UNCLEAR, misread="" if source is None else str(source.id))
    rest = () if source is None else _rest(floor, source, numbers)
    if source is not None and not rest and source.touched:
        # They are a theme of their own already: the same press twice, say.
        return _done(curation, source, numbers=tuple(numbers), already=True)
    number = await themes.create(tx, "", ())
    gone = ThemeState(name=wanted, plenary=False, gone=True, gone_into=None if source is None else source.id)
    content = Content(
        themes={number: (gone, gone.model_copy(update={"gone": False, "gone_into": None}))},
        places={each.number: (_place(each), PlaceState(theme=number, held=True)) for each in chosen},
    )
    return _Plan(
        curation,
        _done(
            curation,
            None,
            number=str(number),
            title=wanted or "",
            source="" if source is None else str(source.id),
            numbers=tuple(str(each.number) for each in chosen),
            rest=rest,
        ),
        content,
        set(),
        {number, *(() if source is None else (source.id,))},
    )


def _rest(floor: _Floor, source: ThemeRow, numbers: Sequence[str]) -> tuple[str, ...]:
    """What stays in a theme when these go."""
    return tuple(str(each.number) for each in floor.members(source.id) if str(each.number) not in numbers)


def _elsewhere(floor: _Floor, each: Placed) -> ThemeRefused:
    return refused(
        Refusal.ELSEWHERE,
        misread=str(each.number),
        number=LEFTOVERS if each.theme is None else str(each.theme),
        title=floor.title(each.theme),
    )


async def _undoing(tx: Transaction, act: Act) -> _Plan:
    """The plan that makes everything as it was before an act, but what went away since."""
    floor = await floor_of(tx)
    done = Content.model_validate_json(act.content)
    content, about = Content(), 0
    for number, (before, after) in done.themes.items():
        now = _state(floor.themes[number])
        wished = now.model_copy(
            update={
                name: value for name, value in before.model_dump().items() if value != getattr(after, name)
            }
        )
        content.themes[number] = (now, wished)
        if wished.gone:
            # What the machine has put there since is free again.
            rest = [each for each in floor.members(number) if each.number not in done.places]
            content.places |= {
                each.number: (_place(each), PlaceState(theme=None, held=False)) for each in rest
            }
            if rest:
                await themes.ask_for_grouping(tx)
        about = number if not wished.gone else about
    back = {number: before for number, (before, _) in content.themes.items() if before.gone}
    for number, (was, put) in done.places.items():
        here = floor.places.get(number)
        if here is None or here.theme != put.theme:
            continue
        theme = was.theme if was.theme in back else now_in(floor.themes, was.theme)
        held = was.held if was.theme is None else True
        content.places[number] = (_place(here), PlaceState(theme=theme, held=held))
    current = await theme_acts.axes(tx)
    content.axes = {code: (current.get(code), held_by) for code, (held_by, _) in done.axes.items()}
    marks = await theme_acts.changed_by(tx, act.id)
    plan = _Plan(
        Curation.UNDO,
        _done(
            Curation.UNDO,
            floor.themes.get(about),
            title=_title_after(floor, content, about),
            before=act.kind,
            numbers=tuple(str(number) for number in done.places),
            axis=next(iter(done.axes), ""),
        ),
        content,
        undoes=act.id,
    )
    plan.needs = set(marks) - set(plan.marks())
    return plan


def _title_after(floor: _Floor, content: Content, theme: int) -> str:
    if theme not in floor.themes:
        return ""
    return content.themes[theme][1].name or floor.themes[theme].label


async def _changed(tx: Transaction, act: Act, mark_: str) -> ThemeChangedMeanwhile:
    """What somebody else did where this person was about to do something."""
    what, _, number = mark_.partition(":")
    floor = await floor_of(tx)
    if what == "place":
        placed = floor.places.get(int(number))
        theme = None if placed is None else placed.theme
        title = "" if theme is None else f"{theme}"
    elif what == "axis":
        curator = (await theme_acts.axes(tx)).get(number)
        title = "" if curator is None else letter_of(curator)
    else:
        title = floor.title(now_in(floor.themes, int(number)))
    undone = act
    if act.undoes is not None:
        undone = await theme_acts.find(tx, act.undoes) or act
    return ThemeChangedMeanwhile(
        about={"place": "said", "axis": "axis"}.get(what, "theme"),
        number=number,
        title=title,
        by=letter_of(act.curator),
        curation=Curation(undone.kind),
        undone=act.undoes is not None,
        at=act.at,
    )


def _state(row: ThemeRow) -> ThemeState:
    return ThemeState(name=row.name, plenary=row.plenary, gone=row.gone, gone_into=row.gone_into)


def _place(each: Placed) -> PlaceState:
    return PlaceState(theme=each.theme, held=each.held)
