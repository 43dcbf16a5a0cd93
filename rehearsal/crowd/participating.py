"""How participants do what they mean to do: each act as presses and messages, and what they wait to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rehearsal.crowd import reading
from rehearsal.crowd.chance import happens, stream
from rehearsal.crowd.meant import Contribution
from rehearsal.crowd.reading import (
    CONTINUE,
    EDITED,
    FINISH,
    MOVED_TABLE,
    NEXT,
    NO_FURTHER,
    OTHER_STRATEGY,
    RECEIVED,
    REGISTERED,
    REVIEW,
    WITHDRAW,
    WITHDRAWN,
    Place,
    newest,
    place_asked,
    says,
    with_code,
    with_number,
    with_word,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Awaitable, Callable, Mapping

    from rehearsal.crowd.engine import Act
    from rehearsal.crowd.hands import Hands
    from rehearsal.crowd.meant import Meant
    from rehearsal.crowd.sentences import Sentences
    from rehearsal.programme import Programme
    from rehearsal.telegram import Button, SentMessage


class Participating:
    """The acts of participants: `acts["ballot.tap"](hands, act)` returns once the answer was seen."""

    def __init__(self, programme: Programme, seed: int, sentences: Sentences, meant: Meant) -> None:
        self._programme = programme
        self._seed = seed
        self._sentences = sentences
        self._meant = meant
        self._written: dict[int, list[tuple[int, Contribution]]] = {}
        self._saved: dict[int, tuple[SentMessage, Button]] = {}
        self.acts: Final[Mapping[str, Callable[[Hands, Act], Awaitable[None]]]] = {
            "join.start": self._start,
            "join.read": self._read_notice,
            "join.answer": self._answer_question,
            "read": self._read_on,
            "block": self._block,
            "return": self._return,
            "again": self._again,
            "move": self._move,
            "remark": self._remark,
            "ballot.tap": self._tap_dot,
            "ballot.take": self._tap_dot,
            "ballot.twice": self._tap_twice,
            "ballot.type": self._type_dots,
            "ballot.wrong": self._type_wrong,
            "ballot.seventh": self._tap_in_vain,
            "ballot.review": self._review,
            "ballot.finish": self._finish,
            "ballot.forged": self._forge,
            "ballot.stale": self._press_stale,
            "talk.answer": self._contribute,
            "talk.burst": self._burst,
            "talk.edit": self._edit,
            "talk.next": self._next,
            "talk.skip": self._skip,
            "talk.back": self._back,
            "talk.other": self._other_strategy,
            "talk.questions": self._choose_question,
            "talk.list": self._list,
            "talk.withdraw": self._withdraw,
        }

    # --- joining ---------------------------------------------------------------------------------------

    def look(self, hands: Hands) -> None:
        """Before they do anything: a place they were given behind a question that came twice."""
        if hands.table is None and hands.person.role == "participant":
            registered = newest(hands.phone, says(REGISTERED))
            if registered is not None:
                self._sit_down(hands, registered)

    async def _start(self, hands: Hands, act: Act) -> None:
        (table,) = act.words
        mine = hands.phone.start(table or None)
        await hands.answer("the privacy notice", lambda message: with_word(message, CONTINUE), mine)

    async def _read_notice(self, hands: Hands, act: Act) -> None:
        (how,) = act.words
        notice = newest(hands.phone, lambda message: with_word(message, CONTINUE))
        assert notice is not None, "the notice was waited for"
        button = with_word(notice, CONTINUE)
        assert button is not None, "found by its button"
        mark = hands.mark()
        if how == "type":
            mark = hands.say("ho letto", "I have read it")
            found = await hands.answer("what comes after the notice", self._asked_or_registered, mark)
        else:
            found = await self._press_for(
                hands, "what comes after the notice", (notice, button), self._asked_or_registered
            )
        self._sit_down(hands, found)

    async def _answer_question(self, hands: Hands, act: Act) -> None:
        """The zone or the table, whichever is asked for; nothing when one has a place already."""
        (how,) = act.words
        if hands.table is not None:
            return
        question = newest(hands.phone, self._asked_or_registered)
        assert question is not None, "a question was waited for"
        await self._give(hands, question, hands.person.first_table, hands.person.first_zone, how, REGISTERED)

    async def _give(
        self,
        hands: Hands,
        question: SentMessage,
        table: str | None,
        zone: str | None,
        how: str,
        arrived: re.Pattern[str],
    ) -> SentMessage:
        assert table is not None, "participants have a table"
        assert zone is not None, "participants have a zone"
        button = with_code(question, table) or with_number(question, zone)
        assert button is not None, "one's own zone and table can be chosen"
        answer = table if with_code(question, table) else zone

        def seen(message: SentMessage) -> bool:
            # The same question once more (after a kill, say) is no answer.
            asked = self._asks(message) and message.shown != question.shown
            return asked or arrived.match(message.shown) is not None

        if how == "type":
            found = await hands.answer("the next question or a place", seen, hands.say(answer))
        else:
            found = await self._press_for(hands, "the next question or a place", (question, button), seen)
        self._sit_down(hands, found)
        return found

    def _asks(self, message: SentMessage) -> bool:
        tables = [table.code for table in self._programme.tables]
        return any(
            button.text.startswith(("Zona ", "Zone ")) or button.text.split()[0] in tables
            for button in message.buttons
        )

    def _asked_or_registered(self, message: SentMessage) -> bool:
        return self._asks(message) or REGISTERED.match(message.shown) is not None

    def _sit_down(self, hands: Hands, message: SentMessage) -> None:
        if not REGISTERED.match(message.shown):
            return
        hands.table = hands.person.first_table
        if message.shown.startswith("You") != (hands.person.reads == "en"):
            self._meant.problems.append(f"{hands.person.name} is not spoken to in their language")

    async def _read_on(self, hands: Hands, act: Act) -> None:
        (command,) = act.words
        await hands.answer(f"the answer to {command}", lambda _: True, hands.say(command))

    async def _block(self, hands: Hands, _act: Act) -> None:
        hands.phone.block()

    async def _return(self, hands: Hands, act: Act) -> None:
        await self._again(hands, act)

    async def _again(self, hands: Hands, _act: Act) -> None:
        mine = hands.phone.start()
        await hands.answer("the answer to /start", says(REGISTERED), mine)
        await hands.answer("the ballot, anew", reading.is_ballot, mine)

    async def _move(self, hands: Hands, act: Act) -> None:
        table, zone = act.words
        voting = hands.ballot() is not None
        mark = hands.say("/cambia")
        question = await hands.answer("the question for the zone", self._asks, mark)
        found = await self._give(hands, question, table, zone, "tap", MOVED_TABLE)
        if not MOVED_TABLE.match(found.shown):
            found = await self._give(hands, found, table, zone, "type", MOVED_TABLE)
        hands.table = table
        if voting:
            await hands.answer("the ballot at the new table", reading.is_ballot, mark)

    # --- voting ----------------------------------------------------------------------------------------

    async def _tap_dot(self, hands: Hands, act: Act) -> None:
        await self._tap(hands, act, 1)

    async def _tap_twice(self, hands: Hands, act: Act) -> None:
        await self._tap(hands, act, 2)

    async def _tap(self, hands: Hands, act: Act, times: int) -> None:
        """Press a strategy until the ballot shows what is wished; the axis first, if another one is shown."""
        code, after = act.words
        wish = frozenset(after.split())

        def step() -> None:
            ballot = hands.ballot()
            if ballot is None:
                return
            button = with_code(ballot, code) or reading.axis_button(ballot, code.split(".")[0])
            if button is None or (
                reading.strategy_of(button) == code and (reading.DOT in button.text) == (code in wish)
            ):
                return
            if reading.strategy_of(button) == code and code in wish:
                self._saved.setdefault(hands.person.id, (ballot, button))
            for _ in range(times):
                hands.tap(ballot, button)

        await hands.until(
            f"the ballot to show {after or 'no dots'}", self._shows(hands, wish), step, _look(hands)
        )

    async def _tap_in_vain(self, hands: Hands, act: Act) -> None:
        """A seventh dot: the button is pressed, and the ballot stays as it was."""
        code, after = act.words
        axis = code.split(".", maxsplit=1)[0]

        def on_page() -> tuple[SentMessage, Button] | None:
            ballot = hands.ballot()
            button = None if ballot is None else with_code(ballot, code)
            return None if ballot is None or button is None else (ballot, button)

        def turn() -> None:
            ballot = hands.ballot()
            button = None if ballot is None else reading.axis_button(ballot, axis)
            if ballot is not None and button is not None:
                hands.tap(ballot, button)

        await hands.until(f"axis {axis} of the ballot", on_page, turn, _look(hands))
        await hands.press("the answer to a dot too many", on_page)
        await hands.until("the ballot to stay as it was", self._shows(hands, frozenset(after.split())))

    async def _type_dots(self, hands: Hands, act: Act) -> None:
        text, after = act.words
        await hands.until("the ballot", hands.ballot)
        await hands.answer("the answer to the dots typed", lambda _: True, hands.say(text))
        await hands.until(f"the ballot to show {after}", self._shows(hands, frozenset(after.split())))

    async def _type_wrong(self, hands: Hands, act: Act) -> None:
        text, after = act.words
        await hands.until("the ballot", hands.ballot)
        await hands.answer("what was wrong with the codes typed", lambda _: True, hands.say(text))
        await hands.until("the ballot to stay as it was", self._shows(hands, frozenset(after.split())))

    async def _review(self, hands: Hands, act: Act) -> None:
        await hands.until("the ballot", hands.ballot)
        await hands.press("the review", self._on_ballot(hands, REVIEW), lambda: _is(hands, reading.is_review))
        await hands.until("all dots in the review", self._shows(hands, frozenset(act.words[-1].split())))

    async def _finish(self, hands: Hands, act: Act) -> None:
        how, after = act.words

        def finished() -> bool:
            ballot = hands.ballot()
            return ballot is not None and with_word(ballot, FINISH) is None

        await hands.until("the ballot", hands.ballot)
        if how == "type":
            await hands.answer("the thanks for finishing", lambda _: True, hands.say("fine", "done"))
            await hands.until("the ballot to show that one has finished", finished)
        else:
            await hands.press(
                "the ballot to show that one has finished", self._on_ballot(hands, FINISH), finished
            )
        await hands.until("all dots after finishing", self._shows(hands, frozenset(after.split())))

    async def _forge(self, hands: Hands, act: Act) -> None:
        """Callback data that no button carries."""
        data, after = act.words
        ballot = await hands.until("the ballot", hands.ballot)
        pressed: list[str] = []
        await hands.until(
            "the answer to a forged button",
            lambda: any(one in hands.phone.answers for one in pressed),
            lambda: pressed.append(hands.phone.tap(ballot.id, data)),
        )
        await hands.until("the ballot to stay as it was", self._shows(hands, frozenset(after.split())))

    async def _press_stale(self, hands: Hands, act: Act) -> None:
        """A button from the time when the table voted, pressed after it closed."""
        del act
        saved = self._saved.get(hands.person.id)
        if saved is not None:
            await hands.press("the answer to an outdated button", lambda: saved)

    def _shows(self, hands: Hands, dots: frozenset[str]) -> Callable[[], bool]:
        def shows() -> bool:
            ballot = hands.ballot()
            return ballot is not None and reading.ballot_shows(ballot, dots, self._programme)

        return shows

    @staticmethod
    def _on_ballot(hands: Hands, word: re.Pattern[str]) -> Callable[[], tuple[SentMessage, Button] | None]:
        def find() -> tuple[SentMessage, Button] | None:
            ballot = hands.ballot()
            button = None if ballot is None else with_word(ballot, word)
            return None if ballot is None or button is None else (ballot, button)

        return find

    # --- talking ---------------------------------------------------------------------------------------

    async def _remark(self, hands: Hands, act: Act) -> None:
        text = self._sentences.remark(self._seed, self._use(act), hands.person.reads)
        mine = hands.phone.say(text)
        await hands.answer("the receipt of a contribution", says(RECEIVED), mine)
        self._keep(hands, mine, text, 1, None)

    async def _contribute(self, hands: Hands, act: Act) -> None:
        await self._write(hands, act, 1)

    async def _burst(self, hands: Hands, act: Act) -> None:
        await self._write(hands, act, int(act.words[0]))

    async def _write(self, hands: Hands, act: Act, count: int) -> None:
        """One contribution, or several in a row without waiting in between."""
        place = _place(hands)
        said = {one.text for _, one in self._written.get(hands.person.id, [])}
        mine: list[tuple[int, str]] = []
        for number in range(count):
            text = self._sentence(hands, act, number, place, said)
            said.add(text)
            mine.append((hands.phone.say(text), text))

        def receipts() -> list[SentMessage] | None:
            found = [m for m in reading.received(hands.phone, mine[0][0]) if RECEIVED.match(m.shown)]
            return found if len(found) >= count else None

        for receipt in await hands.until("the receipt of a contribution", receipts):
            named = reading.place_named(receipt)
            if named != place:
                self._meant.problems.append(
                    f"{hands.person.name} answered {place}, and the receipt says {named}"
                )
        for message, text in mine:
            self._keep(hands, message, text, 2, place)

    def _sentence(self, hands: Hands, act: Act, number: int, place: Place | None, said: set[str]) -> str:
        language = hands.person.reads
        for attempt in range(5):
            use = (*self._use(act), number, attempt)
            if place is None:
                text = self._sentences.remark(self._seed, use, language)
            else:
                text = self._sentences.answer(self._seed, use, language, place.strategy, place.question)
            if text not in said:
                break
        return text

    async def _edit(self, hands: Hands, act: Act) -> None:
        written = [pair for pair in self._written.get(hands.person.id, []) if not pair[1].withdrawn]
        if not written:
            return
        message, contribution = written[-1]
        place = None
        if contribution.strategy is not None and contribution.question is not None:
            place = Place(contribution.strategy, contribution.question)
        text = self._sentence(hands, act, 0, place, {contribution.text})
        if text == contribution.text:
            return
        mark = hands.mark()
        hands.phone.edit(message, text)
        await hands.answer("the receipt of a correction", says(EDITED), mark)
        contribution.text = text

    async def _next(self, hands: Hands, _act: Act) -> None:
        """By the button, where there is one."""
        place = _place(hands)
        message = newest(hands.phone, lambda one: with_word(one, NEXT))
        target = self._beside(place, 1)
        if place is None or message is None or target is None:
            await self._walk(hands, "avanti", "next", 1)
            return
        button = with_word(message, NEXT)
        assert button is not None, "found by its button"
        await self._press_for(
            hands, f"question {target.question}", (message, button), lambda one: place_asked(one) == target
        )

    async def _skip(self, hands: Hands, _act: Act) -> None:
        await self._walk(hands, "salta", "skip", 1)

    async def _back(self, hands: Hands, _act: Act) -> None:
        await self._walk(hands, "indietro", "back", -1)

    async def _walk(self, hands: Hands, italian: str, english: str, way: int) -> None:
        place = _place(hands)
        if place is None:
            return
        target = self._beside(place, way)
        mine = hands.say(italian, english)
        if target is None:
            await hands.answer("to hear that there is no further question", says(NO_FURTHER), mine)
        else:
            await hands.answer(f"question {target.question}", lambda one: place_asked(one) == target, mine)

    def _beside(self, place: Place | None, way: int) -> Place | None:
        if place is None:
            return None
        at = self._programme.questions.index(place.question) + way
        return (
            Place(place.strategy, self._programme.questions[at])
            if 0 <= at < len(self._programme.questions)
            else None
        )

    async def _other_strategy(self, hands: Hands, act: Act) -> None:
        place = _place(hands)
        if place is None:
            return
        mark = hands.mark()
        chance = stream(self._seed, *self._use(act))
        offers = newest(hands.phone, lambda one: with_word(one, OTHER_STRATEGY))
        button = None if offers is None else with_word(offers, OTHER_STRATEGY)
        if happens(chance, 0.5) or offers is None or button is None:
            hands.say("altra strategia", "another strategy")
            choice = await hands.answer("the strategies of the table", reading.codes_on, mark)
        else:
            choice = await self._press_for(
                hands, "the strategies of the table", (offers, button), reading.codes_on
            )
        others = [code for code in reading.codes_on(choice) if code != place.strategy] or [place.strategy]
        target = Place(chance.choice(others), self._programme.questions[0])
        chosen = with_code(choice, target.strategy)
        assert chosen is not None, "chosen among the buttons"
        await self._press_for(
            hands,
            f"a question on {target.strategy}",
            (choice, chosen),
            lambda one: place_asked(one) == target,
        )

    async def _choose_question(self, hands: Hands, act: Act) -> None:
        place = _place(hands)
        if place is None:
            return
        mine = hands.say("/domande")
        codes = self._programme.questions
        choice = await hands.answer("the list of questions", lambda one: with_number(one, codes[-1]), mine)
        target = Place(place.strategy, stream(self._seed, *self._use(act)).choice(codes))
        button = with_number(choice, target.question)
        assert button is not None, "every question can be chosen"
        await self._press_for(
            hands, f"question {target.question}", (choice, button), lambda one: place_asked(one) == target
        )

    async def _list(self, hands: Hands, _act: Act) -> None:
        await hands.answer("the list of one's contributions", lambda _: True, hands.say("/contributi"))

    async def _withdraw(self, hands: Hands, _act: Act) -> None:
        """The last one in the list."""
        written = [one for _, one in self._written.get(hands.person.id, []) if not one.withdrawn]
        if not written:
            return
        mine = hands.say("/contributi")
        listed = await hands.answer("the list of contributions", lambda one: with_word(one, WITHDRAW), mine)
        button = [one for one in listed.buttons if WITHDRAW.search(one.text)][-1]
        await self._press_for(hands, "to hear that it is withdrawn", (listed, button), says(WITHDRAWN))
        written[-1].withdrawn = True

    def _keep(self, hands: Hands, message: int, text: str, session: int, place: Place | None) -> None:
        assert hands.table is not None, "who contributes sits at a table"
        contribution = Contribution(
            person=hands.person.id,
            table=hands.table,
            session=session,
            strategy=None if place is None else place.strategy,
            question=None if place is None else place.question,
            text=text,
        )
        self._written.setdefault(hands.person.id, []).append((message, contribution))
        self._meant.contributions.append(contribution)

    @staticmethod
    def _use(act: Act) -> tuple[object, ...]:
        return act.who, act.do, act.at.isoformat()

    @staticmethod
    async def _press_for(
        hands: Hands, what: str, press: tuple[SentMessage, Button], which: Callable[[SentMessage], object]
    ) -> SentMessage:
        """Press a button until the bot has sent a message like this."""
        mark = hands.mark()
        found = await hands.press(what, lambda: press, lambda: newest(hands.phone, which, mark))
        assert not isinstance(found, bool), "a message is waited for"
        return found


def _place(hands: Hands) -> Place | None:
    """The question one was asked last."""
    asked = newest(hands.phone, place_asked)
    return None if asked is None else place_asked(asked)


def _look(hands: Hands) -> Callable[[], object]:
    def look() -> object:
        ballot = hands.ballot()
        return None if ballot is None else (ballot.id, ballot.edits)

    return look


def _is(hands: Hands, which: Callable[[SentMessage], bool]) -> bool:
    ballot = hands.ballot()
    return ballot is not None and which(ballot)
