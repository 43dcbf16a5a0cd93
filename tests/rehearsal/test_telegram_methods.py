"""python-telegram-bot's own Bot against the local Telegram, over HTTP, method by method."""

from collections.abc import AsyncIterator

import pytest
import telegram
from telegram.error import BadRequest, Forbidden, InvalidToken

from tests.rehearsal.local_telegram import CHANNEL, Local, local, png

ADA = 77
ROW = telegram.InlineKeyboardMarkup(
    [
        [
            telegram.InlineKeyboardButton("Tolgo 3.2", callback_data="v1:d:-3.2"),
            telegram.InlineKeyboardButton("Programma", url="https://example.org/psm"),
        ]
    ]
)


@pytest.fixture
async def tg() -> AsyncIterator[Local]:
    async with local() as running:
        running.met()
        yield running


async def test_get_me_and_the_like(tg: Local) -> None:
    me = await tg.bot.get_me()
    assert (123456, "bollini_bot", True) == (me.id, me.username, me.is_bot)
    assert not me.api_kwargs
    assert await tg.bot.log_out()
    assert await tg.bot.close()


async def test_a_wrong_token_is_an_invalid_token(tg: Local) -> None:
    with pytest.raises(InvalidToken):
        async with telegram.Bot("1:x", base_url=f"{tg.server.url}/bot"):
            pass


async def test_send_message(tg: Local) -> None:
    sent = await tg.bot.send_message(
        ADA,
        "Bollino su <b>3.2</b> &amp; 👍 <i>è</i>",
        parse_mode="HTML",
        reply_markup=ROW,
        link_preview_options=telegram.LinkPreviewOptions(is_disabled=True),
        disable_notification=True,
    )
    assert "Bollino su 3.2 & 👍 è" == sent.text
    assert ["3.2", "è"] == [sent.parse_entity(entity) for entity in sent.entities]
    assert sent.reply_markup == ROW
    assert (int(tg.clock.at.timestamp()), "bollini_bot") == (sent.date.timestamp(), sent.from_user.username)  # type: ignore[union-attr]
    assert not sent.api_kwargs
    shown = tg.ada.last
    assert shown is not None
    assert ("Bollino su 3.2 & 👍 è", True) == (shown.text, shown.from_bot)
    assert [("Tolgo 3.2", "v1:d:-3.2", None), ("Programma", None, "https://example.org/psm")] == [
        (button.text, button.callback_data, button.url) for button in shown.buttons
    ]
    assert "Bollino su <b>3.2</b> &amp; 👍 <i>è</i>" == shown.html
    assert shown.button("Tolgo") == shown.keyboard[0][0]
    assert shown.button("Manca") is None


async def test_entities_instead_of_html(tg: Local) -> None:
    sent = await tg.bot.send_message(ADA, "👍 si", entities=[telegram.MessageEntity("bold", 3, 2)])
    assert ["si"] == [sent.parse_entity(entity) for entity in sent.entities]


async def test_reply_and_reply_without_the_message(tg: Local) -> None:
    own = tg.ada.say("ciao")
    sent = await tg.bot.send_message(ADA, "anche a te", reply_to_message_id=own)
    assert "ciao" == sent.reply_to_message.text  # type: ignore[union-attr]
    assert own == tg.ada.last.reply_to  # type: ignore[union-attr]
    parameters = telegram.ReplyParameters(999, allow_sending_without_reply=True)
    assert (await tg.bot.send_message(ADA, "lo stesso", reply_parameters=parameters)).reply_to_message is None
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await tg.bot.send_message(ADA, "no", reply_to_message_id=999)


async def test_custom_keyboards(tg: Local) -> None:
    await tg.bot.send_message(
        ADA, "Quale zona?", reply_markup=telegram.ReplyKeyboardMarkup([["1", "2"], ["3"]])
    )
    assert (("1", "2"), ("3",)) == tg.ada.reply_keyboard
    assert () == tg.ada.last.keyboard  # type: ignore[union-attr]
    await tg.bot.send_message(ADA, "Scrivi", reply_markup=telegram.ForceReply(input_field_placeholder="qui"))
    keyboard = tg.server.phones[ADA].reply_keyboard
    assert () == keyboard
    await tg.bot.send_message(ADA, "Bene", reply_markup=telegram.ReplyKeyboardRemove())


