"""How a table settles a tie: a run-off that two open at once and that leaves some equal, then a draw."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from rehearsal.crowd.chance import stream
from rehearsal.crowd.leading import chooses
from rehearsal.crowd.proposing import drawn, run_off
from rehearsal.crowd.reading import kept_on, newest, says, with_code, with_word

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from rehearsal.crowd.conducting import Conducting
    from rehearsal.crowd.engine import Act
    from rehearsal.crowd.hands import Hands
    from rehearsal.crowd.meant import Meant, Runoff
    from rehearsal.telegram import SentMessage

RUNOFF: Final = re.compile(r"^(?:Ballottaggio|Run-off)$")
CLOSE_RUNOFF: Final = re.compile(r"^(?:Chiudi il ballottaggio|Close the run-off)$")
OPENED: Final = re.compile(r"ballottaggio aperto fino alle")
TAKEN: Final = re.compile(r"c'è già un ballottaggio.*È stato fatto alle \d+:\d+ da", re.DOTALL)
SCREEN: Final = re.compile(r"^(?:Ballottaggio al|Run-off at)")
OVER: Final = re.compile(r"^(?:Ballottaggio chiuso|The run-off at .* is closed)")
PROMISED: Final = re.compile(r"^Sorteggio annunciato")
DRAWN: Final = re.compile(r"^Sorteggio fatto")
CAME_OUT: Final = re.compile(r"esc(?:e|ono) ((?:\d+\.\d+(?:, | e )?)+)")
SECRET: Final = re.compile(r"\b([0-9a-f]{48})\b")
CODES: Final = re.compile(r"\d+\.\d+")
WORDS: Final = ("girasole", "Po", "castagna", "filobus", "Monviso", "bagna cauda")


class Settling:
    """The acts about ties, by name."""

    def __init__(self, seed: int, meant: Meant, people: Mapping[int, Hands], conducting: Conducting) -> None:
        self._seed = seed
        self._meant = meant
        self._people = people
        self._conducting = conducting
        self.acts: Final[Mapping[str, Callable[[Hands, Act], Awaitable[None]]]] = {
            "lead.together": self._together,
            "lead.hands": self._raise_hands,
            "lead.runoff_close": self._close,
            "lead.draw": self._draw,
            "runoff.choose": self._choose,
        }

    async def _together(self, hands: Hands, _act: Act) -> None:
        """Whoever facilitates opens the run-off on their own board, all at once; all but one are late."""
        table = hands.table
        assert table is not None, "who facilitates has a table"
        if not self._meant.proposal(table).tied:
            return
        leaders = [hands, *self._colleagues(hands)][:2]
        boards = [await self._conducting.board(one) for one in leaders]
        self._conducting.compare(table, boards[0])
        there = [
            one.person.id
            for one in self._people.values()
            if one.person.role == "participant" and one.table == table and chooses(one.person)
        ]
        self._meant.begin_runoff(table, there)
        marks = [one.mark() for one in leaders]
        what = "to hear that the run-off is open"
        async with asyncio.TaskGroup() as group:
            for one, board, mark in zip(leaders, boards, marks, strict=True):
                group.create_task(one.press_word(what, board, RUNOFF, says(OPENED), mark))
        if len(leaders) > 1:
            await _either(leaders, marks)
            self._meant.tables[table].together += 1

    def _colleagues(self, hands: Hands) -> list[Hands]:
        return [
            one
            for one in self._people.values()
            if one.person.role == "facilitator" and one.table == hands.table and one is not hands
        ]

    async def _choose(self, hands: Hands, act: Act) -> None:
        """One tap, or one line typed; some change their mind."""
        runoff = None if hands.table is None else self._meant.tables[hands.table].runoff
        code = None if runoff is None else runoff.choices.get(act.who)
        if runoff is None or code is None:
            return
        (how,) = act.words
        if how == "change":
            await self._choose_one(hands, next(one for one in runoff.strategies if one != code), "tap")
        await self._choose_one(hands, code, "type" if how == "type" else "tap")

    async def _choose_one(self, hands: Hands, code: str, how: str) -> None:
        began = hands.mark()

        def screen() -> SentMessage | None:
            return newest(hands.phone, says(SCREEN))

        def chosen() -> bool:
            shown = screen()
            told = re.compile(rf"(?:La tua scelta|Your choice): {re.escape(code)}\b")
            return (shown is not None and kept_on(shown) == [code]) or (
                newest(hands.phone, lambda each: told.search(each.shown) and not each.buttons, began)
                is not None
            )

        steps = 0

        def step() -> None:
            nonlocal steps
            steps += 1
            shown = screen()
            button = None if shown is None else with_code(shown, code)
            if how == "tap" and shown is not None and button is not None:
                hands.tap(shown, button)
            elif how == "type" or steps > 1:
                # The screen may have come while the phone was off: then the choice is typed.
                hands.say(f"/ballottaggio {code}")

        await hands.until(f"{code} to be one's choice", chosen, step, lambda: screen() is not None)

    async def _raise_hands(self, hands: Hands, _act: Act) -> None:
        """The people on paper raise their hands; somebody counts."""
        runoff = self._runoff(hands)
        if runoff is None or not runoff.hands:
            return
        said = ", ".join(f"{code} {count}" for code, count in sorted(runoff.hands.items()))
        await hands.answer(
            "the hands that were counted",
            says(re.compile("mani contate")),
            hands.say(f"/ballottaggio carta {said}"),
        )

    async def _close(self, hands: Hands, act: Act) -> None:
        """Before its time, by a command or a button, or by its time; and everybody hears how it ended."""
        runoff = self._runoff(hands)
        if runoff is None:
            return
        (how,) = act.words
        if how == "type":
            hands.say("/ballottaggio chiudi")
        elif how == "tap":
            board = await self._conducting.board(hands)
            button = with_word(board, CLOSE_RUNOFF)
            if button is not None:
                hands.tap(board, button)
        await self._conducting.everybody_at(
            hands.table, "how the run-off ended", lambda one: newest(one.phone, says(OVER)) is not None
        )
        told = await hands.until("how the run-off ended", lambda: newest(hands.phone, says(OVER)))
        winners, equal = run_off(runoff.counts, runoff.places)
        still = re.search(r"Ancora in parità: ([^A-Z]*)\.", told.shown)
        if set(CODES.findall(still[1] if still else "")) != set(equal):
            self._meant.problems.append(
                f"{hands.table}: the run-off of {runoff.counts} for {runoff.places} says {told.shown!r}"
            )
        self._meant.tables[str(hands.table)].won = list(winners)

    async def _draw(self, hands: Hands, act: Act) -> None:
        """Announced, then drawn with the table's word, or without one; whoever can reckon checks it."""
        runoff = self._runoff(hands)
        if runoff is None:
            return
        winners, equal = run_off(runoff.counts, runoff.places)
        mark = hands.say("/sorteggio")
        await hands.answer("that a draw is announced", says(PROMISED), mark)
        word = stream(self._seed, "word", hands.table).choice(WORDS) if act.words[0] == "type" else ""
        mark = hands.say(f"/sorteggio {word or 'ora'}")
        told = await hands.answer("what was drawn", says(DRAWN), mark)
        out, secret = CAME_OUT.search(told.shown), SECRET.search(told.shown)
        chosen = CODES.findall(out[1]) if out else []
        places = runoff.places - len(winners)
        if secret is None or drawn(secret[1], word.casefold(), equal, places) != set(chosen):
            self._meant.problems.append(f"{hands.table}: {chosen} were drawn of {equal} for {places}")
        meant = self._meant.tables[str(hands.table)]
        meant.won += chosen
        meant.settled = True

    def _runoff(self, hands: Hands) -> Runoff | None:
        return None if hands.table is None else self._meant.tables[hands.table].runoff


async def _either(people: list[Hands], marks: list[int]) -> None:
    """Wait until one of them was told that another did it, in which role and when."""
    waiting = {
        asyncio.create_task(one.answer("who opened the run-off, and when", says(TAKEN), mark))
        for one, mark in zip(people, marks, strict=True)
    }
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
