"""429: the limits on messages, in event time or by the wall clock, and how much of them was used."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram.error import RetryAfter

from rehearsal.telegram import BulkMeter, Limits
from tests.rehearsal.local_telegram import CHANNEL, Local, local


@pytest.fixture
async def tg() -> AsyncIterator[Local]:
    async with local(limits=Limits(chat_burst=3)) as running:
        yield running


# The library warns that retry_after will one day be a timedelta.
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_one_message_a_second_in_a_chat_after_a_burst(tg: Local) -> None:
    tg.met()
    for _ in range(3):
        await tg.done("sendMessage", chat_id=77, text="x")
    refused = await tg.call("sendMessage", chat_id=77, text="x")
    assert {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    } == refused
    tg.clock.go(1)
    await tg.done("sendMessage", chat_id=77, text="x")
    with pytest.raises(RetryAfter):
        await tg.bot.send_message(77, "x")
    tg.clock.go(60)
    assert [True] * 3 + [False] == [
        (await tg.call("sendMessage", chat_id=77, text="x"))["ok"] for _ in range(4)
    ]


async def test_edits_share_the_limit_and_answers_and_deletions_have_none(tg: Local) -> None:
    tg.met()
    sent = await tg.done("sendMessage", chat_id=77, text="x")
    for text in ("a", "b"):
        await tg.done("editMessageText", chat_id=77, message_id=sent["message_id"], text=text)
    assert (
        429 == (await tg.refused("editMessageText", chat_id=77, message_id=sent["message_id"], text="c"))[0]
    )
    assert "b" == tg.ada.last.text  # type: ignore[union-attr]
    for _ in range(5):
        await tg.done("answerCallbackQuery", callback_query_id=tg.ada.tap(1, "x"))
    await tg.done("deleteMessage", chat_id=77, message_id=sent["message_id"])


async def test_twenty_a_minute_in_a_channel(tg: Local) -> None:
    tg.server.channel(CHANNEL)
    for _ in range(20):
        await tg.done("sendMessage", chat_id=CHANNEL, text="x")
        tg.clock.go(2)
    body = await tg.call("sendMessage", chat_id=CHANNEL, text="x")
    assert {"retry_after": 20} == body["parameters"]
    tg.clock.go(20)
    await tg.done("sendMessage", chat_id=CHANNEL, text="x")


async def test_thirty_a_second_to_people_who_are_quiet(tg: Local) -> None:
    quiet = [tg.server.phone(number, "x") for number in range(1, 33)]
    for phone in quiet:
        phone.start()
    tg.clock.go(10.5)
    busy = tg.server.phone(500, "x")
    busy.start()
    codes = []
    for phone in quiet:
        body = await tg.call("sendMessage", chat_id=phone.id, text="x")
        codes.append(body.get("error_code"))
    assert [None] * 30 + [429] * 2 == codes
    await tg.done("sendMessage", chat_id=500, text="a reply is not held to it")
    tg.clock.go(1)
    await tg.done("sendMessage", chat_id=quiet[-1].id, text="x")


async def test_an_album_counts_each_picture(tg: Local) -> None:
    limits = Limits(per_chat=1, chat_burst=3)
    tg.server.world.limits = limits
    tg.met()
    tg.server.world.take(tg.ada, 3)
    assert 429 == (await tg.refused("sendMessage", chat_id=77, text="x"))[0]


async def test_a_refusal_for_another_reason_is_not_counted(tg: Local) -> None:
    tg.met()
    for _ in range(10):
        await tg.refused("sendMessage", chat_id=77, text="")
        await tg.refused("sendMessage", chat_id=77, text="x", reply_parameters={"message_id": 99})
    await tg.done("sendMessage", chat_id=77, text="x")


# --- by the wall clock, for bulk messages --------------------------------------------------------------


@asynccontextmanager
async def _at_real_speed(people: int) -> AsyncIterator[Local]:
    async with local(limits=Limits(real_time=True, bulk_only=True, chat_burst=2)) as tg:
        for number in range(1, people + 1):
            tg.server.phone(number, "x").start()
        tg.clock.wall += 11
        yield tg


async def _send(tg: Local, chat: int, **more: Any) -> int:
    return int((await tg.call("sendMessage", chat_id=chat, text="x", **more)).get("error_code", 200))


async def test_limits_in_real_time_do_not_care_for_the_events_clock() -> None:
    async with _at_real_speed(40) as tg:
        codes = []
        for number in range(1, 35):
            codes.append(await _send(tg, number))
            tg.clock.go(60)
        assert [200] * 30 + [429] * 4 == codes
        tg.clock.wall += 1
        assert 200 == await _send(tg, 34)
        assert 4 == tg.server.world.limits.refused  # type: ignore[union-attr]


async def test_only_bulk_messages_are_held_to_them() -> None:
    async with _at_real_speed(2) as tg:
        phone = tg.server.phones[1]
        phone.say("eccomi")
        tg.clock.wall += 9
        assert [200] * 10 == [await _send(tg, 1) for _ in range(10)], "a reply"
        tg.clock.wall += 1.5
        assert [200, 200, 429] == [await _send(tg, 1) for _ in range(3)], "silent for more than ten seconds"
        tg.clock.wall += 1
        assert [200, 429] == [await _send(tg, 1) for _ in range(2)], "one a second"


async def test_a_channel_takes_twenty_a_minute_of_real_time() -> None:
    async with _at_real_speed(1) as tg:
        tg.server.channel(CHANNEL)
        for _ in range(20):
            assert 200 == await _send(tg, CHANNEL)
            tg.clock.wall += 1
        assert 429 == await _send(tg, CHANNEL)
        tg.clock.wall += 40
        assert 200 == await _send(tg, CHANNEL)


async def test_paid_broadcasts_are_let_through_a_thousand_a_second() -> None:
    limits = Limits(real_time=True, bulk_only=True, paid_per_second=50)
    async with local(limits=limits) as tg:
        for number in range(1, 101):
            tg.server.phone(number, "x").start()
        tg.clock.wall += 11
        paid = [await _send(tg, number, allow_paid_broadcast=True) for number in range(1, 61)]
        assert [200] * 50 + [429] * 10 == paid
        assert [200] * 30 == [await _send(tg, number) for number in range(61, 91)], "counted for themselves"
        assert 30 == sum(limits.meter.by_second())


async def test_a_clock_put_back_does_not_close_the_limits() -> None:
    async with local(limits=Limits(chat_burst=3)) as tg:
        tg.server.channel(CHANNEL)
        for _ in range(20):
            await tg.done("sendMessage", chat_id=CHANNEL, text="x")
        assert 429 == (await tg.refused("sendMessage", chat_id=CHANNEL, text="x"))[0]
        tg.clock.go(-3600)
        await tg.done("sendMessage", chat_id=CHANNEL, text="x")


async def test_how_much_of_the_limit_a_paced_sender_uses() -> None:
    """A broadcast to 90 people at 29 a second, with a pause before it: no 429, 97% of what is allowed."""
    async with _at_real_speed(91) as tg:
        limits = tg.server.world.limits
        assert limits is not None
        await _send(tg, 91)
        tg.clock.wall += 20
        limits.meter.full(tg.clock.wall)
        for number in range(1, 91):
            assert 200 == await _send(tg, number)
            tg.clock.wall += 1 / 29
        limits.meter.empty(tg.clock.wall)
        while_full, longest = limits.meter.while_full(), limits.meter.longest()
        assert while_full is not None
        assert longest is not None
        assert (90, 90, 0) == (while_full.messages, longest.messages, limits.refused)
        assert 29 / 30 == pytest.approx(while_full.share, abs=0.001)
        assert 29 / 30 == pytest.approx(longest.share, abs=0.001)
        assert 90 / 29 == pytest.approx(while_full.seconds)


def test_a_meter_of_nothing() -> None:
    meter = BulkMeter(30)
    assert (None, None, []) == (meter.while_full(), meter.longest(), meter.by_second())
    meter.empty(1.0)
    meter.full(2.0)
    assert None is meter.while_full(), "not ended yet"
    assert 0.0 == meter.used(1.0, 1.0).share


def test_a_meter_counts_by_second_and_takes_no_time_twice() -> None:
    meter = BulkMeter(10)
    for at, messages in ((5.0, 3), (5.9, 2), (7.0, 1), (6.0, 1), (20.0, 4)):
        meter.took(at, messages)
    assert [5, 0, 2] + [0] * 12 + [4] == meter.by_second()
    meter.full(5.0)
    meter.full(5.5)
    meter.empty(6.0)
    meter.full(19.5)
    meter.empty(20.5)
    full = meter.while_full()
    assert full is not None
    assert (9, 0.45) == (full.messages, full.share)
    longest = meter.longest(gap=2.0)
    assert longest is not None
    assert (5.0, 7.0, 7) == (longest.start, longest.end, longest.messages)
