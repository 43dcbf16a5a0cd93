"""`bollini invite`: one-time links, for the bot that runs on the same database."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from bot.__main__ import main
from bot.commands import invite
from participation.event import load
from participation.notices import Role
from storage.roles import Grant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall


def made(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert 0 == main(["invite", *arguments, "--json"])
    links: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return links


@pytest.mark.usefixtures("database")
def test_a_link_for_everybody_of_the_event(capsys: pytest.CaptureFixture[str]) -> None:
    links = made(capsys, "--everybody")
    event = load()
    facilitators = [table.code for table in event.tables for _ in table.facilitators]
    assert facilitators == [link["table"] for link in links if link["role"] == "facilitator"]
    assert [None] == [link["table"] for link in links if link["role"] == "regia"]
    assert len(links) == len({link["payload"] for link in links})
    for link in links:
        assert re.fullmatch(r"i-[A-Za-z0-9_-]{22}", link["payload"])


def test_only_hashes_are_kept(capsys: pytest.CaptureFixture[str], database: Path) -> None:
    links = made(capsys, "--table", "T5", "--count", "3")
    with sqlite3.connect(database) as connection:
        kept = str(connection.execute("SELECT * FROM invites").fetchall())
    connection.close()
    assert 3 == len(links)
    for link in links:
        assert link["payload"] not in kept
        assert link["payload"].removeprefix("i-") not in kept


@pytest.mark.usefixtures("database")
def test_links_to_hand_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["invite", "--table", "t5", "--table", "T6", "--bot", "bollini_bot"])
    lines = capsys.readouterr().out.splitlines()
    assert ["T5", "T6"] == [line.split()[1] for line in lines]
    for line in lines:
        assert re.search(r" https://t\.me/bollini_bot\?start=i-[\w-]{22}$", line)
    assert 0 == main(["invite", "--regia"])
    assert re.search(r"^regia +/start i-[\w-]{22}$", capsys.readouterr().out.strip())


@pytest.mark.usefixtures("database")
def test_a_table_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["invite", "--table", "T99"])
    said = capsys.readouterr().err
    assert "T99" in said
    assert "T1, T2" in said


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--regia", "--everybody"],
        ["--regia", "--count", "0"],
        ["--regia", "--hours", "-1"],
        ["--count", "x"],
    ],
)
def test_what_cannot_be_made(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["invite", *arguments])
    assert 2 == ended.value.code
    assert "usage:" in capsys.readouterr().err


@pytest.mark.usefixtures("database")
def test_links_for_assistants_and_for_the_lead_of_a_venue(capsys: pytest.CaptureFixture[str]) -> None:
    links = made(capsys, "--assistant", "t6", "--count", "2")
    assert [("assistant", "T6", None)] * 2 == [(e["role"], e["table"], e["venue"]) for e in links]
    links = made(capsys, "--venue", "Torino")
    assert [("venue_lead", None, "torino")] == [(e["role"], e["table"], e["venue"]) for e in links]
    assert 0 == main(["invite", "--venue", "pinerolo"])
    assert re.search(r"^venue_lead +pinerolo +/start i-", capsys.readouterr().out)
    assert 2 == main(["invite", "--venue", "milano"])
    said = capsys.readouterr().err
    assert "There is no venue 'milano'" in said
    assert "torino" in said


def test_a_database_that_cannot_be_used(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLINI_DATABASE", str(tmp_path / "nowhere" / "event.db"))
    assert 2 == main(["invite", "--regia"])
    assert "cannot be used" in capsys.readouterr().err


def test_an_event_file_that_is_not_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLINI_EVENT", str(tmp_path / "nothing.toml"))
    assert 2 == main(["invite", "--regia"])
    assert "nothing.toml" in capsys.readouterr().err


async def test_a_link_made_beside_the_running_bot_works_in_it(hall: Hall) -> None:
    (link,) = await invite._make(hall.settings, [Grant(Role.FACILITATOR, "T6")], 72)
    lara = hall.somebody("Lara")
    await lara.opens(link["payload"])
    (granted,) = await lara.taps("Ho letto")
    assert "Ora faciliti il tavolo di Pinerolo" in granted
