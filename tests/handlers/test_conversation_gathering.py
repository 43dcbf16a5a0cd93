"""A table's contributions in the hands of who facilitates it; personal data; the synthesis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from handlers.callback_data import HideGathered, PassGathered, encode
from participation.notices import Role
from tests.rehearsal.local_telegram import png
from tests.support.hall import TEMPO

if TYPE_CHECKING:
    from tests.support.hall import Hall, Somebody

TRAINS = "Più treni la sera"
BUSES = "Più autobus la sera"
LATE = "La sera non c'è nessun treno"
PHONE = "Chiamatemi al 333 1234567 per i treni"


async def talking(hall: Hall, *texts: str, table: str = "T6") -> list[Somebody]:
    """Session 1, and each text is said by another person at the table."""
    await hall.at("10:12")
    speakers = []
    for number, text in enumerate(texts):
        who = await hall.somebody(f"Persona {number}").registers(table)
        await who.says(text)
        speakers.append(who)
    return speakers


async def numbers(hall: Hall) -> dict[str, str]:
    rows = await hall.rows(
        "SELECT c.text, n.number FROM contributions c JOIN contribution_numbers n ON n.contribution_id = c.id"
    )
    return {row["text"]: str(row["number"]) for row in rows}


async def placed(hall: Hall) -> set[str]:
    """What has a place among the themes."""
    rows = await hall.rows(
        "SELECT c.text FROM theme_places p JOIN contributions c ON c.id = p.contribution_id"
    )
    return {row["text"] for row in rows}


async def trace(hall: Hall) -> list[tuple[str, str, str | None]]:
    rows = await hall.rows("SELECT act, role, detail FROM gathering_trace ORDER BY id")
    return [(row["act"], row["role"], row["detail"]) for row in rows]


def listed(who: Somebody) -> str:
    """The list as it stands now."""
    return who.screen(r"Contributi del tavolo|Da guardare al tavolo|Nascosti al tavolo|Segnati per").shown


# --- the list -------------------------------------------------------------------------------------------


async def test_the_list_follows_what_comes_is_edited_and_withdrawn(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.says("/raccolta")
    assert "Contributi del tavolo T6 Pinerolo" in said
    assert "Non c'è ancora nessun contributo." in said
    anna, _ = await talking(hall, TRAINS, BUSES)
    assert "In tutto 2 contributi, di 2 voci." in listed(lara)
    assert re.search(rf"2 · ore 10:12: «{BUSES}»\n1 · ore 10:12: «{TRAINS}»", listed(lara))
    assert "Anna" not in lara.everything
    await anna.edits(anna.typed, LATE)
    assert re.search(rf"1 · ore 10:12, corretto: «{LATE}»\n2 · ", listed(lara))
    await anna.says("ritira 1")
    assert "In tutto 1 contributo, di 1 voce." in listed(lara)
    assert LATE not in listed(lara)
    # It is one message all the time.
    assert 1 == sum("Contributi del tavolo" in each.shown for each in lara.phone.messages)


async def test_in_session_2_it_is_by_strategy_and_question_those_last_answered_first(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody().registers("T6")
    await hall.at("10:12")
    await anna.says("1.3")
    await anna.says(TRAINS)
    await hall.at("10:30")
    await lara.says("/discuti 1.3")
    await anna.reads()
    await anna.says(BUSES)
    await anna.says("2")
    await anna.says(LATE)
    await lara.says("/raccolta")
    groups = (
        rf"Strategia 1\.3 .*; domanda 2, .*\n3 · .*{LATE}»",
        rf"Strategia 1\.3 .*; domanda 1, .*\n2 · .*{BUSES}»",
        rf"Sessione 1\n1 · .*{TRAINS}»",
    )
    assert re.search("\n\n".join(groups), listed(lara))


async def test_it_has_pages_by_tap_and_by_word(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (anna,) = await talking(hall, "Idea 1")
    for number in range(2, 13):
        await anna.says(f"Idea {number}")
    await lara.says("/raccolta")
    assert "«Idea 12»" in listed(lara)
    assert "«Idea 4»" in listed(lara)
    assert "«Idea 3»" not in listed(lara)
    await lara.taps("Dopo")
    assert "«Idea 3»" in listed(lara)
    assert "Pagina 2 di 2" in listed(lara)
    await lara.taps("Prima")
    assert "«Idea 12»" in listed(lara)
    (said,) = await lara.says("/raccolta pagina 2")
    assert "«Idea 1»" in said


async def test_in_session_2_the_dashboard_leads_to_it(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await talking(hall, TRAINS)
    (said,) = await lara.says("/tavolo")
    assert "/raccolta" not in said
    await hall.at("10:30")
    *_, said = await lara.says("/tavolo")
    assert "/raccolta" in said
    assert "/invia" in said
    (said,) = await lara.taps("Contributi del tavolo")
    assert TRAINS in said
    (said,) = await lara.says("/raccolta tutti")
    assert TRAINS in said


async def test_who_has_several_tables_names_one_and_nobody_reads_anothers(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.opens(await hall.invites(Role.FACILITATOR, "T7", "also"))
    await talking(hall, TRAINS)
    (asked,) = await lara.says("/raccolta")
    assert "T6" in asked
    assert "T7" in asked
    (said,) = await lara.says("/raccolta T6")
    assert TRAINS in said
    ugo = await hall.facilitator("T5", "Ugo")
    number = (await numbers(hall))[TRAINS]
    for command in ("/raccolta T6", f"/raccolta {number}", f"/raccolta nascondi {number}: no"):
        (said,) = await ugo.says(command)
        assert "T6" not in said
        assert TRAINS not in said
    anna = await hall.somebody().registers("T6")
    (said,) = await anna.says("/raccolta")
    assert TRAINS not in said
    await anna.sends_press(anna.screen().id, encode(HideGathered(number, "test")))
    await ugo.sends_press(anna.screen().id, encode(HideGathered(number, "test")))
    assert [] == await trace(hall)


async def test_an_assistant_reads_and_changes_nothing(hall: Hall) -> None:
    rita = hall.somebody("Rita")
    await rita.opens(await hall.invites(Role.ASSISTANT, "T6"))
    await rita.taps("Ho letto")
    await talking(hall, TRAINS)
    (said,) = await rita.says("/raccolta")
    assert TRAINS in said
    assert "nascondi" not in said
    await rita.taps("1")
    assert "Nascondi" not in [button.text for button in rita.screen("Contributo 1").buttons]
    await rita.says("/raccolta nascondi 1: non va")
    assert [] == await trace(hall)
    assert {TRAINS} == await placed(hall)


async def test_the_regia_sees_all_tables_in_figures_and_each_ones_list(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara = await hall.facilitator("T6")
    await talking(hall, TRAINS, PHONE)
    await lara.says("/raccolta nascondi 1: prova")
    (said,) = await vittoria.says("/raccolta")
    assert "T6 Pinerolo: 1 contributo, 1 voce, ultimo arrivo 10:12, 1 da guardare, 1 nascosto" in said
    assert "ancora nulla" in said
    await vittoria.taps("T6")
    assert "In tutto 1 contributo" in listed(vittoria)
    (state,) = await vittoria.says("/stato T6")
    assert "ultimo contributo 10:12" in state
    assert "da guardare per dati personali: 1" in state
    assert "nascosti: 1" in state


# --- hiding ---------------------------------------------------------------------------------------------


async def test_what_is_hidden_is_kept_counts_nowhere_and_its_author_reads_why(hall: Hall) -> None:
    lara, vittoria = await hall.facilitator("T6"), await hall.regia()
    anna, _ = await talking(hall, TRAINS, BUSES)
    (said,) = await lara.says("/raccolta nascondi 1: non riguarda noi <b>")
    assert "Il contributo 1 è nascosto: non riguarda noi <b>." in said
    assert {BUSES} == await placed(hall)
    assert [("hidden", "facilitator", "non riguarda noi <b>")] == await trace(hall)
    (own,) = await anna.says("/contributi")
    assert f"1. {TRAINS}\nChi facilita il tavolo l'ha nascosto, e non conta: non riguarda noi <b>." in own
    await lara.says("/raccolta nascosti")
    assert "nascosto (non riguarda noi <b>)" in listed(lara)
    (said,) = await vittoria.says("/temi soli")
    assert BUSES in said
    assert TRAINS not in said
    assert 2 == await hall.count("contributions")
    (said,) = await lara.says("/raccolta mostra 1")
    assert "si vede e conta di nuovo" in said
    assert {TRAINS, BUSES} == await placed(hall)
    assert "1" == (await numbers(hall))[TRAINS]
    rows = await hall.rows("SELECT number FROM theme_places ORDER BY number")
    assert [1, 2] == [row["number"] for row in rows]
    (own,) = await anna.says("/contributi")
    assert "nascosto" not in own


async def test_hiding_by_tapping_asks_for_a_reason_first(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna, *_ = await talking(hall, TRAINS)
    await lara.says("/raccolta")
    (card,) = await lara.taps("1")
    assert f"«{TRAINS}»" in card
    (asked,) = await lara.taps("Nascondi")
    assert "Perché vuoi nascondere il contributo 1" in asked
    (said,) = await lara.taps("offende qualcuno")
    assert "nascosto: offende qualcuno" in said
    (own,) = await anna.says("/contributi")
    assert "e non conta: offende qualcuno." in own
    await lara.taps("Mostra di nuovo")
    assert {TRAINS} == await placed(hall)
    assert [("hidden", "facilitator", "#offensive"), ("shown", "facilitator", None)] == await trace(hall)
    assert "In tutto 1 contributo" in listed(lara)


async def test_hidden_twice_it_is_said_and_traced_once(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await talking(hall, TRAINS)
    await lara.says("/raccolta nascondi 1: prima")
    (said,) = await lara.says("/raccolta nascondi 1: seconda")
    assert "Era già così. Il contributo 1 è nascosto: prima." in said
    assert 1 == len(await trace(hall))


async def test_the_regia_hides_at_any_table_and_it_is_traced_as_what(hall: Hall) -> None:
    vittoria = await hall.regia()
    await talking(hall, TRAINS)
    await vittoria.says("/raccolta nascondi 1: prova")
    assert [("hidden", "regia", "prova")] == await trace(hall)
    (card,) = await vittoria.says("/raccolta 1")
    assert "Nascosto alle 10:12 dalla regia: prova." in card


# --- merging --------------------------------------------------------------------------------------------


async def test_what_says_the_same_is_one_with_all_voices_and_comes_apart_again(hall: Hall) -> None:
    lara, vittoria = await hall.facilitator("T6"), await hall.regia()
    await talking(hall, TRAINS, LATE, BUSES)
    (said,) = await lara.says("/raccolta unisci 1 e 2")
    assert "Il contributo 2 è unito al 1: lo dicono 2 persone." in said
    assert {TRAINS, BUSES} == await placed(hall)
    await lara.says("/raccolta")
    assert f"1 · ore 10:12, lo dicono 2 persone: «{TRAINS}»" in listed(lara)
    assert LATE not in listed(lara)
    assert "In tutto 3 contributi, di 3 voci." in listed(lara)
    (card,) = await lara.says("/raccolta 1")
    assert LATE in card
    (alone,) = await vittoria.says("/temi soli")
    assert "lo dicono 2 persone" in alone
    assert LATE not in alone
    (said,) = await lara.says("/raccolta separa 1")
    assert "Il contributo 2 non è più unito al 1." in said
    assert {TRAINS, LATE, BUSES} == await placed(hall)
    assert [("merged", "facilitator", "1"), ("separated", "facilitator", "1")] == await trace(hall)


async def test_merging_by_tapping(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await talking(hall, TRAINS, LATE)
    await lara.says("/raccolta 1")
    (asked,) = await lara.taps("Unisci")
    assert LATE in asked
    await lara.taps("2")
    assert {TRAINS} == await placed(hall)
    await lara.taps("Separa")
    assert {TRAINS, LATE} == await placed(hall)


async def test_only_what_stands_at_one_table_is_merged(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await talking(hall, TRAINS, LATE)
    await talking(hall, BUSES, table="T5")
    await lara.opens(await hall.invites(Role.FACILITATOR, "T5", "also"))
    (said,) = await lara.says("/raccolta unisci 1 3")
    assert "Il contributo 3 non è del tavolo T6 Pinerolo" in said
    (said,) = await lara.says("/raccolta unisci 1 99")
    assert "Non c'è nessun contributo 99" in said
    (said,) = await lara.says("/raccolta unisci 1 1")
    assert "Serve almeno un altro contributo" in said
    await lara.says("/raccolta nascondi 2: prova")
    (said,) = await lara.says("/raccolta unisci 1 2")
    assert "Il contributo 2 è nascosto" in said
    (said,) = await lara.says("/raccolta separa 1")
    assert "non c'è niente da separare" in said
    assert {TRAINS, BUSES} == await placed(hall)


async def test_withdrawn_or_edited_one_of_those_merged_nothing_is_lost(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna, bruno, carla = await talking(hall, TRAINS, LATE, BUSES)
    await lara.says("/raccolta unisci 1 2 3")
    assert {TRAINS} == await placed(hall)
    await bruno.edits(bruno.typed, "Tutt'altra cosa")
    # What was found to say the same was another text.
    assert {TRAINS, "Tutt'altra cosa"} == await placed(hall)
    await anna.says("ritira 1")
    assert {BUSES, "Tutt'altra cosa"} == await placed(hall)
    await lara.says("/raccolta unisci 2 3")
    await carla.says("ritira 1")
    assert {"Tutt'altra cosa"} == await placed(hall)
    (said,) = await lara.says("/raccolta")
    assert "In tutto 1 contributo, di 1 voce." in said
    assert "persone" not in said


async def test_hidden_with_those_merged_into_it_and_shown_with_them(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    _, bruno = await talking(hall, TRAINS, LATE)
    await lara.says("/raccolta unisci 1 2")
    await lara.says("/raccolta nascondi 1: prova")
    (own,) = await bruno.says("/contributi")
    assert "e non conta: prova." in own
    assert set() == await placed(hall)
    await lara.says("/raccolta mostra 2")
    # The other stays hidden, so this one stands for itself.
    assert {LATE} == await placed(hall)
    await lara.says("/raccolta mostra 1")
    assert {TRAINS, LATE} == await placed(hall)


async def test_fifty_times_the_same_is_one_voice_kept_fifty_times(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (anna,) = await talking(hall, TRAINS)
    for _ in range(9):
        await anna.says(TRAINS)
    (said,) = await lara.says("/raccolta unisci " + " ".join(str(number) for number in range(1, 11)))
    assert "lo dice 1 persona" in said
    assert {TRAINS} == await placed(hall)
    assert 10 == len(await anna.contributions())


# --- for the plenary ------------------------------------------------------------------------------------


async def test_what_a_table_marks_for_the_plenary_the_regia_sees(hall: Hall) -> None:
    lara, vittoria = await hall.facilitator("T6"), await hall.regia()
    await talking(hall, TRAINS, BUSES)
    (said,) = await lara.says("/raccolta plenaria 1")
    assert "segnato per la plenaria" in said
    (alone,) = await vittoria.says("/temi soli")
    assert 1 == alone.count("segnato dal tavolo per la plenaria")
    await vittoria.says("/temi sposta 1 nuovo")
    (board,) = await vittoria.says("/temi")
    assert "1 segnato dai tavoli" in board
    await lara.says("/raccolta plenaria")
    assert TRAINS in listed(lara)
    assert BUSES not in listed(lara)
    for typed in ("/raccolta plenaria no 1", "/raccolta 1 plenaria", "/raccolta plenaria 1 no"):
        await lara.says(typed)
    (alone,) = await vittoria.says("/temi soli")
    assert "segnato dal tavolo" not in alone
    assert ["marked", "unmarked", "marked", "unmarked"] == [act for act, _, _ in await trace(hall)]


async def test_a_mark_stays_when_what_has_it_is_merged(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await talking(hall, TRAINS, BUSES)
    await lara.says("/raccolta plenaria 2")
    await lara.says("/raccolta unisci 1 2")
    (said,) = await lara.says("/raccolta plenaria")
    assert TRAINS in said


async def test_shown_again_is_only_what_was_hidden_with_it(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await talking(hall, TRAINS, PHONE, BUSES)
    await lara.says("/raccolta unisci 1 2 3")
    await lara.says("/raccolta nascondi 2: dati personali")
    await lara.says("/raccolta nascondi 1: dati personali")
    await lara.says("/raccolta mostra 1")
    (said,) = await lara.says("/raccolta nascosti")
    assert PHONE in said
    assert BUSES not in said
    assert {TRAINS} == await placed(hall)
    (said,) = await lara.says("/raccolta 1")
    assert "lo dicono 2 persone" in said


# --- personal data --------------------------------------------------------------------------------------


async def test_personal_data_are_pointed_out_and_do_not_leave_the_table_before_it_looked(hall: Hall) -> None:
    lara, vittoria = await hall.facilitator("T6"), await hall.regia()
    await lara.says("/tavolo")
    (anna,) = await talking(hall, TRAINS)
    *_, told = await anna.says(PHONE)
    assert "nel testo sembra esserci un numero di telefono" in told
    assert "1 contributo da guardare, per possibili dati personali" in lara.screen("Fase: ").shown
    await lara.says("/raccolta guardare")
    assert f"2 · ore 10:12, da guardare (un numero di telefono): «{PHONE}»" in listed(lara)
    for command in ("/temi soli", "/raccolta T6", "/raccolta 2"):
        (said,) = await vittoria.says(command)
        assert "Chiamatemi al [telefono] per i treni" in said
    assert "1234567" not in vittoria.everything
    (refused,) = await vittoria.says("/raccolta lascia 2")
    assert "esce dal tavolo" not in refused
    (said,) = await lara.says("/raccolta lascia 2")
    assert "Il contributo 2 esce dal tavolo così com'è." in said
    assert "da guardare, per possibili" not in lara.screen("Fase: ").shown
    (said,) = await vittoria.says("/temi soli")
    assert PHONE in said
    # Another text is to be looked at again.
    *_, told = await anna.edits(anna.typed, "Scrivetemi: anna@example.org")
    assert "sembra esserci un indirizzo e-mail" in told
    (said,) = await vittoria.says("/temi soli")
    assert "Scrivetemi: [e-mail]" in said
    await anna.edits(anna.typed, TRAINS)
    (said,) = await lara.says("/raccolta guardare")
    assert "Non c'è nulla da guardare." in said


async def test_letting_pass_by_tapping_and_what_holds_nothing(hall: Hall) -> None:
    lara, vittoria = await hall.facilitator("T6"), await hall.regia()
    await talking(hall, PHONE, TRAINS)
    (said,) = await lara.says("/raccolta lascia 2")
    assert "non risultano dati personali" in said
    await vittoria.sends_press(1, encode(PassGathered("1")))
    assert [] == await trace(hall)
    await lara.says("/raccolta 1")
    await lara.taps("lascia passare")
    assert [("let_pass", "facilitator", None)] == await trace(hall)


async def test_notes_and_captions_are_looked_at_too(hall: Hall) -> None:
    lara, vittoria = await hall.facilitator("T6"), await hall.regia()
    await hall.at("10:12")
    *_, told = await lara.says("/nota Sono Giulia Bianchi e dico di sì")
    assert "sembra esserci un nome di persona" in told
    await lara.shares(photo=png(), caption="Cartellone di mario@example.org")
    (said,) = await vittoria.says("/temi soli")
    assert "Sono [nome] e dico di sì" in said
    assert "Cartellone di [e-mail]" in said
    (said,) = await lara.says("/raccolta guardare")
    assert "nota del tavolo, da guardare (un nome di persona)" in said
    (said,) = await vittoria.says("/note T6")
    assert "Bianchi" not in said
    assert "mario@" not in said


# --- what is misread ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "pippo",
        "nascondi",
        "nascondi pippo",
        "37 pippo",
        "unisci",
        "lascia 1 2",
        "pagina",
        "<b>&",
        "mostra 1 ora",
    ],
)
async def test_what_is_not_understood_changes_nothing_and_says_what_is(hall: Hall, typed: str) -> None:
    lara = await hall.facilitator("T6")
    await talking(hall, TRAINS, LATE)
    (said,) = await lara.says(f"/raccolta {typed}")
    assert "Non ho capito" in said
    assert "nascondi 37: il motivo" in said
    assert [] == await trace(hall)


async def test_a_reason_of_a_whole_page_is_refused(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await talking(hall, TRAINS)
    (said,) = await lara.says(f"/raccolta nascondi 1: {'a' * 201}")
    assert "Il motivo è troppo lungo" in said
    assert {TRAINS} == await placed(hall)


# --- the synthesis --------------------------------------------------------------------------------------


async def test_the_synthesis_goes_after_it_was_read_back_and_again_at_will(hall: Hall) -> None:
    lara, vittoria = await hall.facilitator("T6"), await hall.regia()
    (asked,) = await lara.says("/invia Al tavolo <b> si parla di treni")
    assert "«Al tavolo <b> si parla di treni»" in asked
    assert [] == await vittoria.reads()
    (kept,) = await lara.taps("Manda la sintesi")
    assert "La sintesi del tavolo T6 Pinerolo è alla regia (versione 1)." in kept
    (told,) = await vittoria.reads()
    assert "Sintesi del tavolo T6 Pinerolo, mandata alle 09:15" in told
    assert "Al tavolo <b> si parla di treni" in told
    (asked,) = await lara.says("/invia")
    assert "Scrivi ora la sintesi" in asked
    (asked,) = await lara.says("Treni e scuole")
    assert "«Treni e scuole»" in asked
    await lara.says("conferma")
    rows = await hall.rows("SELECT table_code, version, text, role FROM syntheses ORDER BY version")
    assert [
        ("T6", 1, "Al tavolo <b> si parla di treni", "facilitator"),
        ("T6", 2, "Treni e scuole", "facilitator"),
    ] == [tuple(row[name] for name in ("table_code", "version", "text", "role")) for row in rows]
    await vittoria.reads()
    every = "\n".join(await vittoria.says("/sintesi"))
    assert "Treni e scuole" in every
    assert "si parla di treni" not in every
    assert "Mancano ancora i tavoli" in every
    both = "\n".join(await vittoria.says("/sintesi T6"))
    assert both.index("Treni e scuole") < both.index("si parla di treni")
    (said,) = await lara.says("/raccolta")
    assert "Sintesi mandata alle 09:15" in said


async def test_a_synthesis_is_not_sent_when_it_is_cancelled_too_long_or_not_ones_own(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.says("/invia")
    await lara.says("annulla")
    await lara.says("/invia Una sintesi")
    await lara.says("annulla")
    (said,) = await lara.says(f"/invia {'parola ' * 500}")
    assert "al massimo 3000" in said
    anna = await hall.somebody().registers("T6")
    (said,) = await anna.says("/invia La mia")
    assert "Manda" not in said
    assert 0 == await hall.count("syntheses")
    # What is typed later is no synthesis.
    await lara.says("/invia")
    hall.clock.at += TEMPO * 3000
    await lara.says("Chi c'è?")
    assert 0 == await hall.count("asked", "act LIKE '%Chi c%'")


async def test_a_synthesis_with_personal_data_says_so_before_it_goes(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (asked,) = await lara.says("/invia Referente: 333 1234567")
    assert "Prima di mandarla: sembra contenere un numero di telefono" in asked


# --- what its author does to it afterwards ----------------------------------------------------------------


async def test_what_is_hidden_and_corrected_stays_hidden_and_both_hear_so(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (anna,) = await talking(hall, PHONE)
    await lara.says("/raccolta nascondi 1: un numero")
    await hall.at("10:14")
    (said,) = await anna.edits(anna.typed, TRAINS)
    assert "resta nascosto finché chi facilita" in said
    assert "ora vale" not in said
    told = await lara.reads()
    assert "Il contributo 1 del tavolo T6 Pinerolo, che è nascosto, è stato corretto" in "\n".join(told)
    (shown,) = await lara.taps("Apri il 1")
    assert "Da allora chi l'ha scritto l'ha corretto, alle 10:14" in shown
    assert set() == await placed(hall)
    await lara.taps("Mostra di nuovo")
    assert {TRAINS} == await placed(hall)
    (said,) = await anna.edits(anna.typed, BUSES)
    assert "ora vale il nuovo testo" in said


async def test_who_edits_what_they_withdrew_hears_that_it_is_withdrawn(hall: Hall) -> None:
    (anna,) = await talking(hall, TRAINS)
    message = anna.typed
    await anna.says("ritira 1")
    (said,) = await anna.edits(message, BUSES)
    assert "Hai modificato un messaggio che hai ritirato" in said


async def test_rewriting_by_command_warns_too_and_says_how_to_take_it_out(hall: Hall) -> None:
    (anna,) = await talking(hall, TRAINS)
    _, warned = await anna.says("/contributi 1: Mi chiamo Anna Ferrero, 333 1234567")
    assert "un nome di persona e un numero di telefono" in warned
    assert "/contributi 1: e il testo corretto" in warned


async def test_what_cannot_be_seen_is_neither_a_synthesis_nor_a_note(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.says("/invia \u200b")
    assert "Manca la sintesi" in said
    await lara.says("/nota \u200b")
    assert 0 == await hall.count("contributions")
