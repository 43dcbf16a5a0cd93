"""What a table contributes, in the hands of whoever facilitates it: a list that follows, and acts on each.

Whoever facilitates hides (with a reason; kept, never deleted), merges what says the same, marks for the
plenary, and looks at what may be personal data before it leaves the table. Assistants read; the regia does
the same at any table, but for personal data: until the table let it pass, they do not see it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from participation import notices, personal_data, roles
from participation.gathering_notices import (
    GatheredItem,
    GatheredShown,
    GatheringAct,
    GatheringAsk,
    GatheringChoose,
    GatheringDone,
    GatheringOverview,
    GatheringRefused,
    GatheringScreen,
    GatheringTable,
    Part,
    PersonalDataSeen,
)
from participation.notices import Role
from participation.suggestion_notices import SuggestionEdited, SuggestionReceived
from storage import acts, screens, syntheses
from storage import gathering as stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from participation.event import Event
    from participation.gathering_commands import Request
    from participation.notices import Notice
    from storage.database import Database, Reader, Transaction
    from storage.gathering import Gathered
    from storage.people import Person

COMMAND: Final = "raccolta"

SCREEN: Final = "gathering"
"""The screen that lists a table's contributions. The schema knows its name: each of them changes it."""

AT_ONCE: Final = 9
"""Contributions on a page."""

LONGEST_NUMBER: Final = 9
"""Digits of a number at most."""

LONGEST_REASON: Final = 200
"""Signs of a reason at most."""

REASONS: Final = ("personal", "offensive", "off_topic", "test")
"""Reasons to tap; kept as "#personal"."""


class View(BaseModel):
    """What of a table's contributions a screen shows."""

    model_config = ConfigDict(frozen=True)

    part: Part = Part.ALL
    page: int = 1


@dataclass(frozen=True)
class Leader:
    """Who does something. `act` names the message or press for ever."""

    person: Person
    act: str
    now: datetime


@dataclass(frozen=True)
class _Group:
    """A contribution, or those of a table that say the same: the `head` stands for all."""

    head: Gathered
    merged: tuple[Gathered, ...]

    @property
    def people(self) -> int:
        """How many say it; a table's own notes are one voice. What is hidden of those merged is not heard."""
        heard = [each for each in self.merged if each.because is None]
        return len({each.person for each in (self.head, *heard)})


def _groups(gathered: Iterable[Gathered]) -> list[_Group]:
    merged: dict[int, list[Gathered]] = {}
    heads: list[Gathered] = []
    for each in gathered:
        if each.into is None:
            heads.append(each)
        else:
            merged.setdefault(each.into, []).append(each)
    return [_Group(head, tuple(merged.get(head.number, ()))) for head in heads]


def _to_look(each: Gathered) -> tuple[str, ...]:
    """Kinds of personal data that a contribution may hold and nobody looked at."""
    waits = not each.let_pass and each.because is None and each.into is None
    return personal_data.kinds(each.text) if waits else ()


def warned(told: Notice, text: str) -> tuple[Notice, ...]:
    """What is told to who sent this text, and that it seems to hold personal data if it was kept."""
    kept = (
        *(notices.ContributionReceived, notices.ContributionEdited, notices.NoteReceived),
        *(SuggestionReceived, SuggestionEdited),
    )
    seen = personal_data.kinds(text) if isinstance(told, kept) else ()
    if not seen:
        return (told,)
    return told, PersonalDataSeen(kinds=seen, note=isinstance(told, notices.NoteReceived))


# --- reading -------------------------------------------------------------------------------------------


async def show(database: Database, person: Person, table: str, view: View, message: int | None) -> None:
    """Bring a table's list up: in this message if it is the list, else anew at the bottom of the chat."""
    name, content = f"{SCREEN}:{table}", view.model_dump_json()
    async with database.transaction() as tx:
        if message is not None and await screens.kind_of(tx, person.id, message) == name:
            await screens.want(tx, person.id, name, content, message)
        else:
            await screens.want_at_bottom(tx, person.id, name, content)


