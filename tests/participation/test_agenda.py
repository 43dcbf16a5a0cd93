"""The agenda as moments: in order, once, caught up, whatever the clock does."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import agenda, notices
from participation.agenda import Post
from participation.event import Phase
from participation.phases import ORDER
from storage import moments, tables
from storage.database import DatabaseError
from storage.moments import Moment
from tests.participation.floor import play
from tests.storage.rows import value

if TYPE_CHECKING:
    from pathlib import Path

    from participation.event import Event
    from tests.participation.floor import Floor

CHANNEL = -1001


async def posts(floor: Floor) -> list[str]:
    rows = await floor.database.fetch("SELECT key FROM outbox WHERE chat_id = $1 ORDER BY id", CHANNEL)
    return [row["key"].removeprefix("post:") for row in rows]


async def plan_of(floor: Floor) -> list[str]:
    return [key for key, _ in await moments.planned(floor.database) if key != moments.MINUTE]


def test_the_plan_has_each_phase_of_each_table_and_no_posts_without_a_channel(turin: Event) -> None:
    planned = agenda.plan(turin, channel=False)
    assert 5 * len(turin.tables) == len(planned)
    assert len(planned) == len({moment.key for moment in planned})
    starts = turin.phase_starts()
    for phase in ORDER[1:]:
        due = {moment.due for moment in planned if moment.key.startswith(f"phase:{phase}:")}
        assert {starts[phase]} == due


def test_the_posts_of_the_day_come_when_their_figures_are_there(turin: Event) -> None:
    starts = turin.phase_starts()
    every = {m.key: m.due for m in agenda.plan(turin, channel=True) if m.key.startswith("post:")}
    of = {name: [due for key, due in every.items() if key.startswith(f"post:{name}:")] for name in (
        "turnout", "heatmap", "ranking", "priorities", "contributions2", "keywords1", "keywords2",
    )}  # fmt: skip
    assert sum(len(dues) for dues in of.values()) == len(every)
    assert starts[Phase.PRIORITIES] == of["turnout"][-1] == of["heatmap"][0] == of["ranking"][0]
    assert [timedelta(minutes=5)] * (len(of["turnout"]) - 1) == [
        later - sooner for sooner, later in zip(of["turnout"], of["turnout"][1:], strict=False)
    ]
    assert [starts[Phase.SESSION2]] == of["priorities"]
    assert starts[Phase.CLOSING] == of["contributions2"][-1] == of["keywords1"][0] == of["keywords2"][0]


async def test_a_post_rests_in_the_outbox_as_it_was_planned(floor: Floor) -> None:
    floor.at("10:15")
    await floor.run_due(CHANNEL)
    content = await value(floor.database, "SELECT content FROM outbox")
    assert Post(post="turnout", at=floor.now) == agenda.load(content)
    assert agenda.load(notices.dump(notices.Thanks(table="T6"))) is None


async def test_the_day_runs_in_order_and_each_thing_once(floor: Floor) -> None:
    anna = await floor.person(1)
    planned = await plan_of(floor)
    run = 0
    while floor.now < floor.event.moment(floor.event.end) + timedelta(hours=1):
        run += await floor.run_due(CHANNEL)
        assert 0 == await floor.run_due(CHANNEL)
        floor.later(60)
    assert len(planned) == run
    assert [key.removeprefix("post:") for key in planned if key.startswith("post:")] == await posts(floor)
    assert {Phase.AFTERMATH} == {Phase(row.phase) for row in await tables.all_tables(floor.database)}
    assert ["PrioritiesDecided", "Thanks"] == [type(each).__name__ for each in await floor.told(anna)]


async def test_what_was_missed_is_caught_up_once_and_in_order(floor: Floor) -> None:
    planned = await plan_of(floor)
    floor.at("23:00")
    assert len(planned) == await floor.run_due(CHANNEL)
    assert [key.removeprefix("post:") for key in planned if key.startswith("post:")] == await posts(floor)
    for table in floor.event.tables:
        history = await tables.history(floor.database, table.code)
        assert list(ORDER[1:]) == [step.to_phase for step in history]
    assert 0 == await floor.run_due(CHANNEL)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(-60, 5 * 60), min_size=1, max_size=8))
def test_a_clock_that_goes_back_and_forth_changes_nothing_done(
    template: Path, turin: Event, minutes: list[int]
) -> None:
    async def acted(floor: Floor) -> None:
        begin, run = floor.now, 0
        for offset in minutes:
            floor.now = begin + timedelta(minutes=offset)
            before = [row.phase for row in await tables.all_tables(floor.database)]
            run += await floor.run_due(CHANNEL)
            after = [row.phase for row in await tables.all_tables(floor.database)]
            assert all(
                ORDER.index(Phase(b)) <= ORDER.index(Phase(a)) for b, a in zip(before, after, strict=True)
            )
        latest = begin + timedelta(minutes=max(minutes))
        due = [m for m in agenda.plan(turin, channel=True) if m.due <= latest]
        assert len(due) == run
        assert sum(m.key.startswith("post:") for m in due) == len(await posts(floor))

    play(template, turin, acted)


async def test_two_who_look_at_once_run_each_moment_once(floor: Floor) -> None:
    floor.at("10:26")
    run = await asyncio.gather(*(floor.run_due(CHANNEL) for _ in range(4)))
    due = [m for m in agenda.plan(floor.event, channel=True) if m.due <= floor.now]
    assert len(due) == sum(run)
    assert sum(m.key.startswith("post:") for m in due) == len(await posts(floor))


async def test_a_table_that_went_ahead_is_left_where_it_is(floor: Floor) -> None:
    await floor.moves("T6", Phase.SESSION2)
    floor.at("10:26")
    await floor.run_due()
    assert (Phase.SESSION2, Phase.PRIORITIES) == (await floor.phase("T6"), await floor.phase("T5"))


async def test_one_moment_that_fails_keeps_no_other_from_being_kept(floor: Floor) -> None:
    broken = (
        Moment("a", floor.event.phase_starts()[Phase.SESSION1], "no JSON at all"),
        Moment(
            "phase:session1:T99",
            floor.event.phase_starts()[Phase.SESSION1],
            '{"table":"T99","phase":"session1"}',
        ),
    )
    async with floor.database.transaction() as tx:
        for moment in broken:
            await moments.add(tx, moment)
    floor.at("10:26")
    for _ in range(2):
        with pytest.raises(ExceptionGroup) as failed:
            await floor.run_due(CHANNEL)
        assert 2 == len(failed.value.exceptions)
    assert {Phase.PRIORITIES} == {Phase(row.phase) for row in await tables.all_tables(floor.database)}
    assert "heatmap:2023-12-05T09:25" in await posts(floor)
    # What failed is still to be done, and nothing of it was.
    assert {"a", "phase:session1:T99"} == {m.key for m in await moments.due(floor.database, floor.now)}


# --- preparing ------------------------------------------------------------------------------------------


async def prepare(floor: Floor, event: Event, definition: str = "the event", *, channel: bool = True) -> None:
    await agenda.prepare(floor.database, event, definition, floor.now, channel=channel)


async def test_started_again_nothing_is_planned_or_done_twice(floor: Floor) -> None:
    floor.at("10:26")
    await floor.run_due(CHANNEL)
    before, planned = await floor.everything(), await plan_of(floor)
    await prepare(floor, floor.event)
    assert before == await floor.everything()
    assert planned == await plan_of(floor)
    assert 0 == await floor.run_due(CHANNEL)


async def test_a_file_with_new_times_moves_what_is_still_to_come(floor: Floor) -> None:
    floor.at("10:12")
    await floor.run_due(CHANNEL)
    later = floor.event.model_copy(
        update={
            "agenda": tuple(
                item.model_copy(update={"time": item.time.replace(minute=45)})
                if item.phase is Phase.SESSION2
                else item
                for item in floor.event.agenda
            )
        }
    )
    await prepare(floor, later, "with new times")
    floor.at("10:26")
    await floor.run_due(CHANNEL)
    assert Phase.SESSION1 is await floor.phase()
    floor.at("10:40")
    await floor.run_due(CHANNEL)
    assert Phase.PRIORITIES is await floor.phase()
    posted = await posts(floor)
    assert ["heatmap:2023-12-05T09:40"] == [key for key in posted if key.startswith("heatmap")]
    assert 1 == len(await tables.history(floor.database, "T6")) - 1


async def test_a_table_added_to_the_file_stands_where_the_file_has_it(floor: Floor) -> None:
    anna = await floor.person(1)
    extra = floor.event.table("T6").model_copy(update={"code": "T6b", "name": "Pinerolo 2"})
    place = floor.event.tables.index(floor.event.table("T6")) + 1
    changed = floor.event.model_copy(
        update={"tables": (*floor.event.tables[:place], extra, *floor.event.tables[place:])}
    )
    await prepare(floor, changed, "with one table more")
    assert [table.code for table in changed.tables] == [
        row.code for row in await tables.all_tables(floor.database)
    ]
    assert "T6" == (await floor.again(anna)).table
    floor.at("10:12")
    await floor.run_due()
    assert Phase.SESSION1 is await floor.phase("T6b")


async def test_the_database_of_another_event_is_refused_in_a_sentence(floor: Floor) -> None:
    other = floor.event.model_copy(update={"code": "another-event"})
    before = await floor.everything()
    with pytest.raises(
        DatabaseError, match=r"belongs to the event .*, and the event file is that of another-event\."
    ):
        await prepare(floor, other)
    assert before == await floor.everything()
    assert floor.event.code == await tables.event_code(floor.database)
