"""What tables are told: joining, phases, priorities, the dashboard, for each who reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.callback_data import (
    ChooseTied,
    ConfirmPriorities,
    KeepPriority,
    MovePhase,
    Nudge,
    PickTable,
    PickZone,
    Prolong,
    PutOn,
    ShowGathering,
)
from handlers.render import Message, render
from handlers.render.message import stripped
from locales.translator import Translator, load_translators
from participation.event import Phase
from participation.notices import (
    AskTable,
    AskZone,
    AskZoneOfTable,
    BallotNotOpen,
    DotsRecorded,
    Mover,
    Notice,
    PhaseCommandUnclear,
    PhaseMoved,
    PrioritiesDecided,
    PrioritiesProposed,
    PriorityScreen,
    Registered,
    StrategyPutOn,
    TableScreen,
    TablesMoved,
)
from tests.handlers.render_samples import turin

AT = turin().moment(turin().agenda_item(Phase.SESSION1).time) + timedelta(minutes=4)


@pytest.fixture(scope="module")
def it() -> Translator:
    return load_translators(turin().zone_info).of("it")


def told(notice: Notice, words: Translator) -> Message:
    (message,) = render(notice, turin(), words)
    return message


def buttons(message: Message) -> dict[str, object]:
    return {button.text: button.press for row in message.keyboard for button in row}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("T1", "tavolo di Torino Città 1"),
        ("T2", "tavolo di Torino Città 2"),
        ("T3", "tavolo di Torino Città e Torino Sud"),
        ("T4", "tavolo di Torino Ovest"),
        ("T5", "tavolo di Torino Nord"),
        ("T6", "tavolo di Pinerolo"),
        ("T7", "tavolo di Condove"),
        ("T8", "tavolo di Ciriè"),
        ("T9", "tavolo di Strambino"),
        ("T10", "tavolo di Riva presso Chieri"),
    ],
)
def test_every_table_of_turin_is_named_as_one_would_say_it(code: str, said: str, it: Translator) -> None:
    zone = turin().table(code).zones[0]
    message = told(Registered(table=code, zone=zone, phase=Phase.REGISTRATION), it)
    assert f"Partecipi al {said}, per la Zona {zone}, " in stripped(message.text)
    assert "La Sessione 1 è in programma alle 10:10" in message.text


def test_one_person_facilitates_and_two_facilitate(it: Translator) -> None:
    one = told(Registered(table="T4", zone="2", phase=Phase.SESSION1), it)
    assert "2° piano (sala Cesedi piccola). Facilita Vittorio Indovina." in one.text
    two = told(Registered(table="T9", zone="9", phase=Phase.SESSION1), it)
    assert "Facilitano Rossana Misuraca e Michela Serpietri." in two.text


def test_who_comes_late_hears_plainly_that_voting_is_over(it: Translator) -> None:
    late = told(Registered(table="T6", zone="5", phase=Phase.PRIORITIES), it)
    assert "la votazione con i bollini si è già chiusa" in late.text
    assert "/cambia" not in late.text


def test_zones_and_tables_are_offered_by_name_and_by_press(it: Translator) -> None:
    zones = told(AskZone(), it)
    assert "<b>5</b> Pinerolese" in zones.text
    assert PickZone("5") == buttons(zones)["Zona 5"]
    tables = told(AskTable(zone="3"), it)
    assert PickTable("T3", "3") == buttons(tables)["T3 Torino Città e Torino Sud"]
    shared = told(AskZoneOfTable(table="T8"), it)
    assert PickTable("T8", "8") == buttons(shared)["Zona 8, Canavese occidentale"]


def test_several_typed_codes_are_answered_with_all_their_titles(it: Translator) -> None:
    said = DotsRecorded(placed=("1.3", "2.1"), taken=("5.4",), already=("6.1",), left=2, budget=6, at=AT)
    text = told(said, it).text
    assert "<b>2 bollini messi</b>, registrati alle 10:14:" in text
    assert "<b>Bollino tolto</b>, registrato alle 10:14:" in text
    assert "Era già così per:" in text
    for code in ("1.3", "2.1", "5.4", "6.1"):
        assert turin().strategy(code).title in text
    assert "Ti restano 2 bollini su 6." in text


def test_a_ballot_that_is_not_open_says_what_is_on_it_and_what_comes_next(it: Translator) -> None:
    before = told(BallotNotOpen(table="T6", phase=Phase.REGISTRATION), it)
    assert "è in programma alle 10:10" in before.text
    after = told(BallotNotOpen(table="T6", phase=Phase.SESSION2, dots=("3.2", "3.2")), it)
    assert "Sulla tua scheda ci sono 2 bollini:" in after.text
    assert "ferroviaria — <b>2 bollini</b>" in after.text
    assert "/domande" in after.text


@pytest.mark.parametrize("phase", list(Phase))
def test_who_facilitates_is_told_the_phase_who_moved_it_and_the_next_step(
    phase: Phase, it: Translator
) -> None:
    text = told(PhaseMoved(table="T5", phase=phase, mover=Mover.REGIA, at=AT), it).text
    assert text.startswith("<b>Tavolo T5 Torino Nord</b>: ora è in corso la fase <b>")
    assert "L'ha avviata la regia, alle 10:14." in text


def test_an_unclear_phase_command_is_answered_with_commands_to_copy(it: Translator) -> None:
    text = told(PhaseCommandUnclear(misread="T5 boh"), it).text
    assert "«T5 boh»" in text
    assert "\n/fase T1 sessione1\n/fase tutti sessione2" in text
    assert "registrazione, sessione1, priorita, sessione2, chiusura e dopo" in text
    assert "«" not in told(PhaseCommandUnclear(misread=""), it).text


def test_moved_tables_are_counted_and_named(it: Translator) -> None:
    text = told(TablesMoved(phase=Phase.SESSION2, moved=("T1", "T6"), already=(), refused=("T5",)), it).text
    assert "avviata per 2 tavoli: T1 Torino Città 1 e T6 Pinerolo." in text
    assert "<b>Non può passare</b> alla fase Sessione 2 il tavolo T5 Torino Nord." in text


def test_a_tie_is_said_with_its_places(it: Translator) -> None:
    said = PrioritiesProposed(table="T5", proposed=("3.2",), tied=("6.1", "4.1", "1.1"), places=2, voters=12)
    text = told(said, it).text
    assert "La strategia più votata:" in text
    assert "Posti 5-6 contesi da 3 strategie in parità:" in text
    assert "/priorita" in text


def test_everyone_gets_the_priorities_with_titles_voters_and_the_form(it: Translator) -> None:
    decided = PrioritiesDecided(
        table="T6", priorities=("3.2", "5.4"), pending=(), places=0, voters=21, confirmed=True
    )
    text = told(decided, it).text
    assert text.startswith("<b>Il tavolo di Pinerolo ha scelto 2 priorità</b> per la Sessione 2:")
    assert turin().strategy("5.4").title in text
    assert "Hanno votato 21 persone." in text
    assert turin().contacts.form_url in text


def test_priorities_that_stand_by_themselves_say_so_and_name_the_tie_left(it: Translator) -> None:
    standing = PrioritiesDecided(
        table="T6", priorities=("3.2",), pending=("6.1", "4.1"), places=1, voters=1, confirmed=False
    )
    text = told(standing, it).text
    assert "vale come priorità la strategia più votata:" in text
    assert "Posto 6 conteso da 2 strategie in parità:" in text
    assert "Il tavolo può ancora scegliere tra queste." in text
    assert "Ha votato 1 persona." in text


def test_a_table_where_nobody_voted_hears_that_it_has_no_priorities(it: Translator) -> None:
    none = PrioritiesDecided(table="T6", priorities=(), pending=(), places=6, voters=0, confirmed=False)
    text = told(none, it).text
    assert "<b>Il tavolo di Pinerolo non ha priorità</b>" in text
    assert "Non ha votato nessuno." in text


def test_the_board_says_in_words_what_its_buttons_change(it: Translator) -> None:
    board = PriorityScreen(
        table="T5",
        proposed=(("3.2", 8, True), ("5.4", 7, False)),
        tied=(("6.1", 3, True), ("4.1", 3, False)),
        places=1,
        voters=12,
        decided=False,
    )
    message = told(board, it)
    assert "8 bollini, <b>tenuta</b>" in message.text
    assert "7 bollini, <b>esclusa</b>" in message.text
    assert "3 bollini, <b>scelta</b>" in message.text
    assert "I posti contesi sono assegnati." in message.text
    assert "/priorita -3.2" in message.text
    assert {
        "✓ 3.2 Ferrovie": KeepPriority("T5", "3.2", kept=False),
        "5.4 Nuovo welfare locale": KeepPriority("T5", "5.4", kept=True),
        "✓ 6.1 Accesso equo alle cure": ChooseTied("T5", "6.1", chosen=False),
        "Conferma le priorità": ConfirmPriorities("T5"),
    } == buttons(message)


def test_a_decided_board_has_no_buttons(it: Translator) -> None:
    board = PriorityScreen(
        table="T5", proposed=(("3.2", 8, True),), tied=(), places=0, voters=12, decided=True
    )
    message = told(board, it)
    assert "priorità decise" in message.text
    assert () == message.keyboard


def test_the_dashboard_counts_who_has_not_voted_only_while_they_can(it: Translator) -> None:
    voting = TableScreen(
        table="T5",
        phase=Phase.SESSION1,
        since=AT,
        registered=18,
        voting=12,
        finished=9,
        contributions=3,
        next_phase=Phase.PRIORITIES,
        next_at=turin().phase_starts()[Phase.PRIORITIES],
        priorities=(),
        strategy_on=None,
        left=7,
        silent=5,
        unfinished=8,
        unreachable=1,
    )
    message = told(voting, it)
    assert "Ancora senza bollini: 5" in message.text
    assert "Non raggiungibili: 1" in message.text
    assert "Si chiude alle <b>10:25</b> (tra 7 minuti)." in message.text
    assert "Chiudi la votazione</b>. Per farlo adesso tocca il pulsante o scrivi /chiudi." in message.text
    ends = int(turin().phase_starts()[Phase.PRIORITIES].timestamp()) // 60
    assert {
        "Sollecita 8 persone": Nudge("T5"),
        "Prolunga di 2 minuti": Prolong("T5", Phase.SESSION1, str(ends + 2)),
        "Prolunga di 5 minuti": Prolong("T5", Phase.SESSION1, str(ends + 5)),
        "Chiudi la votazione": MovePhase("T5", Phase.PRIORITIES),
    } == buttons(message)
    later = voting.model_copy(
        update={
            "phase": Phase.SESSION2,
            "priorities": ("3.2", "5.4"),
            "strategy_on": "3.2",
            "next_phase": None,
            "next_at": None,
        }
    )
    assert "Ancora senza bollini" not in told(later, it).text
    assert "— <b>in discussione</b>" in told(later, it).text
    assert {
        "5.4 Nuovo welfare locale": PutOn("T5", "5.4"),
        "Contributi del tavolo": ShowGathering("T5", "all", "1"),
    } == buttons(told(later, it))


def test_a_strategy_put_on_says_how_many_are_asked(it: Translator) -> None:
    assert "a 1 persona." in told(StrategyPutOn(table="T5", strategy="3.2", people=1), it).text
    assert "a 12 persone." in told(StrategyPutOn(table="T5", strategy="3.2", people=12), it).text
    assert "nessun telefono" in told(StrategyPutOn(table="T5", strategy="3.2", people=0), it).text
