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
