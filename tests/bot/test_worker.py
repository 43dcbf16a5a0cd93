"""What the outbox and the screens stand on: nothing that is done is done again."""

from __future__ import annotations

import asyncio

from bot.clock import SystemClock
from bot.outage import Outage
from bot.pacing import Pacer
from bot.worker import Worker


class Sender(Worker):
    """Sends what waits; its reading of what waits ends after the work under way at its beginning."""

    def __init__(self) -> None:
        super().__init__("sender", SystemClock(), Outage(lambda: True), Pacer(0.0), at_once=4)
        self.waiting = {1}
        self.sent: list[int] = []
        self.looks = 0
        self.let_it_end = asyncio.Event()

    async def look(self) -> float | None:
        self.looks += 1
        read = set(self.waiting)
        if self.looks == 2:
            self.let_it_end.set()
            while 1 in self._running:  # noqa: ASYNC110 - the loop's own steps are what is tested
                await asyncio.sleep(0)
        for key in read:
            if not self.busy(key):
                self.start(key, self._send(key))
        return None

    async def _send(self, key: int) -> None:
        self.sent.append(key)
        await self.let_it_end.wait()
        self.waiting.discard(key)


async def test_what_ends_while_a_look_reads_is_not_done_again() -> None:
    sender = Sender()
    running = asyncio.create_task(sender.run())
    async with asyncio.timeout(5):
        while sender.looks < 1:  # noqa: ASYNC110 - the loop's own steps are what is tested
            await asyncio.sleep(0)
        sender.wake()
        while sender.looks < 3:  # noqa: ASYNC110 - the loop's own steps are what is tested
            await asyncio.sleep(0)
        sender.stop()
        await running
    assert [1] == sender.sent
