"""The bot as an operator runs it: `python -m bot ...`, a process of its own, that can be killed."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.support.hall import Hall

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Real seconds a process may take to start or to end."""

LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""


class Process:
    """One command, its exit status and all it wrote."""

    def __init__(self, process: asyncio.subprocess.Process, written: Path) -> None:
        self._process = process
        self._written = written

    @property
    def output(self) -> str:
        """Standard output and standard error."""
        return self._written.read_text(encoding="utf-8", errors="replace")

    async def says(self, what: str, times: int = 1) -> None:
        """Wait until it wrote this."""
        until = time.monotonic() + PATIENCE
        while self.output.count(what) < times:
            assert time.monotonic() < until, f"{what!r} was never written: {self.output}"
            assert self._process.returncode is None, f"ended before {what!r}: {self.output}"
            await asyncio.sleep(0.02)

    async def ends(self) -> int:
        """Wait for its end; the exit status."""
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()

    async def kill(self) -> None:
        """Kill it as `kill -9` does: it cannot do anything about it."""
        self._process.kill()
        await self.ends()

    async def terminate(self) -> tuple[int, float]:
        """Ask it to end (SIGTERM); exit status and real seconds it took."""
        began = time.monotonic()
        self._process.terminate()
        return await self.ends(), time.monotonic() - began


@asynccontextmanager
async def running(
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str],
    flags: tuple[str, ...] = (),
    largest_file: int | None = None,
) -> AsyncIterator[Process]:
    """`python -m bot ARGUMENTS` with these settings and no others of ours; killed in the end.

    With `largest_file` no file can grow behind so many bytes, as if the disk were full.
    """
    written = folder / f"output-{time.monotonic_ns()}.txt"
    clean: Mapping[str, str] = {k: v for k, v in os.environ.items() if not k.startswith("BOLLINI_")}
    with written.open("wb") as output:
        limit = () if largest_file is None else (sys.executable, "-c", LIMITED, str(largest_file))
        process = await asyncio.create_subprocess_exec(
            *limit,
            sys.executable,
            *flags,
            "-m",
            "bot",
            *arguments,
            cwd=ROOT,
            env={**clean, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )
    try:
        yield Process(process, written)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def free_port() -> int:
    """A port that nothing listens on."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def settings_of(hall: Hall, **changed: str) -> dict[str, str]:
    """The settings with which a process works in this hall."""
    assert hall.settings.token is not None, "every hall has one"
    return {
        "BOLLINI_TOKEN": hall.settings.token.get_secret_value(),
        "BOLLINI_API_URL": hall.telegram.url,
        "BOLLINI_DATABASE": str(hall.settings.database),
        "BOLLINI_CLOCK_URL": hall.clock_url,
        **changed,
    }


@asynccontextmanager
async def bot_process(hall: Hall, folder: Path) -> AsyncIterator[Process]:
    """`bollini run` in this hall, started."""
    async with running(folder, "run", environment=settings_of(hall)) as process:
        await process.says('"started"')
        yield process
