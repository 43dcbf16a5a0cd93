"""What people and tables contribute: what they type, the question it belongs to, and walking the questions.

A message is a contribution once, whatever happens on the way: its natural key is the message itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from participation import answering, dashboards, notices, priorities, readable, roles, steps, topics
from participation.event import Phase
from participation.gathering_notices import HiddenCorrected
from participation.notices import Role
from storage import acts, contribution_trace, contributions, outbox, prompts, screens, tables
from storage import gathering as stored_gathering
from storage import notes as stored_notes
from storage import people as stored_people
from storage import priorities as stored_priorities
from storage.contributions import Contribution, Place
from storage.notes import Where
from storage.outbox import Urgency

if TYPE_CHECKING:
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database, Reader, Transaction
    from storage.people import Person

Direction = Literal["next", "back"]

NOTE_SCREEN = "note"
"""The kind of screen that shows a photo or a voice message of a table."""

_COMMAND = re.compile(r"/\w+(?:@\w+)?\s*")
_NUMBER = re.compile(r"\d{1,6}\s*:")


async def receive(
    database: Database,
    event: Event,
    person: Person,
    message: int,
    text: str,
    new_id: str,
    now: datetime,
    *,
    sent: datetime | None = None,
    reply_to: int | None = None,
) -> notices.Notice:
    """Keep what a person typed as a contribution to what their table is doing, or say why not.

    `message` is the id of the message in the person's chat, `sent` when Telegram got it, `reply_to` the id of
    the message that it replies to; `new_id` a fresh random id. What was sent before the table closed
    Session 2 is kept, and late, however late it comes.
    """
    assert person.table is not None, "only people at a table contribute"
    async with database.transaction() as tx:
        found = await contributions.of_message(tx, person.telegram_id, message)
        if found is not None:
            return await _received(tx, event, person, found)
        where = await answering.answered(tx, person, message, reply_to)
        table = await tables.find(tx, where.table)
        assert table is not None, "the table a person sits at exists"
        phase = Phase(table.phase)
        closed = await answering.closed_at(tx, table.code)
        if phase in {Phase.SESSION1, Phase.PRIORITIES}:
            session, place = 1, None
        elif phase is Phase.SESSION2 or (closed is not None and sent is not None and sent <= closed):
            session, place = 2, where.place
        else:
            return notices.ContributionNotOpen(table=table.code, phase=phase)
        await dashboards.refresh(tx, table.code)
        await dashboards.active(tx, table.code, now)
        strategy = None if place is None else place.strategy
        action, said, misread = readable.action_in(text, event, strategy)
        kept = await contributions.add(
            tx,
            Contribution(
                id=new_id,
                table=table.code,
                zone=person.zone if person.zone in event.table(table.code).zones else None,
                source="person",
                session=session,
                strategy=strategy,
                question=None if place is None else place.question,
                text=said,
                action=action,
                late=closed is not None,
            ),
            person.telegram_id,
            message,
            person.id,
            now,
        )
        return await _received(tx, event, person, kept, misread)


async def received_before(
    reader: Reader, event: Event, person: Person, message: int
) -> notices.ContributionReceived | None:
    """What was told when this message became a contribution; None when it did not."""
    found = await contributions.of_message(reader, person.telegram_id, message)
    return None if found is None else await _received(reader, event, person, found)


async def _received(
    reader: Reader, event: Event, person: Person, kept: Contribution, misread: str | None = None
) -> notices.ContributionReceived:
    told = notices.ContributionReceived(
        session=kept.session,
        strategy=kept.strategy,
        question=kept.question,
        last=kept.question is not None and kept.question == event.session2.questions[-1].code,
        action=kept.action,
        misread=misread,
        late=kept.late,
        elsewhere=kept.table if kept.table != person.table else None,
    )
    if kept.strategy is None or not event.strategy(kept.strategy).actions or kept.source != "person":
        return told
    # An action can be named afterwards: by the button, or by the number that it has in their list.
    mine = [each.id for each, _ in await contributions.of_person(reader, person.id)]
    return told.model_copy(update={"id": kept.id, "number": mine.index(kept.id) + 1})


async def edit(
    database: Database,
    event: Event,
    person: Person,
    message: int,
    text: str,
    now: datetime,
    act: str | None = None,
) -> notices.Notice:
    """The person edited a message: so is the contribution it became, if it became one that stands.

    Of a note the command before it (and the table and number it names) is not part of the note. `act` is the
    key of the edit: delivered again after another, it changes nothing.
    """
    async with database.transaction() as tx:
        found = await contributions.of_message(tx, person.telegram_id, message)
        role = None
        if found is not None and found.source == "table":
            role = await roles.notes_role(tx, person, found.table)
            if role is None:
                return notices.NotAllowed(command="nota")
            text = _noted(text, found.table)
        if found is None or (found.source == "table" and not text):
            return notices.EditIgnored()
        if readable.is_blank(text):
            return notices.ContributionEmpty(edited=True)
        if not await acts.first_time(tx, act, now):
            text = found.text
        told = await rewrite(tx, event, person, found, text, now)
        note = await stored_notes.of_text(tx, found.id)
        if note is not None and text != found.text and told is not None:
            await stored_notes.trace(
                tx, note.id, "edited", now, person.id, role, before=found.text, after=text
            )
            await screens.redraw_everywhere(tx, note_screen(note.id))
        return told or notices.EditIgnored(withdrawn=True)


async def rewrite(
    tx: Transaction, event: Event, person: Person, before: Contribution, text: str, now: datetime
) -> notices.ContributionEdited | None:
    """Give a contribution another text, which may name another action; None when it does not stand."""
    action, said, misread = None, text, None
    if before.source == "person" and text != before.text:
        action, said, misread = readable.action_in(text, event, before.strategy)
    after = replace(contribution_trace.state(before), text=said, action=action or before.action)
    late = await answering.is_late(tx, before.table)
    if not await contribution_trace.change(tx, before, after, "edited", person.id, now, late=late):
        return None
    hidden = await stored_gathering.hidden_number(tx, before.id)
    if hidden is not None and after != contribution_trace.state(before):
        await _tell_corrected(tx, before, hidden, now)
    return notices.ContributionEdited(
        session=before.session,
        strategy=before.strategy,
        question=before.question,
        action=after.action,
        misread=misread,
        late=late,
        hidden=hidden is not None,
    )


async def _tell_corrected(tx: Transaction, contribution: Contribution, number: int, now: datetime) -> None:
    """Who facilitates hears that what they hid says something else now: whether it counts is up to them."""
    await outbox.announce(
        tx,
        f"corrected:{contribution.id}:{now.isoformat()}",
        f"facilitators:{contribution.table}",
        notices.dump(HiddenCorrected(table=contribution.table, number=str(number))),
        now,
        urgency=Urgency.NUDGE,
        topic=f"corrected:{contribution.id}",
    )


def _noted(text: str, table: str) -> str:
    """The note in a message that says "/nota T5 The lift is broken", or "/note T5 3: The lift is broken"."""
    command = _COMMAND.match(text)
    if command is None:
        return text.strip()
    rest = text[command.end() :]
    first, _, behind = rest.partition(" ")
    if first.casefold() == table.casefold():
        rest = behind
    if command[0].partition("@")[0].strip() == "/note":
        rest = _NUMBER.sub("", rest.lstrip(), count=1)
    return rest.strip()


def note_screen(note: str) -> str:
    """The kind of the screens that show a note."""
    return f"{NOTE_SCREEN}:{note}"


async def now_at(reader: Reader, table: str) -> Where:
    """What a note of this table is about now: the session, and the strategy that is on."""
    row = await tables.find(reader, table)
    assert row is not None, "a role is at a table of the event"
    early = Phase(row.phase) in {Phase.REGISTRATION, Phase.SESSION1, Phase.PRIORITIES}
    return Where(table, 1 if early else 2, row.strategy_on)


async def note(
    database: Database, person: Person, table: str, message: int, text: str, new_id: str, now: datetime
) -> notices.Notice:
    """A note of the table: its own voice, on the strategy that is on if one is."""
    async with database.transaction() as tx:
        role = await roles.notes_role(tx, person, table)
        if role is None:
            return notices.NotAllowed(command="nota")
        kept = await contributions.of_message(tx, person.telegram_id, message)
        found = None if kept is None else await stored_notes.of_text(tx, kept.id)
        if found is None:
            where = await now_at(tx, table)
            await voice(tx, new_id, where, text, person, message, now)
            found = await stored_notes.add(tx, new_id, where, "text", now, new_id)
            await stored_notes.trace(tx, found.id, "received", now, person.id, role, after=text)
            await dashboards.refresh(tx, table)
            await dashboards.active(tx, table, now)
        return notices.NoteReceived(
            table=found.table, session=found.session, strategy=found.strategy, number=found.number
        )


async def voice(
    tx: Transaction,
    new_id: str,
    where: Where,
    text: str,
    person: Person,
    message: int,
    now: datetime,
) -> Contribution:
    """Keep what a message says as the table's own voice; delivered again, what was kept the first time."""
    return await contributions.add(
        tx,
        Contribution(
            id=new_id,
            table=where.table,
            zone=None,
            source="table",
            session=where.session,
            strategy=where.strategy,
            question=None,
            text=text,
        ),
        person.telegram_id,
        message,
        person.id,
        now,
    )


