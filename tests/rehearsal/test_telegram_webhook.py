"""Updates delivered to a webhook: by whom, how many at once, in what order, and how often."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest
import telegram
from aiohttp import web

from rehearsal.telegram import DeliveryFault, Pending, Webhooks
from tests.rehearsal.local_telegram import Local, local, until

Behaviour = Callable[[dict[str, Any]], Awaitable[web.Response | None]]
SEND = {"method": "sendMessage", "chat_id": 77}
QUICK = Webhooks(first_pause=0.01, longest_pause=0.05, timeout=20.0)


class Hook:
    """A bot's webhook that remembers what it was given; `behaves` may answer in another way, or late."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.updates: list[dict[str, Any]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.behaves: Behaviour | None = None
        self.url = ""

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.updates if "message" in update]

    async def take(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            update = orjson.loads(await request.read())
            self.requests.append(request)
            self.updates.append(update)
            answer = await self.behaves(update) if self.behaves is not None else None
            return answer or web.Response()
        finally:
            self.at_once -= 1


@asynccontextmanager
async def hook() -> AsyncIterator[Hook]:
    taken = Hook()
    app = web.Application()
    app.router.add_post("/hook", taken.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        taken.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield taken
    finally:
        await runner.cleanup()


@asynccontextmanager
async def hooked(webhooks: Webhooks = QUICK, **params: Any) -> AsyncIterator[tuple[Local, Hook]]:
    async with local(webhooks=webhooks) as tg, hook() as taken:
        tg.met()
        await tg.done("setWebhook", url=taken.url, **params)
        yield tg, taken


def _settled(tg: Local) -> Callable[[], bool]:
    return lambda: not tg.server.pending_updates()


async def test_each_update_is_posted_with_the_secret_token() -> None:
    async with local(webhooks=QUICK) as tg, hook() as taken:
        tg.met()
        tg.ada.say("prima")
        assert await tg.bot.set_webhook(taken.url, secret_token="un-segreto_1", max_connections=3)
        tg.ada.say("dopo")
        await until(_settled(tg))
        assert ["prima", "dopo"] == taken.texts
        assert ["un-segreto_1"] * 2 == [
            request.headers["X-Telegram-Bot-Api-Secret-Token"] for request in taken.requests
        ]
        assert {"application/json"} == {request.content_type for request in taken.requests}
        parsed = telegram.Update.de_json(taken.updates[0], tg.bot)
        assert "prima" == parsed.message.text  # type: ignore[union-attr]
        info = await tg.bot.get_webhook_info()
        assert (taken.url, 0, 3, None) == (
            info.url,
            info.pending_update_count,
            info.max_connections,
            info.last_error_message,
        )
        assert (2, 2) == (tg.server.deliverer.attempts, tg.server.deliverer.delivered)


async def test_without_a_secret_there_is_no_such_header() -> None:
    async with hooked() as (tg, taken):
        tg.ada.say("x")
        await until(_settled(tg))
        assert "X-Telegram-Bot-Api-Secret-Token" not in taken.requests[0].headers


async def test_several_at_once_but_not_more_than_max_connections() -> None:
    async with hooked(max_connections=3) as (tg, taken):
        everybody = asyncio.Event()

        async def slow(_update: dict[str, Any]) -> None:
            if taken.at_once == 3:
                everybody.set()
            await asyncio.wait_for(everybody.wait(), 5)

        taken.behaves = slow
        for number in range(1, 10):
            tg.server.phone(number, "x").start()
        await until(_settled(tg))
        assert (3, 9) == (taken.most_at_once, len(taken.updates))


async def test_messages_of_one_chat_come_one_after_the_other_and_others_overtake_them() -> None:
    async with hooked() as (tg, taken):
        go_on = asyncio.Event()

        async def first_waits(update: dict[str, Any]) -> None:
            if "message" in update and update["message"]["text"] == "0":
                await go_on.wait()

        taken.behaves = first_waits
        for number in range(4):
            tg.ada.say(str(number))
        tg.ada.tap(1, "un tocco")
        tg.server.phone(78, "Bruno").say("altrove")
        await until(lambda: len(taken.updates) == 3)
        assert {"0", "altrove"} == set(taken.texts), "the tap and the other person did not wait"
        go_on.set()
        await until(_settled(tg))
        assert ["0", "1", "2", "3"] == [text for text in taken.texts if text != "altrove"]


async def test_what_is_said_the_moment_a_chat_is_served_is_delivered_once() -> None:
    async with hooked() as (tg, taken):
        for number in range(50):
            tg.ada.say(str(number))
            while tg.server.pending_updates():  # noqa: ASYNC110 - the very next step of the loop matters
                await asyncio.sleep(0)
        assert ([str(number) for number in range(50)], 50) == (taken.texts, tg.server.deliverer.attempts)


async def test_any_order_is_not_the_order_of_events() -> None:
    async with hooked(Webhooks(order="any", first_pause=0.01), max_connections=1) as (tg, taken):
        for number in range(30):
            tg.ada.say(str(number))
        await until(_settled(tg))
        assert sorted(map(str, range(30))) == sorted(taken.texts)
        assert list(map(str, range(30))) != taken.texts


async def test_what_is_not_taken_comes_again_until_it_is() -> None:
    async with hooked() as (tg, taken):
        answers = iter([500, 502, 302])

        async def broken(_update: dict[str, Any]) -> web.Response:
            return web.Response(status=next(answers, 204))

        taken.behaves = broken
        tg.ada.say("insisto")
        await until(_settled(tg))
        assert ["insisto"] * 4 == taken.texts
        info = await tg.bot.get_webhook_info()
        assert "Wrong response from the webhook: 302 Found" == info.last_error_message
        assert tg.clock.at == info.last_error_date


async def test_the_pauses_grow_and_are_what_the_bot_asks_for() -> None:
    async with hooked(Webhooks(first_pause=0.05, longest_pause=0.2)) as (tg, taken):
        loop = asyncio.get_running_loop()
        times: list[float] = []
        answers = iter([{}, {}, {}, {}, {"Retry-After": "1"}])

        async def broken(_update: dict[str, Any]) -> web.Response | None:
            times.append(loop.time())
            headers = next(answers, None)
            return None if headers is None else web.Response(status=503, headers=headers)

        taken.behaves = broken
        tg.ada.say("x")
        await until(_settled(tg))
        pauses = [later - earlier for earlier, later in pairwise(times)]
        for least, pause in zip((0.04, 0.08, 0.16, 0.16, 1.0), pauses, strict=True):
            assert least <= pause


async def test_a_bot_that_is_down_gets_everything_when_it_is_back() -> None:
    async with local(webhooks=QUICK) as tg:
        tg.met()
        async with hook() as gone:
            url = gone.url
        await tg.done("setWebhook", url=url)
        tg.ada.say("mentre eri via")
        await until(lambda: tg.server.deliverer.attempts >= 3)
        info = await tg.bot.get_webhook_info()
        assert (1, "Connection refused") == (info.pending_update_count, info.last_error_message)
        async with hook() as taken:
            await tg.done("setWebhook", url=taken.url)
            await until(_settled(tg))
            assert ["mentre eri via"] == taken.texts
            assert (await tg.bot.get_webhook_info()).last_error_message is None


async def test_an_answer_that_takes_too_long_is_none() -> None:
    async with hooked(Webhooks(timeout=0.3, first_pause=0.01)) as (tg, taken):

        async def slow_once(_update: dict[str, Any]) -> None:
            if len(taken.updates) == 1:
                await asyncio.sleep(1.0)

        taken.behaves = slow_once
        tg.ada.say("x")
        await until(_settled(tg))
        assert len(taken.texts) >= 2
        assert "Read timeout expired" == (await tg.bot.get_webhook_info()).last_error_message


async def test_a_failing_update_holds_up_nobody_else() -> None:
    async with hooked() as (tg, taken):

        async def never(update: dict[str, Any]) -> web.Response | None:
            return web.Response(status=500) if update["message"]["text"] == "veleno" else None

        taken.behaves = never
        tg.ada.say("veleno")
        for number in range(1, 6):
            tg.server.phone(number, "x").start()
        await until(lambda: len(tg.server.pending_updates()) == 1)
        assert ["veleno"] == [update["message"]["text"] for update in tg.server.pending_updates()]
        await until(lambda: Counter(taken.texts)["veleno"] > 3)


async def test_a_lost_answer_brings_the_update_again() -> None:
    async with hooked() as (tg, taken):
        happened: list[DeliveryFault] = []
        lost = DeliveryFault("lost", lose_answer=True)
        tg.server.deliverer.fault = lambda pending, failures: None if failures else lost
        tg.server.deliverer.happened = happened.append
        tg.ada.say("due volte")
        await until(_settled(tg))
        assert (["due volte"] * 2, [lost]) == (taken.texts, happened)


async def test_twice_at_the_same_time_and_again_while_the_bot_is_still_at_work() -> None:
    async with hooked() as (tg, taken):

        async def slow(_update: dict[str, Any]) -> None:
            await asyncio.sleep(1.0)

        taken.behaves = slow
        for fault in (DeliveryFault("a", twice=True), DeliveryFault("b", give_up_after=0.2)):
            taken.most_at_once = 0
            tg.server.deliverer.fault = lambda pending, failures, fault=fault: None if failures else fault
            tg.ada.say(fault.name)
            await until(_settled(tg))
            assert 2 == taken.most_at_once
        assert ["a", "a", "b", "b"] == taken.texts


async def test_a_delivery_that_is_held_back_is_overtaken() -> None:
    async with hooked() as (tg, taken):

        def held(pending: Pending, _failures: int) -> DeliveryFault | None:
            return DeliveryFault("held", delay=0.5) if pending.chat == 77 else None

        tg.server.deliverer.fault = held
        tg.ada.say("prima")
        tg.server.phone(78, "Bruno").say("dopo")
        await until(_settled(tg))
        assert ["dopo", "prima"] == taken.texts


async def test_a_method_in_the_answer_is_carried_out_and_nobody_hears_of_it() -> None:
    async with hooked() as (tg, taken):
        answers = iter(
            [
                web.json_response({**SEND, "text": "<b>ciao</b>", "parse_mode": "HTML"}),
                web.Response(
                    text="method=sendMessage&chat_id=77&text=da+un+modulo",
                    content_type="application/x-www-form-urlencoded",
                ),
                web.json_response({**SEND, "text": ""}),
                web.json_response({"method": "getMe"}),
                web.json_response({"method": "deleteWebhook"}),
                web.Response(text="{ this is no JSON", content_type="application/json"),
                web.Response(text="ok"),
            ]
        )

        async def answering(_update: dict[str, Any]) -> web.Response:
            return next(answers)

        taken.behaves = answering
        for number in range(7):
            tg.ada.say(str(number))
        await until(_settled(tg))
        assert ["ciao", "da un modulo"] == [message.text for message in tg.ada.messages if message.from_bot]
        calls = [call for call in tg.server.calls if call.via == "webhook"]
        assert [("sendMessage", 200, True), ("sendMessage", 200, True), ("sendMessage", 400, False)] == [
            (call.method, call.status, call.carried_out) for call in calls
        ]
        assert not any(call.heard or call.in_flight for call in calls)


async def test_only_the_loopback_is_ever_reached() -> None:
    async with local() as tg:
        tg.met()
        await tg.done("setWebhook", url="https://bollini.example/hook")
        tg.ada.say("x")
        await until(lambda: tg.server.world.webhook_error)
        info = await tg.bot.get_webhook_info()
        assert "This local server delivers only to http on the loopback" == info.last_error_message
        assert (0, 1) == (tg.server.deliverer.attempts, info.pending_update_count)


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"url": "http://bollini.example/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://bollini.example:8080/hook"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": "https://"}, "invalid webhook URL specified"),
        ({"url": "https://x:99999/"}, "invalid webhook URL specified"),
        ({"url": "http://127.0.0.1:1/", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "http://127.0.0.1:1/", "secret_token": "a" * 257}, "secret token is too long"),
        ({"url": "http://127.0.0.1:1/", "max_connections": 101}, "max_connections must be between 1 and 100"),
        ({"url": "http://127.0.0.1:1/", "max_connections": 0}, "max_connections must be between 1 and 100"),
    ],
)
async def test_what_is_no_webhook(params: dict[str, Any], description: str) -> None:
    async with local() as tg:
        assert (400, f"Bad Request: {description}") == await tg.refused("setWebhook", **params)
        assert "" == (await tg.bot.get_webhook_info()).url


