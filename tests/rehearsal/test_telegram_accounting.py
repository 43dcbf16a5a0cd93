"""Who was answered, what was in flight, and what came twice."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from telegram.error import BadRequest, NetworkError, TelegramError

from rehearsal.telegram import Accounting, Fault, Observer, Reach
from tests.rehearsal.local_telegram import CHANNEL, TOKEN, Local, always, local, png, until


@pytest.fixture
async def tg() -> AsyncIterator[Local]:
    async with local() as running:
        running.met()
        yield running


async def _confirm(tg: Local) -> None:
    batch = await tg.done("getUpdates")
    await tg.done("getUpdates", offset=batch[-1]["update_id"] + 1)


async def test_a_tap_is_acknowledged_by_its_own_answer(tg: Local) -> None:
    accounts = Accounting(tg.server)
    first, second = tg.ada.tap(1, "v1:a"), tg.ada.tap(1, "v1:b")
    await tg.done("getUpdates")
    await tg.bot.answer_callback_query(first)
    act = accounts.act_of_tap(first)
    assert act is not None
    assert ("v1:a", 77, 1, 1, Reach.DONE, True, True, True) == (
        act.what,
        act.chat_id,
        act.message_id,
        act.handed,
        act.answered,
        act.heard,
        act.acknowledged,
        act.seen,
    )
    assert [second] == [each.callback_id for each in accounts.unanswered]
    assert ["v1:a", "v1:b"] == [each.what for each in accounts.acts_on(77, 1)]


async def test_an_answer_that_was_too_late_reached_the_server_but_nobody_saw_it(tg: Local) -> None:
    accounts = Accounting(tg.server)
    tap = tg.ada.tap(1, "x")
    tg.clock.wall += 60
    with pytest.raises(BadRequest):
        await tg.bot.answer_callback_query(tap)
    (act,) = accounts.acts
    assert (Reach.REFUSED, True, False, True) == (act.answered, act.acknowledged, act.seen, act.heard)


@pytest.mark.parametrize(
    ("fault", "reach", "in_flight"),
    [
        (Fault("html", 502, "Bad Gateway"), Reach.NOT, 0),
        (Fault("html", 502, "Bad Gateway", carry_out=True), Reach.DONE, 1),
        (Fault("reset"), Reach.NOT, 0),
        (Fault("reset", carry_out=True), Reach.DONE, 1),
        (Fault("truncated"), Reach.DONE, 1),
    ],
)
async def test_an_answer_the_bot_did_not_hear_of(
    tg: Local, fault: Fault, reach: Reach, in_flight: int
) -> None:
    accounts = Accounting(tg.server)
    tg.server.intercept = always(fault, "answerCallbackQuery")
    tap = tg.ada.tap(1, "x")
    with pytest.raises(TelegramError):
        await tg.bot.answer_callback_query(tap)
    (act,) = accounts.acts
    assert (reach, False, in_flight) == (act.answered, act.heard, len(accounts.in_flight))


async def test_a_message_is_acknowledged_by_what_the_bot_writes_after_it_was_given_it(tg: Local) -> None:
    accounts = Accounting(tg.server)
    tg.ada.say("una")
    tg.ada.say("due")
    await tg.bot.send_message(77, "prima che il bot lo sappia")
    assert [False, False] == [act.acknowledged for act in accounts.acts]
    await tg.done("getUpdates")
    sent = await tg.bot.send_message(77, "risposta alla prima")
    assert [True, False] == [act.acknowledged for act in accounts.acts]
    await tg.bot.edit_message_text("risposta alla seconda", 77, sent.message_id)
    assert [True, True] == [act.acknowledged for act in accounts.acts]
    assert [False, False] == [act.confirmed for act in accounts.acts]
    await _confirm(tg)
    assert [True, True] == [act.confirmed for act in accounts.acts]


async def test_whoever_knows_the_bot_says_what_is_a_reply(tg: Local) -> None:
    accounts = Accounting(tg.server, is_reply=lambda act, call: "avviso" not in call.params["text"])
    tg.ada.say("una")
    await tg.done("getUpdates")
    await tg.bot.send_message(77, "avviso a tutti")
    assert not accounts.acts[0].acknowledged
    await tg.bot.send_message(77, "grazie")
    assert accounts.acts[0].seen


async def test_edits_and_pictures_are_acts_and_comings_and_goings_are_not(tg: Local) -> None:
    accounts = Accounting(tg.server)
    own = tg.ada.say("a")
    tg.ada.edit(own, "b")
    tg.ada.send(photo=png(), caption="La scheda")
    tg.ada.send(sticker=True)
    tg.ada.block()
    tg.server.channel(CHANNEL).post("x")
    assert [("message", "a"), ("edited_message", "b"), ("message", "La scheda"), ("message", "")] == [
        (act.kind, act.what) for act in accounts.acts
    ]


async def test_a_message_repeated_because_its_answer_was_lost_is_a_double_that_is_explained(
    tg: Local,
) -> None:
    accounts = Accounting(tg.server)
    tg.server.intercept = always(Fault("reset", carry_out=True), "sendMessage")
    with pytest.raises(NetworkError):
        await tg.bot.send_message(77, "avviso")
    tg.server.intercept = None
    await tg.bot.send_message(77, "avviso")
    (double,) = accounts.doubles
    assert (77, "sendMessage", True) == (double.chat_id, double.method, double.in_flight)
    await tg.bot.send_message(77, "avviso")
    assert [True, False] == [each.in_flight for each in accounts.doubles]
    summary = accounts.summary()
    assert (1, 1, 2, 1) == (
        summary["in_flight"],
        summary["sends_in_flight"],
        summary["doubles"],
        summary["doubles_unexplained"],
    )


async def test_the_same_sentence_for_another_act_is_no_double(tg: Local) -> None:
    accounts = Accounting(tg.server)
    for _ in range(2):
        tg.clock.wall += 1
        tg.ada.say("aiuto")
        await tg.bot.send_message(77, "Ecco l'aiuto")
        await _confirm(tg)
    tg.ada.say("aiuto")
    tg.ada.say("aiuto")
    for _ in range(2):
        tg.clock.wall += 1
        await tg.bot.send_message(77, "Ecco l'aiuto")
    await tg.bot.send_message(77, "altro")
    assert [] == accounts.doubles


async def test_a_reply_that_had_to_be_sent_again_is_no_double_of_the_next_one(tg: Local) -> None:
    accounts = Accounting(tg.server)
    tg.ada.say("una")
    tg.ada.say("due")
    await _confirm(tg)
    for _ in range(2):
        tg.clock.wall += 4
        await tg.bot.send_message(77, "Contributo ricevuto")
    assert [] == accounts.doubles
    tg.clock.wall += 60
    for _ in range(2):
        await tg.bot.send_message(77, "avviso")
    assert ["avviso"] == [double.second.params["text"] for double in accounts.doubles]


async def test_what_is_no_reply_is_a_double_however_much_people_do(tg: Local) -> None:
    accounts = Accounting(tg.server, is_reply=lambda act, call: "avviso" not in call.params["text"])
    for _ in range(2):
        tg.ada.say("x")
        await tg.bot.send_message(77, "avviso")
        await tg.bot.send_message(77, "grazie")
    assert ["avviso"] == [double.second.params["text"] for double in accounts.doubles]


async def test_other_people_pictures_and_channels_count_for_themselves(tg: Local) -> None:
    accounts = Accounting(tg.server)
    tg.server.phone(78, "Bruno").start()
    tg.server.channel(CHANNEL)
    for chat in (77, 78, CHANNEL):
        await tg.bot.send_message(chat, "avviso")
    await tg.bot.send_photo(CHANNEL, png(shade=1), caption="Presenze")
    await tg.bot.send_photo(CHANNEL, png(shade=2), caption="Presenze")
    assert [] == accounts.doubles
    await tg.bot.send_photo(CHANNEL, png(shade=1), caption="Presenze")
    (double,) = accounts.doubles
    assert ((CHANNEL, "sendPhoto"), False) == ((double.chat_id, double.method), double.in_flight)


async def test_what_was_answered_just_before_a_kill_may_come_again(tg: Local) -> None:
    accounts = Accounting(tg.server)
    for text in ("molto prima", "appena prima"):
        tg.clock.wall += 10
        await tg.bot.send_message(77, text)
    tg.clock.wall += 0.5
    assert 1 == accounts.killed()
    tg.clock.wall += 0.1
    await tg.bot.send_message(77, "era in viaggio")
    tg.clock.wall += 5
    for text in ("molto prima", "appena prima", "era in viaggio"):
        await tg.bot.send_message(77, text)
    assert [("molto prima", False), ("appena prima", True), ("era in viaggio", True)] == [
        (double.second.params["text"], double.in_flight) for double in accounts.doubles
    ]
    assert 2 == accounts.summary()["perhaps_in_flight"]


async def test_an_act_that_a_kill_interrupted_is_answered_again(tg: Local) -> None:
    accounts = Accounting(tg.server)
    tg.ada.say("aiuto")
    tg.clock.wall += 1
    for _ in range(2):
        # A bot that polls is given again what it has not confirmed: that alone explains nothing.
        await tg.done("getUpdates")
    tg.clock.wall += 1
    await tg.bot.send_message(77, "Ecco l'aiuto")
    tg.clock.wall += 30
    accounts.killed()
    tg.clock.wall += 30
    await _confirm(tg)
    await tg.bot.send_message(77, "Ecco l'aiuto")
    assert [True] == [double.in_flight for double in accounts.doubles]
    tg.clock.wall += 30
    await tg.bot.send_message(77, "Ecco l'aiuto")
    assert [True, False] == [double.in_flight for double in accounts.doubles]


async def test_a_bot_that_is_gone_before_its_answer_leaves_a_message_in_flight(tg: Local) -> None:
    accounts = Accounting(tg.server)
    tg.server.intercept = always(Fault("normal", delay=5), "sendMessage")
    with pytest.raises(TimeoutError):
        await tg.http.post(
            f"{tg.server.url}/bot{TOKEN}/sendMessage",
            json={"chat_id": 77, "text": "x"},
            timeout=aiohttp.ClientTimeout(total=0.5),
        )
    await until(lambda: accounts.in_flight)
    assert "x" == tg.ada.last.text  # type: ignore[union-attr]


async def test_a_server_that_stops_counts_what_still_hangs(tg: Local) -> None:
    accounts = Accounting(tg.server)
    tg.server.intercept = always(Fault("normal", delay=30), "sendMessage")
    hanging = asyncio.create_task(tg.call("sendMessage", chat_id=77, text="x"))
    assert await tg.ada.changed(tg.ada.version, 5)
    await tg.server.stop()
    with pytest.raises(aiohttp.ClientError):
        await hanging
    assert 1 == len(accounts.in_flight)


async def test_forged_updates_are_acts_as_far_as_they_say_what_they_are(tg: Local) -> None:
    accounts = Accounting(tg.server)
    tg.server.forge("callback_query", {"id": "9", "from": {"id": 77}})
    tg.server.forge("callback_query", {"id": 9, "message": {"message_id": "x", "chat": {"id": 5}}})
    tg.server.forge("message", {"message_id": 3, "chat": {"id": -4}, "text": 12})
    tg.server.forge("message", "junk")
    tg.server.forge("edited_message", {"chat": []})
    assert [(77, 0, "9", ""), (5, 0, "9", ""), (-4, 3, None, "12"), (0, 0, None, "")] == [
        (act.chat_id, act.message_id, act.callback_id, act.what) for act in accounts.acts
    ]
    assert 5 == len(tg.server.pending_updates())


async def test_an_observer_that_minds_nothing_sees_everything_pass(tg: Local) -> None:
    tg.server.observe(Observer())
    tg.ada.say("x")
    await _confirm(tg)
    await tg.bot.send_message(77, "y")
    assert [] == tg.server.pending_updates()


async def test_the_summary_of_a_quiet_run(tg: Local) -> None:
    accounts = Accounting(tg.server)
    tap = tg.ada.tap(1, "x")
    tg.ada.say("y")
    await tg.done("getUpdates")
    await tg.bot.answer_callback_query(tap)
    await tg.bot.send_message(77, "z")
    await tg.bot.send_message(77, "zz")
    await _confirm(tg)
    assert {
        "acts": 2,
        "acts_handed": 2,
        "acts_handed_again": 2,
        "acts_acknowledged": 2,
        "acts_confirmed": 2,
        "acts_expired": 0,
        "taps": 1,
        "taps_unanswered": 0,
        "in_flight": 0,
        "sends_in_flight": 0,
        "perhaps_in_flight": 0,
        "doubles": 0,
        "doubles_unexplained": 0,
    } == accounts.summary()
