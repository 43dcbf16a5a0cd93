"""`bollini summary`: everything counted in a database, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.settings import SettingsError, read_settings
from participation import suggestions, summary, usage
from storage import outbox, people
from storage.database import DatabaseError
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where from and where to."""
    parser.add_argument("--database", type=Path, help="the database (default: BOLLINI_DATABASE)")
    parser.add_argument("--out", type=Path, help="the file to write (default: standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Write the summary; 2 when the database cannot be read."""
    try:
        settings = read_settings()
        path = arguments.database or settings.database
        if not path.exists():
            message = f"There is no database {path}. Name one: bollini summary --database FILE"
            raise DatabaseError(message)
        text = json.dumps(asyncio.run(read(path)), ensure_ascii=False, indent=2)
    except (SettingsError, DatabaseError) as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.out is None:
        print(text)
    else:
        arguments.out.write_text(text + "\n", encoding="utf-8")
    return 0


async def read(path: Path) -> dict[str, Any]:
    """People registered, each table in figures and what it used, suggestions, posts to channels."""
    database = await open_sqlite(path)
    try:
        return {
            "people": await people.registered(database),
            "tables": await summary.by_table(database),
            "used": await usage.by_table(database),
            "suggestions": await suggestions.counts(database),
            "channel_posts": await outbox.channel_posts(database),
        }
    finally:
        await database.close()


def count_calls(path: Path) -> dict[str, Any]:
    """How many calls a recording (`calls.jsonl` of a rehearsal) holds, and the errors by their code."""
    total = 0
    errors: Counter[str] = Counter()
    with path.open(encoding="utf-8") as file:
        for line in file:
            call = json.loads(line)
            total += 1
            if not call["ok"]:
                errors[str(call["status"])] += 1
    return {"total": total, "errors": dict(sorted(errors.items()))}
