"""What a screen shows: which notice, from the state as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from participation import desk, dots, gathering, phases, priorities, runoffs, sheet_keyboard, table_notes
from storage import people

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Reader
    from storage.people import Person
    from storage.screens import Screen

log = structlog.get_logger(__name__)

_DRAWN: Mapping[str, Callable[[Reader, Event, Person, Screen, datetime], Awaitable[Notice | None]]] = {
    dots.SCREEN: lambda reader, event, person, screen, _: dots.screen(reader, event, person, screen.view),
    phases.SCREEN: lambda reader, event, _, screen, now: phases.screen(reader, event, _name(screen), now),
    priorities.SCREEN: lambda reader, event, _, screen, __: priorities.screen(reader, event, _name(screen)),
    runoffs.SCREEN: lambda reader, _, person, screen, __: runoffs.screen(reader, person, _name(screen)),
    desk.SCREEN: lambda reader, event, person, screen, _: sheet_keyboard.screen(
        reader, event, person, screen.view
    ),
    table_notes.SCREEN: lambda reader, _, person, screen, __: table_notes.screen(
        reader, person, _name(screen)
    ),
    gathering.SCREEN: lambda reader, _, person, screen, __: gathering.screen(
        reader, person, _name(screen), screen.view
    ),
}
"""Who draws each kind of screen."""


def _name(screen: Screen) -> str:
    """What of its kind a screen shows: a table, a run-off."""
    return screen.kind.partition(":")[2]


async def draw(reader: Reader, event: Event, screen: Screen, now: datetime) -> Notice | None:
    """The notice that a screen is to show now; None when there is nothing to show."""
    person = await people.by_id(reader, screen.person)
    if person is None:
        return None
    kind = screen.kind.partition(":")[0]
    if kind not in _DRAWN:
        log.error("unknown_screen", kind=kind)
        return None
    return await _DRAWN[kind](reader, event, person, screen, now)
