"""How fast it may go: never above what Telegram takes, and never slower than it could."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.pacing import CHAT_BURST, OVERALL_PER_SECOND, Pacer

START = datetime(2023, 12, 5, 9, 10, tzinfo=UTC)


def send(pacer: Pacer, chats: list[int]) -> list[datetime]:
    """When each of these messages goes, sent one after the other as soon as it may."""
    now = START
    found: list[datetime] = []
    for chat in chats:
        now = max(now, pacer.ready(chat, now))
        pacer.take(chat, now)
        found.append(now)
    return found


def busiest(moments: list[datetime], seconds: float) -> int:
    """The most moments within any stretch of so many seconds."""
    return max(
        sum(moment <= other < moment + timedelta(seconds=seconds) for other in moments) for moment in moments
    )


@given(st.lists(st.integers(1, 200), min_size=1, max_size=200))
def test_never_more_than_thirty_a_second_nor_a_burst_in_one_chat(chats: list[int]) -> None:
    moments = send(Pacer(START), chats)
    assert busiest(moments, 1.0) <= 30
    for chat in set(chats):
        own = [moment for moment, each in zip(moments, chats, strict=True) if each == chat]
        assert busiest(own, 10.0) <= CHAT_BURST + 10


@given(st.integers(1, 60))
def test_a_channel_gets_twenty_a_minute_at_most(number: int) -> None:
    assert busiest(send(Pacer(START), [-100] * number), 60.0) <= 21


@given(st.integers(2, 300))
def test_different_people_wait_for_nothing_but_the_thirty_a_second(number: int) -> None:
    moments = send(Pacer(START), list(range(1, number + 1)))
    assert (moments[-1] - START).total_seconds() <= number / OVERALL_PER_SECOND


@given(st.lists(st.floats(0, 5), min_size=1, max_size=50))
def test_when_it_is_ready_it_is_ready(pauses: list[float]) -> None:
    """What `ready` says may go then: no second waiting of nothing."""
    pacer = Pacer(START)
    now = START
    for pause in pauses:
        now += timedelta(seconds=pause)
        at = max(pacer.ready(7, now), now)
        assert pacer.ready(7, at) <= at
        pacer.take(7, at)
        now = at


def test_answers_do_not_wait_for_what_goes_to_others() -> None:
    pacer = Pacer(START)
    for chat in range(1, 31):
        pacer.take(chat, START)
    assert pacer.ready(99, START) > START
    assert pacer.ready(99, START, asked_for=True) <= START


def test_a_held_chat_waits_and_others_do_not() -> None:
    pacer = Pacer(START)
    until = START + timedelta(seconds=200)
    pacer.hold(7, until)
    pacer.hold(7, START + timedelta(seconds=3))
    assert until == pacer.ready(7, START)
    assert pacer.ready(8, START) <= START
    assert pacer.ready(7, until) <= until


def test_a_clock_that_is_set_back_stops_nobody() -> None:
    pacer = Pacer(START)
    pacer.take(7, START)
    back = START - timedelta(hours=1)
    assert (pacer.ready(7, back) - back).total_seconds() <= 1.0


def test_a_long_rest_saves_up_no_more_than_a_burst() -> None:
    pacer = Pacer(START)
    for chat in range(1, 12):
        pacer.take(chat, START)
    rested = START + timedelta(hours=3)
    for chats, seconds, most in (([7] * 10, 0.5, CHAT_BURST), (list(range(1, 11)), 0.1, 4)):
        moments: list[datetime] = []
        now = rested
        for chat in chats:
            now = max(now, pacer.ready(chat, now))
            pacer.take(chat, now)
            moments.append(now)
        assert busiest(moments, seconds) <= most
        rested += timedelta(hours=3)
