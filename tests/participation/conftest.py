"""The packaged event, a database prepared for it, and a floor to play on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from participation import agenda
from participation.event import PACKAGED, Event, load
from storage.sqlite import open_sqlite
from tests.participation.floor import Floor, open_floor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture(scope="session")
def turin() -> Event:
    """The packaged event."""
    return load()


@pytest.fixture(scope="session")
def template(turin: Event, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the event's tables and moments, nobody in it: to be copied, not to be used."""
    path = tmp_path_factory.mktemp("template") / "event.db"

    async def make() -> None:
        database = await open_sqlite(path)
        definition = PACKAGED.read_text(encoding="utf-8")
        await agenda.prepare(database, turin, definition, datetime(2023, 12, 5, 8, tzinfo=UTC), channel=True)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def floor(template: Path, turin: Event) -> AsyncIterator[Floor]:
    """A floor at 9:15, everybody still to come."""
    async with open_floor(template, turin) as opened:
        yield opened
