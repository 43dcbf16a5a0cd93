"""Spending dots: how a wish is read, when it can be granted, and the ballot as a screen.

A wish names the state wanted ("one dot on 1.3"), so the same wish twice is the same ballot. A message's
wishes are granted all together or not at all.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import BaseModel

from participation import dashboards, notices, timing
from participation.event import Phase
from storage import acts, ballots, screens, tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from participation.event import Event
    from storage.ballots import Ballot
    from storage.database import Database, Reader, Transaction
    from storage.people import Person

SCREEN = "ballot"
REVIEW = "review"

_DASH = r"[-\u2212\u2013\u2014]"
# "1.3", "1. 3" (phones put the blank), "1,3" (as people write decimals), "+1.3", "-1.3" (also with the longer
# dashes phones put), "1.3x2". Not "1, 3": those are two numbers.
_TOKEN = re.compile(
    rf"(\+|{_DASH})?(\d{{1,2}})(?:\s?\.\s?|,)(\d{{1,2}})(?:\s?[x×*]\s?(\d{{1,2}}))?(?![\d.])",
    re.IGNORECASE,
)
# A minus stands at the beginning of a word and at its number: "1.3 -2.1". Any other dash makes a list.
_BETWEEN = re.compile(
    rf"(?:[\s,;/&]|{_DASH}(?=\s)|(?<=\d){_DASH}(?=\d))*(?:\b(?:e|ed|and|et)\b[\s,;/&]*)?", re.IGNORECASE
)
_OFF = re.compile(rf"{_DASH}\s")
_BULLET = re.compile(rf"^[ \t]*(?:{_DASH}|[•·*])[ \t]+(?=\d)", re.MULTILINE)


class View(BaseModel):
    """What the ballot's screen shows: an axis code or "review", and what the last act did (dumped notice)."""

    page: str
    said: str | None = None


@dataclass(frozen=True)
class TypedDot:
    """One code of a typed message: how many dots are wanted on it (0 to take them away).

    `counted`: the number was written ("1.3x2"); otherwise the code may just stand there twice.
    """

    strategy: str
    count: int
    counted: bool = field(default=False, compare=False)


def read_typed(text: str) -> tuple[TypedDot, ...] | None:
    """The codes of a message that consists of codes alone; None when it is anything else.

    A code written twice asks for two dots, and so does "1.3x2". A minus takes away; a dash between two codes,
    or before each line of a list, does not.
    """
    position = 0
    found: dict[str, int] = {}
    counted: set[str] = set()
    lines = text.strip().rstrip(".;,!")
    stripped = _BULLET.sub("", lines)
    while position < len(stripped):
        token = _TOKEN.match(stripped, position)
        if token is None:
            return None
        sign, axis, number, times = token.groups()
        code = f"{int(axis)}.{int(number)}"
        if sign and sign != "+":
            found[code] = 0
        else:
            found[code] = found.get(code, 0) + (int(times) if times else 1)
            counted |= {code} if times else set()
        between = _BETWEEN.match(stripped, token.end())
        assert between is not None, "the pattern matches the empty text"
        position = between.end()
    if len(found) == 1 and _OFF.match(lines):
        # Before one code alone it is a minus that stands a little off: "- 1.3".
        found = dict.fromkeys(found, 0)
    return tuple(TypedDot(code, count, code in counted) for code, count in found.items()) or None


def nearest(code: str, event: Event) -> str | None:
    """The code of the event that is written most like this one, if any is."""
    found = difflib.get_close_matches(code, [strategy.code for strategy in event.strategies], n=1, cutoff=0.5)
    return found[0] if found else None


def unknown_codes(typed: tuple[TypedDot, ...], event: Event) -> notices.UnknownStrategies | None:
    """What to say about codes that the event does not have; None when it has them all."""
    known = {strategy.code for strategy in event.strategies}
    codes = tuple(dot.strategy for dot in typed if dot.strategy not in known)
    if not codes:
        return None
    return notices.UnknownStrategies(codes=codes, nearest=tuple(nearest(code, event) for code in codes))


