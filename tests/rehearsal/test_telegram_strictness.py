"""What the local Telegram refuses, in the real one's words."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from rehearsal.telegram.files import MAX_UPLOAD
from tests.rehearsal.local_telegram import CHANNEL, JSON, TOKEN, Local, keyboard, local, png

ADA = 77


@pytest.fixture
async def tg() -> AsyncIterator[Local]:
    async with local() as running:
        running.met()
        yield running


async def test_unknown_method(tg: Local) -> None:
    assert (404, "Not Found: method not found") == await tg.refused("sendTelegram")
    assert (404, "Not Found: method not found") == await tg.refused("sendmessage")


async def test_wrong_token(tg: Local) -> None:
    url = tg.server.url.replace(TOKEN, "")
    async with tg.http.get(f"{url}/bot123456:wrong/getMe") as answer:
        assert 401 == answer.status
        assert {"ok": False, "error_code": 401, "description": "Unauthorized"} == await answer.json()
    async with tg.http.get(f"{url}/file/bot123456:wrong/photos/file_0.jpg") as answer:
        assert 401 == answer.status


async def test_unknown_parameter(tg: Local) -> None:
    code, description = await tg.refused("sendMessage", chat_id=ADA, text="x", silent=True)
    assert 400 == code
    assert 'sendMessage has no parameter "silent"' in description


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"message_id": "uno"}, 'parameter "message_id" must be an integer'),
        ({"message_id": True}, 'parameter "message_id" must be an integer'),
        ({"message_id": str(2**63)}, 'parameter "message_id" must be an integer of 64 bits'),
        ({"message_id": 1.5}, 'parameter "message_id" must be an integer'),
        ({"disable_notification": "maybe"}, 'parameter "disable_notification" must be a Boolean'),
        ({"text": 3}, 'parameter "text" must be a String'),
        ({"reply_markup": "{"}, "can't parse reply_markup JSON object"),
        ({"reply_markup": "[]"}, 'parameter "reply_markup" must be an Object'),
        ({"entities": "{}"}, 'parameter "entities" must be an Array'),
        ({"chat_id": "somebody"}, "chat not found"),
        ({"chat_id": 78}, "chat not found"),
        ({"chat_id": "@nowhere"}, "chat not found"),
    ],
)
async def test_wrong_types(tg: Local, params: dict[str, Any], description: str) -> None:
    method = "editMessageText" if "message_id" in params else "sendMessage"
    given = {"chat_id": ADA, "text": "x"} | params
    assert (400, f"Bad Request: {description}") == await tg.refused(method, **given)


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": ADA}, "message text is empty"),
        ("sendMessage", {"chat_id": ADA, "text": ""}, "message text is empty"),
        ("sendMessage", {"chat_id": ADA, "text": " \n "}, "text must be non-empty"),
        ("sendMessage", {"chat_id": ADA, "text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ("sendMessage", {"chat_id": ADA, "text": "x" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": ADA, "text": "👍" * 2049}, "message is too long"),
        (
            "sendMessage",
            {"chat_id": ADA, "text": "<b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ("sendPhoto", {"chat_id": ADA}, "there is no photo in the request"),
        ("sendPhoto", {"chat_id": ADA, "photo": "x"}, "wrong file identifier/HTTP URL specified"),
        ("sendPhoto", {"chat_id": ADA, "photo": "https://x.it/a.png"}, "failed to get HTTP URL content"),
        ("sendPhoto", {"chat_id": ADA, "photo": "attach://a"}, "can't find file attach://a in the request"),
        ("sendPhoto", {"chat_id": ADA, "photo": "x", "caption": "x" * 1025}, "message caption is too long"),
        ("sendDocument", {"chat_id": ADA}, "there is no document in the request"),
        ("sendMediaGroup", {"chat_id": ADA, "media": []}, "media must include 2-10 items"),
        ("editMessageText", {"chat_id": ADA, "text": "x"}, "message identifier is not specified"),
        ("editMessageText", {"message_id": 1, "text": "x"}, "chat_id is empty"),
        ("editMessageText", {"inline_message_id": "1", "text": "x"}, "MESSAGE_ID_INVALID"),
        ("editMessageText", {"chat_id": ADA, "message_id": 99, "text": "x"}, "message to edit not found"),
        ("editMessageText", {"chat_id": ADA, "message_id": 1, "text": "x"}, "message can't be edited"),
        ("editMessageText", {"chat_id": ADA, "message_id": 1, "text": ""}, "message text is empty"),
        ("deleteMessage", {"chat_id": ADA, "message_id": 99}, "message to delete not found"),
        ("deleteMessages", {"chat_id": ADA, "message_ids": []}, "too many message identifiers specified"),
        (
            "answerCallbackQuery",
            {"callback_query_id": "1"},
            "query is too old and response timeout expired or query ID is invalid",
        ),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
        ("answerCallbackQuery", {"callback_query_id": "1", "url": "https://x.it"}, "URL_INVALID"),
        ("copyMessage", {"chat_id": ADA, "from_chat_id": ADA, "message_id": 99}, "message to copy not found"),
        ("getFile", {"file_id": "x"}, "wrong file_id or the file is temporarily unavailable"),
        ("getChatMember", {"chat_id": ADA, "user_id": 5}, "member not found"),
        ("sendChatAction", {"chat_id": ADA, "action": "dancing"}, "wrong parameter action in request"),
        ("leaveChat", {"chat_id": ADA}, "chat member status can't be changed in private chats"),
        ("getUpdates", {"limit": 0}, "limit must be between 1 and 100"),
        ("setWebhook", {"url": "http://x.it/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            "sendMessage",
            {"chat_id": ADA, "text": "x", "reply_parameters": {"message_id": 99}},
            "message to be replied not found",
        ),
        (
            "sendMessage",
            {"chat_id": ADA, "text": "x", "reply_parameters": {"message_id": 1, "chat_id": 5}},
            "message to be replied not found",
        ),
        (
            "sendMessage",
            {"chat_id": ADA, "text": "x", "reply_parameters": {"message": 1}},
            'can\'t parse reply parameters: unknown field "message"',
        ),
        (
            "setChatMenuButton",
            {"menu_button": {"type": "x"}},
            "can't parse menu button: unsupported type specified",
        ),
    ],
)
async def test_what_telegram_refuses(
    tg: Local, method: str, params: dict[str, Any], description: str
) -> None:
    assert (400, f"Bad Request: {description}") == await tg.refused(method, **params)


def _button(**fields: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "a", **fields}]]}


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        (_button(callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (_button(callback_data="è" * 33), "BUTTON_DATA_INVALID"),
        (_button(callback_data=""), "BUTTON_DATA_INVALID"),
        (_button(text=" ", callback_data="x"), "BUTTON_TEXT_INVALID"),
        (_button(url="nowhere"), "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"),
        (
            _button(),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (_button(data="x"), 'can\'t parse inline keyboard button: unknown field "data"'),
        (
            _button(callback_data="x", url="https://x.it"),
            "can't parse inline keyboard button: exactly one of the optional fields must be used",
        ),
        (
            _button(callback_data=1),
            'can\'t parse inline keyboard button: Field "callback_data" must be of another type',
        ),
        (
            {"inline_keyboard": [[{"callback_data": "x"}]]},
            'can\'t parse inline keyboard button: Field "text" must be of type String',
        ),
        (
            {"inline_keyboard": [["a"]]},
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
        ),
        ({"inline_keyboard": ["a"]}, 'field "inline_keyboard" must be an Array of Arrays'),
        (keyboard([("a", "x")] * 9), "reply markup is too long"),
        (keyboard(*[[("a", "x")] * 8] * 13), "reply markup is too long"),
        ({"buttons": []}, "object expected as reply markup"),
        ({"inline_keyboard": [], "keyboard": []}, "object expected as reply markup"),
        (
            {"inline_keyboard": [], "selective": True},
            'can\'t parse reply keyboard markup JSON object: unknown field "selective"',
        ),
        ({"keyboard": []}, "REPLY_MARKUP_INVALID"),
        ({"keyboard": "x"}, 'field "keyboard" must be an Array of Arrays'),
        ({"keyboard": [[1]]}, "can't parse keyboard button: KeyboardButton must be a String or an Object"),
        ({"keyboard": [[{"text": "a", "url": "x"}]]}, 'can\'t parse keyboard button: unknown field "url"'),
        ({"remove_keyboard": False}, "object expected as reply markup"),
        ({"force_reply": True, "input_field_placeholder": "x" * 65}, "INPUT_FIELD_PLACEHOLDER_TOO_LONG"),
    ],
)
async def test_keyboards_telegram_refuses(tg: Local, markup: dict[str, Any], description: str) -> None:
    refused = await tg.refused("sendMessage", chat_id=ADA, text="x", reply_markup=markup)
    assert (400, f"Bad Request: {description}") == refused


async def test_a_hundred_buttons_pass_and_64_bytes_too(tg: Local) -> None:
    markup = keyboard(*[[("a", "x" * 64)] * 8] * 12, [("a", "è" * 32)] * 4)
    await tg.done("sendMessage", chat_id=ADA, text="x", reply_markup=markup)


async def test_edits_and_channels_take_inline_keyboards_only(tg: Local) -> None:
    sent = await tg.done("sendMessage", chat_id=ADA, text="x")
    tg.server.channel(CHANNEL)
    other = {"remove_keyboard": True}
    for method, params in (
        ("editMessageText", {"chat_id": ADA, "message_id": sent["message_id"]}),
        ("sendMessage", {"chat_id": CHANNEL}),
    ):
        refused = await tg.refused(method, text="y", reply_markup=other, **params)
        assert (400, "Bad Request: inline keyboard expected") == refused


@pytest.mark.parametrize(
    ("commands", "description"),
    [
        ([{"command": "", "description": "x"}], "command must be non-empty"),
        ([{"command": "Aiuto", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "a" * 33, "description": "x"}], "command length must not exceed 32"),
        ([{"command": "a", "description": " "}], "command description must be non-empty"),
        ([{"command": "a", "description": "x" * 257}], "command description length must not exceed 256"),
        ([{"command": "a", "description": 1}], "can't parse BotCommand: both fields must be of type String"),
        ([{"command": "a"}], "can't parse BotCommand: it has exactly the fields command and description"),
        ([{"command": f"a{n}", "description": "x"} for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
        ([{"command": "a", "description": "x"}] * 2, "BOT_COMMAND_INVALID"),
    ],
)
async def test_commands_telegram_refuses(tg: Local, commands: list[Any], description: str) -> None:
    assert (400, f"Bad Request: {description}") == await tg.refused("setMyCommands", commands=commands)


@pytest.mark.parametrize(
    "scope",
    [{"type": "x"}, {"type": "chat"}, {"type": "default", "chat_id": 1}, {"type": "chat", "chat_id": "x"}],
)
async def test_scopes_telegram_refuses(tg: Local, scope: dict[str, Any]) -> None:
    code, description = await tg.refused("getMyCommands", scope=scope)
    assert 400 == code
    assert description.startswith("Bad Request: can't parse BotCommandScope: ")


async def test_language_and_length_of_the_profile(tg: Local) -> None:
    assert (400, "Bad Request: invalid language code specified") == await tg.refused(
        "setMyName", name="x", language_code="ita"
    )
    assert (400, "Bad Request: bot short description is too long") == await tg.refused(
        "setMyShortDescription", short_description="x" * 121
    )


@pytest.mark.parametrize(
    ("data", "description"),
    [
        (b"", "file must be non-empty"),
        (b"not an image", "IMAGE_PROCESS_FAILED"),
        (png(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (png(210, 10), "PHOTO_INVALID_DIMENSIONS"),
        (png() + bytes(10_000_000), "file is too big for a photo; the maximum size is 10000000 bytes"),
    ],
    ids=["empty", "text", "long sides", "narrow", "heavy"],
)
async def test_pictures_telegram_refuses(tg: Local, data: bytes, description: str) -> None:
    form = _form("photo", data)
    async with tg.http.post(f"{tg.server.url}/bot{TOKEN}/sendPhoto", data=form) as answer:
        assert {"ok": False, "error_code": 400, "description": f"Bad Request: {description}"} == (
            await answer.json()
        )


def _form(name: str, data: bytes) -> aiohttp.FormData:
    form = aiohttp.FormData({"chat_id": str(ADA)})
    form.add_field(name, io.BytesIO(data), filename="a.png")
    return form


async def test_a_body_over_50_mb_is_too_large(tg: Local) -> None:
    url = f"{tg.server.url}/bot{TOKEN}/sendMessage"
    async with tg.http.post(url, data=io.BytesIO(bytes(MAX_UPLOAD + 2_000_000)), headers=JSON) as answer:
        assert (413, "Request Entity Too Large") == (answer.status, (await answer.json())["description"])
    assert {413: 1} == tg.server.errors


async def test_a_bot_killed_in_the_middle_of_a_call_leaves_no_error(tg: Local) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
        _, writer = await asyncio.open_connection("127.0.0.1", int(tg.server.url.rpartition(":")[2]))
        head = f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
        writer.write(f"{head}Content-Length: 999\r\n\r\n--b\r\n".encode())
        await asyncio.sleep(0.02)
        writer.transport.abort()
        await asyncio.sleep(0.02)
    assert ({}, {"getMe": 1}) == (tg.server.errors, tg.server.calls_by_method)


async def test_an_upload_over_50_mb_is_too_large(tg: Local) -> None:
    form = _form("document", bytes(MAX_UPLOAD + 1))
    async with tg.http.post(f"{tg.server.url}/bot{TOKEN}/sendDocument", data=form) as answer:
        assert (413, "Request Entity Too Large") == (answer.status, (await answer.json())["description"])


@pytest.mark.parametrize(
    ("kind", "body", "description"),
    [
        ("application/json", b"{", "can't parse request body as JSON"),
        ("application/json", b"[]", "can't parse request body as a JSON Object"),
        ("application/x-www-form-urlencoded", b"chat_id=77&text=%ff", "strings must be encoded in UTF-8"),
        ("application/x-www-form-urlencoded", b"chat_id=77&text=%zz", "strings must be encoded in UTF-8"),
        ("text/csv", b"a;b", "content type text/csv is not supported"),
        ("application/json", b'{"chat_id":77,"text":"\\ud800"}', "can't parse request body as JSON"),
        ("multipart/form-data", b"x", "can't parse the multipart body"),
        ("multipart/form-data; boundary=b", b"x", "can't parse the multipart body"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nA: b\r\n\r\nx\r\n--b--\r\n",
            "can't parse the multipart body",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\r\n--b--\r\n',
            "strings must be encoded in UTF-8",
        ),
    ],
)
async def test_bodies_that_cannot_be_read(tg: Local, kind: str, body: bytes, description: str) -> None:
    url = f"{tg.server.url}/bot{TOKEN}/sendMessage"
    async with tg.http.post(url, data=body, headers={"Content-Type": kind}) as answer:
        assert (400, f"Bad Request: {description}") == (answer.status, (await answer.json())["description"])


async def test_parameters_may_come_in_every_way(tg: Local) -> None:
    url = f"{tg.server.url}/bot{TOKEN}/sendMessage"
    text = "città \\n + 100% & più 👍"
    for way in (
        {"params": {"chat_id": "77", "text": text}},
        {"data": {"chat_id": "77", "text": text, "disable_notification": "true"}},
        {"json": {"chat_id": 77, "text": text, "disable_notification": True}},
        {"json": {"chat_id": "77", "text": text, "disable_notification": "false", "reply_markup": None}},
    ):
        async with tg.http.request("GET" if "params" in way else "POST", url, **way) as answer:
            assert text == (await answer.json())["result"]["text"]


async def test_nothing_unknown_is_kept_from_an_error(tg: Local) -> None:
    before = tg.ada.version
    await tg.refused("sendMessage", chat_id=ADA, text="x", reply_markup=_button(callback_data=""))
    assert (before, None) == (tg.ada.version, tg.ada.last)
