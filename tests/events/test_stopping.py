"""SIGTERM: what is acknowledged is finished, and all is over within ten seconds, whatever Telegram does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from handlers.callback_data import SetDots, encode
from rehearsal.telegram import Fault
from tests.support.process import PATIENCE, bot_process, free_port, running, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.telegram import Call
    from tests.support.hall import Hall, Somebody

KILLED_AFTER = 10.0
"""Seconds after which Docker kills what it asked to stop."""

HANGS = Fault("normal", wait=120.0)


def hang(hall: Hall, *methods: str) -> asyncio.Event:
    """From now on calls of these methods (none: of all) are never answered. Set when there was one."""
    called = asyncio.Event()

    async def intercept(call: Call) -> Fault | None:
        if methods and call.method not in methods:
            return None
        called.set()
        return HANGS

    hall.telegram.intercept = intercept
    return called


async def test_stopped_under_load_while_telegram_hangs_nothing_acknowledged_is_lost(
    hall: Hall, tmp_path: Path
) -> None:
    people = await hall.people(15, "T6")
    await hall.at("10:12")
    await hall.stops()
    async with bot_process(hall, tmp_path) as bot:
        for number in range(5):
            for who in people:
                who.phone.say(f"Idea numero {number}")
        await hall.calls_more("sendMessage", 20)
        hang(hall)
        status, seconds = await bot.terminate()
    assert (0, True) == (status, seconds < KILLED_AFTER), seconds
    acknowledged = {
        who: sum("Contributo ricevuto" in m.shown for m in who.phone.messages if m.from_bot) for who in people
    }
    assert sum(acknowledged.values()) >= 20
    for who, heard in acknowledged.items():
        assert heard <= len(await who.contributions())
    hall.telegram.intercept = None
    async with bot_process(hall, tmp_path) as bot:
        await hall.quiet(60)
        for who in people:
            assert [f"Idea numero {number}" for number in range(5)] == [
                text for text, _, _ in await who.contributions()
            ]
        assert 0 == (await bot.terminate())[0]


async def test_stopped_while_people_tap_each_dot_acknowledged_is_there(hall: Hall, tmp_path: Path) -> None:
    people = await hall.people(15, "T6")
    await hall.at("10:12")
    await hall.stops()
    presses: list[tuple[Somebody, str, str]] = []
    async with bot_process(hall, tmp_path) as bot:
        for code in ("1.1", "2.1", "3.1", "4.1", "5.1"):
            for who in people:
                presses.append((who, code, who.phone.tap(who.ballot().id, encode(SetDots(code, 1)))))
        await hall.calls_more("answerCallbackQuery", 20)
        status, seconds = await bot.terminate()
    assert (0, True) == (status, seconds < KILLED_AFTER), seconds
    dots = {who: await who.dots() for who in people}
    answered = [(who, code) for who, code, press in presses if press in who.phone.answers]
    assert len(answered) >= 20
    assert {1} == {dots[who].get(code) for who, code in answered}
    assert len(presses) <= sum(map(len, dots.values())) + len(hall.telegram.pending_updates())


@pytest.mark.parametrize("method", ["getMe", "setMyCommands", "getUpdates"])
async def test_stopped_while_it_starts_and_telegram_hangs(hall: Hall, tmp_path: Path, method: str) -> None:
    await hall.stops()
    hang(hall, method)
    async with running(tmp_path, "run", environment=settings_of(hall, BOLLINI_HEALTH_PORT="0")) as bot:
        await bot.says("health_listening" if method == "getMe" else '"started"')
        if method == "setMyCommands":
            # Nobody waits for the menu.
            anna = hall.somebody()
            assert await anna.opens("T6")
        status, seconds = await bot.terminate()
    assert (0, True) == (status, seconds < KILLED_AFTER), bot.output


@pytest.mark.parametrize("method", ["deleteWebhook", "setWebhook", "getWebhookInfo"])
async def test_stopped_while_telegram_hangs_over_the_webhook(hall: Hall, tmp_path: Path, method: str) -> None:
    await hall.stops()
    called = hang(hall, method)
    address = {"BOLLINI_WEBHOOK_URL": "https://bollini.example/", "BOLLINI_WEBHOOK_PORT": str(free_port())}
    settings = settings_of(hall, **({} if method == "deleteWebhook" else address))
    async with running(tmp_path, "run", environment=settings) as bot:
        async with asyncio.timeout(PATIENCE):
            await called.wait()
        status, seconds = await bot.terminate()
    assert (0, True) == (status, seconds < KILLED_AFTER), bot.output
