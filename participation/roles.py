"""What a person may do now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from participation import notices
from participation.notices import Role
from storage import people

if TYPE_CHECKING:
    from storage.database import Reader
    from storage.people import Person


async def tables_facilitated(reader: Reader, person: Person | None) -> tuple[str, ...]:
    """Codes of the tables a person facilitates, in order. Read at every use: a role can be revoked."""
    if person is None:
        return ()
    return tuple(g.table for g in await people.grants(reader, person.id) if g.role == Role.FACILITATOR)


async def is_regia(reader: Reader, person: Person | None) -> bool:
    """Whether a person is of the regia. Read at every use: a role can be revoked."""
    if person is None:
        return False
    return any(grant.role == Role.REGIA for grant in await people.grants(reader, person.id))


PAPER = (Role.FACILITATOR,)
"""Roles at a table that enter its paper."""


async def paper_role(reader: Reader, person: Person | None, table: str) -> Role | None:
    """As what a person may enter paper at a table: a role there, or the regia's; None when they may not.

    Asked at every use, by everything that has to do with paper.
    """
    if person is None:
        return None
    held = {(grant.role, grant.table) for grant in await people.grants(reader, person.id)}
    roles = (
        *(role for role in PAPER if (role, table) in held),
        *((Role.REGIA,) * ((Role.REGIA, "") in held)),
    )
    return roles[0] if roles else None


async def enters_paper(reader: Reader, person: Person) -> bool:
    """Whether a person may enter paper at any table."""
    return bool(await paper_tables(reader, person)) or await is_regia(reader, person)


async def paper_tables(reader: Reader, person: Person | None) -> tuple[str, ...]:
    """Codes of the tables at which a person has a role that enters paper, in order. The regia's are all."""
    if person is None:
        return ()
    held = await people.grants(reader, person.id)
    return tuple(dict.fromkeys(grant.table for grant in held if grant.role in PAPER))


async def of_person(reader: Reader, person: Person) -> frozenset[Role]:
    """All roles of a person, whatever the table."""
    return frozenset(Role(grant.role) for grant in await people.grants(reader, person.id))


async def help_for(reader: Reader, person: Person | None) -> notices.Help:
    """What the person can do now."""
    return notices.Help(
        registered=person is not None and person.table is not None,
        facilitates=await tables_facilitated(reader, person),
        regia=await is_regia(reader, person),
    )
