"""The agenda as moments: in order, once, caught up, whatever the clock does."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import agenda, notices, posts
from participation.event import PACKAGED, Phase
from participation.event_change import EventChanged
from participation.phases import ORDER
from participation.posts import Post
from storage import agenda as stored_agenda
from storage import moments, tables
from storage.database import DatabaseError
from storage.moments import Moment
from tests.participation.floor import play
from tests.storage.rows import value

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from participation.event import Event
    from tests.participation.floor import Floor

CHANNEL = -1001


async def posted(floor: Floor) -> list[str]:
    rows = await floor.database.fetch("SELECT key FROM outbox WHERE chat_id = $1 ORDER BY id", CHANNEL)
    return [row["key"].removeprefix("post:") for row in rows]


async def plan_of(floor: Floor) -> list[str]:
    """The moments of the day."""
    planned = [key for key, _ in await moments.planned(floor.database)]
    return [key for key in planned if key != moments.MINUTE and not key.startswith(moments.DIGEST)]


def test_the_plan_has_each_phase_of_each_table_and_no_posts_without_a_channel(turin: Event) -> None:
    planned = [m for m in agenda.plan(turin, channel=False) if not m.key.startswith(moments.DIGEST)]
    assert 5 * len(turin.tables) + 2 == len(planned)
    assert [turin.moment(time(11, 20))] == [each.due for each in planned if each.key == "themes:first"]
    assert len(planned) == len({moment.key for moment in planned})
    starts = turin.phase_starts()
    for phase in ORDER[1:]:
        due = {moment.due for moment in planned if moment.key.startswith(f"phase:{phase}:")}
        assert {starts[phase]} == due


def test_suggestions_are_told_of_every_morning_until_the_one_after_their_last_day(turin: Event) -> None:
    until = turin.suggestions.model_copy(update={"until": turin.date + timedelta(days=2)})
    planned = agenda.plan(turin.model_copy(update={"suggestions": until}), channel=False)
    digests = {m.key: m.due for m in planned if m.key.startswith(moments.DIGEST)}
    assert {
        f"digest:2023-12-0{day}": turin.moment(time(9), turin.date.replace(day=day)) for day in (6, 7, 8)
    } == digests


async def test_the_day_that_is_held_or_shifted_leaves_the_days_after_alone(floor: Floor) -> None:
    before = dict(await moments.planned(floor.database, moments.DIGEST))
    async with floor.database.transaction() as tx:
        await moments.shift(tx, timedelta(minutes=20))
        await stored_agenda.hold(tx, floor.now)
    assert before == dict(await moments.planned(floor.database, moments.DIGEST))
    first = min(before.values())
    due = [m.key for m in await moments.due(floor.database, first) if m.key != moments.MINUTE]
    assert ["digest:2023-12-06"] == due


async def test_another_last_day_plans_the_days_after_anew(floor: Floor) -> None:
    day = floor.event.date + timedelta(days=1)
    until = floor.event.suggestions.model_copy(update={"until": day, "digest": time(7, 30)})
    event = floor.event.model_copy(update={"suggestions": until})
    await agenda.prepare(floor.database, event, "shorter", floor.now, channel=True)
    assert [
        ("digest:2023-12-06", event.moment(time(7, 30), day)),
        ("digest:2023-12-07", event.moment(time(7, 30), day + timedelta(days=1))),
    ] == await moments.planned(floor.database, moments.DIGEST)


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
    assert Post(post="turnout", at=floor.now) == posts.load(content)
    assert posts.load(notices.dump(notices.Thanks(table="T6"))) is None


async def test_the_day_runs_in_order_and_each_thing_once(floor: Floor) -> None:
    anna = await floor.person(1)
    planned = await plan_of(floor)
    run = 0
    while floor.now < floor.event.moment(floor.event.end) + timedelta(hours=1):
        run += await floor.run_due(CHANNEL)
        assert 0 == await floor.run_due(CHANNEL)
        floor.later(60)
    assert len(planned) == run
    assert [key.removeprefix("post:") for key in planned if key.startswith("post:")] == await posted(floor)
    assert {Phase.AFTERMATH} == {Phase(row.phase) for row in await tables.all_tables(floor.database)}
    assert ["PrioritiesDecided", "Thanks"] == [type(each).__name__ for each in await floor.told(anna)]


async def test_what_was_missed_is_caught_up_once_and_in_order(floor: Floor) -> None:
    planned = await plan_of(floor)
    floor.at("23:00")
    assert len(planned) == await floor.run_due(CHANNEL)
    assert [key.removeprefix("post:") for key in planned if key.startswith("post:")] == await posted(floor)
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
        assert sum(m.key.startswith("post:") for m in due) == len(await posted(floor))

    play(template, turin, acted)


async def test_two_who_look_at_once_run_each_moment_once(floor: Floor) -> None:
    floor.at("10:26")
    run = await asyncio.gather(*(floor.run_due(CHANNEL) for _ in range(4)))
    due = [m for m in agenda.plan(floor.event, channel=True) if m.due <= floor.now]
    assert len(due) == sum(run)
    assert sum(m.key.startswith("post:") for m in due) == len(await posted(floor))


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
    assert "heatmap:2023-12-05T09:25" in await posted(floor)
    # What failed is still to be done, and nothing of it was.
    assert {"a", "phase:session1:T99"} == {m.key for m in await moments.due(floor.database, floor.now)}


# --- preparing ------------------------------------------------------------------------------------------


async def prepare(floor: Floor, event: Event, definition: str = "the event", *, channel: bool = True) -> None:
    await agenda.prepare(floor.database, event, definition, floor.now, channel=channel)


async def test_started_again_nothing_is_planned_or_done_twice(floor: Floor) -> None:
    floor.at("10:26")
    await floor.run_due(CHANNEL)
    before, planned = await floor.everything(), await plan_of(floor)
    await prepare(floor, floor.event, PACKAGED.read_text(encoding="utf-8"))
    assert before == await floor.everything()
    assert planned == await plan_of(floor)
    assert 0 == await floor.run_due(CHANNEL)


def with_session2_at(event: Event, minute: int) -> Event:
    return event.model_copy(
        update={
            "agenda": tuple(
                item.model_copy(update={"time": item.time.replace(minute=minute)})
                if item.phase is Phase.SESSION2
                else item
                for item in event.agenda
            )
        }
    )


async def test_before_the_event_has_begun_a_file_with_new_times_plans_it_anew(floor: Floor) -> None:
    await prepare(floor, with_session2_at(floor.event, 45), "with new times")
    floor.at("10:26")
    await floor.run_due(CHANNEL)
    assert Phase.SESSION1 is await floor.phase()
    floor.at("10:40")
    await floor.run_due(CHANNEL)
    assert Phase.PRIORITIES is await floor.phase()
    assert ["heatmap:2023-12-05T09:40"] == [key for key in await posted(floor) if key.startswith("heatmap")]
    assert 1 == len(await tables.history(floor.database, "T6")) - 1


async def test_before_the_event_has_begun_tables_may_come_and_go(floor: Floor) -> None:
    """And with a table that goes its links and roles do: a table of another name is another table."""
    lara = await floor.facilitator(table="T6")
    extra = floor.event.table("T6").model_copy(update={"code": "T6b", "name": "Pinerolo 2"})
    place = floor.event.tables.index(floor.event.table("T6"))
    changed = floor.event.model_copy(
        update={"tables": (*floor.event.tables[:place], extra, *floor.event.tables[place + 1 :])}
    )
    await prepare(floor, changed, "with another table")
    assert [table.code for table in changed.tables] == [
        row.code for row in await tables.all_tables(floor.database)
    ]
    assert [] == await floor.database.fetch("SELECT 1 FROM roles WHERE person_id = $1", lara.id)
    assert [] == await floor.database.fetch("SELECT 1 FROM screens WHERE kind LIKE '%:T6'")
    floor.at("10:12")
    await floor.run_due()
    assert {Phase.SESSION1} == {Phase(row.phase) for row in await tables.all_tables(floor.database)}


async def somebody_sits_down(floor: Floor) -> None:
    await floor.person(1)


async def the_first_table_moves(floor: Floor) -> None:
    floor.at("10:12")
    await floor.run_due()


@pytest.mark.parametrize("begins", [somebody_sits_down, the_first_table_moves])
async def test_once_the_event_has_begun_only_its_wording_may_change(
    floor: Floor, begins: Callable[[Floor], Awaitable[None]]
) -> None:
    await begins(floor)
    before = await floor.everything()
    with pytest.raises(EventChanged) as refused:
        await prepare(floor, with_session2_at(floor.event, 45), "with new times")
    (change,) = refused.value.changes
    assert ("agenda[session2].time", time(10, 30), time(10, 45)) == (
        change.key_path,
        change.before,
        change.now,
    )
    assert before == await floor.everything()
    reworded = floor.event.model_copy(update={"title": "Un altro titolo"})
    planned = await plan_of(floor)
    await prepare(floor, reworded, "with another title")
    assert planned == await plan_of(floor)
    assert "with another title" == await tables.event_definition(floor.database)


async def test_a_changed_file_whose_former_state_cannot_be_read_is_refused_in_a_sentence(
    floor: Floor,
) -> None:
    await prepare(floor, floor.event, "of a former version")
    await somebody_sits_down(floor)
    with pytest.raises(DatabaseError, match="Start with the file as it was"):
        await prepare(floor, floor.event, "of this version")
    await prepare(floor, floor.event, "of a former version")


async def test_the_database_of_another_event_is_refused_in_a_sentence(floor: Floor) -> None:
    other = floor.event.model_copy(update={"code": "another-event"})
    before = await floor.everything()
    with pytest.raises(
        DatabaseError, match=r"belongs to the event .*, and the event file is that of another-event\."
    ):
        await prepare(floor, other)
    assert before == await floor.everything()
    assert floor.event.code == await tables.event_code(floor.database)
