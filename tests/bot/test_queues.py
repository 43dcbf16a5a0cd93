"""One queue per person: who is too fast is asked to slow down, nobody waits for them, no sentence is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from bot import intake, queues
from handlers.callback_data import SetDots, encode
from rehearsal.telegram import Call, Fault
from tests.support.hall import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.hall import Hall, Somebody

TOO_FAST = "Troppe azioni in pochi secondi"
RECEIVED = "Contributo ricevuto"
CALM = timedelta(seconds=10)


@pytest.fixture(autouse=True)
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "TURN", 0.001)


async def writing(hall: Hall, number: int) -> list[Somebody]:
    """So many people at T6 in Session 1, who have done nothing for a while."""
    people = await hall.people(number, "T6")
    await hall.at("10:12")
    for who in people:
        await who.reads()
    return people


def wish(who: Somebody, code: str, count: int = 1) -> str:
    return who.phone.tap(who.ballot().id, encode(SetDots(code, count)))


def heard(who: Somebody, like: str) -> int:
    return sum(like in m.shown for m in who.phone.messages if m.from_bot)


def all_heard(people: list[Somebody], times: int) -> Callable[[], bool]:
    return lambda: all(heard(who, RECEIVED) == times for who in people)


async def kept(who: Somebody) -> list[str]:
    return [text for text, _, _ in await who.contributions()]


def held(hall: Hall, who: Somebody, until: asyncio.Event) -> None:
    """Telegram answers what the bot sends to this person only when the event is set."""

    async def intercept(call: Call) -> Fault | None:
        if call.method == "sendMessage" and call.chat_id == who.phone.id:
            await until.wait()
        return None

    hall.telegram.intercept = intercept


# --- too fast -------------------------------------------------------------------------------------------


async def test_twenty_acts_at_once_are_those_of_a_person(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    for number in range(queues.ACTS):
        wish(anna, "1.1", number % 2)
    await anna.reads()
    assert 0 == heard(anna, TOO_FAST)
    assert {"1.1": 1} == await anna.dots()


async def test_who_taps_too_fast_is_told_once_and_all_their_taps_are_answered(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    taps = [wish(anna, "1.1", number % 2) for number in range(60)]
    await anna.reads()
    await eventually(lambda: set(taps) <= set(anna.phone.answers))
    assert 1 == heard(anna, TOO_FAST)
    assert TOO_FAST in anna.phone.answers[taps[queues.ACTS]].text
    assert {""} == {anna.phone.answers[tap].text for tap in taps[queues.ACTS + 1 :]}
    # The twentieth was carried out, and nothing after it.
    assert {"1.1": 1} == await anna.dots()


async def test_who_taps_too_fast_is_told_though_the_answer_to_the_press_fails(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    hall.clock.at += CALM
    hall.breaks("answerCallbackQuery", Fault(status=502), 1, lambda call: TOO_FAST in str(call.params))
    for number in range(40):
        wish(anna, "1.1", number % 2)
    await anna.reads()
    assert 1 == heard(anna, TOO_FAST)


@pytest.mark.parametrize("retry_after", [None, 7])
async def test_who_is_too_fast_is_told_later_when_it_cannot_be_said_now(
    hall: Hall, retry_after: int | None
) -> None:
    (anna,) = await writing(hall, 1)
    hall.clock.at += CALM
    fault = Fault(status=429 if retry_after else 502, retry_after=retry_after)
    hall.breaks("sendMessage", fault, 2, lambda call: TOO_FAST in str(call.params))
    for number in range(40):
        wish(anna, "1.1", number % 2)
    await anna.reads()
    await eventually(lambda: heard(anna, TOO_FAST) == 1)
    assert [] == [row["key"] for row in await hall.rows("SELECT key FROM outbox WHERE sent_at IS NULL")]


async def test_what_was_done_before_somebody_was_too_fast_stays_done(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    for code in ("1.1", "2.1", "3.1"):
        wish(anna, code)
    for number in range(60):
        wish(anna, "4.1", number % 2)
    for code in ("1.1", "2.1", "3.1"):
        wish(anna, code, 0)
    await anna.reads()
    assert {"1.1": 1, "2.1": 1, "3.1": 1} == {c: n for c, n in (await anna.dots()).items() if c != "4.1"}


async def test_who_has_calmed_down_is_heard_again_and_told_again_the_next_time(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    for times in (1, 2):
        for number in range(40):
            wish(anna, "1.1", number % 2)
        await anna.reads()
        assert times == heard(anna, TOO_FAST)
        hall.clock.at += CALM
        await anna.sends_press(anna.ballot().id, encode(SetDots(f"{times + 1}.1", 1)))
        assert 1 == (await anna.dots())[f"{times + 1}.1"]


async def test_somebody_always_a_little_too_fast_is_told_once(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    for number in range(600):
        hall.clock.at += timedelta(seconds=0.02)
        wish(anna, "1.1", number % 2)
        await asyncio.sleep(0.002)
    await anna.reads()
    assert 1 == heard(anna, TOO_FAST)


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)])
async def test_a_clock_that_is_set_makes_nobody_too_fast_for_longer(hall: Hall, jump: timedelta) -> None:
    (anna,) = await writing(hall, 1)
    for number in range(40):
        wish(anna, "1.1", number % 2)
    await anna.reads()
    hall.clock.at += jump
    for code in ("2.1", "3.1"):
        wish(anna, code)
    await anna.reads()
    assert {"1.1": 1, "2.1": 1, "3.1": 1} == await anna.dots()
    assert 1 == heard(anna, TOO_FAST)


async def test_one_who_is_too_fast_slows_down_nobody_else(hall: Hall) -> None:
    eve, bruno = await writing(hall, 2)
    for number in range(60):
        wish(eve, "1.1", number % 2)
        if number % 6 == 0:
            wish(bruno, f"{1 + number // 12}.1")
    await bruno.reads()
    assert 0 == heard(bruno, TOO_FAST)
    assert 5 == len(await bruno.dots())


# --- nothing written is lost ----------------------------------------------------------------------------


async def test_what_is_written_too_fast_is_kept_in_its_order(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    sentences = [f"Frase numero {number}" for number in range(80)]
    for sentence in sentences:
        anna.phone.say(sentence)
    await anna.reads()
    assert sentences == await kept(anna)
    assert (1, 80) == (heard(anna, TOO_FAST), heard(anna, RECEIVED))
    assert 0 == await hall.count("inbox")


async def test_a_flood_is_taken_from_telegram_before_it_is_handled(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "TURN", 30.0)
    eve, bruno = await writing(hall, 2)
    for number in range(300):
        eve.phone.say(f"Spam numero {number}")
    await eventually(lambda: len(hall.telegram.pending_updates()) < 100)
    bruno.phone.say("Una frase")
    await eventually(lambda: heard(bruno, RECEIVED) == 1)
    assert await hall.count("inbox") > 200
    person = hall.bot.queues._people[eve.phone.id]
    assert len(person.queue) <= queues.IN_MEMORY
    await eventually(lambda: hall.bot.queues.waiting <= queues.IN_MEMORY + 1)


async def test_what_waits_for_its_turn_outlives_a_restart(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "TURN", 0.5)
    (anna,) = await writing(hall, 1)
    sentences = [f"Frase numero {number}" for number in range(60)]
    for sentence in sentences:
        anna.phone.say(sentence)

    async def most() -> bool:
        return await hall.count("inbox") >= 60 - queues.ACTS

    await eventually(most)
    monkeypatch.setattr(intake, "FINISH_SECONDS", 0.1)
    await hall.stops()
    assert len(await kept(anna)) < 30
    monkeypatch.setattr(queues, "TURN", 0.001)
    hall.starts()
    await anna.says("E l'ultima")
    assert [*sentences, "E l'ultima"] == await kept(anna)
    assert 0 == await hall.count("inbox")


async def test_two_edits_in_one_second_are_two(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    await anna.says("Mancano i treni")
    message = anna.typed
    for number in range(40):
        anna.phone.edit(message, f"Mancano {number} treni")
    await anna.reads()
    assert ["Mancano 39 treni"] == await kept(anna)


async def test_a_machine_that_writes_thousands_of_sentences_does_not_fill_the_disk(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "TURN", 30.0)
    monkeypatch.setattr(queues, "KEPT", 30)
    (eve,) = await writing(hall, 1)
    with capture_logs() as logs:
        for number in range(200):
            eve.phone.say(f"Spam numero {number}")
        await eventually(lambda: len(hall.telegram.pending_updates()) <= queues.IN_MEMORY)
        # Those in memory are there, too: others' updates were to come.
        assert 30 <= await hall.count("inbox") <= 30 + queues.IN_MEMORY
    assert 1 == [entry["event"] for entry in logs].count("flood_dropped")


async def test_of_a_stranger_nothing_is_kept_however_much_they_write(hall: Hall) -> None:
    eve = hall.somebody()
    await eve.opens()
    for number in range(300):
        eve.phone.say(f"Spam numero {number}")
    await eve.reads()
    assert [] == hall.telegram.pending_updates()
    assert (0, 0, 0) == (
        await hall.count("people"),
        await hall.count("inbox"),
        await hall.count("outbox"),
    )
    assert 1 == heard(eve, TOO_FAST)
    assert "benvenuto" in eve.screen().shown
    hall.clock.at += CALM
    await eve.registers("T6")
    assert ("T6", "5") == await eve.seat()


# --- what waited for us ---------------------------------------------------------------------------------


async def test_nobody_was_too_fast_while_we_were_away(hall: Hall) -> None:
    anna, bruno = await writing(hall, 2)
    await hall.stops()
    taps = [wish(anna, f"{1 + number % 6}.1", int(number >= 30)) for number in range(36)]
    for number in range(36):
        bruno.phone.say(f"Frase numero {number}")
    hall.starts()
    await anna.reads()
    assert (0, 0) == (heard(anna, TOO_FAST), heard(bruno, TOO_FAST))
    assert {f"{axis}.1": 1 for axis in range(1, 7)} == await anna.dots()
    assert set(taps) <= set(anna.phone.answers)
    assert [f"Frase numero {number}" for number in range(36)] == await kept(bruno)


async def test_what_was_refused_and_comes_again_after_a_kill_may_be_granted_and_then_is_told(
    hall: Hall,
) -> None:
    """Decided: whoever acts wishes it still, and sees the newest answer. It is as if the act came late."""
    (anna,) = await hall.people(1, "T6")
    await hall.stops()
    anna.phone.say("Mancano i treni la sera")
    (raw,) = hall.telegram.pending_updates()
    hall.starts()
    (refused,) = await anna.reads()
    assert RECEIVED not in refused
    assert [] == await kept(anna)
    await hall.at("10:12")
    await hall.stops()
    hall.telegram.forge("message", raw["message"])
    hall.starts()
    assert RECEIVED in (await anna.reads())[-1]
    assert ["Mancano i treni la sera"] == await kept(anna)


# --- one who is slow to be answered ---------------------------------------------------------------------


async def test_one_whose_answer_hangs_keeps_back_nobody(hall: Hall) -> None:
    """Telegram gives a hundred updates from the oldest that is not confirmed, and no more."""
    anna, *others = await writing(hall, 31)
    answered = asyncio.Event()
    held(hall, anna, answered)
    anna.phone.say("La prima")
    for number in range(6):
        hall.clock.at += timedelta(seconds=2)
        for who in others:
            who.phone.say(f"Frase numero {number}")
        await eventually(all_heard(others, number + 1))
    # She was not answered yet; what she wrote is done and rests with us, not at Telegram.
    assert 0 == heard(anna, RECEIVED)
    assert 1 == await hall.count("inbox")
    anna.phone.say("La seconda")
    answered.set()
    await anna.reads()
    assert ["La prima", "La seconda"] == await kept(anna)
    assert 2 == heard(anna, RECEIVED)
    assert 0 == await hall.count("inbox")


async def test_a_stranger_whose_answer_hangs_keeps_back_nobody(hall: Hall) -> None:
    others = await writing(hall, 30)
    eve = hall.somebody()
    answered = asyncio.Event()
    held(hall, eve, answered)
    eve.phone.start()
    for number in range(6):
        hall.clock.at += timedelta(seconds=2)
        for who in others:
            who.phone.say(f"Frase numero {number}")
        await eventually(all_heard(others, number + 1))
    assert 0 == await hall.count("inbox")
    answered.set()
    await eventually(lambda: heard(eve, "benvenuto") == 1)


async def test_strangers_together_keep_back_nobody(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five of them could fill all that Telegram gives at once, if Telegram lets none of them be answered."""
    monkeypatch.setattr(intake, "STUCK", 0.5)
    anna, *_ = await writing(hall, 2)
    strangers = [hall.somebody() for _ in range(6)]

    async def intercept(call: Call) -> Fault | None:
        refused = call.method == "sendMessage" and call.chat_id in {who.phone.id for who in strangers}
        return Fault(status=429, description="Too Many Requests", retry_after=600) if refused else None

    # Nobody has the event's time to wait for.
    never = asyncio.Event()

    async def wait(_until: object) -> None:
        await never.wait()

    monkeypatch.setattr(hall.clock, "wait", wait)
    hall.telegram.intercept = intercept
    for _ in range(20):
        for who in strangers:
            who.phone.start("T6")
    await asyncio.sleep(0.1)
    anna.phone.say("Una frase")
    await eventually(lambda: heard(anna, RECEIVED) == 1)
    assert (2, 0) == (await hall.count("people"), await hall.count("inbox"))


