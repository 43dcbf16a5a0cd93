"""The one small face of a database: read statements, and write transactions.

Parameters are written `$1`, `$2` ... in the SQL, which PostgreSQL and SQLite both understand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager


class DatabaseError(Exception):
    """Something an operator can mend; `str()` is a sentence saying what happened and what to do."""


class Unavailable(DatabaseError):
    """The database cannot be used now (no room on its disk, an error of the disk, another program holds it).

    What was asked was not done; asked again later it may well be.
    """


class SchemaTooNew(DatabaseError):
    """The database was written by a newer version of Bollini."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"The database has schema version {found}; this version of Bollini knows up to {known}. "
            "Start the version of Bollini that wrote it, or a newer one."
        )
        self.found = found
        self.known = known


class Row(Protocol):
    """A row of a result: fields by name or position."""

    def __getitem__(self, key: str | int, /) -> Any: ...


class Reader(Protocol):
    """Whatever can answer a query."""

    async def fetch(self, sql: str, /, *values: object) -> Sequence[Row]:
        """All rows of one statement."""
        ...


class Transaction(Reader, Protocol):
    """A write transaction: all of it or nothing of it.

    Left by an exception, a cancelled task included, nothing of it was done. Only who is cancelled after the
    block, while the commit is under way, cannot know: then it was done as a whole or not at all.
    """


class Database(Reader, Protocol):
    """`fetch` reads the last committed state; whoever writes opens a transaction.

    Both raise `Unavailable` when the database cannot be used now.
    """

    @property
    def available(self) -> bool:
        """Whether the last write was possible."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a write transaction; it is durable once the block was left without an exception."""
        ...

    async def close(self) -> None:
        """Close all connections. Nothing may be under way."""
        ...
