"""`bollini run`: the bot, until it is stopped."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from telegram.error import InvalidToken

from bot import app
from bot.logs import configure
from bot.settings import Settings
from participation.event import PACKAGED, EventFileError, load
from storage.database import DatabaseError
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    import argparse

    from participation.event import Event

HELP = "run the bot (settings: BOLLINI_TOKEN and others, see README)"

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
    """Run until stopped; 2 when something has to be set first."""
    settings = Settings()
    if settings.token is None or not settings.token.get_secret_value().strip():
        print(HOW_TO_GET_ONE, file=sys.stderr)
        return 2
    configure(settings.token.get_secret_value())
    try:
        event = load(settings.event)
    except EventFileError as error:
        print(f"{error}\nSee all of it in plain words: bollini check {error.path}", file=sys.stderr)
        return 2
    definition = (settings.event or PACKAGED).read_text(encoding="utf-8")
    try:
        asyncio.run(_run(settings, event, definition))
    except DatabaseError as error:
        print(error, file=sys.stderr)
        return 2
    except InvalidToken:
        print(HOW_TO_MEND_IT, file=sys.stderr)
        return 2
    return 0


async def _run(settings: Settings, event: Event, definition: str) -> None:
    database = await open_sqlite(settings.database)
    try:
        await app.run(settings, event, definition, database)
    finally:
        await database.close()
