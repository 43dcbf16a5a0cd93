"""A new database for every test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from storage.sqlite import SqliteDatabase


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database of the test is."""
    return tmp_path / "event.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[SqliteDatabase]:
    """A new database, open."""
    opened = await open_sqlite(path)
    yield opened
    await opened.close()
