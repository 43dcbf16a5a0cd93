"""`bollini invite`: one-time links for every role."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.settings import SettingsError, read_settings
from participation import invitations
from participation.event import EventFileError, load
from participation.notices import Role
from storage.database import DatabaseError
from storage.roles import Grant
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
    who.add_argument(
        "--assistant", metavar="CODE", action="append", help="an assistant of this table; may be repeated"
    )
    who.add_argument(
        "--venue", metavar="CODE", action="append", help="the lead of this venue; may be repeated"
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
    except _Unknown as error:
        print(error, file=sys.stderr)
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
        print(f"{link['role']:<12}{link['table'] or link['venue'] or '':<6} {address}")
    return 0


class _Unknown(Exception):
    """There is no such table or venue; `str()` is a sentence for the operator."""


def _wanted(arguments: argparse.Namespace, event: Event) -> list[Grant]:
    if arguments.everybody:
        found = [Grant(Role.FACILITATOR, table.code) for table in event.tables for _ in table.facilitators]
        found.append(Grant(Role.REGIA))
    elif arguments.regia:
        found = [Grant(Role.REGIA)]
    elif arguments.venue:
        found = [Grant(Role.VENUE_LEAD, venue=_venue(code, event)) for code in arguments.venue]
    elif arguments.assistant:
        found = [Grant(Role.ASSISTANT, _table(code, event)) for code in arguments.assistant]
    else:
        found = [Grant(Role.FACILITATOR, _table(code, event)) for code in arguments.table]
    return [each for each in found for _ in range(arguments.count)]


def _table(code: str, event: Event) -> str:
    try:
        return event.table(code).code
    except KeyError as error:
        tables = ", ".join(table.code for table in event.tables)
        message = f"There is no table {error}. The tables are: {tables}."
        raise _Unknown(message) from None


def _venue(code: str, event: Event) -> str:
    try:
        return event.venue(code.casefold()).code
    except KeyError as error:
        venues = ", ".join(venue.code for venue in event.venues)
        message = f"There is no venue {error}. The venues are: {venues}."
        raise _Unknown(message) from None


async def _make(settings: Settings, wanted: list[Grant], hours: int) -> list[dict[str, str | None]]:
    now = datetime.now(UTC)
    database = await open_sqlite(settings.database)
    try:
        return [
            {
                "role": each.role,
                "table": each.table or None,
                "venue": each.venue or None,
                "payload": await invitations.invite(
                    database,
                    Role(each.role),
                    each.table or None,
                    secrets.token_urlsafe(16),
                    now,
                    now + timedelta(hours=hours),
                    venue=each.venue or None,
                ),
            }
            for each in wanted
        ]
    finally:
        await database.close()
