"""How a table's contributions are looked after while it talks, and how its synthesis goes to the regia.

Who facilitates notes what somebody said, and merges it with what that person wrote; hides a line that was
only a trial; marks one for the plenary; sends the synthesis, and some a better one later. By typing and by
pressing, as people do. What the bot says was done is kept, to be compared with what it has in the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rehearsal.crowd.reading import says, with_word

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from rehearsal.crowd.conducting import Conducting
    from rehearsal.crowd.engine import Act
    from rehearsal.crowd.hands import Hands
    from rehearsal.crowd.meant import GatheredMeant, Meant
    from rehearsal.crowd.sentences import Sentences
    from rehearsal.telegram import SentMessage

TRIAL: Final = "Prova, prova: si legge?"
"""What is noted only to see whether it works, and then hidden."""

CUT: Final = "…"
"""What stands where the list leaves off a text that is too long for it."""

LIST: Final = re.compile(r"^(?:Contributi del tavolo|Nascosti al tavolo)")
HIDE_BUTTON: Final = re.compile(r"^Nascondi$")
TRIAL_BUTTON: Final = re.compile(r"prova")
MERGE_BUTTON: Final = re.compile(r"^Unisci")
MARK_BUTTON: Final = re.compile(r"^Segna per la plenaria$")
SEND_BUTTON: Final = re.compile(r"^Manda la sintesi$")
SENT: Final = re.compile(r"^La sintesi del tavolo .* è alla regia \(versione (\d+)\)")
SYNTHESES: Final = re.compile(r"^(?:Sintesi de[il] tavol|Mancano? ancora)")
WHICH: Final = re.compile(r"^Che cosa dice lo stesso")
HIDDEN: Final = r"^Il contributo {number} è nascosto"
MERGED: Final = r"^Il contributo {other} è unito al {number}"
MARKED: Final = r"^Il contributo {number} è segnato per la plenaria"
NOT_DONE: Final = re.compile(r"[Nn]on è cambiato nulla")
TRIES: Final = 2
"""So often the pages are looked through: what is withdrawn meanwhile moves others to a page already read."""
_PAGES: Final = re.compile(r"^Pagina \d+ di (\d+);", re.MULTILINE)
_ITEM: Final = re.compile(r"^(\d+) · ([^«\n]*): «([^»\n]*)»$", re.MULTILINE)


@dataclass(frozen=True)
class Item:
    """A contribution in the list: its number, what the list tells of it, and its text."""

    number: str
    details: str
    text: str

    @property
    def note(self) -> bool:
        """Whether it is the table's own."""
        return "nota del tavolo" in self.details


