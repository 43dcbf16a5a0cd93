"""The phase machine as a whole, against the real store: whatever is commanded, by whom, in whatever order.

Commands come from the agenda, from who facilitates and from the regia; late, repeated (the same update again)
and at once. After each, every table is in a legal phase, its history is complete, and its plan makes sense.
"""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from participation import (
    confirming,
    phases,
    prolonging,
    prompting,
    reopening,
    shifting,
    timing,
)
from participation.event import Phase
from participation.notices import Mover
from storage import agenda, ballots, tables
from storage import priorities as stored_priorities
from storage.sqlite import SqliteDatabase, open_sqlite
from tests.participation.floor import Floor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from participation.event import Event
    from participation.notices import Notice
    from storage.people import Person

ORDER = timing.ORDER
TABLES = st.sampled_from(("T5", "T6"))
PHASES = st.sampled_from(tuple(Phase))
REOPENABLE = st.sampled_from((*reopening.REOPENABLE, Phase.CLOSING))
MINUTES = st.integers(-20, 20).filter(bool)
CODES = st.sampled_from(("1.1", "1.2", "2.1", "3.1", "5.4"))
WHO = st.integers(0, 3)
CHANNEL = -1001

Command = tuple[Any, ...]
"""What somebody commands: a name, and what it needs."""

COMMANDS = st.one_of(
    st.tuples(st.just("agenda")),
    st.tuples(st.just("open"), TABLES, st.integers(0, 1)),
    st.tuples(st.just("close"), TABLES, st.integers(0, 1)),
    st.tuples(st.just("step"), TABLES, PHASES, st.integers(0, 1)),
    st.tuples(st.just("prolong"), TABLES, st.integers(0, 70).map(str), st.integers(0, 1)),
    st.tuples(st.just("until"), TABLES, PHASES, st.integers(-5, 80), st.integers(0, 1)),
    st.tuples(st.just("nudge"), TABLES),
    st.tuples(st.just("fase"), TABLES, PHASES),
    st.tuples(st.just("riapri"), TABLES, REOPENABLE, st.integers(1, 30)),
    st.tuples(st.just("hold")),
    st.tuples(st.just("resume")),
    st.tuples(st.just("shift"), MINUTES),
    st.tuples(st.just("answer"), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("answer"), st.just(0), st.just(True)),
    st.tuples(st.just("sit"), WHO, TABLES),
    st.tuples(st.just("vote"), WHO, CODES, st.integers(0, 1)),
    st.tuples(st.just("confirm"), TABLES),
)


