"""The only one that sets Telegram's menus: everybody's, in each language; and each person's, by their roles.

What a person's menu should be rests in the database (`storage/menus.py`), so a call that fails is made again
and a restart forgets nothing. Without a role or a language of their own choice a person has everybody's menu,
in the language of their phone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import structlog
from telegram import BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.pacing import backoff
from bot.worker import Worker
from handlers.render import commands
from handlers.sending import out_of_reach, seconds
from participation import roles
from storage import menus, people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Bot

    from bot.clock import Clock
    from bot.outage import Outage
    from bot.pacing import Pacer
    from locales.translator import Translators
    from participation.event import Event
    from participation.notices import Role
    from storage.database import Database
    from storage.menus import Menu

log = structlog.get_logger(__name__)

AT_ONCE = 4
"""Calls under way at once: menus are never urgent."""

PAGE = 50
"""Menus read at once to find those that may be set now."""

EVERYBODYS = "everybodys"
"""What tells that a person has everybody's menu."""


class Menus(Worker):
    """Runs until cancelled; `wake` it when somebody's roles or language changed."""

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
        super().__init__("menus", clock, outage, pacer, AT_ONCE)
        self._database = database
        self._event = event
        self._bot = bot
        self._translators = translators
        self._begun = False
        # Languages whose menu for everybody is still to be set, under keys that no person has.
        self._everybodys = dict(enumerate(translators.languages, start=-len(translators.languages)))
        self._failures: Counter[int] = Counter()
        self._later: dict[int, float] = {}

    async def look(self) -> float | None:
        """Set everybody's menus that are not set yet, then those of people."""
        if not self._begun:
            await self._begin()
        following: float | None = None
        now = self._clock.elapsed()
        for key, language in self._everybodys.items():
            ready = self._later.get(key, now)
            if ready > now:
                following = ready if following is None else min(following, ready)
            elif not self.busy(key) and not self.full:
                self.start(key, self._attempt_everybodys(key, language))
        page: Sequence[Menu] = ()
        while not self.full:
            page = await menus.wanted(self._database, PAGE, page[-1].person if page else 0)
            for menu in page:
                ready = self._later.get(menu.person, now)
                if ready > now:
                    following = ready if following is None else min(following, ready)
                elif not self.busy(menu.person) and not self.full:
                    self.start(menu.person, self._attempt(menu))
            if len(page) < PAGE:
                break
        return following

    async def _begin(self) -> None:
        """Look at every menu: the version that ran before may have had other commands."""
        async with self._database.transaction() as tx:
            await menus.want_all(tx)
        self._begun = True

    async def _attempt_everybodys(self, key: int, language: str) -> None:
        first = language == self._event.language
        try:
            await self._bot.set_my_commands(
                self._commands(language), language_code=None if first else language
            )
        except BadRequest as error:
            log.error("menu_refused", error=error.message.split(":")[0])
        except TelegramError as error:
            self._again(key, error)
            return
        self._everybodys.pop(key, None)

    async def _attempt(self, menu: Menu) -> None:
        person = await people.by_id(self._database, menu.person)
        if person is None:
            return
        held = sorted(await roles.of_person(self._database, person))
        own = self._commands(menu.language, held) if held or menu.chosen else None
        digest = EVERYBODYS if own is None else _digest(own)
        if digest != menu.set_hash:
            async with self._database.transaction() as tx:
                await menus.underway(tx, menu)
            scope = BotCommandScopeChat(menu.chat)
            try:
                if own is None:
                    await self._bot.delete_my_commands(scope=scope)
                else:
                    await self._bot.set_my_commands(own, scope=scope)
            except (BadRequest, Forbidden) as error:
                if out_of_reach(error):
                    # It is set when they come back.
                    await self.unreachable(self._database, menu.person)
                    return
                log.error("menu_refused", error=error.message.split(":")[0])
            except TelegramError as error:
                self._again(menu.person, error)
                return
        self._later.pop(menu.person, None)
        del self._failures[menu.person]

        async def write() -> None:
            async with self._database.transaction() as tx:
                await menus.was_set(tx, menu, digest)

        await self.insist(write)

    def _again(self, key: int, error: TelegramError) -> None:
        pause = seconds(error) if isinstance(error, RetryAfter) else backoff(self._failures[key])
        self._failures[key] += 1
        self._later[key] = self._clock.elapsed() + pause
        log.warning("menu_again", error=type(error).__name__, after=round(pause, 1))

    def _commands(self, language: str, held: Sequence[Role] = ()) -> list[BotCommand]:
        return [BotCommand(name, text) for name, text in commands(self._translators.of(language), held)]


def _digest(own: Sequence[BotCommand]) -> str:
    """What tells whether a call would change anything."""
    said = "\n".join(f"{each.command} {each.description}" for each in own)
    return hashlib.sha256(said.encode()).hexdigest()
