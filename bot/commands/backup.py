"""`bollini backup`: a checked copy of the database and of its files, also while the bot runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import SettingsError, read_settings
from storage import backup, files
from storage.database import DatabaseError

if TYPE_CHECKING:
    import argparse

TOLD = ("people", "ballots", "dots", "contributions")
"""Tables whose rows are told, so that one sees at a glance whether it is the right database."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to copy and where to."""
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    parser.add_argument("--database", type=Path, help="the database (default: BOLLINI_DATABASE)")
    parser.add_argument("--replace", action="store_true", help="replace the file if there is one")


def run(arguments: argparse.Namespace) -> int:
    """Copy and check; 2 when there is no sound copy, 1 when files of notes are missing from it."""
    out: Path = arguments.out
    try:
        source = arguments.database or read_settings().database
        contents = backup.back_up(source, out, replace=arguments.replace)
    except (SettingsError, DatabaseError) as error:
        print(error, file=sys.stderr)
        return 2
    told = ", ".join(f"{contents.rows[name]} {name}" for name in TOLD if name in contents.rows)
    print(f"{out}: {told}. The copy was opened and checked, {out.stat().st_size:,} bytes.")
    if contents.files:
        print(f"{files.beside(out)}: {contents.files} files of notes, each checked.")
    if contents.missing:
        missing = ", ".join(contents.missing)
        print(
            f"{len(contents.missing)} files of notes are missing or damaged in {files.beside(source)}, so "
            f"they are not in the copy: {missing}. `bollini summary` says whose they are.",
            file=sys.stderr,
        )
        return 1
    return 0
