"""The only sender of what nobody asked for: notices to people, pictures to the regia's channel.

What is to be sent rests in the database, so a restart forgets nothing. A message is marked sent after
Telegram took it: delivery is at least once, and a kill may double only what was in flight.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.worker import Worker
from handlers.render import render
from handlers.sending import seconds, send
from participation import agenda, contributions, notices, timing
from storage import outbox, people
from storage.database import Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from telegram import Bot

    from bot.clock import Clock
    from bot.outage import Outage
    from bot.pacing import Pacer
    from bot.posts import Studio
    from locales.translator import Translators
    from participation.event import Event
    from storage.database import Database
    from storage.outbox import Letter

log = structlog.get_logger(__name__)

IN_FLIGHT = 12
"""Messages under way at once: enough for 30 a second where an answer takes 0.3 s."""

WINDOW = 200
"""Messages looked at for one that may go now."""

LONGEST_BACKOFF = 300.0
"""Seconds between two attempts at most."""

BROKEN_PAUSE = 5.0
"""Seconds before a message is tried again that could not be made for a defect of ours."""

BROKEN_ATTEMPTS = 5
"""Attempts to make such a message: then it is given up, for all others to the chat wait behind it."""


class Outbox(Worker):
    """Runs until cancelled; `wake` it when something was put in. One message at a time to each chat."""

    def __init__(
        self,
        database: Database,
        event: Event,
        bot: Bot,
        clock: Clock,
        outage: Outage,
        pacer: Pacer,
        translators: Translators,
        studio: Studio,
    ) -> None:
        super().__init__("outbox", clock, outage, IN_FLIGHT)
        self._database = database
        self._event = event
        self._bot = bot
        self._pacer = pacer
        self._translators = translators
        self._studio = studio

    def hold(self, chat: int, after: float) -> None:
        """Telegram takes nothing for this chat before so many seconds."""
        self._pacer.hold(chat, self._clock.now() + timedelta(seconds=after))

    async def look(self) -> datetime | None:
        """Spread announcements, and send what may go now."""
        if await outbox.any_to_spread(self._database):
            await self._spread()
            self.wake()
        following: datetime | None = None
        waiting: set[int] = set()
        for letter in await outbox.waiting(self._database, WINDOW):
            if self.busy(letter.chat) or letter.chat in waiting:
                continue
            now = self._clock.now()
            ready = self._pacer.ready(letter.chat, now)
            if ready <= now and not self.full:
                self._pacer.take(letter.chat, now)
                self.start(letter.chat, self._attempt(letter))
                continue
            # What is behind it for the same chat keeps its place.
            waiting.add(letter.chat)
            if following is None or ready < following:
                following = ready
        return following

    async def _spread(self) -> None:
        """One chunk, in a short transaction of its own, so that a tap never waits for a whole audience."""
        async with self._database.transaction() as tx:
            await outbox.spread_some(tx, self._clock.now())

    async def _attempt(self, letter: Letter) -> None:
        try:
            message = await self._deliver(letter)
        except RetryAfter as error:
            await self._again(letter, error, seconds(error))
        except Forbidden as error:
            await self._unreachable(letter, error)
        except BadRequest as error:
            await self._dead(letter, error)
        except (NetworkError, TelegramError) as error:
            # Full jitter, as "Exponential Backoff And Jitter" (Brooker, 2015) has it.
            longest = min(0.5 * 2 ** min(letter.attempts, 30), LONGEST_BACKOFF)
            await self._again(letter, error, random.uniform(0.1, longest))  # noqa: S311 - no secret
        except Unavailable:
            raise
        except Exception as error:
            log.exception("send_broke", key=letter.key.split(":")[0], error=type(error).__name__)
            if letter.attempts + 1 < BROKEN_ATTEMPTS:
                await self._again(letter, error, BROKEN_PAUSE)
            else:
                await self._dead(letter, error)
        else:
            await self._done(letter, message)

    async def _deliver(self, letter: Letter) -> int:
        words = self._translators.of(letter.language or self._event.language)
        post = agenda.load(letter.content)
        if post is not None:
            picture = await self._studio.draw(post, words)
            sent = await self._bot.send_photo(
                letter.chat,
                picture.png,
                caption=picture.caption,
                parse_mode=ParseMode.HTML,
                filename=picture.name,
            )
            return sent.message_id
        last = 0
        notice = notices.load(letter.content)
        for message in render(notice, await timing.event_for(self._database, self._event, notice), words):
            last = await send(self._bot, letter.chat, message)
        return last

    async def _done(self, letter: Letter, message: int) -> None:
        async def write() -> None:
            async with self._database.transaction() as tx:
                await outbox.sent(tx, letter, message, self._clock.now())
                if letter.person is not None and agenda.load(letter.content) is None:
                    await contributions.seen(tx, letter.person, notices.load(letter.content))

        await self.insist(write)

    async def _again(self, letter: Letter, error: Exception, after: float) -> None:
        self.hold(letter.chat, after)
        log.warning("send_again", letter=letter.id, error=type(error).__name__, after=round(after, 1))
        async with self._database.transaction() as tx:
            await outbox.failed(tx, letter, type(error).__name__)

    async def _unreachable(self, letter: Letter, error: TelegramError) -> None:
        if letter.person is None:
            # The channel: somebody has to make the bot an admin again; nothing is thrown away meanwhile.
            await self._again(letter, error, 30.0)
            return
        person = letter.person

        async def write() -> None:
            async with self._database.transaction() as tx:
                await outbox.failed(tx, letter, type(error).__name__)
                await people.mark_unreachable(tx, person, self._clock.now())

        await self.insist(write)

    async def _dead(self, letter: Letter, error: Exception) -> None:
        # What Telegram says tells what to mend; other errors may repeat what people wrote.
        why = str(error) if isinstance(error, TelegramError) else type(error).__name__
        log.error("send_refused", letter=letter.id, key=letter.key.split(":")[0], error=why)

        async def write() -> None:
            async with self._database.transaction() as tx:
                await outbox.dead(tx, letter, why, self._clock.now())

        await self.insist(write)
