"""Updates delivered to our webhook: answered when they are handled, and nothing that is not Telegram's."""

from __future__ import annotations

import asyncio
import hmac
import socket
import time
from collections import Counter
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot import intake, rivals
from bot.app import RunningBot
from bot.reading import KINDS
from bot.rivals import AnotherPoller
from bot.settings import SettingsError
from participation import contributions
from rehearsal.telegram import Call, DeliveryFault, Fault
from storage.sqlite import open_sqlite
from tests.support.hall import TOKEN, Hall, eventually, open_hall
from tests.support.process import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.hall import Somebody

SECRET = "a-secret_of_the-webhook"
RECEIVED = "Contributo ricevuto"


def webhook() -> dict[str, Any]:
    """Settings of a bot that is delivered to, on a port of its own."""
    port = free_port()
    return {
        "webhook_url": f"http://127.0.0.1:{port}/bollini",
        "webhook_port": port,
        "webhook_secret": SecretStr(SECRET),
    }


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[Hall]:
    """A hall whose bot is delivered to."""
    async with open_hall(tmp_path) as hall:
        await hall.stops()
        hall.settings = hall.settings.model_copy(update=webhook())
        hall.starts()
        await eventually(lambda: bool(hall.telegram.world.webhook))
        yield hall


async def writing(hall: Hall, number: int) -> list[Somebody]:
    people = await hall.people(number, "T6")
    await hall.at("10:12")
    for who in people:
        await who.reads()
    return people


@asynccontextmanager
async def delivering(
    hall: Hall, body: bytes, secret: str | bytes | None = SECRET
) -> AsyncIterator[asyncio.Task[int]]:
    """Somebody delivers this to the webhook; the status of the answer, when it comes."""
    assert hall.settings.webhook_url is not None
    given = secret.encode() if isinstance(secret, str) else secret
    lines = [b"POST /bollini HTTP/1.1", b"Host: x", b"Connection: close"]
    lines += [b"Content-Length: %d" % len(body)]
    lines += [] if given is None else [intake.SECRET_HEADER.encode() + b": " + given]
    reader, writer = await asyncio.open_connection("127.0.0.1", hall.settings.webhook_port)

    async def answer() -> int:
        return int((await reader.readline()).split()[1])

    writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    task = asyncio.create_task(answer())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        writer.close()


async def delivered(hall: Hall, body: bytes, secret: str | bytes | None = SECRET) -> int:
    async with delivering(hall, body, secret) as answer, asyncio.timeout(10):
        return await answer


def message(who: Somebody, text: str, number: int, update: int) -> bytes:
    return orjson.dumps(
        {
            "update_id": update,
            "message": {
                "message_id": number,
                "date": 1_700_000_000,
                "chat": who.phone.json(),
                "from": who.phone.user(),
                "text": text,
            },
        }
    )


async def kept(who: Somebody) -> list[str]:
    return [text for text, _, _ in await who.contributions()]


# --- taking part over a webhook -------------------------------------------------------------------------


async def test_a_whole_conversation_is_the_same_over_a_webhook(hooked: Hall) -> None:
    anna = await hooked.somebody("Anna").registers("T6")
    assert ("T6", "5") == await anna.seat()
    await hooked.at("10:12")
    await anna.reads()
    await anna.taps("1.1", anna.ballot())
    await anna.says("2.1 3.2")
    assert {"1.1": 1, "2.1": 1, "3.2": 1} == await anna.dots()
    assert RECEIVED in (await anna.says("Mancano i treni la sera"))[0]
    await anna.edits(anna.typed, "Mancano i treni di notte")
    assert ["Mancano i treni di notte"] == await kept(anna)
    assert 0 == hooked.telegram.calls_by_method["getUpdates"]


