"""Rehearsals as `make rehearse` plays them, and what they leave behind."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 240.0
"""Real seconds that two rehearsals at once may take on a busy machine before they count as stuck."""


@dataclass(frozen=True)
class Played:
    """What a rehearsal left behind."""

    folder: Path
    status: int
    said: str

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / "event.db") as database:
            return [tuple(row) for row in database.execute(sql)]

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def lines(self, name: str) -> Iterator[Any]:
        with (self.folder / name).open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)


async def play(folder: Path, *more: str) -> Played:
    """Play a rehearsal without anybody watching, with these arguments."""
    status, said = await bollini("rehearse", "--headless", f"--out={folder}", *more)
    return Played(folder, status, said)


async def bollini(*arguments: str, seconds: float = SECONDS) -> tuple[int, str]:
    """Run a command; its exit status, and all it said. Raises `TimeoutError`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", *arguments),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, said.decode()
