"""Phones in a web page: what the page is told, what it may do, and what nobody else may."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from rehearsal.clock import Clock, watched
from rehearsal.crowd.people import Person
from rehearsal.programme import read
from rehearsal.telegram import Phone, Telegram
from rehearsal.web import FIRST_OWN, setup
from rehearsal.web.hall import MOST_OWN
from rehearsal.web.routes import STATIC
from tests.rehearsal.local_telegram import CHANNEL, JSON, TOKEN, png

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

TURIN = read(Path(__file__).parents[2] / "participation" / "events" / "psm-torino-2024-2026.toml")
SOMEBODY = 100_000_001
HOSTILE = "<img src=x onerror=alert(1)>"


class Page:
    """The page's server, with somebody in the crowd, and what a browser would do."""

    def __init__(self, telegram: Telegram, clock: Clock, http: aiohttp.ClientSession) -> None:
        self.telegram = telegram
        self.clock = clock
        self.http = http
        self.somebody = telegram.phone(SOMEBODY, "<b>Gigi</b>", "Rossi")
        self.opened: list[Mapping[str, str | None]] = []

    async def post(self, path: str, body: object, **headers: str) -> tuple[int, dict[str, Any]]:
        """(status, answer) of a POST with JSON."""
        url = f"{self.telegram.url}{path}"
        async with self.http.post(url, data=json.dumps(body), headers=JSON | headers) as answer:
            return answer.status, await answer.json()

    async def act(self, phone: Phone, act: str, **body: object) -> dict[str, Any]:
        """An act that must work."""
        status, answer = await self.post(f"/web/phones/{phone.id}/{act}", body)
        assert 200 == status, answer
        return answer

    async def refused(self, phone: Phone, act: str, **body: object) -> tuple[int, str]:
        """(status, error) of an act that must not."""
        status, answer = await self.post(f"/web/phones/{phone.id}/{act}", body)
        return status, answer["error"]

    async def new_phone(self, name: str = "Ada", language: str = "it") -> Phone:
        status, answer = await self.post("/web/phones", {"name": name, "language": language})
        assert 200 == status
        return self.telegram.phones[answer["id"]]

    async def bot(self, method: str, **params: object) -> dict[str, Any]:
        """A call of the bot's."""
        url = f"{self.telegram.url}/bot{TOKEN}/{method}"
        async with self.http.post(url, data=json.dumps(params), headers=JSON) as answer:
            body: dict[str, Any] = await answer.json()
            assert body["ok"], body
            return body

    @asynccontextmanager
    async def live(self, *chats: int) -> AsyncIterator[Live]:
        async with self.http.ws_connect(f"{self.telegram.url}/web/live") as socket:
            await socket.send_json({"watch": chats})
            yield Live(socket)


