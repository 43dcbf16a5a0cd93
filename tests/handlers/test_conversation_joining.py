"""Coming in: the notice, zone and table, another table, late, away and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from participation.event import Phase

if TYPE_CHECKING:
    from tests.support.hall import Hall, Somebody

OF_PEOPLE = (
    "people",
    "roles",
    "ballots",
    "ballot_owners",
    "dots",
    "contributions",
    "contribution_messages",
    "places",
    "screens",
    "outbox",
    "announcements",
)
"""Every table in which something of a person may rest."""


async def stored(hall: Hall) -> dict[str, int]:
    """The tables with something of a person in them."""
    counts = {table: await hall.count(table) for table in OF_PEOPLE}
    return {table: count for table, count in counts.items() if count}


# --- the notice -----------------------------------------------------------------------------------------


async def test_the_notice_comes_first_and_nothing_is_stored_before_it_was_read(hall: Hall) -> None:
    anna = hall.somebody()
    (welcome,) = await anna.opens("T6")
    notice = anna.screen()
    assert "registra identificativo Telegram" in welcome
    assert "/privacy" in welcome
    assert "Preferisci la carta?" in welcome
    assert ["Ho letto, continuo"] == [button.text for button in anna.screen().buttons]

    for typed in ("5", "1.3 2.1", "Servono più treni", "/bollini", "/domande", "/contributi", "/cambia"):
        assert await anna.says(typed), typed
    await anna.shares(sticker=True)
    for data in (
        "z:5",
        "t:T6:5",
        "d:1.3:1",
        "p:review",
        "f",
        "q:1.3:1",
        "qs:1.3",
        "ss",
        "w:abc",
        "l:en",
        "?",
    ):
        assert await anna.sends_press(anna.screen().id, data), data
        assert anna.toast is not None, data
    assert {} == await stored(hall)

    (registered,) = await anna.taps("Ho letto", notice)
    assert "Partecipi al tavolo di Pinerolo, per la Zona 5" in registered
    assert ("T6", "5") == await anna.seat()


async def test_the_table_of_the_link_is_kept_while_other_things_are_asked(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens("T6")
    welcome = anna.screen()
    await anna.says("/programma")
    (registered,) = await anna.taps("Ho letto", welcome)
    assert "tavolo di Pinerolo" in registered


async def test_the_notice_can_be_acknowledged_by_typing(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens()
    (zones,) = await anna.says("Ho letto")
    assert "Per quale Zona partecipi?" in zones


async def test_a_press_on_the_notice_twice_registers_once(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens("T6")
    welcome = anna.screen()
    anna.phone.tap(welcome.id, welcome.buttons[0].callback_data or "")
    first, second = await anna.taps("Ho letto", welcome)
    assert "Partecipi al tavolo di Pinerolo" in first
    assert "Partecipi già al tavolo di Pinerolo" in second
    assert 1 == await hall.count("people")
    assert 1 == await hall.count("ballots")


async def test_an_english_phone_is_spoken_to_in_english(hall: Hall) -> None:
    grace = hall.somebody("Grace", language="en-GB")
    (welcome,) = await grace.opens("T6")
    assert "Welcome" in welcome
    (button,) = grace.screen().buttons
    (registered,) = await grace.taps(button.text)
    assert "Pinerolo" in registered
    assert "Partecipi" not in registered
    await hall.at("10:10")
    (ballot,) = await grace.reads()
    assert "dots" in ballot
    # The strategies stay as the organisers wrote them.
    assert "Garantire una diffusa digitalizzazione" in ballot


async def test_a_phone_in_a_language_nobody_here_speaks_is_answered_in_the_events(hall: Hall) -> None:
    jun = hall.somebody("Jun", language="ja")
    (welcome,) = await jun.opens()
    assert "Ti diamo il benvenuto" in welcome


# --- zone and table -------------------------------------------------------------------------------------


async def test_without_a_code_the_zone_is_asked_and_its_only_table_follows(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens()
    (zones,) = await anna.taps("Ho letto")
    assert "Per quale Zona partecipi?" in zones
    assert "5 Pinerolese" in zones
    assert 11 == len(anna.screen().buttons)
    (registered,) = await anna.taps("Zona 5")
    assert "Partecipi al tavolo di Pinerolo, per la Zona 5" in registered


async def test_a_zone_with_several_tables_asks_for_the_table(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens()
    await anna.taps("Ho letto")
    (tables,) = await anna.taps("Zona 1")
    assert "A quale tavolo siedi?" in tables
    assert ["T1", "T2", "T3"] == [button.text[:2] for button in anna.screen().buttons]
    assert (None, None) == await anna.seat()
    await anna.taps("T2")
    assert ("T2", "1") == await anna.seat()


@pytest.mark.parametrize("zone", ["5", "zona 5", "Zona 5", " 5 ", "pinerolese"])
async def test_the_zone_can_be_typed(hall: Hall, zone: str) -> None:
    anna = hall.somebody()
    await anna.opens()
    await anna.taps("Ho letto")
    (registered,) = await anna.says(zone)
    assert "Partecipi al tavolo di Pinerolo" in registered


@pytest.mark.parametrize("table", ["T2", "t2", "tavolo T2", "2"])
async def test_the_table_can_be_typed(hall: Hall, table: str) -> None:
    anna = hall.somebody()
    await anna.opens()
    await anna.taps("Ho letto")
    await anna.says("1")
    await anna.says(table)
    assert ("T2", "1") == await anna.seat()


async def test_what_is_no_zone_is_asked_again(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens()
    await anna.taps("Ho letto")
    for typed in ("12", "0", "Torino?", "<b>5</b> & co", "5" * 500):
        (asked,) = await anna.says(typed)
        assert f"«{typed[:12]}" in asked
        assert "Per quale Zona partecipi?" in asked
    assert (None, None) == await anna.seat()
    assert 0 == await hall.count("contributions")


async def test_what_is_no_table_is_asked_again(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens()
    await anna.taps("Ho letto")
    await anna.taps("Zona 1")
    (asked,) = await anna.says("T9")
    assert "«T9» non è un tavolo di questo elenco" in asked
    assert ["T1", "T2", "T3"] == [button.text[:2] for button in anna.screen().buttons]


async def test_a_table_of_two_zones_asks_for_the_zone(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens("T8")
    (asked,) = await anna.taps("Ho letto")
    assert "riunisce più Zone" in asked
    assert (None, None) == await anna.seat()
    (asked,) = await anna.says("3")
    assert "«3» non è una Zona di questo elenco" in asked
    (registered,) = await anna.says("8")
    assert "per la Zona 8" in registered
    assert ("T8", "8") == await anna.seat()

    bruno = hall.somebody("Bruno")
    await bruno.opens("T8")
    await bruno.taps("Ho letto")
    await bruno.taps("Zona 7")
    assert ("T8", "7") == await bruno.seat()


async def test_a_code_of_no_table_is_said_and_the_zone_asked(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens("T99")
    unknown, zones = await anna.taps("Ho letto")
    assert "«T99»" in unknown
    assert "Per quale Zona partecipi?" in zones
    await anna.taps("Zona 5")
    assert ("T6", "5") == await anna.seat()


async def test_a_code_that_no_button_can_carry_is_no_table_either(hall: Hall) -> None:
    anna = hall.somebody()
    (welcome,) = await anna.says("/start " + "x" * 300)
    assert "Ti diamo il benvenuto" in welcome
    (zones,) = await anna.taps("Ho letto")
    assert "Per quale Zona partecipi?" in zones


async def test_help_is_there_before_a_table_is_chosen(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens()
    await anna.taps("Ho letto")
    (shown,) = await anna.says("/aiuto")
    assert "/start" in shown
    (asked,) = await anna.says("/bollini")
    assert "Zona" in asked
    (asked,) = await anna.says("/domande")
    assert "Zona" in asked


# --- /start again ---------------------------------------------------------------------------------------


async def test_start_again_in_the_middle_of_choosing_asks_again_and_loses_nothing(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens()
    await anna.taps("Ho letto")
    await anna.taps("Zona 1")
    (zones,) = await anna.opens()
    assert "Per quale Zona partecipi?" in zones
    await anna.taps("T3")
    assert ("T3", "1") == await anna.seat()


async def test_start_again_while_voting_brings_the_same_ballot(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("1.3 2.1 5.4")
    await anna.reads()
    said = "\n".join(await anna.opens())
    assert "Partecipi già al tavolo di Pinerolo" in said
    assert "Ti restano 3 bollini su 6" in said
    assert {"1.3": 1, "2.1": 1, "5.4": 1} == await anna.dots()
    await anna.opens("T6")
    assert {"1.3": 1, "2.1": 1, "5.4": 1} == await anna.dots()
    assert 1 == await hall.count("ballots")


async def test_start_again_in_session_2_keeps_the_contributions(hall: Hall) -> None:
    anna, lara = await at_session2(hall)
    await lara.says("/discuti 1.3")
    await anna.reads()
    await anna.says("Servono più treni")
    (again,) = await anna.opens()
    assert "Partecipi già al tavolo di Pinerolo" in again
    assert [("Servono più treni", "1.3", "1")] == await anna.contributions()


async def test_start_with_an_unknown_code_leaves_who_sits_where_they_sit(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    unknown, again = await anna.opens("T99")
    assert "«T99»" in unknown
    assert "Partecipi già al tavolo di Pinerolo" in again
    assert ("T6", "5") == await anna.seat()


# --- another table --------------------------------------------------------------------------------------


async def test_to_another_table_with_the_ballot(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("1.3 2.1")
    await anna.reads()
    (zones,) = await anna.says("/cambia")
    assert "Per quale Zona partecipi?" in zones
    assert ("T6", "5") == await anna.seat()
    said = "\n".join(await anna.taps("Zona 4"))
    assert "Ora partecipi al tavolo di" in said
    assert "I 2 bollini che hai già messo restano sulla tua scheda" in said
    assert ("T5", "4") == await anna.seat()
    # The ballot came along, open, and is counted where they sit now.
    await anna.taps("1.1", anna.ballot())
    assert {"1.1": 1, "1.3": 1, "2.1": 1} == await anna.dots()
    rows = await hall.rows("SELECT table_code, zone FROM ballots")
    assert [("T5", "4")] == [(row["table_code"], row["zone"]) for row in rows]


async def test_changing_by_typing(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await anna.says("/cambia")
    await anna.says("1")
    await anna.says("T3")
    assert ("T3", "1") == await anna.seat()


async def test_scanning_another_tables_code_changes_table(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    (changed,) = await anna.opens("T5")
    assert "Ora partecipi" in changed
    assert ("T5", "4") == await anna.seat()


async def test_asked_for_another_table_one_may_go_on_as_before(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("/cambia")
    await anna.says("1.3")
    assert {"1.3": 1} == await anna.dots()
    assert ("T6", "5") == await anna.seat()


async def test_a_number_typed_long_after_cambia_moves_nobody(hall: Hall) -> None:
    """In Session 2 a lone digit is a question, also for who asked to change table in the morning."""
    anna = await hall.somebody().registers("T6")
    await anna.says("/cambia")
    _, lara = await at_session2(hall)
    await lara.says("/discuti 1.3")
    await anna.reads()
    (asked,) = await anna.says("2")
    assert "Domanda 2." in asked
    assert ("T6", "5") == await anna.seat()


async def test_a_cast_ballot_stays_where_it_was_cast(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    await lara.says("/chiudi")
    await lara.says("conferma")
    await anna.says("/cambia")
    (refused,) = await anna.taps("Zona 4")
    assert "Resti al tavolo di Pinerolo" in refused
    assert ("T6", "5") == await anna.seat()
    assert {"1.3": 1} == await anna.dots()


async def test_with_dots_one_cannot_come_to_a_table_that_has_closed(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    lara = await hall.facilitator("T5")
    await hall.at("10:10")
    await anna.says("1.3")
    await lara.says("/chiudi")
    await lara.says("conferma")
    await anna.says("/cambia")
    (refused,) = await anna.taps("Zona 4")
    assert "Resti al tavolo di Pinerolo" in refused
    assert "la votazione è già chiusa" in refused
    assert ("T6", "5") == await anna.seat()


async def test_without_dots_one_may_change_table_after_closing(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:26")
    await anna.reads()
    await anna.says("/cambia")
    await anna.taps("Zona 4")
    assert ("T5", "4") == await anna.seat()


async def test_an_old_notice_pressed_again_moves_nobody_back(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens("T6")
    welcome = anna.screen()
    await anna.taps("Ho letto", welcome)
    await anna.says("/cambia")
    await anna.taps("Zona 4")
    (again,) = await anna.taps("Ho letto", welcome)
    assert "Partecipi già" in again
    assert ("T5", "4") == await anna.seat()


@pytest.mark.parametrize("data", ["z:77", "z:", "t:T99:5", "t:T6:1", "t::", "ack:T99"])
async def test_a_forged_place_seats_nobody(hall: Hall, data: str) -> None:
    anna = hall.somebody()
    await anna.opens()
    await anna.taps("Ho letto")
    assert await anna.sends_press(anna.screen().id, data)
    assert (None, None) == await anna.seat()


# --- late -----------------------------------------------------------------------------------------------


async def at_session2(hall: Hall) -> tuple[Somebody, Somebody]:
    """A participant and the facilitator of T6, where 1.3 and 5.4 are discussed."""
    bruno = await hall.somebody("Bruno").registers("T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:10")
    await bruno.says("1.3 5.4")
    await hall.at("10:30")
    await bruno.reads()
    await lara.reads()
    return bruno, lara


async def test_late_while_voting_one_gets_the_ballot_at_once(hall: Hall) -> None:
    await hall.at("10:20")
    anna = hall.somebody()
    await anna.opens("T6")
    registered, ballot = await anna.taps("Ho letto")
    assert "La Sessione 1 è aperta" in registered
    assert "Quali tra queste strategie sono prioritarie" in ballot
    await anna.taps("1.3")
    assert {"1.3": 1} == await anna.dots()


async def test_late_after_closing_one_is_told_so_and_has_no_ballot(hall: Hall) -> None:
    await hall.at("10:26")
    anna = hall.somebody()
    await anna.opens("T6")
    (registered,) = await anna.taps("Ho letto")
    assert "la votazione con i bollini si è già chiusa" in registered
    assert "Sessione 2" in registered
    for typed in ("/bollini", "1.3", "rivedi", "fine"):
        (closed,) = await anna.says(typed)
        assert "la votazione è chiusa" in closed, typed
    assert {} == await anna.dots()


async def test_late_in_session_2_one_gets_the_question_that_is_on(hall: Hall) -> None:
    _, lara = await at_session2(hall)
    await lara.says("/discuti 5.4")
    anna = hall.somebody()
    await anna.opens("T6")
    registered, priorities, question = await anna.taps("Ho letto")
    assert "la votazione con i bollini è chiusa" in registered
    assert "1.3 Riconoscere" in priorities
    assert "Strategia 5.4." in question
    assert "Domanda 1." in question
    await anna.says("Una rete di comuni")
    assert [("Una rete di comuni", "5.4", "1")] == await anna.contributions()


async def test_late_in_session_2_with_nothing_on_what_one_types_is_kept(hall: Hall) -> None:
    await at_session2(hall)
    anna = await hall.somebody().registers("T6")
    await anna.says("Una rete di comuni")
    assert [("Una rete di comuni", None, None)] == await anna.contributions()


async def test_late_at_the_closing_one_is_told_where_things_are(hall: Hall) -> None:
    await hall.at("12:15")
    anna = hall.somebody()
    await anna.opens("T6")
    (registered,) = await anna.taps("Ho letto")
    assert "I lavori di questo tavolo sono conclusi" in registered
    (not_kept,) = await anna.says("Arrivo adesso")
    assert "non è stato registrato" in not_kept
    assert [] == await anna.contributions()


async def test_in_the_aftermath_one_is_sent_to_the_online_form(hall: Hall) -> None:
    await hall.at("13:30")
    anna = hall.somebody()
    await anna.opens("T6")
    (registered,) = await anna.taps("Ho letto")
    assert hall.event.contacts.form_url in registered
    assert Phase.AFTERMATH == await hall.phase("T6")


# --- away and back --------------------------------------------------------------------------------------


async def test_who_blocks_the_bot_is_left_alone_and_misses_nothing_when_back(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    anna.phone.block()
    await hall.at("10:30")
    calls = len(hall.telegram.calls)
    assert 0 == hall.telegram.errors[403]
    anna.phone.unblock()
    said = "\n".join(await anna.reads())
    assert "Comincia la Sessione 2" in said
    assert len(hall.telegram.calls) > calls


async def test_who_comes_back_by_start_gets_the_ballot_of_now(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    anna.phone.block()
    await hall.at("10:10")
    assert [] == [m for m in anna.phone.messages if "Sessione 1. Quali" in m.shown]
    said = "\n".join(await anna.opens())
    assert "Partecipi già al tavolo di Pinerolo" in said
    assert "Quali tra queste strategie" in said


async def test_a_block_that_nobody_told_of_is_noticed(hall: Hall) -> None:
    """The update about a block can be lost; the 403 of the next message says it as well."""
    anna = await hall.somebody().registers("T6")
    anna.phone.blocked = True
    await hall.at("10:10")
    assert 1 == hall.telegram.errors[403]
    assert 1 == await hall.count("people", "unreachable_since IS NOT NULL")
    anna.phone.blocked = False
    said = "\n".join(await anna.says("/programma"))
    assert "Programma" in said
    assert "Quali tra queste strategie" in said


async def test_the_notice_can_be_acknowledged_by_typing_with_the_table_it_came_from(hall: Hall) -> None:
    anna = hall.somebody()
    (welcome,) = await anna.opens("T6")
    assert "scrivi ho letto T6." in welcome
    (registered,) = await anna.says("Ho letto T6")
    assert "tavolo di Pinerolo" in registered


async def test_a_sentence_that_begins_like_the_acknowledgement_is_none(hall: Hall) -> None:
    anna = hall.somebody()
    await anna.opens("T6")
    (again,) = await anna.says("ho letto che piove molto")
    assert "Ti diamo il benvenuto" in again
    assert [] == list(await hall.database.fetch("SELECT id FROM people"))