class PhaseMachine(RuleBasedStateMachine):
    """Two tables with two who facilitate each, four people, two of the regia, and a clock that moves on."""

    template: Path
    event: Event

    def __init__(self) -> None:
        super().__init__()
        self.folder = mkdtemp()
        self.runner = asyncio.Runner()
        self.asked: list[tuple[Person, str]] = []
        self.given: list[tuple[Command, str]] = []
        self.updates = 0

    def do(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(doing)

    @initialize()
    def opens(self) -> None:
        async def prepare() -> None:
            path = Path(self.folder) / "event.db"
            shutil.copy(self.template, path)
            database = await open_sqlite(path)
            # Examples are many; none of them is about a power cut.
            await database._writer.execute_fetchall("PRAGMA synchronous = OFF")
            self.floor = Floor(database, self.event, self.event.moment(self.event.agenda[0].time))
            self.crowd = [await self.floor.person(1 + n, "T6" if n < 3 else "T5") for n in range(4)]
            self.leaders = {
                code: [await self.floor.facilitator(900 + 10 * place + n, code) for n in range(2)]
                for place, code in enumerate(("T5", "T6"))
            }
            self.regia = [await self.floor.regia(950 + n) for n in range(2)]

        self.do(prepare())

    def teardown(self) -> None:
        if hasattr(self, "floor"):
            assert isinstance(self.floor.database, SqliteDatabase)
            self.do(self.floor.database.close())
        self.runner.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- what happens -----------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from((1, 3, 5, 10)))
    def time_passes(self, minutes: int) -> None:
        """The clock moves on, and whether the agenda looks at it is another matter."""
        self.floor.later(60 * minutes + 7)

    @rule(command=COMMANDS)
    def one_command(self, command: Command) -> None:
        self.do(self.obey(command, self.update()))

    @rule(minutes=st.sampled_from((1, 5, 15)))
    def the_agenda_looks(self, minutes: int) -> None:
        self.floor.later(60 * minutes)
        self.do(self.obey(("agenda",), self.update()))

    @rule(table=TABLES, minutes=st.sampled_from((2, 5)))
    def somebody_prolongs_and_the_agenda_looks_at_once(self, table: str, minutes: int) -> None:
        self.do(self.at_once([("prolong", table, str(minutes), 0), ("agenda",), ("agenda",)]))

    @rule(commands=st.lists(COMMANDS, min_size=2, max_size=5))
    def commands_at_once(self, commands: list[Command]) -> None:
        self.do(self.at_once(commands))

    @rule(
        asking=st.one_of(
            st.tuples(st.just("close"), TABLES, st.integers(0, 1)),
            st.tuples(st.just("riapri"), TABLES, REOPENABLE, st.integers(1, 30)),
            st.tuples(st.just("riapri"), TABLES, REOPENABLE, st.integers(1, 30)),
            st.tuples(st.just("resume")),
            st.tuples(st.just("shift"), MINUTES),
        ),
        meanwhile=st.lists(COMMANDS, max_size=2),
    )
    def something_is_asked_back_and_confirmed_at_once(
        self, asking: Command, meanwhile: list[Command]
    ) -> None:
        self.do(self.obey(asking, self.update()))
        yes: Command = ("answer", 0, True)
        self.do(self.at_once([yes, *meanwhile, yes]))

    @rule(minutes=st.sampled_from((1, 4)))
    def the_regia_holds_the_agenda_for_a_while(self, minutes: int) -> None:
        self.do(self.at_once([("hold",), ("agenda",)]))
        self.floor.later(60 * minutes + 20)
        self.do(self.obey(("resume",), self.update()))
        self.do(self.at_once([("agenda",), ("answer", 0, True)]))

    @rule(table=TABLES, choice=st.integers(0, 2), minutes=st.integers(1, 30))
    def the_regia_reopens_what_a_table_is_past(self, table: str, choice: int, minutes: int) -> None:
        here = ORDER.index(self.do(self.floor.phase(table)))
        past = [phase for phase in reopening.REOPENABLE if ORDER.index(phase) < here]
        if past:
            self.do(self.obey(("riapri", table, past[choice % len(past)], minutes), self.update()))
            yes: Command = ("answer", 0, True)
            self.do(self.at_once([("agenda",), yes, yes]))

    @rule(table=TABLES, phase=PHASES)
    def the_regia_moves_a_table_while_others_do(self, table: str, phase: Phase) -> None:
        self.do(self.at_once([("fase", table, phase), ("open", table, 0), ("open", table, 1)]))

    @rule(back=st.integers(1, 6))
    def an_update_is_delivered_again(self, back: int) -> None:
        if self.given:
            command, update = self.given[-min(back, len(self.given))]
            self.do(self.obey(command, update))

    def update(self) -> str:
        self.updates += 1
        return f"update:{self.updates}"

    async def at_once(self, commands: list[Command]) -> None:
        await asyncio.gather(*(self.obey(command, self.update()) for command in commands))

    async def obey(self, command: Command, update: str) -> None:
        self.given.append((command, update))
        name, *rest = command
        doing: Callable[..., Awaitable[object]] = getattr(self, f"do_{name}")
        await doing(update, *rest)

    def heard(self, person: Person, told: Notice) -> None:
        """What was asked back waits for the person's answer."""
        token = getattr(told, "token", None)
        if token is not None:
            self.asked.append((person, token))

    @property
    def database(self) -> Any:
        return self.floor.database

    async def do_agenda(self, _update: str) -> None:
        await self.floor.run_due(CHANNEL)

    async def do_open(self, update: str, table: str, who: int) -> Notice:
        return await self.floor.opens(self.leaders[table][who], table, update)

    async def do_close(self, update: str, table: str, who: int) -> None:
        await self.do_step(update, table, None, who)

    async def do_step(self, update: str, table: str, phase: Phase | None, who: int) -> None:
        asker = self.floor.asker(self.leaders[table][who], update)
        self.heard(asker.person, await confirming.close(self.database, self.event, table, phase, asker))

    async def do_prolong(self, update: str, table: str, minutes: str, who: int) -> Notice:
        leader = self.leaders[table][who]
        return await prolonging.by_minutes(
            self.database, self.event, table, minutes, Mover.FACILITATOR, leader, self.floor.now, update
        )

    async def do_until(self, _update: str, table: str, phase: Phase, minutes: int, who: int) -> Notice:
        wished = prolonging.as_minute(self.floor.now + timedelta(minutes=minutes))
        leader = self.leaders[table][who]
        return await prolonging.until(
            self.database, self.event, table, phase, wished, Mover.FACILITATOR, leader, self.floor.now
        )

    async def do_nudge(self, _update: str, table: str) -> Notice:
        return await prompting.nudge(self.database, self.event, table, self.floor.now)

    async def do_fase(self, _update: str, table: str, phase: Phase) -> Notice:
        return await phases.move_many(
            self.database, self.event, [table], phase, self.regia[0], self.floor.now
        )

    async def do_riapri(self, update: str, table: str, phase: Phase, minutes: int) -> None:
        asker = self.floor.asker(self.regia[0], update)
        told = await confirming.reopen(self.database, table, phase, minutes, "perché sì", asker)
        self.heard(asker.person, told)

    async def do_hold(self, _update: str) -> Notice | None:
        return await shifting.hold(self.database, self.regia[1], self.floor.now)

    async def do_resume(self, update: str) -> None:
        asker = self.floor.asker(self.regia[1], update)
        self.heard(asker.person, await confirming.resume(self.database, asker))

    async def do_shift(self, update: str, minutes: int) -> None:
        asker = self.floor.asker(self.regia[1], update)
        self.heard(asker.person, await confirming.shift(self.database, minutes, asker))

    async def do_answer(self, update: str, back: int, yes: bool) -> None:
        if self.asked:
            person, token = self.asked[-1 - back % len(self.asked)]
            for told in await self.floor.answers(person, token, update, yes=yes):
                self.heard(person, told)

    async def do_sit(self, _update: str, who: int, table: str) -> None:
        await self.floor.sit(self.crowd[who], table)

    async def do_vote(self, _update: str, who: int, code: str, count: int) -> None:
        await self.floor.wish(self.crowd[who], {code: count})

    async def do_confirm(self, _update: str, table: str) -> Notice | None:
        return await self.floor.confirms(self.leaders[table][0], table)

    # --- what must hold ---------------------------------------------------------------------------------

    @invariant()
    def every_table_is_sound(self) -> None:
        if hasattr(self, "floor"):
            self.do(self._sound())

    async def _sound(self) -> None:
        plans = await timing.plans(self.database)
        for row in await tables.all_tables(self.database):
            await self._history(row)
            await self._ballots_and_priorities(row)
            self._plan(row, dict(plans.get(row.code, {})))
        await self._agenda()

    async def _history(self, row: tables.TableRow) -> None:
        """Each step begins where the last one ended; forward one phase at a time, back only as reopened."""
        history = await tables.history(self.database, row.code)
        assert Phase.REGISTRATION == (history[0].from_phase if history else row.phase)
        assert row.phase == (history[-1].to_phase if history else Phase.REGISTRATION)
        for one, other in pairwise(history):
            assert one.to_phase == other.from_phase
            assert one.at <= other.at
        for step in history:
            moved = ORDER.index(Phase(step.to_phase)) - ORDER.index(Phase(step.from_phase))
            if step.reopened:
                assert moved < 0
                assert Mover.REGIA == step.mover
                assert Phase(step.to_phase) in reopening.REOPENABLE
            else:
                assert 1 == moved
            assert (step.person is None) == (Mover.AGENDA == step.mover)
        assert sum(step.reopened for step in history) == row.reopenings

    async def _ballots_and_priorities(self, row: tables.TableRow) -> None:
        phase = Phase(row.phase)
        rows = await self.database.fetch("SELECT open FROM ballots WHERE table_code = $1", row.code)
        assert all(bool(each["open"]) == (phase is Phase.SESSION1) for each in rows)
        found = await stored_priorities.of_table(self.database, row.code)
        assert (found is not None) == (phase not in phases.VOTING)
        if found is not None:
            tally = await ballots.tally(self.database, row.code)
            assert {each.strategy: each.dots for each in found.candidates}.items() <= tally.items()
            assert found.decided or phase is Phase.PRIORITIES
        keys = {each["key"] for each in await self.database.fetch("SELECT key FROM announcements")}
        closed = phase in {Phase.CLOSING, Phase.AFTERMATH}
        if closed:
            assert f"thanks:{row.code}{row.again}" in keys or row.reopenings
        if found is not None and not row.reopenings:
            assert f"proposed:{row.code}" in keys

    def _plan(self, row: tables.TableRow, plan: dict[Phase, Any]) -> None:
        """The steps that a table has still to take are planned, each of them, and in order."""
        to_take = ORDER[ORDER.index(Phase(row.phase)) + 1 :]
        assert set(to_take) <= set(plan)
        for one, other in pairwise(to_take):
            assert plan[one] <= plan[other]

    async def _agenda(self) -> None:
        changes = await agenda.changes(self.database)
        acts = [change.act for change in changes if change.act != "shifted"]
        assert acts == ["held", "resumed"] * (len(acts) // 2) + ["held"] * (len(acts) % 2)
        assert (await agenda.held_at(self.database) is not None) == (len(acts) % 2 == 1)


def test_no_sequence_of_commands_takes_a_table_where_it_cannot_be(template: Path, turin: Event) -> None:
    class OfTurin(PhaseMachine):
        pass

    OfTurin.template, OfTurin.event = template, turin
    run_state_machine_as_test(
        OfTurin,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
