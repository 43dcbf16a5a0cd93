"""What one open page is told, and when: the chats it watches, the list of chats, the clock, the counters."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rehearsal.telegram import Phone
from rehearsal.web.shown import message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from rehearsal.telegram import Channel, SentMessage
    from rehearsal.web.hall import Hall

GATHER: Final = 0.04
"""Seconds in which changes are gathered, so that a broadcast does not become a message each."""

EVERY: Final = 0.25
"""Seconds between two looks at what changes without a message: clock, counters, a menu of commands."""

MOST_WATCHED: Final = 24
"""Chats that one page can have open."""


@dataclass
class _Seen:
    """What the page has of one chat."""

    messages: dict[int, SentMessage] = field(default_factory=dict)
    about: dict[str, Any] | None = None
    answers: int = 0


class Viewer:
    """One open page. `send` takes one JSON object; what it raises ends `run`."""

    def __init__(self, hall: Hall, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._hall = hall
        self._send = send
        self._seen: dict[int, _Seen] = {}
        self._told: dict[str, Any] = {}
        self._looked = -EVERY
        self._sending = asyncio.Lock()

    async def watch(self, chat_ids: list[int]) -> None:
        """From now on tell of these chats and no others; of a new one everything first."""
        wanted = chat_ids[:MOST_WATCHED]
        self._seen = {chat_id: self._seen.get(chat_id) or _Seen() for chat_id in wanted}
        await self._tell()

    async def run(self) -> None:
        """Tell what is new until cancelled."""
        await self._send({"programme": self._hall.programme()})
        while True:
            version = self._hall.telegram.version
            await self._tell()
            await self._hall.telegram.changed(version, EVERY)
            await asyncio.sleep(GATHER)

    async def _tell(self) -> None:
        # Two tasks come here; what is found new must also leave in that order.
        async with self._sending:
            for news in list(self._news()):
                await self._send(news)

    def _news(self) -> Iterator[dict[str, Any]]:
        # Chats first: the counters are of no use without what they count.
        for chat_id, seen in self._seen.items():
            chat = self._hall.chat(chat_id)
            if chat is not None and (news := self._news_of(chat, seen)) is not None:
                yield {"chat": {"id": chat_id, **news}}
        if time.monotonic() - self._looked < EVERY:
            return
        self._looked = time.monotonic()
        if (chats := self._changed("chats", self._hall.chats())) is not None:
            yield {"hall": chats}
        if (counters := self._changed("counters", self._hall.counters())) is not None:
            yield {"counters": counters}
        state = self._hall.clock.state()
        # The page lets the time flow by itself; it must hear when it flows otherwise than it was told.
        if self._changed("clock", {key: state[key] for key in state if key not in {"now", "local"}}):
            yield {"clock": state}

    def _changed(self, name: str, value: dict[str, Any]) -> dict[str, Any] | None:
        if self._told.get(name) == value:
            return None
        self._told[name] = value
        return value

    def _news_of(self, chat: Phone | Channel, seen: _Seen) -> dict[str, Any] | None:
        now = {shown.id: shown for shown in chat.messages}
        # A message that was edited is another object.
        changed = [shown for shown in now.values() if seen.messages.get(shown.id) is not shown]
        gone = [number for number in seen.messages if number not in now]
        answers = list(chat.answers.items())[seen.answers :] if isinstance(chat, Phone) else []
        about = self._hall.about(chat)
        first = seen.about is None
        if not (changed or gone or answers or about != seen.about):
            return None
        news = {
            "first": first,
            "messages": [message(chat.id, shown) for shown in changed],
            "gone": gone,
            # What was answered before the page was opened is over.
            "answers": {}
            if first
            else {
                callback: {"text": answer.text, "alert": answer.show_alert, "url": answer.url}
                for callback, answer in answers
            },
            "about": about,
        }
        seen.messages, seen.about, seen.answers = now, about, seen.answers + len(answers)
        return news
