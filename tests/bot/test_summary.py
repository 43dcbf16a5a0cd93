"""`bollini summary`: everything counted in a database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.__main__ import main
from bot.commands import summary

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BOLLINI_CHANNEL", raising=False)
    monkeypatch.setenv("BOLLINI_DATABASE", str(tmp_path / "of-the-environment.db"))


async def played(hall: Hall) -> dict[str, Any]:
    """Three people at T6 vote, contribute and confirm."""
    people = await hall.people(3, "T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:10")
    await people[0].says("1.3 5.4")
    await people[0].says("fine")
    await people[1].says("1.3")
    await people[1].says("Mancano i treni")
    await hall.at("10:25")
    await lara.says("/priorita -5.4")
    await lara.says("/priorita conferma")
    await hall.at("10:30")
    await people[2].says("Servono bici")
    await people[2].says("Ritirata subito")
    await people[2].says("ritira 2")
    await lara.says("/nota Del tavolo")
    return await summary.read(hall.settings.database)


async def test_a_table_in_figures(hall: Hall) -> None:
    found = await played(hall)
    assert {
        "registered": 3,
        "voted": 2,
        "channels": {"app": 2, "assisted": 0, "paper": 0},
        "finished": 1,
        "present": None,
        "sheets": {"handed_in": None, "entered": 0, "provisional": False},
        "dots": {"1.3": 2, "5.4": 1},
        "priorities": ["1.3"],
        "dropped": [{"strategy": "5.4", "reason": None}],
        "ties": [],
        "contributions": 3,
        "notes": [
            {
                "number": 1,
                "kind": "text",
                "session": 2,
                "strategy": None,
                "withdrawn": False,
                "to_transcribe": False,
                "files": [],
                "waiting": 0,
                "lost": [],
            }
        ],
    } == found["tables"]["T6"]
    assert 3 == found["people"]
    assert 0 == found["channel_posts"]
    assert {} == found["suggestions"]
    assert [table.code for table in hall.event.tables] == list(found["tables"])
    assert 0 == found["tables"]["T5"]["registered"]


async def test_a_tie_is_in_it_with_what_was_chosen(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    people = await hall.people(2, "T6")
    await hall.at("10:10")
    await people[0].says("1.1 1.2 1.3 1.4 2.1 2.2")
    await people[1].says("1.1 1.2 1.3 1.4 2.3 2.4")
    await hall.at("10:25")
    tie = {"strategies": ["2.1", "2.2", "2.3", "2.4"], "places": 2, "zone": None, "how": None, "chosen": []}
    found = await summary.read(hall.settings.database)
    assert [tie] == found["tables"]["T6"]["ties"]
    await lara.says("/priorita 2.4 2.1")
    await lara.says("/priorita conferma")
    found = await summary.read(hall.settings.database)
    assert [{**tie, "how": "hand", "chosen": ["2.1", "2.4"]}] == found["tables"]["T6"]["ties"]
    assert ["1.1", "1.2", "1.3", "1.4", "2.1", "2.4"] == sorted(found["tables"]["T6"]["priorities"])


async def test_no_name_and_no_words_of_anybody_are_in_it(hall: Hall) -> None:
    text = json.dumps(await played(hall), ensure_ascii=False)
    for word in ("Persona", "Lara", "treni", "bici", "Del tavolo", "1001"):
        assert word not in text


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of an event in which nothing happened."""
    path = tmp_path / "event.db"
    assert 0 == main(["invite", "--regia", "--json"])
    (tmp_path / "of-the-environment.db").rename(path)
    return path


def test_to_standard_output_and_to_a_file(
    capsys: pytest.CaptureFixture[str], database: Path, tmp_path: Path
) -> None:
    capsys.readouterr()
    assert 0 == main(["summary", "--database", str(database)])
    printed = json.loads(capsys.readouterr().out)
    assert 0 == main(["summary", "--database", str(database), "--out", str(tmp_path / "summary.json")])
    assert "" == capsys.readouterr().out
    assert printed == json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert 0 == printed["people"]


def test_no_database_is_made_by_looking(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert 2 == main(["summary"])
    assert "of-the-environment.db" in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())


def test_what_is_no_database(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database at all" * 99)
    assert 2 == main(["summary", "--database", str(tmp_path / "x.db")])
    assert "cannot be used" in capsys.readouterr().err


def test_calls_are_counted_with_their_errors(tmp_path: Path) -> None:
    calls = [{"ok": True, "status": 200}, {"ok": False, "status": 403}, {"ok": False, "status": 403}]
    path = tmp_path / "calls.jsonl"
    path.write_text("".join(json.dumps(call) + "\n" for call in calls), encoding="utf-8")
    assert {"total": 3, "errors": {"403": 2}} == summary.count_calls(path)


async def test_what_a_table_used_is_counted_from_its_traces(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara = await hall.facilitator("T6")
    people = await hall.people(2, "T6")
    nothing = dict.fromkeys(
        (
            *("runoffs", "draws", "corrected", "withdrawn", "settled", "reopened", "shifted"),
            *("hidden", "merged", "marked", "syntheses"),
        ),
        0,
    )
    await hall.at("10:10")
    for typed in ("/carta 12: 1.1\n13: 1.1", "/schede 12: 1.2", "/schede 12: 1.1", "/schede ritira 13"):
        await lara.says(typed)
        await lara.says("conferma")
    await people[0].says("1.1 1.2 1.3 1.4 2.1 2.2")
    await people[1].says("1.1 1.2 1.3 1.4 2.3 2.4")
    await hall.at("10:25")
    # Said, corrected to what differs still, and settled once.
    for typed in ("/consegnate 3", "/consegnate 2", "/consegnate 1", "/ballottaggio", "/ballottaggio chiudi"):
        await lara.says(typed)
    for typed in ("/sorteggio", "/sorteggio ora", "/priorita conferma"):
        await lara.says(typed)
    await hall.at("10:30")
    for typed in ("/agenda +5", "conferma", "/fase T5 chiusura", "/agenda +5", "conferma"):
        await vittoria.says(typed)
    await hall.at("12:30")
    await vittoria.says("/riapri T6 sessione2 5")
    await vittoria.says("conferma")
    found = (await summary.read(hall.settings.database))["used"]
    counts = {"runoffs": 1, "draws": 1, "corrected": 1, "withdrawn": 1, "settled": 1, "reopened": 1}
    assert {**nothing, **counts, "shifted": 2} == found["T6"]
    assert {**nothing, "shifted": 1} == found["T5"]
    assert {**nothing, "shifted": 2} == found["T4"]
