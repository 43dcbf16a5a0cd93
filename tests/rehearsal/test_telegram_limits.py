"""429: the limits on messages, in event time."""

from collections.abc import AsyncIterator

import pytest
from telegram.error import RetryAfter

from rehearsal.telegram import Limits
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
