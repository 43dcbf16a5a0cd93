"""Killed at any moment, started again: nothing typed or tapped before is lost, confirmed or not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from handlers.callback_data import SetDots, encode
from tests.support.process import bot_process

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall, Somebody

PEOPLE = 60
IN_FLIGHT = 12
"""Messages of the outbox that may be under way at once, and so be doubled by a kill."""


def heard(people: list[Somebody], like: str) -> list[int]:
    return [sum(like in m.shown for m in who.phone.messages if m.from_bot) for who in people]


async def test_an_event_killed_again_and_again(hall: Hall, tmp_path: Path) -> None:
    people = await hall.people(PEOPLE, "T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:12")
    await hall.stops()

    # Session 1: five taps each are waiting when the bot is killed.
    wished = {
        who: ["1.1", *(f"{axis}.{1 + number % 3}" for axis in range(2, 6))]
        for number, who in enumerate(people)
    }
    async with bot_process(hall, tmp_path) as bot:
        for turn in range(5):
            for who, codes in wished.items():
                who.phone.tap(who.ballot().id, encode(SetDots(codes[turn], 1)))
        await hall.calls_more("answerCallbackQuery", 40)
        await bot.kill()
    assert len(hall.telegram.pending_updates()) > 100
    async with bot_process(hall, tmp_path) as bot:
        await hall.quiet(60)
        for who, codes in wished.items():
            assert dict.fromkeys(codes, 1) == await who.dots()
            assert "Ti resta 1 bollino su 6" in who.ballot().shown

        # Session 2 begins, and the bot is killed while everybody is being told.
        moving = asyncio.create_task(hall.at("10:30"))
        await hall.calls_more("sendMessage", 20)
        await bot.kill()
        moving.cancel()
        await asyncio.gather(moving, return_exceptions=True)
    assert 0 in heard(people, "Comincia la Sessione 2")
    async with bot_process(hall, tmp_path) as bot:
        await hall.quiet(60)
        told = heard(people, "Comincia la Sessione 2")
        assert min(told) == 1
        assert sum(told) - PEOPLE <= IN_FLIGHT

        # Three hundred typed messages of sixty people are waiting when it is killed.
        await lara.says("/discuti 1.1")
        for number in range(5):
            for who in people:
                who.phone.say(f"Idea numero {number} di {who.phone.id}")
        await hall.calls_more("sendMessage", 40)
        await bot.kill()
    assert len(hall.telegram.pending_updates()) > 100
    async with bot_process(hall, tmp_path) as bot:
        await hall.quiet(60)
        for who in people:
            assert [(f"Idea numero {n} di {who.phone.id}", "1.1", "1") for n in range(5)] == (
                await who.contributions()
            )
        assert 5 * PEOPLE == await hall.count("contributions")
        assert [] == hall.telegram.pending_updates()
        assert min(heard(people, "Contributo ricevuto")) >= 5

        # And everybody goes on where they were.
        await people[0].says("avanti")
        assert "Domanda 2." in people[0].screen().shown
        status, _ = await bot.terminate()
        assert 0 == status
    assert "errore nostro" not in "".join(who.everything for who in people)


async def test_sigterm_finishes_what_was_taken_and_confirms_it(hall: Hall, tmp_path: Path) -> None:
    people = await hall.people(20, "T6")
    await hall.at("10:12")
    await hall.stops()
    async with bot_process(hall, tmp_path) as bot:
        for number in range(15):
            for who in people:
                who.phone.say(f"Idea numero {number}")
        await hall.calls_more("sendMessage", 40)
        status, seconds = await bot.terminate()
    assert 0 == status
    assert seconds < 10
    left = len(hall.telegram.pending_updates())
    assert 300 == await hall.count("contributions") + left
    assert '"stopped"' in bot.output
    # More than a chat may get in a moment waits; all of it comes.
    async with bot_process(hall, tmp_path):
        await hall.quiet(60)
    assert 300 == await hall.count("contributions")
    assert 300 == sum(heard(people, "Contributo ricevuto"))