async def test_what_rests_with_us_is_done_in_order_after_a_kill(hall: Hall) -> None:
    anna, *others = await writing(hall, 31)
    never = asyncio.Event()
    held(hall, anna, never)
    for code in ("La prima", "La seconda", "La terza"):
        anna.phone.say(code)
    for number in range(4):
        hall.clock.at += timedelta(seconds=2)
        for who in others:
            who.phone.say(f"Frase numero {number}")
        await eventually(all_heard(others, number + 1))
    await eventually(
        lambda: not any(u["message"]["from"]["id"] == anna.phone.id for u in hall.telegram.pending_updates())
    )
    running, hall._running = hall._running, None
    assert running is not None
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    hall.telegram.intercept = None
    hall.starts()
    await anna.reads()
    assert ["La prima", "La seconda", "La terza"] == await kept(anna)
    assert 0 == await hall.count("inbox")


# --- twice ----------------------------------------------------------------------------------------------


async def test_updates_given_twice_are_handled_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    (anna,) = await writing(hall, 1)
    process = hall.bot.application.process_update
    handled: Counter[int] = Counter()

    async def counting(update: Any) -> None:
        handled[update.update_id] += 1
        await process(update)

    monkeypatch.setattr(hall.bot.application, "process_update", counting)
    hall.breaks("getUpdates", Fault("duplicated"), 50)
    for number in range(10):
        anna.phone.say(f"Frase numero {number}")
    await anna.reads()
    assert ([1] * 10, 10) == (list(handled.values()), heard(anna, RECEIVED))


