"""`bollini run`: the bot, until it is stopped."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import structlog
from telegram.error import InvalidToken

from bot import app
from bot.logs import configure
from bot.settings import SettingsError, read_settings
from participation.event import PACKAGED, EventFileError, load
from storage.database import DatabaseError
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    import argparse

    from bot.settings import Settings
    from participation.event import Event

log = structlog.get_logger(__name__)


HOW_TO_GET_ONE = (
    "There is no token. Ask @BotFather on Telegram for one (/newbot), then start again with it in the "
    "environment: BOLLINI_TOKEN=123456:ABC... bollini run"
)
HOW_TO_MEND_IT = (
    "Telegram does not know this token. Copy it again from @BotFather (/mybots, API Token) into "
    "BOLLINI_TOKEN."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: all is set by the environment."""


def run(arguments: argparse.Namespace) -> int:
    """Run until stopped; 2 when something has to be set first, 1 when the bot broke."""
    try:
        settings = read_settings()
        if settings.token is None or not settings.token.get_secret_value():
            print(HOW_TO_GET_ONE, file=sys.stderr)
            return 2
        configure(settings.token.get_secret_value())
        event = load(settings.event)
        definition = (settings.event or PACKAGED).read_text(encoding="utf-8")
        asyncio.run(_run(settings, event, definition))
    except EventFileError as error:
        print(f"{error}\nSee all of it in plain words: bollini check {error.path}", file=sys.stderr)
        return 2
    except (SettingsError, DatabaseError) as error:
        print(error, file=sys.stderr)
        return 2
    except InvalidToken:
        print(HOW_TO_MEND_IT, file=sys.stderr)
        return 2
    except Exception as error:
        # Into the log, where the token is hidden: in Python's own trace it would not be.
        log.critical("broke", error=type(error).__name__, exc_info=True)
        return 1
    return 0


async def _run(settings: Settings, event: Event, definition: str) -> None:
    database = await open_sqlite(settings.database)
    try:
        await app.run(settings, event, definition, database)
    finally:
        await database.close()