class Live:
    """The WebSocket, as the page hears it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def hear(self, kind: str) -> Any:
        """The next news of a kind; others are passed over."""
        async with asyncio.timeout(5):
            while True:
                news = await self.socket.receive_json()
                if kind in news:
                    return news[kind]

    async def hear_nothing_of(self, kind: str, seconds: float = 0.4) -> bool:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    if kind in await self.socket.receive_json():
                        return False
        except TimeoutError:
            return True


LINKS: list[dict[str, str | None]] = [
    {"role": "facilitator", "table": "T5", "payload": "i-facilita"},
    {"role": "regia", "table": None, "payload": "i-regia"},
]


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    clock = Clock(TURIN, watched(10.0))
    telegram = Telegram(TOKEN, "bollini_bot", clock.now)
    telegram.channel(CHANNEL)
    clock.routes(telegram.app)
    person = Person(SOMEBODY, "participant", "Gigi", None, "it", table="T5")
    async with aiohttp.ClientSession() as http:
        made = Page(telegram, clock, http)
        setup(
            telegram.app,
            telegram,
            clock,
            invites=lambda: LINKS,
            tables=TURIN.tables,
            people=lambda: {SOMEBODY: person},
            opened=made.opened.append,
        )
        await telegram.start()
        try:
            yield made
        finally:
            await telegram.stop()


# --- the page itself -----------------------------------------------------------------------------------


async def test_the_page_and_all_its_parts_are_served_and_come_from_nowhere_else(page: Page) -> None:
    async with page.http.get(f"{page.telegram.url}/?lang=en") as answer:
        html = await answer.text()
        assert "text/html" == answer.content_type
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    parts = re.findall(r'(?:href|src)="([^"]+)"', html)
    assert 3 == len(parts)
    for part in [*parts, *(f"/web/{path.name}" for path in STATIC.glob("*.js"))]:
        async with page.http.get(f"{page.telegram.url}{part}") as answer:
            assert 200 == answer.status, part
            assert "nosniff" == answer.headers["X-Content-Type-Options"]
            assert "utf-8" == answer.charset


def test_no_part_of_the_page_makes_markup_of_text_or_asks_another_server() -> None:
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        for forbidden in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
        ):
            assert forbidden not in text, path
        assert not re.search(r"https?://[a-z0-9]", text), path


def test_the_parts_import_only_each_other_and_only_what_is_there() -> None:
    for path in STATIC.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        for names, other in re.findall(r'import \{([^}]+)\} from "\./([a-z]+\.js)"', text):
            exported = re.findall(
                r"export (?:const|class|(?:async )?function) (\w+)", (STATIC / other).read_text()
            )
            assert {name.strip() for name in names.split(",")} <= set(exported), path
        assert text.count("import {") == text.count('from "./'), path


def test_every_word_that_is_used_is_there_in_both_languages() -> None:
    text = (STATIC / "words.js").read_text(encoding="utf-8")
    italian, english = (
        dict(re.findall(r'^ {2,4}(\w+): "(.*)",$', block, re.MULTILINE))
        for block in re.findall(r"^const (?:IT|EN) = \{$(.*?)^\};$", text, re.MULTILINE | re.DOTALL)
    )
    assert set(italian) == set(english)
    for key, words in italian.items():
        assert set(re.findall(r"\{(\w+)\}", words)) == set(re.findall(r"\{(\w+)\}", english[key])), key
    used = {
        key.rpartition(".")[2]
        for path in set(STATIC.glob("*.js")) - {STATIC / "words.js"}
        for key in re.findall(r"""say\(\s*"([\w.]+)""", path.read_text(encoding="utf-8"))
    }
    assert used <= set(italian) | {"one", "many"}


async def test_there_is_nothing_beside_the_parts(page: Page) -> None:
    for path in (
        "/web/routes.py",
        "/web/page.html/",
        "/web/..%2froutes.py",
        "/web/nothing.js",
        "/web/file/1/1",
    ):
        async with page.http.get(f"{page.telegram.url}{path}") as answer:
            assert 404 == answer.status, path


# --- what it is told ------------------------------------------------------------------------------------


async def test_it_is_told_first_of_the_event_then_of_everybody(page: Page) -> None:
    async with page.live() as live:
        programme = await live.hear("programme")
        hall = await live.hear("hall")
        counters = await live.hear("counters")
        clock = await live.hear("clock")
    assert "Piano strategico metropolitano Torino 2024-2026" == programme["title"]
    assert ["T1", "Torino Città 1"] == [programme["tables"][0][key] for key in ("code", "name")]
    assert {"name": "Bollini", "username": "bollini_bot"} == programme["bot"]
    titles = {moment["code"]: moment["title"] for moment in programme["moments"]}
    assert "Sessione di discussione 1" == titles["session1"]
    assert titles["priorities"] is None
    assert [("channel", "Regia"), ("crowd", "<b>Gigi</b> Rossi")] == [
        (chat["kind"], chat["name"]) for chat in hall["chats"]
    ]
    assert ("participant", "T5", False) == tuple(
        hall["chats"][1][key] for key in ("role", "table", "started")
    )
    assert LINKS == hall["links"]
    assert {"phones": 1, "started": 0, "posts": 0, "calls": 0, "errors": {}, "waiting": 0} == counters
    assert ("before", False, False, 10.0) == tuple(
        clock[key] for key in ("stretch", "paused", "connected", "asked")
    )


