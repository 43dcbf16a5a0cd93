"""The regia moves somebody to another table or zone, by their number, by their code, or picked from a table.

Bollini knows no names: what tells people apart is a number, their zone, and since when they sit there. The
rule is that of who changes table themselves: the ballot comes along until either table has closed, and one
that was cast stays where it was cast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict

from participation import granting, joining, notices, phases, roles
from participation.paper_lines import label_of
from storage import outbox, paper, people
from storage.outbox import Urgency

if TYPE_CHECKING:
    from participation.confirming import Asker
    from participation.event import Event
    from storage.database import Database, Reader, Transaction
    from storage.people import Seat

PAGE: Final = 40
"""People of a table shown at once."""


class Move(BaseModel):
    """Move a person from where they were when it was asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["move"] = "move"
    person: int
    table: str
    zone: str
    to_table: str
    to_zone: str


@dataclass(frozen=True)
class Wish:
    """What was read: who (None: nobody yet), and where to ("" where it is not said)."""

    seat: Seat | None
    table: str = ""
    zone: str = ""


async def command(database: Database, event: Event, text: str, who: Asker) -> notices.Notice:
    """`/sposta P17 T5`, `/sposta K7M4P T8 zona 8`, `/sposta P17 zona 8`; `/sposta T6` lists its people."""
    if not await roles.is_regia(database, who.person):
        return notices.NotAllowed(command="sposta")
    read = await read_wish(database, event, text)
    if isinstance(read, notices.MoveRefused):
        return read
    if read.seat is None:
        return await listed(database, read.table)
    return await ask(database, event, read.seat.person, read.table, read.zone, who)


async def read_wish(reader: Reader, event: Event, text: str) -> Wish | notices.MoveRefused:
    """What `/sposta` names. A table alone (no person) is to be listed."""
    words = phases.words_of(text)
    if not words:
        return notices.MoveRefused(reason="unclear")
    among = _table(words[0], event)
    if among is not None:
        if len(words) == 1:
            return Wish(seat=None, table=among)
        words = words[1:]
    seat = await _somebody(reader, words[0], among)
    if isinstance(seat, notices.MoveRefused):
        return seat
    table = zone = ""
    for word in words[1:]:
        named = _table(word, event)
        numbered = joining.find_zone(word, event)
        if named is not None and not table:
            table = named
        elif numbered is not None and not zone:
            zone = numbered
        elif word.casefold() not in {"zona", "zone", "tavolo", "table"}:
            near = phases.nearest_word(word, event)
            return notices.MoveRefused(reason="unclear", misread=word, nearest=near)
    return Wish(seat, table, zone)


def _table(word: str, event: Event) -> str | None:
    try:
        return event.table(word).code
    except KeyError:
        return None


async def _somebody(reader: Reader, word: str, among: str | None) -> Seat | notices.MoveRefused:
    """Whom "P17" or a code means; a code may be somebody's at several tables, unless `among` names one."""
    numbered = granting.read_numbered(word)
    if numbered is not None and numbered[0] == "P":
        found = await people.seat_of(reader, numbered[1])
        return found or notices.MoveRefused(reason="nobody", misread=word)
    code = label_of(word)
    holders = [] if code is None else await paper.people_with(reader, code)
    seats = [seat for each in holders if (seat := await people.seat_of(reader, each)) is not None]
    seats = [seat for seat in seats if among in {None, seat.table}]
    if len(seats) == 1:
        return seats[0]
    if seats:
        return notices.MoveRefused(reason="several", misread=word, tables=tuple(seat.table for seat in seats))
    return notices.MoveRefused(reason="nobody", misread=word)


async def listed(reader: Reader, table: str, after: int = 0) -> notices.PeopleShown:
    """The people of a table, from behind the one with the number `after`."""
    seats = [seat for seat in await people.at_table(reader, table) if seat.person > after]
    return notices.PeopleShown(
        table=table,
        people=tuple(
            notices.SeatShown(person=seat.person, zone=seat.zone, at=seat.joined_at, reachable=seat.reachable)
            for seat in seats[:PAGE]
        ),
        more=len(seats) > PAGE,
    )


