"""A whole event at three tables, one of two zones, at which everything is used that a table can use."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from participation.event import PACKAGED, load
from tests.events.playing import play

if TYPE_CHECKING:
    from tests.events.playing import Played

TABLES = {"T3", "T4", "T6"}
ZONES = {"1", "2", "3", "5"}
USED = {
    *("together", "runoffs", "draws", "corrected", "withdrawn", "settled", "reopened", "shifted"),
    *("hidden", "merged", "marked", "syntheses"),
}


def three_tables() -> str:
    """Turin's event file, with what is about the other tables left out."""
    text = PACKAGED.read_text(encoding="utf-8")
    for section, kept in (("tables", TABLES), ("zones", ZONES)):
        blocks = re.findall(rf"\[\[{section}\]\]\n(?:[a-z_]+ = .*\n)+", text)
        assert len(blocks) > len(kept)
        for block in blocks:
            code = re.search(r'code = "(\w+)"', block)
            assert code is not None
            if code[1] not in kept:
                text = text.replace(block, "")
    return text


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("everything")
    event = folder / "three.toml"
    event.write_text(three_tables(), encoding="utf-8")
    assert TABLES == {table.code for table in load(event).tables}
    return asyncio.run(play(folder / "out", f"--event={event}", "--people=18", "--seed=5"))


def test_it_goes_through_to_the_end_and_finds_nothing_wrong(played: Played) -> None:
    assert 0 == played.status, played.said[-2000:]
    assert [] == played.json("crowd.json")["problems"]


def test_every_table_used_each_thing(played: Played) -> None:
    used = played.json("summary.json")["used"]
    assert TABLES == used.keys()
    for table, counts in used.items():
        assert USED == counts.keys()
        assert 1 <= min(counts.values()), (table, counts)
        assert (3, 2) == (counts["corrected"], counts["withdrawn"])
    assert re.search(r"^T6 .*assisted 1  paper 1 .*draws 1", played.said, re.MULTILINE)


def test_the_sum_of_channels_is_the_total_at_every_table_and_as_the_crowd_meant_it(played: Played) -> None:
    meant = played.json("crowd.json")["tables"]
    for table, figures in played.json("summary.json")["tables"].items():
        assert sum(figures["channels"].values()) == figures["voted"]
        assert meant[table]["channels"] == figures["channels"]
        assert min(figures["channels"]["assisted"], figures["channels"]["paper"]) >= 1
        assert meant[table]["dots"] == figures["dots"]
        assert sorted(meant[table]["priorities"]) == sorted(figures["priorities"])
        assert not figures["sheets"]["provisional"]


def test_what_was_drawn_is_drawn_again(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["verify", "--draw", str(played.folder / "summary.json")])
    assert len(TABLES) <= capsys.readouterr().out.count("\n")
