"""Messages that are edited: one owner, and the newest state wins, whatever Telegram says to an edit."""

from __future__ import annotations

import asyncio
import functools
import re
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from telegram.error import BadRequest, RetryAfter, TimedOut

from bot.outage import Outage
from bot.pacing import Pacer
from bot.screens import Screens
from handlers.callback_data import SetDots, ShowPage, encode
from locales.translator import load_translators
from participation import dots
from participation.event import load
from participation.notices import UnknownCommand
from rehearsal.telegram import Call, Fault, Limits
from storage import screens
from tests.storage.rows import NOON, add_tables, new_database, seat
from tests.support.hall import CHANNEL, HallClock, eventually, open_hall

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from telegram import Bot

    from participation.notices import Notice
    from storage.screens import Screen
    from tests.support.hall import Hall, Somebody

load_event = functools.cache(load)
translators = functools.cache(load_translators)

CODES = ("1.1", "1.2", "1.3", "1.4", "1.5")


async def voting(hall: Hall) -> Somebody:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.reads()
    return anna


def edits(hall: Hall, *, ok: bool = True) -> int:
    return sum(call.method == "editMessageText" and call.ok is ok for call in hall.telegram.calls)


async def test_taps_are_answered_while_telegram_holds_the_edits(hall: Hall) -> None:
    """Edits may be throttled for minutes; then an edit shows the newest state."""
    anna = await voting(hall)
    tried: list[datetime] = []

    async def intercept(call: Call) -> Fault | None:
        if call.method != "editMessageText":
            return None
        tried.append(call.at)
        return (
            Fault(status=429, description="Too Many Requests", retry_after=120) if len(tried) == 1 else None
        )

    hall.telegram.intercept = intercept
    ballot = anna.ballot()
    for code in CODES:
        anna.phone.tap(ballot.id, encode(SetDots(code, 1)))
    await anna.reads()
    assert dict.fromkeys(CODES, 1) == await anna.dots()
    assert "Ti resta 1 bollino su 6" in anna.ballot().shown
    assert (tried[1] - tried[0]).total_seconds() >= 120


async def test_slow_edits_show_the_last_state_not_every_one(hall: Hall) -> None:
    anna = await voting(hall)

    async def intercept(call: Call) -> Fault | None:
        return Fault("normal", delay=0.1) if call.method == "editMessageText" else None

    hall.telegram.intercept = intercept
    ballot = anna.ballot()
    for code in CODES:
        anna.phone.tap(ballot.id, encode(SetDots(code, 1)))
        await asyncio.sleep(0.01)
    answered = [anna.phone.answers[key].text for key in list(anna.phone.answers)[-len(CODES) :]]
    await anna.reads()
    assert ["Ti resta 1 bollino su 6." in text for text in answered].count(True) <= 1
    assert "Ti resta 1 bollino su 6" in anna.ballot().shown
    assert edits(hall) < len(CODES)


@pytest.mark.parametrize(
    "fault",
    [Fault(status=500), Fault("reset"), Fault(status=500, carry_out=True), Fault("truncated")],
    ids=str,
)
async def test_an_edit_that_failed_is_made_again(hall: Hall, fault: Fault) -> None:
    """Also one that took effect although we heard otherwise: "not modified" is an expected answer."""
    anna = await voting(hall)
    hall.breaks("editMessageText", fault, 2)
    with capture_logs() as logs:
        await anna.taps("1.3")
    assert "edit_refused" not in [entry["event"] for entry in logs]
    assert "Ti restano 5 bollini su 6" in anna.ballot().shown
    assert 0 == await hall.count("screens", "wanted_version > shown_version")
    await anna.taps("1.4", anna.ballot())
    assert "Ti restano 4 bollini su 6" in anna.ballot().shown


async def test_an_edit_that_is_refused_is_not_repeated_for_ever(hall: Hall) -> None:
    anna = await voting(hall)
    hall.breaks("editMessageText", Fault(status=400, description="Bad Request: MESSAGE_TOO_LONG"))
    with capture_logs() as logs:
        await anna.taps("1.3")
    assert "edit_refused" in [entry["event"] for entry in logs]
    assert 1 == edits(hall, ok=False)
    assert 1 == await hall.count("screens", "refused = 'Message_too_long'")
    await anna.taps("1.4", anna.ballot())
    assert "Ti restano 4 bollini su 6" in anna.ballot().shown
    assert 0 == await hall.count("screens", "refused IS NOT NULL")