async def test_telegram_is_told_where_and_what_and_the_secret(hooked: Hall) -> None:
    (told,) = hooked.called("setWebhook")
    assert hooked.settings.webhook_url == told["url"]
    assert SECRET == told["secret_token"]
    assert 100 == told["max_connections"]
    assert list(KINDS) == told["allowed_updates"]


async def test_without_a_secret_set_one_is_made_from_the_token_that_does_not_tell_it(hooked: Hall) -> None:
    await hooked.stops()
    hooked.settings = hooked.settings.model_copy(update={"webhook_secret": None})
    hooked.starts()
    await eventually(lambda: len(hooked.called("setWebhook")) == 2)
    secret = hooked.called("setWebhook")[-1]["secret_token"]
    assert intake.secret_for(TOKEN) == secret
    assert intake.secret_for(TOKEN + "x") != secret
    assert TOKEN.partition(":")[2] not in secret
    await hooked.somebody().registers("T6")


async def test_back_to_asking_the_webhook_is_taken_away(hooked: Hall) -> None:
    await hooked.stops()
    hooked.settings = hooked.settings.model_copy(update={"webhook_url": None})
    hooked.starts()
    anna = await hooked.somebody().registers("T6")
    assert ("T6", "5") == await anna.seat()
    assert {} == hooked.telegram.world.webhook


async def test_a_webhook_that_could_not_be_taken_away_is_found_when_asking(
    hooked: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "CONFLICT_SECONDS", 0.05)
    await hooked.stops()
    hooked.settings = hooked.settings.model_copy(update={"webhook_url": None})
    hooked.breaks("deleteWebhook", Fault(status=502))
    with capture_logs() as logs:
        hooked.starts()
        anna = await hooked.somebody().registers("T6")
    assert ("T6", "5") == await anna.seat()
    assert {"webhook_not_left", "webhook_was_set"} <= {entry["event"] for entry in logs}


async def test_a_webhook_is_set_as_soon_as_telegram_lets_us(hooked: Hall) -> None:
    await hooked.stops()
    hooked.breaks("setWebhook", Fault(status=502), 2)
    with capture_logs() as logs:
        hooked.starts()
        await eventually(lambda: len(hooked.called("setWebhook")) == 2)
    assert 2 == [entry["event"] for entry in logs].count("webhook_not_set")


async def test_an_address_that_telegram_refuses_is_said_and_does_not_keep_the_bot_from_stopping(
    hooked: Hall,
) -> None:
    await hooked.stops()
    hooked.settings = hooked.settings.model_copy(update={"webhook_url": "http://bollini.example/hook"})
    with capture_logs() as logs:
        hooked.starts()
        await eventually(lambda: "webhook_not_set" in [entry["event"] for entry in logs])
        began = time.monotonic()
        await hooked.stops()
    assert time.monotonic() - began < 5.0
    said = next(entry["error"] for entry in logs if entry["event"] == "webhook_not_set")
    assert "https url must be provided" in said.lower()


async def test_a_port_that_is_taken_is_named_at_the_start(hooked: Hall) -> None:
    await hooked.stops()
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        settings = hooked.settings.model_copy(update={"webhook_port": port})
        late = RunningBot(settings, hooked.event, hooked.definition, hooked.database, hooked.clock)
        with pytest.raises(SettingsError, match=rf"port {port} .* Choose another BOLLINI_WEBHOOK_PORT"):
            await late.run()


