"""Updates: confirmed after they were handled, a queue for each person, whatever the server answers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from structlog.testing import capture_logs
from telegram.error import InvalidToken

from bot import intake
from bot.transport import AiohttpRequest
from participation import contributions
from rehearsal.telegram import Call, Fault
from tests.support.hall import TOKEN, open_hall

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall, Somebody


async def writing(hall: Hall, number: int) -> list[Somebody]:
    """So many people at T6 in Session 1, whose sentences are kept."""
    people = await hall.people(number, "T6")
    await hall.at("10:12")
    for who in people:
        await who.reads()
    return people


def slow(hall: Hall, who: Somebody, seconds: float) -> None:
    """From now on Telegram answers late to what the bot sends to this person."""

    async def intercept(call: Call) -> Fault | None:
        late = call.method == "sendMessage" and call.chat_id == who.phone.id
        return Fault("normal", delay=seconds) if late else None

    hall.telegram.intercept = intercept


async def heard(who: Somebody, like: str, seconds: float) -> bool:
    """Whether the bot writes this to somebody within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if any(like in m.shown for m in who.phone.messages if m.from_bot):
            return True
        await who.phone.changed(who.phone.version, until - time.monotonic())
    return False


# --- confirmed after handled ----------------------------------------------------------------------------


async def test_no_update_is_confirmed_before_it_was_handled(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a slow machine they would be kept in the database, and then may be confirmed.
    monkeypatch.setattr(intake, "SLOW", 600.0)
    monkeypatch.setattr(intake, "STUCK", 600.0)
    people = await writing(hall, 8)
    process = hall.bot.application.process_update
    handled: set[int] = set()
    asked: list[tuple[int, int]] = []

    async def handling(update: object) -> None:
        await asyncio.sleep(0.002)
        await process(update)
        handled.add(update.update_id)  # type: ignore[attr-defined]

    hall.bot.application.process_update = handling  # type: ignore[method-assign]
    first = hall.telegram.updates_total

    async def intercept(call: Call) -> Fault | None:
        if call.method == "getUpdates" and call.params.get("offset"):
            waiting = [update["update_id"] for update in hall.telegram.pending_updates()]
            confirmed = [number for number in waiting if number < call.params["offset"]]
            asked.append((len(confirmed), len(set(confirmed) - handled)))
        return None

    hall.telegram.intercept = intercept
    for number in range(10):
        for who in people:
            who.phone.say(f"Frase numero {number}")
    await hall.quiet()
    assert 80 == sum(confirmed for confirmed, _ in asked) == hall.telegram.updates_total - first
    assert 0 == sum(early for _, early in asked)


async def test_one_unfinished_update_keeps_all_after_it_unconfirmed(hall: Hall) -> None:
    anna, bruno = await writing(hall, 2)
    slow(hall, anna, 1.0)
    anna.phone.say("Anna scrive")
    bruno.phone.say("Bruno scrive")
    assert await heard(bruno, "Contributo ricevuto", 0.8)
    await asyncio.sleep(0.1)
    assert ["Anna scrive", "Bruno scrive"] == [
        update["message"]["text"] for update in hall.telegram.pending_updates()
    ]
    await hall.quiet()
    assert 1 == len(await anna.contributions())
    assert 1 == len(await bruno.contributions())


async def test_updates_that_come_in_another_order_are_not_confirmed_for_one_behind_them(hall: Hall) -> None:
    people = await writing(hall, 3)
    hall.telegram.world.updates.arrange = lambda batch, _limit: list(reversed(batch))

    async def intercept(call: Call) -> Fault | None:
        return Fault("normal", delay=1.0) if call.method == "sendMessage" else None

    hall.telegram.intercept = intercept
    for who in people:
        who.phone.say(f"Scrive {who.phone.first_name}")
    await asyncio.sleep(0.4)
    assert 3 == len(hall.telegram.pending_updates())
    await hall.quiet()
    assert [1, 1, 1] == [len(await who.contributions()) for who in people]


# --- a queue for each person ----------------------------------------------------------------------------


async def test_a_persons_acts_are_done_in_order(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    for typed in ("1.1", "-1.1", "1.2", "-1.2", "1.3", "-1.1 1.4"):
        anna.phone.say(typed)
    await hall.quiet()
    assert {"1.3": 1, "1.4": 1} == await anna.dots()


async def test_one_person_who_floods_delays_nobody(hall: Hall) -> None:
    eve, *others = await writing(hall, 11)
    slow(hall, eve, 0.05)
    for number in range(60):
        eve.phone.say(f"Spam numero {number}")
    for who in others:
        who.phone.say("Una frase")
    assert all([await heard(who, "Contributo ricevuto", 5.0) for who in others])
    # All the others were answered while Eve's sixty still waited their turn.
    assert len(await eve.contributions()) < 45
    await hall.quiet()
    assert 60 == len(await eve.contributions())


async def test_more_than_a_batch_of_people_at_once(hall: Hall) -> None:
    people = await writing(hall, 40)
    for number in range(6):
        for who in people:
            who.phone.say(f"Frase numero {number}")
    await hall.quiet()
    for who in people:
        assert [f"Frase numero {n}" for n in range(6)] == [text for text, _, _ in await who.contributions()]


# --- what breaks ----------------------------------------------------------------------------------------


async def test_an_update_that_breaks_breaks_alone(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, bruno = await writing(hall, 2)
    receive = contributions.receive

    async def receives(*given: Any, **named: Any) -> Any:
        if "bomba" in given[4]:
            message = "something of ours"
            raise RuntimeError(message)
        return await receive(*given, **named)

    monkeypatch.setattr(contributions, "receive", receives)
    with capture_logs() as logs:
        anna.phone.say("Una bomba segretissima")
        anna.phone.say("Una frase dopo")
        bruno.phone.say("Una frase di Bruno")
        apology, received = await anna.reads()
    broke = next(entry for entry in logs if entry["event"] == "update_broke")
    assert "errore nostro" in apology
    assert broke["code"] in apology
    assert "RuntimeError" == broke["error"]
    assert "segretissima" not in str([{**entry, "exc_info": None} for entry in logs])
    assert "Contributo ricevuto" in received
    assert ["Una frase dopo"] == [text for text, _, _ in await anna.contributions()]
    assert ["Una frase di Bruno"] == [text for text, _, _ in await bruno.contributions()]


async def test_not_even_a_broken_error_handler_mutes_a_person(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna,) = await writing(hall, 1)
    process = hall.bot.application.process_update

    async def breaks(_update: object) -> None:
        message = "not even this"
        raise RuntimeError(message)

    monkeypatch.setattr(hall.bot.application, "process_update", breaks)
    with capture_logs() as logs:
        await anna.says("Una frase")
    assert "handling_broke" in [entry["event"] for entry in logs]
    monkeypatch.setattr(hall.bot.application, "process_update", process)
    await anna.says("Un'altra")
    assert ["Un'altra"] == [text for text, _, _ in await anna.contributions()]


FAULTS = {
    "500": Fault(status=500),
    "502": Fault(status=502, description="Bad Gateway"),
    "400": Fault(status=400, description="Bad Request: whatever"),
    "429": Fault(status=429, description="Too Many Requests: retry after 1", retry_after=1),
    "reset": Fault("reset"),
    "garbage": Fault("truncated"),
    "twice": Fault("duplicated"),
    "late": Fault("normal", delay=0.2),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_polling_survives_what_the_server_answers(hall: Hall, fault: str) -> None:
    (anna,) = await writing(hall, 1)
    hall.breaks("getUpdates", FAULTS[fault], 1 if fault == "429" else 2)
    for text in ("uno due", "tre quattro"):
        anna.phone.say(text)
    await anna.reads()
    await anna.says("cinque sei")
    assert ["uno due", "tre quattro", "cinque sei"] == [text for text, _, _ in await anna.contributions()]


async def test_an_answer_nobody_can_read_does_not_end_the_bot(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna,) = await writing(hall, 1)
    get_updates = AiohttpRequest.get_updates
    left = 2

    async def unreadable(request: AiohttpRequest, *given: Any) -> list[Any]:
        nonlocal left
        if left:
            left -= 1
            return [17, {"update_id": "17"}, {}]
        return await get_updates(request, *given)

    monkeypatch.setattr(AiohttpRequest, "get_updates", unreadable)
    await anna.says("Una frase")
    assert 0 == left
    assert ["Una frase"] == [text for text, _, _ in await anna.contributions()]


async def test_another_poller_is_said_and_left_alone_for_a_while(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "CONFLICT_SECONDS", 0.1)
    (anna,) = await writing(hall, 1)
    await asyncio.sleep(0.1)
    with capture_logs() as logs:
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{hall.telegram.url}/bot{TOKEN}/getUpdates") as response,
        ):
            assert 200 == response.status
        await anna.says("Una frase")
    assert "another_poller" in [entry["event"] for entry in logs]
    assert ["Una frase"] == [text for text, _, _ in await anna.contributions()]


async def test_ids_that_begin_again_lower_are_taken_all_the_same(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a week without updates Telegram numbers them anew, anywhere."""
    monkeypatch.setattr(intake, "POLL_SECONDS", 0)
    (anna,) = await writing(hall, 1)
    await anna.says("Prima della pausa")
    await hall.calls_more("getUpdates", 3)
    hall.telegram.world.updates._next = 17
    await anna.says("Dopo la pausa")
    assert ["Prima della pausa", "Dopo la pausa"] == [text for text, _, _ in await anna.contributions()]


# --- stopping -------------------------------------------------------------------------------------------


async def test_a_stop_handles_and_confirms_what_was_taken(hall: Hall) -> None:
    anna, bruno = await writing(hall, 2)
    slow(hall, anna, 0.02)
    for number in range(20):
        anna.phone.say(f"Frase numero {number}")
        bruno.phone.say(f"Frase numero {number}")
    await heard(bruno, "Contributo ricevuto", 2.0)
    await hall.stops()
    assert [] == hall.telegram.pending_updates()
    for who in (anna, bruno):
        assert 20 == len(await who.contributions())
    # The answers that were too many at once for a chat rest until the next start.
    hall.starts()
    await hall.quiet()
    for who in (anna, bruno):
        assert 20 == sum("Contributo ricevuto" in m.shown for m in who.phone.messages)


async def test_what_a_stop_does_not_reach_is_handled_at_the_next_start(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "FINISH_SECONDS", 0.2)
    (anna,) = await writing(hall, 1)
    slow(hall, anna, 30.0)
    for number in range(3):
        anna.phone.say(f"Frase numero {number}")
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await hall.stops()
    assert time.monotonic() - began < 5.0
    hall.telegram.intercept = None
    hall.starts()
    await anna.reads()
    assert [f"Frase numero {n}" for n in range(3)] == [text for text, _, _ in await anna.contributions()]
    assert 3 == await hall.count("contributions")


async def test_a_token_that_is_none_ends_the_bot(tmp_path: Path) -> None:
    with pytest.raises(InvalidToken):
        async with open_hall(tmp_path, token="123456:another-secret-than-that") as hall:
            await asyncio.wait_for(hall.ended(), 5.0)


async def test_without_telegram_the_bot_waits_for_it(tmp_path: Path) -> None:
    async with open_hall(tmp_path) as hall:
        await hall.stops()
        hall.breaks("getMe", Fault("reset"), 2)
        with capture_logs() as logs:
            hall.starts()
            anna = await hall.somebody().registers("T6")
        assert 2 == sum(entry["event"] == "telegram_not_reached" for entry in logs)
        assert ("T6", "5") == await anna.seat()


async def test_the_bot_can_be_stopped_while_it_waits_for_telegram(tmp_path: Path) -> None:
    async with open_hall(tmp_path) as hall:
        await hall.stops()
        hall.breaks("getMe", Fault(status=502), 1000)
        hall.starts()
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await hall.stops()
        assert time.monotonic() - began < 3.0