async def rewrite_voice(
    tx: Transaction, contribution: str, text: str, person: Person, message: int, now: datetime
) -> None:
    """Have the table's own voice say this, by a message: where it is and what it said before are kept."""
    before = await contributions.by_id(tx, contribution)
    after = replace(contribution_trace.state(before), text=text)
    late = await answering.is_late(tx, before.table)
    await contribution_trace.change(tx, before, after, "edited", person.id, now, late=late)
    await contributions.said_by(tx, contribution, person.telegram_id, message, person.id)


async def put_on(
    database: Database,
    event: Event,
    table: str,
    strategy: str,
    now: datetime,
    act: str | None = None,
    person: Person | None = None,
) -> notices.Notice:
    """Put a strategy on at a table in Session 2: everybody there is asked its questions.

    `act` is the key of the update that said so: delivered again after another strategy was put on, it does
    not put this one on again.
    """
    async with database.transaction() as tx:
        row = await tables.hold(tx, table)
        assert row is not None, "facilitators have tables of the event"
        if Phase(row.phase) is not Phase.SESSION2:
            return notices.StrategyNotNow(table=table, phase=Phase(row.phase))
        chosen = await chosen_at(tx, table)
        if strategy not in chosen:
            return notices.StrategyNotOfTable(table=table, misread=strategy, strategies=chosen)
        if not await acts.first_time(tx, act, now):
            strategy = row.strategy_on or strategy
        elif row.strategy_on != strategy:
            await tables.put_on(tx, table, strategy)
            if person is not None:
                await steps.took(tx, person.id, table, steps.PUT_ON, now, strategy)
            await dashboards.refresh(tx, table)
            asked = notices.QuestionAsked(
                table=table, strategy=strategy, question=event.session2.questions[0].code, opened=True
            )
            # The time is part of the key: a table may come back to a strategy and is asked again.
            key = f"on:{table}:{strategy}:{now.isoformat()}"
            await outbox.announce(
                tx,
                key,
                f"table:{table}",
                notices.dump(asked),
                now,
                urgency=Urgency.PHASE,
                topic=topics.at_table(table),
            )
        else:
            taken = await steps.taken(tx, table, steps.PUT_ON, strategy)
            if taken is not None:
                return notices.StrategyOnAlready(
                    table=table, strategy=strategy, role=Role(taken.role), at=taken.at
                )
        return notices.StrategyPutOn(
            table=table, strategy=strategy, people=await stored_people.registered_at(tx, table)
        )


