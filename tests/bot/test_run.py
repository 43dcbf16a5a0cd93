"""`bollini run` as an operator meets it: what is missing or wrong is said in a sentence, exit 2."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from bot.settings import Settings, SettingsError, read_settings
from participation.event import PACKAGED
from tests.support.hall import TOKEN
from tests.support.process import running, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"BOLLINI_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("token", [None, "", "   "])
def test_without_a_token_it_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, token: str | None
) -> None:
    if token is not None:
        monkeypatch.setenv("BOLLINI_TOKEN", token)
    assert 2 == main(["run"])
    said = capsys.readouterr()
    assert "@BotFather" in said.err
    assert "BOLLINI_TOKEN" in said.err
    assert "" == said.out
    assert [] == list(tmp_path.iterdir())


def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOLLINI_TOKEN", TOKEN)
    monkeypatch.setenv("BOLLINI_CHANNEL", "the regia")
    for command in (["run"], ["invite", "--regia"], ["summary"]):
        assert 2 == main(command)
        said = capsys.readouterr().err
        assert "BOLLINI_CHANNEL" in said
        assert TOKEN not in said
        assert "Traceback" not in said


def test_settings_as_people_paste_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOLLINI_TOKEN", f" {TOKEN}\n")
    monkeypatch.setenv("BOLLINI_API_URL", "http://127.0.0.1:8081/")
    monkeypatch.setenv("BOLLINI_CHANNEL", "")
    settings = read_settings()
    assert settings.token is not None
    assert TOKEN == settings.token.get_secret_value()
    assert "http://127.0.0.1:8081" == settings.api_url
    assert settings.channel is None
    assert TOKEN not in repr(settings)
    assert TOKEN not in str(settings.model_dump())
    monkeypatch.setenv("BOLLINI_CHANNEL", "x")
    with pytest.raises(SettingsError):
        read_settings()


async def ended(folder: Path, **environment: str) -> tuple[int, str]:
    async with running(folder, "run", environment=environment) as bot:
        return await bot.ends(), bot.output


def is_a_sentence(said: str) -> bool:
    """Words for an operator: no trace, and the last line ends as a sentence does."""
    return "Traceback" not in said and 'File "' not in said and said.strip()[-1] in ".)"


async def test_a_wrong_token(hall: Hall, tmp_path: Path) -> None:
    wrong = "123456:another-secret-than-that"
    await hall.stops()
    status, said = await ended(tmp_path, **settings_of(hall, BOLLINI_TOKEN=wrong))
    assert 2 == status
    assert "Telegram does not know this token" in said
    assert is_a_sentence(said)
    assert "another-secret" not in said


async def test_databases_that_cannot_be_used(hall: Hall, tmp_path: Path) -> None:
    """One after the other: not a database, of a newer version, in a folder that is not there."""
    await hall.stops()
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"this is no database" * 100)
    newer = tmp_path / "newer.db"
    with sqlite3.connect(newer) as connection:
        connection.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        connection.execute("INSERT INTO schema_version VALUES (9999, 'of tomorrow')")
    connection.close()
    for path, words in (
        (garbage, "cannot be used"),
        (newer, "schema version 9999"),
        (tmp_path / "nowhere" / "event.db", "cannot be used"),
    ):
        status, said = await ended(tmp_path, **settings_of(hall, BOLLINI_DATABASE=str(path)))
        assert (2, True) == (status, words in said), said
        assert is_a_sentence(said)
    assert b"this is no database" * 100 == garbage.read_bytes()


async def test_an_event_file_that_is_wrong_and_a_database_of_another_event(
    hall: Hall, tmp_path: Path
) -> None:
    await hall.stops()
    other = tmp_path / "other.toml"
    text = PACKAGED.read_text(encoding="utf-8")
    other.write_text(text.replace('code = "psm-torino-2024-2026"', 'code = "another"'), encoding="utf-8")
    status, said = await ended(tmp_path, **settings_of(hall, BOLLINI_EVENT=str(other)))
    assert (2, True) == (status, "another" in said), said
    assert is_a_sentence(said)
    other.write_text(text.replace('language = "it"', 'language = "tlh"'), encoding="utf-8")
    status, said = await ended(tmp_path, **settings_of(hall, BOLLINI_EVENT=str(other)))
    assert (2, True) == (status, "bollini check" in said), said
    assert "Traceback" not in said


async def test_without_telegram_it_waits_and_ends_when_asked(hall: Hall, tmp_path: Path) -> None:
    await hall.stops()
    nobody = settings_of(hall, BOLLINI_API_URL="http://127.0.0.1:9")
    async with running(tmp_path, "run", environment=nobody) as bot:
        await bot.says("telegram_not_reached", 2)
        status, seconds = await bot.terminate()
    assert 0 == status
    assert seconds < 5
    assert TOKEN.partition(":")[2] not in bot.output


def test_the_command_line_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended_with:
        main([])
    assert 2 == ended_with.value.code
    with pytest.raises(SystemExit) as ended_with:
        main(["--help"])
    assert 0 == ended_with.value.code
    said = capsys.readouterr().out
    for command in ("check", "run", "invite", "rehearse", "summary"):
        assert command in said
