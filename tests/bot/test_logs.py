"""What the log shows, and what it must never show: the token, who people are and what they wrote."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from rehearsal.telegram import Fault
from tests.support.hall import CHANNEL, TOKEN, Somebody
from tests.support.process import ROOT, bot_process, running, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall

SECRET = TOKEN.partition(":")[2]


def logged(script: str, status: int = 0) -> list[str]:
    """The lines that a small program logs, once `configure` was called with TOKEN."""
    whole = (
        "import logging, sys, structlog\n"
        "from bot.logs import configure\n"
        f"TOKEN = {TOKEN!r}\n"
        "trouble = configure(TOKEN)\n"
        "log = structlog.get_logger()\n" + script
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", whole], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (status, "") == (done.returncode, done.stdout), done.stderr
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
    # Our own entries keep their values, but for the token; of libraries and exceptions there are none.
    assert 5 == said.count("<token>")
    assert ["ERROR aiohttp 5 got %s", "ERROR aiohttp 6 got %r", "WARNING x 7 quoted %s"] == [
        line for line in said.splitlines() if line.startswith(("ERROR aiohttp", "WARNING x"))
    ]


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


PERSONAL = """
import asyncio, gc, sqlite3, sys, threading, warnings
from telegram.error import BadRequest
typed, name, chat = "Servono treni", "Annamaria", 7310446901

class Update:
    def __repr__(self):
        return f"<Update {typed} of {name} in {chat}>"

async def breaks(update):
    kept = typed
    raise ValueError(f"cannot read {kept!r} of {name} in {chat}")

try:
    try:
        int(typed)
    except ValueError as error:
        raise KeyError(name) from error
except KeyError as error:
    error.add_note(f"while handling {typed}")
    log.error("1", exc_info=error)
    log.exception("2")
    logging.getLogger("telegram.ext").exception("3 No error handlers are registered, %s", typed)
log.error("4", error=BadRequest(f'Bad entities: unsupported tag "{typed}" in {chat}').message)
log.error("5", exc_info=ExceptionGroup(typed, [BadRequest(f"Chat {chat} not found"), ValueError(name)]))
logging.getLogger("aiohttp").warning(f"6 odd header: {typed!r}")
logging.getLogger("asyncio").error(f"7 Exception in callback f({Update()}) at x.py:3\\nhandle: {Update()}")
logging.getLogger("broken").error("8 %s %s", typed)
warnings.warn(f"9 Glyph missing: {typed}", UserWarning)
threading.Thread(target=int, args=(typed,)).start()

class Last:
    def __del__(self):
        raise ValueError(typed)

last = Last()
del last

async def main():
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0
    loop.call_soon(lambda update: 1 / 0, Update())
    lost = asyncio.create_task(breaks(Update()), name=typed)
    await asyncio.sleep(0.01)
    del lost
    gc.collect()
    loop.call_exception_handler({"message": "12 trouble", "update": Update()})

asyncio.run(main())
try:
    sqlite3.connect(":memory:").execute("INSERT INTO nowhere VALUES ('Servono treni')")
except sqlite3.Error:
    log.exception("13")
