"""The ballot as one message: what is told in words, and which buttons ask for what."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from handlers.callback_data import Finish, SetDots, ShowPage
from handlers.render import render
from handlers.render.message import stripped
from locales.translator import Translator, load_translators
from participation.event import Phase
from participation.notices import (
    BallotFinished,
    BallotNotOpen,
    BallotScreen,
    ButtonOutdated,
    DotsRecorded,
    NoDotsLeft,
    Notice,
    QuestionAsked,
    TooFast,
    UnknownStrategies,
    dump,
)
from tests.handlers.render_samples import huge, stacking, turin

if TYPE_CHECKING:
    from handlers.callback_data import Press
    from handlers.render import Message
    from participation.event import Event

FIVE = (("1.2", 1), ("2.3", 1), ("3.2", 1), ("4.1", 1), ("5.4", 1))
TITLE_32 = "Potenziare, qualificare e integrare l'infrastruttura ferroviaria"


@pytest.fixture(scope="module")
def it() -> Translator:
    return load_translators(turin().zone_info).of("it")


def shown(
    it: Translator,
    page: str,
    dots: tuple[tuple[str, int], ...] = (),
    said: Notice | None = None,
    *,
    event: Event | None = None,
    is_open: bool = True,
    finished: bool = False,
    closes: bool = True,
) -> Message:
    event = event or turin()
    screen = BallotScreen(
        table="T6",
        page=page,
        dots=dots,
        budget=6,
        open=is_open,
        finished=finished,
        closes_at=event.phase_starts()[Phase.PRIORITIES] if closes else None,
        said=None if said is None else dump(said),
    )
    (message,) = render(screen, event, it)
    return message


def recorded(placed: tuple[str, ...] = (), taken: tuple[str, ...] = (), left: int = 4) -> DotsRecorded:
    at = turin().moment(turin().agenda_item(Phase.SESSION1).time) + timedelta(minutes=4)
    return DotsRecorded(placed=placed, taken=taken, left=left, budget=6, at=at)


def presses(message: Message) -> dict[str, Press | None]:
    return {button.text: button.press for row in message.keyboard for button in row}


def test_the_first_ballot_says_the_question_why_six_the_end_and_the_full_titles(it: Translator) -> None:
    message = shown(it, "3")
    assert "Quali tra queste strategie sono prioritarie per la vostra Zona?" in message.text
    assert "Hai 6 bollini; puoi usarne anche meno. Perché 6?" in message.text
    assert "La votazione si chiude alle 10:25." in message.text
    assert "<b>Asse 3. Mobilità sostenibile</b>" in message.text
    for strategy in turin().axes[2].strategies:
        assert f"{strategy.code} {strategy.title}" in stripped(message.text)
    assert "Per" not in stripped(message.text).split("\n")[0]


def test_a_strategys_button_begins_with_its_code_and_wishes_one_dot(it: Translator) -> None:
    assert SetDots("3.2", 1) == presses(shown(it, "3"))["3.2 Ferrovie"]


def test_a_dot_is_told_in_words_and_its_button_wishes_none(it: Translator) -> None:
    message = shown(it, "3", (("3.2", 1),))
    assert f"{TITLE_32} — <b>1 bollino</b>" in message.text
    assert SetDots("3.2", 0) == presses(message)["● 3.2 Ferrovie"]
    assert "Ti restano 5 bollini su 6." in message.text


def test_every_axis_is_one_press_away_and_the_one_shown_says_so(it: Translator) -> None:
    buttons = presses(shown(it, "3", (("1.2", 1), ("1.3", 1))))
    assert ShowPage("1") == buttons["Asse 1 ●●"]
    assert ShowPage("3") == buttons["Asse 3 (qui)"]
    assert ShowPage("6") == buttons["Asse 6"]
    assert ShowPage("review") == buttons["Rivedi"]
    assert Finish() == buttons["Ho finito"]


def test_any_code_is_found_by_what_its_button_begins_with(it: Translator) -> None:
    for dots in ((), FIVE):
        for axis in turin().axes:
            texts = list(presses(shown(it, axis.code, dots)))
            for strategy in axis.strategies:
                pattern = rf"^(?:\W*\s*)?{re.escape(strategy.code)}\b"
                assert 1 == sum(re.search(pattern, text) is not None for text in texts)


def test_what_the_last_act_did_stands_on_top_with_its_time_and_the_way_back(it: Translator) -> None:
    first = stripped(shown(it, "3", (("3.2", 1),), recorded(("3.2",))).text).split("\n")[0]
    assert f"Bollino su 3.2, {TITLE_32}. Registrato alle 10:14. Per toglierlo scrivi -3.2." == first
    taken = stripped(shown(it, "3", (), recorded((), ("3.2",))).text).split("\n")[0]
    assert f"Bollino tolto da 3.2, {TITLE_32}. Registrato alle 10:14. Per rimetterlo scrivi 3.2." == taken


def test_with_no_dots_left_the_way_to_make_room_names_a_dot_that_is_there(it: Translator) -> None:
    six = (*FIVE, ("6.1", 1))
    message = shown(it, "5", six, NoDotsLeft(refused=("5.5",), used=6, budget=6))
    text = stripped(message.text)
    first, second = text.split("\n")[:2]
    assert "Hai già usato 6 bollini su 6. Questa strategia non è stata aggiunta:" == first
    assert f"5.5 {turin().strategy('5.5').title}" == second
    assert "scrivi, per esempio, -1.2." in text
    assert "Hai usato tutti i tuoi 6 bollini." in text


def test_an_outdated_button_is_said_on_the_ballot_as_it_is(it: Translator) -> None:
    message = shown(it, "1", FIVE, ButtonOutdated())
    assert message.text.startswith("Quel pulsante non era più valido: non è cambiato nulla.")
    assert "Ti resta 1 bollino su 6." in message.text


def test_codes_that_there_are_not_are_named_with_what_may_have_been_meant(it: Translator) -> None:
    said = UnknownStrategies(codes=("1.9", "77"), nearest=("1.5", None))
    text = shown(it, "1", (), said).text
    assert "«1.9» non c'è. Forse cercavi 1.5, Valorizzare" in text
    assert "«77» non c'è.\n" in text


def test_other_things_that_happen_to_an_act_are_said_too(it: Translator) -> None:
    assert shown(it, "1", (), TooFast()).text.startswith("Troppe azioni")
    with pytest.raises(KeyError):
        shown(it, "1", (), QuestionAsked(table="T6", strategy="3.2", question="1"))


def test_the_review_has_every_title_and_a_press_to_take_each_dot_off(it: Translator) -> None:
    message = shown(it, "review", FIVE)
    assert message.text.startswith("<b>Hai usato 5 bollini su 6.</b> Sono già registrati:")
    for code, _ in FIVE:
        assert turin().strategy(code).title in stripped(message.text)
        assert SetDots(code, 0) in presses(message).values()
    assert "Tocca Ho finito o scrivi fine." in message.text
    assert "Rivedi" not in presses(message)


def test_the_review_of_an_empty_ballot_says_how_to_begin_and_that_it_may_stay_empty(it: Translator) -> None:
    text = shown(it, "review").text
    assert "Non hai ancora usato i tuoi 6 bollini." in text
    assert "Se preferisci non usarne, tocca Ho finito o scrivi fine." in text


def test_whoever_finished_is_thanked_once_and_told_what_the_table_knows(it: Translator) -> None:
    message = shown(it, "review", FIVE, BallotFinished(used=5, budget=6), finished=True)
    assert "Chi facilita sa quante persone hanno finito, non che cosa hai scelto." in message.text
    assert 1 == message.text.count("Hai usato 5 bollini su 6.")
    assert Finish() not in presses(message).values()
    later = shown(it, "2", FIVE, finished=True)
    assert "Hai detto di aver finito, ma puoi ancora cambiare." in later.text
    assert "non serve altro" in shown(it, "review", FIVE, finished=True).text


def test_finishing_without_dots_is_fine_and_said(it: Translator) -> None:
    text = shown(it, "review", (), BallotFinished(used=0, budget=6), finished=True).text
    assert "Hai finito senza usare bollini: va bene anche così." in text


def test_a_closed_ballot_shows_its_dots_and_has_no_buttons(it: Translator) -> None:
    said = BallotNotOpen(table="T6", phase=Phase.PRIORITIES, dots=("1.2",))
    message = shown(it, "3", FIVE, said, is_open=False)
    assert message.text.startswith("<b>La votazione al tuo tavolo è chiusa.</b>")
    assert "Sulla tua scheda ci sono 5 bollini:" in message.text
    assert () == message.keyboard
    assert "Sulla tua scheda non ci sono bollini." in shown(it, "3", is_open=False).text


def test_without_a_known_end_no_time_is_promised(it: Translator) -> None:
    assert "si chiude alle" not in shown(it, "1", closes=False).text
    assert "resta aperta finché il tavolo non la chiude" in shown(it, "review", FIVE, closes=False).text


def test_where_dots_stack_there_is_a_press_for_one_more_and_one_for_one_less(it: Translator) -> None:
    message = shown(it, "3", (("3.2", 2), ("3.1", 1)), event=stacking())
    buttons = presses(message)
    assert f"{TITLE_32} — <b>2 bollini</b>" in message.text
    assert SetDots("3.2", 3) == buttons["●● 3.2 Ferrovie"]
    assert SetDots("3.2", 1) == buttons["Meno 3.2"]
    assert SetDots("3.1", 0) == buttons["Meno 3.1"]
    assert SetDots("3.3", 1) == buttons["3.3 Città e quartieri 15'"]
    assert "tocca Meno per toglierne uno" in message.text
    assert "Per toglierlo" not in shown(it, "3", (("3.2", 2),), recorded(("3.2",)), event=stacking()).text


def test_a_full_stack_offers_only_less(it: Translator) -> None:
    buttons = presses(shown(it, "3", (("3.2", 6),), event=stacking()))
    assert SetDots("3.2", 6) == buttons["●●●●●● 3.2 Ferrovie"]
    assert SetDots("3.2", 5) == buttons["Meno 3.2"]


def test_titles_too_long_for_one_message_give_way_to_labels(it: Translator) -> None:
    event = huge()
    message = shown(it, "1", (("1.1", 1),), recorded(("1.1",)), event=event)
    assert "<b>1.30</b> Etichetta lunga &amp; &lt;28 segni&gt;" in message.text
    assert message.text.startswith("Bollino su 1.1. Ti restano 4 bollini su 6.")


def test_a_page_that_the_event_does_not_have_is_its_first(it: Translator) -> None:
    assert shown(it, "1") == shown(it, "99")
