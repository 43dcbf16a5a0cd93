"""The phones themselves: what people do, what they see, and waiting for it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from telegram.error import BadRequest

from rehearsal.telegram import Blocked, Telegram
from tests.rehearsal.local_telegram import CHANNEL, TOKEN, Clock, Local, keyboard, local, png

ADA = 77


@pytest.fixture
async def tg() -> AsyncIterator[Local]:
    async with local() as running:
        yield running


async def test_a_deep_link_arrives_as_start_with_its_payload(tg: Local) -> None:
    tg.ada.start("i-7Kx_2")
    (update,) = await tg.bot.get_updates()
    message = update.message
    assert message is not None
    assert "/start i-7Kx_2" == message.text
    assert ["/start"] == [message.parse_entity(entity) for entity in message.entities]
    assert ("Ada", "Verdi", "ada", "it", False) == (
        message.from_user.first_name,  # type: ignore[union-attr]
        message.from_user.last_name,  # type: ignore[union-attr]
        message.from_user.username,  # type: ignore[union-attr]
        message.from_user.language_code,  # type: ignore[union-attr]
        message.from_user.is_bot,  # type: ignore[union-attr]
    )
    assert (ADA, "private") == (message.chat.id, message.chat.type)


@pytest.mark.parametrize("payload", ["", "T 1", "è", "x" * 65, "a/b"])
async def test_a_payload_no_link_can_carry_is_refused(tg: Local, payload: str) -> None:
    with pytest.raises(ValueError, match="not a start payload"):
        tg.ada.start(payload)


async def test_the_same_id_is_the_same_phone_and_channel(tg: Local) -> None:
    assert tg.server.phone(ADA, "Somebody else") is tg.ada
    assert tg.server.channel(CHANNEL) is tg.server.channel(CHANNEL, "Another title")
    assert {ADA: tg.ada} == tg.server.phones
    with pytest.raises(ValueError, match="positive"):
        tg.server.phone(-1, "x")
    with pytest.raises(ValueError, match="negative"):
        tg.server.channel(5)


async def test_what_people_type_is_plain_text(tg: Local) -> None:
    tg.ada.start()
    tg.ada.say("  3 < 4 & <b>così</b>  ")
    assert "3 < 4 & <b>così</b>" == tg.ada.messages[-1].text
    assert "3 &lt; 4 &amp; &lt;b&gt;così&lt;/b&gt;" == tg.ada.messages[-1].html
    for text in ("", " \n", "x" * 4097):
        with pytest.raises(ValueError, match=r"1 to 4,096"):
            tg.ada.say(text)


async def test_editing_ones_own_message(tg: Local) -> None:
    own = tg.ada.say("prima")
    tg.ada.edit(own, "prima")
    tg.ada.edit(own, "dopo")
    assert ["message", "edited_message"] == [list(update)[1] for update in tg.server.pending_updates()]
    assert ("dopo", 1) == (tg.ada.messages[0].text, tg.ada.messages[0].edits)
    sent = await tg.bot.send_message(ADA, "del bot")
    for message_id in (sent.message_id, 99, tg.ada.send(photo=png())):
        with pytest.raises(ValueError, match="is not a text message of this person"):
            tg.ada.edit(message_id, "x")
    with pytest.raises(ValueError, match=r"1 to 4,096"):
        tg.ada.edit(own, " ")


async def test_photos_and_documents_can_be_fetched_by_the_bot(tg: Local) -> None:
    tg.ada.send(photo=png(), caption="La scheda, /carta")
    tg.ada.send(document=("schede.csv", b"1;2"))
    tg.ada.send(document=b"x")
    photo, document, unnamed = await tg.bot.get_updates()
    assert "La scheda, /carta" == photo.message.caption  # type: ignore[union-attr]
    assert ["/carta"] == list(photo.message.parse_caption_entities().values())  # type: ignore[union-attr]
    file = await tg.bot.get_file(photo.message.photo[-1].file_id)  # type: ignore[union-attr]
    assert png() == bytes(await file.download_as_bytearray())
    assert "schede.csv" == document.message.document.file_name  # type: ignore[union-attr]
    assert "file.bin" == unnamed.message.document.file_name  # type: ignore[union-attr]


async def test_a_forged_tap_arrives_as_it_was_forged(tg: Local) -> None:
    tg.met()
    for data in ("v1:altro-tavolo", "x" * 200, b"\xff\x00ok"):
        tg.ada.tap(1, data)
    taps = [update.callback_query for update in await tg.bot.get_updates()]
    assert ["v1:altro-tavolo", "x" * 200, "\ufffd\x00ok"] == [tap.data for tap in taps if tap is not None]
    assert 3 == len({tap.id for tap in taps if tap is not None})


async def test_a_tap_carries_the_message_as_it_is_now(tg: Local) -> None:
    tg.met()
    sent = await tg.bot.send_message(ADA, "prima")
    await tg.bot.edit_message_text("dopo", ADA, sent.message_id)
    tg.ada.tap(sent.message_id, "x")
    assert "dopo" == tg.server.pending_updates()[0]["callback_query"]["message"]["text"]


async def test_deleting_is_not_told_and_edits_then_fail(tg: Local) -> None:
    tg.met()
    sent = await tg.bot.send_message(ADA, "x")
    tg.ada.delete(sent.message_id)
    assert [] == tg.server.pending_updates()
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await tg.bot.edit_message_text("y", ADA, sent.message_id)
    with pytest.raises(ValueError, match="there is no message"):
        tg.ada.delete(sent.message_id)


async def test_who_blocked_the_bot_writes_nothing_until_unblocking(tg: Local) -> None:
    own = tg.met().say("x")
    tg.ada.block()
    tg.ada.block()
    with pytest.raises(Blocked):
        tg.ada.say("x")
    with pytest.raises(Blocked):
        tg.ada.edit(own, "y")
    tg.ada.start("T5")
    tg.ada.unblock()
    assert ["message", "my_chat_member", "my_chat_member", "message"] == [
        list(update)[1] for update in tg.server.pending_updates()
    ]
    assert not tg.ada.blocked


async def test_waiting_for_a_change(tg: Local) -> None:
    tg.met()
    before, everywhere = tg.ada.version, tg.server.version
    assert not await tg.ada.changed(before, 0.01)
    waiting = [asyncio.create_task(chat.changed(before, 5)) for chat in (tg.ada, tg.ada)]
    anywhere = asyncio.create_task(tg.server.changed(everywhere, 5))
    await asyncio.sleep(0.01)
    sent = await tg.bot.send_message(ADA, "x", reply_markup=None)
    assert [True, True, True] == await asyncio.gather(*waiting, anywhere)
    assert await tg.ada.changed(before), "what has already changed is not waited for"
    for change in (
        lambda: tg.bot.edit_message_text("y", ADA, sent.message_id),
        lambda: tg.bot.answer_callback_query(tg.ada.tap(sent.message_id, "x")),
        lambda: tg.bot.delete_message(ADA, sent.message_id),
    ):
        before = tg.ada.version
        await change()  # type: ignore[no-untyped-call]
        assert before < tg.ada.version


async def test_a_change_elsewhere_does_not_wake_this_chat(tg: Local) -> None:
    tg.met()
    tg.server.phone(78, "Bruno").start()
    before = tg.ada.version
    await tg.bot.send_message(78, "x")
    assert not await tg.ada.changed(before, 0.02)


async def test_those_who_gave_up_waiting_leave_nothing_behind(tg: Local) -> None:
    for _ in range(50):
        await tg.ada.changed(tg.ada.version, 0)
    assert [] == tg.ada._changes._waiting


async def test_the_last_message_is_the_newest_of_the_bot(tg: Local) -> None:
    assert tg.ada.message(1) is None
    tg.met()
    before = tg.ada.last
    assert before is None
    await tg.bot.send_message(ADA, "uno")
    tg.ada.say("due")
    after = tg.ada.last
    assert after is not None
    assert "uno" == after.text


async def test_other_routes_may_share_the_server() -> None:
    server = Telegram(TOKEN, "bollini_bot", Clock().now)

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="phones")

    server.app.router.add_get("/", page)
    url = await server.start()
    try:
        async with ClientSession() as http, http.get(url + "/") as answer:
            assert "phones" == await answer.text()
    finally:
        await server.stop()
        await server.stop()


@pytest.mark.parametrize("token", ["", "abc", "12:", ":x", "x:1"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="a bot token is digits"):
        Telegram(token, "bollini_bot", Clock().now)


async def test_counters(tg: Local) -> None:
    tg.met()
    await tg.done("sendMessage", chat_id=ADA, text="x", reply_markup=keyboard([("a", "b")]))
    await tg.refused("sendMessage", chat_id=1, text="x")
    assert (3, {400: 1}) == (tg.server.calls_total, tg.server.errors)
    assert {"getMe": 1, "sendMessage": 2} == tg.server.calls_by_method
    assert ["getMe", "sendMessage", "sendMessage"] == [call.method for call in tg.server.calls]
    assert "Bad Request: chat not found" == tg.server.calls[-1].description
    assert 1 == tg.server.updates_total
