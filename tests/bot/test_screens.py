"""Messages that are edited: one owner, and the newest state wins, whatever Telegram says to an edit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from handlers.callback_data import SetDots, encode
from participation import dots
from rehearsal.telegram import Call, Fault, Limits
from tests.support.hall import CHANNEL, eventually

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.hall import Hall, Somebody

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
    await anna.taps("1.4", anna.ballot())
    assert "Ti restano 4 bollini su 6" in anna.ballot().shown


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
