"""Fetches the files of notes: what was wished for rests in the database, so a kill forgets none.

Telegram gives a bot files of at most 20 MB; we keep 10. A file is fetched, looked at, freed of what a camera
wrote into it, put into the folder beside the database, and then marked as kept: after a kill in between it is
fetched once more and is the same file. Files of notes that were withdrawn are removed.
"""

from __future__ import annotations

import asyncio
import functools
import io
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.pacing import backoff
from bot.worker import Worker
from handlers.sending import seconds
from participation import table_notes
from storage import notes, pictures
from storage.database import Unavailable
from storage.files import MOST

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from concurrent.futures import Executor

    from telegram import Bot

    from bot.clock import Clock
    from bot.outage import Outage
    from bot.pacing import Pacer
    from storage.database import Database
    from storage.files import FileStore
    from storage.notes import NoteFile, Trouble

log = structlog.get_logger(__name__)

T = TypeVar("T")

AT_ONCE: Final = 3
"""Files fetched at once: each is in memory meanwhile."""

PAGE: Final = 50
"""Files read at once to find those that may be fetched now."""

TOLD_AFTER: Final = 3
"""Attempts that fail on the network before who sent the file is told that it takes longer."""

GONE_AFTER: Final = 8
"""Attempts after which a file is given up that Telegram says is not there: it may be so for a while only."""

DISK_PAUSE: Final = 15.0
"""Seconds before a file is written again that the disk did not take."""

REMOVING: Final = 0
"""The key of the work that removes files; all others are the ids of files, which begin with 1."""

_BIG = "file is too big"


class _Lost(Exception):
    """The file can never be kept."""

    def __init__(self, why: Trouble) -> None:
        super().__init__(why)
        self.why: Trouble = why


