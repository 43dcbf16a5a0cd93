"""What nobody asked for: everybody gets it once, at Telegram's pace, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from bot.posts import Studio
from handlers.callback_data import SetDots, encode
from participation.notices import Programme, UnknownCommand, dump
from rehearsal.telegram import Call, Fault, Limits
from storage import contributions, outbox
from storage.contributions import Contribution
from storage.outbox import Urgency
from tests.support.hall import CHANNEL, eventually, open_hall

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from tests.support.hall import Hall, Somebody


async def announced(hall: Hall, number: int) -> list[Somebody]:
    """So many people at T6, about to be told that Session 2 begins."""
    people = await hall.people(number, "T6")
    await hall.at("10:26")
    for who in people:
        await who.reads()
    return people


def told(who: Somebody) -> int:
    """How often somebody was told that Session 2 begins."""
    return sum("priorità per la Sessione 2" in m.shown for m in who.phone.messages)


async def test_everybody_is_told_once(hall: Hall) -> None:
    people = await announced(hall, 40)
    await hall.at("10:30")
    assert {1} == {told(who) for who in people}


async def test_no_more_than_thirty_a_second_go_out(hall: Hall) -> None:
    await announced(hall, 100)
    at: list[datetime] = []

    async def intercept(call: Call) -> Fault | None:
        if call.method == "sendMessage":
            at.append(call.at)
        return None

    hall.telegram.intercept = intercept
    await hall.at("10:30")
    assert 100 == len(at)
    per_second = Counter(moment.replace(microsecond=0) for moment in at)
    assert max(per_second.values()) <= 30
    assert (max(at) - min(at)).total_seconds() >= 3.0


async def test_telegrams_own_limits_are_never_met(hall: Hall) -> None:
    """The local Telegram answers 429 as the real one does: nothing of the bot's own makes it."""
    people = await announced(hall, 30)
    hall.telegram.world.limits = Limits()
    await hall.at("10:30")
    assert {1} == {told(who) for who in people}
    assert 0 == hall.telegram.errors[429]