# --- another program with our token ---------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who came last leaves at once; a look every moment."""
    monkeypatch.setattr(rivals, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(intake, "CONFLICT_SECONDS", 0.1)
    monkeypatch.setattr(intake, "LOOK_SECONDS", 0.1)


@pytest.mark.parametrize("new", ["asks", "is delivered to"])
@pytest.mark.parametrize("old", ["asks", "is delivered to"])
@pytest.mark.usefixtures("quick")
async def test_of_two_bots_the_one_that_came_last_leaves_however_they_take_updates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    async with open_hall(tmp_path) as hall:
        if old == "is delivered to":
            await hall.stops()
            hall.settings = hall.settings.model_copy(update=webhook())
            hall.starts()
        await hall.somebody().registers("T6")
        assert isinstance(hall.bot._intake, intake.Polling | intake.Webhook)
        monkeypatch.setattr(hall.bot._intake._rivals, "_began", float("-inf"))
        others = {"webhook_url": None} if new == "asks" else webhook()
        settings = hall.settings.model_copy(update={"database": tmp_path / "other.db", **others})
        database = await open_sqlite(settings.database)
        try:
            late = RunningBot(settings, hall.event, hall.definition, database, hall.clock)
            with capture_logs() as logs:
                async with asyncio.timeout(20):
                    with pytest.raises(AnotherPoller, match=r"Stop that one, then start again\."):
                        await late.run()
        finally:
            await database.close()
        assert "another_poller" in [entry["event"] for entry in logs]
        anna = await hall.somebody().registers("T6")
        assert ("T6", "5") == await anna.seat()


@pytest.mark.usefixtures("quick")
async def test_a_webhook_taken_away_is_said_and_set_again(
    hooked: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooked.bot._intake, "_catching_up", 0.0)
    with capture_logs() as logs:
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{hooked.telegram.url}/bot{TOKEN}/deleteWebhook") as response,
        ):
            assert 200 == response.status
        anna = await hooked.somebody().registers("T6")
    assert ("T6", "5") == await anna.seat()
    assert 1 == [entry["event"] for entry in logs].count("another_poller")
    assert hooked.settings.webhook_url == hooked.telegram.world.webhook["url"]


@pytest.mark.usefixtures("quick")
async def test_a_webhook_that_cannot_be_looked_at_is_left_as_it_is(hooked: Hall) -> None:
    hooked.breaks("getWebhookInfo", Fault(status=502), 2)
    with capture_logs() as logs:
        await eventually(lambda: len(hooked.called("getWebhookInfo")) >= 4)
    assert {"webhook_not_looked_at"} == {entry["event"] for entry in logs}
    assert 1 == len(hooked.called("setWebhook"))


# --- the answer -----------------------------------------------------------------------------------------