def is_prompt(told: notices.Notice) -> bool:
    """Whether a notice asks a question that what is typed next may answer."""
    return isinstance(told, notices.QuestionAsked)


async def seen(tx: Transaction, person: int, told: notices.Notice, message: int | None = None) -> None:
    """A message (its id in the person's chat) reached a person: if it asked a question, they have seen that.

    Unless they left that table before it came.
    """
    if not isinstance(told, notices.QuestionAsked):
        return
    reached = await stored_people.by_id(tx, person)
    if reached is None:
        return
    newest = message is None or await answering.asked(tx, reached, told, message)
    if newest and reached.table == told.table:
        await contributions.set_place(tx, person, Place(told.strategy, told.question))


async def perhaps_seen(tx: Transaction, person: int, told: notices.Notice, message: int = 0) -> None:
    """Whether a question that the person asked for by this message (0: not known) reached them is not known.

    Telegram may deliver a message and say that it failed, or we may be killed in between. What they type from
    now on is meant for what they asked for.
    """
    reached = await stored_people.by_id(tx, person)
    if isinstance(told, notices.QuestionAsked) and reached is not None and reached.table == told.table:
        since = await answering.wished(tx, reached, message)
        await contributions.set_place(tx, person, Place(told.strategy, told.question), since)


async def leave(tx: Transaction, person: int, table: str, now: datetime) -> None:
    """The person left a table: what they type is not about its question, and its news is not theirs."""
    await contributions.forget_place(tx, person)
    await prompts.put_aside(tx, person, table)
    for topic in topics.at_seat(table):
        await outbox.outdate(tx, person, topic, now)


