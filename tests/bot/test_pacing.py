"""How fast it may go: never above what Telegram takes, and never slower than it could."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from math import inf
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacing import CHAT_BURST, LONGEST_BACKOFF, OVERALL, PAID, SECOND, Lane, Pacer, Ticket, backoff
from rehearsal.telegram import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

START = 1000.0


def send(pacer: Pacer, chats: list[int], lane: Lane = Lane.BULK) -> list[float]:
    """When each of these messages goes, sent one after the other as soon as it may and answered at once."""
    now = START
    found: list[float] = []
    for chat in chats:
        now = max(now, pacer.ready(chat, now, lane))
        pacer.take(chat, now, lane).landed(now)
        found.append(now)
    return found


def busiest(moments: list[float], seconds: float) -> int:
    """The most moments within any stretch of so many seconds."""
    return max(bisect_left(moments, moment + seconds) - place for place, moment in enumerate(moments))


@given(st.lists(st.integers(1, 200), min_size=1, max_size=200))
def test_never_more_than_thirty_a_second_nor_a_burst_in_one_chat(chats: list[int]) -> None:
    moments = send(Pacer(START), chats)
    assert busiest(moments, 1.0) <= 30
    for chat in set(chats):
        own = [moment for moment, each in zip(moments, chats, strict=True) if each == chat]
        assert busiest(own, 10.0) <= CHAT_BURST + 10


@given(st.integers(1, 60))
def test_a_channel_gets_twenty_a_minute_at_most(number: int) -> None:
    moments = send(Pacer(START), [-100] * number)
    assert busiest(moments, 60.0) <= 20
    assert busiest(moments, 1.0) <= 2


def test_ten_posts_to_a_channel_that_was_quiet_take_ten_seconds() -> None:
    moments = send(Pacer(START), [-100] * 10)
    assert moments[-1] - START <= 9.001


@given(st.integers(2, 300))
def test_different_people_wait_for_nothing_but_the_thirty_a_second(number: int) -> None:
    moments = send(Pacer(START), list(range(1, number + 1)))
    assert moments[-1] - START <= number / (0.97 * OVERALL)


def test_what_is_paid_for_goes_at_almost_a_thousand_a_second() -> None:
    moments = send(Pacer(START), list(range(1, 5001)), Lane.PAID)
    assert PAID == busiest(moments, 1.0)
    assert 5000 / (moments[-1] - START) >= 900


def test_what_is_paid_for_and_what_is_not_do_not_wait_for_each_other() -> None:
    pacer = Pacer(START)
    for chat in range(1, 31):
        pacer.take(chat, START, Lane.BULK)
    assert pacer.ready(99, START, Lane.BULK) > START
    assert pacer.ready(99, START, Lane.PAID) <= START
    assert pacer.open(START, Lane.BULK) > START
    assert pacer.open(START, Lane.ASKED_FOR) <= START


def travel(number: int, at_once: int, way: Callable[[], float]) -> list[float]:
    """When each of so many messages reaches Telegram: each takes its way there, and its answer one back."""
    pacer, now = Pacer(START), START
    arrivals: list[float] = []
    answers: list[tuple[float, int, Ticket]] = []
    while len(arrivals) < number:
        chat = len(arrivals)
        ready = pacer.ready(chat, now, Lane.BULK) if len(answers) < at_once else inf
        if answers and answers[0][0] <= ready:
            now, _, ticket = heapq.heappop(answers)
            ticket.landed(now)
            continue
        now = max(now, ready)
        arrivals.append(now + way())
        heapq.heappush(answers, (arrivals[-1] + way(), chat, pacer.take(chat, now, Lane.BULK)))
    return arrivals


WAYS: dict[str, Callable[[Random], float]] = {
    "none": lambda _: 0.0,
    "short": lambda random: random.uniform(0.0, 0.02),
    "long": lambda random: random.uniform(0.0, 0.3),
    "now and then very long": lambda random: random.choice((0.001, 0.001, 0.001, 1.5)),
}


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), way=st.sampled_from(sorted(WAYS)), at_once=st.integers(1, 40))
def test_however_uneven_the_way_telegram_never_counts_too_many(seed: int, way: str, at_once: int) -> None:
    random, limits = Random(seed), Limits()
    for chat, at in sorted(
        enumerate(travel(300, at_once, lambda: WAYS[way](random))), key=lambda one: one[1]
    ):
        limits.take(chat, at, channel=False, last_update=None)
    assert 0 == limits.refused


def test_on_a_short_way_almost_all_that_telegram_takes_is_used() -> None:
    random = Random(7)
    arrivals = travel(600, 12, lambda: WAYS["short"](random))
    assert 600 / (max(arrivals) - min(arrivals)) >= 0.95 * OVERALL


@given(st.lists(st.floats(0, 5), min_size=1, max_size=50))
def test_when_it_is_ready_it_is_ready(pauses: list[float]) -> None:
    """What `ready` says may go then: no second waiting of nothing."""
    pacer = Pacer(START)
    now = START
    for pause in pauses:
        now += pause
        at = max(pacer.ready(7, now, Lane.BULK), now)
        assert pacer.ready(7, at, Lane.BULK) <= at
        pacer.take(7, at, Lane.BULK).landed(at)
        now = at


def test_what_is_under_way_counts_until_a_second_after_its_answer() -> None:
    pacer = Pacer(START)
    tickets = [pacer.take(chat, START, Lane.BULK) for chat in range(OVERALL)]
    later = START + 60
    assert later < pacer.ready(99, later, Lane.BULK) <= later + SECOND
    tickets[0].landed(later)
    assert later + SECOND == pacer.ready(99, later + 0.5, Lane.BULK)
    assert pacer.ready(99, later + SECOND, Lane.BULK) <= later + SECOND


def test_answers_do_not_wait_for_what_goes_to_others() -> None:
    pacer = Pacer(START)
    for chat in range(1, 31):
        pacer.take(chat, START, Lane.BULK)
    assert pacer.ready(99, START, Lane.BULK) > START
    assert pacer.ready(99, START, Lane.ASKED_FOR) <= START


def test_a_held_chat_waits_and_others_do_not() -> None:
    pacer = Pacer(START)
    until = START + 200
    pacer.hold(7, until)
    pacer.hold(7, START + 3)
    assert until == pacer.ready(7, START, Lane.BULK)
    assert pacer.ready(8, START, Lane.BULK) <= START
    assert pacer.ready(7, until, Lane.BULK) <= until


def test_a_long_rest_saves_up_no_more_than_a_burst() -> None:
    pacer = Pacer(START)
    for chat in range(1, 12):
        pacer.take(chat, START, Lane.BULK).landed(START)
    rested = START + 3 * 3600
    for chats, seconds, most in (([7] * 10, 0.5, CHAT_BURST), (list(range(1, 11)), 0.1, 6)):
        moments: list[float] = []
        now = rested
        for chat in chats:
            now = max(now, pacer.ready(chat, now, Lane.BULK))
            pacer.take(chat, now, Lane.BULK).landed(now)
            moments.append(now)
        assert busiest(moments, seconds) <= most
        rested += 3 * 3600


@pytest.mark.parametrize("failures", [0, 1, 5, 20, 10**6])
def test_attempts_come_at_uneven_times_and_never_far_apart(failures: int) -> None:
    found = [backoff(failures) for _ in range(200)]
    assert 0.1 <= min(found) <= max(found) <= min(LONGEST_BACKOFF, 0.5 * 2 ** min(failures, 20))
    assert len(set(found)) > 100
