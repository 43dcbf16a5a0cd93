"""Taking part: the notice that is read first, the zone and the table, and changing table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from participation import contributions, dashboards, dots, invitations, notices, priorities, suggestions
from participation.event import Phase
from participation.invitations import INVITE
from participation.phases import VOTING
from storage import acts, ballots, people, screens, tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from participation.event import Event, Table
    from storage.database import Database, Reader, Transaction
    from storage.people import Person


async def start(
    database: Database, event: Event, person: Person | None, payload: str, new_ballot: str, now: datetime
) -> tuple[notices.Notice, ...]:
    """`/start`, with what the deep link carried: a table code, a one-time link, or nothing.

    Nothing is stored of somebody who has not read the notice yet.
    """
    if person is None:
        return (notices.Welcome(payload=payload),)
    return await _proceed(database, event, person, payload, new_ballot, now)


async def acknowledge(
    database: Database,
    event: Event,
    telegram_id: int,
    language: str,
    payload: str,
    new_ballot: str,
    now: datetime,
) -> tuple[notices.Notice, ...]:
    """Said "Ho letto": from now on the person is stored; then on with what they came for.

    Said again by who sits at a table by now, it moves them nowhere.
    """
    async with database.transaction() as tx:
        person = await people.acknowledge(tx, telegram_id, language, now)
    if person.table is not None and not payload.startswith((INVITE, suggestions.PAYLOAD)):
        return await again(database, event, person)
    return await _proceed(database, event, person, payload, new_ballot, now)


async def _proceed(  # noqa: PLR0911 - one way out per kind of payload
    database: Database, event: Event, person: Person, payload: str, new_ballot: str, now: datetime
) -> tuple[notices.Notice, ...]:
    if payload.startswith(INVITE):
        return (await invitations.use(database, person, payload, now),)
    if payload.startswith(suggestions.PAYLOAD):
        return (await suggestions.arrive(database, event, person, payload, now),)
    if not payload:
        if person.table is None or person.zone is None:
            return (notices.AskZone(),)
        return await again(database, event, person)
    try:
        table = event.table(payload)
    except KeyError:
        return (
            notices.TableUnknown(code=payload),
            *await _proceed(database, event, person, "", new_ballot, now),
        )
    if person.table == table.code:
        return await again(database, event, person)
    return await pick_table(database, event, person, table.code, None, new_ballot, now)


async def again(database: Database, event: Event, person: Person) -> tuple[notices.Notice, ...]:
    """Somebody who takes part asks once more: nothing is lost, an open ballot comes anew."""
    assert person.table is not None, "asked once more"
    assert person.zone is not None, "asked once more"
    async with database.transaction() as tx:
        row = await tables.find(tx, person.table)
        assert row is not None, "the table a person sits at exists"
        if Phase(row.phase) is Phase.SESSION1:
            await screens.want_at_bottom(tx, person.id, dots.SCREEN, dots.first_view(event))
    return (notices.Registered(table=person.table, zone=person.zone, phase=Phase(row.phase), again=True),)


async def pick_zone(
    database: Database,
    event: Event,
    person: Person,
    zone: str,
    new_ballot: str,
    now: datetime,
    message: int | None = None,
) -> tuple[notices.Notice, ...]:
    """The zone the person takes part for; its table follows, asked for where there are several.

    `message`: the one it was typed in, remembered as an answer (see `read_typed`).
    """
    try:
        event.zone(zone)
    except KeyError:
        return (notices.AskZone(misread=zone),)
    if person.table_picked is not None and zone in event.table(person.table_picked).zones:
        return await pick_table(database, event, person, person.table_picked, zone, new_ballot, now, message)
    choice = event.tables_of_zone(zone)
    if len(choice) == 1:
        return await pick_table(database, event, person, choice[0].code, zone, new_ballot, now, message)
    async with database.transaction() as tx:
        await _remember(tx, person, message, now)
        await people.pick(tx, person.id, zone=zone, asked_again=person.table is not None)
    return (notices.AskTable(zone=zone),)


async def pick_table(
    database: Database,
    event: Event,
    person: Person,
    code: str,
    zone: str | None,
    new_ballot: str,
    now: datetime,
    message: int | None = None,
) -> tuple[notices.Notice, ...]:
    """The table the person sits at; `zone` None when it is not said yet (a QR code names the table alone).

    `message`: the one it was typed in, remembered as an answer (see `read_typed`).
    """
    try:
        table = event.table(code)
    except KeyError:
        return (notices.TableUnknown(code=code), notices.AskZone())
    if zone is None:
        if len(table.zones) > 1:
            async with database.transaction() as tx:
                await _remember(tx, person, message, now)
                await people.pick(tx, person.id, table=table.code, asked_again=person.table is not None)
            return (notices.AskZoneOfTable(table=table.code),)
        zone = table.zones[0]
    if zone not in table.zones:
        return (notices.ButtonOutdated(),)
    async with database.transaction() as tx:
        await _remember(tx, person, message, now)
        current = await people.by_id(tx, person.id)
        assert current is not None, "the person exists"
        if current.table is None:
            return await _sit_down(tx, event, current, table, zone, new_ballot, now)
        if (current.table, current.zone) == (table.code, zone):
            await people.pick(tx, person.id)
            row = await tables.find(tx, table.code)
            assert row is not None, "tables are those of the event"
            return (notices.Registered(table=table.code, zone=zone, phase=Phase(row.phase), again=True),)
        return await change_in(tx, event, current, table, zone, now)


async def _sit_down(
    tx: Transaction, event: Event, person: Person, table: Table, zone: str, new_ballot: str, now: datetime
) -> tuple[notices.Notice, ...]:
    row = await tables.hold(tx, table.code)
    assert row is not None, "tables are those of the event"
    phase = Phase(row.phase)
    await people.sit_down(tx, person.id, table.code, zone, now)
    await dashboards.active(tx, table.code, now)
    await ballots.create(
        tx,
        new_ballot,
        person.id,
        table.code,
        zone,
        budget=event.session1.dots,
        stack=event.session1.most_per_strategy,
        is_open=phase is Phase.SESSION1,
    )
    told: list[notices.Notice] = [notices.Registered(table=table.code, zone=zone, phase=phase)]
    await _arrive(tx, event, person.id, table.code, phase, told)
    return tuple(told)


async def _arrive(
    tx: Transaction, event: Event, person: int, table: str, phase: Phase, told: list[notices.Notice]
) -> None:
    """What who comes to a table gets besides the welcome: where the table is.

    The open ballot; the priorities that were announced before they came; the question that is on.
    """
    await dashboards.refresh(tx, table)
    if phase is Phase.SESSION1:
        await screens.want_at_bottom(tx, person, dots.SCREEN, dots.first_view(event))
    if phase in {Phase.PRIORITIES, Phase.SESSION2}:
        decided = await priorities.decided(tx, table)
        if decided is not None:
            told.append(decided)
    if phase is Phase.SESSION2:
        asked = await contributions.question_on(tx, event, person, table)
        if asked is not None:
            told.append(asked)


async def change_in(
    tx: Transaction, event: Event, person: Person, table: Table, zone: str, now: datetime
) -> tuple[notices.Notice, ...]:
    """To another table, ballot included, until either has closed: a cast ballot stays where it was cast."""
    assert person.table is not None, "sits somewhere already"
    held = {code: await tables.hold(tx, code) for code in sorted({person.table, table.code})}
    ballot = await ballots.of_person(tx, person.id)
    used = 0 if ballot is None else ballot.used
    phases = {code: Phase(row.phase) for code, row in held.items() if row is not None}
    await people.pick(tx, person.id)
    if used:
        for code in (person.table, table.code):
            if phases[code] not in VOTING:
                return (notices.CannotChangeTable(table=person.table, closed=code),)
    phase = phases[table.code]
    await people.sit_down(tx, person.id, table.code, zone, now)
    await ballots.move(tx, person.id, table.code, zone, is_open=phase is Phase.SESSION1)
    await contributions.leave(tx, person.id, person.table, now)
    await dashboards.refresh(tx, person.table)
    told: list[notices.Notice] = [notices.ChangedTable(table=table.code, zone=zone, phase=phase, dots=used)]
    await _arrive(tx, event, person.id, table.code, phase, told)
    if phase is not Phase.SESSION1:
        await screens.redraw(tx, person.id, dots.SCREEN)
    return tuple(told)


async def read_typed(
    database: Database,
    event: Event,
    person: Person,
    text: str,
    new_ballot: str,
    now: datetime,
    message: int | None = None,
) -> tuple[notices.Notice, ...] | None:
    """A zone or a table that was typed where one was asked for; None when it is something else.

    Somebody who sits at a table already and was asked again may type anything else meanwhile. `message` is
    remembered as an answer: delivered again it must not answer the question that follows ("1" is a zone
    first, and then would be a table).
    """
    seated = person.table is not None
    if seated and not person.asked_again:
        return None
    table: Table | None = None
    zone: str | None = None
    if person.zone_picked is not None:
        table = find_table(text, event.tables_of_zone(person.zone_picked))
    else:
        zone = find_zone(text, event)
        if person.table_picked is not None and zone not in event.table(person.table_picked).zones:
            zone = None
    if table is None and zone is None and seated:
        return None
    if table is not None:
        return await pick_table(
            database, event, person, table.code, person.zone_picked, new_ballot, now, message
        )
    if zone is not None:
        return await pick_zone(database, event, person, zone, new_ballot, now, message)
    async with database.transaction() as tx:
        await _remember(tx, person, message, now)
    return (_question(person, text),)


def _question(person: Person, misread: str | None = None) -> notices.Notice:
    """What is asked of somebody who has still to say their zone or table."""
    if person.zone_picked is not None:
        return notices.AskTable(zone=person.zone_picked, misread=misread)
    if person.table_picked is not None:
        return notices.AskZoneOfTable(table=person.table_picked, misread=misread)
    return notices.AskZone(misread=misread)


async def ask_on(database: Database, event: Event, person: Person) -> tuple[notices.Notice, ...]:
    """After an answer that was given already: the question that follows it, or where they sit."""
    if person.table is None or person.asked_again:
        return (_question(person),)
    return await again(database, event, person)


async def _remember(tx: Transaction, person: Person, message: int | None, now: datetime) -> None:
    if message is not None:
        await acts.first_time(tx, _answer(person, message), now)


async def was_answer(reader: Reader, person: Person, message: int) -> bool:
    """Whether a message was taken for an answer to "which zone?" or "which table?"."""
    return await acts.known(reader, _answer(person, message))


def _answer(person: Person, message: int) -> str:
    return f"answer:{person.id}:{message}"


async def change(database: Database, person: Person) -> tuple[notices.Notice, ...]:
    """`/cambia`: asks for the zone again; nothing changes until a table is chosen."""
    async with database.transaction() as tx:
        await people.pick(tx, person.id, asked_again=True)
    return (notices.AskZone(),)


def is_own_place(text: str, event: Event, person: Person) -> bool:
    """Whether somebody typed the zone or the table they are at already, and nothing else."""
    if person.table is None:
        return False
    own = find_table(text, [event.table(person.table)])
    return own is not None or find_zone(text, event) == person.zone


def find_zone(text: str, event: Event) -> str | None:
    """The zone meant by "5", "zona 5" or its name."""
    words = text.strip().casefold()
    number = re.fullmatch(r"(?:zona|zone)?\s*(\d{1,2})", words)
    for zone in event.zones:
        if (number is not None and int(number[1]) == int(zone.code)) or words == zone.name.casefold():
            return zone.code
    return None


def find_table(text: str, choice: Sequence[Table]) -> Table | None:
    """The table meant by its code ("T5", "5" as it stands in the list of choices) or name."""
    words = re.sub(r"^(?:tavolo|table)\s+", "", text.strip().casefold())
    for table in choice:
        if words in {table.code.casefold(), table.name.casefold()}:
            return table
    if words.isdecimal():
        for table in choice:
            digits = re.sub(r"\D", "", table.code)
            if digits and int(digits) == int(words):
                return table
    return None
