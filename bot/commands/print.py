"""`bollini print`: what goes on paper, as A4 PDFs.

Posters, ballots and the strategies say nothing secret and can be made again at will. Cards are different:
each holds a real one-time link, made in the database as `bollini invite` does, so they are made only when
asked for, never over a file that is there, and not while the links of earlier ones are waiting.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import secrets
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import SettingsError, read_settings
from handlers.render import commands
from locales.translator import load_translators
from participation import invitations
from participation.event import EventFileError, load
from participation.invitations import AlreadyInvited
from participation.notices import Role
from reports import ballots, cards, posters, strategies
from reports.typesetting import Typesetter
from storage.database import DatabaseError
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from participation.event import Event, Table

PAPERS = ("posters", "ballots", "strategies", "cards")
WITH_THE_BOTS_NAME = {"posters", "cards"}
HOURS = 72
MOST_SHEETS = 999
LANGUAGES = ("it", "en")


class _CannotPrint(Exception):
    """Something to be put right first; `str()` is a sentence for the operator."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to print, for whom, and where to."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder for the PDFs")
    parser.add_argument("--bot", metavar="NAME", help="the bot's user name, which the QR codes open")
    parser.add_argument(
        "--only",
        action="append",
        choices=PAPERS,
        metavar="WHAT",
        help="posters, ballots, strategies or cards; may be repeated (default: all but the cards)",
    )
    parser.add_argument(
        "--cards",
        action="store_true",
        help="cards too, for who facilitates (and see below): this makes their links in the database",
    )
    parser.add_argument(
        "--regia",
        type=_between(0, 99),
        default=0,
        metavar="N",
        help="with the cards, N for the regia (default 0)",
    )
    parser.add_argument(
        "--assistants",
        type=_between(0, 9),
        default=0,
        metavar="N",
        help="with the cards, N for assistants of each table (default 0)",
    )
    parser.add_argument(
        "--venues", action="store_true", help="with the cards, one for the lead of each venue that has one"
    )
    parser.add_argument(
        "--again", action="store_true", help="make cards although links made before are still waiting"
    )
    parser.add_argument(
        "--hours",
        type=_between(1, 9999),
        metavar="N",
        help=f"the links are good for N hours (default: until the event ends; {HOURS} when it is over)",
    )
    parser.add_argument(
        "--table", metavar="CODE", action="append", help="only this table; may be repeated (default: all)"
    )
    parser.add_argument(
        "--sheets",
        type=_between(1, MOST_SHEETS),
        metavar="N",
        help="ballots for each table (default: the event file's)",
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        help="it or en (default: the event's); the plan's texts stay as they are",
    )


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            message = f"a whole number from {least} to {most} is needed, not {text!r}"
            raise argparse.ArgumentTypeError(message)
        return int(text)

    return read


def run(arguments: argparse.Namespace) -> int:
    """Make the PDFs and say where they are; 2 when something has to be put right first."""
    try:
        settings = read_settings()
        event = load(settings.event)
        _Printing(arguments, event, settings.database).run()
    except EventFileError as error:
        print(f"{error}\nSee all of it in plain words: bollini check {error.path}", file=sys.stderr)
        return 2
    except (SettingsError, DatabaseError, _CannotPrint) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


