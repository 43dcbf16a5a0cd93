"""Time in the hands of who facilitates and of the regia: what is typed, tapped, asked back and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage import moments
from tests.support.hall import CHANNEL, open_hall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.hall import Hall, Somebody

DASHBOARD = "Tavolo T6 Pinerolo\n"


@pytest.fixture
async def hall_with_channel(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, channel=True) as opened:
        yield opened


async def voting(hall: Hall, count: int = 2) -> tuple[Somebody, list[Somebody]]:
    """Who facilitates T6 and the people at it, who vote since 10:10."""
    lara = await hall.facilitator("T6")
    people = await hall.people(count, "T6")
    await hall.at("10:10")
    for who in (lara, *people):
        await who.reads()
    return lara, people


# --- closing now ----------------------------------------------------------------------------------------


async def test_closing_asks_once_says_who_has_not_finished_and_is_confirmed_by_typing(hall: Hall) -> None:
    lara, people = await voting(hall, 3)
    await people[0].says("1.3")
    await people[0].says("fine")
    (asked,) = await lara.says("/chiudi")
    assert "chiudere ora la votazione? Non hanno ancora finito 2 persone su 3." in asked
    assert "session1" == await hall.phase("T6")
    said = await lara.says("Conferma")
    assert any("ora è in corso la fase Scelta delle priorità" in each for each in said)
    assert "priorities" == await hall.phase("T6")


async def test_closing_is_confirmed_or_left_by_buttons(hall: Hall) -> None:
    lara, _ = await voting(hall)
    await lara.says("/chiudi")
    (left,) = await lara.taps("Annulla")
    assert "non è cambiato nulla" in left
    assert "session1" == await hall.phase("T6")
    await lara.says("/tavolo")
    await lara.taps("Chiudi la votazione", lara.screen(DASHBOARD))
    question = lara.screen("chiudere ora")
    await lara.taps("Chiudi ora", question)
    assert "priorities" == await hall.phase("T6")
    again = await lara.taps("Chiudi ora", question)
    assert "era già in corso" in again[-1]
    assert "L'ha avviata chi facilita" in again[-1]


async def test_what_is_typed_late_does_not_close_session_2(hall: Hall) -> None:
    """The agenda moved the table on a moment before: `/chiudi` meant the vote."""
    lara, _ = await voting(hall)
    await hall.at("10:30")
    await lara.reads()
    (asked,) = await lara.says("/chiudi")
    assert "concludere i lavori del tavolo? Dalle 10:30 è aperta la Sessione 2" in asked
    assert "session2" == await hall.phase("T6")
    await lara.says("annulla")
    assert "session2" == await hall.phase("T6")


async def test_ok_is_a_contribution_where_nothing_was_asked(hall: Hall) -> None:
    _, (anna, _) = await voting(hall)
    await anna.says("ok")
    assert [("ok", None, None)] == await anna.contributions()
    lara = await hall.facilitator("T5", "Ugo")
    (said,) = await lara.says("conferma")
    assert "Non c'è nulla da confermare" in said


# --- prolonging -----------------------------------------------------------------------------------------


async def test_prolonging_by_typing_is_told_to_the_table_and_shown_on_every_screen(hall: Hall) -> None:
    lara, (anna, _) = await voting(hall)
    await lara.says("/tavolo")
    (told,) = await lara.says("/prolunga 8")
    assert "la votazione è prolungata. Si chiude alle 10:33, non più alle 10:25." in told
    assert "La Sessione 2 si sposta alle 10:38." in told
    (heard,) = await anna.reads()
    assert "Si chiude alle 10:33" in heard
    assert "Lo ha deciso chi facilita." in heard
    assert "10:33" in anna.ballot().shown
    assert "Si chiude alle 10:33" in lara.screen(DASHBOARD).shown
    assert "La fase è stata prolungata." in lara.screen(DASHBOARD).shown
    await hall.at("10:31")
    assert ("session1", "session2") == (await hall.phase("T6"), await hall.phase("T5"))
    late = await hall.somebody("Tardi").registers("T6")
    await late.says("2.1")
    assert {"2.1": 1} == await late.dots()
    await hall.at("10:33")
    assert "priorities" == await hall.phase("T6")


async def test_the_buttons_prolong_and_an_old_one_pressed_again_does_not(hall: Hall) -> None:
    lara, _ = await voting(hall)
    await lara.says("/tavolo")
    press = next(b.callback_data for b in lara.screen(DASHBOARD).buttons if "5 minuti" in b.text) or ""
    (told,) = await lara.taps("Prolunga di 5 minuti", lara.screen(DASHBOARD))
    assert "Si chiude alle 10:30" in told
    (again,) = await lara.sends_press(lara.screen(DASHBOARD).id, press)
    assert "dura già fino alle 10:30" in again
    assert "L'ha prolungata chi facilita, alle 10:10." in again
    (more,) = await lara.taps("Prolunga di 2 minuti", lara.screen(DASHBOARD))
    assert "Si chiude alle 10:32" in more


@pytest.mark.parametrize("typed", ["/prolunga", "/prolunga 0", "/prolunga 61", "/prolunga tanto"])
async def test_minutes_that_cannot_be_are_met_with_how_to_write_them(hall: Hall, typed: str) -> None:
    lara, _ = await voting(hall)
    (said,) = await lara.says(typed)
    assert "un numero da 1 a 60, per esempio /prolunga 5" in said
    assert "finisce alle 10:25" in said
    (told,) = await lara.taps("Prolunga di 2 minuti", lara.screen("un numero da 1"))
    assert "Si chiude alle 10:27" in told


async def test_a_closed_table_is_not_prolonged_and_the_way_is_said(hall: Hall) -> None:
    lara, _ = await voting(hall)
    await hall.at("12:10")
    await lara.reads()
    (said,) = await lara.says("/prolunga 5")
    assert "i lavori sono conclusi" in said
    assert "/riapri" in said
    assert "La fase Chiusura è stata avviata dal programma, alle 12:10." in said


async def test_the_regia_prolongs_a_table_by_its_code(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara, _ = await voting(hall)
    (which,) = await vittoria.says("/prolunga 5")
    assert "Quale tavolo?" in which
    (told,) = await vittoria.says("/prolunga T6 5")
    assert "Si chiude alle 10:30" in told
    assert "Lo ha deciso la regia." in (await lara.reads())[-1]


async def test_the_countdown_reaches_who_has_not_finished_and_the_dashboard_counts(hall: Hall) -> None:
    lara, (anna, bruno) = await voting(hall)
    await bruno.says("fine")
    await lara.says("/tavolo")
    await hall.at("10:20")
    (told,) = await anna.reads()
    assert "Mancano 5 minuti: la votazione al tavolo di Pinerolo si chiude alle 10:25." in told
    assert [] == await bruno.reads()
    assert "(tra 5 minuti)" in lara.screen(DASHBOARD).shown
    await hall.at("10:24")
    (told,) = await anna.reads()
    assert "Manca 1 minuto" in told
    assert "(tra 1 minuto)" in lara.screen(DASHBOARD).shown


# --- the dashboard ----------------------------------------------------------------------------------------


async def test_the_dashboard_counts_who_cannot_be_reached_apart(hall: Hall) -> None:
    lara, people = await voting(hall, 3)
    await people[0].says("1.3")
    people[1].phone.block()
    await hall.quiet()
    await lara.says("/tavolo")
    shown = lara.screen(DASHBOARD).shown
    assert "Persone registrate: 3" in shown
    assert "Ancora senza bollini: 1" in shown
    assert "Non raggiungibili: 1" in shown
    assert any("Sollecita 2 persone" in button.text for button in lara.screen(DASHBOARD).buttons)


async def test_the_dashboards_buttons_fit_the_phase(hall: Hall) -> None:
    lara, (anna, _) = await voting(hall)
    await anna.says("1.3 5.4")
    await hall.at("10:25")
    await lara.says("/tavolo")
    assert "1.3" not in lara.screen(DASHBOARD).shown
    await lara.taps("Priorità", lara.screen(DASHBOARD))
    assert "priorità da confermare" in lara.everything
    await lara.says("/priorita conferma")
    await hall.at("10:30")
    await lara.taps("5.4", lara.screen(DASHBOARD))
    buttons = [button.text for button in lara.screen(DASHBOARD).buttons]
    assert any(text.startswith("1.3") for text in buttons)
    assert not any(text.startswith("5.4") for text in buttons)


# --- nudges and sentences ---------------------------------------------------------------------------------


async def test_nudging_by_command_and_button_and_not_twice_within_two_minutes(hall: Hall) -> None:
    lara, (anna, bruno) = await voting(hall)
    await bruno.says("1.3")
    (sent,) = await lara.says("/sollecita")
    assert "sollecitate 2 persone" in sent
    (told,) = await anna.reads()
    assert "la tua scheda è senza bollini" in told
    assert "Si chiude alle 10:25" in told
    assert "Sulla tua scheda c'è 1 bollino su 6" in (await bruno.reads())[-1]
    await lara.says("/tavolo")
    (again,) = await lara.taps("Sollecita 2 persone", lara.screen(DASHBOARD))
    assert "non c'è nessuno da sollecitare adesso" in again
    assert "2 persone erano già state sollecitate da meno di 2 minuti" in again
    assert [] == await anna.reads()
    await hall.at("10:13")
    await lara.says("/sollecita")
    assert 1 == len(await anna.reads())


async def test_nobody_is_nudged_before_voting(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.says("/sollecita")
    assert "si sollecita solo mentre si vota" in said


async def test_a_sentence_to_the_table_is_read_back_and_goes_when_confirmed(hall: Hall) -> None:
    lara, (anna, bruno) = await voting(hall)
    other = await hall.somebody("Carla").registers("T5")
    (asked,) = await lara.says("/avviso Tra poco <pausa> & caffè")
    assert "Mandare a 2 persone?" in asked
    assert "Tra poco <pausa> & caffè" in asked
    assert [] == await anna.reads()
    (sent,) = await lara.says("conferma")
    assert "parte per 2 persone" in sent
    for who in (anna, bruno):
        (told,) = await who.reads()
        assert "Avviso di chi facilita il tavolo\nTra poco <pausa> & caffè" == told
        assert "Lara" not in told
    assert [] == [each for each in await other.reads() if "Avviso" in each]


async def test_the_question_outlives_a_restart_of_the_bot(hall: Hall) -> None:
    lara, (anna, _) = await voting(hall)
    await lara.says("/avviso Si riprende")
    await hall.stops()
    hall.starts()
    await hall.prepared()
    await lara.says("conferma")
    assert "Si riprende" in (await anna.reads())[-1]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/avviso", "Non ho capito a chi mandarlo"),
        ("/avviso ciao a tutti", "Non ho capito a chi mandarlo"),
        ("/avviso tuti: ciao", "Forse cercavi «tutti»?"),
        ("/avviso tutti:", "L'avviso è vuoto"),
        ("/avviso tutti: " + "a" * 1001, "al massimo 1000 caratteri"),
    ],
)
async def test_a_sentence_of_the_regia_that_cannot_be_sent(hall: Hall, typed: str, said: str) -> None:
    vittoria = await hall.regia()
    (answer,) = await vittoria.says(typed)
    assert said in answer
    assert "/avviso tutti:" in answer
    assert 0 == await hall.count("asked")


async def test_the_regias_sentences_to_all_to_some_and_to_who_facilitates(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara, (anna, _) = await voting(hall)
    carla = await hall.somebody("Carla").registers("T5")
    await carla.reads()
    for audience, people, heard in (
        ("tutti", 4, (lara, anna, carla)),
        ("T5", 1, (carla,)),
        ("facilitatori", 1, (lara,)),
    ):
        asked = (await vittoria.says(f"/avviso {audience}: messaggio per {audience}"))[-1]
        assert f"Mandare a {people} person" in asked
        await vittoria.taps("Manda", vittoria.screen("Mandare a"))
        for who in (lara, anna, carla):
            told = [each for each in await who.reads() if f"messaggio per {audience}" in each]
            assert int(who in heard) == len(told), audience


# --- the agenda -------------------------------------------------------------------------------------------


async def test_the_agenda_shown_shifted_and_everybody_told(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara, (anna, _) = await voting(hall)
    (shown,) = await vittoria.says("/agenda")
    assert "10:25 si chiude la votazione" in shown
    assert "12:10 si chiudono i tavoli" in shown
    (asked,) = await vittoria.says("/agenda +10")
    assert "Spostare di +10 minuti tutto quello che resta?" in asked
    assert "10:35 si chiude la votazione" in asked
    assert "10:25" in anna.ballot().shown
    (told,) = await vittoria.says("conferma")
    assert "Gli orari sono cambiati: +10 minuti." in told
    for who in (lara, anna):
        assert "10:35 si chiude la votazione" in (await who.reads())[-1]
    assert "10:35" in anna.ballot().shown
    (programme,) = await anna.says("/programma")
    assert "10:40 Sessione di discussione 2 (1° parte)" in programme
    await hall.at("10:30")
    assert "session1" == await hall.phase("T6")
    await hall.at("10:35")
    assert "priorities" == await hall.phase("T6")


async def test_held_and_resumed_without_a_burst(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara, (anna, _) = await voting(hall)
    (held,) = await vittoria.says("/agenda ferma")
    assert "L'agenda è ferma dalle 10:10" in held
    assert "L'agenda è ferma" in (await lara.reads())[-1]
    assert "10:25" not in anna.ballot().shown
    (already,) = await vittoria.says("/agenda ferma")
    assert "era già ferma, dalle 10:10" in already
    await hall.at("10:40")
    assert "session1" == await hall.phase("T6")
    (refused,) = await vittoria.says("/agenda +5")
    assert "prima falla ripartire" in refused
    await lara.says("/tavolo")
    assert "L'agenda è ferma" in lara.screen(DASHBOARD).shown
    (asked,) = await vittoria.says("/agenda riprendi")
    # Half an hour and the seconds that passed before: no table has a minute less.
    assert "quello che resta slitta di +31 minuti" in asked
    assert "10:56 si chiude la votazione" in asked
    (told,) = await vittoria.taps("Riprendi")
    assert "L'agenda riprende" in told
    assert "session1" == await hall.phase("T6")
    assert "10:56" in anna.ballot().shown
    await hall.at("10:56")
    assert "priorities" == await hall.phase("T6")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/agenda -16", "finirebbe nel passato"),
        ("/agenda -500", "da 1 a 180 minuti"),
        ("/agenda 10", "Forse cercavi «+10»?"),
        ("/agenda ferna", "Forse cercavi «ferma»?"),
        ("/agenda riprendi", "L'agenda non è ferma"),
    ],
)
async def test_an_agenda_that_cannot_be_so_is_left_as_it_is(hall: Hall, typed: str, said: str) -> None:
    vittoria = await hall.regia()
    await voting(hall)
    before = await moments.planned(hall.database, "phase:")
    (answer,) = await vittoria.says(typed)
    assert said in answer
    assert "non è cambiato nulla" in answer.lower()
    assert before == await moments.planned(hall.database, "phase:")


# --- moving and reopening -----------------------------------------------------------------------------------


async def test_a_misspelt_phase_is_met_with_the_nearest(hall: Hall) -> None:
    vittoria = await hall.regia()
    (said,) = await vittoria.says("/fase T6 sesione1")
    assert "Non ho capito «sesione1». Non è cambiato nulla. Forse cercavi «sessione1»?" in said


async def test_going_back_is_pointed_to_reopening(hall: Hall) -> None:
    vittoria = await hall.regia()
    await hall.at("10:30")
    await vittoria.reads()
    (said,) = await vittoria.says("/fase T6 sessione1")
    assert "Per tornare a una fase precedente: /riapri T6 sessione1." in said


async def test_a_table_reopened_votes_again_and_its_priorities_are_set_aside(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara, (anna, bruno) = await voting(hall)
    await anna.says("1.3")
    await bruno.says("1.3 2.1")
    await hall.at("10:40")
    for who in (vittoria, lara, anna, bruno):
        await who.reads()
    (asked,) = await vittoria.says("/riapri T6 sessione 1 mancava la rete")
    # Ten minutes, begun ones included: the hall's clock is some seconds past 10:40.
    assert "riaprire la fase Sessione 1 fino alle 10:51? Ora è aperta la fase Sessione 2." in asked
    assert "Le priorità già decise si mettono da parte e si conservano" in asked
    assert "session2" == await hall.phase("T6")
    (told,) = await vittoria.says("conferma")
    assert "La votazione al tavolo di Pinerolo è di nuovo aperta, fino alle 10:51." in told
    assert "Motivo: mancava la rete" in told
    said = await anna.reads()
    assert any("è di nuovo aperta" in each for each in said)
    await anna.says("5.4")
    assert {"1.3": 1, "5.4": 1} == await anna.dots()
    assert "10:51" in anna.ballot().shown
    await hall.at("10:51")
    assert "priorities" == await hall.phase("T6")
    assert any("votazione chiusa" in each for each in await lara.reads())
    detail = (await vittoria.says("/stato T6"))[-1]
    assert "riaperta Sessione 1, dalla regia: mancava la rete" in detail


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/riapri", "Scrivi /riapri, la sigla del tavolo e la fase"),
        ("/riapri T6", "Scrivi /riapri"),
        ("/riapri T66 sessione1", "Forse cercavi «T6»?"),
        ("/riapri T6 sesione1", "Forse cercavi «sessione1»?"),
        ("/riapri T6 registrazione", "Scrivi /riapri"),
        ("/riapri T6 sessione2", "non si può riaprire"),
    ],
)
async def test_what_cannot_be_reopened(hall: Hall, typed: str, said: str) -> None:
    vittoria = await hall.regia()
    await voting(hall)
    (answer,) = await vittoria.says(typed)
    assert said in answer
    assert 0 == await hall.count("phase_history", "reopened")


# --- the overview and charts --------------------------------------------------------------------------------


async def test_the_overview_says_in_words_what_calls_for_somebody(hall: Hall) -> None:
    vittoria = await hall.regia()
    _, (anna, _) = await voting(hall)
    await anna.says("1.3")
    await hall.at("10:17")
    (state,) = await vittoria.says("/stato")
    here = next(part for part in state.split("\n\n") if part.startswith("T6"))
    assert "T6 Pinerolo: Sessione 1, fino alle 10:25" in here
    assert "Reg. 2, voto 1, finito 0, contrib. 0" in here
    assert "fermo da 7 minuti" in here
    assert "nessuno facilita" not in here
    empty = next(part for part in state.split("\n\n") if part.startswith("T5"))
    assert "nessuno facilita" in empty
    assert "fermo" not in empty
    (detail,) = await vittoria.taps("T6")
    assert "Storia del tavolo" in detail
    assert "10:10 Sessione 1, dal programma" in detail
    (again,) = await vittoria.taps("Tutti i tavoli")
    assert "Tutti i tavoli, alle 10:17" in again
    (unknown,) = await vittoria.says("/stato T66")
    assert "Non c'è un tavolo «T66». Forse cercavi «T6»?" in unknown


async def test_a_chart_now_in_ones_own_chat_or_in_the_channel(hall_with_channel: Hall) -> None:
    hall = hall_with_channel
    vittoria = await hall.regia()
    (which,) = await vittoria.says("/grafici")
    assert "affluenza" in which
    (where,) = await vittoria.taps("Affluenza")
    assert "dove lo mando?" in where
    before = len(hall.called("sendPhoto"))
    await vittoria.taps("In questa chat")
    await vittoria.says("/grafici affluenza canale")
    await vittoria.says("/grafici parole2 qui")
    sent = [int(call["chat_id"]) for call in hall.called("sendPhoto")[before:]]
    assert [CHANNEL, vittoria.phone.id, vittoria.phone.id] == sorted(sent)
    (refused,) = await vittoria.says("/grafici classifica")
    assert "dove lo mando?" in refused
    (refused,) = await vittoria.says("/grafici classifica qui")
    assert "I voti si vedono quando hanno chiuso tutti." in refused
    (misread,) = await vittoria.says("/grafici afluenza")
    assert "Forse cercavi «affluenza»?" in misread


async def test_without_a_channel_a_chart_comes_to_ones_own_chat(hall: Hall) -> None:
    vittoria = await hall.regia()
    await vittoria.says("/grafici affluenza")
    (call,) = hall.called("sendPhoto")
    assert vittoria.phone.id == int(call["chat_id"])
    (refused,) = await vittoria.says("/grafici affluenza canale")
    assert "Non c'è un canale della regia" in refused


@pytest.mark.parametrize("data", ["st:", "st:T6", "ch:turnout:here", "a:0123456789ab:1"])
async def test_the_regias_buttons_in_other_hands(hall: Hall, data: str) -> None:
    anna = await hall.somebody().registers("T6")
    (said,) = await anna.sends_press(anna.screen().id, data)
    assert "riservat" in said or "pulsante" in said.lower()
    assert [] == hall.called("sendPhoto")
