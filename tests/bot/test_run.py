"""`bollini run` as an operator meets it: what is missing or wrong is said in a sentence, exit 2."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot import intake, rivals
from bot.__main__ import main
from bot.app import RunningBot
from bot.channel import NO_ADMINISTRATOR, NOT_FOUND, look_at
from bot.intake import Polling
from bot.rivals import AnotherPoller
from bot.settings import Settings, SettingsError, read_settings
from participation.event import PACKAGED
from rehearsal.telegram import Fault
from storage.sqlite import open_sqlite
from tests.support.hall import CHANNEL, TOKEN, eventually, open_hall
from tests.support.process import bot_process, running, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall

CONFLICT = Fault(
    status=409,
    description="Conflict: terminated by other getUpdates request; make sure that only one bot is running",
)


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
        (garbage, "it is no database. Choose another file"),
        (newer, "schema version 9999"),
        (tmp_path / "nowhere" / "event.db", "Check that its folder exists"),
        (tmp_path, "it is a folder. Name a file."),
    ):
        status, said = await ended(tmp_path, **settings_of(hall, BOLLINI_DATABASE=str(path)))
        assert (2, True) == (status, words in said), said
        assert is_a_sentence(said)
    assert b"this is no database" * 100 == garbage.read_bytes()


async def test_a_disk_that_takes_no_more(hall: Hall, tmp_path: Path) -> None:
    """A new database that cannot be made, and one that is there but cannot be written."""
    await hall.stops()
    for path in (tmp_path / "new.db", hall.settings.database):
        async with running(
            tmp_path, "run", environment=settings_of(hall, BOLLINI_DATABASE=str(path)), largest_file=8192
        ) as bot:
            assert 2 == await bot.ends(), bot.output
            assert "Check that the disk is not full" in bot.output
            assert is_a_sentence(bot.output)
    async with bot_process(hall, tmp_path) as bot:
        assert (0, True) == ((await bot.terminate())[0], '"stopped"' in bot.output)


async def test_a_disk_with_room_for_the_tables_of_a_new_database_but_not_for_its_event(
    hall: Hall, tmp_path: Path
) -> None:
    await hall.stops()
    log = tmp_path / "measured.db-wal"
    measured = await open_sqlite(tmp_path / "measured.db")
    tables_alone = log.stat().st_size
    await measured.close()
    path = tmp_path / "new.db"
    async with running(
        tmp_path,
        "run",
        environment=settings_of(hall, BOLLINI_DATABASE=str(path)),
        largest_file=tables_alone + 4 * 4120,
    ) as bot:
        assert 2 == await bot.ends(), bot.output
        assert f"The database {path} cannot be used: reading or writing it failed" in bot.output
        assert "Check that the disk is not full" in bot.output
        assert is_a_sentence(bot.output)


async def test_a_second_bot_on_one_database_is_refused_until_the_first_is_gone(
    hall: Hall, tmp_path: Path
) -> None:
    await hall.stops()
    other_name = tmp_path / "another-name.db"
    other_name.symlink_to(hall.settings.database)
    async with bot_process(hall, tmp_path) as first:
        status, said = await ended(tmp_path, **settings_of(hall, BOLLINI_DATABASE=str(other_name)))
        assert (2, True) == (status, "Another bollini run (process " in said), said
        assert is_a_sentence(said)
        await first.kill()
        async with bot_process(hall, tmp_path) as second:
            assert 0 == (await second.terminate())[0]


async def test_of_two_bots_with_one_token_the_one_that_came_last_leaves(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On databases of their own nothing but Telegram knows of both, and each would get a part of the acts."""
    monkeypatch.setattr(rivals, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(intake, "CONFLICT_SECONDS", 0.05)
    await hall.somebody().registers("T6")
    assert isinstance(hall.bot._intake, Polling)
    hall.bot._intake._rivals._began -= rivals.NEW_SECONDS + 1
    database = await open_sqlite(tmp_path / "other.db")
    settings = hall.settings.model_copy(update={"database": tmp_path / "other.db"})
    try:
        late = RunningBot(settings, hall.event, hall.definition, database, hall.clock)
        async with asyncio.timeout(30):
            with pytest.raises(AnotherPoller, match=r"Stop that one, then start again\."):
                await late.run()
    finally:
        await database.close()
    anna = await hall.somebody().registers("T6")
    assert ("T6", "5") == await anna.seat()


async def test_another_poller_that_is_being_stopped_is_waited_for(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "CONFLICT_SECONDS", 0.05)
    await hall.stops()
    hall.breaks("getUpdates", CONFLICT, times=5)
    with capture_logs() as logged:
        hall.starts()
        anna = await hall.somebody().registers("T6")
    assert ("T6", "5") == await anna.seat()
    assert 5 == [entry["event"] for entry in logged].count("another_poller")


def test_who_has_long_been_at_work_stays() -> None:
    now = 0.0
    heard = rivals.Rivals(lambda: now)
    heard.begin()
    heard.heard()
    now = rivals.GRACE_SECONDS
    with pytest.raises(AnotherPoller):
        heard.heard()
    now = rivals.NEW_SECONDS + 1
    heard.heard()


async def test_a_channel_in_which_the_bot_may_not_post_is_said_at_the_start(tmp_path: Path) -> None:
    async with open_hall(tmp_path, channel=True) as hall:
        bot = hall.bot.application.bot
        await eventually(lambda: hall.telegram.calls_by_method["deleteWebhook"] > 0)
        assert await look_at(bot, CHANNEL) is None
        assert NOT_FOUND == await look_at(bot, -1009)
        await hall.stops()
        hall.telegram.channel(CHANNEL).remove_bot()
        with capture_logs() as logged:
            hall.starts()
            await eventually(lambda: any(entry["event"] == "channel_not_ready" for entry in logged))
        assert NO_ADMINISTRATOR == next(e["advice"] for e in logged if e["event"] == "channel_not_ready")
        anna = await hall.somebody().registers("T6")
        assert ("T6", "5") == await anna.seat()


async def test_a_port_that_is_taken(hall: Hall, tmp_path: Path) -> None:
    await hall.stops()
    port = hall.telegram.url.rpartition(":")[2]
    status, said = await ended(tmp_path, **settings_of(hall, BOLLINI_HEALTH_PORT=port))
    assert (2, True) == (status, "Choose another BOLLINI_HEALTH_PORT" in said), said
    assert is_a_sentence(said)


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


async def test_an_event_file_changed_while_the_event_runs(hall: Hall, tmp_path: Path) -> None:
    """Texts are read anew; of anything else the difference is shown, and the way out is one option."""
    anna = await hall.somebody().registers("T6")
    await hall.stops()
    path = tmp_path / "changed.toml"
    text = PACKAGED.read_text(encoding="utf-8").replace('title = "Salute"', 'title = "Salute e sport"')
    text = text.replace("\ndots = 6\n", "\ndots = 8\n").replace('time = "10:30"', 'time = "10:35"')
    path.write_text(text, encoding="utf-8")
    settings = settings_of(hall, BOLLINI_EVENT=str(path))
    for language, words in (
        ("it", ("Altre 2 cose sono diverse:", "prima: 10:30; ora: 10:35", "prima: 6; ora: 8", "--as-stored")),
        ("en", ("2 other things are different:", "before: 6; now: 8", "Put back into the file")),
    ):
        async with running(tmp_path, "run", "--language", language, environment=settings) as bot:
            assert 2 == await bot.ends()
            assert [] == [each for each in words if each not in bot.output]
            assert "  agenda[session2].time\n" in bot.output
            assert is_a_sentence(bot.output)
    async with running(tmp_path, "run", "--as-stored", environment=settings) as bot:
        await bot.says('"started"')
        (shown,) = await anna.says("/programma")
        assert "10:30" in shown
        assert 0 == (await bot.terminate())[0]


async def test_going_on_as_stored_needs_something_stored(hall: Hall, tmp_path: Path) -> None:
    await hall.stops()
    new = settings_of(hall, BOLLINI_DATABASE=str(tmp_path / "new.db"))
    async with running(tmp_path, "run", "--as-stored", environment=new) as bot:
        assert 2 == await bot.ends()
        assert "Start without --as-stored" in bot.output
        assert is_a_sentence(bot.output)
    async with hall.database.transaction() as tx:
        await tx.fetch("UPDATE event SET definition = 'of a former version'")
    async with running(tmp_path, "run", "--as-stored", environment=settings_of(hall)) as bot:
        assert 2 == await bot.ends()
        assert "cannot read the event in the database" in bot.output
        assert is_a_sentence(bot.output)


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
    for command in ("check", "run", "invite", "rehearse", "backup", "health", "summary"):
        assert command in said
