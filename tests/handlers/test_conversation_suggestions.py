"""/suggerisci by anybody, with a table or without, until its day; what the regia reads and is told of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers.callback_data import ShowSuggestions, WithdrawSuggestion, encode
from participation import suggestion_file
from tests.handlers.test_conversation_session2 import discussing
from tests.support.hall import CHANNEL, open_hall

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall, Somebody

TREES = "Più alberi lungo i viali"


async def on(hall: Hall, day: int, hour: int = 12, minute: int = 0) -> None:
    """Another day of that December, and all that is due until then."""
    hall.clock.at = datetime(2023, 12, day, hour, minute, tzinfo=hall.event.zone_info)
    await hall.quiet()


async def kept(hall: Hall) -> list[tuple[str, str, str | None]]:
    """The suggestions that stand: strategy, text, zone."""
    rows = await hall.rows(
        "SELECT strategy, text, zone FROM suggestions WHERE withdrawn_at IS NULL ORDER BY id"
    )
    return [(row["strategy"], row["text"], row["zone"]) for row in rows]


async def passer_by(hall: Hall, name: str = "Piera") -> Somebody:
    """Somebody who read the notice, and sits nowhere."""
    who = hall.somebody(name)
    await who.says("/suggerisci")
    await who.taps("Ho letto")
    return who


# --- who has no table -----------------------------------------------------------------------------------


async def test_nothing_is_stored_of_who_has_not_read_the_notice_and_the_strategy_comes_back(
    hall: Hall,
) -> None:
    piera = hall.somebody("Piera")
    (welcome,) = await piera.says(f"/suggerisci 4.1 {TREES}")
    assert "scrivi ho letto s-4-1" in welcome
    assert (0, 0) == (await hall.count("people"), await hall.count("suggestions"))
    (asked,) = await piera.taps("Ho letto")
    assert "4.1 " in asked
    assert "Che cosa suggerisci?" in asked
    (received,) = await piera.says(TREES)
    assert "Suggerimento ricevuto per la strategia 4.1" in received
    assert [("4.1", TREES, None)] == await kept(hall)


async def test_the_notice_is_acknowledged_by_typing_too(hall: Hall) -> None:
    piera = hall.somebody("Piera")
    await piera.says("/suggerisci 4.1")
    (asked,) = await piera.says("ho letto s-4-1")
    assert "Che cosa suggerisci?" in asked


async def test_a_link_leads_straight_to_a_strategy_and_one_without_to_the_axes(hall: Hall) -> None:
    piera = hall.somebody("Piera")
    await piera.opens("s-5-2")
    (asked,) = await piera.taps("Ho letto")
    assert "5.2 " in asked
    (axes,) = await piera.opens("s-")
    assert "Su quale strategia hai un suggerimento?" in axes
    (unknown,) = await piera.opens("s-9-9")
    assert "Su quale strategia hai un suggerimento?" in unknown


async def test_who_comes_after_the_event_suggests_without_ever_sitting_down(hall: Hall) -> None:
    await on(hall, 10)
    piera = await passer_by(hall)
    await piera.taps("Asse 4")
    await piera.taps("4.1")
    await piera.says(TREES)
    await piera.says("E panchine")
    assert [("4.1", TREES, None), ("4.1", "E panchine", None)] == await kept(hall)
    assert (None, None) == await piera.seat()
    (ended,) = await piera.says("fine")
    assert "non è più un suggerimento" in ended
    (zone,) = await piera.says("E fontane")
    assert "Per quale Zona partecipi?" in zone
    assert 2 == await hall.count("suggestions")


async def test_while_suggesting_one_can_still_say_the_zone(hall: Hall) -> None:
    piera = await passer_by(hall)
    await piera.says("/suggerisci 4.1")
    await piera.says("zona 5")
    assert ("T6", "5") == await piera.seat()
    await piera.says(TREES)
    assert [("4.1", TREES, "5")] == await kept(hall)


# --- at a table -----------------------------------------------------------------------------------------


async def test_by_buttons_those_that_the_table_did_not_choose_come_first(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    (axes,) = await anna.says("/suggerisci")
    assert "fino al 19 dicembre 2023" in axes
    (strategies,) = await anna.taps("Asse 3")
    before, chosen = strategies.split("Già scelte dal tuo tavolo:")
    assert "3.1 " in before
    assert "3.2 " in chosen
    assert "3.2 " not in before
    assert anna.screen().buttons[-2].text.startswith("3.2")
    await anna.taps("3.2")
    await anna.says(TREES)
    assert [("3.2", TREES, "5")] == await kept(hall)
    assert [] == await anna.contributions()


async def test_all_at_once_and_in_many_ways(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    for typed, strategy, text in (
        (f"/suggerisci 4.1 {TREES}", "4.1", TREES),
        (f"/suggerisci 4,1: {TREES}", "4.1", TREES),
        (f"/suggerisci strategia 5.2 - {TREES}", "5.2", TREES),
        ("/suggerisci 1.1\n- uno\n- due", "1.1", "- uno\n- due"),
        ("/suggerisci 1.1 3 treni", "1.1", "3 treni"),
        ("/suggerisci 1.1 <b>&", "1.1", "<b>&"),
    ):
        (received,) = await anna.says(typed)
        assert f"per la strategia {strategy}" in received, typed
        assert (strategy, text, "5") == (await kept(hall))[-1], typed
    # All at once leaves nothing open: what follows is no suggestion.
    await anna.says("E poi?")
    assert 6 == await hall.count("suggestions")


async def test_axes_and_strategies_are_typed_too(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    for typed in ("/suggerisci 3", "/suggerisci asse 3", "/suggerisci Asse 3"):
        (strategies,) = await anna.says(typed)
        assert "3.1 " in strategies
    (asked,) = await anna.says("/suggerisci 3.1")
    assert "Che cosa suggerisci?" in asked
    (ended,) = await anna.says("/suggerisci fine")
    assert "non è più un suggerimento" in ended


async def test_what_has_no_code_is_not_recorded_and_says_so(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    for typed in (TREES, "9.9 niente", "4.1.2 azione", "12", "ritira", "asse 9"):
        (said,) = await anna.says(f"/suggerisci {typed}")
        assert "non è stato registrato" in said, typed
        assert typed in said
        assert "Su quale strategia" in said
    assert [] == await kept(hall)


async def test_a_question_of_the_table_takes_over_and_suggesting_again_takes_over_from_it(hall: Hall) -> None:
    anna, lara = await discussing(hall)
    await anna.says("/suggerisci 4.1")
    await lara.says("/discuti 3.2")
    await anna.reads()
    await anna.says("Al tavolo")
    assert [("Al tavolo", "3.2", "1")] == await anna.contributions()
    await anna.says("/suggerisci 4.1")
    await anna.says(TREES)
    await anna.says("avanti")
    await anna.says("Alla domanda")
    assert ("Alla domanda", "3.2", "2") == (await anna.contributions())[-1]
    assert [("4.1", TREES, "5")] == await kept(hall)


async def test_codes_and_words_go_on_acting_while_one_suggests(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:12")
    await anna.says("/suggerisci 4.1")
    await anna.says("1.3 2.1")
    assert {"1.3": 1, "2.1": 1} == await anna.dots()
    await anna.says("-2.1")
    assert {"1.3": 1} == await anna.dots()
    await anna.says(TREES)
    assert [("4.1", TREES, "5")] == await kept(hall)
    assert [] == await anna.contributions()
    await anna.says("fine")
    await anna.says("Per il tavolo")
    assert [("Per il tavolo", None, None)] == await anna.contributions()


async def test_half_an_hour_later_it_is_something_else(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:11")
    await anna.says("/suggerisci 4.1")
    await hall.at("10:42")
    await anna.says(TREES)
    assert [] == await kept(hall)


# --- correcting and withdrawing -------------------------------------------------------------------------


async def test_editing_the_message_edits_the_suggestion_and_its_strategy(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await anna.says(f"/suggerisci 4.1 {TREES}")
    first = anna.typed
    (edited,) = await anna.edits(first, "/suggerisci 4.2 Più alberi, e panchine")
    assert "Suggerimento corretto: strategia 4.2" in edited
    await anna.says("/suggerisci 5.1")
    await anna.says("Corsi serali")
    await anna.edits(anna.typed, "Corsi serali gratuiti")
    assert [
        ("4.2", "Più alberi, e panchine", "5"),
        ("5.1", "Corsi serali gratuiti", "5"),
    ] == await kept(hall)
    (nothing,) = await anna.edits(first, "/suggerisci 4.2")
    assert "Suggerimento corretto" not in nothing
    assert ("4.2", "Più alberi, e panchine", "5") == (await kept(hall))[0]


async def test_ones_own_are_listed_and_withdrawn_by_button_and_by_typing(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    for text in ("uno", "due", "tre"):
        await anna.says(f"/suggerisci 4.1 {text}")
    (listed,) = await anna.says("/suggerisci")
    assert "I tuoi suggerimenti: 3" in listed
    assert "2. Strategia 4.1: due" in listed
    (gone,) = await anna.taps("Ritira 1")
    assert "Suggerimento ritirato" in gone
    await anna.says("/suggerisci ritira 2")
    (again,) = await anna.says("/suggerisci ritira 2")
    assert "Suggerimento ritirato" in again
    assert [("4.1", "tre", "5")] == await kept(hall)
    (listed,) = await anna.says("/suggerisci")
    assert "3. Strategia 4.1: tre" in listed
    (none,) = await anna.says("/suggerisci ritira 4")
    assert "non è cambiato nulla" in none


async def test_nobody_withdraws_what_is_somebody_elses(hall: Hall) -> None:
    anna, bruno = await hall.people(2, "T6")
    await anna.says(f"/suggerisci 4.1 {TREES}")
    (none,) = await bruno.sends_press(bruno.screen().id, encode(WithdrawSuggestion("1")))
    assert "non è cambiato nulla" in none
    assert 1 == len(await kept(hall))


# --- a kill, and the last day ---------------------------------------------------------------------------


async def test_who_was_suggesting_goes_on_after_a_kill(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await anna.says("/suggerisci 4.1")
    await hall.is_killed()
    anna.phone.say(TREES)
    hall.starts()
    (received,) = await anna.reads()
    assert "per la strategia 4.1" in received
    assert [("4.1", TREES, "5")] == await kept(hall)


async def test_after_the_last_day_nothing_is_taken_and_one_hears_where_to_send_it(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await on(hall, 19, 23, 45)
    await anna.says("/suggerisci 4.1")
    await anna.says(TREES)
    await on(hall, 20, 0, 5)
    (closed,) = await anna.says("E panchine")
    for said in ("non è stato registrato", "si è chiusa il 19 dicembre 2023", hall.event.contacts.form_url):
        assert said in closed
    assert hall.event.contacts.email in closed
    for typed in ("/suggerisci 4.1 E panchine", "/suggerisci 4.1", "/suggerisci 3"):
        (closed,) = await anna.says(typed)
        assert "si è chiusa il 19 dicembre 2023" in closed
    (listed,) = await anna.says("/suggerisci")
    assert TREES in listed
    assert "si è chiusa" in listed
    assert not any("Asse" in button.text for button in anna.screen().buttons)
    await anna.taps("Ritira 1")
    assert [] == await kept(hall)


async def test_a_correction_after_the_last_day_says_that_it_is_late(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await anna.says(f"/suggerisci 4.1 {TREES}")
    typed = anna.typed
    await on(hall, 20)
    await anna.reads()
    (late,) = await anna.edits(typed, "/suggerisci 4.1 Niente")
    assert "non è stato registrato" in late
    assert [("4.1", TREES, "5")] == await kept(hall)


# --- the regia ------------------------------------------------------------------------------------------


async def test_the_regia_reads_them_word_for_word_a_page_at_a_time_and_nobody_else_does(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    vittoria = await hall.regia()
    (none,) = await vittoria.says("/suggerimenti")
    assert "nessun suggerimento" in none
    for number in range(10):
        await anna.says(f"/suggerisci 4.1 idea {number}")
    await anna.says("/suggerisci 5.2 un'altra")
    await anna.says("/suggerisci ritira 11")
    (counted,) = await vittoria.says("/suggerimenti")
    assert "10 suggerimenti in tutto" in counted
    assert "Zona 5, Pinerolese: 10" in counted
    assert "5.2 " not in counted
    (first,) = await vittoria.taps("4.1 (10)")
    assert "«idea 0»" in first
    assert "«idea 7»" in first
    assert "«idea 8»" not in first
    (second,) = await vittoria.taps("Pagina dopo")
    assert "«idea 9»" in second
    for typed in ("/suggerimenti 4.1 2", "/suggerimenti 4.1 pagina 2", "/suggerimenti 4.1 99"):
        assert [second] == await vittoria.says(typed)
    for typed in ("/suggerimenti boh", "/suggerimenti 9.9", "/suggerimenti 4.1 boh"):
        (unclear,) = await vittoria.says(typed)
        assert "non è il codice di una strategia" in unclear, typed
    (refused,) = await anna.says("/suggerimenti")
    assert "idea" not in refused
    (refused,) = await anna.sends_press(anna.screen().id, encode(ShowSuggestions("4.1", "1")))
    assert "idea" not in refused


async def test_every_morning_the_regia_hears_how_many_are_new_and_on_the_others_nothing(
    tmp_path: Path,
) -> None:
    async with open_hall(tmp_path, channel=True) as hall:
        anna = await hall.somebody().registers("T6")
        piera = await passer_by(hall)
        vittoria = await hall.regia()
        await on(hall, 5, 14)
        await anna.says(f"/suggerisci 4.1 {TREES}")
        await anna.says("/suggerisci 4.1 ripensata")
        await anna.says("/suggerisci ritira 2")
        await piera.says("/suggerisci 5.2 Corsi serali")
        await vittoria.reads()
        await on(hall, 6)
        (told,) = await vittoria.reads()
        assert "Sono arrivati 2 nuovi suggerimenti" in told
        assert f"4.1 {hall.event.strategy('4.1').title}: 1" in told
        assert f"5.2 {hall.event.strategy('5.2').title}: 1" in told
        assert "Zona 5, Pinerolese: 1" in told
        assert "Zona non indicata: 1" in told
        assert TREES not in told
        await on(hall, 7)
        assert [] == await vittoria.reads()
        await on(hall, 19, 23)
        await piera.says("/suggerisci 5.2 All'ultimo minuto")
        await on(hall, 20)
        (last,) = await vittoria.reads()
        assert "È arrivato 1 nuovo suggerimento" in last
        await on(hall, 30)
        assert [] == await vittoria.reads()
        assert [] == [call for call in hall.called("sendMessage") if str(call["chat_id"]) == str(CHANNEL)]


async def test_what_the_form_brought_is_counted_and_told_apart(hall: Hall) -> None:
    vittoria = await hall.regia()
    rows = "ID risposta;Strategia;Zona omogenea;Suggerimento\n1;4.1;5;Più alberi\n2;4.1;;Più panchine\n"
    reading = suggestion_file.read(hall.event, rows.encode())
    await suggestion_file.bring_in(hall.database, reading, hall.clock.now())
    await on(hall, 6)
    *_, told = await vittoria.reads()
    assert "Sono arrivati 2 nuovi suggerimenti. Dal modulo online: 2." in told
    (read,) = await vittoria.taps("4.1 (2)")
    assert "Zona 5, Pinerolese, modulo online" in read
    assert "«Più panchine»" in read


async def test_suggestions_make_no_themes_and_count_nowhere_as_contributions(hall: Hall) -> None:
    anna, lara = await discussing(hall)
    await anna.says(f"/suggerisci 4.1 {TREES}")
    assert (0, 0) == (await hall.count("contributions"), await hall.count("theme_places"))
    await lara.says("/tavolo")
    assert TREES not in lara.everything


# --- what cannot be seen, and what is personal ------------------------------------------------------------


async def test_what_cannot_be_seen_is_no_suggestion(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    (asked,) = await anna.says("/suggerisci 4.1 \u200b\u200b")
    assert "Che cosa suggerisci?" in asked
    await anna.says(TREES)
    suggested = anna.typed
    (said,) = await anna.edits(suggested, "\u200b\u200b")
    assert "il suggerimento resta com'era" in said
    assert [("4.1", TREES, "5")] == await kept(hall)
    await anna.says("/suggerisci ritira 1")
    (said,) = await anna.edits(suggested, f"{TREES}!")
    assert "Hai modificato un messaggio che hai ritirato" in said


async def test_personal_data_in_a_suggestion_is_pointed_out_and_kept_from_the_regia(hall: Hall) -> None:
    anna, vittoria = await hall.somebody().registers("T6"), await hall.regia()
    await anna.says("/suggerisci 4.1 Chiamatemi al 333 1234567")
    assert "sembra esserci un numero di telefono" in anna.everything
    _, warned = await anna.edits(anna.typed, "/suggerisci 4.1 Scrivetemi ad anna@example.org")
    assert "sembra esserci un indirizzo e-mail" in warned
    await anna.says("/suggerisci 4.1")
    _, warned = await anna.says("Mi chiamo Anna Ferrero e chiedo più alberi")
    assert "sembra esserci un nome di persona" in warned
    read = "\n".join(await vittoria.says("/suggerimenti 4.1"))
    assert "«Scrivetemi ad [e-mail]»" in read
    assert "Ferrero" not in read
