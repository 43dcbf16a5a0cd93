"""A hall for every test that asks for one, and plain logs: the pretty traces take seconds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import structlog

from bot.thinker import Thinker
from tests.support.hall import open_hall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.hall import Hall


def pytest_xdist_auto_num_workers() -> int:
    """More than there are cores: a third of the time a test waits for another thread or process."""
    cores = os.cpu_count() or 1
    return min(2 * cores, cores + 4)


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """One line an entry, on standard output."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def thinker() -> Iterator[Thinker]:
    """The process that reads contributions, one for all tests: it takes seconds to begin."""
    thinker = Thinker()
    yield thinker
    thinker.close()


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """The bot, running, at 9:15; without the regia's channel."""
    async with open_hall(tmp_path) as opened:
        yield opened
