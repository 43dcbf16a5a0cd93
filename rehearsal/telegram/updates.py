"""The queue of updates, with Telegram's rules on confirming, waiting, keeping and conflicting pollers."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import orjson

from rehearsal.telegram.errors import OTHER_POLLER, conflict
from rehearsal.telegram.observing import Gone

# Every kind this server makes; the real one leaves chat_member and reactions out unless asked for.
DEFAULT_KINDS = frozenset(
    {"message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member"}
)
MAX_BATCH = 100
MAX_TIMEOUT = 50


class PollerGone(Exception):
    """Whoever waited for updates has closed the connection."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An update in the queue, already as JSON; `at` is when it happened, in event time."""

    id: int
    kind: str
    body: bytes = field(repr=False)
    chat: int
    at: datetime


class UpdateQueue:
    """Updates in the order they happened; one that is not confirmed is delivered again.

    Set from outside, None until then: retention, the event time an update waits at most; arrange, which may
    change what a poller gets of at most so many; on_add and on_gone, told of each update that comes and goes.
    """

    def __init__(self, first_id: int) -> None:
        self._next = first_id
        self._pending: OrderedDict[int, Pending] = OrderedDict()
        self._poller: asyncio.Future[None] | None = None
        self._poller_alive: Callable[[], bool] = lambda: False
        self._closed = False
        self.allowed: frozenset[str] = DEFAULT_KINDS
        self.total = 0
        self.retention: timedelta | None = None
        self.arrange: Callable[[list[Pending], int], list[Pending]] | None = None
        self.on_add: Callable[[Pending], None] | None = None
        self.on_gone: Callable[[Pending, Gone], None] | None = None

    def __len__(self) -> int:
        return len(self._pending)

    def __contains__(self, update_id: int) -> bool:
        return update_id in self._pending

    def add(self, kind: str, payload: Any, chat: int, at: datetime) -> tuple[dict[str, Any], Pending] | None:
        """Queue an update and wake the poller; None when this kind is not among the allowed updates."""
        if kind not in self.allowed:
            return None
        update = {"update_id": self._next, kind: payload}
        pending = Pending(self._next, kind, orjson.dumps(update), chat, at)
        self._pending[self._next] = pending
        self._next += 1
        self.total += 1
        self._wake()
        if self.on_add is not None:
            self.on_add(pending)
        return update, pending

    def pending(self) -> list[dict[str, Any]]:
        """Everything not yet confirmed, oldest first."""
        return [orjson.loads(update.body) for update in self._pending.values()]

    def waiting(self) -> list[Pending]:
        """The same as it stands in the queue."""
        return list(self._pending.values())

    def drop(self) -> None:
        """Forget all pending updates."""
        while self._pending:
            self._forget_first("dropped")

    def confirm(self, update_id: int) -> None:
        """One update was delivered, wherever in the queue; nothing when it is not there any more."""
        pending = self._pending.pop(update_id, None)
        if pending is not None and self.on_gone is not None:
            self.on_gone(pending, "confirmed")

    def expire(self, now: datetime) -> None:
        """Forget what has waited longer than `retention`."""
        if self.retention is not None:
            while self._pending and now - next(iter(self._pending.values())).at > self.retention:
                self._forget_first("expired")

    def allow(self, kinds: Iterable[str] | None) -> None:
        """What to queue from now on; an empty list means the default, None leaves it as it was."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or DEFAULT_KINDS

    async def poll(
        self,
        offset: int,
        limit: int,
        timeout: float,  # noqa: ASYNC109 - the caller's, part of the protocol
        alive: Callable[[], bool],
    ) -> list[Pending]:
        """Confirm everything below `offset` and give what follows, waiting up to `timeout` wall seconds.

        A negative offset keeps only the last -offset updates. A poll that is still waiting is ended with
        ApiError 409 by the next one (as the real server does: it is the older that hears "terminated by
        other getUpdates request"). `alive` says whether the caller still listens; PollerGone is raised in a
        waiting one that does not.
        """
        self.interrupt(OTHER_POLLER)
        if offset < 0:
            while len(self._pending) > -offset:
                self._forget_first("confirmed")
        else:
            while self._pending and next(iter(self._pending)) < offset:
                self._forget_first("confirmed")
        if not self._pending and timeout > 0 and not self._closed:
            await self._wait(timeout, alive)
        batch = list(islice(self._pending.values(), limit))
        return batch if self.arrange is None or not batch else self.arrange(batch, limit)

    def interrupt(self, reason: str) -> None:
        """End a waiting poll with ApiError 409; one whose caller is gone simply ends."""
        poller, self._poller = self._poller, None
        if poller is None or poller.done():
            return
        if self._poller_alive():
            poller.set_exception(conflict(reason))
        else:
            poller.set_exception(PollerGone())

    def close(self) -> None:
        """Let a waiting poll return; later ones do not wait."""
        self._closed = True
        self._wake()

    def _forget_first(self, why: Gone) -> None:
        _, pending = self._pending.popitem(last=False)
        if self.on_gone is not None:
            self.on_gone(pending, why)

    async def _wait(self, timeout: float, alive: Callable[[], bool]) -> None:  # noqa: ASYNC109
        poller: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poller, self._poller_alive = poller, alive
        try:
            async with asyncio.timeout(timeout):
                await poller
        except TimeoutError:
            pass
        finally:
            if self._poller is poller:
                self._poller = None
        if not alive():
            raise PollerGone

    def _wake(self) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