def wished_dots(typed: tuple[TypedDot, ...], most: int) -> dict[str, int]:
    """The state a typed message asks for. A code repeated where dots do not stack asks for one dot."""
    return {dot.strategy: min(dot.count, 1) if most == 1 and not dot.counted else dot.count for dot in typed}


def weigh(
    ballot: Ballot, wished: Mapping[str, int], at: datetime
) -> notices.DotsRecorded | notices.NoDotsLeft | notices.TooManyOnOne:
    """What an open ballot becomes by a wish: recorded, or refused as a whole."""
    for strategy, count in wished.items():
        if count > ballot.stack:
            return notices.TooManyOnOne(strategy=strategy, most=ballot.stack)
    placed = tuple(code for code, count in wished.items() if count > ballot.dots.get(code, 0))
    taken = tuple(code for code, count in wished.items() if count < ballot.dots.get(code, 0))
    already = tuple(code for code, count in wished.items() if count == ballot.dots.get(code, 0))
    used = sum({**ballot.dots, **wished}.values())
    if used > ballot.budget:
        return notices.NoDotsLeft(refused=placed, used=ballot.used, budget=ballot.budget)
    return notices.DotsRecorded(
        placed=placed, taken=taken, already=already, left=ballot.budget - used, budget=ballot.budget, at=at
    )


async def put(
    database: Database,
    event: Event,
    person: Person,
    wished: Mapping[str, int],
    now: datetime,
    act: str | None = None,
    pressed: int | None = None,
) -> notices.Notice:
    """Grant a wish (strategy to number of dots, codes of the event) on the person's ballot, or say why not.

    `act` is the key of the press or message: refused once, it stays refused when it is delivered again, also
    where there is room by then. The ballot's screen is wanted in the same transaction, showing the last code
    and what was done; a ballot that is not open is only redrawn as it is. `pressed`, here as in the others:
    the message whose button was pressed. From now on it is the one that is edited.
    """
    page = event.axis_of(list(wished)[-1]).code if wished else event.axes[0].code
    async with database.transaction() as tx:
        ballot = await ballots.hold_open(tx, person.id)
        if ballot is None:
            await screens.redraw(tx, person.id, SCREEN, pressed)
            return await _not_open(tx, person)
        said = weigh(ballot, wished, now)
        if isinstance(said, notices.NoDotsLeft):
            await acts.first_time(tx, act, now)
        elif isinstance(said, notices.DotsRecorded) and said.placed and await _was_refused(tx, act):
            said = notices.NoDotsLeft(refused=said.placed, used=ballot.used, budget=ballot.budget)
        if isinstance(said, notices.DotsRecorded):
            await ballots.set_dots(tx, ballot, wished)
            await dashboards.active(tx, ballot.table, now)
            if (ballot.used == 0) != (said.left == said.budget):
                await dashboards.refresh(tx, ballot.table)
        await screens.want(tx, person.id, SCREEN, _view(page, said), pressed)
    return said


async def _was_refused(tx: Transaction, act: str | None) -> bool:
    return act is not None and await acts.known(tx, act)


async def outdated(
    database: Database, event: Event, person: Person, pressed: int | None = None
) -> notices.Notice:
    """A button that means nothing: said so, on the ballot as it truly is."""
    said = notices.ButtonOutdated()
    async with database.transaction() as tx:
        await _want_if_open(tx, person, _view(event.axes[0].code, said), pressed)
    return said


async def turn(
    database: Database, event: Event, person: Person, page: str, pressed: int | None = None
) -> notices.Notice | None:
    """Turn the ballot to an axis or to the review; a notice when there is no such page."""
    if page != REVIEW and page not in {axis.code for axis in event.axes}:
        return await outdated(database, event, person, pressed)
    async with database.transaction() as tx:
        if not await _want_if_open(tx, person, View(page=page).model_dump_json(), pressed):
            return await _not_open(tx, person)
    return None


