"""One running bot to a database: a lock on a file beside it, held for the life of the process.

The operating system lets go of it when the process ends, however it ends. SQLite's own locks would keep out
`bollini invite` and backups as well.
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from storage.database import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TAKEN = (errno.EWOULDBLOCK, errno.EACCES)


def lock_file(database: Path) -> Path:
    """The file beside the database that is locked; it stays when the lock is gone."""
    real = database.resolve()
    return real.with_name(f"{real.name}.lock")


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Work on this database alone. Raises `DatabaseError` when another process does already."""
    path = lock_file(database)
    try:
        # Read by whoever finds it taken; Python keeps it from the processes that we start.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = (
            f"The file {path}, which keeps two bots off one database, cannot be made ({error.strerror}). "
            "Check that its folder exists, that Bollini may write there and that the disk is not full."
        )
        raise DatabaseError(message) from error
    try:
        _take(descriptor, database)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, database: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _TAKEN:
            message = (
                f"The folder of the database {database} knows no locks ({error.strerror}). Choose one on a "
                "local disk."
            )
            raise DatabaseError(message) from error
        number = os.read(descriptor, 20).decode(errors="replace").strip()
        process = f" (process {number})" if number.isdecimal() else ""
        message = (
            f"Another bollini run{process} works on the database {database}. Stop that one first, or give "
            "this one a database of its own (BOLLINI_DATABASE)."
        )
        raise DatabaseError(message) from error
