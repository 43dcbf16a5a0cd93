"""Whoever facilitates: the one-time link, the dashboard, priorities, the strategy that is on, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from participation.notices import Role
from rehearsal.telegram import Fault

if TYPE_CHECKING:
    from tests.support.hall import Hall, Somebody

COMMANDS = (
    "/tavolo",
    "/apri",
    "/chiudi",
    "/prolunga 5",
    "/sollecita",
    "/avviso Una frase",
    "/priorita",
    "/discuti 1.3",
    "/nota Una nota",
    "/stato",
    "/scarti",
    "/scarti rimanda",
    "/fase T6 dopo",
    "/agenda +5",
    "/riapri T6 sessione1",
    "/grafici",
)


# --- the one-time link ----------------------------------------------------------------------------------


async def test_a_one_time_link_gives_the_role_after_the_notice(hall: Hall) -> None:
    lara = hall.somebody("Lara")
    payload = await hall.invites(Role.FACILITATOR, "T6")
    (welcome,) = await lara.opens(payload)
    assert "Informativa" in welcome
    assert 0 == await hall.count("roles")
    (granted,) = await lara.taps("Ho letto")
    assert "Ora faciliti il tavolo di Pinerolo" in granted
    for command in ("/tavolo", "/apri", "/chiudi", "/priorita", "/discuti", "/nota"):
        assert command in granted
    await lara.says("/tavolo")
    assert "T6 Pinerolo" in lara.screen("T6 Pinerolo").shown


async def test_the_same_person_opens_the_link_twice(hall: Hall) -> None:
    lara = hall.somebody("Lara")
    payload = await hall.invites(Role.FACILITATOR, "T6")
    await lara.opens(payload)
    await lara.taps("Ho letto")
    (again,) = await lara.opens(payload)
    assert "Ora faciliti il tavolo di Pinerolo" in again
    assert 1 == await hall.count("roles")


async def test_another_person_cannot_use_it_again(hall: Hall) -> None:
    payload = await hall.invites(Role.FACILITATOR, "T6")
    lara = hall.somebody("Lara")
    await lara.opens(payload)
    await lara.taps("Ho letto")
    eve = hall.somebody("Eve")
    await eve.opens(payload)
    (refused,) = await eve.taps("Ho letto")
    assert "è già stato usato: vale una volta sola" in refused
    assert 1 == await hall.count("roles")


async def test_two_people_open_the_link_at_once_and_one_gets_it(hall: Hall) -> None:
    payload = await hall.invites(Role.FACILITATOR, "T6")
    people = [await hall.somebody(name).registers("T6") for name in ("Lara", "Eve", "Ugo")]
    for each in people:
        each.phone.start(payload)
    answers = [(await each.reads())[-1] for each in people]
    assert 1 == sum("Ora faciliti" in answer for answer in answers)
    assert 1 == await hall.count("roles")


async def test_an_expired_link(hall: Hall) -> None:
    payload = await hall.invites(Role.REGIA, None, until=hall.clock.now().replace(hour=9, minute=30))
    await hall.at("9:31")
    eve = hall.somebody("Eve")
    await eve.opens(payload)
    (refused,) = await eve.taps("Ho letto")
    assert "è scaduto" in refused
    assert 0 == await hall.count("roles")


async def test_a_link_that_was_never_made(hall: Hall) -> None:
    eve = await hall.somebody("Eve").registers("T6")
    (refused,) = await eve.opens("i-0000000000000000000000")
    assert "non è valido" in refused
    assert 0 == await hall.count("roles")


async def test_the_link_is_kept_as_a_hash_alone(hall: Hall) -> None:
    payload = await hall.invites(Role.FACILITATOR, "T6", "0123456789abcdefghijkl")
    rows = await hall.rows("SELECT * FROM invites")
    assert payload not in str([tuple(row[key] for key in range(5)) for row in rows])


async def test_a_menu_that_cannot_be_set_is_no_error_of_the_persons(hall: Hall) -> None:
    payload = await hall.invites(Role.FACILITATOR, "T6")
    lara = await hall.somebody("Lara").registers("T6")
    hall.breaks("setMyCommands", Fault(status=500))
    said = await lara.opens(payload)
    assert 1 == len(said)
    assert "Ora faciliti il tavolo di Pinerolo" in said[0]


async def test_somebody_may_facilitate_and_take_part(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.opens("T6")
    await hall.at("10:10")
    await lara.says("1.3")
    assert {"1.3": 1} == await lara.dots()


# --- without the role -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("registered", [True, False])
async def test_without_the_role_one_polite_line(hall: Hall, command: str, registered: bool) -> None:
    anna = hall.somebody()
    if registered:
        await anna.registers("T6")
    (said,) = await anna.says(command)
    assert f"Il comando {command.partition(' ')[0]} è riservato" in said
    assert "registration" == await hall.phase("T6")
    assert 0 == await hall.count("contributions")
    assert int(registered) == await hall.count("people")


@pytest.mark.parametrize(
    "data",
    [
        "m:T6:session1",
        "k:T6:1.3:0",
        "c:T6:1.3:1",
        "ok:T6",
        "on:T6:1.3",
        "nu:T6",
        "sb:T6",
        "pl:T6:session1:28361234",
    ],
)
async def test_a_facilitators_button_in_other_hands(hall: Hall, data: str) -> None:
    anna = await hall.somebody().registers("T6")
    other = await hall.facilitator("T5", "Ugo")
    for who in (anna, other):
        (said,) = await who.sends_press(who.screen().id if who is anna else 1, data)
        assert who.toast is not None
        assert "riservat" in said
        assert "Il comando / " not in said
    assert "registration" == await hall.phase("T6")


async def test_a_facilitator_commands_no_other_table(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    for command in ("/apri T5", "/chiudi T5", "/tavolo T5"):
        (said,) = await lara.says(command)
        assert "T5" in said or "riservato" in said
    assert "registration" == await hall.phase("T5")
    assert "registration" == await hall.phase("T6")


async def test_a_facilitator_is_no_regia_and_the_regia_no_facilitator(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    vittoria = await hall.regia()
    assert "riservato alla regia" in (await lara.says("/stato"))[0]
    assert "riservato a chi facilita" in (await vittoria.says("/tavolo"))[0]


async def test_who_facilitates_two_tables_names_the_second(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.opens(await hall.invites(Role.FACILITATOR, "T5", "altro"))
    await lara.says("/apri T6")
    assert "session1" == await hall.phase("T6")
    assert "registration" == await hall.phase("T5")
    await lara.says("/apri t5")
    assert "session1" == await hall.phase("T5")
    await lara.says("/nota T6 Servono più treni")
    rows = await hall.rows("SELECT table_code, text FROM contributions")
    assert [("T6", "Servono più treni")] == [(row["table_code"], row["text"]) for row in rows]


# --- the dashboard, opening and closing -----------------------------------------------------------------


async def test_the_dashboard_is_edited_in_place_as_the_agenda_moves_the_table(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody().registers("T6")
    (board,) = await lara.says("/tavolo")
    assert "Tavolo T6 Pinerolo" in board
    assert "Persone registrate: 1" in board
    assert "Prossimo passo: Apri la Sessione 1, in programma alle 10:10" in board
    dashboard = lara.screen("Tavolo T6")
    await hall.at("10:10")
    await anna.says("1.3")
    await hall.at("10:25")
    await lara.reads()
    redrawn = lara.phone.message(dashboard.id)
    assert redrawn is not None
    assert "Fase: Scelta delle priorità" in redrawn.shown
    # Nobody at the table sees totals before the table has its priorities.
    assert "1.3" not in redrawn.shown


async def test_the_dashboard_counts_and_names_nobody(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    people = await hall.people(3, "T6")
    await hall.at("10:10")
    await people[0].says("1.3")
    await people[0].says("fine")
    await people[1].says("5.4")
    await lara.says("/tavolo")
    shown = lara.screen("Tavolo T6").shown
    assert "Persone registrate: 3" in shown
    assert "Hanno messo almeno un bollino: 2" in shown
    assert "Hanno finito: 1" in shown
    assert "Ancora senza bollini: 1" in shown
    assert "Persona" not in shown.replace("Persone", "")
    assert "1.3" not in shown
    assert "5.4" not in shown


async def test_the_dashboards_numbers_follow_what_people_do(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await lara.says("/tavolo")
    for typed, shown in (
        ("1.3", "Hanno messo almeno un bollino: 1"),
        ("fine", "Hanno finito: 1"),
        ("Mancano i treni", "Contributi e note: 1"),
        ("-1.3", "Hanno messo almeno un bollino: 0"),
    ):
        assert shown not in lara.screen("Tavolo T6").shown
        await anna.says(typed)
        assert shown in lara.screen("Tavolo T6").shown
    await hall.somebody().registers("T6")
    assert "Persone registrate: 2" in lara.screen("Tavolo T6").shown
    assert [] == await lara.reads()


async def test_opening_early_sends_the_ballot_to_the_table_alone(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody("Anna").registers("T6")
    bruno = await hall.somebody("Bruno").registers("T5")
    (moved,) = await lara.says("/apri")
    assert "Tavolo T6 Pinerolo: ora è in corso la fase Sessione 1" in moved
    assert "L'ha avviata chi facilita, alle 09:15" in moved
    (ballot,) = await anna.reads()
    assert "Quali tra queste strategie" in ballot
    assert [] == await bruno.reads()
    # The agenda finds it open already and sends nothing twice.
    await hall.at("10:10")
    assert [] == await anna.reads()
    assert 1 == len(await bruno.reads())


async def test_a_step_taken_twice_says_who_took_it(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.says("/apri")
    (again,) = await lara.says("/apri")
    assert "la fase Sessione 1 era già in corso" in again
    assert "L'ha avviata chi facilita, alle 09:15" in again
    assert "Non è cambiato nulla" in again


async def test_closing_a_table_that_has_not_opened_is_refused(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (refused,) = await lara.says("/chiudi")
    assert "da qui non si passa alla fase" in refused
    assert "registration" == await hall.phase("T6")


async def test_the_whole_way_of_a_table_by_commands(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    for command, phase in (
        ("/apri", "session1"),
        ("/chiudi", "session1"),
        ("conferma", "priorities"),
        ("/apri", "session2"),
        ("/chiudi", "session2"),
        ("conferma", "closing"),
    ):
        await lara.says(command)
        assert phase == await hall.phase("T6")
    for command in ("/apri", "/chiudi"):
        await lara.says(command)
    assert "closing" == await hall.phase("T6")
    assert "registration" == await hall.phase("T5")


async def test_the_whole_way_of_a_table_by_the_dashboards_button(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.says("/tavolo")
    for label, phase in (
        ("Apri la Sessione 1", "session1"),
        ("Chiudi la votazione", "priorities"),
        ("Apri la Sessione 2", "session2"),
        ("Chiudi il tavolo", "closing"),
    ):
        await lara.taps(label, lara.screen("Tavolo T6 Pinerolo\n"))
        if label.startswith("Chiudi"):
            assert phase != await hall.phase("T6")
            await lara.taps("Chiudi ora")
        assert phase == await hall.phase("T6")


async def test_an_old_dashboards_button_does_not_take_the_table_back(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.says("/tavolo")
    old = lara.screen("Tavolo T6")
    await hall.at("10:30")
    await lara.reads()
    (said,) = await lara.taps("Apri la Sessione 1", old)
    assert "Non è cambiato nulla" in said
    assert "session2" == await hall.phase("T6")


# --- priorities -----------------------------------------------------------------------------------------


async def closed(hall: Hall, *ballots: str) -> tuple[Somebody, list[Somebody]]:
    """The facilitator of T6 and its voters, with these ballots, just closed."""
    lara = await hall.facilitator("T6")
    people = await hall.people(len(ballots), "T6")
    await hall.at("10:10")
    for who, ballot in zip(people, ballots, strict=True):
        await who.says(ballot)
    await hall.at("10:25")
    await lara.reads()
    for who in people:
        await who.reads()
    return lara, people


async def test_closing_proposes_the_most_voted_to_the_facilitator_alone(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("1.3 5.4")
    await hall.at("10:25")
    _, proposed = await lara.reads()
    assert "votazione chiusa" in proposed
    assert "Ha votato 1 persona" in proposed
    assert "1.3 Riconoscere" in proposed
    assert "5.4" in proposed
    # The table's proposal is the facilitator's to show.
    assert [] == await anna.reads()


async def test_confirming_tells_the_table_and_the_regia(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara, people = await closed(hall, "1.3 5.4", "1.3", "1.3 5.4 2.1")
    other = await hall.somebody("Bruno").registers("T5")
    await lara.says("/priorita")
    board = lara.screen("priorità da confermare")
    assert board.shown.index("1.3") < board.shown.index("5.4") < board.shown.index("2.1")
    await lara.taps("Conferma le priorità", board)
    for who in people:
        (told,) = await who.reads()
        assert "Il tavolo di Pinerolo ha scelto 3 priorità" in told
        assert "Hanno votato 3 persone" in told
    (told,) = await vittoria.reads()
    assert "Il tavolo di Pinerolo ha scelto 3 priorità" in told
    assert [] == await other.reads()
    redrawn = lara.phone.message(board.id)
    assert redrawn is not None
    assert "priorità decise" in redrawn.shown
    assert () == tuple(redrawn.buttons)


async def test_dropping_and_taking_back_by_buttons(hall: Hall) -> None:
    lara, _ = await closed(hall, "1.3 5.4 2.1")
    await lara.says("/priorita")
    board = lara.screen("priorità da confermare")
    (asked,) = await lara.taps("5.4", board)
    assert "Perché il tavolo esclude 5.4, " in asked
    redrawn = lara.phone.message(board.id)
    assert redrawn is not None
    assert not any(button.text.startswith("✓ 5.4") for button in redrawn.buttons)
    assert any(button.text.startswith("✓ 1.3") for button in redrawn.buttons)
    await lara.taps("5.4", redrawn)
    await lara.taps("2.1", lara.phone.message(board.id))
    await lara.taps("Conferma", lara.phone.message(board.id))
    assert ["1.3", "5.4"] == await priorities(hall)


async def test_dropping_and_confirming_by_typing(hall: Hall) -> None:
    lara, people = await closed(hall, "1.3 5.4 2.1")
    await lara.says("/priorita -2.1 -5.4")
    await lara.says("/priorita 5.4")
    assert "esclusa" in lara.screen("priorità da confermare").shown
    await lara.says("/priorita conferma")
    assert ["1.3", "5.4"] == await priorities(hall)
    (told,) = await people[0].reads()
    assert "ha scelto 2 priorità" in told


@pytest.mark.parametrize("word", ["conferma", "Confermo", "OK"])
async def test_confirming_by_any_of_its_words(hall: Hall, word: str) -> None:
    lara, people = await closed(hall, "1.3")
    await lara.says(f"/priorita {word}")
    (told,) = await people[0].reads()
    assert "ha scelto 1 priorità" in told


async def test_confirming_twice_tells_once(hall: Hall) -> None:
    lara, people = await closed(hall, "1.3 5.4")
    await lara.says("/priorita")
    board = lara.screen("priorità da confermare")
    confirm = next(b.callback_data for b in board.buttons if "Conferma" in b.text) or ""
    lara.phone.tap(board.id, confirm)
    said = await lara.sends_press(board.id, confirm)
    assert 1 == sum("sono già decise" in each for each in said)
    assert 1 == sum("ha scelto 2 priorità" in each for each in said)
    assert 1 == len(await people[0].reads())


async def test_what_was_decided_is_changed_no_more(hall: Hall) -> None:
    lara, _ = await closed(hall, "1.3 5.4")
    await lara.says("/priorita conferma")
    (said,) = await lara.says("/priorita -5.4")
    assert "sono già decise" in said
    assert ["1.3", "5.4"] == await priorities(hall)


async def test_none_kept_cannot_be_confirmed(hall: Hall) -> None:
    lara, people = await closed(hall, "1.3 5.4")
    await lara.says("/priorita -1.3 -5.4")
    (said,) = await lara.says("/priorita conferma")
    assert "non è rimasta nessuna strategia da confermare" in said
    assert [] == await people[0].reads()


async def test_before_closing_there_are_no_priorities(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await hall.at("10:12")
    for typed in ("/priorita", "/priorita conferma", "/priorita -1.3"):
        (said,) = await lara.says(typed)
        assert "la votazione è ancora aperta" in said, typed
    for data in ("ok:T6", "k:T6:1.3:0", "c:T6:1.3:1"):
        (said,) = await lara.sends_press(1, data)
        assert "la votazione è ancora aperta" in said, data


async def test_a_strategy_that_nobody_voted_is_never_a_priority(hall: Hall) -> None:
    lara, _ = await closed(hall, "1.3")
    (said,) = await lara.says("/priorita 6.1")
    assert "non è tra le proposte" in said
    (said,) = await lara.sends_press(1, "c:T6:6.1:1")
    assert "non è tra le proposte" in said
    assert ["1.3"] == await priorities(hall)


async def test_what_is_no_code_after_priorita_is_said(hall: Hall) -> None:
    """A command that cannot be read is not taken for "show me"."""
    lara, _ = await closed(hall, "1.3")
    before = len(lara.phone.messages)
    await lara.says("/priorita togli la prima")
    assert len(lara.phone.messages) > before


TIED = ("1.1 1.2 1.3 1.4", "1.1 1.2 1.3 1.4", "2.1 2.2 2.3", "2.4")
"""Four undisputed (1.1 to 1.4), four tied for two places (2.1 to 2.4)."""


async def test_a_tie_is_shown_as_one_and_the_table_chooses(hall: Hall) -> None:
    lara, people = await closed(hall, *TIED)
    assert "Posti 5-6 contesi da 4 strategie in parità:" in lara.everything
    await lara.says("/priorita")
    board = lara.screen("priorità da confermare")
    assert "Restano 2 posti da assegnare" in board.shown
    await lara.taps("2.3", board)
    await lara.taps("2.4", lara.phone.message(board.id))
    full = lara.phone.message(board.id)
    assert full is not None
    assert "I posti contesi sono assegnati" in full.shown
    # A third one is not offered, and not taken when forged or typed.
    assert not any("2.1" in button.text for button in full.buttons)
    (said,) = await lara.sends_press(board.id, "c:T6:2.1:1")
    assert "i posti contesi sono già tutti assegnati" in said
    (said,) = await lara.says("/priorita 2.2")
    assert "i posti contesi sono già tutti assegnati" in said
    await lara.taps("Conferma", lara.screen("priorità da confermare"))
    assert ["1.1", "1.2", "1.3", "1.4", "2.3", "2.4"] == await priorities(hall)
    (told,) = await people[0].reads()
    assert "ha scelto 6 priorità" in told
    assert "parità" not in told


async def test_a_place_may_be_left_free(hall: Hall) -> None:
    lara, _ = await closed(hall, *TIED)
    await lara.says("/priorita 2.3")
    await lara.says("/priorita conferma")
    assert ["1.1", "1.2", "1.3", "1.4", "2.3"] == await priorities(hall)


async def test_the_undisputed_stand_when_session_2_begins_and_the_tie_stays_open(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara, people = await closed(hall, *TIED)
    await hall.at("10:30")
    for who in (*people, lara, vittoria):
        told = next(each for each in await who.reads() if "tavolo di Pinerolo" in each)
        assert "valgono come priorità le 4 strategie più votate" in told
        assert "Posti 5-6 contesi da 4 strategie in parità" in told
    await lara.says("/priorita 2.3 2.4")
    await lara.says("/priorita conferma")
    for who in (*people, vittoria):
        (told,) = await who.reads()
        assert "ha scelto 6 priorità" in told


async def test_a_table_where_nobody_voted(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody().registers("T6")
    await hall.at("10:25")
    (proposed,) = (await lara.reads())[-1:]
    assert "Nessuna strategia ha ricevuto bollini" in proposed
    await lara.says("/priorita")
    assert "non c'è nulla da confermare" in lara.screen("priorità da confermare").shown
    await anna.reads()
    await hall.at("10:30")
    (told,) = await anna.reads()
    assert "non ha priorità" in told
    await lara.reads()
    (said,) = await lara.says("/discuti 1.3")
    assert "non ha priorità" in said


async def priorities(hall: Hall) -> list[str]:
    rows = await hall.rows(
        "SELECT strategy FROM priorities WHERE table_code = 'T6' AND kept ORDER BY strategy"
    )
    return [row["strategy"] for row in rows]


# --- the strategy that is on, notes ---------------------------------------------------------------------


async def test_putting_on_by_the_dashboard(hall: Hall) -> None:
    lara, people = await closed(hall, "1.3 5.4")
    await hall.at("10:30")
    await people[0].reads()
    await lara.says("/tavolo")
    (told,) = await lara.taps("5.4", lara.screen("Tavolo T6 Pinerolo\n"))
    assert "ora in discussione" in told
    (question,) = await people[0].reads()
    assert "Strategia 5.4." in question
    shown = lara.screen("Tavolo T6 Pinerolo\n").shown
    assert "in discussione" in shown


async def test_putting_on_the_same_twice_asks_once(hall: Hall) -> None:
    lara, people = await closed(hall, "1.3 5.4")
    await hall.at("10:30")
    await people[0].reads()
    await lara.says("/discuti 5.4")
    await lara.says("/discuti 5,4")
    assert 1 == len(await people[0].reads())
    await lara.says("/discuti 1.3")
    await lara.says("/discuti 5.4")
    assert 2 == len(await people[0].reads())


@pytest.mark.parametrize("typed", ["/discuti 6.1", "/discuti", "/discuti la prima", "/discuti 5.4 1.3"])
async def test_what_cannot_be_put_on(hall: Hall, typed: str) -> None:
    lara, people = await closed(hall, "1.3 5.4")
    await hall.at("10:30")
    await people[0].reads()
    await lara.reads()
    (said,) = await lara.says(typed)
    assert "1.3" in said
    assert "5.4" in said
    assert [] == await people[0].reads()


@pytest.mark.parametrize(("time", "said"), [("10:12", "10:30"), ("10:26", "10:30"), ("12:12", "conclusa")])
async def test_a_strategy_is_put_on_in_session_2_alone(hall: Hall, time: str, said: str) -> None:
    lara = await hall.facilitator("T6")
    await hall.at(time)
    await lara.reads()
    (refused,) = await lara.says("/discuti 1.3")
    assert said in refused


async def test_notes_of_the_table_in_both_sessions(hall: Hall) -> None:
    lara, _ = await closed(hall, "1.3 5.4")
    (first,) = await lara.says("/nota Al tavolo si parla di treni\ne di autobus")
    assert "Nota ricevuta per il tavolo T6 Pinerolo, Sessione 1" in first
    await hall.at("10:30")
    await lara.says("/discuti 5.4")
    await lara.reads()
    (second,) = await lara.says("/nota   Una rete di comuni ")
    assert "Sessione 2" in second
    assert "Strategia 5.4." in second
    rows = await hall.rows("SELECT source, session, strategy, text FROM contributions ORDER BY session")
    assert [
        ("table", 1, None, "Al tavolo si parla di treni\ne di autobus"),
        ("table", 2, "5.4", "Una rete di comuni"),
    ] == [(r["source"], r["session"], r["strategy"], r["text"]) for r in rows]


@pytest.mark.parametrize("typed", ["/nota", "/nota  ", "/nota\n"])
async def test_an_empty_note_says_how_to_write_one(hall: Hall, typed: str) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.says(typed)
    assert "La nota è vuota" in said
    assert 0 == await hall.count("contributions")


@pytest.mark.parametrize(
    "typed", ["/nota\nSotto la riga", "/nota\tCon un tabulatore", "/nota T6\nDel tavolo"]
)
async def test_a_note_after_any_white_space(hall: Hall, typed: str) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.says(typed)
    assert "Nota ricevuta" in said
    rows = await hall.rows("SELECT text FROM contributions")
    assert typed.removeprefix("/nota").strip().removeprefix("T6").strip() == rows[0]["text"]


async def test_an_edited_note_is_corrected_without_its_command(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.says("/nota Più trebi")
    message = lara.typed
    (edited,) = await lara.edits(message, "/nota Più treni")
    assert "corrett" in edited
    rows = await hall.rows("SELECT text FROM contributions")
    assert ["Più treni"] == [row["text"] for row in rows]
    await lara.edits(message, "/nota T6 Più treni la sera")
    await lara.edits(message, "/nota")
    rows = await hall.rows("SELECT text FROM contributions")
    assert ["Più treni la sera"] == [row["text"] for row in rows]


async def test_a_note_is_not_in_the_facilitators_own_list(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.opens("T6")
    await lara.says("/nota Del tavolo")
    (own,) = await lara.says("/contributi")
    assert "Non ci sono tuoi contributi" in own


# --- everybody hears what the table hears ----------------------------------------------------------------


async def test_every_person_of_the_table_hears_the_same_and_nobody_else_does(hall: Hall) -> None:
    lara, people = await closed(hall, "1.3", "5.4", "1.3 5.4", "2.1")
    others = await hall.people(2, "T5")
    await lara.says("/priorita conferma")
    await hall.at("10:30")
    for who in others:
        await who.reads()
    await lara.says("/discuti 1.3")
    heard = [await who.reads() for who in people]
    assert heard == [heard[0]] * 4
    assert ["Il tavolo di Pinerolo ha scelto 3 priorità", "Ora al tavolo si discute"] == [
        said[: len(start)]
        for said, start in zip(
            heard[0], ("Il tavolo di Pinerolo ha scelto 3 priorità", "Ora al tavolo si discute"), strict=True
        )
    ]
    await lara.says("/chiudi")
    await lara.says("conferma")
    thanked = [await who.reads() for who in people]
    assert thanked == [thanked[0]] * 4
    assert "Grazie per aver partecipato" in thanked[0][0]
    for who in others:
        assert [] == await who.reads()


async def test_a_note_is_counted_on_the_dashboard_at_once(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.says("/tavolo")
    await lara.says("/nota Si parla di treni")
    assert "Contributi e note: 1" in lara.screen("Fase: ").shown


async def test_whichever_copy_of_the_board_is_pressed_is_the_one_that_changes(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("1.3 2.1")
    await hall.at("10:25")
    await lara.says("/priorita")
    first = lara.screen("priorità da confermare")
    await lara.says("/priorita")
    assert first.id != lara.screen("priorità da confermare").id
    await lara.taps("1.3", first)
    changed = lara.phone.message(first.id)
    assert changed is not None
    assert "✓" not in next(button.text for button in changed.buttons if "1.3" in button.text)
    await lara.says("/tavolo")
    dashboard = lara.screen("Fase: ")
    await lara.says("/tavolo")
    await lara.taps("Apri la Sessione 2", dashboard)
    changed = lara.phone.message(dashboard.id)
    assert changed is not None
    assert "Sessione 2" in changed.shown.splitlines()[1]
