"""`bollini verify`: what was drawn, drawn again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.__main__ import main
from bot.commands import summary, verify
from participation import lots
from storage.sqlite import open_sqlite
from tests.handlers.test_conversation_facilitator import TIED, closed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall

CODES = ("2.1", "2.2", "2.3")
RECORD: dict[str, Any] = {
    "method": "sha256-tickets",
    "commitment": lots.commitment("a secret"),
    "secret": "a secret",
    "word": "girasole",
    "strategies": CODES,
    "places": 1,
    "chosen": lots.draw("a secret/girasole", CODES, 1),
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOLLINI_DATABASE", str(tmp_path / "of-the-environment.db"))


def written(tmp_path: Path, content: object) -> str:
    path = tmp_path / "draw.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def test_a_record_alone_is_drawn_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["verify", "--draw", written(tmp_path, RECORD)])
    said = capsys.readouterr().out
    for expected in ("sha256-tickets", "seed        a secret/girasole", RECORD["commitment"], "It agrees."):
        assert expected in said
    assert all(f"{ticket}  {code}" in said for ticket, code in lots.tickets("a secret/girasole", CODES))
    assert f"chosen      {RECORD['chosen'][0]}" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"secret": "another"}, "not the one whose hash was published"),
        ({"word": "tulipano", "chosen": ["2.9"]}, "drawn again, others get the places"),
        ({"method": "dice"}, "does not know the method"),
        ({"places": 3}, "not fewer than the strategies"),
    ],
)
def test_a_record_that_was_touched_does_not_agree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], said: str
) -> None:
    path = written(tmp_path, {"tables": {"T6": {"ties": [{"draw": RECORD}, {"draw": RECORD | change}]}}})
    assert 1 == main(["verify", "--draw", path])
    out = capsys.readouterr().out
    assert 1 == out.count("It agrees.")
    assert said in out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not JSON", "is not JSON"),
        ({}, "There is no draw in it."),
        ({"commitment": "0"}, "the record of a draw is incomplete"),
    ],
)
def test_what_holds_no_draw_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: object, said: str
) -> None:
    assert 2 == main(["verify", "--draw", written(tmp_path, content)])
    assert said in capsys.readouterr().err


def test_without_a_file_and_without_a_database_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["verify"])
    assert "bollini verify --database FILE" in capsys.readouterr().err
    assert 2 == main(["verify", "--draw", "/nowhere/at-all.json"])
    assert "nowhere" in capsys.readouterr().err


async def test_a_database_and_its_summary_agree_until_somebody_tampers(hall: Hall, tmp_path: Path) -> None:
    lara, _ = await closed(hall, *TIED)
    await lara.says("/sorteggio")
    await lara.says("/sorteggio girasole")
    path = hall.settings.database
    (drawn,) = await verify.read(path)
    assert ("T6, tie 1", ()) == (drawn.where, verify.problems(drawn))
    written_summary = json.loads(json.dumps(await summary.read(path)))
    (from_file,) = verify._records(written_summary, "summary.json")
    assert drawn.record == from_file.record
    database = await open_sqlite(path)
    try:
        # One who was not drawn takes the place of one who was.
        winner, loser = (
            drawn.record.chosen[0],
            next(code for code in drawn.record.strategies if code not in drawn.record.chosen),
        )
        async with database.transaction() as tx:
            for code, chosen in ((winner, False), (loser, True)):
                await tx.fetch("UPDATE tie_candidates SET chosen = $2 WHERE strategy = $1", code, chosen)
        assert ("chosen",) == verify.problems((await verify.read(path))[0])
        # The whole draw is made up afterwards: the announcement still tells what was promised.
        async with database.transaction() as tx:
            await tx.fetch("DROP TRIGGER a_promise_is_kept")
            await tx.fetch("UPDATE draws SET secret = $1, commitment = $2", "new", lots.commitment("new"))
        assert "published" in verify.problems((await verify.read(path))[0])
    finally:
        await database.close()