async def test_edit_text(tg: Local) -> None:
    sent = await tg.bot.send_message(ADA, "Ti restano <b>6</b> bollini", parse_mode="HTML", reply_markup=ROW)
    tg.clock.go(5)
    edited = await tg.bot.edit_message_text(
        "Ti restano <b>5</b> bollini", ADA, sent.message_id, parse_mode="HTML", reply_markup=ROW
    )
    assert isinstance(edited, telegram.Message)
    assert edited.edit_date == tg.clock.at
    shown = tg.ada.message(sent.message_id)
    assert shown is not None
    assert ("Ti restano 5 bollini", 1, 2) == (shown.text, shown.edits, len(shown.buttons))
    with pytest.raises(BadRequest) as refused:
        await tg.bot.edit_message_text(
            "Ti restano <b>5</b> bollini", ADA, sent.message_id, parse_mode="HTML", reply_markup=ROW
        )
    assert (
        "Message is not modified: specified new message content and reply markup are exactly the same"
        " as a current content and reply markup of the message"
    ) == refused.value.message
    await tg.bot.edit_message_text("Ti restano 5 bollini", ADA, sent.message_id, reply_markup=ROW)
    await tg.bot.edit_message_text("Ti restano 5 bollini", ADA, sent.message_id)
    shown = tg.ada.message(sent.message_id)
    assert shown is not None
    assert (3, ()) == (shown.edits, shown.keyboard), "an edit without keyboard takes it away"


async def test_edit_keyboard(tg: Local) -> None:
    sent = await tg.bot.send_message(ADA, "x", reply_markup=ROW)
    await tg.bot.edit_message_reply_markup(ADA, sent.message_id)
    assert () == tg.ada.last.keyboard  # type: ignore[union-attr]
    with pytest.raises(BadRequest, match="not modified"):
        await tg.bot.edit_message_reply_markup(ADA, sent.message_id)


