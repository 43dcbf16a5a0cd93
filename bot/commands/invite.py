"""`bollini invite`: one-time links for who facilitates and for the regia."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.settings import SettingsError, read_settings
from participation import joining
from participation.event import EventFileError, load
from participation.notices import Role
from storage.database import DatabaseError
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    import argparse

    from bot.settings import Settings
    from participation.event import Event

HOURS = 72


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Who the links are for."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument(
        "--table", metavar="CODE", action="append", help="a facilitator of this table; may be repeated"
    )
    who.add_argument("--regia", action="store_true", help="somebody of the regia")
    who.add_argument(
        "--everybody", action="store_true", help="every facilitator of the event file, and one of the regia"
    )
    parser.add_argument("--count", type=_positive, default=1, metavar="N", help="links for each (default 1)")
    parser.add_argument(
        "--hours", type=_positive, default=HOURS, metavar="N", help=f"valid for N hours (default {HOURS})"
    )
    parser.add_argument("--bot", metavar="USERNAME", help="the bot's user name, to print whole links")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def run(arguments: argparse.Namespace) -> int:
    """Print one link a line; they are shown this once, only their hashes are kept."""
    try:
        settings = read_settings()
        event = load(settings.event)
        wanted = _wanted(arguments, event)
        made = asyncio.run(_make(settings, wanted, arguments.hours))
    except (SettingsError, EventFileError, DatabaseError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyError as error:
        tables = ", ".join(table.code for table in event.tables)
        print(f"There is no table {error}. The tables are: {tables}.", file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(made))
        return 0
    for link in made:
        address = (
            f"https://t.me/{arguments.bot}?start={link['payload']}"
            if arguments.bot
            else f"/start {link['payload']}"
        )
        print(f"{link['role']:<12}{link['table'] or '':<6}{address}")
    return 0


def _wanted(arguments: argparse.Namespace, event: Event) -> list[tuple[Role, str | None]]:
    if arguments.everybody:
        found: list[tuple[Role, str | None]] = [
            (Role.FACILITATOR, table.code) for table in event.tables for _ in table.facilitators
        ]
        found.append((Role.REGIA, None))
    elif arguments.regia:
        found = [(Role.REGIA, None)]
    else:
        found = [(Role.FACILITATOR, event.table(code).code) for code in arguments.table]
    return [each for each in found for _ in range(arguments.count)]


async def _make(
    settings: Settings, wanted: list[tuple[Role, str | None]], hours: int
) -> list[dict[str, str | None]]:
    now = datetime.now(UTC)
    database = await open_sqlite(settings.database)
    try:
        return [
            {
                "role": role,
                "table": table,
                "payload": await joining.invite(
                    database, role, table, secrets.token_urlsafe(16), now, now + timedelta(hours=hours)
                ),
            }
            for role, table in wanted
        ]
    finally:
        await database.close()