class NoteFiles(Worker):
    """Runs until cancelled; `wake` it when a file was wished for, or a note withdrawn.

    `after` is called when there is something new to show or to tell.
    """

    def __init__(
        self,
        database: Database,
        files: FileStore,
        bot: Bot,
        clock: Clock,
        outage: Outage,
        pacer: Pacer,
        after: Callable[[], None],
        executor: Executor,
    ) -> None:
        super().__init__("note files", clock, outage, pacer, AT_ONCE)
        self._database = database
        self._files = files
        self._bot = bot
        self._after = after
        self._executor = executor
        # When a file that failed may be tried again.
        self._later: dict[int, float] = {}
        self._disk_fails = False
        self._swept = False
        # One content is one file: while it is removed for one note, it is not kept for another.
        self._folder = asyncio.Lock()

    async def read(self, name: str) -> bytes:
        """A file that is kept. Raises `OSError`."""
        return await self._off_the_loop(self._files.read, name)

    async def look(self) -> float | None:
        """Start fetching what may be fetched now."""
        if not self._swept:
            await self._off_the_loop(self._files.sweep)
            self._swept = True
        later: list[float] = []
        if await notes.removable(self._database, 1):
            self._begin(REMOVING, self._remove, later)
        page: Sequence[NoteFile] = ()
        while not self.full:
            page = await notes.wished(self._database, PAGE, page[-1].id if page else 0)
            for file in page:
                self._begin(file.id, functools.partial(self._attempt, file), later)
            if len(page) < PAGE:
                break
        return min(later, default=None)

    def _begin(self, key: int, work: Callable[[], Coroutine[Any, Any, None]], later: list[float]) -> None:
        """Start this if it may be now; `later` gets when it may."""
        if self.busy(key):
            return
        now = self._clock.elapsed()
        ready = self._later.get(key, now)
        if ready > now:
            later.append(ready)
        elif not self.full:
            self._later.pop(key, None)
            self.start(key, work())

    async def _attempt(self, file: NoteFile) -> None:
        try:
            await self._keep(file)
        except _Lost as error:
            await self._lose(file, error.why)
        except RetryAfter as error:
            await self._again(file, seconds(error), file.trouble)
        except BadRequest as error:
            if _BIG in error.message.lower():
                await self._lose(file, "large")
            elif file.attempts + 1 >= GONE_AFTER:
                await self._lose(file, "gone")
            else:
                await self._wait_for_telegram(file, error)
        except TelegramError as error:
            await self._wait_for_telegram(file, error)
        except OSError as error:
            self._met(error)
            await self._again(file, DISK_PAUSE, "disk")
        except Unavailable:
            raise
        except Exception:
            self._later[file.id] = self._clock.elapsed() + DISK_PAUSE
            raise

    async def _keep(self, file: NoteFile) -> None:
        data = await self._fetch(file)
        async with self._folder:
            name, size = await self._off_the_loop(self._put, file, data)
            self._well()

            async def write() -> None:
                await table_notes.file_kept(self._database, file, name, size, self._clock.now())

            await self.insist(write)
        self._after()

    async def _remove(self) -> None:
        """Remove files of notes that were withdrawn; what another note has too stays."""
        try:
            async with self._folder:
                for name, needed in await notes.removable(self._database, PAGE):
                    if not needed:
                        await self._off_the_loop(self._files.remove, name)
                    await table_notes.file_removed(self._database, name)
        except OSError as error:
            log.warning("file_not_removed", error=type(error).__name__, code=error.errno)
            self._later[REMOVING] = self._clock.elapsed() + DISK_PAUSE

    async def _fetch(self, file: NoteFile) -> bytes:
        # The address of a file is good for an hour: asked for anew each time.
        found = await self._bot.get_file(file.file)
        if (found.file_size or 0) > MOST:
            raise _Lost("large")
        if not found.file_path:
            # Where Telegram gives no address it gives no file.
            raise _Lost("gone")
        out = io.BytesIO()
        await found.download_to_memory(out)
        data = out.getvalue()
        if found.file_size is not None and len(data) != found.file_size:
            message = "the file came in part"
            raise TelegramError(message)
        return data

    def _put(self, file: NoteFile, data: bytes) -> tuple[str, int]:
        """Look at a file and put it into the folder; its name and size. This blocks."""
        ending = pictures.ending(data)
        if not data or ending is None or (file.picture != (ending in pictures.PICTURES)):
            raise _Lost("kind")
        if file.picture and file.form == "document":
            try:
                data = pictures.without_traces(data, ending)
            except pictures.Unusable:
                raise _Lost("kind") from None
        if len(data) > MOST:
            raise _Lost("large")
        return self._files.keep(data, ending), len(data)

    async def _wait_for_telegram(self, file: NoteFile, error: TelegramError) -> None:
        log.warning("file_again", error=type(error).__name__, attempts=file.attempts + 1)
        trouble: Trouble | None = "network" if file.attempts + 1 >= TOLD_AFTER else None
        await self._again(file, backoff(file.attempts), trouble)

    async def _again(self, file: NoteFile, after: float, trouble: Trouble | None) -> None:
        self._later[file.id] = self._clock.elapsed() + after
        await table_notes.file_delayed(self._database, file, trouble)
        self._after()

    async def _lose(self, file: NoteFile, why: Trouble) -> None:
        log.error("file_lost", kind=file.form, error=why)

        async def write() -> None:
            await table_notes.file_lost(self._database, file, why, self._clock.now())

        await self.insist(write)
        self._after()

    def _met(self, error: OSError) -> None:
        if not self._disk_fails:
            self._disk_fails = True
            log.error(
                "files_not_written",
                error=type(error).__name__,
                code=error.errno,
                advice=(
                    "make room on the disk of the database, or let the bot write into the folder beside it; "
                    "nothing is lost, all is tried again"
                ),
            )

    def _well(self) -> None:
        if self._disk_fails:
            self._disk_fails = False
            log.warning("files_written_again")

    async def _off_the_loop(self, work: Callable[..., T], *values: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *values)
