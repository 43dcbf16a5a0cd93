"""Whatever a bot or a phone sends, the local Telegram answers as Telegram: it never breaks."""

import asyncio
import struct
from typing import Any

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rehearsal.telegram import ApiError, Telegram
from rehearsal.telegram.files import image_size
from rehearsal.telegram.methods import METHODS as CARRIED_OUT
from rehearsal.telegram.schema import METHODS, checked
from tests.rehearsal.local_telegram import CHANNEL, TOKEN, Clock, keyboard, png

_TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | _TEXT
    | st.sampled_from([77, CHANNEL, 1, 2, "HTML"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_ENTITIES = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["bold", "text_link", "custom_emoji"]),
            "offset": st.just(0),
            "length": st.just(1),
        },
        optional={"url": _VALUES, "custom_emoji_id": _VALUES},
    ),
    max_size=2,
)
_MEDIA = st.fixed_dictionaries(
    {"type": st.sampled_from(["photo", "document"]), "media": st.sampled_from(["attach://x", "x"])},
    optional={"caption": _VALUES, "parse_mode": _VALUES, "caption_entities": _VALUES | _ENTITIES},
)
_SENSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "chat_id": st.sampled_from([77, 78, CHANNEL, "77", "@nobody"]),
    "from_chat_id": st.sampled_from([77, CHANNEL]),
    "message_id": st.integers(0, 4),
    "reply_markup": st.sampled_from(
        [keyboard([("a", "b")]), {"keyboard": [["a"]]}, {"remove_keyboard": True}]
    )
    | st.fixed_dictionaries({"force_reply": st.just(value=True), "input_field_placeholder": _VALUES}),
    "reply_parameters": st.fixed_dictionaries({}, optional={"message_id": _VALUES, "chat_id": _VALUES}),
    "scope": st.sampled_from([{"type": "default"}, {"type": "chat", "chat_id": 77}]),
    "media": _MEDIA | st.lists(_MEDIA, min_size=2, max_size=3),
    "entities": _ENTITIES,
    "caption_entities": _ENTITIES,
}


@st.composite
def _calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    name = draw(st.sampled_from(sorted(CARRIED_OUT)))
    method = METHODS[name]
    names = set(method.required) | set(
        draw(st.lists(st.sampled_from(sorted(method.parameters) or ["x"]), max_size=4))
    )
    return name, {
        name: draw(
            st.one_of(_SENSIBLE[name], _SENSIBLE[name], _VALUES) if name in _SENSIBLE else _TEXT | _VALUES
        )
        for name in sorted(names)
    }


def _server() -> Telegram:
    server = Telegram(TOKEN, "bollini_bot", Clock().now)
    server.phone(77, "Ada").start()
    server.phone(78, "Bruno")
    server.channel(CHANNEL).post("x")
    for chat in (77, CHANNEL):
        CARRIED_OUT["sendMessage"](server.world, checked("sendMessage", {"chat_id": chat, "text": "x"}), {})
    return server


@settings(max_examples=400, deadline=None)
@given(st.lists(_calls(), min_size=1, max_size=5))
def test_any_parameters_give_a_result_or_an_error_of_telegram(
    calls: list[tuple[str, dict[str, Any]]],
) -> None:
    server = _server()
    for name, raw in calls:
        try:
            params = checked(name, raw)
            result = CARRIED_OUT[name](server.world, params, {})
        except ApiError as refused:
            assert refused.code in {400, 403}  # noqa: PT017 - both ways are right
        else:
            orjson.dumps([params, result])
    for chat in (*server.phones.values(), server.channel(CHANNEL)):
        assert all(message.html is not None for message in chat.messages)


def test_every_declared_method_is_carried_out() -> None:
    assert set(METHODS) == set(CARRIED_OUT) | {"getUpdates"}


@settings(deadline=None)
@given(st.text(min_size=1, max_size=50), st.binary(max_size=80) | st.text(max_size=80))
@example("\ud800", "\udfff")
def test_anything_typed_or_tapped_becomes_an_update(text: str, data: str | bytes) -> None:
    server = _server()
    phone = server.phone(77, "Ada")
    before = server.updates_total
    try:
        phone.say(text)
    except ValueError:
        before -= 1
    phone.tap(1, data)
    assert before + 2 == server.updates_total == len(server.pending_updates())


@given(st.binary(max_size=60), st.sampled_from([b"", b"\xff\xd8", png()[:16], png()[:24]]))
def test_any_bytes_have_a_size_or_none(data: bytes, begin: bytes) -> None:
    size = image_size(begin + data)
    assert size is None or min(size) > 0


def test_the_size_of_a_jpeg() -> None:
    segment = b"\xff\xe0" + struct.pack(">H", 4) + b"ab"
    frame = b"\xff\xc0" + struct.pack(">HBHH", 17, 8, 480, 640) + bytes(10)
    assert (640, 480) == image_size(b"\xff\xd8" + segment + frame)
    assert image_size(b"\xff\xd8" + segment) is None
    assert image_size(b"GIF89a") is None


async def test_many_at_once_keep_their_order_in_each_chat() -> None:
    server = _server()
    url = await server.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        for number in range(200):
            body = f"chat_id=77&text={number}".encode()
            head = (
                f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nHost: x\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
        phone = server.phone(77, "Ada")
        while len(phone.messages) < 202:
            assert await phone.changed(phone.version, 5)
        assert [str(number) for number in range(200)] == [message.text for message in phone.messages[2:]]
        writer.close()
        assert reader is not None
    finally:
        await server.stop()
