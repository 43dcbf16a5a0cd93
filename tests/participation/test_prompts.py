"""Nudges, sentences to tables, charts on demand, the regia's overview, and what is asked back."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import (
    bulletins,
    charting,
    confirming,
    dots,
    notices,
    overseeing,
    prompting,
    roles,
    shifting,
)
from participation.event import Phase
from participation.notices import AskEnded, Bulletin, BulletinUnclear, Mover, NudgesSent, Role
from storage import people
from storage.times import from_text
from tests.participation.floor import play
from tests.storage.rows import NOON, value

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from participation.event import Event
    from participation.notices import Notice
    from storage.people import Person
    from tests.participation.floor import Floor

CHANNEL = -1001


async def voting(floor: Floor) -> Person:
    lara = await floor.facilitator()
    floor.at("10:12")
    await floor.run_due()
    return lara


async def nudge(floor: Floor, table: str = "T6") -> Notice:
    return await prompting.nudge(floor.database, floor.event, table, floor.now)


async def told_of(floor: Floor, person: Person, kind: type[Notice]) -> list[Notice]:
    return [each for each in await floor.told(person) if isinstance(each, kind)]


async def away(floor: Floor, person: Person) -> None:
    async with floor.database.transaction() as tx:
        await people.mark_unreachable(tx, person.id, floor.now)


# --- nudges ---------------------------------------------------------------------------------------------


async def test_who_has_not_finished_is_nudged_and_who_cannot_be_reached_is_counted_apart(
    floor: Floor,
) -> None:
    await voting(floor)
    empty, started, done, gone, elsewhere = [await floor.person(number) for number in range(1, 6)]
    await floor.sit(elsewhere, "T5")
    await floor.put(started, s1_3=1, s2_1=1)
    await dots.finish(floor.database, done)
    await away(floor, gone)
    assert NudgesSent(table="T6", nudged=2, recent=0, unreachable=1, minutes=2) == await nudge(floor)
    closes = floor.event.phase_starts()[Phase.PRIORITIES]
    for person, used in ((empty, 0), (started, 2)):
        assert [notices.Nudged(table="T6", used=used, budget=6, closes_at=closes)] == await told_of(
            floor, person, notices.Nudged
        )
    for person in (done, gone, elsewhere):
        assert [] == await told_of(floor, person, notices.Nudged)


@settings(max_examples=20, deadline=None)
@given(pauses=st.lists(st.integers(1, 200), min_size=1, max_size=12))
def test_nobody_is_nudged_twice_within_two_minutes(template: Path, turin: Event, pauses: list[int]) -> None:
    async def acted(floor: Floor) -> None:
        await voting(floor)
        anna = await floor.person(1)
        for pause in pauses:
            floor.later(pause)
            await asyncio.gather(nudge(floor), nudge(floor))
        rows = await floor.database.fetch(
            "SELECT created_at FROM outbox WHERE key LIKE 'nudge:%' AND person_id = $1 ORDER BY id", anna.id
        )
        at = [from_text(row["created_at"]) for row in rows]
        assert all(later - sooner >= timedelta(minutes=2) for sooner, later in pairwise(at))
        assert at

    play(template, turin, acted)


@pytest.mark.parametrize("time", ["9:30", "10:26", "10:40", "12:30"])
async def test_nobody_is_nudged_while_the_table_does_not_vote(floor: Floor, time: str) -> None:
    anna = await floor.person(1)
    floor.at(time)
    await floor.run_due()
    assert notices.NudgeRefused(table="T6", phase=await floor.phase()) == await nudge(floor)
    assert [] == await told_of(floor, anna, notices.Nudged)


async def test_a_nudge_waits_behind_what_moves_a_table(floor: Floor) -> None:
    await voting(floor)
    await floor.person(1)
    await nudge(floor)
    assert 0 < await value(floor.database, "SELECT min(priority) FROM outbox WHERE key LIKE 'nudge:%'")
    assert 0 == await value(floor.database, "SELECT coalesce(max(priority), 0) FROM announcements")


# --- sentences to tables ----------------------------------------------------------------------------------

WORDS = {"tutti": "all", "facilitatori": "leaders", "ferma": "hold"}


def unclear(**fields: str) -> BulletinUnclear:
    return BulletinUnclear.model_validate({"sender": Role.REGIA, "reason": "audience", **fields})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tutti: si riprende", ((), False, "si riprende")),
        ("T5 T6: la sala è: qui", (("T5", "T6"), False, "la sala è: qui")),
        ("t5, T5: ciao", (("T5",), False, "ciao")),
        ("facilitatori: i fogli", ((), True, "i fogli")),
        ("T5 facilitatori: i fogli", (("T5",), True, "i fogli")),
        ("tutti:", unclear(reason="empty")),
        ("", unclear()),
        ("senza destinatari", unclear()),
        ("tuti: si riprende", unclear(misread="tuti", nearest="tutti")),
        ("T66: ciao", unclear(misread="T66", nearest="T6")),
    ],
)
def test_to_whom_and_what(turin: Event, text: str, expected: object) -> None:
    assert expected == bulletins.read_command(text, turin, WORDS)


async def send(
    floor: Floor, person: Person, sender: Role, to: tuple[str, ...], *, leaders: bool = False
) -> notices.BulletinAsked:
    asked = await confirming.send(
        floor.database, floor.event, sender, to, " Si riprende ", floor.asker(person), leaders=leaders
    )
    assert isinstance(asked, notices.BulletinAsked)
    return asked


async def test_a_sentence_goes_to_the_table_when_it_is_confirmed_and_names_nobody(floor: Floor) -> None:
    lara = await floor.facilitator()
    anna, bruno, gone = [await floor.person(number) for number in range(1, 4)]
    other = await floor.person(4, "T5")
    await away(floor, gone)
    asked = await send(floor, lara, Role.FACILITATOR, ("T6",))
    assert (2, 1, "Si riprende") == (asked.people, asked.unreachable, asked.text)
    assert [] == await told_of(floor, anna, Bulletin)
    assert [notices.BulletinSent(people=2, unreachable=1)] == await floor.answers(lara, asked.token)
    for person in (anna, bruno):
        assert [Bulletin(sender=Role.FACILITATOR, table="T6", text="Si riprende")] == await told_of(
            floor, person, Bulletin
        )
    assert [] == await told_of(floor, other, Bulletin)
    assert [AskEnded(reason="done")] == await floor.answers(lara, asked.token)
    assert 1 == len(await told_of(floor, anna, Bulletin))


@pytest.mark.parametrize(
    ("to", "leaders", "heard"),
    [
        ((), False, {"anna", "bruno", "carla", "lara", "ugo"}),
        (("T5", "T6"), False, {"anna", "bruno", "lara", "ugo"}),
        (("T6",), False, {"anna", "lara"}),
        ((), True, {"lara", "ugo"}),
        (("T5",), True, {"ugo"}),
    ],
)
async def test_the_regias_sentence_reaches_each_of_its_audience_once(
    floor: Floor, to: tuple[str, ...], leaders: bool, heard: set[str]
) -> None:
    vittoria = await floor.regia()
    crowd = {
        "anna": await floor.person(1, "T6"),
        "bruno": await floor.person(2, "T5"),
        "carla": await floor.person(3, "T1"),
        "lara": await floor.facilitator(900, "T6"),
        "ugo": await floor.facilitator(901, "T5"),
    }
    asked = await send(floor, vittoria, Role.REGIA, to, leaders=leaders)
    assert len(heard) == asked.people
    await floor.answers(vittoria, asked.token)
    told = Counter({name: len(await told_of(floor, who, Bulletin)) for name, who in crowd.items()})
    assert Counter(dict.fromkeys(heard, 1)) == +told


async def test_a_sentence_too_long_or_empty_is_not_asked_about(floor: Floor) -> None:
    lara = await floor.facilitator()
    for text, reason in (("a" * 1001, "too_long"), ("  ", "empty")):
        said = await confirming.send(
            floor.database, floor.event, Role.FACILITATOR, ("T6",), text, floor.asker(lara)
        )
        assert isinstance(said, BulletinUnclear)
        assert reason == said.reason
    assert 0 == await value(floor.database, "SELECT count(*) FROM asked")


# --- what is asked back -----------------------------------------------------------------------------------


async def test_closing_is_asked_with_how_many_have_not_finished(floor: Floor) -> None:
    lara = await voting(floor)
    people_here = [await floor.person(number) for number in range(1, 4)]
    await dots.finish(floor.database, people_here[0])
    said = await confirming.close(floor.database, floor.event, "T6", None, floor.asker(lara))
    assert isinstance(said, notices.CloseAsked)
    assert (3, 2, Phase.SESSION1, Phase.PRIORITIES) == (
        said.registered,
        said.unfinished,
        said.phase,
        said.wished,
    )
    assert Phase.SESSION1 is await floor.phase()
    assert [AskEnded(reason="no")] == await floor.answers(lara, said.token, yes=False)
    assert Phase.SESSION1 is await floor.phase()
    assert [AskEnded(reason="no")] == await floor.answers(lara, said.token)
    assert Phase.SESSION1 is await floor.phase()


async def test_closing_meant_for_the_vote_does_not_close_session_2_that_has_just_begun(floor: Floor) -> None:
    lara = await voting(floor)
    early = await confirming.close(floor.database, floor.event, "T6", None, floor.asker(lara))
    assert isinstance(early, notices.CloseAsked)
    floor.at("10:30")
    await floor.run_due()
    assert Phase.SESSION2 is await floor.phase()
    said = await confirming.close(floor.database, floor.event, "T6", None, floor.asker(lara))
    assert isinstance(said, notices.CloseAsked)
    assert (Phase.SESSION2, Phase.CLOSING, Mover.AGENDA) == (said.phase, said.wished, said.mover)
    assert Phase.SESSION2 is await floor.phase()
    # The question about the vote is none any more: the newer one took its place.
    assert [AskEnded(reason="superseded")] == await floor.answers(lara, early.token)
    assert Phase.SESSION2 is await floor.phase()


async def test_a_question_about_the_vote_confirmed_after_the_agenda_closed_it_says_so(floor: Floor) -> None:
    lara = await voting(floor)
    floor.at("10:22")
    said = await confirming.close(floor.database, floor.event, "T6", None, floor.asker(lara))
    assert isinstance(said, notices.CloseAsked)
    floor.at("10:30")
    await floor.run_due()
    assert [
        notices.PhaseAlready(
            table="T6",
            phase=Phase.PRIORITIES,
            mover=Mover.AGENDA,
            at=floor.now,
            now_in=Phase.SESSION2,
        )
    ] == await floor.answers(lara, said.token)


async def test_of_two_who_confirm_the_same_closing_the_second_hears_who_did_it(floor: Floor) -> None:
    leaders = [await floor.facilitator(900), await floor.facilitator(901)]
    floor.at("10:12")
    await floor.run_due()
    asked = [
        await confirming.close(floor.database, floor.event, "T6", None, floor.asker(who)) for who in leaders
    ]
    tokens = [each.token for each in asked if isinstance(each, notices.CloseAsked)]
    said = await asyncio.gather(
        *(floor.answers(who, token) for who, token in zip(leaders, tokens, strict=True))
    )
    assert Counter({notices.PhaseMoved: 1, notices.PhaseAlready: 1}) == Counter(
        type(each) for (each,) in said
    )
    again = await floor.answers(leaders[0], tokens[0])
    assert [notices.PhaseAlready] == [type(each) for each in again]


async def test_a_question_is_its_persons_alone_and_grows_old(floor: Floor) -> None:
    lara, other = await voting(floor), await floor.facilitator(901)
    said = await confirming.close(floor.database, floor.event, "T6", None, floor.asker(lara))
    assert isinstance(said, notices.CloseAsked)
    assert [notices.ButtonOutdated()] == await floor.answers(other, said.token)
    assert [notices.ButtonOutdated()] == await floor.answers(lara, "no such question")
    floor.later(601)
    assert [AskEnded(reason="expired")] == await floor.answers(lara, said.token)
    assert Phase.SESSION1 is await floor.phase()


async def test_who_lost_the_role_meanwhile_confirms_nothing(floor: Floor) -> None:
    lara, vittoria = await voting(floor), await floor.regia()
    closing = await confirming.close(floor.database, floor.event, "T6", None, floor.asker(lara))
    shift = await confirming.shift(floor.database, 5, floor.asker(vittoria))
    async with floor.database.transaction() as tx:
        await tx.fetch("DELETE FROM roles")
    assert frozenset() == await roles.of_person(floor.database, lara)
    for person, asked, command in ((lara, closing, "chiudi"), (vittoria, shift, "agenda")):
        token = getattr(asked, "token", "")
        assert [notices.NotAllowed(command=command)] == await floor.answers(person, token)
    assert Phase.SESSION1 is await floor.phase()


async def test_a_typed_word_answers_the_newest_question_alone(floor: Floor) -> None:
    lara = await voting(floor)
    anna = await floor.person(1)

    async def types(person: Person, meaning: str, update: str, message: int = 99) -> list[Notice] | None:
        who = floor.asker(await floor.again(person), update)
        said = await confirming.typed(floor.database, floor.event, meaning, message, who)
        return None if said is None else list(said)

    # Nobody was asked: for who takes part it is what they say, who has a role is told.
    assert await types(anna, "confirm", "1") is None
    assert [AskEnded(reason="none")] == await types(lara, "confirm", "2")
    await confirming.close(floor.database, floor.event, "T6", None, floor.asker(lara))
    await send(floor, lara, Role.FACILITATOR, ("T6",))
    assert [notices.BulletinSent(people=1, unreachable=0)] == await types(lara, "confirm", "3")
    # Delivered again it is the same answer; a new one does not reach the older question.
    assert [AskEnded(reason="done")] == await types(lara, "confirm", "3")
    assert [AskEnded(reason="none")] == await types(lara, "confirm", "4")
    assert Phase.SESSION1 is await floor.phase()


async def test_a_message_that_was_a_contribution_is_no_answer_when_it_comes_again(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.sit(lara, "T6")
    await floor.says(lara, "ok", message=7)
    await confirming.close(floor.database, floor.event, "T6", None, floor.asker(lara))
    who = floor.asker(await floor.again(lara))
    assert await confirming.typed(floor.database, floor.event, "confirm", 7, who) is None


# --- charts on demand -------------------------------------------------------------------------------------

CHARTS = {"affluenza": "turnout", "zone": "heatmap", "contributi 2": "contributions2"}
PLACES = {"qui": "here", "canale": "channel", "nel canale": "channel"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("affluenza", ("turnout", "")),
        ("Affluenza QUI", ("turnout", "here")),
        ("contributi 2 nel canale", ("contributions2", "channel")),
        ("", notices.ChooseChart()),
        ("canale", notices.ChooseChart()),
        ("afluenza", notices.ChooseChart(misread="afluenza", nearest="affluenza")),
    ],
)
def test_which_chart_and_where(text: str, expected: object) -> None:
    assert expected == charting.read_command(text, CHARTS, PLACES)


async def draw(
    floor: Floor, chart: str, place: str, person: Person, channel: int | None = CHANNEL, act: str = "1"
) -> Notice:
    return await charting.draw(floor.database, chart, place, person, channel, floor.now, act)


async def test_a_chart_goes_where_it_was_asked_for_once(floor: Floor) -> None:
    vittoria = await floor.regia()
    assert notices.ChooseChartPlace(chart="turnout") == await draw(floor, "turnout", "", vittoria)
    for _ in range(2):
        assert notices.ChartComing(chart="turnout", channel=False) == await draw(
            floor, "turnout", "here", vittoria
        )
        await draw(floor, "keywords2", "channel", vittoria)
    rows = await floor.database.fetch("SELECT chat_id FROM outbox ORDER BY id")
    assert [vittoria.telegram_id, CHANNEL] == [row["chat_id"] for row in rows]
    # Without a channel there is nothing to ask.
    said = await draw(floor, "turnout", "", vittoria, None, "2")
    assert notices.ChartComing(chart="turnout", channel=False) == said
    assert notices.ChartRefused(reason="no_channel") == await draw(
        floor, "turnout", "channel", vittoria, None
    )
    assert notices.ButtonOutdated() == await draw(floor, "portrait", "here", vittoria)


async def test_the_votes_are_not_shown_while_a_table_votes(floor: Floor) -> None:
    vittoria = await floor.regia()
    codes = [table.code for table in floor.event.tables if table.code != "T6"]
    for code in codes:
        await floor.moves(code, Phase.PRIORITIES)
    for chart in ("heatmap", "ranking"):
        assert notices.ChartRefused(reason="voting", tables=("T6",)) == await draw(
            floor, chart, "here", vittoria
        )
    await floor.moves("T6", Phase.PRIORITIES)
    assert isinstance(await draw(floor, "heatmap", "here", vittoria), notices.ChartComing)


# --- the overview -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "unfinished", "active", "since", "minutes"),
    [
        (Phase.SESSION1, 3, 5, 20, 5),
        (Phase.SESSION1, 3, 4, 20, None),
        (Phase.SESSION1, 3, 20, 4, None),
        (Phase.SESSION1, 3, None, 7, 7),
        (Phase.SESSION1, 0, 9, 20, None),
        (Phase.SESSION2, 3, 9, 20, None),
        (Phase.SESSION1, 3, None, None, None),
    ],
)
def test_silence_is_an_alarm_only_where_people_should_vote(
    phase: Phase, unfinished: int, active: int | None, since: int | None, minutes: int | None
) -> None:
    def ago(count: int | None) -> datetime | None:
        return None if count is None else NOON - timedelta(minutes=count)

    assert minutes == overseeing.silent_minutes(
        phase, unfinished=unfinished, active_at=ago(active), since=ago(since), now=NOON
    )


async def test_a_table_behind_the_agenda_calls_for_somebody(floor: Floor) -> None:
    vittoria = await floor.regia()
    await voting(floor)

    async def expected() -> Phase | None:
        state = await overseeing.overview(floor.database, floor.event, floor.now)
        return state.tables[5].expected

    assert await expected() is None
    await shifting.hold(floor.database, vittoria, floor.now)
    floor.at("10:31")
    await floor.run_due()
    assert Phase.SESSION2 is await expected()
    asked = await confirming.resume(floor.database, floor.asker(vittoria))
    assert isinstance(asked, notices.ShiftAsked)
    await floor.answers(vittoria, asked.token)
    # The agenda itself has moved: nobody is behind it any more.
    assert await expected() is None


async def test_one_table_in_full_with_its_history(floor: Floor) -> None:
    vittoria = await floor.regia()
    await voting(floor)
    await floor.votes(1, "1.3")
    await floor.moves("T6", Phase.SESSION2, Mover.REGIA, vittoria)
    asked = await confirming.reopen(
        floor.database, "T6", Phase.SESSION1, 10, "mancava la rete", floor.asker(vittoria)
    )
    assert isinstance(asked, notices.ReopenAsked)
    await floor.answers(vittoria, asked.token)
    detail = await overseeing.detail(floor.database, floor.event, " t6 ", floor.now)
    assert isinstance(detail, notices.TableDetail)
    assert (Phase.SESSION1, 1, 1) == (detail.state.phase, detail.state.registered, detail.state.voting)
    assert [
        (Phase.SESSION1, Mover.AGENDA, False, None),
        (Phase.PRIORITIES, Mover.REGIA, False, None),
        (Phase.SESSION2, Mover.REGIA, False, None),
        (Phase.SESSION1, Mover.REGIA, True, "mancava la rete"),
    ] == [(step.phase, step.mover, step.reopened, step.reason) for step in detail.steps]
    assert notices.StateUnclear(misread="T66", nearest="T6") == await overseeing.detail(
        floor.database, floor.event, "T66", floor.now
    )
