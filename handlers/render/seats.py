"""Moving people: whom, where to, asked back; without a name and without a word about their ballot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import MovePerson, ShowPeople
from handlers.render.common import (
    MISREAD_LENGTH,
    grid,
    lines,
    renders,
    sentences,
    table_coded,
    table_name,
    zone_name,
)
from handlers.render.joining import following
from handlers.render.message import Message, compose, shorten
from handlers.render.time import yes_or_no
from participation.notices import (
    MoveAsked,
    MovedByRegia,
    MoveRefused,
    MoveWhere,
    PeopleShown,
    PersonMoved,
    SeatShown,
)

if TYPE_CHECKING:
    from handlers.render.message import Keyboard
    from locales.translator import Html, Translator
    from participation.event import Event

MOVE_REFUSALS: Final = ("unclear", "nobody", "several", "there", "moved", "cast", "zone")
MOST_CHOICES: Final = 90
"""Buttons of places below one message: Telegram takes a hundred."""


def people_shown(notice: PeopleShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """The people of a table as they came, with a button each."""
    table = table_coded(event, notice.table)
    if not notice.people:
        return compose((words.text("people.nobody", table=table),))
    first = notice.people[0].person
    return compose(
        (
            lines(
                (
                    words.text("people.title", table=table),
                    *(_seat(seat, words) for seat in notice.people),
                )
            ),
            words.text("people.how", person=f"P{first}", table=event.tables[-1].code),
            words.text("people.which"),
        ),
        _people(notice, words),
    )


def _seat(seat: SeatShown, words: Translator) -> Html:
    key = "people.seat" if seat.reachable else "people.seat.away"
    return words.text(key, person=f"P{seat.person}", zone=seat.zone, time=words.clock(seat.at))


def _people(notice: PeopleShown, words: Translator) -> Keyboard:
    rows = grid(((f"P{seat.person}", MovePerson(str(seat.person), "", "")) for seat in notice.people), 3)
    if notice.more:
        last = str(notice.people[-1].person)
        rows += grid([(words.plain("people.more"), ShowPeople(notice.table, last))], 1)
    return rows


def seat_shown(notice: SeatShown, _event: Event, words: Translator) -> tuple[Message, ...]:
    """One of them alone."""
    return compose((_seat(notice, words),))


def move_where(notice: MoveWhere, event: Event, words: Translator) -> tuple[Message, ...]:
    """Where to, with a button for each place there is."""
    person = f"P{notice.person}"
    table, zone = notice.choices[0] if notice.choices else (notice.table, notice.zone)
    return compose(
        (
            words.text(
                "move.where",
                person=person,
                table=table_coded(event, notice.table),
                zone=zone_name(event, notice.zone, words),
            ),
            words.text("move.where.how", person=person, table=table, zone=zone),
        ),
        grid(
            (
                (
                    words.plain("move.button.place", table=to_table, zone=to_zone),
                    MovePerson(str(notice.person), to_table, to_zone),
                )
                for to_table, to_zone in notice.choices[:MOST_CHOICES]
            ),
            2,
        ),
    )


def move_asked(notice: MoveAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """Who, from where, where to, and what goes along."""
    return compose(
        (
            words.text(
                "move.ask",
                person=f"P{notice.person}",
                table=table_coded(event, notice.table),
                zone=zone_name(event, notice.zone, words),
                time=words.clock(notice.since),
                to_table=table_coded(event, notice.to_table),
                to_zone=zone_name(event, notice.to_zone, words),
            ),
            words.text("move.ask.ballot"),
            words.text("ask.how"),
        ),
        yes_or_no(words.plain("move.button"), notice.token, words),
    )


def person_moved(notice: PersonMoved, event: Event, words: Translator) -> tuple[Message, ...]:
    """Done, and whether they know."""
    return compose(
        (
            sentences(
                words.text(
                    "moved_person",
                    person=f"P{notice.person}",
                    table=table_coded(event, notice.to_table),
                    zone=zone_name(event, notice.to_zone, words),
                ),
                words.text("moved_person.told" if notice.reachable else "moved_person.away"),
            ),
        )
    )


def move_refused(notice: MoveRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why nobody was moved."""
    reason = notice.reason if notice.reason in MOVE_REFUSALS else "unclear"
    misread = shorten(notice.misread, MISREAD_LENGTH)
    how = words.text("move.how", table=event.tables[0].code, other=event.tables[-1].code)
    if reason == "unclear":
        near = None if notice.nearest is None else shorten(notice.nearest, MISREAD_LENGTH)
        return compose(
            (
                sentences(
                    words.text("link.misread", misread=misread) if misread else None,
                    words.text("link.nearest", nearest=near) if near else None,
                ),
                how,
            )
        )
    table = notice.closed or notice.table
    return compose(
        (
            words.text(
                f"move.{reason}",
                misread=misread,
                zone=misread,
                person="P?" if notice.person is None else f"P{notice.person}",
                table="" if table is None else table_coded(event, table),
                tables=words.join(table_coded(event, code) for code in notice.tables),
            ),
            how if reason == "nobody" else None,
        )
    )


def moved_by_regia(notice: MovedByRegia, event: Event, words: Translator) -> tuple[Message, ...]:
    """To who was moved: where they sit now, and what comes next."""
    return compose(
        (
            sentences(
                words.text(
                    "moved_by_regia",
                    table=table_name(event, notice.table, words),
                    zone=zone_name(event, notice.zone, words),
                ),
                words.text("changed.dots", n=notice.dots) if notice.dots else None,
            ),
            *following(notice.table, notice.phase, event, words),
        )
    )


RENDERERS: Final = (
    renders(PeopleShown, people_shown),
    renders(SeatShown, seat_shown),
    renders(MoveWhere, move_where),
    renders(MoveAsked, move_asked),
    renders(PersonMoved, person_moved),
    renders(MoveRefused, move_refused),
    renders(MovedByRegia, moved_by_regia),
)
