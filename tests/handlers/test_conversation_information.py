"""What can be read at any moment, and in which language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.hall import Hall

READABLE = {
    "/programma": "Sessione di discussione 1",
    "/strategie": "Garantire una diffusa digitalizzazione",
    "/contatti": "piano_strategico@cittametropolitana.torino.it",
    "/privacy": "Titolare del trattamento",
    "/aiuto": "/programma",
    "/help": "/programma",
}


@pytest.mark.parametrize(("command", "said"), READABLE.items())
async def test_information_is_there_before_and_after_registering(hall: Hall, command: str, said: str) -> None:
    anna = hall.somebody()
    before = "\n".join(await anna.says(command))
    assert said in before
    assert 0 == await hall.count("people")
    await anna.registers("T6")
    after = "\n".join(await anna.says(command))
    assert said in after


async def test_all_27_titles_fit_one_message(hall: Hall) -> None:
    anna = hall.somebody()
    (shown,) = await anna.says("/strategie")
    assert [] == [s.code for s in hall.event.strategies if s.title not in shown]


async def test_help_says_what_one_can_do_by_role(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    lara = await hall.facilitator("T6")
    vittoria = await hall.regia()
    (for_anna,) = await anna.says("/aiuto")
    assert "/bollini" in for_anna
    assert "/discuti" not in for_anna
    assert "/fase" not in for_anna
    (for_lara,) = await lara.says("/aiuto")
    assert "/discuti" in for_lara
    assert "/fase" not in for_lara
    (for_vittoria,) = await vittoria.says("/aiuto")
    assert "/fase" in for_vittoria
    assert "/discuti" not in for_vittoria


async def test_help_as_a_word(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    (shown,) = await anna.says("Aiuto!")
    assert "/bollini" in shown


async def test_the_menu_of_each_phone_is_in_its_language_and_of_its_role(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens()
    grace = hall.somebody("Grace", language="en")
    assert "programma" in dict(anna.phone.menu())
    assert dict(anna.phone.menu())["programma"] != dict(grace.phone.menu())["programma"]
    assert "tavolo" not in dict(anna.phone.menu())
    lara = await hall.facilitator("T6")
    assert {"tavolo", "apri", "chiudi", "priorita", "discuti", "nota"} <= set(dict(lara.phone.menu()))
    assert "fase" not in dict(lara.phone.menu())
    vittoria = await hall.regia()
    assert {"stato", "fase"} <= set(dict(vittoria.phone.menu()))


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("/programa", "/programma"), ("/strateggie", "/strategie"), ("/BOLINI", "/bollini")],
)
async def test_a_mistyped_command_is_told_the_nearest(hall: Hall, typed: str, nearest: str) -> None:
    anna = await hall.somebody().registers("T6")
    (said,) = await anna.says(typed)
    assert typed in said
    assert nearest in said


async def test_a_command_that_is_none_is_not_kept_as_a_contribution(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.reads()
    (said,) = await anna.says("/xyzzyquux è una parola")
    assert "/xyzzyquux" in said
    assert "/aiuto" in said
    assert [] == await anna.contributions()


async def test_the_language_chosen_in_the_bot_wins_over_the_phones(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    (ballot,) = await anna.reads()
    assert "bollini" in ballot
    await anna.says("/lingua")
    (changed,) = await anna.taps("English")
    assert "English" in changed
    # The ballot that stands in the chat is redrawn.
    assert "You have 6 dots" in anna.screen("6 dots").shown
    assert 0 == anna.everything.count("Hai 6 bollini")
    (shown,) = await anna.says("/programma")
    assert "Programme" in shown
    (back,) = await anna.says("/lingua it")
    assert "italiano" in back
    (shown,) = await anna.says("/programma")
    assert "Programma" in shown


async def test_a_language_nobody_here_speaks_is_asked_again(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    (asked,) = await anna.says("/lingua tlh")
    assert "/lingua en" in asked
    await anna.sends_press(anna.screen().id, "l:tlh")
    (shown,) = await anna.says("/programma")
    assert "Programma" in shown


async def test_the_boards_of_who_facilitates_speak_the_language_chosen(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    await hall.at("10:25")
    await lara.says("/tavolo")
    await lara.says("/priorita")
    boards = [lara.screen("Fase: "), lara.screen("priorità da confermare")]
    await lara.says("/lingua en")
    for board in boards:
        redrawn = lara.phone.message(board.id)
        assert redrawn is not None
        assert board.shown != redrawn.shown
        assert "priorità" not in redrawn.shown