async def test_dropping_and_choosing_updates() -> None:
    async with local(webhooks=QUICK) as tg, hook() as taken:
        tg.met()
        tg.ada.say("dimenticato")
        await tg.done(
            "setWebhook", url=taken.url, drop_pending_updates=True, allowed_updates=["callback_query"]
        )
        tg.ada.say("mai")
        tg.ada.tap(1, "x")
        await until(_settled(tg))
        assert ["callback_query"] == [list(update)[1] for update in taken.updates]
        assert ("callback_query",) == (await tg.bot.get_webhook_info()).allowed_updates


async def test_polling_takes_over_what_a_webhook_left() -> None:
    async with hooked() as (tg, taken):

        async def never(_update: dict[str, Any]) -> web.Response:
            return web.Response(status=500)

        taken.behaves = never
        assert 409 == (await tg.refused("getUpdates"))[0]
        tg.ada.say("x")
        await until(lambda: len(taken.updates) > 1)
        await tg.done("deleteWebhook")
        attempts = tg.server.deliverer.attempts
        (update,) = await tg.bot.get_updates()
        assert "x" == update.message.text  # type: ignore[union-attr]
        tg.ada.say("y")
        await asyncio.sleep(0.1)
        assert tg.server.deliverer.attempts <= attempts + 1