async def test_a_ballot_that_telegram_does_not_take_as_paid_goes_as_all_others_do(tmp_path: Path) -> None:
    async with open_hall(tmp_path, paid=True) as hall:
        anna = await hall.somebody().registers("T6")
        broke = Fault(status=400, description="Bad Request: not enough Stars")
        hall.breaks("sendMessage", broke, 1000, lambda call: bool(call.params.get("allow_paid_broadcast")))
        await hall.at("10:10")
        assert 1 == hall.telegram.errors[400]
        await anna.reads()
        assert "Hai 6 bollini" in anna.ballot().shown
        assert 0 == await hall.count("screens", "refused IS NOT NULL")


async def test_a_screen_that_cannot_be_drawn_is_tried_again_later(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await voting(hall)
    bruno = await hall.somebody("Bruno").registers("T6")
    screen = dots.screen
    left = 2

    async def draws(*given: Any) -> Any:
        nonlocal left
        if given[2].telegram_id == anna.phone.id and left:
            left -= 1
            message = "nothing to draw"
            raise ValueError(message)
        return await screen(*given)

    monkeypatch.setattr(dots, "screen", draws)
    with capture_logs() as logs:
        anna.phone.tap(anna.ballot().id, "d:1.3:1")
        await bruno.taps("1.4")
        await anna.reads()
    assert "Ti restano 5 bollini su 6" in anna.ballot().shown
    assert "Ti restano 5 bollini su 6" in bruno.ballot().shown
    assert 2 == sum(entry["event"] == "work_broke" for entry in logs)


async def test_a_first_ballot_that_failed_to_go_out_is_sent_again(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    hall.breaks("sendMessage", Fault(status=502), 2)
    await hall.at("10:10")
    (ballot,) = await anna.reads()
    assert "Quali tra queste strategie" in ballot


async def test_a_press_that_cannot_be_answered_counts_all_the_same(hall: Hall) -> None:
    anna = await voting(hall)
    for fault in (Fault(status=500), Fault("reset"), Fault(status=429, retry_after=3), Fault("truncated")):
        hall.breaks("answerCallbackQuery", fault)
        await anna.taps("1.3", anna.ballot())
    assert {} == await anna.dots()
    assert "Ti restano 6 bollini su 6" in anna.ballot().shown
    hall.breaks("answerCallbackQuery", Fault(status=502))
    await anna.taps("1.3", anna.ballot())
    assert {"1.3": 1} == await anna.dots()
    assert "errore nostro" not in anna.everything


async def test_a_press_that_was_answered_too_late_counts_all_the_same(hall: Hall) -> None:
    anna = await voting(hall)
    hall.telegram.world._callback_seconds = 0.0
    with capture_logs() as logs:
        await anna.taps("1.3")
    assert anna.toast is None
    assert "press_answered_late" in [entry["event"] for entry in logs]
    assert {"1.3": 1} == await anna.dots()
    assert "Ti restano 5 bollini su 6" in anna.ballot().shown
    assert "errore nostro" not in anna.everything


async def test_what_was_wanted_before_a_stop_is_drawn_after_the_start(hall: Hall) -> None:
    anna = await voting(hall)
    hall.breaks("editMessageText", Fault(status=500), 10_000)
    anna.phone.tap(anna.ballot().id, "d:1.3:1")

    async def has_dots() -> bool:
        return bool(await anna.dots())

    await eventually(has_dots)
    await hall.stops()
    assert "Ti restano 5" not in anna.ballot().shown
    hall.telegram.intercept = None
    hall.starts()
    await anna.reads()
    assert "Ti restano 5 bollini su 6" in anna.ballot().shown


async def test_a_whole_table_gets_its_ballots_once_within_telegrams_limits(hall: Hall) -> None:
    people = await hall.people(40, "T6")
    hall.telegram.world.limits = Limits()
    await hall.at("10:10")
    for who in people:
        assert 1 == sum("Quali tra queste strategie" in m.shown for m in who.phone.messages)
    assert 0 == hall.telegram.errors[429]


async def test_a_stop_while_the_ballots_go_out_doubles_none(hall: Hall) -> None:
    people = await hall.people(30, "T6")

    async def intercept(call: Call) -> Fault | None:
        return Fault("normal", delay=0.03) if call.method == "sendMessage" else None

    def ballots() -> list[int]:
        return [sum("Quali tra queste" in m.shown for m in who.phone.messages) for who in people]

    hall.telegram.intercept = intercept
    moving = asyncio.create_task(hall.at("10:10"))
    for reached in (3, 15):
        await eventually(lambda reached=reached: sum(ballots()) >= reached)  # type: ignore[misc]
        await hall.stops()
        hall.starts()
    await moving
    assert [1] * 30 == ballots()


async def test_screens_never_touch_the_channel(hall: Hall) -> None:
    await voting(hall)
    assert [] == hall.telegram.channel(CHANNEL).posts


# --- dashboards, copies, and who comes first ------------------------------------------------------------


async def dashboard(hall: Hall, number: int) -> tuple[Somebody, list[Somebody]]:
    """Lara looks at her table's dashboard, and so many people vote at it."""
    people = await hall.people(number, "T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:10")
    await lara.says("/tavolo")
    for who in people:
        await who.reads()
    return lara, people


async def test_a_dashboard_is_edited_every_three_seconds_at_most_and_shows_all_in_the_end(hall: Hall) -> None:
    lara, people = await dashboard(hall, 12)
    edited: list[float] = []

    async def intercept(call: Call) -> Fault | None:
        if call.method == "editMessageText" and call.chat_id == lara.phone.id:
            edited.append(hall.clock.elapsed())
        return None

    hall.telegram.intercept = intercept
    for who in people:
        who.phone.tap(who.ballot().id, encode(SetDots("1.3", 1)))
    await hall.quiet()
    await people[0].taps("1.4", people[0].ballot())
    assert 1 <= len(edited) < len(people)
    # The hall's time may go on while an edit is on its way to the server.
    assert min(later - one for one, later in pairwise(edited)) >= 2.5
    assert re.search(r"bollin\D*12\b", lara.screen("Tavolo T6|T6").shown)


async def test_who_looks_on_is_shown_what_many_do_while_their_own_screens_wait(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    lara, people = await dashboard(hall, 12)
    await hall.stops()
    monkeypatch.setattr("bot.screens.AT_ONCE", 4)
    monkeypatch.setattr("bot.screens.KEPT_FOR_SWEPT", 1)
    hall.starts()
    goes_on = asyncio.Event()

    async def intercept(call: Call) -> Fault | None:
        if call.method == "editMessageText" and call.chat_id != lara.phone.id:
            await goes_on.wait()
        return None

    hall.telegram.intercept = intercept
    for who in people:
        who.phone.tap(who.ballot().id, encode(SetDots("1.3", 1)))
    await eventually(lambda: "almeno un bollino: 0" not in lara.screen("Tavolo T6|T6").shown)
    goes_on.set()
    await hall.quiet()
    assert re.search(r"bollin\D*12\b", lara.screen("Tavolo T6|T6").shown)


async def test_ballots_are_edited_at_once(hall: Hall) -> None:
    anna = await voting(hall)
    began = hall.clock.elapsed()
    await anna.taps("1.3", anna.ballot())
    await anna.taps("1.4", anna.ballot())
    assert 2 == edits(hall)
    assert hall.clock.elapsed() - began < 2.0


async def test_a_screen_that_the_person_deleted_is_sent_anew(hall: Hall) -> None:
    anna = await voting(hall)
    deleted = anna.ballot().id
    anna.phone.delete(deleted)
    await anna.says("1.3")
    assert anna.ballot().id > deleted
    assert "Ti restano 5 bollini su 6" in anna.ballot().shown
    await anna.taps("1.4", anna.ballot())
    assert "Ti restano 4 bollini su 6" in anna.ballot().shown


async def test_what_an_edit_without_an_answer_showed_is_taken_back(hall: Hall) -> None:
    """Telegram may have carried it out: the state before it, wanted again, is not taken for shown."""
    anna = await voting(hall)
    ballot = anna.ballot()
    await anna.sends_press(ballot.id, encode(ShowPage("1")))
    before = anna.ballot().shown
    hall.breaks("editMessageText", Fault("reset", carry_out=True))
    anna.phone.tap(ballot.id, encode(ShowPage("2")))
    await eventually(lambda: anna.ballot().shown != before)
    anna.phone.tap(ballot.id, encode(ShowPage("1")))
    await anna.reads()
    assert before == anna.ballot().shown


async def test_who_acts_does_not_wait_behind_all_the_others(hall: Hall) -> None:
    people = await hall.people(60, "T6")
    anna = people[-1]
    sent: list[int] = []

    async def intercept(call: Call) -> Fault | None:
        if call.method == "sendMessage" and call.chat_id is not None:
            sent.append(call.chat_id)
            if len(sent) == 5:
                anna.phone.say("/bollini")
            return Fault("normal", delay=0.02)
        return None

    hall.telegram.intercept = intercept
    await hall.at("10:10")
    assert sent.index(anna.phone.id) < 45


# --- whatever happens on the way ------------------------------------------------------------------------

HOW = ("fine", "fine", "fine", "slow", "lost", "carried out and lost", "held", "gone")
ACTS = ("change", "change and look", "press an older copy", "delete", "time")


class Chat:
    """One person's chat, as Telegram has it: messages and what each shows; some calls go wrong."""

    def __init__(self, how: list[str]) -> None:
        self.how = how
        self.shown: dict[int, list[int]] = {}
        self.deleted: set[int] = set()

    async def send_message(self, _chat: int, text: str, **_: Any) -> SimpleNamespace:
        message = len(self.shown) + 1
        await self._happens(lambda: self.shown.setdefault(message, []).append(state(text)))
        return SimpleNamespace(message_id=message)

    async def edit_message_text(self, text: str, *, message_id: int, **_: Any) -> None:
        if message_id in self.deleted or message_id not in self.shown:
            message = "Message to edit not found"
            raise BadRequest(message)
        if self.shown[message_id][-1] == state(text):
            message = "Message is not modified"
            raise BadRequest(message)
        await self._happens(lambda: self.shown[message_id].append(state(text)))

    async def _happens(self, do: Callable[[], None]) -> None:
        match self.how.pop() if self.how else "fine":
            case "slow":
                await asyncio.sleep(0.002)
                do()
            case "lost":
                raise TimedOut
            case "carried out and lost":
                do()
                raise TimedOut
            case "held":
                raise RetryAfter(5)
            case _:
                do()


def state(text: str) -> int:
    """Which state of the screen a text shows."""
    found = re.search(r"/(\d+)", text)
    assert found is not None
    return int(found[1])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(HOW), max_size=15), st.lists(st.sampled_from(ACTS), max_size=25))
def test_no_older_state_ever_follows_a_newer_and_the_newest_is_shown(how: list[str], acts: list[str]) -> None:
    async def play() -> None:
        async with new_database() as database:
            async with database.transaction() as tx:
                await add_tables(tx, "T1")
                person = await seat(tx, 1, "T1")
            clock, chat, event = HallClock(NOON), Chat(list(how)), load_event()
            worker = Screens(
                database,
                event,
                cast("Bot", chat),
                clock,
                Outage(lambda: True),
                Pacer(clock.elapsed()),
                translators(event.zone_info),
            )
            newest = 0

            async def change(message: int | None = None) -> None:
                nonlocal newest
                newest += 1
                async with database.transaction() as tx:
                    await screens.want(tx, person, "ballot", str(newest), message)

            async def drawn(_reader: Any, _event: Any, screen: Screen, _now: datetime) -> Notice:
                return UnknownCommand(command=screen.view)

            with patch("bot.screens.draw", drawn):
                running = asyncio.create_task(worker.run())
                await change()
                worker.wake()
                for act in acts:
                    match act:
                        case "change":
                            await change()
                            worker.wake()
                        case "change and look":
                            await change()
                            worker.nudge(person)
                        case "press an older copy":
                            await change(min(chat.shown, default=None))
                            worker.nudge(person)
                        case "delete":
                            chat.deleted.update(list(chat.shown)[-1:])
                        case _:
                            await asyncio.sleep(0.003)

                async def settled() -> bool:
                    return not await screens.wanted(database, 1)

                await eventually(settled)
                worker.stop()
                await running
            for states in chat.shown.values():
                assert sorted(states) == states
            (screen,) = await screens.of_person(database, person)
            assert screen.message is not None
            assert newest == chat.shown[screen.message][-1]

    asyncio.run(play())
