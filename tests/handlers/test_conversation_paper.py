"""Paper and assisted ballots as conversations: whoever facilitates, the regia, and who is helped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.hall import Hall, Somebody

SHEETS = "SELECT number, d.strategy FROM sheets s LEFT JOIN dots d ON d.ballot_id = s.ballot_id"


async def sheets(hall: Hall, table: str = "T6") -> dict[int, list[str]]:
    """The sheets that stand, from the database."""
    rows = await hall.rows(
        f"{SHEETS} WHERE s.table_code = $1 AND withdrawn_at IS NULL ORDER BY 1, 2",
        table,
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row["number"], []).extend([row["strategy"]] if row["strategy"] else [])
    return found


async def voting(hall: Hall) -> Somebody:
    """T6 votes; who facilitates it."""
    lara = await hall.facilitator("T6")
    await hall.at("10:10")
    await lara.reads()
    return lara


async def test_sheets_are_typed_read_back_with_titles_and_confirmed(hall: Hall) -> None:
    lara = await voting(hall)
    (back,) = await lara.says("/carta 12: 1.3 2.1 5.4\n13 2,1")
    assert "Non è ancora contato nulla" in back
    for code in ("1.3", "2.1", "5.4"):
        assert f"{code} {hall.event.strategy(code).title}" in back
    assert "Scheda 12, 3 bollini:" in back
    assert "Scheda 13, 1 bollino:" in back
    assert {} == await sheets(hall)
    (done,) = await lara.taps("Confermo")
    assert "Inserite 2 schede di carta." in done
    assert {12: ["1.3", "2.1", "5.4"], 13: ["2.1"]} == await sheets(hall)
    (again,) = await lara.taps("Confermo")
    assert "non è cambiato nulla" in again


async def test_what_is_wrong_is_said_line_by_line_with_what_to_do(hall: Hall) -> None:
    lara = await voting(hall)
    await lara.says("/carta 7: 1.1")
    await lara.says("conferma")
    (back,) = await lara.says(
        "/carta 12: 1.3\n13: 1.1 1.2 1.3 2.1 2.2 2.3 3.1\n14: l.3 9.9\n7: 2.1\n15: 1.1 1.1\n"
        "16 1.1\n16 1.2\n2.1"
    )
    assert "Scheda 12, 1 bollino:" in back
    for said in (
        "«13: 1.1 1.2 1.3 2.1 2.2 2.3 3.1»: i bollini sono 7, al massimo possono essere 6.",
        "non trovo queste strategie: l.3 e 9.9. Invece di l.3 forse è 1.3,",
        "la scheda 7 è già inserita a questo tavolo",
        "troppi bollini su 1.1",
        "la scheda 16 c'è due volte in questo messaggio",
        "«2.1»: manca il numero della scheda",
    ):
        assert said in back
    await lara.says("conferma")
    assert {7: ["1.1"], 12: ["1.3"]} == await sheets(hall)


async def test_correggo_says_how_and_the_lines_stay(hall: Hall) -> None:
    lara = await voting(hall)
    await lara.says("/carta 12: 1.3\n13: 2.1")
    (how,) = await lara.taps("Correggo")
    assert "Prende il posto di quella di prima e le altre restano" in how
    (back,) = await lara.says("12: 5.4")
    assert "Scheda 12" in back
    assert "Scheda 13" in back
    await lara.says("Confermo")
    assert {12: ["5.4"], 13: ["2.1"]} == await sheets(hall)


async def test_one_sheet_with_buttons_and_a_restart_in_between(hall: Hall) -> None:
    lara = await voting(hall)
    await lara.says("/carta")
    assert "Scrivi una scheda per riga" in lara.everything
    await lara.taps("Scheda 1 con i pulsanti")
    await lara.taps("1.3 ")
    await hall.stops()
    hall.starts()
    await hall.quiet()
    await lara.taps("Asse 2", lara.screen("Tavolo T6 Pinerolo. Scheda 1"))
    await lara.taps("2.1 ", lara.screen("Tavolo T6 Pinerolo. Scheda 1"))
    assert "Segnati: 1.3 e 2.1." in lara.screen("Tavolo T6 Pinerolo. Scheda 1").shown
    (back,) = await lara.taps("Rileggi")
    assert "Scheda 1, 2 bollini:" in back
    assert {} == await sheets(hall)
    await lara.taps("Confermo")
    assert {1: ["1.3", "2.1"]} == await sheets(hall)
    # The keyboard is no keyboard any more.
    assert () == tuple(lara.screen("Scheda 1: qui è tutto fatto").buttons)


async def test_the_list_corrects_and_withdraws_by_buttons_and_typed(hall: Hall) -> None:
    lara = await voting(hall)
    await lara.says("/carta 12: 1.3 2.1\n13: 5.4\n14: bianca")
    await lara.says("conferma")
    (listed,) = await lara.says("/schede")
    assert "Scheda 12: 1.3 e 2.1. Inserita da: chi facilita." in listed
    assert "Scheda 14: nessun bollino." in listed
    (shown,) = await lara.taps("Scheda 13")
    assert hall.event.strategy("5.4").title in shown
    assert re.search(r"10:1\d, inserita \(chi facilita\): 5\.4\.", shown)
    (asked,) = await lara.taps("Ritira")
    assert "Scheda 13, da ritirare." in asked
    await lara.taps("Confermo")
    (back,) = await lara.says("/schede 12: 1.3 5.4 (letto male)")
    assert "Prima: 1.3 e 2.1. Ora 2 bollini:" in back
    assert "Motivo: letto male." in back
    await lara.taps("Confermo")
    assert {12: ["1.3", "5.4"], 14: []} == await sheets(hall)
    (shown,) = await lara.says("/schede 12")
    assert "corretta (chi facilita): 1.3 e 5.4. Motivo: letto male." in shown
    (refused,) = await lara.says("/schede ritira 13")
    assert "la scheda 13 non è tra quelle inserite" in refused


async def test_closing_asks_for_the_sheets_and_the_priorities_are_provisional_until_they_match(
    hall: Hall,
) -> None:
    anna = await hall.somebody().registers("T6")
    lara = await voting(hall)
    await anna.says("1.3")
    await lara.says("/carta 12: 1.3")
    await lara.says("conferma")
    await hall.at("10:25")
    asked, proposed = (await lara.reads())[-2:]
    assert "quante schede di carta sono state consegnate?" in asked
    assert "Conteggio provvisorio" in proposed
    (said,) = await lara.taps("2", lara.screen("quante schede di carta"))
    assert "Schede di carta: consegnate 2, inserite 1. Ne manca 1" in re.sub(r"\s+", " ", said)
    await lara.says("/priorita conferma")
    (told,) = (await anna.reads())[-1:]
    assert "Conteggio provvisorio" in told
    assert "Hanno votato 2 persone." in told
    await lara.says("/carta 13: 1.3")
    await lara.says("conferma")
    (final,) = (await anna.reads())[-1:]
    assert "sono tutte contate: le priorità non sono più provvisorie" in final
    assert "Hanno votato 3 persone." in final
    (shut, refused) = await lara.says("/carta 14: 1.3")
    assert "da ora può cambiarle solo la regia" in refused
    assert "Scheda 14" in shut


async def test_the_question_is_answered_with_a_number_alone(hall: Hall) -> None:
    lara = await voting(hall)
    await hall.at("10:25")
    await lara.reads()
    (said,) = await lara.says("0")
    assert "consegnate 0, inserite 0." in said
    assert "I conti tornano." in said
    (again,) = await lara.says("/consegnate 0")
    assert "Era già segnato" in again
    (how,) = await lara.says("/consegnate tante")
    assert "«tante» non è un numero" in how


async def test_people_present_are_on_the_dashboard(hall: Hall) -> None:
    lara = await voting(hall)
    await hall.people(3, "T6")
    (how,) = await lara.says("/presenti")
    assert "/presenti 18" in how
    (said,) = await lara.says("/presenti 2")
    assert "Risultano più persone registrate (3) che presenti (2)" in said
    await lara.says("/tavolo")
    assert "Persone presenti: 2" in lara.screen("Fase:").shown
    await lara.says("/presenti 18")
    await lara.says("/consegnate 4")
    shown = lara.screen("Fase:").shown
    assert "Persone presenti: 18" in shown
    assert "Schede di carta: consegnate 4, inserite 0." in shown
    assert "Risultano" not in shown


async def test_the_regia_enters_for_a_table_whose_network_is_down(hall: Hall) -> None:
    vittoria = await hall.regia()
    await hall.at("10:10")
    (which,) = await vittoria.says("/carta 12: 1.3")
    assert "Per quale tavolo?" in which
    (back,) = await vittoria.says("/carta T5\n12: 1.3\n13: 2.1")
    assert "Tavolo T5 Torino Nord" in back
    await vittoria.says("conferma")
    assert {12: ["1.3"], 13: ["2.1"]} == await sheets(hall, "T5")
    (listed,) = await vittoria.says("/schede T5")
    assert "Inserita da: la regia." in listed


async def test_somebody_shows_their_code_and_the_table_fills_in_their_ballot(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    lara = await voting(hall)
    *_, shown = await anna.says("/codice")
    found = re.search(r"Il tuo codice è ([A-Z]\d[A-Z]\d[A-Z])\.", shown)
    assert found is not None
    (back,) = await lara.says(f"/carta {found[1]}: 1.3 2.1")
    assert f"Codice {found[1]}, 2 bollini:" in back
    await lara.taps("Confermo")
    assert {"1.3": 1, "2.1": 1} == await anna.dots()
    ballot = (await anna.reads())[-1]
    assert "Con il tuo codice il tavolo ha inserito questi bollini" in ballot
    assert hall.event.strategy("1.3").title in ballot
    # It is theirs: they change it, and it says whose hands filled it in.
    await anna.says("-1.3 5.4")
    assert {"2.1": 1, "5.4": 1} == await anna.dots()
    assert "l'ha compilata il tavolo, su tua richiesta" in anna.ballot().shown
    (listed,) = await lara.says("/schede")
    assert f"Codice {found[1]}: 1.3 e 2.1. Inserita da: chi facilita; poi la persona l'ha cambiata." in listed
    assert "5.4" not in listed
    (refused,) = await lara.says(f"/carta {found[1]}: 6.4")
    assert "ogni codice vale una volta sola" in refused


async def test_without_a_table_there_is_no_code(hall: Hall) -> None:
    anna = hall.somebody()
    (said,) = await anna.says("/codice")
    assert 0 == await hall.count("personal_codes")
    assert said


@pytest.mark.parametrize(
    "command", ["/carta 12: 1.3", "/carta", "/schede", "/schede ritira 12", "/consegnate 3", "/presenti 18"]
)
async def test_without_the_role_one_polite_line(hall: Hall, command: str) -> None:
    anna = await hall.somebody().registers("T6")
    (said,) = await anna.says(command)
    assert f"Il comando {command.partition(' ')[0]} è riservato" in said
    assert (0, 0, 0) == (
        await hall.count("sheets"),
        await hall.count("paper_desks"),
        await hall.count("table_counts"),
    )


@pytest.mark.parametrize(
    "data",
    [
        "so:T6:12",
        "sd:12:1.3:1",
        "sp:12:2",
        "sz:12:5",
        "sf:12",
        "sc:0123456789abcdef",
        "se:0123456789abcdef",
        "sh:T6:12",
        "sw:T6:12",
        "sn:T6:3",
        "sh:T6:abc",
        "sw:T99:12",
        "sn:T99:3",
        "so:T99:12",
        "so:T6:99999",
        "so:T6:x",
    ],
)
async def test_a_paper_button_in_other_hands_does_nothing(hall: Hall, data: str) -> None:
    lara = await voting(hall)
    await lara.says("/carta 12: 1.3")
    await lara.says("/carta 13")
    anna = await hall.somebody().registers("T6")
    for who in (anna, hall.somebody("Eve"), lara):
        said = await who.sends_press(1, data)
        assert who.toast is not None or who is lara
        if who is not lara:
            assert len(said) <= 2
    assert {} == await sheets(hall)
    assert data in {"sn:T6:3"} or 0 == await hall.count("table_counts")


async def test_paper_in_english(hall: Hall) -> None:
    lara = await voting(hall)
    await lara.says("/lingua en")
    (back,) = await lara.says("/carta ballot no. 12: 1.3\n13: blank")
    assert "Nothing is counted yet" in back
    await lara.says("confirm")
    (asked,) = await lara.says("/schede withdraw 12")
    assert "to be withdrawn" in asked
    await lara.says("confirm")
    assert {13: []} == await sheets(hall)
