"""Why a database file cannot be used, and what to do, in a sentence for the operator."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class NotBollini(sqlite3.DatabaseError):
    """A database of another program."""


def sentence(path: Path, error: Exception) -> str:
    """What happened and what to do."""
    return f"The database {path} cannot be used: {reason(path, error)}"


def reason(path: Path, error: Exception) -> str:  # noqa: PLR0911 - one for each reason
    """The part of it after the colon."""
    match _primary_code(error):
        case _ if isinstance(error, NotBollini):
            return "it is a database of another program. Choose another file; this one was left as it is."
        case sqlite3.SQLITE_NOTADB:
            return "it is no database. Choose another file; this one was left as it is."
        case sqlite3.SQLITE_CORRUPT:
            return "it is damaged. Start with the last backup in its place (README says how)."
        case sqlite3.SQLITE_FULL:
            return "the disk is full. Make room, then start again."
        case sqlite3.SQLITE_IOERR:
            return (
                f"reading or writing it failed ({error}). Check that the disk is not full, that no quota is "
                "used up and that the disk is sound, then start again."
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return "Bollini may not write to it. Give its user the right to write to the file and its folder."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another program keeps it locked. End that program, then start again."
        case sqlite3.SQLITE_CANTOPEN:
            return _not_opened(path)
        case _:
            return (
                f"{error}. Check that its folder exists, that Bollini may write there, that the disk is not "
                "full and that the file is a Bollini database."
            )


def _not_opened(path: Path) -> str:
    if path.is_dir():
        return "it is a folder. Name a file."
    if not path.parent.is_dir():
        return f"its folder {path.parent} does not exist. Make it, or choose another file."
    return "it cannot be opened. Give Bollini's user the right to read and write the file and its folder."


def _primary_code(error: Exception) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None