FAULTS = {
    "500": Fault(status=500),
    "502": Fault(status=502, description="Bad Gateway"),
    "429": Fault(status=429, description="Too Many Requests: retry after 7", retry_after=7),
    "reset": Fault("reset"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_fails_is_sent_again_and_others_do_not_wait(hall: Hall, fault: str) -> None:
    anna, *others = await announced(hall, 6)
    hall.breaks("sendMessage", FAULTS[fault], 3, lambda call: call.chat_id == anna.phone.id)
    await hall.at("10:30")
    assert {1} == {told(who) for who in (anna, *others)}
    tried = [c.params["chat_id"] for c in hall.telegram.calls if c.method == "sendMessage"]
    in_order = [chat for chat in tried if chat in {who.phone.id for who in (anna, *others)}][-9:]
    assert anna.phone.id == in_order[-1]
    assert 4 == in_order.count(anna.phone.id)


async def test_telegrams_retry_after_is_obeyed(hall: Hall) -> None:
    (anna,) = await announced(hall, 1)
    at: list[datetime] = []

    async def intercept(call: Call) -> Fault | None:
        if call.method != "sendMessage":
            return None
        at.append(call.at)
        return FAULTS["429"] if len(at) == 1 else None

    hall.telegram.intercept = intercept
    await hall.at("10:30")
    assert 1 == told(anna)
    assert 2 == len(at)
    assert (at[1] - at[0]).total_seconds() >= 7.0


async def test_an_answer_that_is_garbage_doubles_at_most_that_message(hall: Hall) -> None:
    """Telegram took it and we could not read so: it has no key by which to ask again."""
    anna, bruno = await announced(hall, 2)
    hall.breaks("sendMessage", Fault("truncated"), 1, lambda call: call.chat_id == anna.phone.id)
    await hall.at("10:30")
    assert 2 == told(anna)
    assert 1 == told(bruno)


async def test_what_telegram_will_never_take_is_given_up_and_kept(hall: Hall) -> None:
    anna, bruno = await announced(hall, 2)
    refused = Fault(status=400, description="Bad Request: message is too long")
    hall.breaks("sendMessage", refused, 99, lambda call: call.chat_id == anna.phone.id)
    with capture_logs() as logs:
        await hall.at("10:30")
    assert 0 == told(anna)
    assert 1 == told(bruno)
    assert "send_refused" in [entry["event"] for entry in logs]
    rows = await hall.rows("SELECT error, attempts FROM outbox WHERE dead_at IS NOT NULL")
    assert [("Message is too long", 1)] == [(row["error"], row["attempts"]) for row in rows]


async def test_who_never_opened_our_chat_is_out_of_reach_until_they_do(hall: Hall) -> None:
    anna, bruno = await announced(hall, 2)
    unknown = Fault(status=400, description="Bad Request: chat not found")
    hall.breaks("sendMessage", unknown, 99, lambda call: call.chat_id == anna.phone.id)
    await hall.at("10:30")
    assert (0, 1) == (told(anna), told(bruno))
    assert 1 == await hall.count("people", "unreachable_since IS NOT NULL")
    assert 0 == await hall.count("outbox", "dead_at IS NOT NULL")
    hall.telegram.intercept = None
    await anna.says("/aiuto")
    assert 1 == told(anna)


async def test_a_notice_nobody_can_read_any_more_is_given_up_after_some_attempts(hall: Hall) -> None:
    anna, _ = await announced(hall, 2)
    ids = {row["telegram_id"]: row["id"] for row in await hall.rows("SELECT id, telegram_id FROM people")}
    async with hall.database.transaction() as tx:
        for key, content in (("a", '{"notice": "Vanished", "data": {}}'), ("b", dump(Programme()))):
            await outbox.post(
                tx,
                key,
                anna.phone.id,
                content,
                hall.clock.now(),
                urgency=Urgency.PHASE,
                person=ids[anna.phone.id],
            )
    with capture_logs() as logs:
        hall.bot.outbox.wake()
        (programme,) = await anna.reads()
    assert "Programma" in programme
    assert 5 == sum(entry["event"] == "send_broke" for entry in logs)
    assert "Vanished" not in str([{**entry, "exc_info": None} for entry in logs])


async def test_a_look_that_breaks_is_looked_again(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is busy for a moment does not end the bot."""
    (anna,) = await announced(hall, 1)
    waiting = outbox.waiting
    left = 1

    async def busy(*given: Any) -> Any:
        nonlocal left
        if left:
            left -= 1
            message = "database is locked"
            raise OSError(message)
        return await waiting(*given)

    monkeypatch.setattr(outbox, "waiting", busy)
    with capture_logs() as logs:
        await hall.at("10:30")
    assert 1 == told(anna)
    assert "look_broke" in [entry["event"] for entry in logs]


# --- stopping and starting again ------------------------------------------------------------------------


async def test_a_stop_in_the_middle_doubles_and_loses_nothing(hall: Hall) -> None:
    people = await announced(hall, 40)

    async def intercept(call: Call) -> Fault | None:
        return Fault("normal", delay=0.03) if call.method == "sendMessage" else None

    hall.telegram.intercept = intercept
    moving = asyncio.create_task(hall.at("10:30"))
    for _ in range(3):
        sent = sum(map(told, people))
        await eventually(lambda sent=sent: sum(map(told, people)) >= sent + 8)  # type: ignore[misc]
        await hall.stops()
        assert sum(map(told, people)) < 40
        hall.starts()
    await moving
    assert {1} == {told(who) for who in people}


# --- answers that Telegram does not take at once --------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_answer_that_cannot_be_sent_comes_later(hall: Hall, fault: str) -> None:
    (anna,) = await hall.people(1, "T6")
    await hall.at("10:12")
    await anna.reads()
    hall.breaks("sendMessage", FAULTS[fault], 3)
    said = await anna.says("Mancano i treni")
    assert 1 == len(said)
    assert "Contributo ricevuto" in said[0]
    assert 1 == len(await anna.contributions())
    assert "errore nostro" not in anna.everything


async def test_retry_after_of_an_answer_is_obeyed(hall: Hall) -> None:
    (anna,) = await hall.people(1, "T6")
    hall.breaks("sendMessage", FAULTS["429"])
    before = hall.clock.now()
    (said,) = await anna.says("/programma")
    assert "Programma" in said
    assert 1 == hall.telegram.errors[429]
    assert (hall.clock.now() - before).total_seconds() >= 7.0


async def test_several_answers_keep_their_order(hall: Hall) -> None:
    (anna,) = await hall.people(1, "T6")
    hall.breaks("sendMessage", FAULTS["500"])
    unknown, again = await anna.opens("T99")
    assert "«T99»" in unknown
    assert "Partecipi già" in again


@pytest.mark.parametrize("fault", ["500", "429", "reset"])
async def test_who_has_not_read_the_notice_is_answered_as_soon_as_it_can_be(hall: Hall, fault: str) -> None:
    anna = hall.somebody()
    hall.breaks("sendMessage", FAULTS[fault], 3)
    (welcome,) = await anna.opens("T6")
    assert "benvenuto" in welcome
    assert 0 == await hall.count("people")
    assert 0 == await hall.count("outbox")


async def test_a_stranger_who_can_never_be_answered_is_given_up_one_day(hall: Hall) -> None:
    anna = hall.somebody()
    hall.breaks("sendMessage", FAULTS["500"], 1000)
    with capture_logs() as logs:
        assert [] == await anna.opens("T6")
    assert "answer_given_up" in [entry["event"] for entry in logs]
    hall.telegram.intercept = None
    (welcome,) = await anna.opens("T6")
    assert "benvenuto" in welcome


async def handled(hall: Hall) -> None:
    """All updates are handled, whatever rests in the outbox."""
    await eventually(lambda: not hall.telegram.pending_updates())


async def changing_twice(hall: Hall) -> Somebody:
    """Anna, who went to T1's link and whose answer waits, for it failed twice."""
    anna = await hall.somebody().registers("T6")
    await anna.says("/cambia")
    hall.clock.at += timedelta(seconds=10)
    hall.clock.flows.clear()
    hall.breaks("sendMessage", FAULTS["502"], 2)
    tried = hall.telegram.calls_by_method["sendMessage"]
    anna.phone.start("T1")
    await eventually(lambda: hall.telegram.calls_by_method["sendMessage"] == tried + 2)
    return anna


async def test_an_answer_never_comes_after_a_newer_one(hall: Hall) -> None:
    anna = await changing_twice(hall)
    anna.phone.start("T6")
    await handled(hall)
    hall.clock.flows.set()
    first, last = await anna.reads()
    assert "tavolo di Torino Città 1" in first
    assert "tavolo di Pinerolo" in last
    assert ("T6", "5") == await anna.seat()


async def test_nor_does_it_after_a_kill(hall: Hall) -> None:
    anna = await changing_twice(hall)
    await hall.is_killed()
    hall.breaks("sendMessage", FAULTS["502"], 1)
    hall.starts()
    await hall.calls_more("sendMessage", 1)
    anna.phone.start("T6")
    await handled(hall)
    hall.clock.flows.set()
    assert "tavolo di Torino Città 1" in (await anna.reads())[0]
    assert "tavolo di Pinerolo" in anna.phone.messages[-1].shown


async def test_once_no_answer_waits_any_more_the_next_goes_at_once(hall: Hall) -> None:
    anna = await changing_twice(hall)
    hall.clock.flows.set()
    await anna.reads()
    hall.clock.at += timedelta(seconds=10)
    left = await hall.count("outbox")
    assert 1 == len(await anna.says("/programma"))
    assert left == await hall.count("outbox")


async def test_a_chat_that_is_held_is_not_answered_but_its_taps_are(hall: Hall) -> None:
    (anna,) = await hall.people(1, "T6")
    await hall.at("10:12")
    await anna.reads()
    hall.clock.flows.clear()
    hall.bot.outbox.hold(anna.phone.id, 60)
    until, at = hall.clock.elapsed() + 60, []

    async def intercept(call: Call) -> Fault | None:
        if call.method == "sendMessage":
            at.append(hall.clock.elapsed())
        return None

    hall.telegram.intercept = intercept
    anna.phone.say("/programma")
    anna.phone.say("/contatti")
    tap = anna.phone.tap(anna.ballot().id, encode(SetDots("1.1", 1)))
    await eventually(lambda: tap in anna.phone.answers)
    assert [] == at
    hall.clock.flows.set()
    programme, contacts = await anna.reads()
    assert "Programma" in programme
    assert "Programma" not in contacts
    assert min(at) >= until


async def test_answers_keep_to_the_pace_of_a_chat(hall: Hall) -> None:
    (anna,) = await hall.people(1, "T6")
    await wrote(hall, anna, 190)
    hall.clock.at += timedelta(seconds=60)
    hall.telegram.world.limits = Limits()
    assert 4 == len(await anna.says("/contributi"))
    hall.clock.at += timedelta(seconds=60)
    for command in ("/programma", "/contatti", "/privacy", "/aiuto") * 2:
        anna.phone.say(command)
    said = await anna.reads()
    assert said[:4] == said[4:]
    assert 0 == hall.telegram.errors[429]


async def test_what_is_secret_is_said_at_once_for_the_outbox_would_not_say_it(hall: Hall) -> None:
    vittoria = await hall.regia()
    await vittoria.says("/link facilitatore T5")
    for _ in range(4):
        vittoria.phone.say("/aiuto")
    vittoria.phone.say("conferma")
    assert any("?start=i-" in said for said in await vittoria.reads())


# --- the regia's channel --------------------------------------------------------------------------------


async def test_a_picture_that_cannot_be_drawn_does_not_stop_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = Studio.draw
    tried: Counter[str] = Counter()

    async def draws(studio: Studio, post: Any, words: Any) -> Any:
        tried[f"{post.post}{post.at:%H%M}"] += 1
        if post.at.minute == 15:
            message = "no such font"
            raise ValueError(message)
        return await draw(studio, post, words)

    monkeypatch.setattr(Studio, "draw", draws)
    async with open_hall(tmp_path, channel=True) as hall:
        await hall.at("10:20")
        channel = hall.telegram.channel(CHANNEL)
        assert 1 == len(channel.posts)
        assert [5, 1] == list(tried.values())
        assert 1 == await hall.count("outbox", "dead_at IS NOT NULL")


async def test_a_channel_that_throws_the_bot_out_gets_its_posts_when_it_is_back(tmp_path: Path) -> None:
    async with open_hall(tmp_path, channel=True) as hall:
        channel = hall.telegram.channel(CHANNEL)
        channel.remove_bot()
        hall.clock.at = hall.clock.at.replace(hour=10, minute=15)
        await eventually(lambda: hall.telegram.errors[403] >= 2)
        channel.restore_bot()
        await hall.quiet()
        assert 1 == len(channel.posts)


NOT_YET = (
    "Bad Request: need administrator rights in the channel chat",
    "Bad Request: not enough rights to send photos to the chat",
    "Bad Request: CHAT_WRITE_FORBIDDEN",
)


@pytest.mark.parametrize("said", NOT_YET)
async def test_a_channel_where_the_bot_may_not_post_yet_gets_its_posts_once_it_may(
    tmp_path: Path, said: str
) -> None:
    async with open_hall(tmp_path, channel=True) as hall:
        hall.breaks("sendPhoto", Fault(status=400, description=said), 2)
        await hall.at("10:20")
        assert 2 == hall.telegram.errors[400]
        assert 2 == len(hall.telegram.channel(CHANNEL).posts)
        assert 0 == await hall.count("outbox", "dead_at IS NOT NULL")


async def test_a_channel_that_the_bot_is_not_in_yet_gets_its_posts_once_it_is(tmp_path: Path) -> None:
    new = CHANNEL - 1
    async with open_hall(tmp_path, channel=True) as hall:
        await hall.stops()
        hall.settings = hall.settings.model_copy(update={"channel": new})
        hall.starts()
        hall.clock.at = hall.clock.at.replace(hour=10, minute=15)
        await eventually(lambda: hall.telegram.calls_by_method["sendPhoto"] >= 2)
        channel = hall.telegram.channel(new)
        await hall.at("10:20")
        assert 2 == len(channel.posts)


async def test_a_picture_that_a_channel_refuses_for_what_it_is_is_given_up(tmp_path: Path) -> None:
    async with open_hall(tmp_path, channel=True) as hall:
        hall.breaks("sendPhoto", Fault(status=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS"))
        await hall.at("10:20")
        assert 1 == len(hall.telegram.channel(CHANNEL).posts)
        assert 1 == await hall.count("outbox", "dead_at IS NOT NULL")


# --- pace, order, and the newest word -------------------------------------------------------------------


async def letters(hall: Hall, who: Somebody, *given: tuple[str, Urgency]) -> None:
    """Put messages for somebody into the outbox, each under its key."""
    await letters_to(hall, (who, given))


async def letters_to(hall: Hall, *given: tuple[Somebody, Iterable[tuple[str, Urgency]]]) -> None:
    """The same for several people at once: nobody's can go before all are there."""
    rows = await hall.rows("SELECT telegram_id, id FROM people")
    ids = {row["telegram_id"]: row["id"] for row in rows}
    async with hall.database.transaction() as tx:
        for who, theirs in given:
            for key, urgency in theirs:
                await outbox.post(
                    tx,
                    key,
                    who.phone.id,
                    dump(UnknownCommand(command=key)),
                    hall.clock.now(),
                    urgency=urgency,
                    person=ids[who.phone.id],
                )
    hall.bot.outbox.wake()


async def test_what_is_more_urgent_overtakes_what_waits(hall: Hall) -> None:
    (anna,) = await hall.people(1, "T6")
    hall.bot.outbox.hold(anna.phone.id, 60)
    await letters(
        hall,
        anna,
        ("nudge", Urgency.NUDGE),
        ("phase", Urgency.PHASE),
        ("answer", Urgency.ANSWER),
        ("later", Urgency.PHASE),
    )
    said = await anna.reads()
    assert ["answer", "phase", "later", "nudge"] == [
        text.split("/")[1].split()[0].rstrip(".,") for text in said
    ]


async def test_a_chat_that_is_held_keeps_nobody_else_waiting_however_much_waits_for_it(hall: Hall) -> None:
    anna, bruno = await hall.people(2, "T6")
    hall.bot.outbox.hold(anna.phone.id, 200)
    began = hall.clock.elapsed()
    at: list[float] = []

    async def intercept(call: Call) -> Fault | None:
        if call.chat_id == bruno.phone.id:
            at.append(hall.clock.elapsed() - began)
        return None

    hall.telegram.intercept = intercept
    # All at once: with nothing else to do the hall's time goes on to the end of the hold.
    many = [(f"a{number}", Urgency.PHASE) for number in range(120)]
    await letters_to(hall, (anna, many), (bruno, [("b", Urgency.NUDGE)]))
    await bruno.reads()
    assert 1 == len(at)
    assert at[0] < 200


async def wrote(hall: Hall, who: Somebody, number: int) -> None:
    """Somebody has so many contributions: too many to be told of in one message."""
    person = (await hall.rows("SELECT id FROM people WHERE telegram_id = $1", who.phone.id))[0]["id"]
    async with hall.database.transaction() as tx:
        for message in range(number):
            one = Contribution(
                f"c{message}", "T6", "5", "person", 1, None, None, f"Idea {message} " + "ah " * 60
            )
            await contributions.add(tx, one, who.phone.id, 10_000 + message, person, hall.clock.now())


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_answer_of_several_parts_goes_on_where_it_failed(hall: Hall, fault: str) -> None:
    """Part by part, by whomever: none is missing and none comes twice."""
    (anna,) = await hall.people(1, "T6")
    await wrote(hall, anna, 60)
    whole = await anna.says("/contributi")
    assert len(whole) >= 3
    asked = 0

    async def intercept(call: Call) -> Fault | None:
        nonlocal asked
        asked += call.method == "sendMessage"
        return FAULTS[fault] if call.method == "sendMessage" and asked in {2, 4} else None

    hall.telegram.intercept = intercept
    assert whole == await anna.says("/contributi")
    assert len(whole) + 2 == asked


async def test_who_comes_back_hears_the_newest_alone(hall: Hall) -> None:
    (anna,) = await hall.people(1, "T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:12")
    await anna.says("1.3 5.4")
    anna.phone.block()
    await hall.at("10:30")
    await lara.says("/discuti 1.3")
    await lara.says("/discuti 5.4")
    await anna.reads()
    anna.phone.unblock()
    said = await anna.reads()
    assert 1 == sum("Strategia 5.4" in text for text in said)
    assert 0 == sum("Strategia 1.3" in text for text in said)
    assert 1 == sum("5.4" in text and "priorità" in text for text in said)


REMINDS = re.compile(r"Manca 1 minuto|Mancano 5 minuti|è prolungata|Hai usato")


def reminded(who: Somebody) -> list[str]:
    """What somebody was told of the end of the vote, in order."""
    return [m.shown for m in who.phone.messages if m.from_bot and REMINDS.search(m.shown)]


async def test_who_comes_back_hears_nothing_of_a_vote_that_is_over(hall: Hall) -> None:
    (anna,) = await hall.people(1, "T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:12")
    anna.phone.block()
    for minute in ("10:13", "10:16"):
        await hall.at(minute)
        await lara.says("/prolunga 5")
        await lara.says("/sollecita")
    for minute in ("10:30", "10:34", "10:40"):
        await hall.at(minute)
    anna.phone.unblock()
    assert "priorità" in (await anna.reads())[-1]
    assert [] == reminded(anna)


async def test_who_comes_back_in_time_hears_the_newest_end_alone(hall: Hall) -> None:
    (anna,) = await hall.people(1, "T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:20")
    anna.phone.block()
    await hall.at("10:24")
    for _ in range(2):
        await lara.says("/prolunga 5")
    anna.phone.unblock()
    await anna.reads()
    told = reminded(anna)[-1]
    assert "Si chiude alle 10:35" in told
    assert 1 == len([text for text in reminded(anna) if "Mancano 5" not in text])


@pytest.mark.parametrize("act", ["/agenda +10", "/agenda ferma"])
async def test_a_countdown_does_not_go_when_the_agenda_is_changed(hall: Hall, act: str) -> None:
    (anna,) = await hall.people(1, "T6")
    vittoria = await hall.regia()
    await hall.at("10:12")
    anna.phone.block()
    await hall.at("10:24")
    assert 1 == await hall.count("outbox", "key LIKE 'countdown:%' AND superseded_at IS NULL")
    await vittoria.says(act)
    if "+" in act:
        await vittoria.says("conferma")
    anna.phone.unblock()
    await anna.reads()
    assert [] == reminded(anna)


async def test_who_leaves_a_table_hears_nothing_of_its_end(hall: Hall) -> None:
    (anna,) = await hall.people(1, "T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:12")
    hall.clock.flows.clear()
    hall.bot.outbox.hold(anna.phone.id, 60)
    lara.phone.say("/prolunga 5")
    await handled(hall)
    anna.phone.start("T1")
    await handled(hall)
    hall.clock.flows.set()
    assert "Torino Città 1" in str(await anna.reads())
    assert [] == reminded(anna)


async def test_a_countdown_that_was_held_until_the_end_does_not_go(hall: Hall) -> None:
    """Even if the outbox wakes before the agenda has closed the table."""
    (anna,) = await hall.people(1, "T6")
    await hall.at("10:23")
    heard = reminded(anna)
    await anna.reads()
    throttled = Fault(status=429, description="Too Many Requests: retry after 200", retry_after=200)
    hall.breaks("sendMessage", throttled)
    await hall.at("10:24")
    assert 1 == hall.telegram.errors[429]
    assert heard == reminded(anna)


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)], ids=str)
async def test_a_clock_that_jumps_holds_nobody_and_lets_nothing_flood(hall: Hall, by: timedelta) -> None:
    people = await announced(hall, 100)
    hall.bot.outbox.hold(people[0].phone.id, 20)
    at: list[float] = []

    async def intercept(call: Call) -> Fault | None:
        if call.method == "sendMessage":
            at.append(hall.clock.elapsed())
            if len(at) in {30, 60}:
                hall.clock.jumps(by if len(at) == 30 else -by)
        return None

    hall.telegram.intercept = intercept
    await hall.at("10:30")
    await eventually(lambda: {1} == {told(who) for who in people})
    assert max(at) - min(at) < 60
    assert max(sum(one <= other < one + 1 for other in at) for one in at) <= 30


# --- paid broadcast -------------------------------------------------------------------------------------


async def test_what_is_paid_for_goes_at_a_thousand_a_second(tmp_path: Path) -> None:
    async with open_hall(tmp_path, paid=True) as hall:
        people = await announced(hall, 100)
        hall.telegram.world.limits = Limits()
        began = hall.clock.elapsed()
        await hall.at("10:30")
        assert {1} == {told(who) for who in people}
        assert 0 == hall.telegram.errors[429]
        assert hall.clock.elapsed() - began < 241
        paid = [call["allow_paid_broadcast"] for call in hall.called("sendMessage")[-100:]]
        assert [True] * 100 == paid


async def test_without_the_setting_nothing_is_paid_for(hall: Hall) -> None:
    await announced(hall, 3)
    await hall.at("10:30")
    assert not any("allow_paid_broadcast" in call for call in hall.called("sendMessage"))


async def test_what_telegram_does_not_take_as_paid_goes_as_all_others_do(tmp_path: Path) -> None:
    async with open_hall(tmp_path, paid=True) as hall:
        people = await announced(hall, 5)
        broke = Fault(status=400, description="Bad Request: not enough Stars")
        hall.breaks("sendMessage", broke, 1000, lambda call: bool(call.params.get("allow_paid_broadcast")))
        await hall.at("10:30")
        assert {1} == {told(who) for who in people}
        assert 0 == await hall.count("outbox", "dead_at IS NOT NULL")
