"""Somebody with a phone in their hand: pressing, typing, and looking until the answer is there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TypeVar

from rehearsal.crowd.reading import CLOSED, is_ballot, newest, received, with_word

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from rehearsal.crowd.people import Person
    from rehearsal.telegram import Button, Phone, SentMessage

_Seen = TypeVar("_Seen")

PATIENCE_SECONDS: Final = 30.0
"""Real seconds anybody waits for an answer; then the rehearsal has failed."""

AGAIN_SECONDS: Final = 4.0
"""Real seconds after which somebody who sees no answer looks at the screen again, and presses again."""


class NoAnswer(Exception):
    """Somebody waited for an answer in vain: `who`, `what` they waited for, how many real `seconds`."""

    def __init__(self, who: Person, what: str, seconds: float) -> None:
        super().__init__(who, what, seconds)
        self.who = who
        self.what = what
        self.seconds = seconds

    def __str__(self) -> str:
        place = f" of {self.who.table}" if self.who.table else ""
        return f"{self.who.name} ({self.who.role}{place}) waited {self.seconds:.0f} s for {self.what}"


class Hands:
    """One person at their phone.

    table: where they sit now, once they do. waits_for: what they are waiting for, if they are.
    """

    def __init__(
        self,
        person: Person,
        phone: Phone,
        *,
        patience: float = PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.person = person
        self.phone = phone
        self.table: str | None = None
        self.waits_for: str | None = None
        self.presses = 0
        self._patience = patience
        self._monotonic = monotonic

    @property
    def reachable(self) -> bool:
        """Whether what the bot sends arrives."""
        return self.phone.started and not self.phone.blocked

    def say(self, italian: str, english: str | None = None) -> int:
        """Type in one's language; returns the message's id."""
        return self.phone.say(english if english is not None and self.person.reads == "en" else italian)

    def mark(self) -> int:
        """The id of the newest message in the chat; what comes later is after it."""
        messages = self.phone.messages
        return messages[-1].id if messages else 0

    def ballot(self) -> SentMessage | None:
        """The ballot as one has it now, if it is open. Older ones further up do not count."""
        found = newest(self.phone, lambda message: is_ballot(message) or CLOSED.match(message.shown))
        return found if found is not None and is_ballot(found) else None

    async def until(
        self,
        what: str,
        seen: Callable[[], _Seen | None],
        step: Callable[[], object] | None = None,
        look: Callable[[], object] | None = None,
    ) -> _Seen:
        """Look at the phone until `seen` finds something; returns it.

        `step` is what one does about it: at once, whenever what `look` returns has changed, and again when
        nothing happens for a while. Raises `NoAnswer` when patience is at its end.
        """
        began = self._monotonic()
        stepped: tuple[object, float] | None = None
        self.waits_for = what
        try:
            while True:
                version = self.phone.version
                found = seen()
                if found is not None and found is not False:
                    return found
                now = self._monotonic()
                if now - began >= self._patience:
                    raise NoAnswer(self.person, what, now - began)
                looked = None if look is None else look()
                if step is not None and (
                    stepped is None or stepped[0] != looked or now - stepped[1] >= AGAIN_SECONDS
                ):
                    step()
                    stepped = (looked, now)
                await self.phone.changed(version, min(AGAIN_SECONDS, began + self._patience - now))
        finally:
            self.waits_for = None

    async def press(
        self,
        what: str,
        find: Callable[[], tuple[SentMessage, Button] | None],
        seen: Callable[[], _Seen | None] | None = None,
    ) -> _Seen | bool:
        """Press the button that `find` finds and look until `seen` (None: until the press was answered)."""
        pressed: list[str] = []

        def step() -> None:
            found = find()
            if found is not None:
                pressed.append(self.tap(*found))

        if seen is None:
            return await self.until(what, lambda: any(one in self.phone.answers for one in pressed), step)
        return await self.until(what, seen, step)

    async def press_word(
        self,
        what: str,
        message: SentMessage,
        word: re.Pattern[str],
        seen: Callable[[SentMessage], object],
        after: int | None = None,
    ) -> None:
        """Press the button on which these words stand, until a message like this has come.

        after: what has to come after this message (None: after the newest there is now).
        """
        button = with_word(message, word)
        assert button is not None, f"{word.pattern} stands on a button of {message.shown[:60]!r}"
        mark = self.mark() if after is None else after
        await self.press(what, lambda: (message, button), lambda: newest(self.phone, seen, mark))

    async def press_for(
        self, message: SentMessage, word: re.Pattern[str], which: Callable[[SentMessage], object]
    ) -> SentMessage:
        """Press the button on which these words stand, and return the message that comes and is as wished."""
        mark = self.mark()
        await self.press_word(f"what {word.pattern} leads to", message, word, which, mark)
        return await self.answer("the same", which, mark)

    def since(self, mark: int) -> list[str]:
        """What the bot's messages after the message `mark` say, the first first."""
        return [one.shown for one in received(self.phone, mark)][::-1]

    def tap(self, message: SentMessage, button: Button) -> str:
        """Press a button; returns the press's id."""
        assert button.callback_data is not None, "buttons with an address are not pressed here"
        self.presses += 1
        return self.phone.tap(message.id, button.callback_data)

    async def answer(self, what: str, which: Callable[[SentMessage], object], after: int) -> SentMessage:
        """Look until the bot has sent a message like this after the message `after`; returns it."""
        return await self.until(what, lambda: newest(self.phone, which, after))
