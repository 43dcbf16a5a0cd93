"""Session 1: six dots, by taps and by typing, and what is not a dot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from handlers.callback_data import SetDots, encode
from participation.event import Event, load
from tests.support.hall import open_hall

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall, Somebody


async def voting(hall: Hall, table: str = "T6") -> Somebody:
    """A person at a table whose Session 1 has just opened, the ballot in front of them."""
    anna = await hall.somebody().registers(table)
    await hall.at("10:10")
    await anna.reads()
    return anna


def ballots(who: Somebody) -> int:
    """How many messages in the chat are a ballot."""
    return sum(1 for m in who.phone.messages if m.from_bot and m.button("Rivedi"))


# --- one's first ballot ---------------------------------------------------------------------------------


async def test_when_session_1_opens_one_message_arrives(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:09")
    assert [] == await anna.reads()
    await hall.at("10:10")
    (ballot,) = await anna.reads()
    assert "Quali tra queste strategie sono prioritarie per la vostra Zona?" in ballot
    assert "Perché 6?" in ballot
    assert "Hai 6 bollini" in ballot
    assert "La votazione si chiude alle 10:25" in ballot
    # Full titles in the text, short buttons below: an axis at a time.
    assert "1.1 Garantire una diffusa digitalizzazione del territorio e delle sue attività" in ballot
    texts = [button.text for button in anna.ballot().buttons]
    assert ["1.1 Digitalizzazione diffusa"] == [text for text in texts if text.startswith("1.1")]
    assert ["Asse 1 (qui)", "Asse 2", "Asse 3", "Asse 4", "Asse 5", "Asse 6", "Rivedi", "Ho finito"] == texts[
        -8:
    ]


async def test_before_session_1_dots_wait_and_no_ballot_is_said_to_be_closed(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    for typed in ("1.3", "/bollini", "rivedi", "fine"):
        said = await anna.says(typed)
        assert 1 == len(said), (typed, said)
        assert "la votazione non è ancora aperta: è in programma alle 10:10" in said[0], typed
    assert {} == await anna.dots()
    assert "chiusa" not in anna.everything
    await hall.at("10:10")
    (ballot,) = await anna.reads()
    assert "Hai 6 bollini" in ballot


# --- taps -----------------------------------------------------------------------------------------------


async def test_a_tap_puts_a_dot_in_the_same_message(hall: Hall) -> None:
    anna = await voting(hall)
    before = anna.ballot()
    assert [] == await anna.taps("1.3")
    assert "Bollino su 1.3. Ti restano 5 bollini su 6." == anna.toast
    after = anna.ballot()
    assert before.id == after.id
    assert "Bollino su 1.3, Riconoscere e sviluppare nuove potenziali filiere" in after.shown
    assert "Registrato alle 10:10" in after.shown
    assert "Ti restano 5 bollini su 6" in after.shown
    assert "scrivi -1.3" in after.shown
    assert after.button("● 1.3 Nuove filiere produttive")
    assert {"1.3": 1} == await anna.dots()


async def test_the_same_button_again_takes_the_dot_away(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.taps("1.3")
    await anna.taps("1.3")
    assert "Bollino tolto da 1.3" in anna.ballot().shown
    assert "Ti restano 6 bollini su 6" in anna.ballot().shown
    assert {} == await anna.dots()


async def test_a_double_tap_is_one_dot(hall: Hall) -> None:
    anna = await voting(hall)
    ballot = anna.ballot()
    button = next(b for b in ballot.buttons if b.text.startswith("1.3"))
    answered = len(anna.phone.answers)
    for _ in range(5):
        anna.phone.tap(ballot.id, button.callback_data or "")
    await anna.reads()
    assert {"1.3": 1} == await anna.dots()
    assert 5 == len(anna.phone.answers) - answered


async def test_an_axis_at_a_time(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.taps("1.3")
    await anna.taps("Asse 5")
    ballot = anna.ballot()
    assert ballot.button("Asse 5 (qui)")
    assert ballot.button("Asse 1 ●")
    assert "Ti restano 5 bollini su 6" in ballot.shown
    await anna.taps("5.4")
    assert {"1.3": 1, "5.4": 1} == await anna.dots()
    assert 1 == ballots(anna)


async def test_every_title_is_reached_by_the_axes(hall: Hall) -> None:
    anna = await voting(hall)
    for axis in hall.event.axes:
        if f"Asse {axis.code} (qui)" not in [b.text for b in anna.ballot().buttons]:
            await anna.taps(f"Asse {axis.code}")
        shown = anna.ballot().shown
        assert axis.title in shown
        for strategy in axis.strategies:
            assert strategy.title in shown


async def test_the_seventh_dot_is_refused_and_nothing_changes(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.says("1.1 1.2 1.3 1.4 1.5 2.1")
    six = await anna.dots()
    assert 6 == sum(six.values())
    await anna.taps("Asse 3")
    await anna.taps("3.2")
    assert "Hai già usato 6 bollini su 6. La scheda non è cambiata." == anna.toast
    shown = anna.ballot().shown
    assert "Hai già usato 6 bollini su 6" in shown
    assert "3.2 Potenziare, qualificare e integrare l'infrastruttura ferroviaria" in shown
    assert "Per fare posto, togli un bollino: tocca Rivedi o scrivi, per esempio, -1.1." in shown
    assert six == await anna.dots()
    # As the text says.
    await anna.says("-1.1")
    await anna.taps("Asse 3", anna.ballot())
    await anna.taps("3.2", anna.ballot())
    assert 6 == sum((await anna.dots()).values())
    assert "3.2" in await anna.dots()


async def test_seven_taps_at_once_are_six_dots(hall: Hall) -> None:
    anna = await voting(hall)
    ballot = anna.ballot()
    for code in ("1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3"):
        anna.phone.tap(ballot.id, encode(SetDots(code, 1)))
    await anna.reads()
    assert ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1"] == sorted(await anna.dots())


async def test_a_tap_is_answered_although_the_ballot_cannot_be_edited_yet(hall: Hall) -> None:
    """Many taps at once: each is answered, the message is edited less often, and ends as the ballot is."""
    anna = await voting(hall)
    ballot = anna.ballot()
    answered = len(anna.phone.answers)
    for number in range(20):
        anna.phone.tap(ballot.id, encode(SetDots("1.3", number % 2)))
        anna.phone.tap(ballot.id, encode(SetDots("1.4", (number + 1) % 2)))
    await anna.reads()
    assert 40 == len(anna.phone.answers) - answered
    assert {"1.3": 1} == await anna.dots()
    shown = anna.ballot()
    assert shown.button("● 1.3 Nuove filiere produttive")
    assert not any(button.text.startswith("● 1.4") for button in shown.buttons)
    assert shown.edits < 40


async def test_tables_and_people_do_not_mix(hall: Hall) -> None:
    anna = await hall.somebody("Anna").registers("T6")
    bruno = await hall.somebody("Bruno").registers("T5")
    await hall.at("10:10")
    await anna.says("1.3 2.1")
    await bruno.says("1.3 5.4")
    assert {"1.3": 1, "2.1": 1} == await anna.dots()
    assert {"1.3": 1, "5.4": 1} == await bruno.dots()


# --- typing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "dots"),
    [
        ("1.3", ["1.3"]),
        ("1.3 2.1 5.4", ["1.3", "2.1", "5.4"]),
        ("1,3", ["1.3"]),
        ("1.3, 2.1; 5.4", ["1.3", "2.1", "5.4"]),
        ("1.3 e 2.1", ["1.3", "2.1"]),
        ("1.3\n2.1", ["1.3", "2.1"]),
        ("1.3 2.1 -1.3", ["2.1"]),
        ("+1.3", ["1.3"]),
        ("1.3.", ["1.3"]),
        ("1.3 1.3", ["1.3"]),
    ],
)
async def test_dots_can_be_typed(hall: Hall, typed: str, dots: list[str]) -> None:
    anna = await voting(hall)
    said = await anna.says(typed)
    assert len(said) == 1
    assert re.search("[Rr]egistrat[oi] alle 10:10", said[0])
    assert dots == sorted(await anna.dots())
    # The ballot above says the same.
    assert f"Ti restano {6 - len(dots)} bollini su 6" in anna.ballot().shown
    assert 0 == await hall.count("contributions")


@pytest.mark.parametrize("minus", ["-1.3", "− 1.3", "–1.3", "—1,3"])
async def test_a_minus_takes_a_dot_away_whatever_the_phone_makes_of_it(hall: Hall, minus: str) -> None:
    anna = await voting(hall)
    await anna.says("1.3 2.1")
    await anna.says(minus)
    assert {"2.1": 1} == await anna.dots()


async def test_what_is_there_already_is_said(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.says("1.3")
    (said,) = await anna.says("1.3")
    assert "era già così" in said
    assert {"1.3": 1} == await anna.dots()


@pytest.mark.parametrize("typed", ["1.3 9.9", "9.9 1.3", "1.1 1.2 1.3 1.4 1.5 2.1 2.2"])
async def test_all_of_a_message_or_none_of_it(hall: Hall, typed: str) -> None:
    anna = await voting(hall)
    (said,) = await anna.says(typed)
    assert "La tua scheda non è cambiata" in said
    assert {} == await anna.dots()


async def test_an_unknown_code_is_told_the_nearest(hall: Hall) -> None:
    anna = await voting(hall)
    (said,) = await anna.says("1.8")
    assert "La strategia «1.8» non c'è. Forse cercavi 1." in said


async def test_two_dots_on_one_strategy_where_they_do_not_stack(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.says("1.3x2")
    assert {"1.3": 1} == await anna.dots() or {} == await anna.dots()
    await anna.sends_press(anna.ballot().id, "d:1.3:2")
    assert "Su una strategia puoi mettere al massimo 1 bollino" in anna.ballot().shown
    assert sum((await anna.dots()).values()) <= 1


async def test_a_sentence_with_numbers_is_a_contribution_not_a_dot(hall: Hall) -> None:
    anna = await voting(hall)
    (said,) = await anna.says("Con la 1.3 servono 2.5 milioni")
    assert "Contributo ricevuto" in said
    assert {} == await anna.dots()
    assert [("Con la 1.3 servono 2.5 milioni", None, None)] == await anna.contributions()


# --- review, finish -------------------------------------------------------------------------------------


async def test_review_shows_all_with_their_titles(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.says("1.3 3.2 5.4")
    assert [] == await anna.taps("Rivedi", anna.ballot())
    shown = anna.ballot().shown
    assert "Hai usato 3 bollini su 6. Sono già registrati:" in shown
    for code in ("1.3", "3.2", "5.4"):
        assert f"{code} {hall.event.strategy(code).title}" in shown
    assert "Tocca Ho finito o scrivi fine" in shown
    await anna.taps("3.2")
    assert ["1.3", "5.4"] == sorted(await anna.dots())


async def test_review_of_an_empty_ballot(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.taps("Rivedi")
    assert "Non hai ancora usato i tuoi 6 bollini" in anna.screen("ancora usato").shown


async def test_finished_and_still_free_to_change(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.says("1.3")
    await anna.taps("Ho finito", anna.ballot())
    shown = anna.screen("Grazie!").shown
    assert "Puoi cambiare idea finché il tavolo è aperto" in shown
    assert 1 == await hall.count("ballots", "finished")
    await anna.says("2.1")
    assert {"1.3": 1, "2.1": 1} == await anna.dots()
    assert 1 == await hall.count("ballots", "finished")


@pytest.mark.parametrize("word", ["fine", "Fine.", "FINITO", "ho finito!"])
async def test_finished_by_typing(hall: Hall, word: str) -> None:
    anna = await voting(hall)
    (said,) = await anna.says(word)
    assert "Grazie!" in said
    assert 1 == await hall.count("ballots", "finished")
    assert 0 == await hall.count("contributions")


async def test_axis_and_review_by_typing_bring_the_ballot_down(hall: Hall) -> None:
    anna = await voting(hall)
    (ballot,) = await anna.says("asse 3")
    assert "Asse 3." in ballot
    (ballot,) = await anna.says("rivedi")
    assert "Non hai ancora usato" in ballot
    (ballot,) = await anna.says("/bollini")
    assert "Asse 1." in ballot
    (said,) = await anna.says("asse 9")
    assert "Contributo ricevuto" in said


# --- closed ---------------------------------------------------------------------------------------------


async def test_at_closing_the_ballot_shows_what_counts(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.says("1.3 5.4")
    await hall.at("10:25")
    assert [] == await anna.reads()
    shown = anna.ballot().shown
    assert "La votazione al tuo tavolo è chiusa" in shown
    assert "Sulla tua scheda ci sono 2 bollini" in shown
    assert hall.event.strategy("5.4").title in shown
    assert () == tuple(anna.ballot().buttons)


async def test_a_tap_after_closing_changes_nothing(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.says("1.3")
    ballot = anna.ballot()
    tap = next(b.callback_data for b in ballot.buttons if b.text.startswith("1.4"))
    await hall.at("10:25")
    await anna.reads()
    for data in (tap or "", "f", "p:review", "p:2", "d:1.3:0"):
        await anna.sends_press(ballot.id, data)
        assert {"1.3": 1} == await anna.dots()
        assert "La votazione al tuo tavolo è chiusa" in anna.ballot().shown
    await anna.sends_press(ballot.id, tap or "")
    assert anna.toast is not None
    assert "la votazione è chiusa" in anna.toast


async def test_typing_after_closing_changes_nothing(hall: Hall) -> None:
    anna = await voting(hall)
    await anna.says("1.3")
    await hall.at("10:26")
    await anna.reads()
    for typed in ("1.4", "-1.3", "1.3 1.4", "fine"):
        (said,) = await anna.says(typed)
        assert "la votazione è chiusa: la tua scheda non può più cambiare" in said, typed
    assert {"1.3": 1} == await anna.dots()
    assert 0 == await hall.count("ballots", "finished")


# --- buttons that are not what they seem ----------------------------------------------------------------

JUNK: tuple[str | bytes, ...] = (
    "",
    " ",
    "d",
    "d:",
    "d:1.3",
    "d:1.3:",
    "d:1.3:-1",
    "d:1.3:01",
    "d:1.3:1:1",
    "d:9.9:1",
    "d:1.3:99",
    "d:T6:1",
    "p:9",
    "p:",
    "f:1",
    "D:1.3:1",
    "toggle:1.3",
    "k:T6:1.3:1",
    "c:T6:1.3:1",
    "ok:T6",
    "m:T6:closing",
    "m:T6:never",
    "on:T6:1.3",
    "w:" + "0" * 24,
    "q:1.3:1",
    "q:9.9:9",
    "qs:9.9",
    "x" * 64,
    "d:" + "1" * 62,
    "t:" + "a" * 30 + ":" + "b" * 31,
    "è" * 32,
    "👍" * 16,
    b"\xff\xfe\x00\x01" * 16,
    b"d:1.3:1\x00",
    "d:1.3:1\n",
    "'; DROP TABLE dots; --",
    "<b>",
)


@pytest.mark.parametrize("part", range(4))
async def test_a_forged_button_is_answered_and_changes_nothing(hall: Hall, part: int) -> None:
    anna = await voting(hall)
    await anna.says("1.3")
    for data in JUNK[part::4]:
        await anna.sends_press(anna.ballot().id, data)
        assert anna.toast is not None, data
        assert {"1.3": 1} == await anna.dots(), data
        assert "errore nostro" not in anna.everything, data
        assert "La votazione si chiude alle 10:25" in anna.ballot().shown, data
    assert "session1" == await hall.phase("T6")
    assert 0 == hall.telegram.errors[400]
    # The ballot is still what it was, and still works.
    await anna.taps("Asse 4", anna.ballot())
    await anna.taps("4.1", anna.ballot())
    assert {"1.3": 1, "4.1": 1} == await anna.dots()


async def test_data_longer_than_telegram_carries_is_no_button_of_ours(hall: Hall) -> None:
    anna = await voting(hall)
    for data in ("t:" + "a" * 32 + ":" + "b" * 32, "c:" + "a" * 32 + ":" + "b" * 32 + ":1", "x" * 500):
        await anna.sends_press(anna.ballot().id, data)
        assert anna.toast is not None
    assert "errore nostro" not in anna.everything


async def test_a_press_on_somebody_elses_message(hall: Hall) -> None:
    anna = await hall.somebody("Anna").registers("T6")
    bruno = await hall.somebody("Bruno").registers("T6")
    await hall.at("10:10")
    await bruno.reads()
    brunos = bruno.ballot()
    await anna.says("1.4")
    await anna.sends_press(brunos.id, "d:1.3:1")
    assert {"1.3": 1, "1.4": 1} == await anna.dots()
    assert {} == await bruno.dots()
    assert brunos.shown == bruno.ballot().shown
    assert "Ti restano 4 bollini su 6" in anna.ballot().shown
    assert "errore nostro" not in anna.everything


@pytest.mark.parametrize("where", ["own message", "nowhere", "programme"])
async def test_a_press_that_comes_from_no_ballot(hall: Hall, where: str) -> None:
    anna = await voting(hall)
    await anna.says("/programma")
    message = {"own message": anna.typed, "nowhere": 999_999, "programme": anna.screen("Programma").id}[where]
    await anna.sends_press(message, "d:1.3:1")
    assert {"1.3": 1} == await anna.dots()
    assert "Ti restano 5 bollini su 6" in anna.ballot().shown
    assert "errore nostro" not in anna.everything
    await anna.taps("1.4", anna.ballot())
    assert {"1.3": 1, "1.4": 1} == await anna.dots()


async def test_a_press_on_an_older_copy_redraws_that_one_as_the_ballot_is(hall: Hall) -> None:
    anna = await voting(hall)
    old = anna.ballot()
    await anna.says("/bollini")
    assert old.id != anna.ballot().id
    await anna.taps("Asse 5", anna.ballot())
    await anna.says("5.4")
    await anna.taps("1.3", old)
    redrawn = anna.phone.message(old.id)
    assert redrawn is not None
    assert "Ti restano 4 bollini su 6" in redrawn.shown
    assert redrawn.button("● 1.3 Nuove filiere produttive")
    assert redrawn.button("Asse 5 ●")
    # An outdated press there says what it wishes, not "the other way": 1.3 stays on.
    await anna.taps("1.3", old)
    assert {"1.3": 1, "5.4": 1} == await anna.dots()


async def test_the_ballot_was_deleted(hall: Hall) -> None:
    anna = await voting(hall)
    anna.phone.delete(anna.ballot().id)
    said = await anna.says("1.3")
    assert "Bollino su 1.3" in said[0]
    assert {"1.3": 1} == await anna.dots()
    assert "Ti restano 5 bollini su 6" in anna.ballot().shown
    await anna.taps("1.4", anna.ballot())
    assert {"1.3": 1, "1.4": 1} == await anna.dots()


async def test_a_button_of_a_message_that_is_gone(hall: Hall) -> None:
    """Telegram may still deliver the press, without the message."""
    anna = await voting(hall)
    ballot = anna.ballot()
    anna.phone.delete(ballot.id)
    await anna.sends_press(ballot.id, "d:1.3:1")
    assert {"1.3": 1} == await anna.dots()
    assert "Ti restano 5 bollini su 6" in anna.ballot().shown
    assert "errore nostro" not in anna.everything


async def test_a_press_of_somebody_who_never_registered(hall: Hall) -> None:
    await hall.at("10:10")
    eve = hall.somebody("Eve")
    await eve.opens()
    (said,) = await eve.sends_press(eve.screen().id, "d:1.3:1")
    assert "Zona" in said or "/start" in said
    assert 0 == await hall.count("dots")


# --- where dots may stack -------------------------------------------------------------------------------


def stacking(event: Event) -> Event:
    return event.model_copy(update={"session1": event.session1.model_copy(update={"stacking": "free"})})


async def test_where_dots_stack_several_go_on_one_strategy(tmp_path: Path) -> None:
    async with open_hall(tmp_path, stacking(load())) as hall:
        anna = await voting(hall)
        await anna.says("1.3x2")
        assert {"1.3": 2} == await anna.dots()
        await anna.taps("1.3", anna.ballot())
        assert {"1.3": 3} == await anna.dots()
        await anna.taps("Meno 1.3", anna.ballot())
        assert {"1.3": 2} == await anna.dots()
        await anna.says("1.3x6")
        assert {"1.3": 6} == await anna.dots()
        (said,) = await anna.says("1.3x7")
        assert "La tua scheda non è cambiata" in said
        await anna.says("2.1")
        assert {"1.3": 6} == await anna.dots()
        await anna.says("-1.3")
        assert {} == await anna.dots()