class Gathering:
    """The acts about a table's contributions and its synthesis, by name."""

    def __init__(self, seed: int, sentences: Sentences, meant: Meant, conducting: Conducting) -> None:
        self._seed = seed
        self._sentences = sentences
        self._meant = meant
        self._conducting = conducting
        self.acts: Final[Mapping[str, Callable[[Hands, Act], Awaitable[None]]]] = {
            "gather.hide": self._hide,
            "gather.merge": self._merge,
            "gather.mark": self._mark,
            "gather.send": self._send,
            "gather.look": self._look,
            "regia.syntheses": self._syntheses,
        }

    async def _hide(self, hands: Hands, act: Act) -> None:
        """Note a trial, and hide it."""
        await self._conducting.note(hands, 2, TRIAL)
        number = await self._noted(hands, TRIAL)
        if number is None:
            return
        hidden = re.compile(HIDDEN.format(number=number))
        if act.words[0] == "type":
            mine = hands.say(f"/raccolta nascondi {number}: era una prova")
            await hands.answer("to hear that it is hidden", says(hidden), mine)
        else:
            shown = await self._one(hands, number, HIDE_BUTTON)
            reasons = await hands.press_for(shown, HIDE_BUTTON, lambda one: with_word(one, TRIAL_BUTTON))
            await hands.press_for(reasons, TRIAL_BUTTON, says(hidden))
        self._of(hands).hidden.append(number)

    async def _merge(self, hands: Hands, act: Act) -> None:
        """Note what somebody wrote, and merge the two."""
        listed = [one for one in await self._list(hands) if not one.text.endswith(CUT)]
        # Where nobody wrote anything yet, what was noted before.
        written = [one for one in listed if not one.note] or listed
        if not written:
            return
        head = written[-1]
        await self._conducting.note(hands, 2, head.text)
        other = await self._noted(hands, head.text, but=head.number)
        if other is None:
            return
        done = _tells(MERGED.format(number=head.number, other=other))
        typed = f"/raccolta unisci {head.number} {other}"
        if act.words[0] == "type":
            said = await hands.answer("to hear that they are merged", done, hands.say(typed))
        else:
            shown = await self._one(hands, head.number, MERGE_BUTTON)
            choices = await hands.press_for(shown, MERGE_BUTTON, says(WHICH))
            choice = re.compile(rf"^{other}(?!\d)")
            if with_word(choices, choice) is None:
                # What else answers the same question comes first, and there is only so much room.
                said = await hands.answer("to hear that they are merged", done, hands.say(typed))
            else:
                said = await hands.press_for(choices, choice, done)
        # Who wrote it may have withdrawn it meanwhile: then nothing was merged.
        if not NOT_DONE.search(said.shown):
            self._of(hands).merged[other] = head.number

    async def _mark(self, hands: Hands, act: Act) -> None:
        """Mark what was merged into; where there is none, a note."""
        number = next(iter(self._of(hands).merged.values()), None)
        number = number or next((one.number for one in await self._list(hands) if one.note), None)
        if number is None:
            return
        done = _tells(MARKED.format(number=number))
        if act.words[0] == "type":
            mine = hands.say(f"/raccolta plenaria {number}")
            said = await hands.answer("to hear that it is marked", done, mine)
        else:
            mine = hands.say(f"/raccolta {number}")
            shown = await hands.answer(
                "a contribution",
                lambda one: (
                    says(_titled(number))(one) and (with_word(one, MARK_BUTTON) or NOT_DONE.search(one.shown))
                ),
                mine,
            )
            if with_word(shown, MARK_BUTTON) is None:
                return
            said = await hands.press_for(shown, MARK_BUTTON, done)
        if not NOT_DONE.search(said.shown):
            self._of(hands).plenary.append(number)

    async def _send(self, hands: Hands, act: Act) -> None:
        """Send the table's synthesis, once it was read back; what is sent later is the one that counts."""
        use = (act.who, "synthesis", act.at.isoformat())
        text = self._sentences.note(self._seed, use, "2", self._conducting.axis_on(hands))
        mine = hands.say(f"/invia {text}")
        asked = await hands.answer("to read the synthesis", lambda one: with_word(one, SEND_BUTTON), mine)
        if text not in asked.shown:
            self._problem(hands, f"the synthesis is not read back: {asked.shown[:100]}")
        if act.words[0] == "type":
            await hands.answer("to hear that the synthesis is sent", says(SENT), hands.say("conferma"))
        else:
            await hands.press_for(asked, SEND_BUTTON, says(SENT))
        self._of(hands).syntheses.append(text)

    async def _look(self, hands: Hands, _act: Act) -> None:
        """Whether what was hidden is among what is hidden, and no more in the list."""
        meant = self._of(hands)
        hidden = {one.number for one in await self._every(hands, "nascosti")}
        listed = {one.number for one in await self._every(hands)}
        for number in meant.hidden:
            if number not in hidden or number in listed:
                self._problem(hands, f"{number} was hidden, and is listed")
        if listed.intersection(meant.merged):
            self._problem(hands, "what was merged stands for itself")

    async def _syntheses(self, hands: Hands, _act: Act) -> None:
        """Whether the regia reads what each table sent last."""
        mine = hands.say("/sintesi")
        await hands.answer("the syntheses", says(SYNTHESES), mine)
        every = "\n".join(hands.since(mine))
        for table, meant in self._meant.tables.items():
            if meant.gathered.syntheses and meant.gathered.syntheses[-1] not in every:
                self._meant.problems.append(f"the newest synthesis of {table} is not with the regia")

    # --- what is seen and done on the way

    async def _noted(self, hands: Hands, text: str, but: str = "") -> str | None:
        """The number of the table's note that says this. By a wrong clock it is not on the first page."""
        for _ in range(TRIES):
            for one in await self._every(hands):
                if one.note and one.number != but and text.startswith(one.text.rstrip(CUT)):
                    return one.number
        self._problem(hands, f"what was noted is not in the list: {text}")
        return None

    async def _every(self, hands: Hands, part: str = "") -> list[Item]:
        """The table's contributions on all pages."""
        found, pages = await self._page(hands, part)
        for page in range(2, pages + 1):
            found += (await self._page(hands, f"{part} pagina {page}"))[0]
        return found

    async def _list(self, hands: Hands) -> list[Item]:
        """The first page of the table's contributions: what came last."""
        return (await self._page(hands, ""))[0]

    async def _page(self, hands: Hands, which: str) -> tuple[list[Item], int]:
        """A page of the table's contributions (the first if none is named); how many pages there are."""
        mine = hands.say(f"/raccolta {which}".strip())
        await hands.answer("the table's contributions", says(LIST), mine)
        shown = "\n".join(hands.since(mine))
        pages = _PAGES.search(shown)
        return [Item(*found) for found in _ITEM.findall(shown)], 1 if pages is None else int(pages[1])

    async def _one(self, hands: Hands, number: str, button: re.Pattern[str]) -> SentMessage:
        """One contribution, with this button; another may come again meanwhile."""
        return await hands.answer(
            "a contribution",
            lambda one: says(_titled(number))(one) and with_word(one, button),
            hands.say(f"/raccolta {number}"),
        )

    def _of(self, hands: Hands) -> GatheredMeant:
        assert hands.table is not None, "who facilitates has a table"
        return self._meant.tables[hands.table].gathered

    def _problem(self, hands: Hands, what: str) -> None:
        self._meant.problems.append(f"{hands.table}: {what}")


def _titled(number: str) -> re.Pattern[str]:
    """What is said of one contribution, or that there is none of this number."""
    return re.compile(rf"(?:^|nessun )[Cc]ontributo {number}(?!\d)")


def _tells(done: str) -> Callable[[SentMessage], object]:
    """Whether a message says just this, or that nothing was done."""
    return lambda message: re.search(done, message.shown) or NOT_DONE.search(message.shown)
