"""Contributions: kept, edited, withdrawn; notes; and the strategy a table is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from participation import contributions, notices
from participation.event import Phase
from participation.notices import (
    ContributionEdited,
    ContributionWithdrawn,
    EditIgnored,
    NoteReceived,
    QuestionAsked,
    StrategyNotNow,
    StrategyNotOfTable,
    StrategyPutOn,
)
from storage import outbox
from tests.storage.rows import value

if TYPE_CHECKING:
    from storage.people import Person
    from tests.participation.floor import Floor


@pytest.fixture
async def session2(floor: Floor) -> Floor:
    """T6 in Session 2, with 3.2 and 1.1 as priorities; two people sit there."""
    await floor.moves("T6", Phase.SESSION1)
    await floor.votes(100, "3.2", "1.1")
    await floor.votes(101, "3.2")
    await floor.moves("T6", Phase.SESSION2)
    return floor


async def put_on(floor: Floor, strategy: str, act: str | None = None) -> notices.Notice:
    return await contributions.put_on(floor.database, floor.event, "T6", strategy, floor.later(1), act)


async def edit(floor: Floor, person: Person, message: int, text: str) -> notices.Notice:
    return await contributions.edit(floor.database, floor.event, person, message, text, floor.later(1))


async def note(floor: Floor, person: Person, text: str, message: int | None = None) -> notices.Notice:
    return await contributions.note(
        floor.database, person, "T6", message or floor.message(person), text, floor.new_id(), floor.now
    )


# --- a person's own -------------------------------------------------------------------------------------


async def test_editing_the_message_edits_the_contribution_wherever_the_table_is(session2: Floor) -> None:
    anna = await session2.person(1)
    message = session2.message(anna)
    await session2.says(anna, "Piu treni", message)
    edited = ContributionEdited(session=2, strategy=None, question=None)
    assert edited == await edit(session2, anna, message, "Più treni")
    await session2.moves("T6", Phase.AFTERMATH)
    late = ContributionEdited(session=2, strategy=None, question=None, late=True)
    assert late == await edit(session2, anna, message, "Più treni, la sera")
    assert late == await edit(session2, anna, message, "Più treni, la sera")
    assert [("Più treni, la sera", None, None)] == await session2.contributions()


async def test_a_message_that_became_no_contribution_is_edited_in_vain(session2: Floor) -> None:
    anna, bruno = await session2.person(1), await session2.person(2)
    message = session2.message(anna)
    await session2.says(anna, "1.1", message)
    assert EditIgnored() == await edit(session2, anna, message, "1.1, anzi più treni")
    await session2.says(anna, "Più treni", 77)
    # Message numbers are each chat's own.
    assert EditIgnored() == await edit(session2, bruno, 77, "Meno treni")
    assert [("Più treni", "1.1", "1")] == await session2.contributions()


async def test_what_was_withdrawn_is_gone_and_is_not_edited_back(session2: Floor) -> None:
    anna = await session2.person(1)
    await session2.says(anna, "Più treni", 1)
    (mine,) = (await contributions.own(session2.database, anna)).items
    assert ContributionWithdrawn(found=True) == await contributions.withdraw(
        session2.database, anna, mine.id, session2.now
    )
    assert ContributionWithdrawn(found=False) == await contributions.withdraw(
        session2.database, anna, mine.id, session2.now
    )
    assert EditIgnored(withdrawn=True) == await edit(session2, anna, 1, "Più treni davvero")
    assert [] == await session2.contributions()
    assert () == (await contributions.own(session2.database, anna)).items


async def test_nobody_withdraws_what_somebody_else_wrote(session2: Floor) -> None:
    anna, bruno = await session2.person(1), await session2.person(2)
    await session2.says(anna, "Più treni")
    (mine,) = (await contributions.own(session2.database, anna)).items
    for contribution in (mine.id, "", "id-999", "' OR 1=1 --"):
        assert ContributionWithdrawn(found=False) == await contributions.withdraw(
            session2.database, bruno, contribution, session2.now
        )
    assert 1 == len(await session2.contributions())


async def test_the_numbers_of_a_list_stay_when_others_are_withdrawn(session2: Floor) -> None:
    anna = await session2.person(1)
    for text in ("Uno", "Due", "Tre"):
        await session2.says(anna, text)
    assert (ContributionWithdrawn(found=True),) == await session2.says(anna, "ritira 2")
    items = (await contributions.own(session2.database, anna)).items
    assert [(1, "Uno"), (3, "Tre")] == [(each.number, each.text) for each in items]
    # Delivered again it withdraws nothing else.
    for text in ("ritira 2", "ritira 0", "ritira 4"):
        assert (ContributionWithdrawn(found=False),) == await session2.says(anna, text)
    assert (ContributionWithdrawn(found=True),) == await session2.says(anna, "ritira 3")
    assert ["Uno"] == [text for text, _, _ in await session2.contributions()]


async def test_the_last_question_is_said_to_be_the_last(session2: Floor) -> None:
    anna = await session2.person(1)
    await put_on(session2, "3.2")
    for question, last in (("1", False), ("4", True)):
        await session2.asks(anna, "3.2", question)
        (told,) = await session2.says(anna, f"Risposta {question}")
        expected = notices.ContributionReceived(session=2, strategy="3.2", question=question, last=last)
        assert expected == told


# --- notes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "session"),
    [
        (Phase.REGISTRATION, 1),
        (Phase.SESSION1, 1),
        (Phase.PRIORITIES, 1),
        (Phase.SESSION2, 2),
        (Phase.CLOSING, 2),
        (Phase.AFTERMATH, 2),
    ],
)
async def test_a_note_is_kept_once_in_every_phase(floor: Floor, phase: Phase, session: int) -> None:
    lara = await floor.facilitator()
    await floor.moves("T6", phase)
    for _ in range(2):
        told = await note(floor, lara, "Al tavolo si parla di treni", 5)
        assert NoteReceived(table="T6", session=session, strategy=None, number=1) == told
    assert [("Al tavolo si parla di treni", None, None)] == await floor.contributions(session)


async def test_a_note_is_about_the_strategy_that_is_on(session2: Floor) -> None:
    lara = await session2.facilitator()
    await put_on(session2, "1.1")
    assert NoteReceived(table="T6", session=2, strategy="1.1", number=1) == await note(
        session2, lara, "Fibra per tutti"
    )
    assert [("Fibra per tutti", "1.1", None)] == await session2.contributions()
    assert () == (await contributions.own(session2.database, lara)).items


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("/nota Fibra nelle valli", "Fibra nelle valli"),
        ("/nota T6 Fibra nelle valli", "Fibra nelle valli"),
        ("/nota t6 Fibra", "Fibra"),
        ("/nota\nFibra\nnelle valli", "Fibra\nnelle valli"),
        ("/nota@bollini_bot Fibra", "Fibra"),
        ("Fibra nelle valli", "Fibra nelle valli"),
        ("/nota T6", None),
        ("/nota", None),
    ],
)
async def test_an_edited_note_keeps_its_command_out_of_the_text(
    session2: Floor, message: str, expected: str | None
) -> None:
    lara = await session2.facilitator()
    await note(session2, lara, "Fibra per tutti", 9)
    told = await edit(session2, lara, 9, message)
    assert (EditIgnored if expected is None else ContributionEdited) is type(told)
    assert [(expected or "Fibra per tutti", None, None)] == await session2.contributions()


# --- the strategy that is on ----------------------------------------------------------------------------


async def test_everybody_at_the_table_is_asked_and_the_facilitator_told(session2: Floor) -> None:
    anna, elsewhere = await session2.person(1), await session2.person(2, "T5")
    assert StrategyPutOn(table="T6", strategy="3.2", people=3) == await put_on(session2, "3.2")
    asked = QuestionAsked(table="T6", strategy="3.2", question="1", opened=True)
    assert [asked] == await session2.told(anna)
    assert [] == await session2.told(elsewhere)
    # Once more: nobody is asked again.
    assert StrategyPutOn(table="T6", strategy="3.2", people=3) == await put_on(session2, "3.2")
    assert [asked] == await session2.told(anna)
    # Another, and back: they are.
    await put_on(session2, "1.1")
    await session2.spread()
    await put_on(session2, "3.2")
    assert ["3.2", "1.1", "3.2"] == [
        told.strategy for told in await session2.told(anna) if isinstance(told, QuestionAsked)
    ]
    # What has not gone yet is not asked any more.
    assert ["3.2"] == [asked.strategy for asked in await waiting(session2, anna)]


async def waiting(floor: Floor, person: Person) -> list[QuestionAsked]:
    """The questions that are still to go out to somebody."""
    await floor.spread()
    found = [
        notices.load(letter.content)
        for letter in await outbox.waiting(floor.database, 1000)
        if letter.person == person.id
    ]
    return [told for told in found if isinstance(told, QuestionAsked)]


async def test_who_changes_table_or_is_thanked_is_not_asked_any_more(session2: Floor) -> None:
    anna, bruno = await session2.person(1), await session2.person(2)
    await put_on(session2, "3.2")
    assert 1 == len(await waiting(session2, anna))
    await session2.sit(anna, "T5")
    assert [] == await waiting(session2, anna)
    assert 1 == len(await waiting(session2, bruno))
    await session2.moves("T6", Phase.CLOSING)
    assert [] == await waiting(session2, bruno)
    assert isinstance((await session2.told(bruno))[-1], notices.Thanks)


async def test_putting_on_delivered_again_after_another_leaves_the_other_on(session2: Floor) -> None:
    anna = await session2.person(1)
    for _ in range(3):
        await put_on(session2, "3.2", "900:1")
        await session2.spread()
        assert StrategyPutOn(table="T6", strategy="1.1", people=3) == await put_on(session2, "1.1", "900:2")
    assert ["3.2", "1.1"] == [
        told.strategy for told in await session2.told(anna) if isinstance(told, QuestionAsked)
    ]


async def test_only_a_priority_of_the_table_in_session_2_is_put_on(session2: Floor) -> None:
    assert StrategyNotOfTable(table="T6", misread="6.4", strategies=("3.2", "1.1")) == await put_on(
        session2, "6.4"
    )
    for phase in (Phase.CLOSING, Phase.AFTERMATH):
        await session2.moves("T6", phase)
        assert StrategyNotNow(table="T6", phase=phase) == await put_on(session2, "3.2")
    assert 0 == await value(session2.database, "SELECT count(*) FROM announcements WHERE key LIKE 'on:%'")


async def test_what_one_types_belongs_to_the_question_one_saw_last(session2: Floor) -> None:
    """A new strategy is on, and its question is still on its way: the old one is what they answer."""
    anna = await session2.person(1)
    await put_on(session2, "3.2")
    await session2.asks(anna, "3.2", "2")
    await put_on(session2, "1.1")
    await session2.says(anna, "Più treni")
    asked = (await session2.told(anna))[-1]
    async with session2.database.transaction() as tx:
        await contributions.seen(tx, anna.id, asked)
        await contributions.seen(tx, anna.id, notices.Thanks(table="T6"))
    await session2.says(anna, "Più fibra")
    assert [("Più treni", "3.2", "2"), ("Più fibra", "1.1", "1")] == await session2.contributions()


@pytest.mark.parametrize(("strategy", "question"), [("6.4", "1"), ("3.2", "9"), ("", ""), (None, "9")])
async def test_a_forged_question_asks_nothing(
    session2: Floor, strategy: str | None, question: str | None
) -> None:
    anna = await session2.person(1)
    await put_on(session2, "3.2")
    told = await session2.asks(anna, strategy, question)
    assert isinstance(told, notices.ChooseStrategy | notices.ChooseQuestion)
    assert 0 == await value(session2.database, "SELECT count(*) FROM places")
