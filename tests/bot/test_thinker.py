"""A process that thinks beside the bot."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.thinker import Thinker
from participation import embedding
from participation.themes import Said
from tests.support.hall import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = (
    "Più corse di autobus la sera",
    "l'ultimo pullman parte troppo presto",
    "Case popolari vuote da assegnare",
    "affitti troppo alti per le famiglie",
)


@pytest.fixture
def thinker() -> Iterator[Thinker]:
    thinker = Thinker()
    yield thinker
    thinker.close()
    for process in multiprocessing.active_children():
        process.join()


async def test_contributions_are_read_grouped_described_and_placed(thinker: Thinker) -> None:
    said = [Said(f"{place}", text, "T1", place) for place, text in enumerate(TEXTS)]
    vectors = await thinker.embedded(TEXTS)
    assert [2 * embedding.DIMENSION] * 4 == [len(vector) for vector in vectors]
    found, shown = await thinker.grouped(said, vectors)
    assert {("0", "1"), ("2", "3")} == {theme.members for theme in found}
    assert all(each.label for each in shown)
    by = await thinker.places(said, vectors, found)
    ((vector, place), (_, nowhere)) = await thinker.placed(["autobus anche di notte", "?"], by)
    assert 2 * embedding.DIMENSION == len(vector)
    assert place is not None
    assert ("0", "1") == found[place].members
    assert nowhere is None
    assert shown == await thinker.described(found, said, vectors)


async def test_when_the_process_is_ended_another_takes_over(thinker: Thinker) -> None:
    first = await thinker.embedded(["biblioteca"])
    (process,) = multiprocessing.active_children()
    os.kill(process.pid or 0, signal.SIGKILL)
    assert first == await thinker.embedded(["biblioteca"])


async def test_closed_it_ends_whatever_it_is_at(thinker: Thinker) -> None:
    asking = asyncio.ensure_future(thinker.embedded(["una lunga giornata di lavoro"] * 5_000))
    await eventually(lambda: bool(multiprocessing.active_children()))
    (process,) = multiprocessing.active_children()
    thinker.close()
    await eventually(lambda: not process.is_alive())
    with pytest.raises((BrokenProcessPool, asyncio.CancelledError)):
        await asking


BOT = """
import asyncio, multiprocessing
from bot.thinker import Thinker

async def think():
    thinker = Thinker()
    await thinker.embedded(["biblioteca"])
    print(multiprocessing.active_children()[0].pid, flush=True)
    await asyncio.sleep(600)

if __name__ == "__main__":
    asyncio.run(think())
"""


async def test_it_does_not_outlive_a_bot_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(BOT, encoding="utf-8")
    bot = await asyncio.create_subprocess_exec(sys.executable, program, stdout=asyncio.subprocess.PIPE)
    assert bot.stdout is not None
    process = int(await bot.stdout.readline())
    bot.kill()
    await bot.wait()

    def ended() -> bool:
        try:
            return "Z" == Path(f"/proc/{process}/stat").read_text(encoding="ascii").split()[2]
        except (FileNotFoundError, ProcessLookupError):
            return True

    await eventually(ended)
