"""Joining: the privacy notice in brief, zone and table, changing table, one-time links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from handlers.callback_data import Acknowledge, NotOurs, PickTable, PickZone, decode, encode
from handlers.render.common import (
    MISREAD_LENGTH,
    column,
    grid,
    lines,
    planned,
    renders,
    sentences,
    table_coded,
    table_name,
    zone_name,
)
from handlers.render.message import Message, compose, shorten
from handlers.render.typing_words import of_role
from participation import suggestions
from participation.event import Event, Phase
from participation.notices import (
    AskTable,
    AskZone,
    AskZoneOfTable,
    CannotChangeTable,
    ChangedTable,
    InviteRefused,
    NotRegistered,
    Registered,
    Role,
    RoleGranted,
    TableUnknown,
    Welcome,
)

if TYPE_CHECKING:
    from locales.translator import Html, Translator

ZONES_IN_A_ROW: Final = 3
REFUSALS: Final = ("unknown", "used", "expired", "revoked")


def welcome(notice: Welcome, event: Event, words: Translator) -> tuple[Message, ...]:
    """Before anything is stored: what is recorded, and the one button that goes on."""
    return compose(
        (
            words.text("welcome.event", title=event.title, subtitle=event.subtitle),
            words.text("welcome.hello"),
            words.text("welcome.notice", organiser=event.organiser.name),
            words.text("welcome.paper"),
            words.text("welcome.go_on", code=_typed_after(notice.payload, event)),
        ),
        column([(words.plain("welcome.button"), _acknowledge(notice.payload))]),
    )


def _typed_after(payload: str, event: Event) -> str:
    """What to type behind the word: the table's code, for nothing remembers it before the notice was read.

    Or what leads back to suggesting.
    """
    if re.fullmatch(rf"{suggestions.PAYLOAD}(?:\d{{1,2}}-\d{{1,2}})?", payload):
        return f" {payload}"
    try:
        return f" {event.table(payload).code}"
    except KeyError:
        return ""


def _acknowledge(payload: str) -> Acknowledge:
    # What stands after a typed /start may be anything; what no button can carry is no code of ours either.
    press = Acknowledge(payload)
    try:
        return press if decode(encode(press)) == press else Acknowledge("")
    except (NotOurs, ValueError):
        return Acknowledge("")


def ask_zone(notice: AskZone, event: Event, words: Translator) -> tuple[Message, ...]:
    """All zones by name in the text, by number on the buttons."""
    first, last = event.zones[0].code, event.zones[-1].code
    return compose(
        (
            _misread("zone.misread", notice.misread, words),
            words.text("zone.ask"),
            lines(words.text("zone.line", code=zone.code, name=zone.name) for zone in event.zones),
            words.text("zone.how", first=first, last=last),
        ),
        grid(
            ((words.plain("zone.button", code=zone.code), PickZone(zone.code)) for zone in event.zones),
            ZONES_IN_A_ROW,
        ),
    )


def ask_table(notice: AskTable, event: Event, words: Translator) -> tuple[Message, ...]:
    """The tables of a zone, with their places and who facilitates."""
    tables = event.tables_of_zone(notice.zone)
    return compose(
        (
            _misread("table.misread", notice.misread, words),
            words.text("table.ask", zone=zone_name(event, notice.zone, words)),
            *(
                lines(
                    (
                        words.text("table.line", code=table.code, name=table.name),
                        _place(event, table.code, words),
                    )
                )
                for table in tables
            ),
            words.text("table.how", code=tables[0].code),
        ),
        column(
            (
                words.plain("table.button", code=table.code, name=table.name),
                PickTable(table.code, notice.zone),
            )
            for table in tables
        ),
    )


def ask_zone_of_table(notice: AskZoneOfTable, event: Event, words: Translator) -> tuple[Message, ...]:
    """The zones that one table serves."""
    table = event.table(notice.table)
    zones = [event.zone(code) for code in table.zones]
    return compose(
        (
            _misread("zone.misread", notice.misread, words),
            words.text("zone_of_table.ask", table=table_name(event, notice.table, words)),
            lines(words.text("zone.line", code=zone.code, name=zone.name) for zone in zones),
            words.text("zone_of_table.how", code=zones[0].code),
        ),
        column(
            (
                words.plain("zone_of_table.button", code=zone.code, name=zone.name),
                PickTable(table.code, zone.code),
            )
            for zone in zones
        ),
    )


def registered(notice: Registered, event: Event, words: Translator) -> tuple[Message, ...]:
    """Where the person takes part, and what comes next."""
    key = "registered.again" if notice.again else "registered.now"
    return compose(
        (
            words.text(
                key,
                table=table_name(event, notice.table, words),
                zone=zone_name(event, notice.zone, words),
            ),
            *following(notice.table, notice.phase, event, words),
        )
    )


def changed_table(notice: ChangedTable, event: Event, words: Translator) -> tuple[Message, ...]:
    """The new table, and what became of the ballot."""
    return compose(
        (
            sentences(
                words.text(
                    "changed.now",
                    table=table_name(event, notice.table, words),
                    zone=zone_name(event, notice.zone, words),
                ),
                words.text("changed.dots", n=notice.dots) if notice.dots else None,
            ),
            *following(notice.table, notice.phase, event, words),
        )
    )


def cannot_change_table(notice: CannotChangeTable, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why the person stays where they are, and what they can do all the same."""
    return compose(
        (
            words.text(
                "change_refused.why",
                table=table_name(event, notice.table, words),
                closed=table_name(event, notice.closed, words),
            ),
            words.text("change_refused.instead"),
        )
    )


