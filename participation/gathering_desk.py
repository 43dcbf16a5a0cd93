"""What is asked for about a table's contributions, typed or tapped, goes from here to where it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from participation import gathering, gathering_commands, notices, roles
from participation.gathering import COMMAND, Leader, View
from participation.gathering_commands import Request, ShowList
from participation.gathering_notices import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Database
    from storage.people import Person


async def command(
    database: Database,
    event: Event,
    person: Person | None,
    argument: str,
    words: Mapping[str, str],
    act: str,
    now: datetime,
) -> Sequence[Notice]:
    """`/raccolta` and what stands behind it; nothing to tell where a screen shows it.

    A table in front says whose list; what is about contributions needs none, for their numbers say it.
    """
    table, rest = _table_first(event, argument)
    read = gathering_commands.read(rest, words)
    if isinstance(read, Request) and person is not None:
        return (await gathering.do(database, Leader(person, act, now), read),)
    if not argument and await roles.is_regia(database, person):
        own = await roles.notes_tables(database, person)
        if not own:
            return (await gathering.overview(database, event, now),)
    meant = await roles.whose(database, event, person, COMMAND, table or "", roles.NOTES)
    if not isinstance(meant, tuple):
        return (meant,)
    if not isinstance(read, ShowList):
        return (notices.NotAllowed(command=COMMAND) if isinstance(read, Request) else read,)
    assert person is not None, "they have a role"
    await gathering.show(database, person, meant[0], View(part=read.part, page=read.page), None)
    return ()


def _table_first(event: Event, argument: str) -> tuple[str | None, str]:
    first, *behind = argument.split(maxsplit=1) or [""]
    try:
        return event.table(first.rstrip(":.,")).code, behind[0] if behind else ""
    except KeyError:
        return None, argument


async def turn(
    database: Database,
    event: Event,
    person: Person,
    table: str,
    part: str,
    page: str,
    message: int | None,
) -> Sequence[Notice]:
    """Another part or page of a table's list, in the message whose button was pressed if it is the list."""
    known_table = any(each.code == table for each in event.tables)
    if not (known_table and await roles.reads_notes(database, person, table)):
        return (notices.NotAllowed(command=COMMAND),)
    known = {each.value: each for each in Part}
    view = View(part=known.get(part, Part.ALL), page=page_of(page))
    await gathering.show(database, person, table, view, message)
    return ()


def page_of(page: str) -> int:
    """The page that a button names; the first for what is none of ours."""
    return int(page) if page.isdecimal() and len(page) <= 4 else 1  # noqa: PLR2004 - of no list of ours
