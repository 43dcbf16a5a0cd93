"""Delivery of updates to the webhook: several at once, each again and again until it is taken.

As the real server does it: a queue for each kind of update in each chat, delivered in order, and the queues
beside each other, so that a person's tap may overtake their message and one update that fails holds up only
its own queue.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import Any, Literal

import aiohttp

from rehearsal.telegram.faults import DeliveryFault
from rehearsal.telegram.requests import read_body
from rehearsal.telegram.updates import Pending
from rehearsal.telegram.webhook import DEFAULT_CONNECTIONS, is_local
from rehearsal.telegram.world import World

_MAX_RETRY_AFTER = 3600
_UNHEARD = "Connection reset by peer"
_NOT_LOCAL = "This local server delivers only to http on the loopback"
# What the real server does not carry out in the answer to an update: nobody would hear the result.
_NOT_IN_AN_ANSWER = ("get", "setWebhook", "deleteWebhook", "close", "logOut")


@dataclass(frozen=True, slots=True)
class Webhooks:
    """How updates are delivered to a webhook. All times are wall seconds.

    order: "per_chat", as Telegram does (each kind of update of a chat in order), or "any". timeout: for one
    delivery. first_pause doubles with each failure of the same update, up to longest_pause; the bot's
    Retry-After (up to an hour) goes before it.
    """

    order: Literal["per_chat", "any"] = "per_chat"
    timeout: float = 30.0
    first_pause: float = 0.1
    longest_pause: float = 5.0


Perform = Callable[[str, dict[str, Any]], Awaitable[None]]


class Deliverer:
    """Delivers while a webhook is set; `run` is its whole life, a task that its owner cancels and awaits.

    A mistake of this server ends it with that exception.
    fault: asked before each delivery what is to go wrong with it; None as long as nobody sets it. happened:
    told when a delivery with a fault reached the bot.
    attempts and delivered count deliveries and the updates taken.
    """

    def __init__(self, world: World, perform: Perform, options: Webhooks, seed: int) -> None:
        self.options = options
        self.fault: Callable[[Pending, int], DeliveryFault | None] | None = None
        self.happened: Callable[[DeliveryFault], None] = lambda fault: None
        self.attempts = 0
        self.delivered = 0
        self._world = world
        self._perform = perform
        self._random = Random(f"webhook {seed}")
        self._wake = asyncio.Event()
        # Each queue that is there has either a delivery under way or one place among the ready, never both.
        self._queues: dict[tuple[str, int], deque[Pending]] = {}
        self._ready: list[tuple[float, float, tuple[str, int]]] = []  # (wall time, tie-break, queue)
        self._failures: dict[int, int] = {}
        self._under_way: dict[asyncio.Task[None], tuple[str, int]] = {}
        self._number = 0
        self._mistake: BaseException | None = None
        world.webhook_changed = self._changed

    async def run(self) -> None:
        """Deliver for as long as the task lives."""
        connector = aiohttp.TCPConnector(limit=0, force_close=False)
        try:
            async with aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar()
            ) as http:
                try:
                    while self._mistake is None:
                        self._wake.clear()
                        pause = self._send(http)
                        with suppress(TimeoutError):
                            async with asyncio.timeout(pause):
                                await self._wake.wait()
                finally:
                    for task in self._under_way:
                        task.cancel()
                    await asyncio.gather(*self._under_way, return_exceptions=True)
                raise self._mistake
        finally:
            self._world.updates.on_add = None

    def _changed(self) -> None:
        """The webhook was set or deleted."""
        self._queues.clear()
        self._ready.clear()
        self._failures.clear()
        updates = self._world.updates
        updates.on_add = self._added if self._world.webhook else None
        for pending in updates.waiting() if self._world.webhook else ():
            self._added(pending)
        self._wake.set()

    def _added(self, pending: Pending) -> None:
        self._number += 1
        key = (pending.kind, pending.chat) if self.options.order == "per_chat" else ("", pending.id)
        if key in self._queues:
            self._queues[key].append(pending)
        else:
            self._queues[key] = deque((pending,))
            self._ready_at(0.0, key)

    def _ready_at(self, when: float, key: tuple[str, int]) -> None:
        self._number += 1
        tie = self._random.random() if self.options.order == "any" else float(self._number)
        heappush(self._ready, (when, tie, key))
        self._wake.set()

    def _send(self, http: aiohttp.ClientSession) -> float | None:
        """Start what may start; the wall seconds until something else may, None: when something happens."""
        webhook = self._world.webhook
        if not webhook:
            return None
        if not is_local(webhook["url"]):
            if self._queues:
                self._world.webhook_error = (self._world.unix_now(), _NOT_LOCAL)
            return None
        self._world.updates.expire(self._world.now())
        now = asyncio.get_running_loop().time()
        while self._ready and len(self._under_way) < webhook.get("max_connections", DEFAULT_CONNECTIONS):
            if self._ready[0][0] > now:
                return self._ready[0][0] - now
            _, _, key = heappop(self._ready)
            queue = self._queues[key]
            while queue and queue[0].id not in self._world.updates:
                queue.popleft()
            if not queue:
                del self._queues[key]
                continue
            task = asyncio.create_task(self._deliver(http, queue[0], key, webhook))
            self._under_way[task] = key
            task.add_done_callback(self._finished)
        return None

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        if not task.cancelled() and (mistake := task.exception()) is not None:
            self._mistake = mistake
        self._wake.set()

    async def _deliver(
        self, http: aiohttp.ClientSession, pending: Pending, key: tuple[str, int], webhook: dict[str, Any]
    ) -> None:
        failures = self._failures.get(pending.id, 0)
        fault = self.fault(pending, failures) if self.fault is not None else None
        if fault is not None and fault.delay > 0:
            await asyncio.sleep(fault.delay)
            if webhook is not self._world.webhook:
                return
        for observer in self._world.observers:
            observer.handed([pending])
        if fault is not None and fault.twice:
            errors = await asyncio.gather(*(self._post(http, pending, webhook, fault) for _ in range(2)))
            error, retry_after = errors[0] if errors[0][0] is None else errors[1]
            if all(error is None for error, _ in errors):
                self.happened(fault)
        else:
            error, retry_after = await self._post(http, pending, webhook, fault)
        if webhook is not self._world.webhook:
            # Set anew meanwhile: what was taken is confirmed, the rest is the new one's.
            if error is None:
                self._world.updates.confirm(pending.id)
            return
        self._settle(pending, key, error, retry_after)

    def _settle(self, pending: Pending, key: tuple[str, int], error: str | None, retry_after: float) -> None:
        """Go on with what follows in the queue, or try again after a pause."""
        queue = self._queues[key]
        pause = 0.0
        if error is None:
            self.delivered += 1
            self._failures.pop(pending.id, None)
            self._world.updates.confirm(pending.id)
            queue.popleft()
        else:
            self._world.webhook_error = (self._world.unix_now(), error)
            failures = self._failures.get(pending.id, 0)
            self._failures[pending.id] = failures + 1
            pause = min(self.options.first_pause * 2.0 ** min(failures, 20), self.options.longest_pause)
            pause = retry_after or pause * self._random.uniform(0.8, 1.0)
        if queue:
            self._ready_at(asyncio.get_running_loop().time() + pause, key)
        else:
            del self._queues[key]

    async def _post(
        self,
        http: aiohttp.ClientSession,
        pending: Pending,
        webhook: dict[str, Any],
        fault: DeliveryFault | None,
    ) -> tuple[str | None, float]:
        """(what went wrong, the seconds the bot asks to wait): None when the bot took it."""
        self.attempts += 1
        headers = {"Content-Type": "application/json"}
        if webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook["secret_token"]
        seconds = self.options.timeout
        if fault is not None and fault.give_up_after is not None:
            seconds = fault.give_up_after
        try:
            async with http.post(
                webhook["url"],
                data=pending.body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=seconds),
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
                status, reason, kind = answer.status, answer.reason, answer.content_type
                asked = answer.headers.get("Retry-After", "")
        except TimeoutError:
            if fault is not None:
                self.happened(fault)
            return "Read timeout expired", 0.0
        except aiohttp.ClientConnectorError:
            return "Connection refused", 0.0
        except aiohttp.ClientError:
            return _UNHEARD, 0.0
        if fault is not None and fault.lose_answer:
            self.happened(fault)
            return _UNHEARD, 0.0
        if not 200 <= status <= 299:  # noqa: PLR2004 - as HTTP has them
            retry_after = min(int(asked), _MAX_RETRY_AFTER) if asked.isdecimal() else 0
            return f"Wrong response from the webhook: {status} {reason}", float(retry_after)
        await self._carry_out(body, kind)
        return None, 0.0

    async def _carry_out(self, body: bytes, kind: str) -> None:
        """The method call that the bot's answer may be."""
        params = read_body(body, kind)
        method = params.pop("method", None)
        if isinstance(method, str) and method and not method.startswith(_NOT_IN_AN_ANSWER):
            await self._perform(method, params)
