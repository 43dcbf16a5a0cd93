"""What the log shows, and what it must never show: the token, and what people wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.hall import TOKEN
from tests.support.process import ROOT, bot_process, running, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall

SECRET = TOKEN.partition(":")[2]


def logged(script: str) -> list[str]:
    """The lines that a small program logs, once `configure` was called with TOKEN."""
    whole = (
        "import logging, structlog\n"
        "from bot.logs import configure\n"
        f"TOKEN = {TOKEN!r}\n"
        "configure(TOKEN)\n"
        "log = structlog.get_logger()\n" + script
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", whole], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )
    assert "" == done.stdout
    return done.stderr.splitlines()


def test_one_json_object_a_line_with_its_time_and_level() -> None:
    (line,) = logged('log.info("started", tables=10)')
    entry = json.loads(line)
    assert ("started", "info", 10) == (entry["event"], entry["level"], entry["tables"])
    assert entry["timestamp"].endswith("Z")


TELLTALES = """
log.error("1", url=f"https://api.telegram.org/bot{TOKEN}/getMe")
log.error("2", nested={"deep": [TOKEN]}, bytes=TOKEN.encode())
log.error(f"3 with {TOKEN} in it")
log.error("4", half=TOKEN.partition(":")[2])
logging.getLogger("aiohttp").error("5 got %s", TOKEN)
logging.getLogger("aiohttp").error("6 got %r", {"url": TOKEN})
logging.getLogger("x").warning("7 quoted %s", TOKEN.replace(":", "%3A"))
try:
    raise ValueError(f"no way to https://h/bot{TOKEN}/getMe")
except ValueError as error:
    log.exception("8")
    log.error("9", exc_info=error)
    logging.getLogger("asyncio").exception("10 Task exception was never retrieved")
"""


def test_the_token_is_hidden_wherever_it_stands() -> None:
    said = "\n".join(logged(TELLTALES))
    assert SECRET not in said
    assert 11 == said.count("<token>")


def test_libraries_are_heard_from_warning_on() -> None:
    lines = logged(
        'logging.getLogger("telegram").info("a")\n'
        'logging.getLogger("aiohttp").warning("b")\n'
        'logging.getLogger("apscheduler.scheduler").warning("c")\n'
        'logging.getLogger("apscheduler.executors").error("d")'
    )
    assert ["WARNING aiohttp b", "ERROR apscheduler.executors d"] == lines


def test_telegrams_library_does_not_tell_what_people_wrote() -> None:
    """It logs whole updates when it cannot read one."""
    lines = logged(
        'logging.getLogger("telegram.Bot").critical("Error. Received data was %r", [{"text": "un segreto"}])'
    )
    assert ["CRITICAL telegram.Bot Error. Received data was %r"] == lines


async def test_a_whole_life_full_of_trouble_tells_no_token_and_no_words(hall: Hall, tmp_path: Path) -> None:
    """Debug mode of Python and asyncio, an update nobody can read, a server that goes away."""
    anna = await hall.somebody("Annamaria").registers("T6")
    await hall.at("10:12")
    await hall.stops()
    async with running(
        tmp_path,
        "run",
        flags=("-X", "dev"),
        environment=settings_of(hall, PYTHONASYNCIODEBUG="1", PYTHONUNBUFFERED="1"),
    ) as bot:
        await bot.says('"started"')
        await anna.says("Servono treni segretissimi")
        url = hall.telegram.url
        hall.telegram.world.queue("message", {"text": "un messaggio senza mittente"})
        await bot.says("update_unreadable")
        await hall.telegram.stop()
        await bot.says("polling_failed", 3)
        status, _ = await bot.terminate()
    assert 0 == status
    assert SECRET not in bot.output
    assert url not in bot.output
    assert "segretissimi" not in bot.output
    assert "senza mittente" not in bot.output
    assert "Annamaria" not in bot.output


async def test_the_apologys_code_stands_in_the_real_log(hall: Hall, tmp_path: Path) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.stops()
    # A table that the event does not have: nothing of the bot's makes this, so something breaks.
    async with hall.database.transaction() as tx:
        await tx.fetch("PRAGMA defer_foreign_keys = ON")
        await tx.fetch("INSERT INTO tables (code, position, phase) VALUES ('T77', 77, 'registration')")
        await tx.fetch("UPDATE people SET table_code = 'T77'")
    async with bot_process(hall, tmp_path) as bot:
        (apology,) = await anna.opens()
        await bot.says("update_broke")
        entry = next(json.loads(line) for line in bot.output.splitlines() if "update_broke" in line)
        assert entry["code"] in apology
        assert "KeyError" == entry["error"]
