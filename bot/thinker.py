"""Where contributions are read for their meaning and grouped: a process of its own.

Reading one takes some ten milliseconds of a processor, grouping two thousand takes seconds. In a thread they
would hold up everything else the bot does (docs/themes.md has the figures); a process beside the bot, with
less claim to the processor, does not. It starts with the first question, keeps the models in memory (about
400 MB), and ends with the bot, however the bot ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from participation import embedding, restitution, themes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from participation.aggregates import Restitution
    from participation.restitution import Material
    from participation.themes import Description, Said, Theme

QUIET = "ignore::UserWarning:multiprocessing.resource_tracker"
"""After a kill the library's own process tidies up, and writes a warning about it that nobody can act on."""

POLITE = 5
"""How far the process stands back behind the bot, in the system's steps of niceness."""

Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")


class Thinker:
    """Answers one question after another; `close` it at the end.

    Vectors travel as the bytes that `embedding.packed` makes, in which form they are also stored. Every
    question may raise `EmbeddingUnavailableError`.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._process: int | None = None
        self._closed = False

    async def embedded(self, texts: Sequence[str], language: str = "it") -> list[bytes]:
        """The meaning of each text."""
        return await self._ask(_embedded, tuple(texts), language)

    async def grouped(
        self,
        said: Sequence[Said],
        vectors: Sequence[bytes],
        held: Mapping[str, str] | None = None,
        language: str = "it",
    ) -> tuple[tuple[Theme, ...], tuple[Description, ...]]:
        """The themes of these contributions and how each is shown; see `participation.themes.grouped`."""
        return await self._ask(_grouped, tuple(said), tuple(vectors), dict(held or {}), language)

    async def places(
        self, said: Sequence[Said], vectors: Sequence[bytes], found: Sequence[Theme]
    ) -> themes.Places | None:
        """What `placed` needs to know of these themes; ask again when they change."""
        return await self._ask(_places, tuple(said), tuple(vectors), tuple(found))

    async def described(
        self, found: Sequence[Theme], said: Sequence[Said], vectors: Sequence[bytes], language: str = "it"
    ) -> tuple[Description, ...]:
        """How each of these themes is shown; see `participation.themes.described`."""
        return await self._ask(_described, tuple(found), tuple(said), tuple(vectors), language)

    async def placed(
        self, texts: Sequence[str], by: themes.Places | None, language: str = "it"
    ) -> list[tuple[bytes, int | None]]:
        """The meaning of each new contribution, and the place of the theme that it joins, if any."""
        return await self._ask(_placed, tuple(texts), by, language)

    async def restituted(self, given: Material) -> Restitution:
        """The restitution that comes of this; see `participation.restitution.made`."""
        return await self._ask(restitution.made, given)

    def close(self) -> None:
        """End the process, whatever it is at; nothing more is answered."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        pool, process = self._pool, self._process
        self._pool = self._process = None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, question: Callable[[*Arguments], Answer], *arguments: *Arguments) -> Answer:
        try:
            return await self._once(question, *arguments)
        except BrokenProcessPool:
            if self._closed:
                raise
            # Somebody ended the process (the system, short of memory): another one, once.
            self._process = None
            self._end()
            return await self._once(question, *arguments)

    async def _once(self, question: Callable[[*Arguments], Answer], *arguments: *Arguments) -> Answer:
        loop = asyncio.get_running_loop()
        if self._closed:
            message = "the thinking process was ended"
            raise BrokenProcessPool(message)
        if self._pool is None:
            # Not a fork: the bot has threads, and a fork copies locks that they hold.
            os.environ.setdefault("PYTHONWARNINGS", QUIET)
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin)
        pool = self._pool
        if self._process is None:
            process = await loop.run_in_executor(pool, os.getpid)
            if self._pool is not pool:
                message = "the thinking process was ended while it began"
                raise BrokenProcessPool(message)
            self._process = process
        return await loop.run_in_executor(pool, question, *arguments)


def _begin() -> None:
    os.nice(POLITE)
    # A Ctrl-C in the terminal is for the bot, which ends this process when it has finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_bot, daemon=True).start()


def _end_with_the_bot() -> None:
    """A bot that is killed cannot end anybody; left behind, this process would wait for ever."""
    bot = parent_process()
    assert bot is not None, "this process was started by the bot"
    bot.join()
    os._exit(0)


def _embedded(texts: Sequence[str], language: str) -> list[bytes]:
    return embedding.packed(embedding.embed(texts, language))


def _grouped(
    said: Sequence[Said], vectors: Sequence[bytes], held: Mapping[str, str], language: str
) -> tuple[tuple[Theme, ...], tuple[Description, ...]]:
    rows = embedding.unpacked(vectors)
    found = themes.grouped(said, rows, held)
    return found, themes.described(found, said, rows, language)


def _places(said: Sequence[Said], vectors: Sequence[bytes], found: Sequence[Theme]) -> themes.Places | None:
    return themes.places(said, embedding.unpacked(vectors), found)


def _described(
    found: Sequence[Theme], said: Sequence[Said], vectors: Sequence[bytes], language: str
) -> tuple[Description, ...]:
    return themes.described(found, said, embedding.unpacked(vectors), language)


def _placed(texts: Sequence[str], by: themes.Places | None, language: str) -> list[tuple[bytes, int | None]]:
    vectors = embedding.embed(texts, language)
    return list(zip(embedding.packed(vectors), themes.placed(vectors, by), strict=True))