raise RuntimeError(f"14 {typed}")
"""


def test_nothing_personal_comes_out_of_exceptions_libraries_asyncio_or_python_itself() -> None:
    said = "\n".join(logged(PERSONAL, status=1))
    for secret in ("treni", "Annamaria", "7310446901", "<Update"):
        assert secret not in said, said
    # What is needed to mend it is there: each of them, of what kind, and where.
    for told in (
        '"event": "1"', "KeyError", '"event": "2"', "ERROR telegram.ext 3 No error handlers", '"event": "4"',
        "unsupported tag <quoted>", "ExceptionGroup", "Chat <number> not found", "WARNING aiohttp 6 odd",
        "ERROR asyncio 7 Exception in callback f", "ERROR broken 8", "python_warning", "UserWarning",
        '"where": "thread"', '"where": "finaliser"', "WARNING asyncio Executing %s took %.3f seconds",
        "ZeroDivisionError", "Task exception was never retrieved", "ERROR asyncio 12 trouble",
        "no such table: nowhere", '"where": "program"', "RuntimeError",
    ):  # fmt: skip
        assert told in said, (told, said)


def test_trouble_is_counted_by_level_and_event() -> None:
    lines = logged(
        'for _ in range(3): log.warning("send_again", letter=1)\n'
        'log.info("started")\n'
        'logging.getLogger("aiohttp.client").error("a")\n'
        "print(sorted(trouble.counts.items()), file=sys.stderr)"
    )
    assert "[(('error', 'library:aiohttp'), 1), (('warning', 'send_again'), 3)]" == lines[-1]


LEVELS = ("debug", "info", "warning", "error", "exception", "critical")
VALUES = {
    "advice", "after", "at", "category", "code", "count", "error", "event_code", "exc_info", "failures",
    "key", "kind", "letter", "level", "library", "people", "port", "tables", "update", "where", "worker",
    "attempts", "notice", "seconds", "version", "waiting",
}  # fmt: skip
"""The values that entries of ours may have: kinds, counts, ids of rows; none is of a person."""


def test_every_entry_of_ours_has_a_fixed_name_and_only_values_known_to_be_harmless() -> None:
    """Whoever adds a value decides here that it tells nothing of a person."""
    entries = 0
    for room in ("bot", "handlers", "participation", "charts", "storage", "locales"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(
                        func=ast.Attribute(value=ast.Name(id="log"), attr=level), args=args, keywords=keywords
                    ) if level in LEVELS:
                        entries += 1
                        (event,) = args
                        assert isinstance(event, ast.Constant), ast.unparse(node)
                        assert re.fullmatch(r"[a-z_]+", str(event.value)), ast.unparse(node)
                        assert {each.arg for each in keywords} <= VALUES, ast.unparse(node)
    assert entries > 25


IDS = (7310446901, 7310446902, 7310446903)


async def test_a_whole_life_full_of_trouble_tells_nobody(hall: Hall, tmp_path: Path) -> None:
    """A piece of an event in which much goes wrong, with Python and asyncio at their most talkative."""
    anna, bruno, carla = [
        Somebody(hall, hall.telegram.phone(number, name, "Rossiglione", username=f"{name.lower()}_r"))
        for number, name in zip(IDS, ("Annamaria", "Brunello", "Carlotta"), strict=True)
    ]
    for who in (anna, bruno, carla):
        await who.registers("T6")
    await hall.at("10:12")
    await hall.stops()
    # A table that the event does not have: nothing of the bot's makes this, so something breaks.
    async with hall.database.transaction() as tx:
        await tx.fetch("PRAGMA defer_foreign_keys = ON")
        await tx.fetch("INSERT INTO tables (code, position, phase) VALUES ('T77', 77, 'session1')")
        await tx.fetch("UPDATE people SET table_code = 'T77' WHERE telegram_id = $1", carla.phone.id)
    hall.breaks("editMessageText", Fault(status=400, description='Bad Request: tag "Annamaria" 7310446901'))
    async with running(
        tmp_path,
        "run",
        flags=("-X", "dev"),
        environment=settings_of(
            hall,
            PYTHONASYNCIODEBUG="1",
            PYTHONUNBUFFERED="1",
            BOLLINI_CHANNEL=str(CHANNEL),
            BOLLINI_HEALTH_PORT="0",
        ),
    ) as bot:
        await bot.says('"started"')
        await anna.says("Servono treni segretissimi")
        carla.phone.say("un'altra frase segretissima")
        await bot.says("update_broke")
        await anna.taps("1.1")
        await bot.says("edit_refused")
        bruno.phone.block()
        hall.breaks("sendMessage", Fault(status=502), times=3)
        anna.phone.say("1.2 segretissimi 1.3")
        url = hall.telegram.url
        hall.telegram.world.queue("message", {"text": "un messaggio segretissimo senza mittente"})
        await bot.says("update_unreadable")
        await hall.telegram.stop()
        await bot.says("polling_failed", 3)
        status, _ = await bot.terminate()
    assert 0 == status
    for secret in (
        SECRET, url, "segretissim", "senza mittente", "Annamaria", "Brunello", "Carlotta", "Rossiglione",
        "annamaria_r", str(CHANNEL).removeprefix("-100"), *map(str, IDS),
    ):  # fmt: skip
        assert secret not in bot.output, bot.output


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
