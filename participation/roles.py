"""What a person may do now. Read at every use: a role can be revoked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from participation import notices
from participation.notices import Mover, Role
from storage import roles

if TYPE_CHECKING:
    from collections.abc import Collection

    from participation.event import Event
    from storage.database import Reader
    from storage.people import Person

LEADING: Final = (Role.FACILITATOR, Role.VENUE_LEAD)
"""Roles at a table that lead it: its phases, its priorities, what is on."""

NOTES: Final = (*LEADING, Role.ASSISTANT)
"""Roles at a table that note what it says."""

PAPER: Final = (*LEADING, Role.ASSISTANT)
"""Roles at a table that enter its paper."""


async def tables_of(reader: Reader, person: Person | None, among: Collection[Role]) -> tuple[str, ...]:
    """Codes of the tables at which a person has one of these roles, in order."""
    if person is None:
        return ()
    here = await roles.at_tables(reader, person.id)
    return tuple(dict.fromkeys(each.table for each in here if each.role in among))


async def tables_facilitated(reader: Reader, person: Person | None) -> tuple[str, ...]:
    """Codes of the tables a person leads, as who facilitates them or as the lead of their venue, in order."""
    return await tables_of(reader, person, LEADING)


async def tables_at_hand(reader: Reader, person: Person | None) -> tuple[str, ...]:
    """Codes of the tables a person was asked to run or help at, in order; not those of their venue."""
    return await tables_of(reader, person, (Role.FACILITATOR, Role.ASSISTANT))


async def own_table(reader: Reader, person: Person | None, among: Collection[Role]) -> str | None:
    """The table that is meant where a person names none: the first they were asked to run or help at.

    None for the lead of a venue with several tables: acting at the wrong one is worse than a question.
    """
    own = await tables_of(reader, person, [role for role in among if role is not Role.VENUE_LEAD])
    every = own or await tables_of(reader, person, among)
    return every[0] if own or len(every) == 1 else None


async def whose(
    reader: Reader, event: Event, person: Person | None, command: str, argument: str, among: Collection[Role]
) -> tuple[str, str] | notices.Notice:
    """The table a command is for, and what else stands behind it; a notice when there is none.

    Who has one of these roles at one table need not name it; who has several tables does, and so does the
    regia, whose are all.
    """
    own = await tables_of(reader, person, among)
    regia = await is_regia(reader, person)
    if not (own or regia):
        return notices.NotAllowed(command=command)
    first, *behind = re.split(r"\s+", argument, maxsplit=1)
    try:
        named = event.table(first.rstrip(":.,")).code
    except KeyError:
        if len(own) == 1:
            return own[0], argument
        return notices.PaperWhichTable(command=command, tables=own, misread=first or None)
    if not regia and named not in own:
        return notices.NotAllowed(command=command)
    return named, behind[0] if behind else ""


async def is_regia(reader: Reader, person: Person | None) -> bool:
    """Whether a person is of the regia."""
    if person is None:
        return False
    return any(grant.role == Role.REGIA for grant in await roles.grants(reader, person.id))


async def leading_role(reader: Reader, person: int, table: str) -> Role:
    """As what a person (their id) leads a table; one who does not any more counts as who facilitates."""
    here = {each.role for each in await roles.at_tables(reader, person) if each.table == table}
    return Role.VENUE_LEAD if here & {*LEADING} == {Role.VENUE_LEAD} else Role.FACILITATOR


async def mover(reader: Reader, person: Person, table: str) -> Mover:
    """The same, of who moves it."""
    return Mover(await leading_role(reader, person.id, table))


async def paper_role(reader: Reader, person: Person | None, table: str) -> Role | None:
    """As what a person may enter paper at a table: a role there, or the regia's; None when they may not.

    Asked at every use, by everything that has to do with paper.
    """
    role = await _role_at(reader, person, table, PAPER)
    return Role.REGIA if role is None and await is_regia(reader, person) else role


async def _role_at(reader: Reader, person: Person | None, table: str, among: Collection[Role]) -> Role | None:
    """The nearest of these roles that a person has at a table: one there comes before the venue's."""
    if person is None:
        return None
    here = {each.role for each in await roles.at_tables(reader, person.id) if each.table == table}
    nearest = (Role.FACILITATOR, Role.ASSISTANT, Role.VENUE_LEAD)
    return next((role for role in nearest if role in here and role in among), None)


async def enters_paper(reader: Reader, person: Person) -> bool:
    """Whether a person may enter paper at any table."""
    return bool(await paper_tables(reader, person)) or await is_regia(reader, person)


async def paper_tables(reader: Reader, person: Person | None) -> tuple[str, ...]:
    """Codes of the tables at which a person has a role that enters paper, in order. The regia's are all."""
    return await tables_of(reader, person, PAPER)


async def notes_role(reader: Reader, person: Person | None, table: str) -> Role | None:
    """As what a person may take a table's notes; None when they may not. Asked at every use."""
    return await _role_at(reader, person, table, NOTES)


async def notes_tables(reader: Reader, person: Person | None) -> tuple[str, ...]:
    """Codes of the tables whose notes a person may take, in order."""
    return await tables_of(reader, person, NOTES)


async def reads_notes(reader: Reader, person: Person | None, table: str) -> bool:
    """Whether a person may read a table's notes: who takes them, and the regia."""
    return await notes_role(reader, person, table) is not None or await is_regia(reader, person)


async def of_person(reader: Reader, person: Person) -> frozenset[Role]:
    """All roles of a person, whatever the table."""
    return frozenset(Role(grant.role) for grant in await roles.grants(reader, person.id))


async def help_for(reader: Reader, person: Person | None) -> notices.Help:
    """What the person can do now."""
    held = [] if person is None else await roles.grants(reader, person.id)
    return notices.Help(
        registered=person is not None and person.table is not None,
        facilitates=tuple(each.table for each in held if each.role == Role.FACILITATOR),
        regia=any(each.role == Role.REGIA for each in held),
        assists=tuple(each.table for each in held if each.role == Role.ASSISTANT),
        leads=tuple(each.venue for each in held if each.role == Role.VENUE_LEAD),
        number=None if person is None or person.table is None else person.id,
    )
