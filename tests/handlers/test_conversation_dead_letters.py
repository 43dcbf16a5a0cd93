"""The regia reads what Telegram refused, and has it go out once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers.callback_data import Resend, encode
from rehearsal.telegram import Fault
from tests.support.hall import eventually

if TYPE_CHECKING:
    from tests.support.hall import Hall, Somebody

QUOTING = Fault(
    status=400, description='Bad Request: can\'t parse entities: unsupported tag "i-treni-di-Anna"'
)


def told(who: Somebody) -> int:
    return sum("priorità per la Sessione 2" in m.shown for m in who.phone.messages)


async def refused(hall: Hall) -> tuple[Somebody, Somebody]:
    """Telegram refused what Anna was to be told of her table's priorities."""
    anna = await hall.somebody().registers("T6")
    vittoria = await hall.regia()
    await hall.at("10:26")
    hall.breaks("sendMessage", QUOTING, 99, lambda call: call.chat_id == anna.phone.id)
    await hall.at("10:30")
    await vittoria.reads()
    return anna, vittoria


async def test_nothing_was_refused(hall: Hall) -> None:
    vittoria = await hall.regia()
    (said,) = await vittoria.says("/scarti")
    assert "Nessun messaggio scartato" in said
    (said,) = await vittoria.says("/scarti rimanda")
    assert "niente da rimandare" in said


@pytest.mark.parametrize("how", ["tapped", "typed"])
async def test_what_was_refused_is_shown_without_what_it_says_and_goes_out_once_more(
    hall: Hall, how: str
) -> None:
    anna, vittoria = await refused(hall)
    (said,) = await vittoria.says("/scarti")
    assert "1 messaggio scartato" in said
    assert "Priorità di un tavolo: 1. Motivo: Can't parse entities\n" in said
    assert "treni" not in said
    hall.telegram.intercept = None
    (again,) = await (vittoria.taps("Rimanda") if how == "tapped" else vittoria.says("/scarti rimanda"))
    assert "1 messaggio è di nuovo in partenza" in again
    assert 1 == told(anna)
    (said,) = await vittoria.says("/scarti")
    assert "Nessun messaggio scartato" in said


async def test_tapped_twice_it_goes_out_once(hall: Hall) -> None:
    anna, vittoria = await refused(hall)
    await vittoria.says("/scarti")
    hall.telegram.intercept = None
    listed = vittoria.screen("scartato")
    for _ in range(2):
        vittoria.phone.tap(listed.id, encode(Resend()))
    first, second = await vittoria.reads()
    assert "di nuovo in partenza" in first
    assert "niente da rimandare" in second
    assert 1 == told(anna)


async def test_refused_again_it_is_on_the_list_again(hall: Hall) -> None:
    anna, vittoria = await refused(hall)
    await vittoria.says("/scarti riprova")
    await eventually(lambda: hall.telegram.errors[400] >= 2)
    (said,) = await vittoria.says("/scarti")
    assert "1 messaggio scartato" in said
    assert 0 == told(anna)


@pytest.mark.parametrize("how", ["tapped", "typed"])
async def test_a_ballot_that_was_refused_is_on_the_list_and_is_drawn_once_more(hall: Hall, how: str) -> None:
    anna = await hall.somebody().registers("T6")
    vittoria = await hall.regia()
    hall.breaks("sendMessage", QUOTING, 1, lambda call: call.chat_id == anna.phone.id)
    await hall.at("10:10")
    await anna.reads()
    (said,) = await vittoria.says("/scarti")
    assert "1 messaggio scartato" in said
    assert "Schede con i bollini: 1. Motivo: Can't parse entities\n" in said
    assert "treni" not in said
    (again,) = await (vittoria.taps("Rimanda") if how == "tapped" else vittoria.says("/scarti rimanda"))
    assert "1 messaggio è di nuovo in partenza" in again
    await anna.taps("1.3", anna.ballot())
    assert {"1.3": 1} == await anna.dots()
    (said,) = await vittoria.says("/scarti")
    assert "Nessun messaggio scartato" in said


async def test_what_is_not_understood_is_said_and_sends_nothing(hall: Hall) -> None:
    anna, vittoria = await refused(hall)
    hall.telegram.intercept = None
    (said,) = await vittoria.says("/scarti tutti <b>")
    assert "«tutti <b>»" in said
    assert "/scarti rimanda" in said
    assert 0 == told(anna)


async def test_it_is_the_regias_alone(hall: Hall) -> None:
    anna, _ = await refused(hall)
    hall.telegram.intercept = None
    said = (await anna.says("/scarti rimanda"))[-1]
    assert "è riservato alla regia" in said
    await anna.sends_press(anna.phone.messages[-1].id, encode(Resend()))
    assert 0 == told(anna)
    assert 1 == await hall.count("outbox", "dead_at IS NOT NULL")
