"""The plan of what goes wrong: by lot or by the clock, the same for the same seed, and counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import aiohttp
import orjson
import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from rehearsal.telegram import (
    ALL_KINDS,
    CALL_KINDS,
    Call,
    FaultPlan,
    Kind,
    Sizes,
    Telegram,
    Webhooks,
)
from rehearsal.telegram.faultkinds import unit
from rehearsal.telegram.timetable import Timetable
from tests.rehearsal.local_telegram import CHANNEL, TOKEN, Clock, Local, local, until
from tests.rehearsal.test_telegram_webhook import hook

BEGIN = datetime(2023, 12, 5, 9, 10, tzinfo=UTC)
QUICK = Sizes(hang=(0.2, 0.2), held=(0.05, 0.1))


@asynccontextmanager
async def planned(plan: FaultPlan, **options: Any) -> AsyncIterator[Local]:
    async with local(**options) as tg:
        tg.met()
        plan.attach(tg.server)
        yield tg


def _now(kind: Kind, **options: Any) -> FaultPlan:
    return FaultPlan(1, at={kind: [BEGIN]}, sizes=QUICK, **options)


# --- calls ---------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_a_chat_that_is_throttled_stays_so_until_its_time_is_over() -> None:
    plan = _now(Kind.THROTTLED)
    async with planned(plan) as tg:
        tg.server.phone(78, "Bruno").start()
        with pytest.raises(RetryAfter) as caught:
            await tg.bot.send_message(77, "x")
        seconds = caught.value._retry_after.total_seconds()
        assert 1 <= seconds <= 5
        body = await tg.call("sendMessage", chat_id=77, text="x")
        assert {"retry_after": int(seconds)} == body["parameters"]
        await tg.bot.send_message(78, "altrove si può")
        tg.clock.go(seconds)
        await tg.bot.send_message(77, "ora sì")
        assert (["ora sì"], 1, 1) == (
            [message.text for message in tg.ada.messages if message.from_bot],
            plan.given[Kind.THROTTLED],
            plan.report()["while_throttled"],
        )


async def test_edits_in_one_chat_wait_for_200_seconds_and_sends_do_not() -> None:
    plan = _now(Kind.EDITS_THROTTLED)
    async with planned(plan) as tg:
        sent = await tg.done("sendMessage", chat_id=77, text="x")
        edit = {"chat_id": 77, "message_id": sent["message_id"]}
        body = await tg.call("editMessageText", **edit, text="y")
        assert {"retry_after": 200} == body["parameters"]
        tg.clock.go(150.5)
        assert {"retry_after": 50} == (await tg.call("editMessageText", **edit, text="z"))["parameters"]
        await tg.done("sendMessage", chat_id=77, text="un messaggio nuovo")
        tg.clock.go(49.5)
        await tg.done("editMessageText", **edit, text="z")
        assert [] == plan.missing


async def test_a_clock_put_back_makes_no_chat_wait_for_an_hour() -> None:
    async with planned(_now(Kind.THROTTLED)) as tg:
        await tg.refused("sendMessage", chat_id=77, text="x")
        tg.clock.go(-3600)
        await tg.done("sendMessage", chat_id=77, text="x")


@pytest.mark.parametrize("kind", [Kind.ERROR_500, Kind.BAD_GATEWAY, Kind.BAD_GATEWAY_AFTER])
async def test_errors_with_a_page_of_html(kind: Kind) -> None:
    plan = _now(kind)
    async with planned(plan) as tg:
        url = f"{tg.server.url}/bot{TOKEN}/sendMessage"
        async with tg.http.post(url, json={"chat_id": 77, "text": "x"}) as answer:
            page = await answer.text()
            assert (500 if kind is Kind.ERROR_500 else 502, "text/html") == (
                answer.status,
                answer.content_type,
            )
            assert page.startswith("<html>")
        after = kind is Kind.BAD_GATEWAY_AFTER
        assert (after, after) == (tg.ada.last is not None, tg.server.calls[-1].in_flight)
        assert (1, int(after)) == (plan.given[kind], plan.carried_out[kind])


async def test_the_library_takes_the_page_for_a_network_error() -> None:
    async with planned(_now(Kind.BAD_GATEWAY)) as tg:
        with pytest.raises(NetworkError):
            await tg.bot.send_message(77, "x")


@pytest.mark.parametrize("kind", [Kind.RESET_BEFORE, Kind.RESET_AFTER])
async def test_resets(kind: Kind) -> None:
    plan = _now(kind)
    async with planned(plan) as tg:
        with pytest.raises(NetworkError):
            await tg.bot.send_message(77, "x")
        after = kind is Kind.RESET_AFTER
        assert (after, after) == (tg.ada.last is not None, tg.server.calls[-1].in_flight)
        assert int(after) == plan.carried_out[kind]


@pytest.mark.parametrize("kind", [Kind.HANG_BEFORE, Kind.HANG_AFTER])
async def test_who_does_not_wait_for_a_hanging_call(kind: Kind) -> None:
    plan = FaultPlan(1, at={kind: [BEGIN]}, sizes=replace(QUICK, hang=(1.0, 1.0)))
    async with planned(plan) as tg:
        with pytest.raises(TimedOut):
            await tg.bot.send_message(77, "x", read_timeout=0.3)
        await until(lambda: plan.given[kind])
        after = kind is Kind.HANG_AFTER
        assert (after, after, 0) == (
            tg.ada.last is not None,
            tg.server.calls[-1].in_flight,
            tg.server.calls[-1].status,
        )


@pytest.mark.parametrize("kind", [Kind.HANG_BEFORE, Kind.HANG_AFTER])
async def test_who_waits_gets_the_true_answer(kind: Kind) -> None:
    plan = _now(kind)
    async with planned(plan) as tg:
        loop = asyncio.get_running_loop()
        began = loop.time()
        sent = await tg.bot.send_message(77, "x")
        assert ("x", True) == (sent.text, loop.time() - began >= 0.2)
        assert (False, True) == (tg.server.calls[-1].in_flight, tg.server.calls[-1].carried_out)


async def test_half_an_answer_leaves_the_message_in_flight() -> None:
    async with planned(_now(Kind.TRUNCATED)) as tg:
        with pytest.raises(orjson.JSONDecodeError):
            await tg.call("sendMessage", chat_id=77, text="x")
        assert tg.server.calls[-1].in_flight
        assert tg.ada.last is not None


async def test_a_truncated_refusal_carried_nothing_out_and_does_not_count() -> None:
    plan = _now(Kind.TRUNCATED)
    async with planned(plan) as tg:
        with pytest.raises(orjson.JSONDecodeError):
            await tg.call("sendMessage", chat_id=77, text="")
        call = tg.server.calls[-1]
        assert (400, False, False) == (call.status, call.carried_out, call.in_flight)
        assert "message text is empty" in (call.description or "")
        assert [Kind.TRUNCATED] == plan.missing
        tg.clock.go(10)
        with pytest.raises(orjson.JSONDecodeError):
            await tg.call("sendMessage", chat_id=77, text="x")
        assert [] == plan.missing


async def test_what_leaves_a_call_in_flight_waits_for_one_that_people_see() -> None:
    plan = _now(Kind.RESET_AFTER)
    async with planned(plan) as tg:
        assert [] == await tg.done("getUpdates")
        assert [Kind.RESET_AFTER] == plan.missing
        with pytest.raises(aiohttp.ClientError):
            await tg.call("sendMessage", chat_id=77, text="x")
        assert [] == plan.missing


async def test_an_answer_to_a_tap_that_comes_too_late() -> None:
    plan = _now(Kind.TOO_OLD)
    async with planned(plan) as tg:
        tap = tg.ada.tap(1, "x")
        with pytest.raises(BadRequest, match="Query is too old"):
            await tg.bot.answer_callback_query(tap)
        with pytest.raises(BadRequest, match="Query is too old"):
            await tg.bot.answer_callback_query(tap)
        assert ({}, 1) == (tg.ada.answers, plan.given[Kind.TOO_OLD])


async def test_a_person_blocks_the_bot_and_comes_back() -> None:
    plan = _now(Kind.BLOCKED)
    async with planned(plan) as tg:
        with pytest.raises(Forbidden):
            await tg.bot.send_message(77, "x")
        assert tg.ada.blocked
        with pytest.raises(Forbidden):
            await tg.bot.send_message(77, "x")
        tg.clock.go(121)
        plan.tick()
        await tg.bot.send_message(77, "bentornata")
        assert ["kicked", "member"] == [
            update["my_chat_member"]["new_chat_member"]["status"] for update in tg.server.pending_updates()
        ]
        assert 1 == plan.given[Kind.BLOCKED]


async def test_methods_and_people_that_are_spared() -> None:
    plan = FaultPlan(
        1, rates={Kind.RESET_BEFORE: 0.5, Kind.BLOCKED: 0.5}, spare=("getMe",), phones=lambda phone: False
    )
    async with planned(plan) as tg:
        for _ in range(20):
            await tg.done("getMe")
        assert not plan.given
        for _ in range(20):
            try:
                await tg.call("sendMessage", chat_id=77, text="x")
            except aiohttp.ClientError:
                continue
        assert plan.given[Kind.RESET_BEFORE] > 2
        assert (0, False) == (plan.given[Kind.BLOCKED], tg.ada.blocked)


async def test_never_more_in_a_row_than_said() -> None:
    plan = FaultPlan(1, rates={Kind.ERROR_500: 1.0}, sizes=replace(QUICK, most_in_a_row=2))
    async with planned(plan) as tg:
        statuses = []
        url = f"{tg.server.url}/bot{TOKEN}/sendMessage"
        for _ in range(6):
            async with tg.http.post(url, json={"chat_id": 77, "text": "x"}) as answer:
                statuses.append(answer.status)
        assert [500, 500, 200] * 2 == statuses


async def test_the_same_seed_gives_the_same_faults_whoever_is_faster() -> None:
    async def drawn(seed: int, order: list[int]) -> dict[int, list[str | None]]:
        server = Telegram(TOKEN, "b_bot", Clock().now)
        for person in (1, 2):
            server.phone(person, "x").start()
        plan = FaultPlan(seed, rates=dict.fromkeys((Kind.RESET_AFTER, Kind.HANG_BEFORE), 0.2))
        plan.attach(server)
        assert server.intercept is not None
        found: dict[int, list[str | None]] = {1: [], 2: []}
        for person in order:
            fault = await server.intercept(Call("sendMessage", {"chat_id": person}, person, BEGIN))
            found[person].append(None if fault is None else f"{fault.label} {fault.wait}")
        return found

    one = await drawn(5, [1, 2] * 50)
    assert one == await drawn(5, [1] * 50 + [2] * 50)
    assert one != await drawn(6, [1, 2] * 50)
    given = [label for labels in one.values() for label in labels if label]
    assert 20 <= len(given) <= 60


def test_lots_are_fair() -> None:
    lots = [unit(7, "a", number) for number in range(2000)]
    assert 0.48 < sum(lots) / len(lots) < 0.52
    assert 0 <= min(lots) < 0.01
    assert 0.99 < max(lots) < 1


@pytest.mark.parametrize(
    "rates",
    [
        {Kind.RESET_AFTER: -0.1},
        {Kind.RESET_AFTER: 0.6, Kind.TRUNCATED: 0.6},
        {Kind.PHONE_OFF: 1.1},
        {Kind.EXPIRED: 0.1},
    ],
)
def test_rates_that_are_none(rates: dict[Kind, float]) -> None:
    with pytest.raises(ValueError, match=r"rates|retention"):
        FaultPlan(1, rates=rates)


# --- updates -------------------------------------------------------------------------------------------


async def _everything(tg: Local) -> list[str]:
    """All texts as a bot gets them that confirms only what it has been given up to then."""
    texts: list[str] = []
    seen, offset = set(), 0
    for _ in range(60):
        batch = await tg.done("getUpdates", offset=offset, limit=20)
        texts += [update["message"]["text"] for update in batch]
        seen |= {update["update_id"] for update in batch}
        offset = max(seen, default=-1) + 1
        if not tg.server.pending_updates() and not batch:
            break
    return texts


async def test_polling_gives_updates_twice_in_one_answer_or_again_after_they_were_confirmed() -> None:
    plan = FaultPlan(3, rates={Kind.DUPLICATED: 0.3})
    async with planned(plan) as tg:
        got: list[str] = []
        for number in range(100):
            tg.ada.say(str(number))
            if number % 5 == 4:
                got += await _everything(tg)
        assert {str(number) for number in range(100)} == set(got)
        assert plan.given[Kind.DUPLICATED] == len(got) - 100 > 15
        twins = sum(one == other for one, other in pairwise(got))
        assert 0 < twins < plan.given[Kind.DUPLICATED], "some at once, some later"


@pytest.mark.parametrize("reorder", ["between_chats", "any"])
async def test_polling_gives_updates_in_another_order_and_never_loses_one(reorder: Any) -> None:
    plan = FaultPlan(
        3, rates={Kind.REORDERED: 0.3, Kind.DUPLICATED: 0.1}, sizes=replace(QUICK, reorder=reorder)
    )
    async with planned(plan) as tg:
        people = [tg.server.phone(number, "x") for number in range(1, 6)]
        for number in range(30):
            for phone in people:
                phone.say(f"{phone.id}.{number:02}")
        expected = [update["message"]["text"] for update in tg.server.pending_updates()]
        got = list(dict.fromkeys(await _everything(tg)))
        assert (sorted(expected), True) == (sorted(got), got != expected)
        assert plan.given[Kind.REORDERED] > 2
        in_order = all(
            sorted(mine) == mine
            for phone in people
            for mine in [[text for text in got if text.startswith(f"{phone.id}.")]]
        )
        assert (reorder == "between_chats") == in_order


async def test_a_webhook_gets_updates_twice_and_in_another_order() -> None:
    plan = FaultPlan(3, rates={Kind.REORDERED: 0.2, Kind.DUPLICATED: 0.2}, sizes=QUICK)
    quick = Webhooks(first_pause=0.01)
    async with planned(plan, webhooks=quick) as tg, hook() as taken:
        await tg.done("setWebhook", url=taken.url)
        for number in range(1, 60):
            tg.server.phone(number, "x").start()
        await until(lambda: not tg.server.pending_updates())
        ids = [update["message"]["from"]["id"] for update in taken.updates]
        assert set(range(1, 60)) == set(ids)
        assert len(ids) > 59 + 3
        assert min(plan.given[Kind.DUPLICATED], plan.given[Kind.REORDERED]) > 3
        assert ids != sorted(ids)


async def test_undelivered_updates_are_kept_for_a_day_of_the_event() -> None:
    plan = FaultPlan(1, retention=timedelta(hours=24))
    async with planned(plan) as tg:
        tg.ada.say("ieri")
        tg.clock.go(24 * 3600 - 60)
        tg.ada.say("oggi")
        assert ["ieri", "oggi"] == [u["message"]["text"] for u in await tg.done("getUpdates")]
        tg.clock.go(61)
        assert ["oggi"] == [u["message"]["text"] for u in await tg.done("getUpdates")]
        assert 1 == plan.given[Kind.EXPIRED]


# --- phones --------------------------------------------------------------------------------------------


async def test_a_phone_is_off_for_ten_minutes_and_then_everything_comes_at_once() -> None:
    plan = _now(Kind.PHONE_OFF)
    async with planned(plan) as tg:
        plan.tick()
        assert not tg.ada.on
        for text in ("uno", "due"):
            tg.ada.say(text)
            tg.clock.go(290)
            plan.tick()
        assert [] == tg.server.pending_updates()
        tg.clock.go(21)
        plan.tick()
        assert ["uno", "due"] == [update["message"]["text"] for update in tg.server.pending_updates()]
        assert (1, 2) == (plan.given[Kind.PHONE_OFF], plan.report()["acts_waited"])


async def test_a_slow_phone_is_late_keeps_its_order_and_gets_quick_again() -> None:
    plan = _now(Kind.SLOW_PHONE)
    async with planned(plan) as tg:
        plan.tick()
        tg.ada.say("uno")
        tg.clock.go(19)
        tg.ada.say("due")
        plan.tick()
        assert [] == tg.server.pending_updates()
        tg.clock.go(1)
        plan.tick()
        assert ["uno"] == [update["message"]["text"] for update in tg.server.pending_updates()]
        tg.clock.go(155)
        tg.ada.say("tre")
        tg.clock.go(10)
        plan.tick()
        tg.ada.say("quattro, prima che arrivi la terza")
        tg.clock.go(30)
        plan.tick()
        tg.ada.say("cinque, subito")
        assert ["uno", "due", "tre", "quattro, prima che arrivi la terza", "cinque, subito"] == [
            update["message"]["text"] for update in tg.server.pending_updates()
        ]
        assert 4 == plan.report()["acts_late"]


async def test_phones_by_lot_after_what_people_do() -> None:
    plan = FaultPlan(2, rates={Kind.PHONE_OFF: 0.1, Kind.SLOW_PHONE: 0.1})
    async with planned(plan) as tg:
        people = [tg.server.phone(number, "x") for number in range(1, 41)]
        for phone in people:
            phone.start()
        tg.clock.go(1)
        plan.tick()
        off, slow = [p for p in people if not p.on], [p for p in people if p.lag is not None]
        assert (len(off), len(slow)) == (plan.given[Kind.PHONE_OFF], plan.given[Kind.SLOW_PHONE])
        assert min(len(off), len(slow)) > 0
        assert len(off) + len(slow) < 20


async def test_a_plan_that_runs_follows_the_clock() -> None:
    plan = _now(Kind.PHONE_OFF)
    async with planned(plan) as tg:
        running = asyncio.create_task(plan.run())
        try:
            await until(lambda: not tg.ada.on)
            tg.ada.say("x")
            tg.clock.go(600)
            await until(lambda: tg.ada.on)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert 1 == len(tg.server.pending_updates())


async def test_calm_puts_everything_right() -> None:
    plan = FaultPlan(
        1,
        rates={Kind.ERROR_500: 1.0, Kind.DUPLICATED: 1.0},
        at={Kind.PHONE_OFF: [BEGIN], Kind.SLOW_PHONE: [BEGIN], Kind.BLOCKED: [BEGIN]},
    )
    async with planned(plan) as tg:
        others = [tg.server.phone(number, "x") for number in (78, 79)]
        for other in others:
            other.start()
        tg.server.world.updates.drop()
        plan.tick()
        assert {"off": 1, "slow": 1} == {
            "off": sum(not phone.on for phone in tg.server.phones.values()),
            "slow": sum(phone.lag is not None for phone in tg.server.phones.values()),
        }
        for phone in tg.server.phones.values():
            if phone.on and phone.lag is None:
                assert 403 == (await tg.refused("sendMessage", chat_id=phone.id, text="x"))[0]
        for phone in tg.server.phones.values():
            if not phone.blocked:
                phone.say("aspetto")
        plan.calm()
        assert {Kind.PHONE_OFF: 1, Kind.SLOW_PHONE: 1, Kind.BLOCKED: 1} == plan.given
        assert ["aspetto"] * 2 == [
            update["message"]["text"] for update in tg.server.pending_updates() if "message" in update
        ]
        tg.ada.say("subito")
        for phone in tg.server.phones.values():
            assert (True, None, False) == (phone.on, phone.lag, phone.blocked)
            await tg.done("sendMessage", chat_id=phone.id, text="tutto bene")
        batch = await tg.done("getUpdates")
        assert len(batch) == len({update["update_id"] for update in batch})


# --- all together --------------------------------------------------------------------------------------


async def test_each_once() -> None:
    """A bot that tries again until it is answered; every kind happens, and nothing is lost."""
    plan = FaultPlan.each_once(
        11, BEGIN, BEGIN + timedelta(minutes=20), times=2, sizes=replace(QUICK, hang=(0.05, 0.05))
    )
    async with planned(plan) as tg:
        tg.server.channel(CHANNEL)
        people = [tg.server.phone(number, "x") for number in range(1, 9)]
        for phone in people:
            phone.start()
        sent: dict[int, int] = {}

        async def insist(method: str, **params: Any) -> Any:
            for _ in range(400):
                try:
                    body = await tg.call(method, **params)
                except (aiohttp.ClientError, orjson.JSONDecodeError):
                    continue
                if body["ok"]:
                    return body["result"]
                if body["error_code"] in {400, 403}:
                    return None
                tg.clock.go(body.get("parameters", {}).get("retry_after", 1) / 4)
                plan.tick()
            raise AssertionError("never answered")

        offset, got = 0, []
        for number in range(120):
            for phone in people:
                if number % 3 == 0:
                    phone.say(f"{phone.id}.{number}")
                else:
                    phone.tap(1, f"{phone.id}.{number}")
            tg.clock.go(15)
            plan.tick()
            for update in await insist("getUpdates", offset=offset) or []:
                offset = max(offset, update["update_id"] + 1)
                tap, message = update.get("callback_query"), update.get("message")
                if tap is not None:
                    got.append(tap["data"])
                    await insist("answerCallbackQuery", callback_query_id=tap["id"])
                elif message is not None:
                    got.append(message["text"])
                    chat = message["chat"]["id"]
                    if chat in sent:
                        await insist("editMessageText", chat_id=chat, message_id=sent[chat], text=f"{number}")
                    else:
                        made = await insist("sendMessage", chat_id=chat, text="ciao")
                        if made is not None:
                            sent[chat] = made["message_id"]
            await insist("sendMessage", chat_id=people[number % 8].id, text=f"avviso {number}")
        plan.calm()
        for update in await insist("getUpdates", offset=offset) or []:
            tap, message = update.get("callback_query"), update.get("message")
            got.append(tap["data"] if tap else message["text"] if message else "")
        assert [] == plan.missing
        expected = {f"{phone.id}.{number}" for phone in people for number in range(120)}
        assert expected == set(got) - {"", "/start"}
        report = plan.report()
        assert {str(kind) for kind in ALL_KINDS} == set(report["given"])
        assert {"bad_gateway_after", "hang_after", "reset_after", "truncated"} <= set(report["carried_out"])
        assert not {"bad_gateway", "reset_before", "error_500"} & set(report["carried_out"])
        assert report == orjson.loads(orjson.dumps(report))


def test_every_kind_of_call_fault_is_described() -> None:
    assert set(ALL_KINDS) | {Kind.EXPIRED} == set(Kind)
    assert len(CALL_KINDS) == len(set(CALL_KINDS))


# --- times ---------------------------------------------------------------------------------------------


async def test_a_timetable_does_things_in_order_and_wakes_for_what_is_entered_later() -> None:
    clock, done = Clock(), []
    table = Timetable(clock.now)
    waited: list[datetime] = []

    async def wait_until(when: datetime) -> None:
        waited.append(when)
        while clock.now() < when:  # noqa: ASYNC110 - a clock for a test
            await asyncio.sleep(0.001)

    running = asyncio.create_task(table.run(wait_until))
    try:
        table.at(BEGIN + timedelta(seconds=9), lambda: done.append("nine"))
        await until(lambda: waited)
        table.at(BEGIN + timedelta(seconds=3), lambda: done.append("three"))
        table.at(BEGIN + timedelta(seconds=3), lambda: done.append("three again"))
        await until(lambda: len(waited) > 1)
        clock.go(3)
        await until(lambda: len(done) > 1)
        assert (["three", "three again"], 1) == (done, len(table))
        clock.go(60)
        await until(lambda: len(done) > 2)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert ["three", "three again", "nine"] == done


async def test_a_mistake_in_a_timetable_is_not_swallowed() -> None:
    async def broken(_when: datetime) -> None:
        raise RuntimeError("no clock")

    table = Timetable(Clock().now)
    table.at(BEGIN + timedelta(hours=1), lambda: None)
    with pytest.raises(RuntimeError, match="no clock"):
        await asyncio.wait_for(table.run(broken), 1)


# --- what may happen when ------------------------------------------------------------------------------


async def test_what_is_not_allowed_now_waits_or_does_not_happen() -> None:
    may = False
    plan = FaultPlan(
        1,
        at={Kind.ERROR_500: [BEGIN]},
        rates={Kind.BAD_GATEWAY: 1.0},
        sizes=QUICK,
        allowed=lambda kind, now: may and kind is Kind.ERROR_500,
    )
    async with planned(plan) as tg:
        assert (await tg.call("sendMessage", chat_id=77, text="x"))["ok"]
        assert not plan.given
        may = True
        with pytest.raises(NetworkError):
            await tg.bot.send_message(77, "x")
        assert {Kind.ERROR_500: 1} == plan.given
        assert (await tg.call("sendMessage", chat_id=77, text="x"))["ok"]


async def test_a_plan_that_relents_lets_phones_be_right_for_once() -> None:
    plan = FaultPlan(1, at={Kind.PHONE_OFF: [BEGIN], Kind.SLOW_PHONE: [BEGIN]}, sizes=QUICK)
    async with planned(plan) as tg:
        tg.server.phone(78, "Bruno").start()
        plan.tick()
        assert {Kind.PHONE_OFF: 1, Kind.SLOW_PHONE: 1} == plan.given
        phones = [tg.server.phones[77], tg.server.phones[78]]
        waiting = len(tg.server.pending_updates())
        for phone in phones:
            phone.say("x")
        assert waiting == len(tg.server.pending_updates())
        plan.relent()
        assert all(phone.on and phone.lag is None for phone in phones)
        assert waiting + 2 == len(tg.server.pending_updates())
