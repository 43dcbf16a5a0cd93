"""`bollini import-suggestions`: what it says, how it ends, and that it imports once."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from bot.__main__ import main
from locales.translator import FOLDER
from participation import suggestion_file
from participation.event import PACKAGED
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall

GOOD = "ID risposta;Strategia;Zona omogenea;Suggerimento;E-mail\n1;4.1;5;Più alberi;a@example.org\n"


@pytest.fixture
def database(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of a bot that is running."""
    monkeypatch.setenv("BOLLINI_DATABASE", str(hall.settings.database))
    return hall.settings.database


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> str:
    path = tmp_path / "answers.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


async def count(database: Path) -> int:
    opened = await open_sqlite(database)
    try:
        return int((await opened.fetch("SELECT count(*) AS n FROM suggestions"))[0]["n"])
    finally:
        await opened.close()


async def run(*typed: str) -> int:
    """The command in a thread, as beside the bot: it has an event loop of its own."""
    return await asyncio.to_thread(main, ["import-suggestions", *typed])


async def test_a_file_is_brought_in_once_while_the_bot_runs(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, GOOD)
    assert 0 == await run(path, "--dry-run")
    assert f"{path}: sarebbe importato 1 suggerimento nuovo (prova" in capsys.readouterr().out
    assert 0 == await count(database)
    assert 0 == await run(path)
    assert f"{path}: importato 1 suggerimento nuovo." in capsys.readouterr().out
    assert 0 == await run(path)
    out = capsys.readouterr().out
    assert "importati 0 suggerimenti nuovi" in out
    assert "1 era già importato" in out
    assert 1 == await count(database)


async def test_rows_that_are_rejected_are_said_and_the_others_are_brought_in(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, GOOD + "2;9.9;5;a;\n3;4.1;Atlantide;a;\n4;4.1;5;;\n")
    assert 1 == await run(path)
    out = capsys.readouterr().out
    assert "3 righe non sono importabili:" in out
    assert "  linea 3: «9.9» non è una strategia" in out
    assert "  linea 4: «Atlantide» non è una Zona" in out
    assert "  linea 5: non c'è testo in «Suggerimento»." in out
    assert 1 == await count(database)
    assert 1 == await run(path, "--language", "en")
    assert '  line 4: "Atlantide" is no zone' in capsys.readouterr().out


async def test_windows_text_is_said_plainly(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del database
    assert 0 == await run(written(tmp_path, GOOD, "cp1252"))
    assert "è stato letto come Windows-1252" in capsys.readouterr().out


async def test_a_file_of_which_nothing_can_be_read_changes_nothing(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == await run(written(tmp_path, "Strategia;Testo\n4.1;a\n"))
    said = capsys.readouterr().err
    assert "non è stato importato nulla" in said
    assert "mancano le colonne «Suggerimento», «Zona omogenea» e «ID risposta»" in said
    assert "Ci sono: «Strategia» e «Testo»" in said
    assert 2 == await run(str(tmp_path / "nowhere.csv"))
    assert "nowhere.csv" in capsys.readouterr().err
    assert 0 == await count(database)


async def test_the_database_must_be_there_and_of_this_event(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, GOOD)
    assert 2 == await run(path, "--database", str(tmp_path / "none.db"))
    assert "There is no database" in capsys.readouterr().err
    event = tmp_path / "event.toml"
    event.write_text(
        PACKAGED.read_text(encoding="utf-8").replace("psm-torino-2024-2026", "another", 1), encoding="utf-8"
    )
    assert 2 == await run(path, "--event", str(event))
    assert "belongs to the event psm-torino-2024-2026" in capsys.readouterr().err
    assert 0 == await count(database)


def test_every_reason_has_its_sentence_and_no_sentence_is_idle() -> None:
    source = inspect.getsource(suggestion_file)
    with (FOLDER / "it" / "LC_MESSAGES" / "cli.po").open("rb") as file:
        keys = [str(m.id if isinstance(m.id, str) else m.id[0]) for m in read_po(file, locale="it") if m.id]
    for prefix in ("import.reason.", "import.unusable."):
        kinds = [key.removeprefix(prefix) for key in keys if key.startswith(prefix)]
        assert kinds
        assert [] == [kind for kind in kinds if f'"{kind}"' not in source]
