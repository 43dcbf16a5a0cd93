"""The only sender of what nobody asked for: notices to people, pictures to the regia's channel.

What is to be sent rests in the database, so a restart forgets nothing. A message is marked sent after
Telegram took it: delivery is at least once, and a kill may double only what was in flight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.pacing import Lane, backoff
from bot.worker import Worker
from handlers.render import render
from handlers.sending import may_not_post, out_of_reach, seconds, send, why_refused
from participation import contributions, notices, posts, timing
from storage import outbox, people
from storage.database import Unavailable
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Bot

    from bot.clock import Clock
    from bot.outage import Outage
    from bot.pacing import Pacer
    from bot.posts import Studio
    from charts.picture import Picture
    from handlers.render import Message
    from locales.translator import Translator, Translators
    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Database, Transaction
    from storage.outbox import Letter

log = structlog.get_logger(__name__)

IN_FLIGHT = 12
"""Messages ready to go or under way at once: enough for 30 a second where an answer takes 0.3 s.

A kill doubles no more than these."""

PAID_IN_FLIGHT = 40
"""The same where messages are paid for."""

PAGE = 50
"""Messages read at once to find those that may go now."""

BROKEN_PAUSE = 5.0
"""Seconds before a message is tried again that could not be made for a defect of ours."""

BROKEN_ATTEMPTS = 5
"""Attempts to make such a message: then it is given up, for all others to the chat wait behind it."""

CHANNEL_PAUSE = 30.0
"""Seconds before a channel is tried again that does not let the bot post."""


class Outbox(Worker):
    """Runs until cancelled; `wake` it when something was put in. One message at a time to each chat.

    paid: send what nobody asked for as paid broadcast, at up to 1,000 a second.
    """

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
        *,
        paid: bool = False,
    ) -> None:
        super().__init__("outbox", clock, outage, pacer, PAID_IN_FLIGHT if paid else IN_FLIGHT)
        self._database = database
        self._event = event
        self._bot = bot
        self._translators = translators
        self._studio = studio
        self._lane = Lane.PAID if paid else Lane.BULK
        # Messages that Telegram did not take as paid ones.
        self._unpaid: set[int] = set()
        # When a message that failed may be tried again.
        self._later: dict[int, float] = {}
        # Chats for which an answer waits, or the rest of a message.
        self._answers: set[int] = set()

    async def load(self) -> None:
        """Know which answers were left before; to be done before anybody is answered."""
        for answer in await outbox.answers(self._database):
            self._answers.add(answer.chat)
            # Killed as it was sent, it may have arrived.
            await self._perhaps_seen(answer.person, answer.content)

    def hold(self, chat: int, after: float) -> None:
        """Telegram takes nothing for this chat before so many seconds."""
        self._pacer.hold(chat, self._clock.elapsed() + after)

    def open(self, chat: int) -> bool:
        """Whether Telegram takes anything for this chat now, as far as it said."""
        return not self._pacer.held(chat, self._clock.elapsed())

    def ready(self, chat: int) -> bool:
        """Whether an answer may go to this chat at once: it is open, not too fast, and none waits for it."""
        now = self._clock.elapsed()
        return chat not in self._answers and self._pacer.ready(chat, now, Lane.ASKED_FOR) <= now

    def count(self, chat: int) -> None:
        """An answer goes to this chat."""
        now = self._clock.elapsed()
        self._pacer.take(chat, now, Lane.ASKED_FOR).landed(now)

    def left(self, chat: int) -> None:
        """An answer to this chat waits in the database now; what is answered later goes behind it."""
        self._answers.add(chat)
        self.wake()

    async def look(self) -> float | None:
        """Spread announcements, and have ready what may go next."""
        if await outbox.any_to_spread(self._database):
            await self._spread()
            self.wake()
        following: float | None = None
        # What is behind the first for the same chat keeps its place.
        passed: set[int] = set()
        page: Sequence[Letter] = ()
        while not self.full:
            page = await outbox.waiting(self._database, PAGE, page[-1] if page else None)
            for letter in page:
                if self.busy(letter.chat) or letter.chat in passed:
                    continue
                passed.add(letter.chat)
                now = self._clock.elapsed()
                ready = max(
                    self._pacer.ready(letter.chat, now, Lane.ASKED_FOR), self._later.get(letter.id, now)
                )
                if ready > now:
                    following = ready if following is None else min(following, ready)
                elif not self.full:
                    self._later.pop(letter.id, None)
                    self.start(letter.chat, self._attempt(letter))
            if len(page) < PAGE:
                break
        return following

    async def _spread(self) -> None:
        """One chunk, in a short transaction of its own, so that a tap never waits for a whole audience."""
        async with self._database.transaction() as tx:
            await outbox.spread_some(tx, self._clock.now())

    async def _attempt(self, letter: Letter) -> None:
        lane = Lane.BULK if letter.id in self._unpaid else self._lane
        try:
            await self._send(letter, lane)
        except RetryAfter as error:
            self.hold(letter.chat, seconds(error))
            await self._again(letter, error, 0.0)
        except (Forbidden, BadRequest) as error:
            if letter.person is None and may_not_post(error):
                # The channel: somebody has to let the bot post there; nothing is thrown away meanwhile.
                await self._again(letter, error, CHANNEL_PAUSE)
            elif letter.person is not None and out_of_reach(error):
                await self._unreachable(letter, letter.person, error)
            elif lane is Lane.PAID:
                # Whatever it is (no Stars left, say), it may go as all others do.
                self._unpaid.add(letter.id)
                await self._again(letter, error, 0.0)
            else:
                await self._dead(letter, error)
        except TelegramError as error:
            # It may have arrived all the same.
            if letter.urgency <= Urgency.ANSWER:
                await self._perhaps_seen(letter.person, letter.content)
            await self._again(letter, error, backoff(letter.attempts))
        except Unavailable:
            raise
        except Exception as error:
            log.exception("send_broke", key=letter.key.split(":")[0], error=type(error).__name__)
            if letter.attempts + 1 < BROKEN_ATTEMPTS:
                await self._again(letter, error, BROKEN_PAUSE)
            else:
                await self._dead(letter, error)

    async def _send(self, letter: Letter, lane: Lane) -> None:
        """Send a message, or the next part of one, and write down that it went."""
        paid, words = lane is Lane.PAID, self._translators.of(letter.language or self._event.language)
        post = posts.load(letter.content)
        picture = None if post is None else await self._studio.draw(post, words)
        notice = None if post else notices.load(letter.content)
        if notice is not None and letter.urgency > Urgency.ANSWER and self._is_over(notice):
            await self._over(letter)
            return
        told = () if notice is None else await self._told(notice, words)
        ticket = await self.turn(letter.chat, letter.chat, lane)
        if ticket is None:
            return
        try:
            if picture is not None:
                message = await self._post(letter.chat, picture, paid=paid)
            else:
                part = told[min(letter.parts, len(told) - 1)]
                message = await send(self._bot, letter.chat, part, paid=paid)
        finally:
            ticket.landed(self._clock.elapsed())
        if letter.parts + 1 < len(told):
            await self._begun(letter)
        else:
            await self._done(letter, message)

    async def _told(self, notice: Notice, words: Translator) -> tuple[Message, ...]:
        return render(notice, await timing.event_for(self._database, self._event, notice), words)

    def _is_over(self, notice: Notice) -> bool:
        until = notice.until_when()
        return until is not None and until <= self._clock.now()

    async def _over(self, letter: Letter) -> None:
        """A message waited longer than it is true: after a hold, a hang, a start."""
        async with self._database.transaction() as tx:
            await outbox.over(tx, letter, self._clock.now())
            await self._look_for_answers(tx, letter.chat)

    async def _post(self, chat: int, picture: Picture, *, paid: bool) -> int:
        sent = await self._bot.send_photo(
            chat,
            picture.png,
            caption=picture.caption,
            parse_mode=ParseMode.HTML,
            filename=picture.name,
            allow_paid_broadcast=paid or None,
        )
        return sent.message_id

    async def _begun(self, letter: Letter) -> None:
        async def write() -> None:
            async with self._database.transaction() as tx:
                await outbox.begun(tx, letter)

        self._answers.add(letter.chat)
        await self.insist(write)

    async def _done(self, letter: Letter, message: int) -> None:
        async def write() -> None:
            async with self._database.transaction() as tx:
                await outbox.sent(tx, letter, message, self._clock.now())
                if letter.person is not None and posts.load(letter.content) is None:
                    await contributions.seen(tx, letter.person, notices.load(letter.content), message)
                await self._look_for_answers(tx, letter.chat)

        await self.insist(write)

    async def _look_for_answers(self, tx: Transaction, chat: int) -> None:
        """A message to a chat has gone, or never will: perhaps no answer waits for it any more.

        Within the transaction, so that none is left to us between the look and what follows from it.
        """
        if chat in self._answers and not await outbox.answer_waits(tx, chat):
            self._answers.discard(chat)

    async def _again(self, letter: Letter, error: Exception, after: float) -> None:
        self._later[letter.id] = self._clock.elapsed() + after
        log.warning("send_again", letter=letter.id, error=type(error).__name__, after=round(after, 1))
        async with self._database.transaction() as tx:
            await outbox.failed(tx, letter, type(error).__name__)

    async def _perhaps_seen(self, person: int | None, content: str) -> None:
        notice = None if posts.load(content) else notices.load(content)
        if person is not None and notice is not None and contributions.is_prompt(notice):
            async with self._database.transaction() as tx:
                await contributions.perhaps_seen(tx, person, notice)

    async def _unreachable(self, letter: Letter, person: int, error: TelegramError) -> None:
        async def write() -> None:
            async with self._database.transaction() as tx:
                await outbox.failed(tx, letter, type(error).__name__)
                await people.mark_unreachable(tx, person, self._clock.now())

        await self.insist(write)

    async def _dead(self, letter: Letter, error: Exception) -> None:
        why = why_refused(error)
        log.error("send_refused", letter=letter.id, key=letter.key.split(":")[0], error=why)

        async def write() -> None:
            async with self._database.transaction() as tx:
                await outbox.dead(tx, letter, why, self._clock.now())
                await self._look_for_answers(tx, letter.chat)

        await self.insist(write)
