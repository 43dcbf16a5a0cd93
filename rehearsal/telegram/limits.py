"""Telegram's limits on messages, as far as they are known: answers 429 when they are passed."""

from collections import deque
from math import ceil

from rehearsal.telegram.errors import too_many
from rehearsal.telegram.metering import BulkMeter

_INSTANT = 1e-5  # seconds; what sums of times in floating point may be off by


class Limits:
    """Counts sends and edits against the limits.

    per_chat: messages per second in one chat, after a burst of `chat_burst`.
    channel_per_minute: messages in a channel in any 60 s.
    bulk_per_second: sends and edits, all chats together, to chats that sent no update in the last
    `interactive_seconds`; replies to what people do are not held to it. paid_per_second: the same for
    messages sent with allow_paid_broadcast, which are not counted among the others.
    real_time: by the wall clock, not by the event's time. bulk_only: a chat's own limits too are only for
    bulk messages, so that a rehearsal may let people act faster than people do.
    `meter` measures how much of `bulk_per_second` was used.
    """

    def __init__(
        self,
        *,
        per_chat: float = 1.0,
        chat_burst: int = 5,
        channel_per_minute: int = 20,
        bulk_per_second: int = 30,
        paid_per_second: int = 1000,
        interactive_seconds: float = 10.0,
        real_time: bool = False,
        bulk_only: bool = False,
    ) -> None:
        self.real_time = real_time
        self.meter = BulkMeter(bulk_per_second)
        self.refused = 0
        self._bulk_only = bulk_only
        self._per_chat = per_chat
        self._burst = chat_burst
        self._channel = channel_per_minute
        self._bulk = bulk_per_second
        self._paid = paid_per_second
        self._interactive = interactive_seconds
        self._chats: dict[int, tuple[float, float]] = {}
        self._channels: dict[int, deque[float]] = {}
        self._sent: deque[float] = deque()
        self._sent_paid: deque[float] = deque()

    def take(
        self,
        chat_id: int,
        now: float,
        *,
        channel: bool,
        last_update: float | None,
        messages: int = 1,
        paid: bool = False,
    ) -> None:
        """Count `messages` for this chat, or raise ApiError 429 and count nothing.

        now and last_update (the chat's, None: never) are seconds by the clock the limits go by.
        """
        bulk = last_update is None or now - last_update > self._interactive
        if not bulk and self._bulk_only:
            return
        wait = (
            self._wait_in_channel(chat_id, now, messages)
            if channel
            else self._wait_in_chat(chat_id, now, messages)
        )
        sent, limit = (self._sent_paid, self._paid) if paid else (self._sent, self._bulk)
        if bulk:
            wait = max(wait, self._wait_in_window(sent, now, 1.0, limit, messages))
        if wait > _INSTANT:
            self.refused += 1
            raise too_many(max(1, ceil(wait - _INSTANT)))
        if channel:
            self._channels[chat_id].extend([now] * messages)
        else:
            tokens, _ = self._chats[chat_id]
            self._chats[chat_id] = (tokens - messages, now)
        if bulk:
            sent.extend([now] * messages)
            if not paid:
                self.meter.took(now, messages)

    def _wait_in_chat(self, chat_id: int, now: float, messages: int) -> float:
        tokens, then = self._chats.get(chat_id, (float(self._burst), now))
        tokens = min(self._burst, tokens + max(0.0, now - then) * self._per_chat)
        self._chats[chat_id] = (tokens, now)
        # An album larger than the burst must pass one day: a full bucket is enough for it.
        return max(0.0, (min(messages, self._burst) - tokens) / self._per_chat)

    def _wait_in_channel(self, chat_id: int, now: float, messages: int) -> float:
        window = self._channels.setdefault(chat_id, deque())
        return self._wait_in_window(window, now, 60.0, self._channel, messages)

    @staticmethod
    def _wait_in_window(window: deque[float], now: float, length: float, limit: int, messages: int) -> float:
        if window and now < window[-1]:
            window.clear()  # the event's clock was put back: what was counted lies in its future
        while window and now - window[0] >= length - _INSTANT:
            window.popleft()
        over = len(window) + min(messages, limit) - limit
        return window[over - 1] + length - now if over > 0 else 0.0
