"""`bollini backup`, as an operator runs it beside the running bot."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from handlers.callback_data import SetDots, encode
from storage.sqlite import open_sqlite
from tests.storage.rows import value
from tests.support.hall import eventually
from tests.support.process import running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall

PEOPLE = 15
CODES = ("1.1", "1.2", "2.1", "3.1", "4.1", "5.1")


async def test_a_backup_while_everybody_votes_holds_each_dot_acknowledged_before(
    hall: Hall, tmp_path: Path
) -> None:
    people = await hall.people(PEOPLE, "T6")
    await hall.at("10:12")
    ballots = {who: who.ballot().id for who in people}
    answered = hall.telegram.calls_by_method["answerCallbackQuery"]

    def acknowledged() -> int:
        # Each is answered after its commit; the hall's clock runs, so Telegram may find an answer late.
        return hall.telegram.calls_by_method["answerCallbackQuery"] - answered

    async def vote() -> None:
        for code in CODES:
            for who in people:
                who.phone.tap(ballots[who], encode(SetDots(code, 1)))
                await asyncio.sleep(0)
            await asyncio.sleep(0.2)

    voting = asyncio.create_task(vote())
    await eventually(lambda: acknowledged() > PEOPLE)
    before = acknowledged()
    out = tmp_path / "copy.db"
    environment = {"BOLLINI_DATABASE": str(hall.settings.database)}
    async with running(tmp_path, "backup", "--out", str(out), environment=environment) as command:
        assert 0 == await command.ends(), command.output
    found = re.search(rf"{PEOPLE} people, {PEOPLE} ballots, (\d+) dots, 0 contributions", command.output)
    assert found is not None, command.output
    assert "The copy was opened and checked" in command.output
    await voting
    await hall.quiet()
    copy = await open_sqlite(out)
    try:
        dots = await value(copy, "SELECT count(*) FROM dots")
        assert before <= dots == int(found[1])
        assert 0 == await value(copy, "SELECT count(*) FROM ballots WHERE NOT open")
    finally:
        await copy.close()
    assert [len(CODES)] * PEOPLE == [len(await who.dots()) for who in people]


def test_no_copy_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOLLINI_DATABASE", str(tmp_path / "nowhere.db"))
    assert 2 == main(["backup", "--out", str(tmp_path / "copy.db")])
    assert "There is no database" in capsys.readouterr().err
    monkeypatch.setenv("BOLLINI_CHANNEL", "the regia")
    assert 2 == main(["backup", "--out", str(tmp_path / "copy.db")])
    assert "BOLLINI_CHANNEL" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["backup"])
    assert "--out" in capsys.readouterr().err