@dataclass(frozen=True)
class Request:
    """By what somebody asked for a question.

    `message`: the number of what they typed, or of the message whose button they pressed (0: not known any
    more); `act` names it for ever.
    """

    message: int
    act: str


async def walk(
    database: Database,
    event: Event,
    person: Person,
    direction: Direction,
    now: datetime,
    by: Request,
) -> notices.Notice:
    """To the next question of the strategy the person is on, or back to the one before.

    Delivered again, `by` asks the question they are on.
    """
    assert person.table is not None, "only people at a table walk its questions"
    codes = [question.code for question in event.session2.questions]
    async with database.transaction() as tx:
        place = await _place(tx, event, person)
        if place is None:
            return await _nothing_on(tx, person.table)
        if not await acts.first_time(tx, by.act, now):
            return await _ask_again(tx, person, place, by)
        target = codes.index(place.question) + (1 if direction == "next" else -1)
        if not 0 <= target < len(codes):
            return notices.LastQuestion(strategy=place.strategy, question=place.question, first=target < 0)
        return await _ask(tx, person, Place(place.strategy, codes[target]))


async def go(
    database: Database,
    event: Event,
    person: Person,
    strategy: str | None,
    question: str | None,
    now: datetime,
    by: Request,
) -> notices.Notice:
    """To a question of a strategy of the person's table; what is None stays (or begins) as it is."""
    assert person.table is not None, "only people at a table walk its questions"
    codes = [each.code for each in event.session2.questions]
    async with database.transaction() as tx:
        row = await tables.find(tx, person.table)
        assert row is not None, "the table a person sits at exists"
        if Phase(row.phase) is not Phase.SESSION2:
            return notices.NothingOnYet(table=row.code, phase=Phase(row.phase))
        place = await _place(tx, event, person)
        if strategy is None:
            if place is None:
                return await _nothing_on(tx, person.table)
            strategy = place.strategy
        chosen = await chosen_at(tx, person.table)
        if strategy not in chosen:
            return notices.ChooseStrategy(table=person.table, strategies=chosen, misread=strategy)
        if question is None:
            question = codes[0]
        if question not in codes:
            return notices.ChooseQuestion(strategy=strategy)
        wished = Place(strategy, question)
        if not await acts.first_time(tx, by.act, now):
            return await _ask_again(tx, person, wished, by)
        return await _ask(tx, person, wished)


async def choices(
    reader: Reader, event: Event, person: Person, what: Literal["questions", "strategies"]
) -> notices.Notice:
    """The questions of the strategy the person is on, or the strategies of their table, to choose from."""
    assert person.table is not None, "only people at a table walk its questions"
    row = await tables.find(reader, person.table)
    assert row is not None, "the table a person sits at exists"
    if Phase(row.phase) is not Phase.SESSION2:
        return notices.NothingOnYet(table=row.code, phase=Phase(row.phase))
    chosen = await chosen_at(reader, person.table)
    place = await _place(reader, event, person)
    if what == "strategies" or place is None:
        if not chosen:
            return notices.NothingOnYet(table=row.code, phase=Phase(row.phase))
        return notices.ChooseStrategy(table=person.table, strategies=chosen)
    return notices.ChooseQuestion(strategy=place.strategy)


