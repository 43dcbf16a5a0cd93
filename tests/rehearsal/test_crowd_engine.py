"""The loop that makes a plan happen: what waits for what, whatever real time does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.crowd.engine import Act, Engine

START = datetime(2023, 12, 5, 9, 0, tzinfo=UTC)


def act(at: float, who: int, table: str = "T1", *, changes: bool = False, number: int = 0) -> Act:
    when = START + timedelta(seconds=at)
    return Act(when, number or round(at * 1000) + who, who, "do", (), frozenset({table}), changes)


class Keeper:
    """Time that goes to what somebody waits for, as soon as nothing is unanswered before the moment."""

    def __init__(self) -> None:
        self.time = START
        self.reconsidered = 0

    def now(self) -> datetime:
        return self.time

    async def wait_until(self, when: datetime) -> None:
        await asyncio.sleep(0)
        self.time = max(self.time, when)

    def reconsider(self) -> None:
        self.reconsidered += 1


class Stage:
    """Acts that take as long as a test says; what began and ended, in order."""

    def __init__(self) -> None:
        self.log: list[tuple[str, int]] = []
        self.gates: dict[int, asyncio.Event] = {}

    async def perform(self, act: Act) -> None:
        self.log.append(("begin", act.number))
        gate = self.gates.get(act.number)
        if gate is not None:
            await gate.wait()
        self.log.append(("end", act.number))

    def hold(self, act: Act) -> asyncio.Event:
        return self.gates.setdefault(act.number, asyncio.Event())

    def began(self, act: Act) -> bool:
        return ("begin", act.number) in self.log


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_persons_acts_follow_each_other() -> None:
    stage, first, second = Stage(), act(1, 1), act(2, 1)
    gate = stage.hold(first)
    engine = Engine(Keeper(), [second, first], stage.perform)
    running = asyncio.create_task(engine.run())
    await settle()
    assert not stage.began(second)
    assert (engine.acting, engine.waiting) == (1, 1)
    assert engine.unanswered == first.at
    gate.set()
    await running
    assert [("begin", first.number), ("end", first.number)] == stage.log[:2]
    assert (engine.done, engine.total) == (2, 2)
    assert engine.unanswered is None


async def test_different_people_act_at_once() -> None:
    stage, one, other = Stage(), act(1, 1), act(2, 2)
    gate = stage.hold(one)
    running = asyncio.create_task(Engine(Keeper(), [one, other], stage.perform).run())
    await settle()
    assert stage.began(other)
    gate.set()
    await running


async def test_who_changes_a_table_waits_for_its_people_and_they_wait_for_the_change() -> None:
    stage = Stage()
    before, change, after, elsewhere = act(1, 1), act(2, 9, changes=True), act(3, 2), act(3, 3, "T2")
    first, second = stage.hold(before), stage.hold(change)
    running = asyncio.create_task(Engine(Keeper(), [before, change, after, elsewhere], stage.perform).run())
    await settle()
    assert stage.began(elsewhere)
    assert not stage.began(change)
    first.set()
    await settle()
    assert stage.began(change)
    assert not stage.began(after)
    second.set()
    await running
    assert stage.began(after)


async def test_what_is_planned_later_stays_planned() -> None:
    class Standing(Keeper):
        async def wait_until(self, when: datetime) -> None:
            await asyncio.sleep(3600 if when > START + timedelta(seconds=10) else 0)
            await super().wait_until(when)

    stage, now, later = Stage(), act(1, 1), act(60, 2)
    engine = Engine(Standing(), [now, later], stage.perform)
    running = asyncio.create_task(engine.run())
    await settle()
    assert engine.planned == later.at
    assert not stage.began(later)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_rush_brings_forward_what_was_planned_and_keeps_the_order() -> None:
    class Standing(Keeper):
        async def wait_until(self, when: datetime) -> None:
            if when > START + timedelta(seconds=1):
                await asyncio.Event().wait()
            await super().wait_until(when)

    stage, first, second, other, far = Stage(), act(1, 1), act(20, 1), act(30, 2), act(90, 3)
    gate = stage.hold(first)
    engine = Engine(Standing(), [first, second, other, far], stage.perform)
    running = asyncio.create_task(engine.run())
    await settle()
    assert engine.rush(timedelta(seconds=300), START + timedelta(seconds=60)) == 3
    await settle()
    assert stage.began(other)
    assert not stage.began(second)
    assert not stage.began(far)
    gate.set()
    await settle()
    assert stage.began(second)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_an_act_raises_ends_the_run() -> None:
    async def perform(_: Act) -> None:
        raise ValueError("no")

    with pytest.raises(ExceptionGroup) as raised:
        await Engine(Keeper(), [act(1, 1)], perform).run()
    assert isinstance(raised.value.exceptions[0], ValueError)


async def test_the_longest_act_is_known() -> None:
    wall = [0.0]
    stage, one = Stage(), act(1, 1)
    gate = stage.hold(one)
    engine = Engine(Keeper(), [one], stage.perform, monotonic=lambda: wall[0])
    assert engine.longest() is None
    running = asyncio.create_task(engine.run())
    await settle()
    wall[0] = 12.0
    assert engine.longest() == (one, 12.0)
    gate.set()
    await running


def conflict(one: Act, other: Act) -> bool:
    """Whether the order of two acts matters, said in another way than the engine says it."""
    return one.who == other.who or bool((one.changes or other.changes) and one.tables & other.tables)


@settings(max_examples=60, deadline=None)
@given(
    plan=st.lists(
        st.tuples(st.integers(1, 30), st.integers(1, 5), st.sampled_from(["T1", "T2"]), st.booleans()),
        min_size=1,
        max_size=25,
    ),
    seed=st.randoms(use_true_random=False),
)
def test_in_whatever_time_acts_are_answered_those_that_conflict_keep_their_order(plan, seed) -> None:  # type: ignore[no-untyped-def]
    acts = [
        act(at, who, table, changes=changes, number=number)
        for number, (at, who, table, changes) in enumerate(plan, start=1)
    ]
    log: list[tuple[str, Act]] = []

    async def perform(one: Act) -> None:
        log.append(("begin", one))
        for _ in range(seed.randint(0, 6)):
            await asyncio.sleep(0)
        log.append(("end", one))

    asyncio.run(Engine(Keeper(), acts, perform).run())
    assert len(log) == 2 * len(acts)
    for one in acts:
        for other in acts:
            if one < other and conflict(one, other):
                assert log.index(("end", one)) < log.index(("begin", other))
