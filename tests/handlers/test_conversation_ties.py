"""A tie at the table, as people live it: a run-off with paper, a draw, reasons; typed and tapped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from participation import lots
from tests.handlers.test_conversation_facilitator import TIED, closed, priorities

if TYPE_CHECKING:
    from tests.support.hall import Hall, Somebody

# Four undisputed (1.1 to 1.4), four tied for two places (2.1 to 2.4).


def board(lara: Somebody) -> str:
    return lara.screen("priorità (da confermare|decise)").shown


async def test_a_run_off_by_taps_and_hands_until_its_countdown_ends(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara, people = await closed(hall, *TIED, "1.1", "1.1")
    await lara.says("/priorita")
    told = await lara.taps("Ballottaggio", lara.screen("da confermare"))
    (opened,) = [each for each in told if "ballottaggio aperto fino alle 10:27" in each]
    assert "/ballottaggio carta 2.1 4" in opened
    for who in people:
        (asked,) = await who.reads()
        assert "Ballottaggio al tavolo di Pinerolo" in asked
        assert "Posti 5-6 contesi da 4 strategie in parità" in asked
    await people[0].taps("2.3")
    assert "La tua scelta: 2.3" in (people[0].toast or "")
    await people[0].taps("2.4")
    screen = people[0].screen("Ballottaggio al")
    assert "La tua scelta: 2.4" in screen.shown
    assert ["✓ 2.4"] == [b.text[:5] for b in screen.buttons if "✓" in b.text]
    (typed,) = await people[1].says("2,4")
    assert "La tua scelta: 2.4" in typed
    for who in people[2:]:
        await who.taps("2.1")
    # Nobody sees counts; who facilitates sees how many.
    assert "Dal telefono hanno scelto 6 persone; mani contate: 0" in board(lara)
    (counted,) = await lara.says("/ballottaggio carta 2.3 3")
    assert "3 mani per 2.3" in counted
    (again,) = await lara.says("/ballottaggio carta 2.3 1")
    assert "1 mano per 2.3" in again
    await hall.at("10:28")
    expected = (
        "Ballottaggio tra 2.1, 2.2, 2.3 e 2.4: passano 2.1 e 2.4."
        " Hanno scelto 7 persone: 2.1 4, 2.2 0, 2.3 1 e 2.4 2."
    )
    for who in (*people, lara, vittoria):
        said = [each for each in await who.reads() if "Ballottaggio chiuso al tavolo di Pinerolo" in each]
        assert [True] == [expected in each for each in said]
    assert expected in people[0].screen("Ballottaggio chiuso").shown
    # A late tap, on the buttons as they were.
    (late,) = await people[0].sends_press(screen.id, screen.buttons[0].callback_data or "")
    assert "si è chiuso alle 10:28" in late
    await lara.says("/priorita conferma")
    assert ["1.1", "1.2", "1.3", "1.4", "2.1", "2.4"] == await priorities(hall)
    (decided,) = await people[0].reads()
    assert expected in decided
    assert expected in board(lara)


async def test_still_tied_after_the_run_off_goes_on_to_a_draw(hall: Hall) -> None:
    lara, people = await closed(hall, *TIED)
    (opened,) = await lara.says("/ballottaggio")
    assert "ballottaggio aperto" in opened
    for who, code in zip(people, ("2.1", "2.1", "2.2", "2.3"), strict=True):
        await who.says(f"/ballottaggio {code}")
    told = await lara.says("/ballottaggio chiudi")
    assert any("passa 2.1." in each and "Ancora in parità: 2.2 e 2.3." in each for each in told)
    assert any("Hanno scelto 4 persone: il conteggio non si mostra" in each for each in told)
    await lara.says("/priorita")
    assert "Il ballottaggio le ha lasciate in parità" in board(lara)
    assert not any("Ballottaggio" in b.text for b in lara.screen("da confermare").buttons)
    (refused,) = await lara.says("/sorteggio girasole")
    assert "prima si annuncia il sorteggio" in refused
    for who in people:
        await who.reads()
    (promised,) = [each for each in await lara.says("/sorteggio") if "Sorteggio annunciato al" in each]
    commitment = re.search(r"[0-9a-f]{64}", promised)
    assert commitment is not None
    (heard,) = await people[0].reads()
    assert commitment[0] in heard
    done = await lara.says("/sorteggio Girasole")
    (drawn,) = [each for each in done if "Sorteggio fatto" in each]
    secret = re.search(r"Segreto: ([0-9a-f]{48})", drawn)
    assert secret is not None
    assert commitment[0] == lots.commitment(secret[1])
    (winner,) = lots.draw(lots.seed(secret[1], "girasole"), ("2.2", "2.3"), 1)
    assert f"Sorteggio tra 2.2 e 2.3: esce {winner}." in drawn
    await lara.says("/priorita conferma")
    assert sorted(["1.1", "1.2", "1.3", "1.4", "2.1", winner]) == await priorities(hall)


async def test_a_draw_by_buttons_without_a_word(hall: Hall) -> None:
    lara, people = await closed(hall, *TIED)
    await lara.says("/priorita")
    await lara.taps("Sorteggio", lara.screen("da confermare"))
    assert "Sorteggio annunciato" in board(lara)
    for typed in ("/ballottaggio", "/priorita 2.1", "/priorita conferma"):
        told = await lara.says(typed)
        assert any("il sorteggio è già annunciato" in each for each in told), typed
    told = await lara.taps("Sorteggia ora", lara.screen("da confermare"))
    assert any("senza parola del tavolo" in each for each in told)
    (_, drawn) = await people[0].reads()
    assert "Sorteggio fatto al tavolo di Pinerolo" in drawn


async def test_places_left_empty_by_typing_and_contested_again(hall: Hall) -> None:
    lara, people = await closed(hall, *TIED)
    await lara.says("/priorita meno")
    expected = "Pari merito tra 2.1, 2.2, 2.3 e 2.4: i 2 posti contesi restano liberi."
    assert expected in board(lara)
    await lara.taps("Riapri il pari merito", lara.screen("da confermare"))
    assert "Posti 5-6 contesi da 4" in board(lara)
    await lara.taps("Lascia liberi i posti", lara.screen("da confermare"))
    await lara.says("/priorita riapri")
    await lara.says("/priorita meno")
    await lara.says("/priorita conferma")
    (told,) = await people[0].reads()
    assert expected in told
    assert ["1.1", "1.2", "1.3", "1.4"] == await priorities(hall)


async def test_two_who_facilitate_press_together(hall: Hall) -> None:
    lara, people = await closed(hall, *TIED)
    bruno = await hall.facilitator("T6", "Bruno")
    for who in (lara, bruno):
        await who.says("/priorita")
    shown = lara.screen("da confermare"), bruno.screen("da confermare")
    open_it = next(b.callback_data for b in shown[0].buttons if b.text == "Ballottaggio") or ""
    lara.phone.tap(shown[0].id, open_it)
    bruno.phone.tap(shown[1].id, open_it)
    said = [*await lara.reads(), *await bruno.reads()]
    assert 1 == sum(
        "c'è già un ballottaggio" in each and "È stato fatto alle 10:25 da chi facilita" in each
        for each in said
    )
    assert 1 == await hall.count("runoffs")
    (asked,) = await people[0].reads()
    assert "Ballottaggio" in asked
    close_it = "rc:T6:1"
    lara.phone.tap(shown[0].id, close_it)
    bruno.phone.tap(shown[1].id, close_it)
    await lara.reads()
    await bruno.reads()
    assert 1 == len([each for each in await people[0].reads() if "Ballottaggio chiuso" in each])


async def test_why_something_was_dropped_is_asked_kept_and_told(hall: Hall) -> None:
    lara, people = await closed(hall, "1.3 5.4 2.1 6.1")
    await lara.says("/priorita")
    (asked,) = await lara.taps("5.4", lara.screen("da confermare"))
    assert "Perché il tavolo esclude 5.4, " in asked
    (kept,) = await lara.says("Non riguarda la <nostra> Zona")
    assert "Motivo registrato: «Non riguarda la <nostra> Zona»" in kept
    await lara.taps("2.1", lara.screen("da confermare"))
    (skipped,) = await lara.taps("Salta")
    assert "Va bene, nessun motivo" in skipped
    await lara.says("/priorita -6.1 perché ce n'è già una simile")
    assert "Motivo: «ce n'è già una simile»" in board(lara)
    await lara.says("/priorita conferma")
    (told,) = await people[0].reads()
    assert "Il tavolo ha escluso 5.4, " in told
    assert "Motivo: «Non riguarda la <nostra> Zona»" in told
    assert "Motivo: «ce n'è già una simile»" in told
    assert "Motivo: «Non riguarda la <nostra> Zona»" in board(lara)


async def test_a_choice_made_by_talking_is_told_as_such_with_its_reason(hall: Hall) -> None:
    lara, people = await closed(hall, *TIED)
    await lara.says("/priorita 2.3 ne parlano tutti")
    (asked,) = await lara.taps("2.4", lara.screen("da confermare"))
    assert "Perché il tavolo sceglie 2.4, " in asked
    await lara.says("salta")
    await lara.taps("Conferma", lara.screen("da confermare"))
    (told,) = await people[0].reads()
    assert "parlandone il tavolo ha scelto 2.3 e 2.4. Motivo: «ne parlano tutti»" in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/ballottaggio carta 2.3 4", "non c'è un ballottaggio aperto"),
        ("/ballottaggio chiudi", "non c'è un ballottaggio aperto"),
        ("/ballottaggio boh", "/ballottaggio carta 2.3 4 conta quattro mani per 2.3"),
        ("/priorita togli la prima", "non c'è nessun codice"),
        ("/priorita riapri", "non c'è un pari merito da risolvere"),
        ("/sorteggio ora", "prima si annuncia il sorteggio"),
    ],
)
async def test_what_cannot_be_done_is_said_with_what_to_do(hall: Hall, typed: str, said: str) -> None:
    lara, _ = await closed(hall, *TIED)
    (told,) = await lara.says(typed)
    assert said in told


async def test_hands_that_cannot_be_read_are_counted_nowhere(hall: Hall) -> None:
    lara, _ = await closed(hall, *TIED)
    await lara.says("/ballottaggio")
    for typed in ("/ballottaggio carta", "/ballottaggio carta 2.3 tre", "/ballottaggio carta 1.1 4"):
        (told,) = await lara.says(typed)
        assert "/ballottaggio carta 2.1 4" in told, typed
    assert 0 == await hall.count("runoff_counts")


async def test_who_does_not_facilitate_only_chooses(hall: Hall) -> None:
    _, people = await closed(hall, *TIED)
    for typed in ("/sorteggio", "/sorteggio ora"):
        (told,) = await people[0].says(typed)
        assert "facilita" in told, typed
    for typed in ("/ballottaggio", "/ballottaggio 2.1", "/ballottaggio chiudi"):
        (told,) = await people[0].says(typed)
        assert "non c'è un ballottaggio aperto" in told, typed
    for data in ("te:T6:1", "ro:T6:1", "rc:T6:1", "dp:T6:1", "dn:T6:1", "tr:T6:1"):
        (told,) = await people[0].sends_press(1, data)
        assert "facilita" in told, data
    (told,) = await people[0].sends_press(1, "rv:abc:2.1")
    assert "non c'è un ballottaggio aperto" in told
    assert 0 == await hall.count("runoffs") + await hall.count("draws")


async def test_who_sat_down_late_finds_the_run_off_by_its_command(hall: Hall) -> None:
    lara, _ = await closed(hall, *TIED)
    await lara.says("/ballottaggio")
    anna = await hall.somebody().registers("T6")
    (shown_now,) = await anna.says("/ballottaggio")
    assert "Ballottaggio al tavolo di Pinerolo" in shown_now
    (told,) = await anna.says("/ballottaggio 1.1")
    assert "si sceglie tra 2.1, 2.2, 2.3 e 2.4" in told
    (told,) = await anna.says("/ballottaggio boh")
    assert "si sceglie tra 2.1, 2.2, 2.3 e 2.4" in told
    await anna.taps("2.2")
    assert 1 == await hall.count("runoff_choices")


async def test_blanks_are_no_reason_and_no_command(hall: Hall) -> None:
    # No client sends them; a forged one does.
    lara, _ = await closed(hall, *TIED)
    await lara.says("/priorita 2.3 ne parlano tutti")
    await lara.taps("2.4", lara.screen("da confermare"))
    sender = {"id": lara.phone.id, "is_bot": False, "first_name": "Lara"}
    for number, entities in ((90_001, []), (90_002, [{"type": "bot_command", "offset": 0, "length": 1}])):
        hall.telegram.forge(
            "message",
            {
                "message_id": number,
                "date": 1_701_767_520,
                "chat": {"id": lara.phone.id, "type": "private"},
                "from": sender,
                "text": " ",
                "entities": entities,
            },
        )
    await hall.quiet()
    assert [] == [told for told in await lara.reads() if "errore nostro" in told]
    rows = await hall.rows("SELECT reason FROM priority_reasons")
    assert ["ne parlano tutti"] == [row["reason"] for row in rows]
    await lara.says("salta")
