"""The only editor of messages that are edited: one owner per message, and the newest state wins.

Whoever changes something marks the screens concerned as wanted, in the same transaction. Here they are
drawn from the state as it is when the edit may go; states in between are never sent.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.drawing import draw
from bot.worker import Worker
from handlers.callback_data import encode
from handlers.render import render
from handlers.sending import edit, seconds, send
from storage import people, screens
from storage.database import Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from telegram import Bot

    from bot.clock import Clock
    from bot.outage import Outage
    from bot.pacing import Pacer
    from handlers.render import Message
    from locales.translator import Translators
    from participation.event import Event
    from storage.database import Database
    from storage.screens import Screen

log = structlog.get_logger(__name__)

AT_ONCE = 32
"""Screens being drawn or edited at once."""

RETRY = 2.0
"""Seconds before an edit that failed on the network is tried again."""

BROKEN_RETRY = 30.0
"""Seconds before a screen is tried again that could not be drawn for a defect of ours."""


class Screens(Worker):
    """Runs until cancelled. `nudge` a person whose own act changed a screen; `wake` for all others."""

    def __init__(
        self,
        database: Database,
        event: Event,
        bot: Bot,
        clock: Clock,
        outage: Outage,
        pacer: Pacer,
        translators: Translators,
    ) -> None:
        super().__init__("screens", clock, outage, AT_ONCE)
        self._database = database
        self._event = event
        self._bot = bot
        self._pacer = pacer
        self._translators = translators
        self._nudged: set[int] = set()

    def nudge(self, person: int) -> None:
        """A person did something: their screens come first."""
        self._nudged.add(person)
        self.wake()

    async def look(self) -> datetime | None:
        """Start editing what may be edited now: first for who acted, then for all others."""
        for person in [person for person in self._nudged if not self.busy(person)]:
            if self.full:
                break
            self._nudged.discard(person)
            self.start(person, self._edit(person, asked_for=True))
        following: datetime | None = None
        for screen in await screens.wanted(self._database, 4 * AT_ONCE):
            if self.busy(screen.person) or screen.person in self._nudged:
                continue
            now = self._clock.now()
            ready = self._pacer.ready(screen.chat, now)
            if ready <= now and not self.full:
                self._pacer.take(screen.chat, now)
                self.start(screen.person, self._edit(screen.person, asked_for=False))
            elif following is None or ready < following:
                following = ready
        return following

    async def _edit(self, person: int, *, asked_for: bool) -> None:
        """Bring the screens of one person up to date, as far as Telegram lets us now."""
        for screen in await screens.wanted_of(self._database, person):
            if asked_for:
                now = self._clock.now()
                if self._pacer.ready(screen.chat, now, asked_for=True) > now:
                    # Later, from the sweep, with whatever is newest then.
                    return
                self._pacer.take(screen.chat, now, asked_for=True)
            try:
                await self._show(screen)
            except RetryAfter as error:
                self._hold(screen, seconds(error))
                return
            except Forbidden:
                async with self._database.transaction() as tx:
                    await people.mark_unreachable(tx, person, self._clock.now())
                return
            except BadRequest as error:
                # Telegram will not take this state however often it is tried; the next one it may.
                log.error("edit_refused", kind=screen.kind.split(":")[0], error=error.message)
                await self._mark(screen, screen.message, "")
            except TelegramError as error:
                log.warning("edit_again", kind=screen.kind.split(":")[0], error=type(error).__name__)
                self._hold(screen, RETRY)
                return
            except Unavailable:
                raise
            except Exception:
                self._hold(screen, BROKEN_RETRY)
                raise

    def _hold(self, screen: Screen, after: float) -> None:
        self._pacer.hold(screen.chat, self._clock.now() + timedelta(seconds=after))

    async def _show(self, screen: Screen) -> None:
        # The wanted version was read before the state is: what is drawn is never older than what is marked.
        notice = await draw(self._database, self._event, screen, self._clock.now())
        if notice is None:
            await self._mark(screen, screen.message, screen.shown_hash or "")
            return
        *_, message = render(notice, self._event, self._translators.of(screen.language))
        digest = _digest(message)
        if screen.message is not None and digest == screen.shown_hash:
            await self._mark(screen, screen.message, digest)
            return
        message_id = screen.message
        if message_id is not None:
            message_id = await self._change(screen, message_id, message)
        if message_id is None:
            message_id = await send(self._bot, screen.chat, message)
        await self._mark(screen, message_id, digest)

    async def _change(self, screen: Screen, message_id: int, message: Message) -> int | None:
        """Edit the message; None when it is gone."""
        try:
            await edit(self._bot, screen.chat, message_id, message)
        except BadRequest as error:
            said = error.message.lower()
            if "not modified" in said:
                return message_id
            if "to edit not found" in said or "can't be edited" in said:
                return None
            raise
        return message_id

    async def _mark(self, screen: Screen, message: int | None, digest: str) -> None:
        async def write() -> None:
            async with self._database.transaction() as tx:
                await screens.shown(tx, screen, message, digest)

        await self.insist(write)


def _digest(message: Message) -> str:
    """What tells whether an edit would change anything."""
    content = hashlib.sha256(message.text.encode())
    for row in message.keyboard:
        for button in row:
            target = encode(button.press) if button.press is not None else button.url or ""
            content.update(f"\x00{button.text}\x01{target}".encode())
        content.update(b"\x02")
    return content.hexdigest()