async def screen(reader: Reader, person: Person, table: str, view: str) -> GatheringScreen | None:
    """A table's contributions as they are; None when who had the list may not read it any more."""
    if not await roles.reads_notes(reader, person, table):
        return None
    try:
        wished = View.model_validate_json(view)
    except ValidationError:
        wished = View()
    every = await stored.of_table(reader, table)
    own = await roles.notes_role(reader, person, table) is not None
    role = await _role(reader, person, table)
    groups = _groups(every)
    standing = [each for each in every if each.because is None]
    parts = {
        Part.ALL: [group for group in groups if group.head.because is None],
        Part.LOOK: [group for group in groups if _to_look(group.head)],
        Part.PLENARY: [group for group in groups if group.head.plenary and group.head.because is None],
        Part.HIDDEN: _hidden(every, groups),
    }
    shown, page, pages = _page(_newest_first(parts[wished.part]), wished.page)
    sent = (await syntheses.newest(reader)).get(table)
    return GatheringScreen(
        table=table,
        part=wished.part,
        items=tuple(_item(group, clear=own) for group in shown),
        page=page,
        pages=pages,
        contributions=len(standing),
        people=len({each.person for each in standing}),
        look=len(parts[Part.LOOK]),
        plenary=len(parts[Part.PLENARY]),
        hidden=len(parts[Part.HIDDEN]),
        last_at=max((each.received_at for each in every), default=None),
        synthesis_at=None if sent is None else sent.at,
        writes=role is not None,
        lets_pass=role is not None and role is not Role.REGIA,
    )


def _hidden(every: Iterable[Gathered], groups: Iterable[_Group]) -> list[_Group]:
    """What is hidden: with what is merged into it, or one that is merged into what stands."""
    hidden = [group for group in groups if group.head.because is not None]
    with_head = {group.head.number for group in hidden}
    alone = [
        _Group(each, ())
        for each in every
        if each.because is not None and each.into is not None and each.into not in with_head
    ]
    return [*hidden, *alone]


def _newest_first(groups: Sequence[_Group]) -> list[_Group]:
    """By strategy and question: those first to which something came last, and in each the newest first."""
    newest: dict[object, datetime] = {}
    for group in groups:
        about, changed = _about(group.head), group.head.changed_at
        newest[about] = max(newest.get(about, changed), changed)
    return sorted(
        groups,
        key=lambda group: (
            newest[_about(group.head)],
            _about(group.head),
            group.head.changed_at,
            group.head.number,
        ),
        reverse=True,
    )


def _about(each: Gathered) -> tuple[int, str, str]:
    return each.session, each.strategy or "", each.question or ""


def _item(group: _Group, *, clear: bool) -> GatheredItem:
    """A contribution; `clear`: its table reads it."""
    head = group.head
    seen = personal_data.shown(head.text, let_pass=clear or head.let_pass)
    return GatheredItem(
        number=str(head.number),
        session=head.session,
        strategy=head.strategy,
        question=head.question,
        text=seen.text,
        gaps=seen.gaps,
        at=head.changed_at,
        edited=head.edited_at is not None,
        note=head.source == "table",
        people=group.people,
        merged=tuple(str(each.number) for each in group.merged),
        into="" if head.into is None else str(head.into),
        plenary=head.plenary,
        because=head.because,
        personal=_to_look(head),
    )


