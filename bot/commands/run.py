"""`bollini run`: the bot, until it is stopped."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, time
from textwrap import shorten
from typing import TYPE_CHECKING

import structlog
from telegram.error import InvalidToken

from bot import app
from bot.logs import configure
from bot.rivals import AnotherPoller
from bot.settings import SettingsError, read_settings
from locales.translator import load_translators
from participation.event import PACKAGED, EventFileError, load, read
from participation.event_change import EventChanged
from storage import tables
from storage.database import DatabaseError, Unavailable
from storage.lock import alone
from storage.sqlite import open_sqlite
from storage.upkeep import make_sure_it_can_be_written, why_unavailable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from bot.logs import Trouble
    from bot.settings import Settings
    from locales.translator import Translator
    from participation.event import Event
    from storage.database import Database

log = structlog.get_logger(__name__)

HOW_TO_GET_ONE = (
    "There is no token. Ask @BotFather on Telegram for one (/newbot), then start again with it in the "
    "environment: BOLLINI_TOKEN=123456:ABC... bollini run"
)
HOW_TO_MEND_IT = (
    "Telegram does not know this token. Copy it again from @BotFather (/mybots, API Token) into "
    "BOLLINI_TOKEN."
)


NOTHING_STORED = (
    "The database {path} has no event yet, so there is none to go on with. Start without --as-stored, with "
    "the event file in BOLLINI_EVENT."
)
NOT_READ = (
    "This version of Bollini cannot read the event in the database {path}. Start the version that wrote it, "
    "or start without --as-stored."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """All else is set by the environment."""
    parser.add_argument(
        "--as-stored",
        action="store_true",
        help="go on with the event as the database has it, whatever the event file says now",
    )
    parser.add_argument(
        "--language", default="it", help="language in which a changed event file is shown: it (default) or en"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run until stopped; 2 when something has to be set first, 1 when the bot broke."""
    try:
        settings = read_settings()
        if settings.token is None or not settings.token.get_secret_value():
            raise SettingsError(HOW_TO_GET_ONE)
        trouble = configure(settings.token.get_secret_value())
        given = None if arguments.as_stored else _given(settings)
        with alone(settings.database):
            asyncio.run(_run(settings, given, trouble))
    except Exception as error:
        said = _sentence(error, arguments.language)
        if said is None:
            # Into the log, where the token is hidden: in Python's own trace it would not be.
            log.critical("broke", error=type(error).__name__, exc_info=True)
            return 1
        print(said, file=sys.stderr)
        return 2
    return 0


def _sentence(error: Exception, language: str) -> str | None:
    """What an operator is told and can do about it; None when it is a defect of ours."""
    match error:
        case EventFileError():
            return f"{error}\nSee all of it in plain words: bollini check {error.path}"
        case EventChanged():
            return "\n".join(differences(error, load_translators(UTC).of(language)))
        case SettingsError() | DatabaseError() | AnotherPoller():
            return str(error)
        case InvalidToken():
            return HOW_TO_MEND_IT
        case _:
            return None


def _given(settings: Settings) -> tuple[Event, str]:
    """The event of the settings' file, and its text."""
    return load(settings.event), (settings.event or PACKAGED).read_text(encoding="utf-8")


async def _run(settings: Settings, given: tuple[Event, str] | None, trouble: Trouble) -> None:
    database = await open_sqlite(settings.database)
    try:
        await make_sure_it_can_be_written(database, settings.database)
        event, definition = given or await _stored(settings, database)
        await app.run(settings, event, definition, database, trouble)
    except Unavailable as error:
        raise DatabaseError(why_unavailable(settings.database, error)) from error
    finally:
        await database.close()


async def _stored(settings: Settings, database: Database) -> tuple[Event, str]:
    definition = await tables.event_definition(database)
    if definition is None:
        raise DatabaseError(NOTHING_STORED.format(path=settings.database))
    try:
        return read(definition), definition
    except EventFileError as error:
        raise DatabaseError(NOT_READ.format(path=settings.database)) from error


def differences(error: EventChanged, words: Translator) -> Iterator[str]:
    """The lines that say what of an event file was changed too late, and the ways out."""
    yield words.plain("run.changed.heading", n=len(error.changes))
    for change in error.changes:
        yield f"  {change.key_path}"
        yield "      " + words.plain(
            "run.changed.difference",
            before=_value(change.before, words),
            now=_value(change.now, words),
        )
    yield words.plain("run.changed.ways_out")


def _value(value: object, words: Translator) -> str:
    """A value as it stands in the file."""
    if value is None:
        return words.plain("run.changed.nothing")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return shorten(str(value), 80, placeholder=" ...")