async def test_photo_sent_edited_and_fetched(tg: Local) -> None:
    sent = await tg.bot.send_photo(
        ADA, png(2560, 1280), caption="<b>Bollini</b> per zona", parse_mode="HTML", filename="zone.png"
    )
    assert ("Bollini per zona", (1280, 640)) == (sent.caption, (sent.photo[-1].width, sent.photo[-1].height))
    assert ["Bollini"] == [sent.parse_caption_entity(entity) for entity in sent.caption_entities]
    shown = tg.ada.last
    assert shown is not None
    assert (png(2560, 1280), None, "Bollini per zona") == (shown.photo, shown.text, shown.caption)
    await tg.bot.edit_message_caption(ADA, sent.message_id, caption="Altra didascalia")
    with pytest.raises(BadRequest, match="not modified"):
        await tg.bot.edit_message_caption(ADA, sent.message_id, caption="Altra didascalia")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await tg.bot.edit_message_text("x", ADA, sent.message_id)
    edited = await tg.bot.edit_message_media(
        telegram.InputMediaPhoto(png(shade=7), caption="Nuova"), ADA, sent.message_id, reply_markup=ROW
    )
    assert isinstance(edited, telegram.Message)
    assert ("Nuova", png(shade=7)) == (edited.caption, tg.ada.last.photo)  # type: ignore[union-attr]
    file = await tg.bot.get_file(edited.photo[-1].file_id)
    assert png(shade=7) == bytes(await file.download_as_bytearray())
    again = await tg.bot.send_photo(ADA, edited.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == edited.photo[-1].file_unique_id
    with pytest.raises(BadRequest, match="Can't use file of type photo as document"):
        await tg.bot.send_document(ADA, edited.photo[-1].file_id)


async def test_a_picture_may_become_a_document_and_text_a_picture(tg: Local) -> None:
    text = await tg.bot.send_message(ADA, "x")
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await tg.bot.edit_message_caption(ADA, text.message_id, caption="y")
    await tg.bot.edit_message_media(telegram.InputMediaPhoto(png()), ADA, text.message_id)
    assert (None, png()) == (tg.ada.last.text, tg.ada.last.photo)  # type: ignore[union-attr]
    document = telegram.InputMediaDocument(b"%PDF", filename="zona.pdf")
    await tg.bot.edit_message_media(document, ADA, text.message_id)
    assert (None, b"%PDF") == (tg.ada.last.photo, tg.ada.last.document.data)  # type: ignore[union-attr]


async def test_document(tg: Local) -> None:
    sent = await tg.bot.send_document(
        ADA, b"%PDF-1.7", caption="Il report della Zona 5", filename="zona-5.pdf"
    )
    assert sent.document is not None
    assert ("zona-5.pdf", "application/pdf", 8) == (
        sent.document.file_name,
        sent.document.mime_type,
        sent.document.file_size,
    )
    shown = tg.ada.last
    assert shown is not None
    assert shown.document is not None
    assert ("zona-5.pdf", b"%PDF-1.7") == (shown.document.name, shown.document.data)
    file = await tg.bot.get_file(sent.document.file_id)
    assert b"%PDF-1.7" == bytes(await file.download_as_bytearray())


async def test_album(tg: Local) -> None:
    media = [telegram.InputMediaPhoto(png(shade=shade), caption=str(shade)) for shade in (1, 2)]
    sent = await tg.bot.send_media_group(ADA, media)
    assert 1 == len({message.media_group_id for message in sent})
    assert [("1", png(shade=1)), ("2", png(shade=2))] == [
        (message.caption, message.photo) for message in tg.ada.messages[-2:]
    ]
    with pytest.raises(BadRequest, match="Document can't be mixed with other media types"):
        await tg.bot.send_media_group(
            ADA, [telegram.InputMediaPhoto(png()), telegram.InputMediaDocument(b"x")]
        )
    with pytest.raises(BadRequest, match="is not supported here"):
        await tg.bot.send_media_group(ADA, [telegram.InputMediaVideo(b"x"), telegram.InputMediaVideo(b"y")])


async def test_copy(tg: Local) -> None:
    channel = tg.server.channel(CHANNEL)
    photo = await tg.bot.send_photo(ADA, png(), caption="una")
    text = await tg.bot.send_message(ADA, "<b>due</b>", parse_mode="HTML")
    await tg.bot.copy_message(CHANNEL, ADA, photo.message_id)
    await tg.bot.copy_message(CHANNEL, ADA, photo.message_id, caption="altra")
    copied = await tg.bot.copy_message(CHANNEL, ADA, text.message_id)
    assert 3 == copied.message_id
    assert [("una", png()), ("altra", png()), ("due", None)] == [
        (post.shown, post.photo) for post in channel.posts
    ]
    assert "<b>due</b>" == channel.posts[-1].html


async def test_delete(tg: Local) -> None:
    sent = [await tg.bot.send_message(ADA, str(number)) for number in range(4)]
    assert await tg.bot.delete_message(ADA, sent[0].message_id)
    assert await tg.bot.delete_messages(ADA, [sent[1].message_id, 999])
    assert ["/start", "2", "3"] == [message.text for message in tg.ada.messages]
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await tg.bot.delete_message(ADA, sent[0].message_id)
    tg.clock.go(48 * 3600 + 1)
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await tg.bot.delete_message(ADA, sent[2].message_id)
    assert await tg.bot.delete_messages(ADA, [sent[2].message_id])
    assert 3 == len(tg.ada.messages)


async def test_answer_callback_query(tg: Local) -> None:
    sent = await tg.bot.send_message(ADA, "x", reply_markup=ROW)
    callback_id = tg.ada.tap(sent.message_id, "v1:d:-3.2")
    assert await tg.bot.answer_callback_query(callback_id, "Fatto", show_alert=True)
    answer = tg.ada.answers[callback_id]
    assert ("Fatto", True, tg.clock.at) == (answer.text, answer.show_alert, answer.at)
    with pytest.raises(
        BadRequest, match="Query is too old and response timeout expired or query id is invalid"
    ):
        await tg.bot.answer_callback_query(callback_id)


async def test_a_tap_grows_too_old_by_the_wall_clock(tg: Local) -> None:
    early, late = tg.ada.tap(1, "a"), tg.ada.tap(1, "b")
    tg.clock.go(3600)
    tg.clock.wall += 15
    await tg.bot.answer_callback_query(early)
    tg.clock.wall += 0.1
    with pytest.raises(BadRequest, match="too old"):
        await tg.bot.answer_callback_query(late)
    assert late not in tg.ada.answers


async def test_commands_by_scope_and_language(tg: Local) -> None:
    await tg.bot.set_my_commands([("help", "Help")])
    await tg.bot.set_my_commands([("aiuto", "Aiuto")], language_code="it")
    private = telegram.BotCommandScopeAllPrivateChats()
    await tg.bot.set_my_commands([("zona", "Zona")], scope=private, language_code="it")
    await tg.bot.set_my_commands(
        [telegram.BotCommand("regia", "Regia")], scope=telegram.BotCommandScopeChat(ADA)
    )
    assert (telegram.BotCommand("zona", "Zona"),) == await tg.bot.get_my_commands(private, "it")
    assert [("regia", "Regia")] == tg.ada.menu()
    assert [("zona", "Zona")] == tg.server.phone(78, "Bruno").menu()
    assert [("help", "Help")] == tg.server.phone(79, "Claire", language_code="fr-CA").menu()
    await tg.bot.delete_my_commands(private, "it")
    assert [("aiuto", "Aiuto")] == tg.server.phone(78, "Bruno").menu()
    await tg.bot.delete_my_commands()
    assert [] == tg.server.phone(79, "Claire").menu()


async def test_profile(tg: Local) -> None:
    await tg.bot.set_my_name("Dots")
    await tg.bot.set_my_name("Bollini", language_code="it")
    await tg.bot.set_my_description("Co-planning")
    await tg.bot.set_my_short_description("Co")
    assert "Dots" == (await tg.bot.get_my_name("fr")).name
    assert "Bollini" == (await tg.bot.get_my_name("it")).name
    assert "Co-planning" == (await tg.bot.get_my_description()).description
    assert "Co" == (await tg.bot.get_my_short_description()).short_description
    await tg.bot.set_my_name(None, language_code="it")
    assert "Dots" == (await tg.bot.get_my_name("it")).name


async def test_menu_button(tg: Local) -> None:
    assert "commands" == (await tg.bot.get_chat_menu_button()).type
    await tg.bot.set_chat_menu_button(menu_button=telegram.MenuButtonDefault())
    await tg.bot.set_chat_menu_button(ADA, telegram.MenuButtonCommands())
    assert ("default", "commands") == (
        (await tg.bot.get_chat_menu_button()).type,
        (await tg.bot.get_chat_menu_button(ADA)).type,
    )


async def test_chats_and_members(tg: Local) -> None:
    channel = tg.server.channel(CHANNEL, "La regia", username="regia_psm")
    chat = await tg.bot.get_chat(ADA)
    assert ("private", "Ada", "ada") == (chat.type, chat.first_name, chat.username)
    assert CHANNEL == (await tg.bot.get_chat("@regia_psm")).id
    assert "La regia" == (await tg.bot.get_chat(CHANNEL)).title
    me = await tg.bot.get_chat_member(CHANNEL, tg.bot.id)
    assert isinstance(me, telegram.ChatMemberAdministrator)
    assert me.can_post_messages
    assert "left" == (await tg.bot.get_chat_member(CHANNEL, ADA)).status
    channel.members.add(ADA)
    assert "member" == (await tg.bot.get_chat_member(CHANNEL, ADA)).status
    assert "member" == (await tg.bot.get_chat_member(ADA, ADA)).status
    assert "member" == (await tg.bot.get_chat_member(ADA, tg.bot.id)).status
    tg.ada.block()
    assert "kicked" == (await tg.bot.get_chat_member(ADA, tg.bot.id)).status


async def test_channel(tg: Local) -> None:
    channel = tg.server.channel(CHANNEL, "La regia", username="regia_psm")
    text = await tg.bot.send_message("@regia_psm", "Si comincia")
    photo = await tg.bot.send_photo(CHANNEL, png(), caption="Presenze alle 10:15")
    assert (1, 2) == (text.message_id, photo.message_id)
    assert ("La regia", "channel", None) == (text.sender_chat.title, text.chat.type, text.from_user)  # type: ignore[union-attr]
    await tg.bot.edit_message_caption(CHANNEL, photo.message_id, caption="Presenze alle 10:20")
    assert ["Si comincia", "Presenze alle 10:20"] == [post.shown for post in channel.posts]
    assert [] == tg.server.pending_updates(), "a bot is not told of its own posts"
    await tg.bot.leave_chat(CHANNEL)
    with pytest.raises(Forbidden, match="bot was kicked from the channel chat"):
        await tg.bot.send_message(CHANNEL, "x")


async def test_chat_action(tg: Local) -> None:
    assert await tg.bot.send_chat_action(ADA, telegram.constants.ChatAction.UPLOAD_PHOTO)


async def test_who_never_pressed_start_cannot_be_written_to(tg: Local) -> None:
    bruno = tg.server.phone(78, "Bruno")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await tg.bot.send_message(78, "x")
    bruno.start()
    await tg.bot.send_message(78, "x")


async def test_blocking_closes_everything(tg: Local) -> None:
    sent = await tg.bot.send_message(ADA, "x")
    tg.ada.block()
    for call in (
        tg.bot.send_message(ADA, "x"),
        tg.bot.send_photo(ADA, png()),
        tg.bot.edit_message_text("y", ADA, sent.message_id),
        tg.bot.send_chat_action(ADA, "typing"),
    ):
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await call
    assert {403: 4} == tg.server.errors
    tg.ada.unblock()
    await tg.bot.send_message(ADA, "y")
