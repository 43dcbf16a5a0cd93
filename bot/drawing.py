"""What a screen shows: which notice, from the state as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from participation import dots, phases, priorities
from storage import people

if TYPE_CHECKING:
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Reader
    from storage.screens import Screen

log = structlog.get_logger(__name__)


async def draw(reader: Reader, event: Event, screen: Screen, now: datetime) -> Notice | None:
    """The notice that a screen is to show now; None when there is nothing to show."""
    kind, _, table = screen.kind.partition(":")
    person = await people.by_id(reader, screen.person)
    if person is None:
        return None
    match kind:
        case dots.SCREEN:
            return await dots.screen(reader, event, person, screen.view)
        case phases.SCREEN:
            return await phases.screen(reader, event, table, now)
        case priorities.SCREEN:
            return await priorities.screen(reader, table)
        case _:
            log.error("unknown_screen", kind=kind)
            return None
