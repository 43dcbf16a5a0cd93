"""Phones that are off, or slow, and people who come back after a block."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from rehearsal.telegram import Blocked
from tests.rehearsal.local_telegram import Local, keyboard, local


@pytest.fixture
async def tg() -> AsyncIterator[Local]:
    async with local() as running:
        running.met()
        yield running


def _kinds(tg: Local) -> list[str]:
    return [list(update)[1] for update in tg.server.pending_updates()]


async def test_what_a_person_does_on_a_phone_that_is_off_waits_in_it(tg: Local) -> None:
    tg.ada.switch_off()
    own = tg.ada.say("dal treno")
    tg.ada.edit(own, "dal treno, in galleria")
    tg.ada.tap(1, "v1:x")
    assert ([], False, 3) == (tg.server.pending_updates(), tg.ada.on, tg.ada.waiting)
    tg.clock.go(600)
    tg.ada.switch_on()
    assert (["message", "edited_message", "callback_query"], True, 0) == (
        _kinds(tg),
        tg.ada.on,
        tg.ada.waiting,
    )
    said, edited, _ = await tg.bot.get_updates()
    assert ("dal treno", tg.clock.at) == (said.message.text, said.message.date)  # type: ignore[union-attr]
    assert "dal treno, in galleria" == edited.edited_message.text  # type: ignore[union-attr]


async def test_what_it_shows_stays_as_it_was_and_then_comes_all_at_once(tg: Local) -> None:
    first = await tg.bot.send_message(77, "prima")
    tap = tg.ada.tap(first.message_id, "x")
    version = tg.ada.version
    tg.ada.switch_off()
    await tg.bot.edit_message_text("cambiata", 77, first.message_id)
    second = await tg.bot.send_message(77, "seconda")
    await tg.bot.answer_callback_query(tap, "ecco")
    assert (["/start", "prima"], version, {}) == (
        [message.text for message in tg.ada.messages],
        tg.ada.version,
        tg.ada.answers,
    )
    assert None is tg.ada.message(second.message_id)
    assert "prima" == tg.ada.last.text  # type: ignore[union-attr]
    own = tg.ada.say("la mia")
    assert "la mia" == tg.ada.message(own).text  # type: ignore[union-attr]
    changed = asyncio.create_task(tg.ada.changed(tg.ada.version, 5))
    await asyncio.sleep(0)
    tg.ada.switch_on()
    assert await changed
    assert ["/start", "cambiata", "seconda", "la mia"] == [message.text for message in tg.ada.messages]
    assert "ecco" == tg.ada.answers[tap].text


async def test_a_tap_waits_as_long_for_its_answer_from_when_it_arrives(tg: Local) -> None:
    tg.ada.switch_off()
    tap = tg.ada.tap(1, "x")
    tg.clock.wall += 600
    tg.ada.switch_on()
    await tg.done("answerCallbackQuery", callback_query_id=tap)


async def test_a_message_deleted_before_it_left_never_does(tg: Local) -> None:
    tg.ada.switch_off()
    own = tg.ada.say("ripensandoci")
    tg.ada.edit(own, "ripensandoci bene")
    tg.ada.delete(own)
    tg.ada.say("questa sì")
    assert ["/start", "questa sì"] == [message.text for message in tg.ada.messages]
    tg.ada.switch_on()
    assert ["questa sì"] == [update["message"]["text"] for update in tg.server.pending_updates()]


async def test_a_deletion_without_network_happens_later(tg: Local) -> None:
    sent = await tg.bot.send_message(77, "x")
    tg.ada.switch_off()
    tg.ada.delete(sent.message_id)
    await tg.bot.edit_message_text("y", 77, sent.message_id)
    tg.ada.switch_on()
    assert (400, "Bad Request: message to edit not found") == await tg.refused(
        "editMessageText", chat_id=77, message_id=sent.message_id, text="z"
    )


async def test_a_first_start_without_network_starts_nothing_yet(tg: Local) -> None:
    bruno = tg.server.phone(78, "Bruno")
    bruno.switch_off()
    bruno.start("T1")
    assert not bruno.started
    assert (403, "Forbidden: bot can't initiate conversation with a user") == await tg.refused(
        "sendMessage", chat_id=78, text="x"
    )
    bruno.switch_on()
    await tg.done("sendMessage", chat_id=78, text="x")


async def test_a_slow_phone_taps_on_keyboards_that_have_changed(tg: Local) -> None:
    late: list[Callable[[], None]] = []
    tg.ada.lag = late.append
    sent = await tg.done("sendMessage", chat_id=77, text="due?", reply_markup=keyboard([("Sì", "old:1")]))
    number = sent["message_id"]
    button = tg.ada.last.buttons[0]  # type: ignore[union-attr]
    tg.ada.tap(number, button.callback_data or "")
    own = tg.ada.say("e una parola")
    assert tg.ada.message(own) is not None
    assert [] == tg.server.pending_updates()
    markup = keyboard([("No", "new:1")])
    await tg.done("editMessageText", chat_id=77, message_id=number, text="tre?", reply_markup=markup)
    tg.clock.go(20)
    for arrive in late:
        arrive()
    tap, said = await tg.bot.get_updates()
    assert tap.callback_query is not None
    assert ("old:1", "tre?") == (tap.callback_query.data, tap.callback_query.message.text)  # type: ignore[union-attr]
    assert tg.clock.at == said.message.date  # type: ignore[union-attr]
    assert ["/start", "tre?", "e una parola"] == [message.text for message in tg.ada.messages]


async def test_who_returns_takes_the_block_back_to_act(tg: Local) -> None:
    tg.ada.block()
    with pytest.raises(Blocked):
        tg.ada.say("x")
    tg.ada.returns = True
    tg.ada.say("eccomi")
    tg.ada.block()
    tg.ada.tap(1, "x")
    assert [
        "my_chat_member",
        "my_chat_member",
        "message",
        "my_chat_member",
        "my_chat_member",
        "callback_query",
    ] == _kinds(tg)


async def test_what_was_written_before_a_block_does_not_arrive_after_it(tg: Local) -> None:
    tg.ada.switch_off()
    own = tg.ada.say("troppo tardi")
    tg.ada.block()
    tg.ada.switch_on()
    assert (["my_chat_member"], None) == (_kinds(tg), tg.ada.message(own))