async def test_a_watched_chat_comes_whole_and_then_only_what_is_new(page: Page) -> None:
    ada = await page.new_phone()
    ada.start("T5")
    async with page.live(ada.id) as live:
        chat = await live.hear("chat")
        assert (ada.id, True, ["/start T5"]) == (
            chat["id"],
            chat["first"],
            [message["text"] for message in chat["messages"]],
        )
        sent = await page.bot("sendMessage", chat_id=ada.id, text="Ti diamo il benvenuto!")
        chat = await live.hear("chat")
        assert (False, ["Ti diamo il benvenuto!"], [True]) == (
            chat["first"],
            [message["text"] for message in chat["messages"]],
            [message["bot"] for message in chat["messages"]],
        )
        number = sent["result"]["message_id"]
        await page.bot("editMessageText", chat_id=ada.id, message_id=number, text="Ciao")
        chat = await live.hear("chat")
        assert [(number, "Ciao", 1)] == [(m["id"], m["text"], m["edits"]) for m in chat["messages"]]
        ada.delete(number)
        chat = await live.hear("chat")
        assert ([], [number]) == (chat["messages"], chat["gone"])


async def test_a_chat_that_is_not_watched_is_not_told_of(page: Page) -> None:
    ada, bruno = await page.new_phone(), await page.new_phone("Bruno")
    async with page.live(ada.id) as live:
        await live.hear("chat")
        bruno.start()
        assert await live.hear_nothing_of("chat")
        await live.socket.send_json({"watch": [bruno.id]})
        assert bruno.id == (await live.hear("chat"))["id"]
        ada.start()
        assert await live.hear_nothing_of("chat")


async def test_text_arrives_as_text_with_entities_and_never_as_markup(page: Page) -> None:
    ada = await page.new_phone(HOSTILE)
    ada.start()
    ada.say(HOSTILE)
    await page.bot(
        "sendMessage", chat_id=ada.id, text="🟢 <b>&lt;script&gt;</b> <i>x</i>", parse_mode="HTML",
        reply_markup={"inline_keyboard": [[{"text": HOSTILE, "callback_data": "<&>"}]]},
    )  # fmt: skip
    async with page.live(ada.id) as live:
        _, typed, sent = (await live.hear("chat"))["messages"]
    assert (HOSTILE, []) == (typed["text"], typed["entities"])
    assert "🟢 <script> x" == sent["text"]
    # Offsets in UTF-16 code units: the circle has two.
    assert [("bold", 3, 8), ("italic", 12, 1)] == [
        (entity["type"], entity["offset"], entity["length"]) for entity in sent["entities"]
    ]
    assert [[{"text": HOSTILE, "data": "<&>"}]] == sent["rows"]


async def test_the_channel_shows_its_pictures(page: Page) -> None:
    channel = page.telegram.channel(CHANNEL)
    form = aiohttp.FormData({"chat_id": str(CHANNEL), "caption": "Affluenza"})
    form.add_field("photo", png(40, 30), filename="turnout.png", content_type="image/png")
    async with page.http.post(f"{page.telegram.url}/bot{TOKEN}/sendPhoto", data=form) as answer:
        assert 200 == answer.status
    async with page.live(channel.id) as live:
        (post,) = (await live.hear("chat"))["messages"]
    async with page.live() as live:
        assert 1 == (await live.hear("counters"))["posts"]
    assert ("Affluenza", 40, 30) == (post["text"], post["photo"]["width"], post["photo"]["height"])
    async with page.http.get(page.telegram.url + post["photo"]["url"]) as answer:
        assert ("image/png", png(40, 30)) == (answer.content_type, await answer.read())


