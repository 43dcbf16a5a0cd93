"""A new database without the time it takes to make one: the migrations run once, the file is copied."""

from __future__ import annotations

import asyncio
import functools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    from storage.sqlite import SqliteDatabase


async def open_new(path: Path) -> SqliteDatabase:
    """The database at `path`, which is made if it is not there."""
    await asyncio.to_thread(_provide, path)
    return await open_sqlite(path)


def _provide(path: Path) -> None:
    if not path.exists():
        path.write_bytes(_new())


@functools.cache
def _new() -> bytes:
    async def make(path: Path) -> None:
        await (await open_sqlite(path)).close()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "event.db"
        asyncio.run(make(path))
        return path.read_bytes()
