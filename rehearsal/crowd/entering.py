"""How paper is entered, corrected, withdrawn and counted, and ballots are filled in for who asks for help."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rehearsal.crowd import reading
from rehearsal.crowd.reading import newest, says, with_word

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from rehearsal.crowd.conducting import Conducting
    from rehearsal.crowd.engine import Act
    from rehearsal.crowd.hands import Hands
    from rehearsal.crowd.meant import Meant, TableMeant
    from rehearsal.crowd.sheets import Paper, Sheet
    from rehearsal.programme import Programme

CODE: Final = re.compile(r"(?:Il tuo codice è|Your code is) ([A-Z]\d[A-Z]\d[A-Z])\.")
CONFIRM: Final = re.compile(r"^(?:Confermo|Confirm)$")
WITHDRAW: Final = re.compile(r"^(?:Ritira|Withdraw)")
COUNTED: Final = re.compile(r"consegnate \d+, inserite \d+")
# After a kill the same message may be answered twice: the second time there is nothing more to do.
DONE: Final = re.compile(r"(?:Inserit|Corrett|Ritirat|Compilat)[ae] \d|non è cambiato nulla")
FINAL: Final = re.compile(r"non sono più provvisorie|no longer provisional")


class Entering:
    """The acts about paper, by name."""

    def __init__(
        self, programme: Programme, meant: Meant, people: Mapping[int, Hands], conducting: Conducting
    ) -> None:
        self._programme = programme
        self._meant = meant
        self._people = people
        self._conducting = conducting
        self.acts: Final[Mapping[str, Callable[[Hands, Act], Awaitable[None]]]] = {
            "lead.assist": self._assist,
            "lead.sheets": self._enter,
            "lead.correct": self._correct,
            "lead.withdraw": self._withdraw,
            "lead.handed_in": self._handed_in,
            "lead.settle_count": self._settle_count,
        }

    async def _assist(self, hands: Hands, act: Act) -> None:
        """Somebody shows their code and says their strategies; they see at once what was filled in."""
        who, how = act.words
        person, wished = self._people[int(who)], self._meant.ballot(int(who))
        asked = person.say("/codice")
        shown = await person.answer("a code of one's own", says(CODE), asked)
        code = CODE.search(shown.shown)
        assert code is not None, "found by its words"
        await self._say_and_confirm(hands, f"/carta {code[1]}: {' '.join(wished)}", how)

        def filled_in() -> bool:
            ballot = person.ballot()
            return ballot is not None and reading.ballot_shows(ballot, frozenset(wished), self._programme)

        await person.until("the ballot that the table filled in", filled_in)

    async def _enter(self, hands: Hands, act: Act) -> None:
        """All sheets that are there, read as they were read at first."""
        table, paper, meant = self._at(hands)
        entered = [*paper.sheets, *paper.mistaken]
        lines = [self._line(table, one, one.misread or one.codes) for one in entered]
        await self._say_and_confirm(hands, "/carta " + "\n".join(lines), act.words[0])
        meant.sheets.update({one.number: one.misread or one.codes for one in entered})

    async def _correct(self, hands: Hands, act: Act) -> None:
        """What was misread: two sheets in one message, the others by themselves."""
        _, paper, meant = self._at(hands)
        wrong = [one for one in (*paper.sheets, *paper.mistaken) if one.misread is not None]
        for together in (wrong[:2], *([one] for one in wrong[2:])):
            lines = [f"{one.number}: {' '.join(one.codes)} (letto male)" for one in together]
            await self._say_and_confirm(hands, "/schede " + "\n".join(lines), act.words[0])
            meant.sheets.update({one.number: one.codes for one in together})

    async def _withdraw(self, hands: Hands, act: Act) -> None:
        """What is not this table's: by typing it, or from the sheet as it is shown."""
        _, paper, meant = self._at(hands)
        for at, one in enumerate(paper.mistaken):
            if at == 0:
                await self._say_and_confirm(hands, f"/schede ritira {one.number}", act.words[0])
            else:
                mark = hands.say(f"/schede {one.number}")
                shown = await hands.answer("a sheet", lambda each: with_word(each, WITHDRAW), mark)
                button = with_word(shown, WITHDRAW)
                assert button is not None, "found by its button"
                mark = hands.mark()
                hands.tap(shown, button)
                await self._confirm(hands, mark, act.words[0])
            del meant.sheets[one.number]

    async def _handed_in(self, hands: Hands, act: Act) -> None:
        """One more than are entered: it lies somewhere, or was counted by mistake."""
        _, _, meant = self._at(hands)
        count = len(meant.sheets) + 1
        await self._say_handed_in(hands, str(count) if act.words[0] == "tap" else f"/consegnate {count}")
        meant.handed_in = count

    async def _settle_count(self, hands: Hands, act: Act) -> None:
        """It is found and entered, or the number is corrected; and everybody hears that all is counted."""
        table, paper, meant = self._at(hands)
        marks = self._conducting.marks()
        if paper.late is not None:
            line = self._line(table, paper.late, paper.late.codes)
            await self._say_and_confirm(hands, f"/carta {line}", act.words[0])
            meant.sheets[paper.late.number] = paper.late.codes
        else:
            await self._say_handed_in(hands, f"/consegnate {len(meant.sheets)}")
            meant.handed_in = len(meant.sheets)
        await self._conducting.everybody_at(
            table,
            "that all sheets are counted",
            lambda one: newest(one.phone, says(FINAL), marks.get(one.person.id, 0)) is not None,
        )

    async def _say_handed_in(self, hands: Hands, text: str) -> None:
        await hands.answer("how many sheets there are", says(COUNTED), hands.say(text))

    async def _say_and_confirm(self, hands: Hands, text: str, how: str) -> None:
        """Type about sheets, read what is read back, and confirm it."""
        await self._confirm(hands, hands.say(text), how)

    async def _confirm(self, hands: Hands, after: int, how: str) -> None:
        back = await hands.answer(
            "the sheets read back", lambda each: with_word(each, CONFIRM) or DONE.search(each.shown), after
        )
        if with_word(back, CONFIRM) is None:
            return
        what = "that the sheets are entered"
        if how == "type":
            await hands.answer(what, says(DONE), hands.say("conferma"))
        else:
            await hands.press_word(what, back, CONFIRM, says(DONE))

    def _line(self, table: str, sheet: Sheet, codes: tuple[str, ...]) -> str:
        several = len(self._programme.table(table).zones) > 1
        zone = f" zona {sheet.zone}" if several else ""
        return f"{sheet.number}{zone}: {' '.join(codes) or 'bianca'}"

    def _at(self, hands: Hands) -> tuple[str, Paper, TableMeant]:
        table = hands.table
        assert table is not None, "who enters paper has a table"
        paper = self._meant.paper(table)
        assert paper is not None, "there is paper to enter"
        return table, paper, self._meant.tables[table]
