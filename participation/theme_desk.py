"""What the regia asks for about themes, typed or tapped, is done here: one request, one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from participation import curation, theme_board
from participation.theme_commands import (
    Assign,
    Choose,
    Mark,
    Merge,
    Move,
    Rename,
    Request,
    ShowAxes,
    ShowBoard,
    ShowOne,
    Split,
    Undo,
)
from participation.theme_notices import Choice, Section

if TYPE_CHECKING:
    from participation.curation import Curator
    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Database

__all__ = ["Request", "board_of", "choice_of", "do", "one_of"]


async def do(  # noqa: PLR0911 - one way out per kind of request
    database: Database, event: Event, by: Curator, request: Request, *, by_hand: bool = False
) -> Notice:
    """Do what is asked for, or show it; what to tell. `by_hand`: the machine finds no themes."""
    match request:
        case ShowBoard():
            return await theme_board.board(
                database,
                event,
                by.person,
                request.section,
                request.axis,
                request.page,
                by_hand=by_hand,
            )
        case ShowOne():
            return await theme_board.show(database, event, by.person, request.theme, request.page)
        case ShowAxes():
            return await theme_board.axes(database, event, by.person)
        case Choose():
            return await theme_board.choose(
                database, event, by.person, request.what, request.number, request.page
            )
        case Assign():
            return await curation.assign(database, event, by, request.axis, request.who)
        case Rename():
            return await curation.rename(database, by, request.theme, request.name)
        case Merge():
            return await curation.merge(database, by, request.into, request.others)
        case Split():
            return await curation.split(database, by, request.source, request.numbers, request.name)
        case Move():
            return await curation.move(database, by, request.numbers, request.target)
        case Mark():
            return await curation.mark(database, by, request.theme, wished=request.wished)
        case Undo():
            return await curation.undo(database, by, request.act)


def board_of(section: str, axis: str, page: str) -> ShowBoard:
    """What a button of the board asks for; what no button of ours says is the whole board."""
    known = {each.value: each for each in Section}
    return ShowBoard(known.get(section, Section.ALL), axis, _number(page))


def one_of(theme: str, page: str) -> ShowOne:
    """What the button of a theme asks for."""
    return ShowOne(theme, _number(page))


def choice_of(what: str, number: str, page: str) -> Choose:
    """What a button that leads to a choice asks for."""
    known = {each.value: each for each in Choice}
    return Choose(known.get(what, Choice.SAID), number, _number(page))


def _number(page: str) -> int:
    return int(page) if page.isdecimal() and len(page) <= 4 else 1  # noqa: PLR2004 - of no board of ours
