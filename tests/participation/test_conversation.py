"""What is typed: taken for the one thing it is in each phase, said so, and never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import contributions, joining, notices
from participation.event import Phase
from participation.notices import (
    AskZone,
    BallotFinished,
    BallotNotOpen,
    ChooseQuestion,
    ChooseStrategy,
    ContributionNotOpen,
    ContributionReceived,
    ContributionWithdrawn,
    DotsRecorded,
    Help,
    LastQuestion,
    NothingOnYet,
    Notice,
    QuestionAsked,
    Registered,
    UnknownStrategies,
)
from tests.participation.floor import open_floor, play

if TYPE_CHECKING:
    from pathlib import Path

    from participation.event import Event
    from storage.people import Person
    from tests.participation.floor import Floor


async def seated(floor: Floor, phase: Phase) -> Person:
    """Somebody at T6, which is in this phase; from Session 2 on, with 3.2 and 1.1 chosen and 3.2 on."""
    anna = await floor.person(1)
    if phase is not Phase.REGISTRATION:
        await floor.moves("T6", Phase.SESSION1)
        await floor.votes(100, "3.2", "1.1")
        await floor.votes(101, "3.2")
        await floor.moves("T6", phase)
    if phase is Phase.SESSION2:
        await contributions.put_on(floor.database, floor.event, "T6", "3.2", floor.now)
        async with floor.database.transaction() as tx:
            await contributions.seen(tx, anna.id, asked("3.2", "1"))
    return anna


def asked(strategy: str, question: str) -> QuestionAsked:
    return QuestionAsked(table="T6", strategy=strategy, question=question)


SENTENCES = ("Servono più treni la sera", "alle 10.30 ci vediamo", "il biglietto costa 3.50", "1.3 è giusta")


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("text", SENTENCES)
async def test_a_sentence_is_a_contribution_where_contributions_are_collected(
    floor: Floor, phase: Phase, text: str
) -> None:
    anna = await seated(floor, phase)
    (told,) = await floor.says(anna, text)
    match phase:
        case Phase.SESSION1 | Phase.PRIORITIES:
            assert ContributionReceived(session=1, strategy=None, question=None) == told
            assert [(text, None, None)] == await floor.contributions(1)
        case Phase.SESSION2:
            assert ContributionReceived(session=2, strategy="3.2", question="1") == told
            assert [(text, "3.2", "1")] == await floor.contributions(2)
        case _:
            assert ContributionNotOpen(table="T6", phase=phase) == told
            assert [] == await floor.contributions(1) + await floor.contributions(2)


Expected = type[Notice] | None
R, S1, P, S2, C, A = Phase


ROUTES: list[tuple[str, dict[Phase, Expected]]] = [
    ("1.3", {R: BallotNotOpen, S1: DotsRecorded, P: BallotNotOpen, S2: ChooseStrategy, C: BallotNotOpen}),
    ("1.1", {S1: DotsRecorded, S2: QuestionAsked, A: BallotNotOpen}),
    ("1.3 2.1", {R: BallotNotOpen, S1: DotsRecorded, S2: BallotNotOpen}),
    ("-1.3", {S1: DotsRecorded, S2: BallotNotOpen}),
    ("9.9", {R: UnknownStrategies, S1: UnknownStrategies, S2: ChooseStrategy}),
    ("1.3 9.9", {S1: UnknownStrategies, S2: UnknownStrategies}),
    ("Salta!", {R: NothingOnYet, S1: NothingOnYet, P: NothingOnYet, S2: QuestionAsked, C: NothingOnYet}),
    ("indietro", {S1: NothingOnYet, S2: LastQuestion}),
    ("domande", {R: NothingOnYet, S1: NothingOnYet, S2: ChooseQuestion, A: NothingOnYet}),
    ("Altra  strategia.", {S1: NothingOnYet, S2: ChooseStrategy}),
    ("FINE", {R: BallotNotOpen, S1: BallotFinished, P: BallotNotOpen, S2: ChooseStrategy}),
    ("rivedi", {R: BallotNotOpen, S1: None, P: BallotNotOpen, S2: BallotNotOpen}),
    ("asse 2", {S1: None, S2: ContributionReceived, C: ContributionNotOpen}),
    ("asse 9", {S1: ContributionReceived}),
    ("asse viario", {S1: ContributionReceived, S2: ContributionReceived}),
    ("strategia 1,1", {S1: ContributionReceived, S2: QuestionAsked}),
    ("strategia 1.3", {S2: ChooseStrategy}),
    ("strategia condivisa", {S1: ContributionReceived, S2: ContributionReceived}),
    ("domanda 3", {S1: ContributionReceived, S2: QuestionAsked}),
    ("domanda 9", {S2: ChooseQuestion}),
    ("domanda aperta", {S1: ContributionReceived, S2: ContributionReceived}),
    ("ritira 1", {R: ContributionWithdrawn, S1: ContributionWithdrawn, A: ContributionWithdrawn}),
    ("ritira tutto", {S1: ContributionReceived, S2: ContributionReceived}),
    ("3", {S1: ContributionReceived, S2: QuestionAsked}),
    ("9", {S1: ContributionReceived, S2: ContributionReceived}),
    ("aiuto", {R: Help, S1: Help, S2: Help, A: Help}),
    ("Ho letto", {R: Registered, S1: Registered, S2: Registered, A: Registered}),
    # Their own zone or table is no contribution, wherever they type it.
    ("5", {R: Registered, S1: Registered, P: Registered, S2: Registered}),
    ("zona 5", {S1: Registered, S2: Registered}),
    ("Pinerolo", {S1: Registered, S2: Registered}),
    ("T6", {S1: Registered, S2: Registered}),
]


@pytest.mark.parametrize(("text", "expected"), ROUTES)
async def test_codes_and_words_act_in_their_phase(
    template: Path, turin: Event, text: str, expected: dict[Phase, Expected]
) -> None:
    for phase, kind in expected.items():
        async with open_floor(template, turin) as floor:
            anna = await seated(floor, phase)
            told = await floor.says(anna, text)
            assert ((kind,) if kind else ()) == tuple(type(each) for each in told), phase
            kept = [*await floor.contributions(1), *await floor.contributions(2)]
            assert ([text] if kind is ContributionReceived else []) == [words for words, _, _ in kept]


@pytest.mark.parametrize("phase", [R, S1, S2])
async def test_who_has_no_table_is_asked_for_the_zone_whatever_they_type(floor: Floor, phase: Phase) -> None:
    await seated(floor, phase)
    carla = await floor.newcomer(3)
    for text in ("1.3", "Servono più treni", "salta", "domande", "99", "strategia 1.1"):
        assert (AskZone(misread=text),) == await floor.says(carla, text)
    assert (Help(registered=False),) == await floor.says(carla, "aiuto")
    lara = await floor.facilitator(4)
    assert (Help(registered=False, facilitates=("T6",)),) == await floor.says(lara, "Aiuto")
    assert [] == await floor.contributions(1) + await floor.contributions(2)


async def test_walking_the_questions_there_and_back(floor: Floor) -> None:
    anna = await seated(floor, S2)
    expected = [
        ("salta", asked("3.2", "2")),
        ("salta", asked("3.2", "3")),
        ("indietro", asked("3.2", "2")),
        ("4", asked("3.2", "4")),
        ("salta", LastQuestion(strategy="3.2", question="4")),
        ("1.1", asked("1.1", "1")),
        ("indietro", LastQuestion(strategy="1.1", question="1", first=True)),
        ("domanda 2", asked("1.1", "2")),
        ("strategia 3.2", asked("3.2", "1")),
    ]
    for text, told in expected:
        assert (told,) == await floor.says(anna, text)
    await floor.says(anna, "Più treni")
    assert [("Più treni", "3.2", "1")] == await floor.contributions()


async def test_before_a_strategy_is_on_people_may_choose_their_own(floor: Floor) -> None:
    anna = await floor.person(1)
    await floor.moves("T6", S1)
    await floor.votes(100, "3.2", "1.1")
    await floor.moves("T6", S2)
    nothing = NothingOnYet(table="T6", phase=S2)
    for text in ("salta", "indietro", "2"):
        assert (nothing,) == await floor.says(anna, text)
    choice = ChooseStrategy(table="T6", strategies=("1.1", "3.2"))
    for text in ("domande", "altra strategia", "fine"):
        assert (choice,) == await floor.says(anna, text)
    # Nothing typed is lost for want of a strategy.
    assert (ContributionReceived(session=2, strategy=None, question=None),) == await floor.says(anna, "Treni")
    assert (asked("1.1", "1"),) == await floor.says(anna, "1.1")
    assert (asked("1.1", "2"),) == await floor.says(anna, "2")


async def test_at_a_table_without_priorities_people_are_told_and_heard(floor: Floor) -> None:
    anna = await floor.person(1)
    await floor.moves("T6", S2)
    nothing = NothingOnYet(table="T6", phase=S2)
    for text in ("domande", "altra strategia", "fine", "salta"):
        assert (nothing,) == await floor.says(anna, text)
    assert (ChooseStrategy(table="T6", strategies=(), misread="3.2"),) == await floor.says(anna, "3.2")
    put_on = await contributions.put_on(floor.database, floor.event, "T6", "3.2", floor.now)
    assert notices.StrategyNotOfTable(table="T6", misread="3.2", strategies=()) == put_on
    await floor.says(anna, "Più treni")
    assert [("Più treni", None, None)] == await floor.contributions()


TEXTS = st.one_of(
    st.sampled_from(
        ("salta", "indietro", "1.3", "1.1", "-1.1", "3", "5", "zona 4", "/x", "domanda 2", "ritira 1", "fine")
    ),
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
        str.strip
    ),
)


@settings(max_examples=25, deadline=None)
@given(phase=st.sampled_from(tuple(Phase)), texts=st.lists(TEXTS, max_size=5), typed_twice=st.booleans())
def test_whatever_is_typed_is_answered_and_delivered_twice_it_is_kept_once(
    template: Path,
    turin: Event,
    phase: Phase,
    texts: list[str],
    typed_twice: bool,
) -> None:
    async def acted(floor: Floor) -> None:
        anna = await seated(floor, phase)
        received = 0
        for text in texts:
            message = floor.message(anna)
            told = await floor.says(anna, text, message)
            before = await floor.everything()
            if typed_twice:
                again = await floor.says(anna, text, message)
                assert before == await floor.everything()
                assert all(not isinstance(each, ContributionReceived) or told == again for each in again)
            received += sum(isinstance(each, ContributionReceived) for each in told)
        kept = await floor.database.fetch("SELECT text FROM contributions ORDER BY received_at")
        assert received == len(kept)
        assert {row["text"] for row in kept} <= set(texts)

    play(template, turin, acted)


# --- delivered again after a kill -----------------------------------------------------------------------


async def test_a_contribution_delivered_again_stays_what_it_was_taken_for(floor: Floor) -> None:
    anna = await seated(floor, S1)
    message = floor.message(anna)
    told = await floor.says(anna, "3", message)
    assert (ContributionReceived(session=1, strategy=None, question=None),) == told
    for phase in (P, S2, C, A):
        await floor.moves("T6", phase)
        # In Session 2 a lone 3 would be a question.
        assert told == await floor.says(anna, "3", message)
    assert [("3", None, None)] == await floor.contributions(1)
    assert [] == await floor.contributions(2)


async def test_skipping_delivered_again_skips_once(floor: Floor) -> None:
    anna = await seated(floor, S2)
    first, contribution, second = (floor.message(anna) for _ in range(3))
    for _ in range(3):
        await floor.says(anna, "salta", first)
        await floor.says(anna, "Più treni", contribution)
        assert (asked("3.2", "3"),) == await floor.says(anna, "salta", second)
    assert [("Più treni", "3.2", "2")] == await floor.contributions()


@pytest.mark.parametrize("phase", [R, S1, P, S2])
async def test_a_zone_typed_on_arrival_and_delivered_again_is_no_contribution(
    floor: Floor, phase: Phase
) -> None:
    await seated(floor, phase)
    carla = await floor.newcomer(3)
    typed = [("1", floor.message(carla)), ("tavolo 2", floor.message(carla))]
    for text, message in typed * 3:
        await floor.says(carla, text, message)
    carla = await floor.again(carla)
    assert ("T2", "1") == (carla.table, carla.zone)
    assert [] == await floor.contributions(1) + await floor.contributions(2)


async def test_a_zone_delivered_again_does_not_answer_the_question_for_the_table(floor: Floor) -> None:
    carla = await floor.newcomer(3)
    message = floor.message(carla)
    for _ in range(3):
        # Were it read as an answer to the question that follows, it would be T1.
        assert (notices.AskTable(zone="1"),) == await floor.says(carla, "1", message)
    assert (await floor.again(carla)).table is None
    assert (Registered(table="T3", zone="1", phase=R),) == await floor.says(carla, "3")


async def test_a_zone_that_was_left_again_is_no_contribution_when_it_is_delivered_again(floor: Floor) -> None:
    carla = await floor.newcomer(3)
    await floor.moves("T6", S1)
    first, second = floor.message(carla), floor.message(carla)
    await floor.says(carla, "4", first)
    await joining.change(floor.database, carla)
    await floor.says(carla, "5", second)
    for text, message in (("4", first), ("5", second)):
        told = await floor.says(carla, text, message)
        assert (Registered(table="T6", zone="5", phase=S1, again=True),) == told
    assert [] == await floor.contributions(1)


async def test_an_acknowledgement_that_comes_again_asks_on_and_is_no_misread_zone(floor: Floor) -> None:
    newcomer = await floor.newcomer(7)
    assert (AskZone(),) == await floor.says(newcomer, "Ho letto")
