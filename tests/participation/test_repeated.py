"""After a kill Telegram delivers again what was not confirmed: what was done stays as it was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from participation import (
    contribution_notices,
    contributions,
    dots,
    draws,
    invitations,
    joining,
    notices,
    runoffs,
)
from participation.event import Phase
from participation.notices import Mover, Notice, Role
from tests.participation.floor import Floor, play

if TYPE_CHECKING:
    from pathlib import Path

    from participation.event import Event

Act = Callable[[Floor], Awaitable["tuple[Notice, ...]"]]
"""One update: what it does, however often it is delivered."""

REFUSED = (
    notices.AskZone,
    notices.BallotNotOpen,
    contribution_notices.OwnRefused,
    notices.CannotChangeTable,
    notices.ContributionNotOpen,
    notices.EditIgnored,
    notices.NotRegistered,
    notices.NothingOnYet,
    notices.PhaseRefused,
    notices.PrioritiesRefused,
    notices.RunoffHandsUnclear,
    notices.RunoffRefused,
    notices.StrategyNotNow,
    notices.StrategyNotOfTable,
    notices.TieRefused,
)
"""What is told when nothing was done. A thing that was refused may be granted when it is delivered again."""

CODES = ("1.1", "1.2", "2.1", "3.2", "5.4")
TABLES = ("T1", "T5", "T6", "T8")
WHO = st.integers(1, 3)
LARA = 900


def typing(who: int, text: str, message: int) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        return await floor.says(await floor.newcomer(who), text, message)

    return act


def tapping(who: int, code: str, count: int) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        person = await floor.newcomer(who)
        return (
            (notices.NotRegistered(),) if person.table is None else (await floor.wish(person, {code: count}),)
        )

    return act


def scanning(who: int, payload: str) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        person = await floor.newcomer(who)
        return await joining.start(floor.database, floor.event, person, payload, floor.new_id(), floor.now)

    return act


def acknowledging(who: int, payload: str) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        return await joining.acknowledge(
            floor.database, floor.event, who, "it", payload, floor.new_id(), floor.now
        )

    return act


def picking_zone(who: int, zone: str) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        person = await floor.newcomer(who)
        return await joining.pick_zone(floor.database, floor.event, person, zone, floor.new_id(), floor.now)

    return act


def changing(who: int) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        await joining.change(floor.database, await floor.newcomer(who))
        return ()

    return act


def finishing(who: int) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        person = await floor.newcomer(who)
        return (
            (notices.NotRegistered(),)
            if person.table is None
            else (await dots.finish(floor.database, person),)
        )

    return act


def editing(who: int, message: int, text: str) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        return (
            await contributions.edit(
                floor.database, floor.event, await floor.newcomer(who), message, text, floor.now
            ),
        )

    return act


def stepping(step: str, message: int) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        lara = await floor.newcomer(LARA)
        floor.later(1)
        act = f"{lara.id}:{message}"
        return (await (floor.opens(lara, act=act) if step == "open" else floor.closes(lara, act=act)),)

    return act


def moving(phase: Phase) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        return (await floor.moves("T6", phase, Mover.FACILITATOR, await floor.newcomer(LARA)),)

    return act


def putting_on(code: str, message: int) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        key = f"{LARA}:{message}"
        return (await contributions.put_on(floor.database, floor.event, "T6", code, floor.later(1), key),)

    return act


def noting(text: str, message: int) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        lara = await floor.newcomer(LARA)
        return (
            await contributions.note(floor.database, lara, "T6", message, text, floor.new_id(), floor.now),
        )

    return act


def keeping(code: str, kept: bool) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        told = await floor.keeps(await floor.newcomer(LARA), "T6", code, kept=kept)
        return () if told is None else (told,)

    return act


def confirming() -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        lara = await floor.newcomer(LARA)
        told = await floor.confirms(lara)
        return () if told is None else (told,)

    return act


def settling(how: str, message: int) -> Act:
    async def act(floor: Floor) -> tuple[Notice, ...]:
        lara = await floor.newcomer(LARA)
        where = floor.database, floor.event
        key = f"{LARA}:{message}"
        told: Notice | None
        match how:
            case "fewer":
                told = await draws.leave_empty(*where, lara, "T6", None, floor.now, key)
            case "reopen":
                told = await draws.reopen(*where, "T6", None, floor.now, key)
            case "runoff":
                told = await runoffs.begin(*where, lara, "T6", None, floor.new_id(), floor.now, key)
            case "hands":
                told = await runoffs.count_hands(floor.database, "T6", "1.1 2")
            case "close":
                told = await runoffs.close(*where, lara, "T6", None, floor.now)
            case "promise":
                told = await draws.promise(
                    floor.database, "T6", None, floor.new_id(), floor.new_id(), floor.now, key
                )
            case _:
                told = await draws.draw(*where, lara, "T6", None, "sole", floor.now)
        return () if told is None else (told,)

    return act


HOW = ("fewer", "reopen", "runoff", "runoff", "hands", "close", "promise", "draw")

TYPED = st.sampled_from(
    (
        *("1.1 2.1", "-1.1", "3.2", "5", "1", "4", "zona 4", "T6", "tavolo 2", "Pinerolo", "fine", "rivedi"),
        *("salta", "indietro", "2", "domanda 3", "strategia 1.1", "domande", "ritira 1", "ritira 2"),
        *("sposta 1 1.1 domanda 2", "sposta 1 3.2 3", "sposta 2 domanda 4", "sposta 1"),
        *("Servono più treni", "alle 10.30", "Ho letto", "aiuto"),
    )
)
PAYLOADS = st.sampled_from(("", "T99", *TABLES))


@st.composite
def updates(draw: st.DrawFn) -> list[Act]:
    """What people and the facilitator of T6 send, in order; messages are numbered as they come."""
    made: list[Act] = []
    for message in range(1, draw(st.integers(3, 15))):
        who = draw(WHO)
        made.append(
            draw(
                st.one_of(
                    st.builds(typing, st.just(who), TYPED, st.just(message)),
                    st.builds(typing, st.just(who), TYPED, st.just(message)),
                    st.builds(tapping, st.just(who), st.sampled_from(CODES), st.integers(0, 1)),
                    st.builds(tapping, st.just(who), st.sampled_from(CODES), st.just(1)),
                    st.builds(scanning, st.just(who), PAYLOADS),
                    st.builds(acknowledging, st.just(who), PAYLOADS),
                    st.builds(picking_zone, st.just(who), st.sampled_from(("1", "4", "5", "7"))),
                    st.just(changing(who)),
                    st.just(finishing(who)),
                    st.builds(editing, st.just(who), st.integers(1, message), st.just("Servono più tram")),
                    st.builds(stepping, st.sampled_from(("open", "close")), st.just(message)),
                    st.builds(stepping, st.sampled_from(("open", "close")), st.just(message)),
                    st.builds(moving, st.sampled_from(tuple(Phase))),
                    st.builds(putting_on, st.sampled_from(CODES), st.just(message)),
                    st.builds(noting, st.just("Si parla di treni"), st.just(message)),
                    st.builds(keeping, st.sampled_from(CODES), st.booleans()),
                    st.just(confirming()),
                    st.builds(settling, st.sampled_from(HOW), st.just(message)),
                )
            )
        )
    return made


async def opened(floor: Floor, seated: list[int]) -> None:
    await floor.facilitator(LARA)
    for number in seated:
        await floor.person(number)
    await floor.moves("T6", Phase.SESSION1)
    await floor.moves("T5", Phase.SESSION1)


def but_places(everything: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """The question somebody is on follows the last message they got, and they get messages again."""
    return {name: rows for name, rows in everything.items() if name != "places"}


@settings(max_examples=30, deadline=None)
@given(acts=updates(), seated=st.lists(WHO, unique=True), data=st.data())
def test_what_was_done_stays_as_it_is_when_its_updates_are_delivered_again(
    template: Path, turin: Event, acts: list[Act], seated: list[int], data: st.DataObject
) -> None:
    begin = data.draw(st.integers(0, len(acts) - 1))

    async def acted(floor: Floor) -> None:
        await opened(floor, seated)
        done: list[Act] = []
        for number, act in enumerate(acts):
            told = await act(floor)
            if number >= begin and not any(isinstance(each, REFUSED) for each in told):
                done.append(act)
        before = but_places(await floor.everything())
        floor.later(5)
        for act in done:
            await act(floor)
        assert before == but_places(await floor.everything())

    play(template, turin, acted)


@settings(max_examples=15, deadline=None)
@given(acts=updates(), seated=st.lists(WHO, unique=True))
def test_each_update_delivered_twice_is_as_if_it_came_once(
    template: Path, turin: Event, acts: list[Act], seated: list[int]
) -> None:
    async def acted(floor: Floor) -> None:
        await opened(floor, seated)
        for act in acts:
            await act(floor)
            before = but_places(await floor.everything())
            await act(floor)
            assert before == but_places(await floor.everything())

    play(template, turin, acted)


async def test_a_link_used_and_delivered_again_gives_one_role(floor: Floor) -> None:
    payload = await invitations.invite(
        floor.database, Role.FACILITATOR, "T6", "secret", floor.now, floor.now + timedelta(hours=1)
    )
    for _ in range(3):
        told = await acknowledging(1, payload)(floor)
        assert (notices.RoleGranted(role=Role.FACILITATOR, table="T6"),) == told
        floor.later(3000)
    assert [(1, "facilitator", "T6", "")] == (await floor.everything())["roles"]


ONE_PLACE = {"priorities": 1}


@settings(max_examples=30, deadline=None)
@given(
    hows=st.lists(
        st.one_of(st.sampled_from(HOW), st.tuples(WHO, st.sampled_from(("1.1", "2.1")))),
        min_size=2,
        max_size=10,
    ),
    data=st.data(),
)
def test_whatever_settles_a_tie_is_done_once_however_often_it_is_delivered(
    template: Path, turin: Event, hows: list[str | tuple[int, str]], data: st.DataObject
) -> None:
    """Three strategies tied for one place; each update comes several times."""
    event = turin.model_copy(update={"session1": turin.session1.model_copy(update=ONE_PLACE)})

    async def acted(floor: Floor) -> None:
        await floor.facilitator(LARA)
        await floor.moves("T6", Phase.SESSION1)
        for number, code in enumerate(("1.1", "2.1", "3.2"), start=1):
            await floor.votes(number, code)
        await floor.moves("T6", Phase.PRIORITIES)
        for number, how in enumerate(hows, start=1):
            act = settling(how, number) if isinstance(how, str) else typing(*how, number)
            await act(floor)
            before = await floor.everything()
            for _ in range(data.draw(st.integers(1, 3))):
                await act(floor)
            assert before == await floor.everything()
        assert await floor.database.fetch("SELECT 1 FROM ties WHERE nth = 1")

    play(template, event, acted)