async def press_listed(database: Database, event: Event, table: str, after: str) -> notices.Notice:
    """The button of a table, or of those who follow."""
    code = _table(table, event)
    if code is None or not (after or "0").isdecimal():
        return notices.ButtonOutdated()
    return await listed(database, code, int(after or "0"))


async def press(
    database: Database, event: Event, person: str, table: str, zone: str, who: Asker
) -> notices.Notice:
    """The button of a person, or of where they are to go."""
    if not await roles.is_regia(database, who.person):
        return notices.NotAllowed(command="sposta")
    known = not table or _table(table, event) is not None
    if not (person.isdecimal() and known and (not zone or zone in {each.code for each in event.zones})):
        return notices.ButtonOutdated()
    return await ask(database, event, int(person), table, zone, who)


async def ask(
    database: Database, event: Event, person: int, table: str, zone: str, who: Asker
) -> notices.Notice:
    """Moving somebody is asked back, once it is clear where to; until then that is asked."""
    async with database.transaction() as tx:
        seat = await people.seat_of(tx, person)
        if seat is None:
            return notices.MoveRefused(reason="nobody", misread=f"P{person}")
        to = _where(event, seat, table, zone)
        if isinstance(to, notices.Notice):
            return to
        if to == (seat.table, seat.zone):
            return notices.MoveRefused(reason="there", person=person, table=seat.table)
        act = Move(person=person, table=seat.table, zone=seat.zone, to_table=to[0], to_zone=to[1])
        token = await who.keep(tx, act)
        if token is None:
            return notices.AskEnded(reason="done")
        return notices.MoveAsked(
            token=token,
            person=person,
            table=seat.table,
            zone=seat.zone,
            since=seat.joined_at,
            to_table=to[0],
            to_zone=to[1],
        )


def _where(event: Event, seat: Seat, table: str, zone: str) -> tuple[str, str] | notices.Notice:
    """The table and zone that are meant; the choice where they are not clear."""
    meant = [
        (each.code, served)
        for each in event.tables
        for served in each.zones
        if table in {"", each.code} and zone in {"", served}
    ]
    if not meant:
        return notices.MoveRefused(reason="zone", table=table, misread=zone)
    if len(meant) > 1 and table and table != seat.table:
        # The zone they are for, if the table serves it.
        meant = [place for place in meant if place[1] == seat.zone] or meant
    if len(meant) > 1 and zone and not table:
        # Their own table, if it serves the zone.
        meant = [place for place in meant if place[0] == seat.table] or meant
    return meant[0] if len(meant) == 1 else _choice(seat, meant)


def _choice(seat: Seat, places: list[tuple[str, str]]) -> notices.MoveWhere:
    here = (seat.table, seat.zone)
    return notices.MoveWhere(
        person=seat.person,
        table=seat.table,
        zone=seat.zone,
        choices=tuple(place for place in places if place != here),
    )


async def move_in(tx: Transaction, event: Event, act: Move, who: Asker) -> notices.Notice:
    """Move somebody as it was confirmed, if they still are where they were; they are told."""
    seat = await people.seat_of(tx, act.person)
    person = await people.by_id(tx, act.person)
    if seat is None or person is None or (seat.table, seat.zone) != (act.table, act.zone):
        return notices.MoveRefused(reason="moved", person=act.person)
    table = event.table(act.to_table)
    told = await joining.change_in(tx, event, person, table, act.to_zone, who.now)
    first, *rest = told
    if isinstance(first, notices.CannotChangeTable):
        return notices.MoveRefused(reason="cast", person=act.person, table=act.table, closed=first.closed)
    assert isinstance(first, notices.ChangedTable), "they were moved"
    moved = await people.moved(tx, seat, act.to_table, act.to_zone, who.person.id, who.now)
    arrived = notices.MovedByRegia(table=first.table, zone=first.zone, phase=first.phase, dots=first.dots)
    for number, notice in enumerate((arrived, *rest)):
        await outbox.post(
            tx,
            f"moved:{moved}:{number}",
            person.telegram_id,
            notices.dump(notice),
            who.now,
            urgency=Urgency.PHASE,
            person=person.id,
        )
    return notices.PersonMoved(
        person=act.person,
        table=act.table,
        zone=act.zone,
        to_table=act.to_table,
        to_zone=act.to_zone,
        reachable=seat.reachable,
    )
