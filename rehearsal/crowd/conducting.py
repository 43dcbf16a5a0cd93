"""How those who facilitate do what they mean to do, and the regia; and how a whole table waits to be told."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rehearsal.crowd import reading
from rehearsal.crowd.chance import stream
from rehearsal.crowd.leading import SHIFT
from rehearsal.crowd.meant import Contribution
from rehearsal.crowd.reading import (
    BOARD,
    CLOSE_NOW,
    CLOSED,
    CONFIRM,
    CONTINUE,
    DECIDED,
    NOTE,
    ROLE,
    STEPS,
    codes_on,
    kept_on,
    newest,
    place_asked,
    says,
    with_code,
    with_word,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from rehearsal.crowd.engine import Act
    from rehearsal.crowd.hands import Hands
    from rehearsal.crowd.meant import Meant
    from rehearsal.crowd.sentences import Sentences
    from rehearsal.programme import Programme
    from rehearsal.telegram import Button, SentMessage

DASHBOARD: Final = re.compile(r"^(?:Tavolo|Table) [^\n]*\n(?:Fase|Phase)")
MOVED: Final = re.compile(
    r"ora è in corso|era già in corso|is now in phase|was already in phase|Fase .* avviata"
)
REOPEN: Final = re.compile(r"^Riapri$")
REOPENED: Final = re.compile(r"è di nuovo aperta|is open again")
SHIFT_BUTTON: Final = re.compile(r"^Sposta$")
SHIFTED: Final = re.compile(r"^Gli orari sono cambiati")
REOPENED_MINUTES: Final = 10
PHASE_WORDS: Final = {"session1": "sessione1", "session2": "sessione2"}

READING_SECONDS: Final = 0.1
"""Real seconds in which people read a question before anybody answers it."""


class Conducting:
    """The acts of those who facilitate and of the regia, by name."""

    def __init__(
        self,
        programme: Programme,
        seed: int,
        sentences: Sentences,
        meant: Meant,
        people: Mapping[int, Hands],
        *,
        troubled: bool = False,
    ) -> None:
        self._troubled = troubled
        self._programme = programme
        self._seed = seed
        self._sentences = sentences
        self._meant = meant
        self._people = people
        self._order: dict[str, list[str]] = {}
        self.acts: Final[Mapping[str, Callable[[Hands, Act], Awaitable[None]]]] = {
            "lead.join": self._join,
            "lead.dashboard": self._dashboard,
            "lead.open": self._open,
            "lead.close": self._close,
            "lead.close_again": self._close_again,
            "lead.note": self._note,
            "lead.look": self._look,
            "lead.settle": self._settle,
            "lead.settle_too": self._settle_too,
            "lead.put_on": self._put_on,
            "regia.state": self._state,
            "regia.phase": self._phase,
            "regia.mistype": self._mistype,
            "regia.reopen": self._reopen,
            "regia.shift": self._shift,
        }

    async def _join(self, hands: Hands, _act: Act) -> None:
        mine = hands.phone.start(hands.person.payload)
        notice = await hands.answer("the privacy notice", lambda one: with_word(one, CONTINUE), mine)
        await hands.press_word("the role that the link gives", notice, CONTINUE, says(ROLE))
        hands.table = hands.person.table

    async def _dashboard(self, hands: Hands, _act: Act) -> None:
        await self._see_dashboard(hands)

    async def _see_dashboard(self, hands: Hands) -> SentMessage:
        return await hands.answer("the dashboard of the table", says(DASHBOARD), hands.say("/tavolo"))

    async def _step(self, hands: Hands, phase: str, command: str, how: str) -> None:
        """Take the table on, by a command or by the dashboard's button."""
        if how == "type":
            await hands.answer("to hear that the table moved", says(MOVED), hands.say(command))
            return
        dashboard = await self._see_dashboard(hands)
        if self._troubled and with_word(dashboard, STEPS[phase]) is None:
            # Moved already, by a clock that was wrong: the dashboard says so.
            return
        await hands.press_word("to hear that the table moved", dashboard, STEPS[phase], says(MOVED))

    async def _close_now(self, hands: Hands, how: str) -> None:
        """Have the voting closed: asked back first, by a command or by the dashboard's button."""

        def asked(message: SentMessage) -> Button | None:
            return with_word(message, CLOSE_NOW)

        if how == "type":
            await hands.answer("to be asked whether to close now", asked, hands.say("/chiudi"))
            yes = hands.say("conferma", "confirm")
            await hands.answer("to hear that the table moved", says(MOVED), yes)
            return
        dashboard = await self._see_dashboard(hands)
        mark = hands.mark()
        await hands.press_word("to be asked whether to close now", dashboard, STEPS["priorities"], asked)

        def question() -> tuple[SentMessage, Button] | None:
            message = newest(hands.phone, asked, mark)
            now = None if message is None else asked(message)
            return None if message is None or now is None else (message, now)

        await hands.press(
            "to hear that the table moved", question, lambda: newest(hands.phone, says(MOVED), mark)
        )

    async def _open(self, hands: Hands, act: Act) -> None:
        phase, how = act.words
        await self._step(hands, phase, "/apri", how)
        if phase == "session1":
            await self.everybody_at(hands.table, "the ballot", lambda one: one.ballot() is not None)

    async def _close(self, hands: Hands, act: Act) -> None:
        await self._close_now(hands, act.words[0])

        def told(one: Hands) -> bool:
            seen = newest(one.phone, lambda m: reading.is_ballot(m) or CLOSED.match(m.shown))
            return seen is None or CLOSED.match(seen.shown) is not None

        await self.everybody_at(hands.table, "the ballot to say that it is closed", told)

    async def _close_again(self, hands: Hands, _act: Act) -> None:
        """End a Session 2 that was open again."""
        await self._close_now(hands, "type")

    async def _look(self, hands: Hands, _act: Act) -> None:
        await self.board(hands)

    async def board(self, hands: Hands) -> SentMessage:
        """Ask for the board of priorities of one's table."""
        return await hands.answer("the board of priorities", says(BOARD), hands.say("/priorita"))

    async def _settle(self, hands: Hands, act: Act) -> None:
        """Choose among the tied, drop one perhaps, confirm."""
        drops, fewer = act.words
        assert hands.table is not None, "who facilitates has a table"
        chance = stream(self._seed, act.who, "settling")
        meant = self._meant.tables[hands.table]
        board = await self.board(hands)
        kept = kept_on(board)
        tied = [code for code in codes_on(board) if code not in kept]
        self.compare(hands.table, board)
        wanted = chance.sample(tied, len(tied))[: self._meant.proposal(hands.table).places]
        if fewer:
            wanted = wanted[:-1]
        for code in wanted:
            await self._mark_on_board(hands, board.id, code, kept=True)
        meant.chosen = wanted
        if drops and len(kept) > 1:
            gone = chance.choice(kept)
            await self._mark_on_board(hands, board.id, gone, kept=False)
            meant.dropped = [gone]
        board = hands.phone.message(board.id) or board
        confirm = with_word(board, CONFIRM)
        if confirm is None or len(kept) - len(meant.dropped) + len(meant.chosen) == 0:
            return
        marks = self.marks()
        await hands.press(
            "the board to be decided",
            lambda: (board, confirm),
            lambda: _decided(hands, board.id),
        )
        meant.confirmed = True
        codes = set(self._meant.priorities(hands.table))
        await self.everybody_at(
            hands.table,
            "the priorities of the table",
            lambda one: (
                newest(
                    one.phone,
                    lambda m: DECIDED.search(m.shown) and set(reading.codes_in(m.shown)) == codes,
                    marks.get(one.person.id, 0),
                )
                is not None
            ),
        )

    async def _mark_on_board(self, hands: Hands, board: int, code: str, *, kept: bool) -> None:
        def find() -> tuple[SentMessage, Button] | None:
            message = hands.phone.message(board)
            button = None if message is None else with_code(message, code)
            return None if message is None or button is None else (message, button)

        def marked() -> bool:
            message = hands.phone.message(board)
            return message is not None and (code in kept_on(message)) == kept

        await hands.press(f"the board to show {code} {'kept' if kept else 'dropped'}", find, marked)

    def compare(self, table: str, board: SentMessage) -> None:
        """Whether a board proposes what the dots say."""
        proposal, kept = self._meant.proposal(table), kept_on(board)
        tied = [code for code in codes_on(board) if code not in kept]
        if set(kept) != set(proposal.undisputed) or set(tied) != set(proposal.tied):
            self._meant.problems.append(
                f"{table}: the board proposes {kept} with {tied} tied;"
                f" the dots say {list(proposal.undisputed)} with {list(proposal.tied)} tied"
            )

    async def _settle_too(self, hands: Hands, _act: Act) -> None:
        """Somebody else has decided already."""
        await hands.answer(
            "the answer to the second confirmation", lambda _: True, hands.say("/priorita conferma")
        )

    async def _put_on(self, hands: Hands, act: Act) -> None:
        number, how = int(act.words[0]), act.words[1]
        assert hands.table is not None, "who facilitates has a table"
        dashboard = await self._see_dashboard(hands)
        # At the first look none is on, so the buttons are all priorities of the table.
        order = self._order.setdefault(hands.table, codes_on(dashboard))
        chosen = self._meant.priorities(hands.table)
        if not number and set(order) != set(chosen):
            self._meant.problems.append(f"{hands.table}: the dashboard has {order}, the table chose {chosen}")
        if number >= len(order):
            return
        code = order[number]
        marks = self.marks()
        if how == "type":
            await hands.answer(
                f"to hear that {code} is on", says(re.compile(re.escape(code))), hands.say(f"/discuti {code}")
            )
        else:
            button = with_code(dashboard, code)
            assert button is not None, "a strategy that is not on has a button"
            mark = hands.mark()
            await hands.press(
                f"to hear that {code} is on",
                lambda: (dashboard, button),
                lambda: newest(hands.phone, says(re.compile(re.escape(code))), mark),
            )
        meant = self._meant.tables[hands.table]
        meant.strategy_on = code
        meant.put_on.append(code)

        def told(one: Hands) -> bool:
            asked = newest(one.phone, place_asked, marks.get(one.person.id, 0))
            place = None if asked is None else place_asked(asked)
            return place is not None and place.strategy == code

        await self.everybody_at(hands.table, f"the first question on {code}", told)
        await asyncio.sleep(READING_SECONDS)

    async def _note(self, hands: Hands, act: Act) -> None:
        session, axis = act.words[0], self.axis_on(hands)
        text = self._sentences.note(self._seed, (act.who, "note", act.at.isoformat()), session, axis)
        await self.note(hands, int(session), text)

    async def note(self, hands: Hands, session: int, text: str) -> None:
        """Send a note for one's table."""
        assert hands.table is not None, "who facilitates has a table"
        on = self._meant.tables[hands.table].strategy_on
        await hands.answer("the receipt of a note", says(NOTE), hands.say(f"/nota {text}"))
        self._meant.contributions.append(Contribution(None, hands.table, session, on, None, text))

    def axis_on(self, hands: Hands) -> str:
        """The axis of the strategy that is on at one's table, "-" when none is."""
        assert hands.table is not None, "who facilitates has a table"
        on = self._meant.tables[hands.table].strategy_on
        return on.split(".")[0] if on else "-"

    async def _state(self, hands: Hands, _act: Act) -> None:
        await hands.answer("the state of all tables", lambda _: True, hands.say("/stato"))

    async def _phase(self, hands: Hands, act: Act) -> None:
        table, phase = act.words
        mine = hands.say(f"/fase {table} {PHASE_WORDS[phase]}")
        await hands.answer(f"to hear that {table} moved", says(MOVED), mine)
        await self.everybody_at(table, "the ballot", lambda one: one.ballot() is not None)

    async def _mistype(self, hands: Hands, _act: Act) -> None:
        await hands.answer("how /fase is written", lambda _: True, hands.say("/fase T99 chissà"))

    async def _reopen(self, hands: Hands, act: Act) -> None:
        """Open a phase of a table again: asked back, and told to everybody there."""
        table, phase = act.words
        marks = self.marks()
        why = "due schede di un altro tavolo" if phase == "session1" else "manca un contributo"
        mine = hands.say(f"/riapri {table} {PHASE_WORDS[phase]} {REOPENED_MINUTES} {why}")
        asked = await hands.answer("to be asked back", lambda one: with_word(one, REOPEN), mine)
        await hands.press_word("to hear that the table is open again", asked, REOPEN, says(REOPENED), mine)
        meant = self._meant.tables[table]
        meant.reopened[phase] = act.at
        meant.strategy_on = None
        await self.everybody_at(
            table,
            "that the table is open again",
            lambda one: newest(one.phone, says(REOPENED), marks.get(one.person.id, 0)) is not None,
        )
        if phase == "session1":
            await self.everybody_at(table, "the ballot", lambda one: one.ballot() is not None)

    async def _shift(self, hands: Hands, _act: Act) -> None:
        """Shift what is left of the agenda, when the new times were read."""
        mine = hands.say(f"/agenda +{SHIFT // timedelta(minutes=1)}")
        asked = await hands.answer("the new times", lambda one: with_word(one, SHIFT_BUTTON), mine)
        assert asked is not None, "waited for"
        await hands.answer("that all times have shifted", says(SHIFTED), hands.say("conferma"))

    def marks(self) -> dict[int, int]:
        """The newest message in everybody's chat, by person."""
        return {who: hands.mark() for who, hands in self._people.items()}

    async def everybody_at(self, table: str | None, what: str, told: Callable[[Hands], bool]) -> None:
        """Wait until all who sit at a table, and can be reached, were told."""
        for one in self._people.values():
            if one.person.role == "participant" and one.table == table and one.reachable:
                await one.until(what, lambda one=one: told(one))  # type: ignore[misc]


def _decided(hands: Hands, board: int) -> bool:
    message = hands.phone.message(board)
    return message is not None and not message.buttons
