"""The regia moves people: by their number, by their code, or picked from a table; no ballot gets lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.hall import Hall, Somebody


async def number_of(hall: Hall, who: Somebody) -> str:
    """What the person reads in /aiuto."""
    said = "\n".join(await who.says("/aiuto"))
    rows = await hall.rows("SELECT id FROM people WHERE telegram_id = $1", who.phone.id)
    assert f"è P{rows[0]['id']}." in said
    return f"P{rows[0]['id']}"


async def moves(hall: Hall, regia: Somebody) -> list[tuple[object, ...]]:
    rows = await hall.rows(
        "SELECT person_id, from_table, from_zone, to_table, to_zone, by_person FROM people_moved ORDER BY id"
    )
    return [tuple(row[n] for n in range(6)) for row in rows]


async def test_somebody_is_moved_by_their_number_with_the_ballot_and_told(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody("Anna").registers("T6")
    await hall.at("10:10")
    await anna.says("1.3 2.1")
    await vittoria.reads()
    person = await number_of(hall, anna)
    (asked,) = await vittoria.says(f"/sposta {person} T5")
    assert f"Sposto {person} dal tavolo T6 Pinerolo (Zona 5, Pinerolese, dalle " in asked
    assert "al tavolo T5" in asked
    # Asked back: nothing has happened, and nothing of the ballot is said.
    assert ("T6", "5") == await anna.seat()
    assert "1.3" not in asked
    (done,) = await vittoria.says("conferma")
    assert f"Fatto: ora {person} è al tavolo T5" in done
    assert "La persona è avvisata." in done
    assert ("T5", "4") == await anna.seat()
    told = "\n".join(await anna.reads())
    assert "La regia ha cambiato il tuo posto: ora partecipi al tavolo di" in told
    assert "I 2 bollini che hai già messo restano sulla tua scheda" in told
    await anna.taps("1.1", anna.ballot())
    assert {"1.1": 1, "1.3": 1, "2.1": 1} == await anna.dots()
    assert [(2, "T6", "5", "T5", "4", 1)] == await moves(hall, vittoria)


async def test_somebody_is_moved_by_the_code_they_show(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody("Anna").registers("T6")
    await anna.says("/codice")
    code = str((await hall.rows("SELECT code FROM personal_codes"))[0]["code"])
    (asked,) = await vittoria.says(f"/sposta {code.lower()} T5")
    assert "Sposto P2 dal tavolo T6" in asked
    await vittoria.taps("Sposta", vittoria.screen("Sposto P2"))
    assert ("T5", "4") == await anna.seat()


async def test_somebody_is_picked_from_a_table_with_buttons_alone(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody("Anna").registers("T6")
    bruno = await hall.somebody("Bruno").registers("T6")
    (listed,) = await vittoria.says("/sposta T6")
    assert "P2: Zona 5, dalle " in listed
    assert "P3: Zona 5, dalle " in listed
    for who in (anna, bruno):
        assert str(who.phone.id) not in listed
    (where,) = await vittoria.taps("P3")
    assert "Dove sposto P3?" in where
    (asked,) = await vittoria.taps("T8, Zona 8")
    assert "al tavolo T8" in asked
    assert "Zona 8" in asked
    await vittoria.taps("Sposta", vittoria.screen("Sposto P3"))
    assert ("T6", "5") == await anna.seat()
    assert ("T8", "8") == await bruno.seat()


async def test_from_the_list_of_roles_one_comes_to_the_people_of_the_table(hall: Hall) -> None:
    vittoria = await hall.regia()
    await hall.somebody("Anna").registers("T6")
    await vittoria.says("/ruoli T6")
    (listed,) = await vittoria.taps("Persone del tavolo")
    assert "Persone registrate al tavolo T6 Pinerolo" in listed


@pytest.mark.parametrize(
    ("typed", "seat"),
    [
        ("/sposta P2 T8 zona 8", ("T8", "8")),
        ("/sposta P2 zona 8", ("T8", "8")),
        ("/sposta P2 zona 7 T8", ("T8", "7")),
        ("/sposta p 2 t5", ("T5", "4")),
        ("/sposta T6 P2 T5", ("T5", "4")),
        ("/sposta P2 zona 4", ("T5", "4")),
    ],
)
async def test_table_and_zone_can_be_typed_in_many_ways(
    hall: Hall, typed: str, seat: tuple[str, str]
) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody("Anna").registers("T6")
    (asked,) = await vittoria.says(typed)
    assert "Sposto P2" in asked
    await vittoria.says("conferma")
    assert seat == await anna.seat()


async def test_to_another_zone_of_the_same_table(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = hall.somebody("Anna")
    await anna.opens("T8")
    await anna.taps("Ho letto")
    await anna.taps("Zona 7")
    await vittoria.says("/sposta P2 zona 8")
    await vittoria.says("conferma")
    assert ("T8", "8") == await anna.seat()
    rows = await hall.rows("SELECT table_code, zone FROM ballots")
    assert [("T8", "8")] == [(row["table_code"], row["zone"]) for row in rows]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/sposta P2", "Dove sposto P2?"),
        ("/sposta P2 T8", "Dove sposto P2?"),
        ("/sposta P2 zona 1", "Dove sposto P2?"),
        ("/sposta", "Scrivi chi e dove"),
        ("/sposta T9", "Al tavolo T9 Strambino non è registrato nessuno."),
        ("/sposta P99 T5", "«P99»"),
        ("/sposta Anna T5", "«Anna»"),
        ("/sposta T5 P2 T10", "Sposto P2"),
        ("/sposta P2 T99", "Non ho capito «T99»"),
        ("/sposta P2 T5 zona 9", "Al tavolo T5 Settimo Torinese non c'è la Zona 9"),
        ("/sposta P2 T6", "P2 è già al tavolo T6 Pinerolo"),
        ("/sposta P1 T5", "«P1»"),
    ],
)
async def test_what_is_not_clear_is_asked_or_said_and_moves_nobody(hall: Hall, typed: str, said: str) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody("Anna").registers("T6")
    (answer,) = await vittoria.says(typed)
    assert said.split("T5 Settimo Torinese", maxsplit=1)[0] in answer
    assert ("T6", "5") == await anna.seat()


async def test_a_ballot_that_was_cast_stays_where_it_was_cast(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody("Anna").registers("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    await vittoria.says("/fase T6 priorità")
    await vittoria.reads()
    await vittoria.says("/sposta P2 T5")
    (refused,) = await vittoria.says("conferma")
    assert "P2 non si può spostare: ha già votato, e al tavolo T6 Pinerolo la votazione è chiusa." in refused
    assert ("T6", "5") == await anna.seat()
    assert {"1.3": 1} == await anna.dots()
    assert [] == await moves(hall, vittoria)


async def test_the_table_closes_between_question_and_answer(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody("Anna").registers("T6")
    await hall.at("10:24")
    await anna.says("1.3")
    await vittoria.says("/sposta P2 T5")
    await hall.at("10:25")
    await vittoria.reads()
    (refused,) = await vittoria.taps("Sposta", vittoria.screen("Sposto P2"))
    assert "la votazione è chiusa" in refused
    rows = await hall.rows("SELECT table_code, zone FROM ballots")
    assert [("T6", "5")] == [(row["table_code"], row["zone"]) for row in rows]


async def test_who_changed_table_meanwhile_is_left_there(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody("Anna").registers("T6")
    await vittoria.says("/sposta P2 T5")
    await anna.opens("T10")
    (said,) = await vittoria.says("conferma")
    assert "P2 intanto ha cambiato posto" in said
    assert "T10" == (await anna.seat())[0]


async def test_two_who_move_the_same_person_at_once_move_them_once(hall: Hall) -> None:
    vittoria, ugo = await hall.regia(), await hall.regia("Ugo")
    anna = await hall.somebody("Anna").registers("T6")
    for who in (vittoria, ugo):
        await who.says("/sposta P3 T5")
    for who in (vittoria, ugo):
        question = who.screen("Sposto P3")
        button = next(b.callback_data for b in question.buttons if b.text == "Sposta")
        who.phone.tap(question.id, button or "")
    said = "\n".join([*await vittoria.reads(), *await ugo.reads()])
    assert "Fatto: ora P3" in said
    assert "intanto ha cambiato posto" in said
    assert ("T5", "4") == await anna.seat()
    assert 1 == await hall.count("people_moved")


async def test_without_dots_one_may_be_moved_after_the_closing_and_gets_where_things_are(hall: Hall) -> None:
    vittoria, lara = await hall.regia(), await hall.facilitator("T5")
    bruno = await hall.somebody("Bruno").registers("T5")
    anna = await hall.somebody("Anna").registers("T6")
    await hall.at("10:10")
    await bruno.says("1.3")
    await hall.at("10:30")
    await lara.says("/discuti 1.3")
    for who in (anna, vittoria):
        await who.reads()
    await vittoria.says("/sposta P4 T5")
    await vittoria.says("conferma")
    said = "\n".join(await anna.reads())
    assert "La regia ha cambiato il tuo posto" in said
    assert "Strategia 1.3." in said
    await anna.says("Servono più treni")
    assert [("Servono più treni", "1.3", "1")] == await anna.contributions()


async def test_who_is_away_is_moved_and_hears_it_when_back(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody("Anna").registers("T6")
    anna.phone.block()
    await hall.quiet()
    assert "ora non raggiungibile" in (await vittoria.says("/sposta T6"))[0]
    await vittoria.says("/sposta P2 T5")
    (done,) = await vittoria.says("conferma")
    assert "lo saprà quando torna" in done
    anna.phone.unblock()
    assert "La regia ha cambiato il tuo posto" in "\n".join(await anna.reads())


async def test_a_long_list_is_turned_like_pages(hall: Hall) -> None:
    vittoria = await hall.regia()
    await hall.people(42, "T6")
    (first,) = await vittoria.says("/sposta T6")
    assert "P41:" in first
    assert "P42:" not in first
    (second,) = await vittoria.taps("Altre persone")
    assert "P42:" in second
    assert "P43:" in second


@pytest.mark.parametrize(
    "data", ["pm:2:T99:5", "pm:2:T5:99", "pm:99:T5:4", "pm:x:T5:4", "pp:T99:", "pp:T6:x"]
)
async def test_a_forged_button_moves_nobody(hall: Hall, data: str) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody("Anna").registers("T6")
    assert await vittoria.sends_press(vittoria.screen("regia").id, data)
    assert ("T6", "5") == await anna.seat()
    assert 0 == await hall.count("asked")
