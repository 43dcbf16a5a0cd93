"""Telegram's limits on messages, as far as they are known: answers 429 when they are passed."""

from collections import deque
from datetime import datetime, timedelta
from math import ceil

from rehearsal.telegram.errors import too_many


class Limits:
    """Counts sends and edits against the limits, in the time it is given.

    per_chat: messages per second in one chat, after a burst of `chat_burst`.
    channel_per_minute: messages in a channel in any 60 s.
    bulk_per_second: sends and edits, all chats together, to chats that sent no update in the last
    `interactive_seconds`; replies to what people do are not held to it.
    """

    def __init__(
        self,
        *,
        per_chat: float = 1.0,
        chat_burst: int = 5,
        channel_per_minute: int = 20,
        bulk_per_second: int = 30,
        interactive_seconds: float = 10.0,
    ) -> None:
        self._per_chat = per_chat
        self._burst = chat_burst
        self._channel = channel_per_minute
        self._bulk = bulk_per_second
        self._interactive = timedelta(seconds=interactive_seconds)
        self._chats: dict[int, tuple[float, datetime]] = {}
        self._channels: dict[int, deque[datetime]] = {}
        self._sent: deque[datetime] = deque()

    def take(
        self, chat_id: int, now: datetime, *, channel: bool, last_update: datetime | None, messages: int = 1
    ) -> None:
        """Count `messages` for this chat, or raise ApiError 429 and count nothing."""
        bulk = last_update is None or now - last_update > self._interactive
        waits = [
            self._wait_in_channel(chat_id, now, messages)
            if channel
            else self._wait_in_chat(chat_id, now, messages),
            self._wait_in_window(self._sent, now, timedelta(seconds=1), self._bulk, messages)
            if bulk
            else 0.0,
        ]
        if (wait := max(waits)) > 0:
            raise too_many(max(1, ceil(wait)))
        if channel:
            self._channels[chat_id].extend([now] * messages)
        else:
            tokens, _ = self._chats[chat_id]
            self._chats[chat_id] = (tokens - messages, now)
        if bulk:
            self._sent.extend([now] * messages)

    def _wait_in_chat(self, chat_id: int, now: datetime, messages: int) -> float:
        tokens, then = self._chats.get(chat_id, (float(self._burst), now))
        tokens = min(self._burst, tokens + max(0.0, (now - then).total_seconds()) * self._per_chat)
        self._chats[chat_id] = (tokens, now)
        # An album larger than the burst must pass one day: a full bucket is enough for it.
        return max(0.0, (min(messages, self._burst) - tokens) / self._per_chat)

    def _wait_in_channel(self, chat_id: int, now: datetime, messages: int) -> float:
        window = self._channels.setdefault(chat_id, deque())
        return self._wait_in_window(window, now, timedelta(minutes=1), self._channel, messages)

    @staticmethod
    def _wait_in_window(
        window: deque[datetime], now: datetime, length: timedelta, limit: int, messages: int
    ) -> float:
        while window and now - window[0] >= length:
            window.popleft()
        over = len(window) + min(messages, limit) - limit
        return (window[over - 1] + length - now).total_seconds() if over > 0 else 0.0