async def test_a_document_can_only_be_kept_whatever_is_in_it(page: Page) -> None:
    ada = await page.new_phone()
    ada.send(document=("page.html", b"<script>alert(1)</script>"))
    async with page.live(ada.id) as live:
        (message,) = (await live.hear("chat"))["messages"]
    assert ("page.html", 25) == (message["document"]["name"], message["document"]["bytes"])
    async with page.http.get(page.telegram.url + message["document"]["url"]) as answer:
        assert "application/octet-stream" == answer.content_type
        assert "attachment" == answer.headers["Content-Disposition"]


async def test_a_menu_of_commands_arrives_when_the_bot_sets_it(page: Page) -> None:
    ada = await page.new_phone(language="en")
    async with page.live(ada.id) as live:
        assert [] == (await live.hear("chat"))["about"]["menu"]
        commands = [{"command": "aiuto", "description": "Help"}]
        await page.bot("setMyCommands", commands=commands, language_code="en")
        assert [["aiuto", "Help"]] == (await live.hear("chat"))["about"]["menu"]


async def test_errors_of_the_bot_are_counted_by_status(page: Page) -> None:
    async with page.live() as live:
        await live.hear("counters")
        async with page.http.get(f"{page.telegram.url}/bot{TOKEN}/getChat?chat_id=4") as answer:
            assert 400 == answer.status
        counters = await live.hear("counters")
    assert (1, {"400": 1}) == (counters["calls"], counters["errors"])


async def test_what_is_no_list_of_chats_ends_the_connection(page: Page) -> None:
    for text in ("x", "[]", '{"watch": 3}', '{"watch": ["a"]}'):
        async with page.live() as live:
            await live.socket.send_str(text)
            async with asyncio.timeout(5):
                while not live.socket.closed:
                    await live.socket.receive()


async def test_the_server_stops_while_pages_are_open(page: Page) -> None:
    async with page.live() as live:
        await live.hear("hall")
        async with asyncio.timeout(1):
            await page.telegram.stop()


# --- what it may do -------------------------------------------------------------------------------------


async def test_a_new_phone_scans_a_table(page: Page) -> None:
    ada = await page.new_phone("Ada", "en")
    assert (FIRST_OWN, "Ada", "en") == (ada.id, ada.first_name, ada.language_code)
    async with page.live() as live:
        hall = await live.hear("hall")
        assert ("own", "Ada", False) == tuple(hall["chats"][0][key] for key in ("kind", "name", "started"))
        await page.act(ada, "start", payload="T5")
        assert (await live.hear("hall"))["chats"][0]["started"]
    (update,) = page.telegram.pending_updates()
    assert ("/start T5", "Ada", "en") == (
        update["message"]["text"],
        update["message"]["from"]["first_name"],
        update["message"]["from"]["language_code"],
    )


async def test_phones_are_numbered_and_there_is_an_end_to_them(page: Page) -> None:
    first, second = await page.new_phone(), await page.new_phone()
    assert first.id + 1 == second.id
    for _ in range(MOST_OWN - 2):
        await page.new_phone()
    assert (409, {"error": "too_many"}) == await page.post("/web/phones", {"name": "x", "language": "it"})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"name": "", "language": "it"}, "name"),
        ({"name": "x" * 65, "language": "it"}, "name"),
        ({"name": "a\nb", "language": "it"}, "name"),
        ({"name": "Ada", "language": "Italian!"}, "language"),
        ({"name": 3, "language": "it"}, "name_missing"),
        ({"language": "it"}, "name_missing"),
        ([], "not_json"),
    ],
)
async def test_a_phone_that_cannot_be_is_refused(page: Page, body: object, error: str) -> None:
    assert (400, {"error": error}) == await page.post("/web/phones", body)
    assert [SOMEBODY] == list(page.telegram.phones)


async def test_a_one_time_link_is_offered_until_it_is_opened(page: Page) -> None:
    ada = await page.new_phone()
    async with page.live() as live:
        assert LINKS == (await live.hear("hall"))["links"]
        await page.act(ada, "start", payload="i-facilita")
        assert LINKS[1:] == (await live.hear("hall"))["links"]
        await page.act(ada, "start", payload="i-facilita")
        await page.act(ada, "start", payload="T5")
        await page.act(ada, "start", payload=None)
    assert LINKS[:1] == page.opened
    assert "/start" == ada.messages[-1].text