async def test_a_webhook_set_anew_gets_what_the_old_one_did_not_take() -> None:
    async with hooked() as (tg, taken), hook() as other:
        go_on = asyncio.Event()

        async def waits(_update: dict[str, Any]) -> None:
            await go_on.wait()

        taken.behaves = waits
        tg.ada.say("uno")
        tg.ada.say("due")
        await until(lambda: taken.updates)
        await tg.done("setWebhook", url=other.url)
        await until(_settled(tg))
        assert ["uno", "due"] == other.texts
        go_on.set()
        tg.ada.say("tre")
        await until(_settled(tg))
        assert (["uno"], ["uno", "due", "tre"]) == (taken.texts, other.texts)


async def test_updates_that_waited_too_long_are_not_delivered() -> None:
    async with local(webhooks=QUICK, retention=timedelta(hours=24)) as tg, hook() as taken:
        tg.met()
        tg.ada.say("ieri")
        tg.clock.go(24 * 3600)
        tg.ada.say("oggi")
        tg.clock.go(1)
        await tg.done("setWebhook", url=taken.url)
        await until(_settled(tg))
        assert ["oggi"] == taken.texts


async def test_stopping_ends_what_is_under_way() -> None:
    async with hooked() as (tg, taken):

        async def for_ever(_update: dict[str, Any]) -> None:
            await asyncio.sleep(30)

        taken.behaves = for_ever
        tg.ada.say("x")
        await until(lambda: taken.updates)
        await asyncio.wait_for(tg.server.stop(), 10)