async def bring(
    database: Database, event: Event, person: Person, page: str | None = None
) -> notices.Notice | None:
    """Send the ballot anew, below what was written since; a notice when there is none to see."""
    if page is not None and page != REVIEW and page not in {axis.code for axis in event.axes}:
        return notices.ButtonOutdated()
    async with database.transaction() as tx:
        ballot = await ballots.of_person(tx, person.id)
        if ballot is None or (not ballot.open and not ballot.dots):
            return await _not_open(tx, person)
        view = View(page=page or (event.axes[0].code if ballot.open else REVIEW))
        await screens.want_at_bottom(tx, person.id, SCREEN, view.model_dump_json())
    return None


async def finish(database: Database, person: Person, pressed: int | None = None) -> notices.Notice:
    """Said "Ho finito": the facilitator sees one more is done; an open ballot can still change."""
    async with database.transaction() as tx:
        if not await ballots.finish(tx, person.id):
            await screens.redraw(tx, person.id, SCREEN, pressed)
            return await _not_open(tx, person)
        ballot = await ballots.of_person(tx, person.id)
        assert ballot is not None, "just finished"
        said = notices.BallotFinished(used=ballot.used, budget=ballot.budget)
        await screens.want(tx, person.id, SCREEN, _view(REVIEW, said), pressed)
        await dashboards.refresh(tx, ballot.table)
    return said


def first_view(event: Event) -> str:
    """The ballot as it first arrives: the first axis."""
    return View(page=event.axes[0].code).model_dump_json()


async def screen(reader: Reader, event: Event, person: Person, view: str) -> notices.BallotScreen | None:
    """The ballot as it is now, as a screen; None when the person has none, or voting has yet to open."""
    ballot = await ballots.of_person(reader, person.id)
    if ballot is None:
        return None
    table = await tables.find(reader, ballot.table)
    if not ballot.open and table is not None and table.phase == Phase.REGISTRATION:
        # They came from a table that votes already: the ballot is not closed, and arrives when it opens.
        return None
    shown = View.model_validate_json(view)
    closes_at = await timing.closes_at(reader, ballot.table, Phase.SESSION1) if ballot.open else None
    return notices.BallotScreen(
        table=ballot.table,
        page=shown.page if ballot.open else REVIEW,
        dots=tuple((s.code, ballot.dots[s.code]) for s in event.strategies if s.code in ballot.dots),
        budget=ballot.budget,
        open=ballot.open,
        finished=ballot.finished,
        closes_at=closes_at,
        # What was said while it was open would contradict a ballot that has closed since.
        said=shown.said if ballot.open else None,
        assisted=ballot.channel == "assisted",
    )


async def _want_if_open(tx: Transaction, person: Person, view: str, pressed: int | None) -> bool:
    """Have an open ballot show this, any other redrawn as it is; whether it is open."""
    ballot = await ballots.of_person(tx, person.id)
    if ballot is not None and ballot.open:
        await screens.want(tx, person.id, SCREEN, view, pressed)
        return True
    await screens.redraw(tx, person.id, SCREEN, pressed)
    return False


def _view(page: str, said: notices.Notice) -> str:
    return View(page=page, said=notices.dump(said)).model_dump_json()


async def _not_open(tx: Transaction, person: Person) -> notices.BallotNotOpen:
    assert person.table is not None, "only people at a table have a ballot"
    ballot = await ballots.of_person(tx, person.id)
    table = await tables.find(tx, person.table)
    assert table is not None, "the table a person sits at exists"
    dots = () if ballot is None else tuple(sorted(ballot.dots))
    return notices.BallotNotOpen(table=table.code, phase=Phase(table.phase), dots=dots)
