"""How fast Telegram takes messages, and who has to wait.

Limits as known (`limits are not firm: obey retry_after`): about 30 messages a second for what nobody asked
for, one a second in a chat with short bursts allowed, 20 a minute in a group or channel. Answers to what
people do count in their chat alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

OVERALL_PER_SECOND = 27.0
"""Below the limit, for what leaves evenly does not arrive so: at 30 a second some seconds would see 31."""

CHAT_PER_SECOND = 1.0
CHAT_BURST = 3.0
CHANNEL_PER_SECOND = 20.0 / 60.0
CHANNEL_BURST = 1.0
_ROUNDING = 1e-9


@dataclass
class _Bucket:
    """Tokens that come back with time; a send takes one and may have to wait for it."""

    rate: float
    capacity: float
    tokens: float
    at: datetime

    def ready(self, now: datetime) -> datetime:
        """When the next token is there."""
        self._fill(now)
        missing = 1.0 - self.tokens
        # A microsecond more: what is left after rounding must not ask for another wait of nothing.
        return now if missing <= _ROUNDING else now + timedelta(seconds=missing / self.rate, microseconds=1)

    def take(self, now: datetime) -> None:
        self._fill(now)
        self.tokens -= 1.0

    def _fill(self, now: datetime) -> None:
        # The clock may be set back; then nothing is filled, and time goes on from there.
        passed = max((now - self.at).total_seconds(), 0.0)
        self.tokens = min(self.capacity, self.tokens + passed * self.rate)
        self.at = now


class Pacer:
    """One for the whole bot; all that is sent or edited unasked goes through it."""

    def __init__(self, now: datetime) -> None:
        self._overall = _Bucket(OVERALL_PER_SECOND, 1.0, 1.0, now)
        self._chats: dict[int, _Bucket] = {}
        self._held: dict[int, datetime] = {}

    def ready(self, chat: int, now: datetime, *, asked_for: bool = False) -> datetime:
        """When a message to this chat may go; `now` or earlier means at once."""
        ready = self._chat(chat, now).ready(now)
        if not asked_for:
            ready = max(ready, self._overall.ready(now))
        held = self._held.get(chat)
        if held is not None:
            if held <= now:
                del self._held[chat]
            else:
                ready = max(ready, held)
        return ready

    def take(self, chat: int, now: datetime, *, asked_for: bool = False) -> None:
        """A message goes to this chat now."""
        self._chat(chat, now).take(now)
        if not asked_for:
            self._overall.take(now)

    def hold(self, chat: int, until: datetime) -> None:
        """Nothing goes to this chat before `until` (Telegram said so, or a send failed): others go on."""
        self._held[chat] = max(until, self._held.get(chat, until))

    def _chat(self, chat: int, now: datetime) -> _Bucket:
        bucket = self._chats.get(chat)
        if bucket is None:
            if chat < 0:
                bucket = _Bucket(CHANNEL_PER_SECOND, CHANNEL_BURST, CHANNEL_BURST, now)
            else:
                bucket = _Bucket(CHAT_PER_SECOND, CHAT_BURST, CHAT_BURST, now)
            self._chats[chat] = bucket
        return bucket