def _page(groups: Sequence[_Group], page: int) -> tuple[Sequence[_Group], int, int]:
    """One page of these, its number (the nearest there is), and how many there are."""
    pages = max(1, -(-len(groups) // AT_ONCE))
    page = min(max(page, 1), pages)
    return groups[(page - 1) * AT_ONCE : page * AT_ONCE], page, pages


async def to_look(reader: Reader, table: str) -> int:
    """How many contributions of a table may hold personal data that nobody looked at."""
    return sum(bool(_to_look(each)) for each in await stored.of_table(reader, table))


async def overview(reader: Reader, event: Event, now: datetime) -> GatheringOverview:
    """What every table gathered, in figures."""
    sent = await syntheses.newest(reader)
    tables: list[GatheringTable] = []
    # One after the other: between two of them the event loop goes round.
    for table in event.tables:
        every = await stored.of_table(reader, table.code)
        versions = sent[table.code].version if table.code in sent else 0
        tables.append(_figures(table.code, every, versions))
    return GatheringOverview(at=now, tables=tuple(tables))


def _figures(table: str, every: Sequence[Gathered], versions: int) -> GatheringTable:
    standing = [each for each in every if each.because is None]
    by_question = Counter(each.question or "" for each in standing if each.source == "person")
    return GatheringTable(
        table=table,
        contributions=len(standing),
        people=len({each.person for each in standing}),
        by_question=tuple(sorted(by_question.items())),
        look=sum(bool(_to_look(each)) for each in standing),
        plenary=sum(each.plenary and each.into is None for each in standing),
        hidden=len(every) - len(standing),
        last_at=max((each.received_at for each in every), default=None),
        synthesis=versions,
    )


# --- doing ---------------------------------------------------------------------------------------------


async def _role(reader: Reader, person: Person, table: str) -> Role | None:
    """As what a person may do something with a table's contributions. Asked at every use."""
    if table in await roles.tables_facilitated(reader, person):
        return await roles.leading_role(reader, person.id, table)
    return Role.REGIA if await roles.is_regia(reader, person) else None


async def do(  # noqa: PLR0911 - one way out per kind of request
    database: Database, by: Leader, request: Request
) -> Notice:
    """Do what is asked for about contributions; what to tell."""
    async with database.transaction() as tx:
        found = await _numbered(tx, request.numbers[0])
        if isinstance(found, GatheringRefused):
            # Whether there is a contribution of this number elsewhere is nobody's business without a role.
            reads = await roles.notes_tables(tx, by.person) or await roles.is_regia(tx, by.person)
            return found if reads else notices.NotAllowed(command=COMMAND)
        if request.act == "show":
            return await _shown(tx, by, found)
        role = await _role(tx, by.person, found.table)
        if role is None:
            return notices.NotAllowed(command=COMMAND)
        match request.act:
            case "choose":
                return await _choose(tx, by, found, request.page)
            case "hide" if not request.because:
                return GatheringAsk(table=found.table, number=str(found.number))
            case "hide":
                return await _hide(tx, by, role, found, request.because)
            case "unhide":
                return await _unhide(tx, by, role, found)
            case "merge":
                return await _merge(tx, by, role, found, request.numbers[1:])
            case "separate":
                return await _separate(tx, by, role, found)
            case "mark" | "unmark":
                return await _mark(tx, by, role, found, wished=request.act == "mark")
            case _:
                return await _let_pass(tx, by, role, found)


async def _numbered(reader: Reader, number: str) -> Gathered | GatheringRefused:
    # A forged press may name anything.
    known = number.isdecimal() and len(number) <= LONGEST_NUMBER
    found = await stored.numbered(reader, int(number)) if known else None
    return found or GatheringRefused(reason="unknown", misread=number)


async def _group(reader: Reader, number: int) -> _Group:
    every = await stored.group_of(reader, number)
    head = next(each for each in every if each.number == number)
    return _Group(head, tuple(each for each in every if each is not head))


async def _shown(tx: Transaction, by: Leader, found: Gathered) -> Notice:
    if not await roles.reads_notes(tx, by.person, found.table):
        return notices.NotAllowed(command=COMMAND)
    clear = await roles.notes_role(tx, by.person, found.table) is not None
    role = await _role(tx, by.person, found.table)
    group = await _group(tx, found.number)
    hid = None if found.because is None else await stored.last_act(tx, found.id, ("hidden",))
    return GatheredShown(
        table=found.table,
        item=_item(group, clear=clear),
        others=tuple(_item(_Group(each, ()), clear=clear) for each in group.merged),
        role=None if hid is None else hid.role,
        hid_at=None if hid is None else hid.at,
        writes=role is not None,
        lets_pass=role is not None and role is not Role.REGIA,
    )


async def _choose(tx: Transaction, by: Leader, found: Gathered, page: int) -> Notice:
    clear = await roles.notes_role(tx, by.person, found.table) is not None
    groups = _groups(await stored.of_table(tx, found.table))
    rest = [group for group in groups if group.head.because is None and group.head.number != found.number]
    near = [group for group in rest if _about(group.head) == _about(found)]
    # What answers the same question is likeliest to say the same.
    ordered = [*_newest_first(near), *_newest_first([group for group in rest if group not in near])]
    shown, page, pages = _page(ordered, page)
    return GatheringChoose(
        table=found.table,
        item=_item(await _group(tx, found.number), clear=clear),
        items=tuple(_item(group, clear=clear) for group in shown),
        page=page,
        pages=pages,
    )


async def _hide(tx: Transaction, by: Leader, role: Role, found: Gathered, because: str) -> Notice:
    """With what is merged into it: it says the same."""
    if len(because) > LONGEST_REASON:
        return GatheringRefused(reason="long", misread=str(found.number), most=LONGEST_REASON)
    already = found.because is not None or not await acts.first_time(tx, by.act, by.now)
    if not already:
        group = await _group(tx, found.number)
        ids = [each.id for each in (group.head, *group.merged) if each.because is None]
        await stored.hide(tx, ids, because, by.now)
        await stored.trace(tx, ids, "hidden", by.now, by.person.id, role, because)
    return GatheringDone(
        act=GatheringAct.HIDE,
        table=found.table,
        number=str(found.number),
        because=found.because or because,
        already=already,
    )


async def _unhide(tx: Transaction, by: Leader, role: Role, found: Gathered) -> Notice:
    already = found.because is None or not await acts.first_time(tx, by.act, by.now)
    if not already:
        head = None if found.into is None else await stored.numbered(tx, found.into)
        if head is not None and head.because is not None:
            # What it was merged into stays hidden: it stands for itself.
            await _apart(tx, by, role, [found], head.number)
        group = await _group(tx, found.number)
        # What was hidden by itself stays hidden.
        ids = [each.id for each in (group.head, *group.merged) if each.hidden_at == found.hidden_at]
        await stored.unhide(tx, ids)
        await stored.trace(tx, ids, "shown", by.now, by.person.id, role)
    return GatheringDone(
        act=GatheringAct.UNHIDE, table=found.table, number=str(found.number), already=already
    )


async def _merge(tx: Transaction, by: Leader, role: Role, first: Gathered, numbers: Sequence[str]) -> Notice:
    """The others say the same as the first, or as what that is merged into; all or nothing."""
    head = first if first.into is None else await stored.numbered(tx, first.into)
    assert head is not None, "what others are merged into is not withdrawn"
    if head.because is not None:
        return GatheringRefused(reason="hidden", misread=str(head.number), table=head.table)
    joining: dict[int, Gathered] = {}
    for number in dict.fromkeys(numbers):
        each = await _numbered(tx, number)
        if isinstance(each, GatheringRefused):
            return each
        if each.table != head.table:
            return GatheringRefused(reason="elsewhere", misread=number, table=head.table)
        if each.because is not None:
            return GatheringRefused(reason="hidden", misread=number, table=head.table)
        if each.number != head.number:
            joining[each.number] = each
    if not joining:
        return GatheringRefused(reason="few", misread=str(head.number), table=head.table)
    fresh = [each for each in joining.values() if each.into != head.number]
    already = not fresh or not await acts.first_time(tx, by.act, by.now)
    if not already:
        along = [other for each in fresh for other in (await _group(tx, each.number)).merged]
        ids = list(dict.fromkeys(each.id for each in (*fresh, *along)))
        await stored.merge(tx, ids, None)
        await stored.merge(tx, ids, head.id)
        if not head.plenary and any(each.plenary for each in (*fresh, *along)):
            await stored.mark(tx, head.id, plenary=True)
            await stored.trace(tx, [head.id], "marked", by.now, by.person.id, role)
        await stored.trace(tx, ids, "merged", by.now, by.person.id, role, str(head.number))
    return GatheringDone(
        act=GatheringAct.MERGE,
        table=head.table,
        number=str(head.number),
        numbers=tuple(map(str, joining)),
        people=(await _group(tx, head.number)).people,
        already=already,
    )


async def _separate(tx: Transaction, by: Leader, role: Role, found: Gathered) -> Notice:
    """One from what it is merged into; all from the one that stands for them."""
    group = await _group(tx, found.number)
    apart = [found] if found.into is not None else list(group.merged)
    first = bool(apart) and await acts.first_time(tx, by.act, by.now)
    if not apart:
        if await acts.known(tx, by.act):
            return GatheringDone(
                act=GatheringAct.SEPARATE, table=found.table, number=str(found.number), already=True
            )
        return GatheringRefused(reason="alone", misread=str(found.number), table=found.table)
    if first:
        await _apart(tx, by, role, apart, found.into or found.number)
    return GatheringDone(
        act=GatheringAct.SEPARATE,
        table=found.table,
        number=str(found.into or found.number),
        numbers=tuple(str(each.number) for each in apart),
        already=not first,
    )


async def _apart(tx: Transaction, by: Leader, role: Role, apart: Sequence[Gathered], head: int) -> None:
    ids = [each.id for each in apart]
    await stored.merge(tx, ids, None)
    await stored.trace(tx, ids, "separated", by.now, by.person.id, role, str(head))


async def _mark(tx: Transaction, by: Leader, role: Role, found: Gathered, *, wished: bool) -> Notice:
    head = found if found.into is None else await stored.numbered(tx, found.into)
    assert head is not None, "what others are merged into is not withdrawn"
    if wished and head.because is not None:
        return GatheringRefused(reason="hidden", misread=str(head.number), table=head.table)
    already = head.plenary == wished or not await acts.first_time(tx, by.act, by.now)
    if not already:
        await stored.mark(tx, head.id, plenary=wished)
        await stored.trace(tx, [head.id], "marked" if wished else "unmarked", by.now, by.person.id, role)
    return GatheringDone(
        act=GatheringAct.MARK if wished else GatheringAct.UNMARK,
        table=head.table,
        number=str(head.number),
        already=already,
    )


async def _let_pass(tx: Transaction, by: Leader, role: Role, found: Gathered) -> Notice:
    if role is Role.REGIA:
        # It is the table that knows whether it is somebody's.
        return notices.NotAllowed(command=COMMAND)
    if not personal_data.kinds(found.text):
        return GatheringRefused(reason="not_personal", misread=str(found.number), table=found.table)
    already = found.let_pass or not await acts.first_time(tx, by.act, by.now)
    if not already:
        await stored.let_pass(tx, found.id)
        await stored.trace(tx, [found.id], "let_pass", by.now, by.person.id, role)
    return GatheringDone(act=GatheringAct.PASS, table=found.table, number=str(found.number), already=already)
