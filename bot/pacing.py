"""How fast Telegram takes messages, and who has to wait.

Limits as known (`limits are not firm: obey retry_after`): about 30 messages a second for what nobody asked
for, 1,000 for those that are paid for; one a second in a chat with short bursts allowed, 20 a minute in a
group or channel. Answers to what people do count in their chat alone.

Times are seconds of `Clock.elapsed`: a clock that is set forth or back holds nobody and lets nothing flood.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

OVERALL: Final = 30
PAID: Final = 950
"""A second. Below Telegram's 1,000, for not all is sent through here."""

SECOND: Final = 1.002
MINUTE: Final = 60.1
"""A little more than that: our clock and Telegram's need not quite agree."""

ANSWER_SECONDS: Final = 8.0
"""How long what goes to a chat counts as an answer to what came from there. Telegram's own is about ten."""

CHAT_PER_SECOND: Final = 1.0
CHAT_BURST: Final = 3.0
CHANNEL_PER_MINUTE: Final = 20

LONGEST_BACKOFF: Final = 30.0
"""Seconds between two attempts at most: when Telegram is back, nobody waits long."""

_ROUNDING: Final = 1e-9


class Lane(Enum):
    """Which limit over all chats a message is held to."""

    ASKED_FOR = auto()
    """None: it answers what the person just did."""
    BULK = auto()
    PAID = auto()


def backoff(failures: int) -> float:
    """Seconds before the next attempt after so many that failed on the network or the server.

    Full jitter, as "Exponential Backoff And Jitter" (Brooker, 2015) has it: not all come back at once.
    """
    longest = min(0.5 * 2 ** min(failures, 30), LONGEST_BACKOFF)
    return random.uniform(0.1, longest)  # noqa: S311 - no secret


@dataclass
class _Bucket:
    """Tokens that come back with time; a send takes one and may have to wait for it."""

    rate: float
    capacity: float
    tokens: float
    at: float

    def ready(self, now: float) -> float:
        """When the next token is there."""
        self._fill(now)
        missing = 1.0 - self.tokens
        # A microsecond more: what is left after rounding must not ask for another wait of nothing.
        return now if missing <= _ROUNDING else now + missing / self.rate + 1e-6

    def take(self, now: float) -> None:
        self._fill(now)
        self.tokens -= 1.0

    def _fill(self, now: float) -> None:
        self.tokens = min(self.capacity, self.tokens + max(now - self.at, 0.0) * self.rate)
        self.at = now


class _Window:
    """At most so many in any `seconds`, as Telegram counts them: somewhere between leaving and the answer.

    So each counts from when it leaves until `seconds` after its answer came, and however uneven the way
    there is, Telegram never sees more.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._under_way = 0
        self._landed: deque[float] = deque()

    def ready(self, now: float) -> float:
        while self._landed and self._landed[0] + self._seconds <= now:
            self._landed.popleft()
        over = self._under_way + len(self._landed) - self._most
        if over < 0:
            return now
        # Behind those whose answer came stand those that are still under way: theirs comes now at best.
        return (self._landed[over] if over < len(self._landed) else now) + self._seconds

    def take(self, _now: float) -> None:
        self._under_way += 1

    def land(self, now: float) -> None:
        self._under_way -= 1
        self._landed.append(now)


@dataclass
class _Limit:
    """Evenly spaced with short bursts (the bucket), and never more than so many (the window, if any)."""

    bucket: _Bucket
    window: _Window | None = None

    def ready(self, now: float) -> float:
        ready = self.bucket.ready(now)
        return ready if self.window is None else max(ready, self.window.ready(now))

    def take(self, now: float) -> None:
        self.bucket.take(now)
        if self.window is not None:
            self.window.take(now)

    def land(self, now: float) -> None:
        if self.window is not None:
            self.window.land(now)


class Ticket:
    """One message that is under way. Whoever sent it says when it is not any more, however it ended."""

    def __init__(self, limits: tuple[_Limit, ...]) -> None:
        self._limits = limits

    def landed(self, now: float) -> None:
        """Telegram's answer came, or none will."""
        for limit in self._limits:
            limit.land(now)


class Pacer:
    """One for the whole bot; all that is sent or edited unasked goes through it."""

    def __init__(self, now: float) -> None:
        self._lanes = {
            Lane.BULK: _Limit(_Bucket(OVERALL, 3.0, 3.0, now), _Window(OVERALL, SECOND)),
            Lane.PAID: _Limit(_Bucket(PAID, 20.0, 20.0, now), _Window(PAID, SECOND)),
        }
        self._chats: dict[int, _Limit] = {}
        self._held: dict[int, float] = {}
        self._heard: dict[int, float] = {}
        self.turns = {lane: asyncio.Lock() for lane in Lane}
        """Who waits for a lane to open holds its lock, so that all come in the order in which they came."""

    def heard(self, chat: int, now: float) -> None:
        """An update came from this chat. How long it waits for us does not count with Telegram."""
        self._heard[chat] = now

    def answers(self, chat: int, now: float) -> bool:
        """Whether what goes to this chat now answers what came from there."""
        heard = self._heard.get(chat)
        return heard is not None and now - heard <= ANSWER_SECONDS

    def open(self, now: float, lane: Lane) -> float:
        """When a message to any chat may go in this lane at the earliest."""
        limit = self._lanes.get(lane)
        return now if limit is None else limit.ready(now)

    def ready(self, chat: int, now: float, lane: Lane) -> float:
        """When a message to this chat may go; `now` or earlier means at once."""
        ready = max(self._chat(chat, now).ready(now), self.open(now, lane))
        return max(ready, self._held[chat]) if self.held(chat, now) else ready

    def held(self, chat: int, now: float) -> bool:
        """Whether Telegram said to send nothing to this chat now."""
        until = self._held.get(chat)
        if until is not None and until <= now:
            del self._held[chat]
            return False
        return until is not None

    def take(self, chat: int, now: float, lane: Lane) -> Ticket:
        """A message goes to this chat now."""
        limits = (self._chat(chat, now), *(limit for name, limit in self._lanes.items() if name is lane))
        for limit in limits:
            limit.take(now)
        return Ticket(limits)

    def hold(self, chat: int, until: float) -> None:
        """Nothing goes to this chat before `until`, for Telegram said so: others go on."""
        self._held[chat] = max(until, self._held.get(chat, until))

    def _chat(self, chat: int, now: float) -> _Limit:
        limit = self._chats.get(chat)
        if limit is None:
            if chat < 0:
                window = _Window(CHANNEL_PER_MINUTE, MINUTE)
                limit = _Limit(_Bucket(CHAT_PER_SECOND, 1.0, 1.0, now), window)
            else:
                limit = _Limit(_Bucket(CHAT_PER_SECOND, CHAT_BURST, CHAT_BURST, now))
            self._chats[chat] = limit
        return limit
