"""The only editor of messages that are edited: one owner per message, and the newest state wins.

Whoever changes something marks the screens concerned as wanted, in the same transaction. Here they are
drawn from the state as it is when the edit may go; states in between are never sent.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Final

import structlog
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.drawing import draw
from bot.pacing import Lane, backoff
from bot.worker import Worker
from handlers.callback_data import encode
from handlers.render import render
from handlers.sending import edit, out_of_reach, seconds, send, why_refused
from participation import gathering, phases
from storage import screens
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

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

SWEPT_AT_ONCE, KEPT_FOR_SWEPT = 12, 8
"""Of these, screens of people who did nothing: at most so many, and so many are left to them. There is always
room for who did something, and for who looks on."""

PAGE = 100
SWEEP_EVERY = 0.1
"""So many screens are read at once to find those that may be edited now, every so many seconds at most."""

EVERY: Final[Mapping[str, float]] = {phases.SCREEN: 3.0, gathering.SCREEN: 3.0}
"""Seconds between two edits of a screen whose kind shows what others do, as fast as they do it."""

BROKEN_RETRY = 30.0
"""Seconds before a screen is tried again that could not be drawn for a defect of ours."""


class Screens(Worker):
    """Runs until cancelled. `nudge` a person whose own act changed a screen; `wake` for all others.

    paid: send what nobody asked for as paid broadcast (edits cannot be paid for).
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
        *,
        paid: bool = False,
    ) -> None:
        super().__init__("screens", clock, outage, pacer, AT_ONCE)
        self._database = database
        self._event = event
        self._bot = bot
        self._translators = translators
        self._paid = paid
        # Who did something, and since when their screens may be edited, as `Clock.elapsed` counts.
        self._nudged: dict[int, float] = {}
        # After failures: how many in a row, and when the person's screens may be tried again.
        self._failures: Counter[int] = Counter()
        self._later: dict[int, float] = {}
        self._swept: set[int] = set()
        # The sweep goes round: where it goes on, from when on, and when something else may be edited.
        self._behind: Screen | None = None
        self._sweeps_at = 0.0
        self._soonest: float | None = None
        self._edited: dict[tuple[int, str], float] = {}
        # Screens of which we know what Telegram shows. After an edit without an answer, and after a start, it
        # may be another state than the one last marked.
        self._certain: set[tuple[int, str]] = set()

    def nudge(self, person: int) -> None:
        """A person did something: their screens come first."""
        self._nudged[person] = self._clock.elapsed()
        self.wake()

    async def look(self) -> float | None:
        """Start editing what may be edited now: first for who acted, then for all others."""
        now = self._clock.elapsed()
        answered = self._look_at_nudged(now)
        swept: float | None = None
        if self._may_sweep:
            swept = self._sweeps_at
            if now >= self._sweeps_at:
                self._sweeps_at = now + SWEEP_EVERY
                swept = await self._sweep(now)
        return min((each for each in (answered, swept) if each is not None), default=None)

    async def _sweep(self, now: float) -> float | None:
        """Start editing some of the screens of people who did nothing, everybody's in turn.

        When to sweep again; None when somebody has to wake us.
        """
        whole = self._behind is None
        if whole:
            self._soonest = None
        # Who leads looks on while all others act: a turn among hundreds would come late.
        watched = [each for kind in EVERY for each in await screens.wanted_of_kind(self._database, kind)]
        page = await screens.wanted(self._database, PAGE, self._behind)
        for screen in (*watched, *page):
            if not self._may_sweep:
                # Woken when one of them is done.
                return None
            if screen not in watched:
                self._behind = screen
            if self.busy(screen.person) or screen.person in self._nudged:
                continue
            ready = max(
                self._pacer.ready(screen.chat, now, Lane.ASKED_FOR),
                self._later.get(screen.person, now),
                self._rested(screen, now),
            )
            if ready > now:
                self._soonest = ready if self._soonest is None else min(self._soonest, ready)
            else:
                self._swept.add(screen.person)
                self.start(screen.person, self._refresh(screen))
        if len(page) == PAGE:
            self._behind = page[-1]
            return self._sweeps_at
        self._behind = None
        # Only who has looked at all at once knows that there is nothing to do before.
        return self._soonest if whole else self._sweeps_at

    @property
    def _may_sweep(self) -> bool:
        return not self.full and len(self._swept) < SWEPT_AT_ONCE

    def _look_at_nudged(self, now: float) -> float | None:
        following: float | None = None
        for person, since in list(self._nudged.items()):
            ready = max(since, self._later.get(person, now))
            if self.busy(person):
                continue
            if ready > now:
                following = ready if following is None else min(following, ready)
            elif not self.full and len(self._running) - len(self._swept) < AT_ONCE - KEPT_FOR_SWEPT:
                del self._nudged[person]
                self.start(person, self._answer(person))
        return following

    def _rested(self, screen: Screen, now: float) -> float:
        """When a screen may be edited again after its last edit. A new message is none."""
        edited = self._edited.get((screen.person, screen.kind))
        pause = EVERY.get(screen.kind.partition(":")[0])
        return now if edited is None or pause is None or screen.message is None else edited + pause

    async def _answer(self, person: int) -> None:
        """Bring the screens of somebody who acted up to date, as far as Telegram lets us now."""
        for screen in await screens.wanted_of(self._database, person):
            now = self._clock.elapsed()
            if not self._pacer.answers(screen.chat, now):
                # They waited too long for it to count as an answer: in their turn.
                return
            if self._rested(screen, now) > now:
                continue
            ready = self._pacer.ready(screen.chat, now, Lane.ASKED_FOR)
            if ready > now:
                # Later, with whatever is newest then.
                self._nudged.setdefault(person, ready)
                return
            if not await self._bring(screen, Lane.ASKED_FOR):
                return

    async def _refresh(self, looked_at: Screen) -> None:
        """Bring one screen up to date, as it is wanted by now."""
        try:
            for screen in await screens.wanted_of(self._database, looked_at.person):
                if screen.kind == looked_at.kind:
                    lane = Lane.PAID if self._paid and screen.message is None else Lane.BULK
                    await self._bring(screen, lane)
        finally:
            self._swept.discard(looked_at.person)

    async def _bring(self, screen: Screen, lane: Lane) -> bool:
        """Bring a screen up to date; whether the person's others may follow."""
        person, now = screen.person, self._clock.elapsed
        try:
            await self._show(screen, lane)
        except RetryAfter as error:
            self._pacer.hold(screen.chat, now() + seconds(error))
            return False
        except (Forbidden, BadRequest) as error:
            if out_of_reach(error):
                await self.unreachable(self._database, person)
                return False
            if lane is Lane.PAID:
                # Whatever it is (no Stars left, say), it may go as all others do.
                return await self._bring(screen, Lane.BULK)
            # Telegram will not take this state however often it is tried; the next one it may.
            why = why_refused(error)
            log.error("edit_refused", kind=screen.kind.split(":")[0], error=why)
            await self._mark_refused(screen, why)
        except TelegramError as error:
            log.warning("edit_again", kind=screen.kind.split(":")[0], error=type(error).__name__)
            self._later[person] = now() + backoff(self._failures[person])
            self._failures[person] += 1
            return False
        except Unavailable:
            raise
        except Exception:
            self._later[person] = now() + BROKEN_RETRY
            raise
        self._later.pop(person, None)
        del self._failures[person]
        return True

    async def _show(self, screen: Screen, lane: Lane) -> None:
        # The wanted version was read before the state is: what is drawn is never older than what is marked.
        notice = await draw(self._database, self._event, screen, self._clock.now())
        if notice is None:
            await self._mark(screen, screen.message, screen.shown_hash or "")
            return
        *_, message = render(notice, self._event, self._translators.of(screen.language))
        digest, name = _digest(message), (screen.person, screen.kind)
        if screen.message is not None and digest == screen.shown_hash and name in self._certain:
            await self._mark(screen, screen.message, digest)
            return
        ticket = await self.turn(screen.person, screen.chat, lane)
        if ticket is None:
            return
        self._certain.discard(name)
        self._edited[name] = self._clock.elapsed()
        try:
            message_id = screen.message
            if message_id is not None:
                message_id = await self._change(screen, message_id, message)
            if message_id is None:
                message_id = await send(self._bot, screen.chat, message, paid=lane is Lane.PAID)
        finally:
            ticket.landed(self._clock.elapsed())
        await self._mark(screen, message_id, digest)
        self._certain.add(name)

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

    async def _mark_refused(self, screen: Screen, why: str) -> None:
        async def write() -> None:
            async with self._database.transaction() as tx:
                await screens.refused(tx, screen, why)

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