def table_unknown(notice: TableUnknown, _event: Event, words: Translator) -> tuple[Message, ...]:
    """A link to no table of this event."""
    return compose((words.text("table.unknown", code=shorten(notice.code, MISREAD_LENGTH)),))


def not_registered(_notice: NotRegistered, _event: Event, words: Translator) -> tuple[Message, ...]:
    """First a table, then the rest."""
    return compose((words.text("not_registered"),))


def role_granted(notice: RoleGranted, event: Event, words: Translator) -> tuple[Message, ...]:
    """The new role and its commands."""
    match notice.role:
        case Role.REGIA:
            said = words.text("role.regia")
        case Role.VENUE_LEAD if notice.venue is not None:
            here = [table.code for table in event.tables if table.venue == notice.venue]
            said = words.text(
                "role.venue_lead",
                venue=event.venue(notice.venue).name,
                n=len(here),
                tables=words.join(table_coded(event, code) for code in here),
            )
        case Role.ASSISTANT if notice.table is not None:
            said = words.text("role.assistant", table=table_name(event, notice.table, words))
        case _ if notice.table is not None:
            said = words.text("role.facilitator", table=table_name(event, notice.table, words))
        case _:
            said = words.text("role.facilitator.event")
    return compose(
        (
            said,
            lines(
                words.text("command.line", command=name, description=words.plain(f"command.{name}"))
                for name in of_role(notice.role)
            ),
            words.text("role.help"),
        )
    )


def invite_refused(notice: InviteRefused, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Why the one-time link does not work, and whom to ask."""
    reason = notice.reason if notice.reason in REFUSALS else "unknown"
    return compose((sentences(words.text(f"invite.{reason}"), words.text("invite.ask")),))


def _misread(key: str, misread: str | None, words: Translator) -> Html | None:
    return None if misread is None else words.text(key, misread=shorten(misread, MISREAD_LENGTH))


def following(table: str, phase: Phase, event: Event, words: Translator) -> tuple[Html | None, ...]:
    """What who sits down at a table is told besides: where it is, what comes next."""
    return _place(event, table, words), _next(phase, event, words), _may_change(phase, words)


def _place(event: Event, code: str, words: Translator) -> Html:
    table = event.table(code)
    venue = event.venue(table.venue)
    place = (
        words.text("table.place", venue=venue.name)
        if table.room is None
        else words.text("table.place.room", venue=venue.name, room=table.room)
    )
    who = words.text("table.facilitators", n=len(table.facilitators), names=words.join(table.facilitators))
    return sentences(place, who)


def _next(phase: Phase, event: Event, words: Translator) -> Html:
    match phase:
        case Phase.REGISTRATION:
            return words.text(
                "next.registration",
                time=planned(event, Phase.SESSION1, words),
                n=len(event.strategies),
            )
        case Phase.SESSION1:
            return words.text("next.session1", n=event.session1.dots)
        case Phase.PRIORITIES:
            return words.text("next.priorities", time=planned(event, Phase.SESSION2, words))
        case Phase.SESSION2:
            return words.text("next.session2")
        case Phase.CLOSING:
            return words.text("next.closing")
        case Phase.AFTERMATH:
            return words.text("next.aftermath", form=event.contacts.form_url)


def _may_change(phase: Phase, words: Translator) -> Html | None:
    return words.text("next.wrong_table") if phase in {Phase.REGISTRATION, Phase.SESSION1} else None


RENDERERS: Final = (
    renders(Welcome, welcome),
    renders(AskZone, ask_zone),
    renders(AskTable, ask_table),
    renders(AskZoneOfTable, ask_zone_of_table),
    renders(Registered, registered),
    renders(ChangedTable, changed_table),
    renders(CannotChangeTable, cannot_change_table),
    renders(TableUnknown, table_unknown),
    renders(NotRegistered, not_registered),
    renders(RoleGranted, role_granted),
    renders(InviteRefused, invite_refused),
)
