"""Contributions of one's own: what is typed about them is read strictly, and done once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation import answering, contributions, notices, own_contributions, readable
from participation.contribution_notices import OwnMoved, OwnRefused
from participation.event import Phase
from participation.own_contributions import Asked, By, read, read_command
from storage import contribution_trace, prompts
from storage import contributions as stored
from tests.participation.floor import WORDS

if TYPE_CHECKING:
    from participation.notices import Notice
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


# --- reading --------------------------------------------------------------------------------------------

READ: list[tuple[str, Asked | None]] = [
    ("sposta 3", Asked("move", 3)),
    ("SPOSTA 3 3.2", Asked("move", 3, strategy="3.2")),
    ("sposta 3 3,2  domanda\n2", Asked("move", 3, strategy="3.2", question="2")),
    ("sposta 3 3.2 2", Asked("move", 3, strategy="3.2", question="2")),
    ("sposta 3 domanda 2", Asked("move", 3, question="2")),
    ("sposta 3 2", Asked("move", 3, question="2")),
    ("azione 3", Asked("action", 3)),
    ("azione 3 3.2.1", Asked("action", 3, action="3.2.1")),
    ("azione 3 3,2,1", Asked("action", 3, action="3.2.1")),
    ("azione 3 nessuna", Asked("action", 3, action="none")),
    ("ritira 3", Asked("withdraw", 3)),
    ("sposta", None),
    ("sposta tre", None),
    ("sposta 3 3.2 domanda", None),
    ("sposta 3 3.2 domanda due", None),
    ("sposta 3 3.2 2 2", None),
    ("sposta 3 fermate", None),
    ("sposta 3 3.2.1", None),
    ("sposta 1234567", None),
    ("sposta ²", None),
    ("azione 3 3.2", None),
    ("azione 3 3.2.1 subito", None),
    ("azione 3 tutte", None),
    ("ritira 3 4", None),
    ("domanda 3", None),
    ("nessuna 3", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_is_typed_about_ones_own_is_read_strictly(text: str, expected: Asked | None) -> None:
    assert expected == read(text, WORDS.own)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", Asked("show", 3)),
        ("3: Più treni\nla sera", Asked("write", 3, "Più treni\nla sera")),
        ("3 :Più treni: sì", Asked("write", 3, "Più treni: sì")),
        ("3:", Asked("write", 3, "")),
        ("ritira 3", Asked("withdraw", 3)),
        ("Più treni", None),
    ],
)
def test_behind_the_command_stand_a_number_or_a_number_and_a_text(text: str, expected: Asked | None) -> None:
    assert expected == read_command(text, WORDS.own)


@given(st.text())
def test_whatever_is_typed_is_read_or_is_not(text: str) -> None:
    for asked in (read(text, WORDS.own), read_command(text, WORDS.own)):
        assert asked is None or asked.act in {"show", "write", "withdraw", "move", "action"}


# --- what can be seen -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t", "\u200b", "\u200d\ufeff\u2060", "\u00ad\u034f", "\u3164\u2800", "\ufe0f"]
)
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert readable.is_blank(text)


@pytest.mark.parametrize("text", ["a", ".", "👍", "🫠", "\U0001fa77", "\u200bè", "ب", "中", "1️⃣"])
def test_what_shows_anything_is_not(text: str) -> None:
    assert not readable.is_blank(text)


# --- doing it once --------------------------------------------------------------------------------------


async def two_said(floor: Floor) -> tuple[Person, list[str]]:
    """Somebody at T6 who said two things on 3.2; their ids."""
    anna = await floor.person(1)
    await contributions.put_on(floor.database, floor.event, "T6", "3.2", floor.now)
    await floor.asks(anna, "3.2", "1")
    for text in ("Uno", "Due"):
        await floor.says(anna, text)
    return anna, [each.id for each, _ in await stored.of_person(floor.database, anna.id)]


async def moves(floor: Floor, person: Person, which: str, strategy: str, question: str, act: str) -> Notice:
    by = By(person, act, floor.later(1))
    return await own_contributions.move(floor.database, floor.event, by, which, strategy, question)


async def test_a_move_delivered_again_after_another_moves_nothing_back(session2: Floor) -> None:
    anna, (first, _) = await two_said(session2)
    there = OwnMoved(number=1, strategy="1.1", question="2", changed=True)
    assert there == await moves(session2, anna, first, "1.1", "2", "a")
    assert OwnMoved(number=1, strategy="3.2", question="4", changed=True) == await moves(
        session2, anna, first, "3.2", "4", "b"
    )
    assert OwnMoved(number=1, strategy="3.2", question="4", changed=False) == await moves(
        session2, anna, first, "1.1", "2", "a"
    )
    assert [("Uno", "3.2", "4"), ("Due", "3.2", "1")] == await session2.contributions()
    assert 2 == len(await contribution_trace.of_contribution(session2.database, first))


async def test_a_text_delivered_again_after_another_changes_nothing_back(session2: Floor) -> None:
    anna, (first, _) = await two_said(session2)
    for text, act in (("Uno A", "a"), ("Uno B", "b"), ("Uno A", "a")):
        by = By(anna, act, session2.later(1))
        told = await own_contributions.write(session2.database, session2.event, by, first, text)
        assert notices.ContributionEdited(session=2, strategy="3.2", question="1") == told
    for text, act in (("Uno C", "c"), ("Uno D", "d"), ("Uno C", "c")):
        await contributions.edit(session2.database, session2.event, anna, 1, text, session2.later(1), act)
    assert ["Uno D", "Due"] == [text for text, _, _ in await session2.contributions()]
    said = [each.before.text for each in await contribution_trace.of_contribution(session2.database, first)]
    assert ["Uno", "Uno A", "Uno B", "Uno C"] == said


async def test_before_there_are_priorities_nothing_is_moved(floor: Floor) -> None:
    await floor.moves("T6", Phase.SESSION2)
    anna = await floor.person(1)
    await floor.says(anna, "Uno")
    assert (OwnRefused(reason="nothing_chosen", number=1),) == await floor.says(anna, "sposta 1 3.2 2")


async def test_what_belonged_to_no_question_is_moved_to_one(session2: Floor) -> None:
    anna = await session2.person(1)
    await session2.says(anna, "Uno")
    (told,) = await session2.says(anna, "sposta 1 3.2 2")
    assert OwnMoved(number=1, strategy="3.2", question="2", changed=True) == told
    assert [("Uno", "3.2", "2")] == await session2.contributions()


# --- which question, and when ---------------------------------------------------------------------------


async def asks(floor: Floor, person: Person, strategy: str, question: str, message: int) -> None:
    told = notices.QuestionAsked(table="T6", strategy=strategy, question=question)
    async with floor.database.transaction() as tx:
        await contributions.seen(tx, person.id, told, message)


async def test_the_question_follows_the_numbers_of_messages_in_whatever_order_they_come(
    session2: Floor,
) -> None:
    anna = await session2.person(1)
    await asks(session2, anna, "3.2", "1", 10)
    await asks(session2, anna, "1.1", "1", 20)
    await asks(session2, anna, "3.2", "2", 15)
    for message in (25, 12, 17, 9):
        await session2.says(anna, f"Messaggio {message}", message)
    assert {
        ("Messaggio 25", "1.1", "1"),
        ("Messaggio 12", "3.2", "1"),
        ("Messaggio 17", "3.2", "2"),
        ("Messaggio 9", None, None),
    } == set(await session2.contributions())
    # And so does what they walk from: the prompt that came last into their chat.
    place = await stored.place_of(session2.database, anna.id)
    assert stored.Place("1.1", "1") == place


async def test_who_leaves_and_comes_back_answers_nothing_that_was_asked_before(session2: Floor) -> None:
    anna = await session2.person(1)
    await asks(session2, anna, "3.2", "1", 10)
    await session2.sit(anna, "T5")
    await session2.sit(anna, "T6")
    await session2.says(anna, "Più treni", 20)
    assert [("Più treni", None, None)] == await session2.contributions()
    assert await prompts.of_message(session2.database, anna.id, 10) is not None


async def test_late_is_what_changes_after_the_table_has_closed(session2: Floor) -> None:
    assert not await answering.is_late(session2.database, "T6")
    for phase in (Phase.CLOSING, Phase.AFTERMATH):
        await session2.moves("T6", phase)
        assert await answering.is_late(session2.database, "T6")
    # When it closed is when it closed, whatever came after.
    closed = await answering.closed_at(session2.database, "T6")
    assert closed == session2.now
    session2.later(600)
    assert closed == await answering.closed_at(session2.database, "T6")


@pytest.mark.parametrize(("before", "kept"), [(1, True), (0, True), (-1, False)])
async def test_what_was_sent_before_the_closing_is_kept_whenever_it_comes(
    session2: Floor, before: int, kept: bool
) -> None:
    anna = await session2.person(1)
    await asks(session2, anna, "3.2", "1", 10)
    await session2.moves("T6", Phase.CLOSING)
    sent = session2.now - timedelta(seconds=before)
    told = await contributions.receive(
        session2.database, session2.event, anna, 12, "Più treni", "c", session2.later(30), sent=sent
    )
    assert isinstance(told, notices.ContributionReceived if kept else notices.ContributionNotOpen)
    assert ([("Più treni", "3.2", "1")] if kept else []) == await session2.contributions()
    if kept:
        again = await contributions.receive(
            session2.database, session2.event, anna, 12, "Più treni", "d", session2.later(900)
        )
        assert told == again
