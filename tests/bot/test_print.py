"""`bollini print`, as the organiser meets it; the sheets themselves are tested in tests/reports."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from participation.event import load
from tests.participation.test_event import ROOT
from tests.reports.paper import pages

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall


def links_in(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM invites").fetchone()[0])


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert 0 == main(["print", *arguments])
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert 2 == main(["print", *arguments])
    out, err = capsys.readouterr()
    assert "" == out
    return err


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_posters_ballots_and_strategies_are_made_and_nothing_is_stored(
    capsys: pytest.CaptureFixture[str], database: Path, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "down"
    said = printed(
        capsys, "--out", str(out), "--bot", "@CopiaBot", "--table", "t9", "--table", "T1", "--sheets", "2"
    )
    expected = ["locandine.pdf", "schede-T1.pdf", "schede-T9.pdf", "strategie.pdf"]
    assert expected == names(out)
    assert sorted(str(out / name) for name in expected) == sorted(said.split())
    posters = pages((out / "locandine.pdf").read_bytes())
    assert [[f"https://t.me/CopiaBot?start={code}"] for code in ("T1", "T9")] == [p.codes() for p in posters]
    assert 2 == len(pages((out / "schede-T9.pdf").read_bytes(), 20))
    assert not database.exists()


@pytest.mark.usefixtures("database")
def test_as_many_ballots_as_the_event_file_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packaged = ROOT / "participation" / "events" / "psm-torino-2024-2026.toml"
    text = packaged.read_text(encoding="utf-8")
    own = tmp_path / "event.toml"
    own.write_text(text.replace("sheets_per_table = 40", "sheets_per_table = 3"), encoding="utf-8")
    monkeypatch.setenv("BOLLINI_EVENT", str(own))
    printed(capsys, "--out", str(tmp_path), "--only", "ballots", "--table", "T6", "--language", "en")
    found = pages((tmp_path / "ballots-T6.pdf").read_bytes(), 20)
    assert ["Ballot T6 1", "Ballot T6 2", "Ballot T6 3"] == [
        match[0] for page in found if (match := re.search(r"Ballot T6 \d+", page.words))
    ]


@pytest.mark.usefixtures("database")
def test_made_again_a_paper_replaces_the_one_before_with_the_same_bytes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    printed(capsys, "--out", str(tmp_path / "1"), "--only", "strategies")
    path = tmp_path / "1" / "strategie.pdf"
    first = path.read_bytes()
    printed(capsys, "--out", str(tmp_path / "1"), "--only", "strategies")
    assert ["strategie.pdf"] == names(tmp_path / "1")
    assert first == path.read_bytes()


def test_cards_are_made_only_when_asked_for_with_links_that_are_in_the_database(
    capsys: pytest.CaptureFixture[str], database: Path, tmp_path: Path
) -> None:
    out = tmp_path / "cards"
    said = printed(
        capsys, "--out", str(out), "--bot", "CopiaBot", "--only", "cards", "--table", "T9", "--regia", "1"
    )
    assert ["tessere.pdf"] == names(out)
    assert "3 one-time links were made in" in said
    assert "Hand each to its person" in said
    assert 3 == links_in(database)
    # Who may read the file may take the roles.
    assert 0o600 == (out / "tessere.pdf").stat().st_mode & 0o777
    codes = [code for page in pages((out / "tessere.pdf").read_bytes()) for code in page.codes()]
    assert 3 == len(set(codes))
    for code in codes:
        assert re.fullmatch(r"https://t\.me/CopiaBot\?start=i-[A-Za-z0-9_-]{22}", code)


def test_cards_are_not_made_over_those_that_are_there(
    capsys: pytest.CaptureFixture[str], database: Path, tmp_path: Path
) -> None:
    asked = ("--out", str(tmp_path), "--bot", "CopiaBot", "--only", "cards", "--table", "T6")
    printed(capsys, *asked)
    made = (tmp_path / "tessere.pdf").read_bytes()
    assert "is there already" in refused(capsys, *asked, "--again")
    assert made == (tmp_path / "tessere.pdf").read_bytes()
    assert 1 == links_in(database)


def test_cards_are_not_made_twice_unknowingly(
    capsys: pytest.CaptureFixture[str], database: Path, tmp_path: Path
) -> None:
    asked = ("--bot", "CopiaBot", "--only", "cards", "--table", "T6")
    printed(capsys, "--out", str(tmp_path / "one"), *asked)
    said = refused(capsys, "--out", str(tmp_path / "two"), *asked)
    assert "still waiting to be used: T6 (1)" in said
    assert "--again" in said
    assert [] == names(tmp_path / "two")
    assert 1 == links_in(database)
    printed(capsys, "--out", str(tmp_path / "two"), *asked, "--again")
    assert 2 == links_in(database)


def test_when_the_links_cannot_be_kept_no_card_is_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLINI_DATABASE", str(tmp_path / "nowhere" / "event.db"))
    out = tmp_path / "out"
    said = refused(capsys, "--out", str(out), "--bot", "CopiaBot", "--only", "cards", "--table", "T6")
    assert "cannot be used" in said
    assert [] == names(out)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "The QR codes on the posters open the bot: name it with --bot NAME"),
        (["--cards"], "The QR codes on the cards and posters open the bot: name it with --bot NAME"),
        (["--bot", "a bot"], "'a bot' is not the user name of a bot"),
        (["--bot", "CopiaBot", "--table", "T99"], "There is no table 'T99'. The tables are: T1, T2"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_made(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], said: str
) -> None:
    out = tmp_path / "out"
    assert said in refused(capsys, "--out", str(out), *arguments)
    assert not out.exists()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("given", ["@CopiaBot", "t.me/CopiaBot", "https://t.me/CopiaBot/", " CopiaBot "])
def test_the_bot_may_be_named_as_telegram_shows_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, given: str
) -> None:
    printed(capsys, "--out", str(tmp_path), "--only", "posters", "--table", "T6", "--bot", given)
    (page,) = pages((tmp_path / "locandine.pdf").read_bytes())
    assert ["https://t.me/CopiaBot?start=T6"] == page.codes()


@pytest.mark.usefixtures("database")
def test_a_folder_that_cannot_be_written_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    for out in (file, file / "below"):
        said = refused(capsys, "--out", str(out), "--only", "strategies")
        assert f"Nothing can be written in {out}" in said
        assert "Choose another folder with --out" in said


@pytest.mark.usefixtures("database")
def test_a_file_that_cannot_be_replaced_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "strategie.pdf").mkdir()
    (tmp_path / "strategie.pdf" / "kept").touch()
    assert "could not be written" in refused(capsys, "--out", str(tmp_path), "--only", "strategies")
    assert ["strategie.pdf"] == names(tmp_path)


@pytest.mark.usefixtures("database")
def test_an_event_file_with_mistakes_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLINI_EVENT", str(tmp_path / "nothing.toml"))
    assert "bollini check" in refused(capsys, "--out", str(tmp_path), "--only", "strategies")


@pytest.mark.parametrize(
    "arguments",
    [["--sheets", "0"], ["--sheets", "1000"], ["--hours", "0"], ["--regia", "-1"], ["--only", "money"]],
)
def test_what_cannot_be_meant(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["print", "--out", str(tmp_path), *arguments])
    assert 2 == ended.value.code
    assert "usage:" in capsys.readouterr().err


async def test_a_card_made_beside_the_running_bot_gives_its_role_once(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLINI_DATABASE", str(hall.settings.database))
    monkeypatch.delenv("BOLLINI_EVENT", raising=False)
    asked = ["--out", str(tmp_path), "--bot", "CopiaBot", "--only", "cards", "--table", "T6"]
    assert 0 == await asyncio.to_thread(main, ["print", *asked])
    (page,) = pages((tmp_path / "tessere.pdf").read_bytes())
    (code,) = page.codes()
    lara, bruno = hall.somebody("Lara"), hall.somebody("Bruno")
    await lara.opens(code.split("start=")[1])
    (granted,) = await lara.taps("Ho letto, continuo")
    assert "Ora faciliti il tavolo di Pinerolo" in granted
    await bruno.opens(code.split("start=")[1])
    (refusal,) = await bruno.taps("Ho letto, continuo")
    assert "Ora faciliti" not in refusal
    # What the card tells her to write works.
    for command in re.findall(r"(?m)^/(\w+)", page.text):
        (answer, *_) = await lara.says(f"/{command}")
        assert "non esiste" not in answer, command


def test_cards_for_assistants_and_for_the_leads_of_venues_are_made_when_asked_for(
    capsys: pytest.CaptureFixture[str], database: Path, tmp_path: Path
) -> None:
    asked = ["--out", str(tmp_path), "--bot", "CopiaBot", "--only", "cards", "--table", "T6"]
    printed(capsys, *asked, "--assistants", "2", "--venues", "--regia", "1")
    found = pages((tmp_path / "tessere.pdf").read_bytes())
    text = " ".join(page.words for page in found)
    assert 2 == text.count("Assiste al tavolo")
    lead = load().venue("pinerolo").lead
    assert (lead or "") in text
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT role, table_code, venue FROM invites ORDER BY id").fetchall()
    expected = [("facilitator", "T6", ""), ("assistant", "T6", ""), ("assistant", "T6", "")]
    expected += [("venue_lead", "", "pinerolo")] if lead else []
    assert [*expected, ("regia", "", "")] == rows
    assert len(rows) == sum(len(page.codes()) for page in found)


async def test_links_that_were_revoked_are_in_no_cards_way(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLINI_DATABASE", str(hall.settings.database))
    monkeypatch.delenv("BOLLINI_EVENT", raising=False)
    asked = ["--bot", "CopiaBot", "--only", "cards", "--table", "T6"]
    assert 0 == await asyncio.to_thread(main, ["print", "--out", str(tmp_path / "first"), *asked])
    # While the first waits there are no others.
    assert 2 == await asyncio.to_thread(main, ["print", "--out", str(tmp_path / "second"), *asked])
    vittoria = await hall.regia()
    await vittoria.says("/revoca L1")
    await vittoria.says("conferma")
    assert 0 == await asyncio.to_thread(main, ["print", "--out", str(tmp_path / "second"), *asked])


async def test_an_assistants_card_gives_its_role_and_what_it_tells_to_write_works(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLINI_DATABASE", str(hall.settings.database))
    monkeypatch.delenv("BOLLINI_EVENT", raising=False)
    asked = ["--out", str(tmp_path), "--bot", "CopiaBot", "--only", "cards", "--table", "T6"]
    assert 0 == await asyncio.to_thread(main, ["print", *asked, "--assistants", "1"])
    (page,) = pages((tmp_path / "tessere.pdf").read_bytes())
    _, code = page.codes()
    ugo = hall.somebody("Ugo")
    await ugo.opens(code.split("start=")[1])
    (granted,) = await ugo.taps("Ho letto, continuo")
    assert "Ora assisti al tavolo di Pinerolo" in granted
    _, _, card = page.text.rpartition("Assiste al tavolo")
    assert card
    for command in re.findall(r"(?m)^/(\w+)", card):
        (answer, *_) = await ugo.says(f"/{command}")
        assert "non esiste" not in answer, command
        assert "riservato" not in answer, command
