"""Session 2 as people live it: questions, contributions, thanks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.callback_data import (
    AskQuestion,
    ListStrategies,
    Withdraw,
)
from handlers.render import Message, render
from handlers.render.message import stripped
from locales.translator import Translator, load_translators
from participation.event import Phase
from participation.notices import (
    ChooseQuestion,
    ChooseStrategy,
    ContributionNotOpen,
    ContributionReceived,
    LastQuestion,
    NothingOnYet,
    Notice,
    OwnContribution,
    OwnContributions,
    QuestionAsked,
    Thanks,
)
from tests.handlers.render_samples import elsewhere, turin

AT = turin().moment(turin().agenda_item(Phase.SESSION1).time) + timedelta(minutes=4)


@pytest.fixture(scope="module")
def it() -> Translator:
    return load_translators(turin().zone_info).of("it")


def told(notice: Notice, words: Translator) -> Message:
    (message,) = render(notice, turin(), words)
    return message


def buttons(message: Message) -> dict[str, object]:
    return {button.text: button.press for row in message.keyboard for button in row}


def test_a_question_always_shows_strategy_title_and_question(it: Translator) -> None:
    for number in ("1", "2", "3", "4"):
        text = stripped(told(QuestionAsked(table="T6", strategy="5.4", question=number), it).text)
        assert f"Strategia 5.4. {turin().strategy('5.4').title}" in text
        assert f"Domanda {number}. {turin().session2.question_of(number).text}" in text


def test_from_a_question_one_can_go_on_back_and_elsewhere(it: Translator) -> None:
    middle = buttons(told(QuestionAsked(table="T6", strategy="3.2", question="2", opened=True), it))
    assert AskQuestion("3.2", "3") == middle["Avanti"]
    assert AskQuestion("3.2", "1") == middle["Indietro"]
    assert AskQuestion("3.2", "2") == middle["Domanda 2 (qui)"]
    assert ListStrategies() == middle["Altra strategia"]
    assert "Avanti" not in buttons(told(QuestionAsked(table="T6", strategy="3.2", question="4"), it))
    assert "Indietro" not in buttons(told(QuestionAsked(table="T6", strategy="3.2", question="1"), it))


def test_at_either_end_of_the_questions_the_way_back_is_offered(it: Translator) -> None:
    last = told(LastQuestion(strategy="3.2", question="4"), it)
    assert AskQuestion("3.2", "3") == buttons(last)["Indietro"]
    assert "Cos'altro serve?" in last.text
    first = told(LastQuestion(strategy="3.2", question="1", first=True), it)
    assert AskQuestion("3.2", "2") == buttons(first)["Avanti"]


def test_questions_and_strategies_can_be_chosen_in_full(it: Translator) -> None:
    questions = told(ChooseQuestion(strategy="3.2"), it)
    assert AskQuestion("3.2", "4") == buttons(questions)["Domanda 4: Cos'altro serve"]
    strategies = told(ChooseStrategy(table="T6", strategies=("3.2", "5.4"), misread="1.1"), it)
    assert "«1.1» non è tra le priorità del tavolo." in strategies.text
    assert AskQuestion("5.4", "1") == buttons(strategies)["5.4 Nuovo welfare locale"]
    assert turin().strategy("5.4").title in strategies.text


def test_a_received_contribution_says_where_it_went_who_reads_it_and_invites_another(it: Translator) -> None:
    message = told(ContributionReceived(session=2, strategy="3.2", question="2"), it)
    assert "Contributo ricevuto" in message.text
    assert turin().strategy("3.2").title in message.text
    assert "senza il tuo nome" in message.text
    assert "Hai un'altra idea? Scrivila qui." in message.text
    assert {"Avanti": AskQuestion("3.2", "3")} == buttons(message)
    last = told(ContributionReceived(session=2, strategy="3.2", question="4", last=True), it)
    assert {"Altra strategia": ListStrategies()} == buttons(last)
    assert () == told(ContributionReceived(session=1, strategy=None, question=None), it).keyboard


@pytest.mark.parametrize(
    ("phase", "then"),
    [
        (Phase.REGISTRATION, "dalla Sessione 1, in programma alle 10:10"),
        (Phase.PRIORITIES, "nella Sessione 2, in programma alle 10:30"),
        (Phase.CLOSING, "nel modulo online"),
    ],
)
def test_what_is_not_kept_says_so_and_what_to_do_instead(phase: Phase, then: str, it: Translator) -> None:
    text = told(ContributionNotOpen(table="T6", phase=phase), it).text
    assert "non è stato registrato" in text
    assert then in text


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        (Phase.SESSION1, "Le domande arrivano con la Sessione 2"),
        (Phase.SESSION2, "nessuna strategia è ancora in discussione"),
        (Phase.AFTERMATH, "la Sessione 2 è conclusa"),
    ],
)
def test_without_a_question_people_hear_when_there_will_be_one(
    phase: Phase, said: str, it: Translator
) -> None:
    assert said in told(NothingOnYet(table="T6", phase=phase), it).text


def test_own_contributions_keep_their_numbers_and_are_grouped_by_question(it: Translator) -> None:
    items = (
        OwnContribution(id="a1", number=1, session=1, strategy=None, question=None, text="Uno"),
        OwnContribution(id="a3", number=3, session=2, strategy="3.2", question="2", text="Tre"),
        OwnContribution(id="a4", number=4, session=2, strategy="3.2", question="2", text="Quattro"),
    )
    message = told(OwnContributions(items=items), it)
    assert "<b>Sessione 1</b>\n1. Uno" in message.text
    assert "\n3. Tre\n4. Quattro" in message.text
    assert 1 == message.text.count(turin().strategy("3.2").title)
    assert Withdraw("a3") == buttons(message)["Ritira 3"]


def test_thanks_say_what_comes_next_where_something_does(it: Translator) -> None:
    assert "In programma alle 12:20: Plenaria (ibrida)." in told(Thanks(table="T6"), it).text
    (message,) = render(Thanks(table="T6"), elsewhere(), it)
    assert "In programma" not in message.text