async def test_writing_replying_editing_and_deleting(page: Page) -> None:
    ada = await page.new_phone()
    await page.act(ada, "say", text="Più treni")
    own = ada.messages[0].id
    await page.act(ada, "say", text="e la sera", reply_to=own)
    await page.act(ada, "edit", message=own, text="Più treni, sempre")
    await page.act(ada, "send", kind="sticker")
    assert [("Più treni, sempre", 1, None), ("e la sera", 0, own), (None, 0, None)] == [
        (message.text, message.edits, message.reply_to) for message in ada.messages
    ]
    async with page.live(ada.id) as live:
        messages = (await live.hear("chat"))["messages"]
    assert [True, True, False] == [message["editable"] for message in messages]
    assert "sticker" == messages[2]["kind"]
    await page.act(ada, "delete", message=own)
    assert ["message", "message", "edited_message", "message"] == [
        list(update)[1] for update in page.telegram.pending_updates()
    ]
    assert 2 == len(ada.messages)


async def test_a_tap_is_answered_to_the_page(page: Page) -> None:
    ada = await page.new_phone()
    ada.start()
    keyboard = {"inline_keyboard": [[{"text": "1.3", "callback_data": "d:1.3:1"}]]}
    sent = await page.bot("sendMessage", chat_id=ada.id, text="Scheda", reply_markup=keyboard)
    async with page.live(ada.id) as live:
        await live.hear("chat")
        message = sent["result"]["message_id"]
        callback = (await page.act(ada, "tap", message=message, data="d:1.3:1"))["callback"]
        assert "d:1.3:1" == page.telegram.pending_updates()[-1]["callback_query"]["data"]
        await page.bot("answerCallbackQuery", callback_query_id=callback, text="Bollino", show_alert=True)
        chat = await live.hear("chat")
        assert {callback: {"text": "Bollino", "alert": True, "url": None}} == chat["answers"]
    async with page.live(ada.id) as live:
        assert {} == (await live.hear("chat"))["answers"]


async def test_who_blocks_the_bot_cannot_write_until_it_is_unblocked(page: Page) -> None:
    ada = await page.new_phone()
    await page.act(ada, "start", payload=None)
    async with page.live(ada.id) as live:
        assert not (await live.hear("chat"))["about"]["blocked"]
        await page.act(ada, "block")
        assert (await live.hear("chat"))["about"]["blocked"]
        assert (409, "blocked") == await page.refused(ada, "say", text="x")
        assert (409, "blocked") == await page.refused(ada, "tap", message=1, data="x")
        await page.act(ada, "unblock")
        assert not (await live.hear("chat"))["about"]["blocked"]
    await page.act(ada, "say", text="x")


async def test_what_telegram_would_not_send_is_refused_with_the_reason(page: Page) -> None:
    ada = await page.new_phone()
    assert (400, "refused") == await page.refused(ada, "say", text="  ")
    assert (400, "refused") == await page.refused(ada, "say", text="x" * 4097)
    assert (400, "refused") == await page.refused(ada, "edit", message=99, text="x")
    assert (400, "refused") == await page.refused(ada, "delete", message=99)
    assert (400, "refused") == await page.refused(ada, "start", payload="not a payload")
    assert (400, "text_missing") == await page.refused(ada, "say", text=3)
    assert (400, "message_missing") == await page.refused(ada, "tap", message=True, data="x")
    assert (400, "kind") == await page.refused(ada, "send", kind="photo")
    assert (404, "no_such_act") == await page.refused(ada, "dance")
    assert [] == page.telegram.pending_updates()


