"""The regia: all tables on one screen, and moving them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.hall import Hall


async def test_the_state_of_all_tables(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody().registers("T6")
    await hall.at("10:12")
    await anna.says("1.3")
    await anna.says("fine")
    await anna.says("Mancano i treni")
    (state,) = await vittoria.says("/stato")
    assert "Tutti i tavoli, alle 10:12" in state
    for table in hall.event.tables:
        assert f"{table.code} {table.name}: Sessione 1" in state
    assert "Persone registrate: 1" in state
    assert "Con almeno un bollino: 1" in state
    assert "Hanno finito: 1" in state
    assert "Contributi e note: 1" in state
    # Nothing of what people chose or wrote.
    assert "1.3" not in state
    assert "treni" not in state


@pytest.mark.parametrize(
    ("typed", "moved"),
    [
        ("/fase T6 sessione1", ["T6"]),
        ("/fase sessione1 T6", ["T6"]),
        ("/fase t6 t5 SESSIONE1", ["T5", "T6"]),
        ("/fase T6,T5 sessione1", ["T5", "T6"]),
        ("/fase T6 T6 sessione1", ["T6"]),
        ("/fase T6 sessione 1", ["T6"]),
    ],
)
async def test_moving_some_tables(hall: Hall, typed: str, moved: list[str]) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody().registers("T6")
    (said,) = await vittoria.says(typed)
    assert "Sessione 1" in said
    rows = await hall.rows("SELECT code FROM tables WHERE phase = 'session1' ORDER BY code")
    assert moved == [row["code"] for row in rows]
    (ballot,) = await anna.reads()
    assert "Quali tra queste strategie" in ballot


@pytest.mark.parametrize("everybody", ["tutti", "TUTTE", "tutti T6"])
async def test_moving_all_tables(hall: Hall, everybody: str) -> None:
    vittoria = await hall.regia()
    (said,) = await vittoria.says(f"/fase {everybody} sessione1")
    assert "10 tavoli" in said
    assert 10 == await hall.count("tables", "phase = 'session1'")


@pytest.mark.parametrize(
    ("typed", "misread"),
    [
        ("/fase", ""),
        ("/fase T6", "T6"),
        ("/fase sessione1", "sessione1"),
        ("/fase T66 sessione1", "T66"),
        ("/fase T6 sesione1", "sesione1"),
        ("/fase T6 T99 sessione1", "T99"),
        ("/fase tuti sessione1", "tuti"),
        ("/fase T6 sessione1 sessione2", "sessione2"),
        ("/fase T6 <b>sessione1", "<b>sessione1"),
    ],
)
async def test_a_command_that_cannot_be_read_moves_nothing(hall: Hall, typed: str, misread: str) -> None:
    vittoria = await hall.regia()
    (said,) = await vittoria.says(typed)
    assert misread in said
    assert "/fase tutti" in said
    assert 10 == await hall.count("tables", "phase = 'registration'")


async def test_a_table_is_taken_through_every_phase_on_its_way(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody().registers("T6")
    said, *_ = await vittoria.says("/fase T6 sessione2")
    assert "Fase Sessione 2 avviata per il tavolo T6" in said
    assert "session2" == await hall.phase("T6")
    rows = await hall.rows("SELECT to_phase, mover FROM phase_history WHERE table_code = 'T6' ORDER BY id")
    assert ["session1", "priorities", "session2"] == [row["to_phase"] for row in rows]
    assert {"regia"} == {row["mover"] for row in rows}
    assert "non ha priorità" in (await anna.reads())[-1]


async def test_nothing_goes_backwards(hall: Hall) -> None:
    vittoria = await hall.regia()
    await hall.at("10:30")
    await vittoria.reads()
    (said,) = await vittoria.says("/fase T6 sessione1")
    assert "Non può passare alla fase Sessione 1 il tavolo T6" in said
    assert "session2" == await hall.phase("T6")


async def test_a_table_that_is_there_already_is_said(hall: Hall) -> None:
    vittoria = await hall.regia()
    await vittoria.says("/fase T6 sessione1")
    (said,) = await vittoria.says("/fase T5 T6 sessione1")
    assert "Fase Sessione 1 avviata per il tavolo T5" in said
    assert "La fase Sessione 1 era già in corso per il tavolo T6" in said


async def test_what_the_regia_moved_the_agenda_does_not_move_again(hall: Hall) -> None:
    vittoria = await hall.regia()
    anna = await hall.somebody().registers("T6")
    await vittoria.says("/fase T6 sessione1")
    await anna.reads()
    await hall.at("10:10")
    assert [] == await anna.reads()
    rows = await hall.rows("SELECT mover FROM phase_history WHERE table_code = 'T6'")
    assert ["regia"] == [row["mover"] for row in rows]


async def test_facilitators_hear_of_the_closing_whoever_closed(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara = await hall.facilitator("T6")
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    await vittoria.says("/fase T6 priorità")
    assert "votazione chiusa" in (await lara.reads())[-1]
    assert "La votazione al tuo tavolo è chiusa" in anna.ballot().shown


async def test_every_table_tells_the_regia_its_priorities(hall: Hall) -> None:
    vittoria = await hall.regia()
    other = await hall.regia("Ugo")
    for table in ("T5", "T6"):
        who = await hall.somebody(table).registers(table)
        await hall.at("10:10")
        await who.says("1.3")
    await hall.at("10:30")
    for who in (vittoria, other):
        told = await who.reads()
        assert 10 == len(told)
        assert 2 == sum("vale come priorità la strategia più votata" in each for each in told)
