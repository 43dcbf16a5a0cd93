"""How the regia curates the themes: looks, renames, moves, merges, splits, marks, undoes, and looks again.

In the end they ask for the restitution, find in it what they made of the themes, and publish it.

By typing and by pressing, as people do; what the bot says was done is kept, to be compared with what it has
in the end. The machine goes on finding themes meanwhile: who finds that a theme is gone looks again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rehearsal.crowd.reading import received, says, with_word

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from rehearsal.crowd.engine import Act
    from rehearsal.crowd.hands import Hands
    from rehearsal.crowd.meant import Meant
    from rehearsal.telegram import SentMessage

STEPS: Final = ("curate.rename", "curate.move", "curate.merge", "curate.split", "curate.mark", "curate.undo")
"""In this order; then "curate.look", "curate.restitution" and "curate.publish"."""

TRIES: Final = 5
"""So often somebody begins anew when the machine was faster."""

BOARD_BUTTON: Final = re.compile(r"^(?:Assi|Axes)$")
ALL_BUTTON: Final = re.compile(r"^(?:Tutti i temi|All themes)$")
MOVE_BUTTON: Final = re.compile(r"^(?:Sposta|Move)…$")
MARK_BUTTON: Final = re.compile(r"^(?:In plenaria|For the plenary)$")
PUBLISH_BUTTON: Final = re.compile(r"^(?:Pubblica nel canale|Publish in the channel)$")
COMING: Final = r"^(?:Preparo|Ecco) la restituzione"
LISTED: Final = r"^Tutti i temi della restituzione"
PUBLISHED: Final = r"La restituzione va nel canale|già stata pubblicata"
WHICH: Final = r"Quale contributo va tolto"
WHERE: Final = r"Dove va il contributo {number}\?"
MARKED: Final = r"è segnato per la plenaria"
THEME_LINE: Final = re.compile(r"^(\d+)\. .*: \d+ (?:tavol|table)", re.MULTILINE)
SAID_LINE: Final = re.compile(r"^(\d+) · ", re.MULTILINE)
PLACED: Final = r"Il contributo {number} sta nel tema (\d+)"
MERGED: Final = r"Il tema {theme} sta tutto nel tema"
CALLED: Final = r"«{name}», ha questo nome"
UNDONE: Final = re.compile(r"Annullato: nuovo nome")
NOT_DONE: Final = re.compile(r"[Nn]on ho cambiato niente")
NAMES: Final = ("Le proposte che tornano", "Una voce da sola", "Un nome sbagliato")
"""What the regia calls the first theme, the one split off, and, for a moment, that one again."""


class Curating:
    """The acts of the regia about themes, by name."""

    def __init__(self, meant: Meant) -> None:
        self._meant = meant.themes
        self._problems = meant.problems
        self.acts: Final[Mapping[str, Callable[[Hands, Act], Awaitable[None]]]] = {
            "curate.rename": self._rename,
            "curate.move": self._move,
            "curate.merge": self._merge,
            "curate.split": self._split,
            "curate.mark": self._mark,
            "curate.undo": self._undo,
            "curate.look": self._look,
            "curate.restitution": self._restitution,
            "curate.publish": self._publish,
        }

    async def _rename(self, hands: Hands, _act: Act) -> None:
        """Name the first theme of the board; where there are not two, make them of what stands alone."""
        for _ in range(TRIES):
            themes = await self._themes(hands)
            while len(themes) < 2:  # noqa: PLR2004 - one to keep, one to merge
                alone = await self._said(hands, "/temi soli")
                if not alone:
                    return
                await self._place(hands, alone[0], "nuovo")
                themes = await self._themes(hands)
            if await self._type(hands, f"/temi {themes[0]} nome {NAMES[0]}", CALLED.format(name=NAMES[0])):
                self._meant.names[themes[0]] = NAMES[0]
                return

    async def _move(self, hands: Hands, _act: Act) -> None:
        """Take a contribution out of another theme and into the one that has a name, by buttons alone."""
        to = self._named(NAMES[0])
        for _ in range(TRIES):
            others = [theme for theme in await self._themes(hands) if theme != to]
            if to is None or not others:
                return
            board = next(one for one in received(hands.phone) if with_word(one, BOARD_BUTTON))
            theme = await hands.press_for(board, _begins(others[0]), _with(MOVE_BUTTON))
            choices = await hands.press_for(theme, MOVE_BUTTON, _tells(WHICH))
            number = next((n for b in choices.buttons if (n := _number(b.text)) is not None), None)
            if number is None:
                continue
            targets = await hands.press_for(choices, _begins(number), _tells(WHERE.format(number=number)))
            if with_word(targets, _begins(to)) is None:
                continue
            placed = PLACED.format(number=number)
            done = await hands.press_for(targets, _begins(to), _tells(placed))
            if re.search(placed, done.shown):
                self._meant.places[number] = to
                return

    async def _merge(self, hands: Hands, _act: Act) -> None:
        """Put another theme into the one that has a name."""
        into = self._named(NAMES[0])
        for _ in range(TRIES):
            others = [theme for theme in await self._themes(hands) if theme != into]
            if into is None or not others:
                return
            merged = MERGED.format(theme=others[-1])
            if await self._type(hands, f"/temi {into} unisci {others[-1]}", merged):
                self._meant.gone.append(others[-1])
                for number, theme in self._meant.places.items():
                    if theme == others[-1]:
                        self._meant.places[number] = into
                return

    async def _split(self, hands: Hands, _act: Act) -> None:
        """Take a contribution out of the named theme, as a theme of its own with a name."""
        source = self._named(NAMES[0])
        for _ in range(TRIES):
            inside = [] if source is None else await self._said(hands, f"/temi {source}")
            if len(inside) < 2:  # noqa: PLR2004 - one stays
                return
            number = inside[-1]
            placed = await self._type(
                hands, f"/temi {source} dividi {number}: {NAMES[1]}", PLACED.format(number=number)
            )
            if placed is not None:
                self._meant.places[number] = placed[1]
                self._meant.names[placed[1]] = NAMES[1]
                return

    async def _mark(self, hands: Hands, _act: Act) -> None:
        """Mark the named theme for the plenary, by its button."""
        theme = self._named(NAMES[0])
        if theme is None:
            return
        mine = hands.say(f"/temi {theme}")
        shown = await hands.answer(
            "a theme", lambda one: _about(theme)(one) and with_word(one, MARK_BUTTON), mine
        )
        await hands.press_for(shown, MARK_BUTTON, _tells(MARKED))
        self._meant.plenary.append(theme)

    async def _undo(self, hands: Hands, _act: Act) -> None:
        """Rename by mistake, and undo that."""
        theme = self._named(NAMES[1]) or self._named(NAMES[0])
        wrong = CALLED.format(name=NAMES[2])
        if theme is not None and await self._type(hands, f"/temi {theme} nome {NAMES[2]}", wrong):
            await hands.answer("to hear that it is undone", says(UNDONE), hands.say("/temi annulla"))

    async def _look(self, hands: Hands, _act: Act) -> None:
        """Whether every theme is called as it was named, and what was moved is shown where it was moved."""
        for theme, name in self._meant.names.items():
            shown = await self._text(hands, f"/temi {theme}", _about(theme))
            if f"«{name}»" not in shown:
                self._problems.append(f"theme {theme} is not called {name}: {shown.splitlines()[0]}")
        for theme in self._meant.gone:
            if re.match(rf"Tema {theme}, ", await self._text(hands, f"/temi {theme}", _about(theme))):
                self._problems.append(f"theme {theme} is there, and was merged")

    async def _restitution(self, hands: Hands, _act: Act) -> None:
        """Ask for the restitution; its pages come one after the other."""
        await hands.answer("the restitution", _tells(COMING), hands.say("/restituzione"))

    async def _publish(self, hands: Hands, _act: Act) -> None:
        """Find in the restitution what was made of the themes, and publish it."""
        ready = await hands.answer("what publishes the restitution", _with(PUBLISH_BUTTON), 0)
        listed = await hands.answer("the list of themes", _tells(LISTED), 0)
        name = NAMES[0]
        if self._named(name) is not None and name not in listed.shown:
            self._problems.append(f"{name} is not in the restitution: {listed.shown[:200]}")
        await hands.press_for(ready, PUBLISH_BUTTON, _tells(PUBLISHED))

    # --- what is seen and done on the way

    async def _themes(self, hands: Hands) -> list[str]:
        """The themes of the board, the first first."""
        mine = hands.say("/temi")
        await hands.answer("the board of themes", _with(BOARD_BUTTON), mine)
        return THEME_LINE.findall("\n".join(hands.since(mine)))

    async def _said(self, hands: Hands, command: str) -> list[str]:
        """The numbers of the contributions that a command shows."""
        return SAID_LINE.findall(await self._text(hands, command))

    async def _text(
        self, hands: Hands, command: str, which: Callable[[SentMessage], object] | None = None
    ) -> str:
        """All that is shown of a theme."""
        mine = hands.say(command)
        await hands.answer("a theme", which or _with(ALL_BUTTON), mine)
        return "\n".join(hands.since(mine))

    async def _place(self, hands: Hands, number: str, where: str) -> None:
        placed = await self._type(hands, f"/temi sposta {number} {where}", PLACED.format(number=number))
        if placed is not None:
            self._meant.places[number] = placed[1]

    async def _type(self, hands: Hands, command: str, done: str) -> re.Match[str] | None:
        """What the answer says was done, found by the pattern `done`; None when it says that it was not."""
        said = await hands.answer("to hear what was done to themes", _tells(done), hands.say(command))
        return re.search(done, said.shown)

    def _named(self, name: str) -> str | None:
        return next((theme for theme, called in self._meant.names.items() if called == name), None)


def _with(button: re.Pattern[str]) -> Callable[[SentMessage], object]:
    return lambda message: with_word(message, button)


def _tells(done: str) -> Callable[[SentMessage], object]:
    """Whether a message says just this, or that it was not done: an older one may come again meanwhile."""
    return lambda message: re.search(done, message.shown) or NOT_DONE.search(message.shown)


def _about(theme: str) -> Callable[[SentMessage], object]:
    """Whether a message shows this theme, or says where it went: another may come again meanwhile."""
    named = re.compile(rf"^(?:Tema|Il tema) {theme}(?!\d)", re.MULTILINE)
    return lambda message: named.search(message.shown) and with_word(message, ALL_BUTTON)


def _begins(number: str) -> re.Pattern[str]:
    """A button of the theme, or the contribution, with this number."""
    return re.compile(rf"^{number}\. ")


def _number(button: str) -> str | None:
    found = re.match(r"(\d+)\. ", button)
    return None if found is None else found[1]
