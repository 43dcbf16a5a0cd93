"""getUpdates as Telegram does it: confirming, waiting, and who is ended by whom."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
import telegram
from telegram.error import Conflict

from rehearsal.telegram import Telegram
from tests.rehearsal.local_telegram import CHANNEL, JSON, TOKEN, Clock, Local, local


@pytest.fixture
async def tg() -> AsyncIterator[Local]:
    async with local() as running:
        running.met()
        yield running


async def _poll(tg: Local, **params: Any) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = await tg.done("getUpdates", **params)
    return result


def _texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_what_is_not_confirmed_comes_again(tg: Local) -> None:
    for text in ("uno", "due", "tre"):
        tg.ada.say(text)
    first = await _poll(tg)
    assert ["uno", "due", "tre"] == _texts(first)
    assert first == await _poll(tg)
    assert ["due", "tre"] == _texts(await _poll(tg, offset=first[1]["update_id"]))
    assert ["due", "tre"] == _texts(await _poll(tg, offset=0))
    assert ["due", "tre"] == _texts(tg.server.pending_updates())
    assert [] == await _poll(tg, offset=first[2]["update_id"] + 1)
    assert [] == tg.server.pending_updates()


async def test_update_ids_grow_by_one_from_a_start_the_seed_decides() -> None:
    clock = Clock()
    first: dict[int, int] = {}
    for seed in (1, 2, 1):
        server = Telegram(TOKEN, "bollini_bot", clock.now, seed=seed)
        ada = server.phone(77, "Ada")
        ada.start()
        ada.say("x")
        ids = [update["update_id"] for update in server.pending_updates()]
        assert ids[0] + 1 == ids[1]
        assert ids[0] == first.setdefault(seed, ids[0])
        await server.stop()
    assert first[1] != first[2]


async def test_limit_and_negative_offset(tg: Local) -> None:
    for number in range(5):
        tg.ada.say(str(number))
    assert ["0", "1"] == _texts(await _poll(tg, limit=2))
    assert ["3", "4"] == _texts(await _poll(tg, offset=-2))
    assert ["3", "4"] == _texts(await _poll(tg)), "the others are forgotten"


async def test_at_most_a_hundred_at_once(tg: Local) -> None:
    for number in range(120):
        tg.ada.say(str(number))
    assert 100 == len(await _poll(tg))


async def test_a_poll_waits_for_the_next_update(tg: Local) -> None:
    poll = asyncio.create_task(_poll(tg, timeout=20))
    await tg.poller()
    assert not poll.done()
    tg.ada.say("eccomi")
    assert ["eccomi"] == _texts(await asyncio.wait_for(poll, 2))


async def test_a_poll_returns_empty_after_its_timeout(tg: Local) -> None:
    assert [] == await asyncio.wait_for(_poll(tg, timeout=0.05), 2)


async def test_a_second_poller_ends_the_first_with_409(tg: Local) -> None:
    first = asyncio.create_task(tg.call("getUpdates", timeout=20))
    await tg.poller()
    second = asyncio.create_task(_poll(tg, timeout=20))
    assert {
        "ok": False,
        "error_code": 409,
        "description": "Conflict: terminated by other getUpdates request;"
        " make sure that only one bot instance is running",
    } == await asyncio.wait_for(first, 2)
    tg.ada.say("per il secondo")
    assert ["per il secondo"] == _texts(await asyncio.wait_for(second, 2))
    assert {409: 1} == tg.server.errors


async def test_the_library_takes_it_for_a_conflict(tg: Local) -> None:
    first = asyncio.create_task(tg.bot.get_updates(timeout=20))
    await tg.poller()
    async with telegram.Bot(TOKEN, base_url=f"{tg.server.url}/bot") as other:
        assert () == await other.get_updates(timeout=0)
    with pytest.raises(Conflict):
        await asyncio.wait_for(first, 2)


async def test_a_poller_that_was_killed_leaves_no_conflict(tg: Local) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(tg.server.url.rpartition(":")[2]))
    body = orjson.dumps({"timeout": 30})
    head = f"POST /bot{TOKEN}/getUpdates HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON['Content-Type']}\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    await tg.poller()
    writer.transport.abort()
    await asyncio.sleep(0.05)
    assert b"" == await reader.read()
    tg.ada.say("dopo la caduta")
    assert ["dopo la caduta"] == _texts(await _poll(tg, timeout=5))
    assert {} == tg.server.errors
    assert 1 == tg.server.calls_by_method["getUpdates"], "what nobody heard is no call"


async def test_a_poller_that_was_killed_is_replaced_without_conflict(tg: Local) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(tg.server.url.rpartition(":")[2]))
    writer.write(f"GET /bot{TOKEN}/getUpdates?timeout=30 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await tg.poller()
    writer.transport.abort()
    await asyncio.sleep(0.05)
    assert [] == await _poll(tg, timeout=0)
    assert {} == tg.server.errors


async def test_stopping_lets_a_waiting_poll_return(tg: Local) -> None:
    poll = asyncio.create_task(_poll(tg, timeout=30))
    await tg.poller()
    await tg.server.stop()
    assert [] == await asyncio.wait_for(poll, 2)


async def test_with_a_webhook_there_is_no_polling(tg: Local) -> None:
    waiting = asyncio.create_task(tg.call("getUpdates", timeout=20))
    await tg.poller()
    await tg.done(
        "setWebhook", url="https://bollini.it/hook", allowed_updates=["message"], secret_token="abc"
    )
    assert "Conflict: terminated by setWebhook request" == (await waiting)["description"]
    assert (
        409,
        "Conflict: can't use getUpdates method while webhook is active;"
        " use deleteWebhook to delete the webhook first",
    ) == await tg.refused("getUpdates")
    tg.ada.say("x")
    info = await tg.bot.get_webhook_info()
    assert ("https://bollini.it/hook", 1, ("message",)) == (
        info.url,
        info.pending_update_count,
        info.allowed_updates,
    )
    await tg.done("deleteWebhook", drop_pending_updates=True)
    assert [] == await _poll(tg)
    assert "" == (await tg.bot.get_webhook_info()).url


async def test_allowed_updates_decide_what_is_queued_from_then_on(tg: Local) -> None:
    tg.ada.say("prima")
    await _poll(tg, allowed_updates=["callback_query"])
    tg.ada.say("mai")
    tg.ada.tap(1, "x")
    assert ["message", "callback_query"] == _kinds(await _poll(tg))
    await _poll(tg, allowed_updates=[])
    tg.ada.say("di nuovo")
    assert "message" == _kinds(await _poll(tg))[-1]


def _kinds(updates: list[dict[str, Any]]) -> list[str]:
    return [next(key for key in update if key != "update_id") for update in updates]


async def test_every_kind_of_update_is_understood_by_the_library(tg: Local) -> None:
    own = tg.ada.say("ciao", reply_to=1)
    tg.ada.edit(own, "ciao a tutti")
    for kind in (
        "sticker",
        "voice",
        "audio",
        "video",
        "video_note",
        "animation",
        "location",
        "contact",
        "dice",
        "poll",
    ):
        tg.ada.send(**{kind: True})
    tg.ada.tap(own, "v1:x")
    tg.ada.tap(999, "v1:y")
    tg.ada.block()
    tg.ada.unblock()
    channel = tg.server.channel(CHANNEL)
    channel.post("dalla regia")
    channel.remove_bot()
    channel.restore_bot()
    updates = await tg.bot.get_updates()
    assert 19 == len(updates)
    assert "ciao a tutti" == updates[1].edited_message.text  # type: ignore[union-attr]
    assert updates[0].message.reply_to_message.text == "/start"  # type: ignore[union-attr]
    tap, inaccessible = updates[12].callback_query, updates[13].callback_query
    assert tap is not None
    assert inaccessible is not None
    assert isinstance(tap.message, telegram.Message)
    # The library reads a tap's message as Message, an inaccessible one too: its date says what it is.
    assert inaccessible.message is not None
    assert (999, 0) == (inaccessible.message.message_id, inaccessible.message.date.timestamp())
    blocked = updates[14].my_chat_member
    assert blocked is not None
    assert ("member", "kicked") == (blocked.old_chat_member.status, blocked.new_chat_member.status)
    assert "dalla regia" == updates[16].channel_post.text  # type: ignore[union-attr]
    removed = updates[17].my_chat_member
    assert removed is not None
    assert ("administrator", "kicked") == (removed.old_chat_member.status, removed.new_chat_member.status)
    for update in updates:
        assert not update.api_kwargs
