"""Faults come in through one seam, and the methods know nothing of them."""

import asyncio

import aiohttp
import orjson
import pytest
from telegram.error import NetworkError, RetryAfter, TimedOut

from rehearsal.telegram import Call, Fault
from tests.rehearsal.local_telegram import TOKEN, always, local, until


@pytest.mark.parametrize("carry_out", [False, True])
async def test_an_error_with_or_without_effect(carry_out: bool) -> None:
    fault = Fault("error", 502, "Bad Gateway", carry_out=carry_out)
    async with local(intercept=always(fault, "sendMessage")) as tg:
        tg.met()
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await tg.bot.send_message(77, "x")
        assert carry_out == (tg.ada.last is not None)
        assert (502, False, "Bad Gateway", "error") == (
            tg.server.calls[-1].status,
            tg.server.calls[-1].ok,
            tg.server.calls[-1].description,
            tg.server.calls[-1].fault,
        )


# The library warns that retry_after will one day be a timedelta.
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_retry_after() -> None:
    fault = Fault("error", 429, "Too Many Requests: retry after 200", retry_after=200)
    async with local(intercept=always(fault, "editMessageText")) as tg:
        tg.met()
        sent = await tg.bot.send_message(77, "x")
        with pytest.raises(RetryAfter, match=r"200|0:03:20"):
            await tg.bot.edit_message_text("y", 77, sent.message_id)


async def test_a_page_of_html_as_a_proxy_answers() -> None:
    async with local(intercept=always(Fault("html", 502, "Bad Gateway"), "sendMessage")) as tg:
        tg.met()
        with pytest.raises(NetworkError):
            await tg.bot.send_message(77, "x")
        url = f"{tg.server.url}/bot{TOKEN}/sendMessage"
        async with tg.http.post(url, json={"chat_id": 77, "text": "x"}) as answer:
            assert (502, "text/html") == (answer.status, answer.content_type)
            assert "<h1>502 Bad Gateway</h1>" in await answer.text()
        assert ({502: 2}, "html", None) == (tg.server.errors, tg.server.calls[-1].fault, tg.ada.last)


async def test_a_call_that_waits_is_not_carried_out_when_its_caller_hangs_up() -> None:
    async with local(intercept=always(Fault("normal", wait=1.0), "sendMessage")) as tg:
        tg.met()
        with pytest.raises(TimedOut):
            await tg.bot.send_message(77, "x", read_timeout=0.3)
        await until(lambda: tg.server.errors[0])
        assert (None, "the bot hung up") == (tg.ada.last, tg.server.calls[-1].description)
        assert "x" == (await tg.bot.send_message(77, "x")).text


async def test_a_reset_connection() -> None:
    async with local(intercept=always(Fault("reset"), "sendMessage")) as tg:
        tg.met()
        with pytest.raises(NetworkError):
            await tg.bot.send_message(77, "x")
        assert ({0: 1}, None) == (tg.server.errors, tg.ada.last)


async def test_half_an_answer() -> None:
    async with local(intercept=always(Fault("truncated"), "sendMessage")) as tg:
        tg.met()
        with pytest.raises(orjson.JSONDecodeError):
            await tg.call("sendMessage", chat_id=77, text="x")
        assert "x" == tg.ada.last.text  # type: ignore[union-attr]


async def test_updates_twice() -> None:
    async with local(intercept=always(Fault("duplicated"), "getUpdates")) as tg:
        assert () == await tg.bot.get_updates()
        tg.ada.say("a")
        tg.ada.say("b")
        assert ["a", "b", "a", "b"] == [update.message.text for update in await tg.bot.get_updates()]  # type: ignore[union-attr]


async def test_a_late_answer_holds_nobody_else_up() -> None:
    async with local(intercept=always(Fault("normal", delay=0.3), "sendMessage")) as tg:
        tg.met()
        late = asyncio.create_task(tg.bot.send_message(77, "x"))
        assert await tg.ada.changed(tg.ada.version, 5)
        assert (await tg.bot.get_me()).id == tg.bot.id
        assert not late.done()
        assert "x" == (await late).text


async def test_a_hanging_call_that_never_answers() -> None:
    async with local(intercept=always(Fault("reset", delay=30), "sendMessage")) as tg:
        tg.met()
        with pytest.raises(TimeoutError):
            await tg.http.post(
                f"{tg.server.url}/bot{TOKEN}/sendMessage",
                json={"chat_id": 77, "text": "x"},
                timeout=aiohttp.ClientTimeout(total=0.1),
            )


async def test_the_seam_sees_the_call_before_it_happens() -> None:
    seen: list[Call] = []

    async def watch(call: Call) -> None:
        seen.append(call)

    async with local(intercept=watch) as tg:
        tg.met()
        await tg.bot.send_message(77, "x")
        await tg.refused("sendMessage", chat_id="@nobody", text="x")
        assert [("getMe", None), ("sendMessage", 77), ("sendMessage", None)] == [
            (call.method, call.chat_id) for call in seen
        ]
        assert tg.clock.at == seen[1].at
        assert "x" == seen[1].params["text"]