async def test_a_delivery_is_answered_when_its_update_is_committed(
    hooked: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna,) = await writing(hooked, 1)
    receive = contributions.receive
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def receives(*given: Any, **named: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await receive(*given, **named)

    monkeypatch.setattr(contributions, "receive", receives)
    async with delivering(hooked, message(anna, "Una frase", 900, 7)) as answer:
        await begun.wait()
        await asyncio.sleep(0.05)
        assert not answer.done()
        assert [] == await kept(anna)
        go_on.set()
        assert 200 == await answer
        assert ["Una frase"] == await kept(anna)


async def test_an_update_delivered_again_while_it_is_handled_is_handled_once(
    hooked: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna,) = await writing(hooked, 1)
    process = hooked.bot.application.process_update
    handled: Counter[int] = Counter()
    go_on = asyncio.Event()

    async def counting(update: Any) -> None:
        handled[update.update_id] += 1
        await go_on.wait()
        await process(update)

    monkeypatch.setattr(hooked.bot.application, "process_update", counting)
    body = message(anna, "Una frase", 900, 7)
    async with delivering(hooked, body) as first, delivering(hooked, body) as second:
        await eventually(lambda: handled[7] == 1)
        await asyncio.sleep(0.05)
        go_on.set()
        assert (200, 200) == (await first, await second)
    assert 200 == await delivered(hooked, body)
    assert {7: 1} == handled


async def test_a_delivery_whose_sender_hangs_up_is_handled_all_the_same(
    hooked: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna,) = await writing(hooked, 1)
    receive = contributions.receive
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def receives(*given: Any, **named: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await receive(*given, **named)

    monkeypatch.setattr(contributions, "receive", receives)
    async with delivering(hooked, message(anna, "Una frase", 900, 7)):
        await begun.wait()
    go_on.set()
    await hooked.quiet()
    await eventually(lambda: RECEIVED in anna.everything)
    assert ["Una frase"] == await kept(anna)


async def test_what_takes_long_is_to_be_brought_again(hooked: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "ANSWER_SECONDS", 0.05)
    (anna,) = await writing(hooked, 1)
    receive = contributions.receive
    go_on = asyncio.Event()

    async def receives(*given: Any, **named: Any) -> Any:
        await go_on.wait()
        return await receive(*given, **named)

    monkeypatch.setattr(contributions, "receive", receives)
    body = message(anna, "Una frase", 900, 7)
    assert [503, 503] == [await delivered(hooked, body) for _ in range(2)]
    go_on.set()
    await eventually(lambda: RECEIVED in anna.everything)
    assert 200 == await delivered(hooked, body)
    assert ["Una frase"] == await kept(anna)


async def test_several_people_are_handled_at_once_and_each_in_order(hooked: Hall) -> None:
    people = await writing(hooked, 20)
    held: set[int] = set()
    everybody = asyncio.Event()

    async def intercept(call: Call) -> Fault | None:
        if call.method == "sendMessage" and not everybody.is_set():
            held.add(int(call.params["chat_id"]))
            if len(held) == len(people):
                everybody.set()
            await everybody.wait()
        return None

    hooked.telegram.intercept = intercept
    for number in range(4):
        for who in people:
            who.phone.say(f"Frase numero {number}")
    await hooked.quiet()
    assert everybody.is_set()
    for who in people:
        assert [f"Frase numero {number}" for number in range(4)] == await kept(who)


@pytest.mark.parametrize(
    "fault",
    [
        DeliveryFault("twice", twice=True),
        DeliveryFault("lost", lose_answer=True),
        DeliveryFault("hung up", give_up_after=0.01),
    ],
    ids=lambda fault: fault.name,
)
async def test_whatever_happens_to_deliveries_each_act_is_done_once(
    hooked: Hall, fault: DeliveryFault
) -> None:
    people = await writing(hooked, 5)
    hooked.telegram.deliverer.fault = lambda _, failures: fault if failures == 0 else None
    for number in range(4):
        hooked.clock.at += timedelta(seconds=1)
        for who in people:
            who.phone.say(f"Frase numero {number}")
    await hooked.quiet()
    for who in people:
        assert [f"Frase numero {number}" for number in range(4)] == await kept(who)
        assert 4 == sum(RECEIVED in m.shown for m in who.phone.messages)


async def test_a_flood_over_the_webhook_is_kept_and_told_once(
    hooked: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.queues.TURN", 0.001)
    (anna,) = await writing(hooked, 1)
    monkeypatch.setattr(hooked.bot._intake, "_catching_up", 0.0)
    # With the answers that wait for their pace the hall's time would go on, and nobody be fast.
    hooked.clock.flows.clear()
    for number in range(50):
        anna.phone.say(f"Frase numero {number}")
    await eventually(lambda: not hooked.telegram.pending_updates())
    hooked.clock.flows.set()
    await hooked.quiet()
    assert [f"Frase numero {number}" for number in range(50)] == await kept(anna)
    assert 1 == anna.everything.count("Troppe azioni")


async def test_an_update_that_breaks_breaks_alone_and_is_not_brought_again(
    hooked: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, bruno = await writing(hooked, 2)
    receive = contributions.receive

    async def receives(*given: Any, **named: Any) -> Any:
        if "bomba" in given[4]:
            raise RuntimeError("something of ours")
        return await receive(*given, **named)

    monkeypatch.setattr(contributions, "receive", receives)
    with capture_logs() as logs:
        anna.phone.say("Una bomba")
        bruno.phone.say("Una frase")
        (apology,) = await anna.reads()
        await bruno.reads()
    (broke,) = [entry for entry in logs if entry["event"] == "update_broke"]
    assert broke["code"] in apology
    assert ["Una frase"] == await kept(bruno)
    assert [] == hooked.telegram.pending_updates()


# --- who is not Telegram --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret", [None, "", SECRET[:-1], SECRET + "x", SECRET.upper(), b"\xff\xfe\x80", "è"]
)
async def test_without_the_secret_nothing_is_read(hooked: Hall, secret: str | bytes | None) -> None:
    (anna,) = await writing(hooked, 1)
    assert 403 == await delivered(hooked, message(anna, "Una frase", 900, 7), secret)
    await hooked.quiet()
    assert [] == await kept(anna)


async def test_the_secret_is_compared_in_constant_time(hooked: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def compares(given: bytes, secret: bytes) -> bool:
        compared.append((given, secret))
        return compare(given, secret)

    monkeypatch.setattr(hmac, "compare_digest", compares)
    assert 403 == await delivered(hooked, b"{}", "wrong")
    assert [(b"wrong", SECRET.encode())] == compared


MALFORMED = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "a text": b'"update_id"',
    "no number": b"{}",
    "a text for a number": b'{"update_id": "7"}',
    "a truth for a number": b'{"update_id": true}',
    "half a number": b'{"update_id": 7.5}',
    "not UTF-8": b'{"update_id": 7, "message": "\xff"}',
    "nested without end": b'{"update_id": 7, "message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "too large": b'{"update_id": 7, "x": "' + b"x" * intake.LARGEST + b'"}',
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_what_is_no_update_is_refused_and_breaks_nothing(hooked: Hall, name: str) -> None:
    with capture_logs() as logs:
        assert 400 == await delivered(hooked, MALFORMED[name])
    assert [] == logs
    anna = await hooked.somebody().registers("T6")
    assert ("T6", "5") == await anna.seat()


async def test_an_update_that_cannot_be_read_is_taken_or_it_would_come_for_ever(hooked: Hall) -> None:
    with capture_logs() as logs:
        assert 200 == await delivered(hooked, b'{"update_id": 7, "message": {"text": "segretissimo"}}')
    assert ["update_unreadable"] == [entry["event"] for entry in logs]
    assert "segretissimo" not in str(logs)


async def test_only_post_is_answered(hooked: Hall) -> None:
    assert hooked.settings.webhook_url is not None
    async with aiohttp.ClientSession() as http, http.get(hooked.settings.webhook_url) as response:
        assert 405 == response.status


# --- stopping -------------------------------------------------------------------------------------------


async def test_while_stopping_new_updates_are_left_to_telegram_and_those_taken_are_finished(
    hooked: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna,) = await writing(hooked, 1)
    receive = contributions.receive
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def receives(*given: Any, **named: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await receive(*given, **named)

    monkeypatch.setattr(contributions, "receive", receives)
    async with delivering(hooked, message(anna, "Presa in tempo", 900, 7)) as taken:
        await begun.wait()
        hooked.bot.stop()
        assert 503 == await delivered(hooked, message(anna, "Troppo tardi", 901, 8))
        go_on.set()
        assert 200 == await taken
    await hooked.stops()
    assert ["Presa in tempo"] == await kept(anna)


async def test_what_a_stop_does_not_reach_is_brought_again_after_the_next_start(
    hooked: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "FINISH_SECONDS", 0.1)
    anna, bruno = await writing(hooked, 2)
    never = asyncio.Event()

    async def intercept(call: Call) -> Fault | None:
        if call.method == "sendMessage":
            await never.wait()
        return None

    hooked.telegram.intercept = intercept
    for number in range(3):
        anna.phone.say(f"Frase numero {number}")
        bruno.phone.say(f"Frase numero {number}")
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await hooked.stops()
    assert time.monotonic() - began < 9.0
    hooked.telegram.intercept = None
    hooked.starts()
    await anna.reads()
    for who in (anna, bruno):
        assert [f"Frase numero {number}" for number in range(3)] == await kept(who)
