"""Roles given and taken away, whatever the order; what a command names; what goes with a role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import confirming, granting, notices, roles
from participation.granting import MakeLink
from participation.notices import Mover, Role
from storage import roles as stored
from storage.roles import Grant
from tests.participation.floor import play

if TYPE_CHECKING:
    from pathlib import Path

    from participation.event import Event
    from storage.people import Person
    from tests.participation.floor import Floor

WORDS = {
    "facilitatore": Role.FACILITATOR,
    "assistente": Role.ASSISTANT,
    "sede": Role.VENUE_LEAD,
    "responsabile di sede": Role.VENUE_LEAD,
    "regia": Role.REGIA,
}


# --- what is typed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "act"),
    [
        ("facilitatore T5", MakeLink(role=Role.FACILITATOR, table="T5")),
        ("t5, Assistente", MakeLink(role=Role.ASSISTANT, table="T5")),
        ("assistente T 5", MakeLink(role=Role.ASSISTANT, table="T5")),
        ("sede torino", MakeLink(role=Role.VENUE_LEAD, venue="torino")),
        ("responsabile di sede Torino", MakeLink(role=Role.VENUE_LEAD, venue="torino")),
        ("REGIA", MakeLink(role=Role.REGIA)),
    ],
)
def test_a_role_and_its_place_are_read_in_any_order(turin: Event, typed: str, act: MakeLink) -> None:
    assert act == granting.read_link(typed, turin, WORDS)


@pytest.mark.parametrize(
    ("typed", "misread", "nearest"),
    [
        ("", "", None),
        ("facilitatre T5", "facilitatre", "facilitatore"),
        ("assistente T99", "t99", "t9"),
        ("sede torin", "torin", "torino"),
        ("assistente", "", None),
        ("regia T5", "t5", None),
    ],
)
def test_what_is_not_understood_is_named_with_the_nearest(
    turin: Event, typed: str, misread: str, nearest: str | None
) -> None:
    expected = notices.LinkUnclear(misread=misread, regia=True, nearest=nearest)
    assert expected == granting.read_link(typed, turin, WORDS)


@given(text=st.text(max_size=40))
def test_any_text_behind_the_command_is_a_link_of_the_event_or_unclear(turin: Event, text: str) -> None:
    read = granting.read_link(text, turin, WORDS)
    if isinstance(read, MakeLink):
        assert bool(read.table) is (read.role in {Role.FACILITATOR, Role.ASSISTANT})
        assert bool(read.venue) is (read.role is Role.VENUE_LEAD)


@given(letter=st.sampled_from("RLPrlp"), number=st.integers(0, 999_999_999), gap=st.sampled_from(("", " ")))
def test_what_lists_call_things_can_be_typed_back(letter: str, number: int, gap: str) -> None:
    assert (letter.upper(), number) == granting.read_numbered(f" {letter}{gap}{number}. ")


@given(text=st.text(max_size=20))
def test_anything_else_is_no_number(text: str) -> None:
    read = granting.read_numbered(text)
    assert read is None or (read[0].isalpha() and read[1] >= 0)


# --- whatever the order ---------------------------------------------------------------------------------

GRANTS = (
    Grant(Role.REGIA),
    Grant(Role.FACILITATOR, "T6"),
    Grant(Role.ASSISTANT, "T6"),
    Grant(Role.ASSISTANT, "T1"),
    Grant(Role.VENUE_LEAD, venue="torino"),
    Grant(Role.VENUE_LEAD, venue="pinerolo"),
)
ACTS = st.lists(
    st.tuples(st.sampled_from(("give", "revoke")), st.integers(0, 3), st.sampled_from(GRANTS)), max_size=14
)


def leads(grants: set[Grant], event: Event) -> tuple[str, ...]:
    """The tables that somebody with these leads."""
    return tuple(
        table.code
        for table in event.tables
        if Grant(Role.FACILITATOR, table.code) in grants
        or Grant(Role.VENUE_LEAD, venue=table.venue) in grants
    )


def enters(grants: set[Grant], event: Event) -> set[str]:
    """The tables whose paper they enter."""
    assists = {grant.table for grant in grants if grant.role == Role.ASSISTANT}
    return assists | set(leads(grants, event))


@settings(max_examples=40, deadline=None)
@given(acts=ACTS)
def test_everybody_may_what_they_hold_and_nothing_else(
    template: Path, turin: Event, acts: list[tuple[Literal["give", "revoke"], int, Grant]]
) -> None:
    async def doing(floor: Floor) -> None:
        regia = await floor.regia()
        crowd = [await floor.newcomer(number) for number in range(4)]
        held: dict[int, set[Grant]] = {person.id: set() for person in crowd}
        steps = 0
        for what, index, grant in acts:
            person = crowd[index]
            if what == "give":
                if grant not in held[person.id]:
                    steps += 2
                    held[person.id].add(grant)
                    await floor.gives(person, Role(grant.role), grant.table or None, grant.venue or None)
            elif grant in held[person.id]:
                steps += 1
                held[person.id].discard(grant)
                assert isinstance(await revokes(floor, regia, person, grant), notices.Revoked)
        for person in crowd:
            mine = held[person.id]
            reader = floor.database
            assert leads(mine, turin) == await roles.tables_facilitated(reader, person)
            assert enters(mine, turin) == set(await roles.paper_tables(reader, person))
            assert (Grant(Role.REGIA) in mine) is await roles.is_regia(reader, person)
            for table in turin.tables:
                may = await roles.paper_role(reader, person, table.code)
                assert (may is not None) is (table.code in enters(mine, turin) or Grant(Role.REGIA) in mine)
        # Every step is in the trace, those of the regia's own link included.
        assert steps + 2 == len(await stored.traced(floor.database))

    play(template, turin, doing)


async def revokes(floor: Floor, regia: Person, person: Person, grant: Grant) -> notices.Notice:
    """The regia revokes a role that somebody holds, and confirms."""
    (held,) = [h for h in await stored.held(floor.database) if (h.person, h.grant) == (person.id, grant)]
    asked = await granting.ask_revocation(floor.database, floor.event, f"R{held.id}", floor.asker(regia))
    assert isinstance(asked, notices.RevokeAsked)
    (told,) = await floor.answers(regia, asked.token)
    return told


async def test_a_link_confirmed_twice_is_one_link(floor: Floor) -> None:
    regia = await floor.regia()
    act = MakeLink(role=Role.FACILITATOR, table="T6")
    asked = await granting.ask_link(floor.database, floor.event, act, floor.asker(regia, "asks"))
    assert isinstance(asked, notices.LinkAsked)
    (made,) = await floor.answers(regia, asked.token, "yes")
    assert isinstance(made, notices.LinkMade)
    # The update comes again, or the button is pressed once more.
    for update in ("yes", "again"):
        (told,) = await floor.answers(regia, asked.token, update)
        assert made.at_rest() == told
    assert [made.number] == [each.id for each in await stored.waiting(floor.database, floor.now)]


async def test_what_rests_of_a_link_does_not_hold_it(floor: Floor) -> None:
    regia = await floor.regia()
    act = MakeLink(role=Role.REGIA)
    asked = await granting.ask_link(floor.database, floor.event, act, floor.asker(regia))
    assert isinstance(asked, notices.LinkAsked)
    (made,) = await floor.answers(regia, asked.token)
    assert isinstance(made, notices.LinkMade)
    assert made.payload.removeprefix("i-") not in notices.dump(made.at_rest())


async def test_the_lead_of_a_venue_moves_as_such_unless_they_facilitate_the_table(floor: Floor) -> None:
    elena = await floor.newcomer(1)
    await floor.gives(elena, Role.VENUE_LEAD, venue="torino")
    assert Mover.VENUE_LEAD is await roles.mover(floor.database, elena, "T2")
    await floor.gives(elena, Role.FACILITATOR, "T2")
    assert Mover.FACILITATOR is await roles.mover(floor.database, elena, "T2")
    # And the table they facilitate is the one meant where they name none.
    assert "T2" == await roles.own_table(floor.database, elena, roles.LEADING)


async def test_the_list_counts_no_link_that_was_revoked_used_or_expired(floor: Floor) -> None:
    regia = await floor.regia()
    await floor.facilitator()
    for role in (Role.FACILITATOR, Role.ASSISTANT):
        asked = await granting.ask_link(
            floor.database, floor.event, MakeLink(role=role, table="T6"), floor.asker(regia)
        )
        assert isinstance(asked, notices.LinkAsked)
        await floor.answers(regia, asked.token)
    place = await granting.place(floor.database, floor.now, "T6", "")
    assert [Role.FACILITATOR, Role.ASSISTANT] == [link.role for link in place.links]
    question = await granting.ask_revocation(
        floor.database, floor.event, f"L{place.links[0].number}", floor.asker(regia)
    )
    assert isinstance(question, notices.RevokeAsked)
    await floor.answers(regia, question.token)
    place = await granting.place(floor.database, floor.now, "T6", "")
    assert [Role.ASSISTANT] == [link.role for link in place.links]
    floor.at("13:30")
    assert () == (await granting.place(floor.database, floor.now, "T6", "")).links


async def test_a_revocation_that_waited_too_long_is_asked_anew(floor: Floor) -> None:
    regia, lara = await floor.regia(), await floor.facilitator()
    asked = await granting.ask_revocation(floor.database, floor.event, "R2", floor.asker(regia))
    assert isinstance(asked, notices.RevokeAsked)
    floor.now += confirming.GOOD_FOR * 2
    assert [notices.AskEnded(reason="expired")] == await floor.answers(regia, asked.token)
    assert ("T6",) == await roles.tables_facilitated(floor.database, lara)