async def test_numbers_may_come_again_after_a_long_silence(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "POLL_SECONDS", 0)
    (anna,) = await writing(hall, 1)
    first = hall.telegram.world.updates._next
    await anna.says("Prima della pausa")
    await hall.calls_more("getUpdates", 3)
    monkeypatch.setattr(queues, "DAY", 0.0)
    hall.telegram.world.updates._next = first
    await anna.says("Dopo la pausa")
    assert ["Prima della pausa", "Dopo la pausa"] == await kept(anna)


# --- what cannot be read --------------------------------------------------------------------------------


async def test_an_update_that_cannot_be_read_is_confirmed_and_its_content_is_not_told(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    user = anna.phone.user()
    with capture_logs() as logs:
        for text in (17, "x" * 9000, ["segretissimo"]):
            hall.telegram.forge(
                "message",
                {"message_id": 5, "date": 1, "chat": anna.phone.json(), "from": user, "text": text},
            )
        hall.telegram.forge("message", {"segretissimo": 1})
        await anna.says("Una frase")
    unreadable = [entry for entry in logs if entry["event"] == "update_unreadable"]
    assert 4 == len(unreadable)
    assert "segretissim" not in str(logs)
    assert ["Una frase"] == await kept(anna)
    assert [] == hall.telegram.pending_updates()


async def test_bots_are_no_people(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    robot = {**anna.phone.user(), "is_bot": True}
    hall.telegram.forge(
        "message",
        {"message_id": 5, "date": 1, "chat": anna.phone.json(), "from": robot, "text": "Sono un robot"},
    )
    assert [] == await anna.reads()
    assert [] == await kept(anna)


async def test_those_who_are_idle_are_forgotten(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "FORGET_EVERY", 1)
    people = await writing(hall, 5)
    hall.clock.at += CALM
    await people[0].says("Una frase")
    assert {people[0].phone.id} == set(hall.bot.queues._people)
