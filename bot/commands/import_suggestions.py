"""`bollini import-suggestions FILE.csv`: the answers of the online form become suggestions, each once."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

from bot.settings import SettingsError, read_settings
from locales.translator import load_translators
from participation import suggestion_file
from participation.event import EventFileError, load
from participation.suggestion_file import FileUnusable, Imported, Reading
from storage import tables
from storage.database import DatabaseError
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from locales.translator import Translator
    from participation.event import Event


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line of `import-suggestions` takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the form's answers, as CSV")
    parser.add_argument("--event", type=Path, help="the event file (default: BOLLINI_EVENT)")
    parser.add_argument("--database", type=Path, help="the database (default: BOLLINI_DATABASE)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--language", default="it", help="language of the answer: it (default) or en")


def run(arguments: argparse.Namespace) -> int:
    """Print what was brought in, and each row that was not: then it is 1; 2 when nothing could be read."""
    words = load_translators(UTC).of(arguments.language)
    try:
        settings = read_settings()
        event = load(arguments.event or settings.event)
        reading = suggestion_file.read(event, arguments.file.read_bytes())
        database = arguments.database or settings.database
        if not database.exists():
            message = f"There is no database {database}. Name one with --database."
            raise DatabaseError(message)
        imported = asyncio.run(bring_in(database, event, reading, dry_run=arguments.dry_run))
    except FileUnusable as error:
        print(words.plain("import.unusable", path=arguments.file), file=sys.stderr)
        print(_sentence(f"import.unusable.{error.kind}", error.details, words), file=sys.stderr)
        return 2
    except (SettingsError, EventFileError, DatabaseError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(said(str(arguments.file), reading, imported, words, dry_run=arguments.dry_run)))
    return 1 if reading.rejected else 0


async def bring_in(path: Path, event: Event, reading: Reading, *, dry_run: bool) -> Imported:
    """Keep what is new. Raises `DatabaseError` when the database is not that of this event."""
    database = await open_sqlite(path)
    try:
        belongs_to = await tables.event_code(database)
        if belongs_to != event.code:
            message = (
                f"The database {path} belongs to the event {belongs_to or '(none yet)'}, and the event file "
                f"is that of {event.code}. Name the right ones with --database and --event."
            )
            raise DatabaseError(message)
        return await suggestion_file.bring_in(database, reading, datetime.now(UTC), dry_run=dry_run)
    finally:
        await database.close()


def said(
    path: str, reading: Reading, imported: Imported, words: Translator, *, dry_run: bool
) -> Iterator[str]:
    """The lines about what was read."""
    if reading.encoding == "windows-1252":
        yield words.plain("import.encoding", path=path)
    yield words.plain("import.would" if dry_run else "import.added", path=path, n=imported.added)
    if imported.known:
        yield words.plain("import.known", n=imported.known)
    if not reading.rejected:
        return
    yield words.plain("import.rejected", n=len(reading.rejected))
    for each in reading.rejected:
        reason = _sentence(f"import.reason.{each.reason}", each.details, words)
        yield "  " + words.plain("import.line", line=each.line, reason=reason)


def _sentence(key: str, details: Mapping[str, object], words: Translator) -> str:
    values: dict[str, object] = {}
    for name, value in details.items():
        if isinstance(value, tuple):
            values[name] = words.join(words.plain("import.quoted", text=each) for each in value)
        elif name == "given":
            values[name] = shorten(str(value), 80, placeholder=" ...")
        else:
            values[name] = value
    return words.plain(key, **values)