async def test_the_phones_of_the_crowd_and_the_channel_can_only_be_looked_at(page: Page) -> None:
    page.somebody.start()
    async with page.live(SOMEBODY) as live:
        chat = await live.hear("chat")
    assert ("crowd", "participant", "T5") == tuple(chat["about"][key] for key in ("kind", "role", "table"))
    for act in ("start", "say", "edit", "tap", "block", "delete", "send"):
        assert (403, "not_yours") == await page.refused(page.somebody, act, text="x", message=1, data="x")
    assert (404, {"error": "no_such_phone"}) == await page.post("/web/phones/5/say", {"text": "x"})
    assert 1 == len(page.telegram.pending_updates())


# --- what nobody else may -------------------------------------------------------------------------------


async def test_another_site_can_neither_ask_nor_listen(page: Page) -> None:
    url = page.telegram.url
    ada = await page.new_phone()
    say = f"/web/phones/{ada.id}/say"
    for origin in ("https://example.org", "null", "http://127.0.0.1:1", url.replace("http", "https") + "0"):
        assert (403, {"error": "other_site"}) == await page.post(say, {"text": "x"}, Origin=origin)
        assert 403 == (await page.post("/clock/speed", {"speed": 40}, Origin=origin))[0]
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await page.http.ws_connect(f"{url}/web/live", headers={"Origin": origin})
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await page.http.ws_connect(f"{url}/clock", headers={"Origin": origin})
    assert (200, {}) == await page.post(say, {"text": "x"}, Origin=url)
    assert 1 == len(ada.messages)


async def test_a_name_that_leads_here_is_not_this_server(page: Page) -> None:
    for path in ("/", "/web/page.js", "/clock/state"):
        async with page.http.get(page.telegram.url + path, headers={"Host": "rebound.example.org"}) as answer:
            assert 403 == answer.status
    for host in ("localhost:8080", "127.0.0.1", "[::1]:80"):
        async with page.http.get(page.telegram.url + "/", headers={"Host": host}) as answer:
            assert 200 == answer.status


async def test_a_form_of_another_site_is_no_act(page: Page) -> None:
    ada = await page.new_phone()
    url = f"{page.telegram.url}/web/phones/{ada.id}/say"
    async with page.http.post(url, data='{"text": "x"}', headers={"Content-Type": "text/plain"}) as answer:
        assert {"error": "not_json"} == await answer.json()
    async with page.http.post(url, data="{", headers=JSON) as answer:
        assert 400 == answer.status
    assert [] == ada.messages


async def test_the_bot_is_not_held_up_by_any_of_this(page: Page) -> None:
    url = f"{page.telegram.url}/bot{TOKEN}/getMe"
    async with page.http.get(url, headers={"Host": "telegram.example.org"}) as answer:
        assert 200 == answer.status
        assert "Content-Security-Policy" not in answer.headers


# --- the clock ------------------------------------------------------------------------------------------


def at(hour: int, minute: int, second: float = 0) -> datetime:
    """A time of the event's day; Turin is an hour ahead of UTC in December."""
    return datetime(2023, 12, 5, hour - 1, minute, tzinfo=UTC) + timedelta(seconds=second)


async def test_a_jump_ends_at_the_moment_even_when_nothing_is_due_there() -> None:
    clock = Clock(TURIN, watched(1.0))
    clock.hurry()
    assert at(9, 15) == clock._decided(at(9, 10), settled=True).until
    clock.pause()
    assert at(9, 10) == clock._decided(at(9, 10), settled=True).until


async def test_pauses_speeds_and_jumps_reach_the_page(page: Page) -> None:
    async with page.live() as live:
        await live.hear("clock")
        await page.post("/clock/speed", {"pause": True})
        assert (await live.hear("clock"))["paused"]
        await page.post("/clock/speed", {"jump": True})
        clock = await live.hear("clock")
        assert (True, True, "2023-12-05T08:15:00.000000Z") == tuple(
            clock[key] for key in ("paused", "hurry", "next")
        )
        await page.post("/clock/speed", {"speed": 40})
        clock = await live.hear("clock")
        assert (False, False, 40.0) == tuple(clock[key] for key in ("paused", "hurry", "asked"))