class _Printing:
    """One run: what was asked, and how to write it."""

    def __init__(self, arguments: argparse.Namespace, event: Event, database: Path) -> None:
        self._arguments = arguments
        self._event = event
        self._database = database
        self._papers = _papers(arguments)
        self._bot = _bot_name(arguments.bot, self._papers)
        self._tables = _tables(arguments.table, event)
        self._languages = load_translators(event.zone_info)
        self._words = self._languages.of(arguments.language or event.language)
        self._typesetter = Typesetter()
        self._out: Path = arguments.out

    def run(self) -> None:
        _make_folder(self._out)
        if "posters" in self._papers:
            made = posters.draw(self._event, self._tables, self._bot, self._words, self._typesetter)
            self._write("posters", made)
        if "strategies" in self._papers:
            self._write("strategies", strategies.draw(self._event, self._words, self._typesetter))
        if "ballots" in self._papers:
            sheets = self._arguments.sheets or self._event.printing.sheets_per_table
            numbers = range(1, sheets + 1)
            for table in self._tables:
                made = ballots.draw(self._event, table, numbers, self._words, self._typesetter)
                self._write("ballots", made, table.code)
        if "cards" in self._papers:
            self._write_cards()

    def _path(self, paper: str, table: str = "") -> Path:
        return self._out / f"{self._words.plain(f'print.file.{paper}', table=table)}.pdf"

    def _write(self, paper: str, content: bytes, table: str = "") -> None:
        path = self._path(paper, table)
        with _beside(path, content) as beside:
            # As other new files are: for others to read, too, where the machine's rules say so.
            beside.chmod(0o666 & ~_umask())
        print(path)

    def _write_cards(self) -> None:
        path = self._path("cards")
        if path.exists():
            message = (
                f"{path} is there already, and the links on it are kept nowhere else. Print it and move it "
                "away, or choose another folder with --out."
            )
            raise _CannotPrint(message)
        now = datetime.now(UTC)
        until = (
            now + timedelta(hours=self._arguments.hours)
            if self._arguments.hours
            else invitations.expiry(self._event, now, now + timedelta(hours=HOURS))
        )
        wanted = invitations.everybody(
            self._event,
            self._tables,
            lambda: secrets.token_urlsafe(16),
            regia=self._arguments.regia,
            assistants=self._arguments.assistants,
            venues=self._arguments.venues,
        )
        known = {name for name, _ in commands(self._words, tuple(Role))}
        made = cards.draw(self._event, wanted, self._bot, until, known, self._words, self._typesetter)
        # First the paper, then the links: what is in the database can be handed out.
        with _beside(path, made):
            asyncio.run(_keep(self._database, wanted, now, until, again=self._arguments.again))
        print(path)
        english = self._languages.of("en")
        print(
            f"{len(wanted)} one-time links were made in {self._database}, good until "
            f"{english.day(until)}, {english.clock(until)}. They are only on these cards: who has "
            "a card has its role. Hand each to its person, and delete the file."
        )


def _papers(arguments: argparse.Namespace) -> set[str]:
    wanted = set(arguments.only or PAPERS[:-1])
    return wanted | {"cards"} if arguments.cards else wanted


def _bot_name(given: str | None, papers: set[str]) -> str:
    if given is None:
        needed = sorted(papers & WITH_THE_BOTS_NAME)
        if not needed:
            return ""
        message = (
            f"The QR codes on the {' and '.join(needed)} open the bot: name it with --bot NAME (its user "
            "name, as @BotFather gave it). Without it: --only ballots --only strategies."
        )
        raise _CannotPrint(message)
    name = re.sub(r"^(?:https?://)?(?:t\.me/|@)?", "", given.strip()).rstrip("/")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{3,31}", name):
        message = f"{given!r} is not the user name of a bot: 4 to 32 letters, digits or underscores."
        raise _CannotPrint(message)
    return name


def _tables(codes: Sequence[str] | None, event: Event) -> tuple[Table, ...]:
    if codes is None:
        return event.tables
    try:
        wanted = {event.table(code).code for code in codes}
    except KeyError as error:
        message = f"There is no table {error}. The tables are: {', '.join(t.code for t in event.tables)}."
        raise _CannotPrint(message) from None
    return tuple(table for table in event.tables if table.code in wanted)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        message = (
            f"Nothing can be written in {folder} ({error.strerror}). Choose another folder with --out, or "
            "make this one yours."
        )
        raise _CannotPrint(message) from error


@contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """A file with the content beside `path`, readable by its owner; it becomes `path` when all went well."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".pdf")
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            yield beside
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"{path} could not be written ({error.strerror}). Make room, or choose another folder."
        raise _CannotPrint(message) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


async def _keep(
    path: Path, wanted: Sequence[invitations.Invitation], now: datetime, until: datetime, *, again: bool
) -> None:
    database = await open_sqlite(path)
    try:
        await invitations.keep(database, wanted, now, until, again=again)
    except AlreadyInvited as error:
        waiting = ", ".join(f"{table or role} ({count})" for role, table, count in error.waiting)
        message = (
            f"One-time links made before are still waiting to be used: {waiting}. If their cards are at "
            "hand, give those out. If they are lost, make new ones with --again; the old ones stay good "
            "until they expire. No card and no link was made now."
        )
        raise _CannotPrint(message) from error
    finally:
        await database.close()