async def own(reader: Reader, person: Person) -> notices.OwnContributions:
    """A person's own contributions that stand, numbered over all they ever wrote."""
    mine = await contributions.of_person(reader, person.id)
    hidden = await stored_gathering.reasons_of_person(reader, person.id)
    return notices.OwnContributions(
        items=tuple(
            listed(number, each, hidden.get(each.id))
            for number, (each, withdrawn) in enumerate(mine, start=1)
            if not withdrawn
        )
    )


def listed(number: int, mine: Contribution, hidden: str | None = None) -> notices.OwnContribution:
    """A contribution as it stands in the list of who wrote it; `hidden`: why its table hid it."""
    return notices.OwnContribution(
        id=mine.id,
        number=number,
        session=mine.session,
        strategy=mine.strategy,
        question=mine.question,
        text=mine.text,
        action=mine.action,
        late=mine.late,
        hidden=hidden,
    )


async def withdraw(
    database: Database, person: Person, contribution: str, now: datetime
) -> notices.ContributionWithdrawn:
    """Withdraw one of a person's own contributions."""
    async with database.transaction() as tx:
        if not await contributions.withdraw(tx, contribution, person.id, now):
            return notices.ContributionWithdrawn(found=False)
        mine = next(
            each for each, _ in await contributions.of_person(tx, person.id) if each.id == contribution
        )
        late = await answering.is_late(tx, mine.table)
        await contribution_trace.withdrawn(tx, mine, person.id, now, late=late)
        return notices.ContributionWithdrawn(found=True, late=late)


async def withdraw_nth(
    database: Database, person: Person, number: int, now: datetime
) -> notices.ContributionWithdrawn:
    """Withdraw the contribution with this number in the person's list."""
    mine = await contributions.of_person(database, person.id)
    if not 1 <= number <= len(mine):
        return notices.ContributionWithdrawn(found=False)
    return await withdraw(database, person, mine[number - 1][0].id, now)


async def question_on(tx: Transaction, event: Event, person: int, table: str) -> notices.QuestionAsked | None:
    """For who joins late: the first question of the strategy that is on, if one is; they are on it now."""
    row = await tables.find(tx, table)
    if row is None or row.strategy_on is None:
        return None
    first = event.session2.questions[0].code
    await contributions.set_place(tx, person, Place(row.strategy_on, first))
    return notices.QuestionAsked(table=table, strategy=row.strategy_on, question=first)


async def chosen_at(reader: Reader, table: str) -> tuple[str, ...]:
    """The strategies that a table works on in Session 2; none before they are chosen."""
    found = await stored_priorities.of_table(reader, table)
    return () if found is None else priorities.standing(found)


async def _place(reader: Reader, event: Event, person: Person) -> Place | None:
    """The question the person saw last, or the first of the strategy that is on."""
    place = await contributions.place_of(reader, person.id)
    if place is not None or person.table is None:
        return place
    row = await tables.find(reader, person.table)
    if row is None or row.strategy_on is None:
        return None
    return Place(row.strategy_on, event.session2.questions[0].code)


async def _ask_again(tx: Transaction, person: Person, place: Place, by: Request) -> notices.QuestionAsked:
    """The same act is delivered again: what it asked may have reached them already."""
    told = await _ask(tx, person, place)
    await perhaps_seen(tx, person.id, told, by.message)
    return told


async def _ask(tx: Transaction, person: Person, place: Place) -> notices.QuestionAsked:
    assert person.table is not None, "only people at a table are asked"
    strategy, question = place.strategy, place.question
    await contributions.set_place(tx, person.id, place)
    return notices.QuestionAsked(table=person.table, strategy=strategy, question=question)


async def _nothing_on(reader: Reader, table: str) -> notices.NothingOnYet:
    row = await tables.find(reader, table)
    assert row is not None, "the table a person sits at exists"
    return notices.NothingOnYet(table=table, phase=Phase(row.phase))
