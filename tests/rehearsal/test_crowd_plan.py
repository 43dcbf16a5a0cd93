"""The plan: the seed decides it, everybody has a place in it, and it keeps clear of the agenda's moments."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.crowd import curating
from rehearsal.crowd.chance import some, stream, weighted
from rehearsal.crowd.diary import AFTER, BEFORE
from rehearsal.crowd.kills import choose
from rehearsal.crowd.meant import Meant
from rehearsal.crowd.people import Invite, Person, spare
from rehearsal.crowd.plan import Plan, make
from rehearsal.crowd.proposing import Proposal, propose, run_off, spread
from rehearsal.crowd.voting import typed
from rehearsal.programme import Programme, read

TURIN = read(Path(__file__).parents[2] / "participation" / "events" / "psm-torino-2024-2026.toml")


def links(programme: Programme = TURIN) -> list[Invite]:
    """A link for everybody who facilitates, and two for the regia."""
    return [
        *(
            Invite("facilitator", table.code, f"i-{table.code}-{number}")
            for table in programme.tables
            for number in range(len(table.facilitators))
        ),
        Invite("regia", None, "i-regia-1"),
        Invite("regia", None, "i-regia-2"),
    ]


PLAN = make(TURIN, 120, 7, links())


def by_person(plan: Plan) -> dict[int, list[tuple[str, ...]]]:
    found: dict[int, list[tuple[str, ...]]] = {who: [] for who in plan.people}
    for act in plan.acts:
        found[act.who].append((act.at.isoformat(), act.do, *act.words))
    return found


def ballot_by_acts(plan: Plan, person: Person) -> set[str]:
    """What taps and typed codes leave on a ballot, played here once more by the rules of the event."""
    dots: set[str] = set()
    for act in plan.acts:
        if act.who != person.id:
            continue
        match act.do:
            case "ballot.tap" | "ballot.twice":
                dots.add(act.words[0])
            case "ballot.take":
                dots.discard(act.words[0])
            case "ballot.type":
                for code in act.words[0].replace(" e ", " ").replace(" and ", " ").split():
                    clean = code.strip(",").replace(",", ".")
                    if clean.startswith("-"):
                        dots.discard(clean[1:])
                    else:
                        dots.add(clean)
        assert len(dots) <= TURIN.dots
        if act.do.startswith("ballot.") and act.do != "ballot.stale":
            assert dots == set(act.words[-1].split())
    return dots


def test_the_same_seed_makes_the_same_plan_and_another_seed_another() -> None:
    assert make(TURIN, 120, 7, links()) == PLAN
    assert make(TURIN, 120, 8, links()).ballots != PLAN.ballots


def test_the_payloads_of_the_links_change_nothing_else() -> None:
    others = [replace(invite, payload=f"i-other{number}") for number, invite in enumerate(links())]
    assert make(TURIN, 120, 7, others).acts == PLAN.acts


def test_more_people_leave_most_of_the_others_as_they_were() -> None:
    more = by_person(make(TURIN, 123, 7, links()))
    before = by_person(PLAN)
    same = sum(more[who] == acts for who, acts in before.items())
    assert same >= len(before) - 12


def test_what_a_person_means_to_have_is_what_their_acts_leave() -> None:
    for person in PLAN.participants:
        # Whose ballot the table fills in does nothing to it.
        wished = () if "helped" in person.traits else PLAN.ballots[person.id]
        assert set(wished) == ballot_by_acts(PLAN, person)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_seed_every_table_has_people_and_everything_happens(seed: int) -> None:
    plan = make(TURIN, 120, seed, links())
    seated = Counter(person.table for person in plan.participants)
    assert set(seated) == {table.code for table in TURIN.tables}
    assert min(seated.values()) >= 3
    sizes = Counter(len(ballot) for ballot in plan.ballots.values())
    assert sizes[6] > 60
    assert sizes[0] >= 3
    assert sizes[3] >= 3
    done = {act.do for act in plan.acts}
    assert (
        set()
        == {
            *("join.start", "join.read", "join.answer", "read", "block", "return", "again", "move", "remark"),
            *("ballot.tap", "ballot.take", "ballot.twice", "ballot.type", "ballot.wrong", "ballot.seventh"),
            *("ballot.review", "ballot.finish", "ballot.forged", "talk.answer", "talk.burst", "talk.edit"),
            *("talk.next", "talk.skip", "talk.back", "talk.other", "talk.questions", "talk.list"),
            *("lead.join", "lead.dashboard", "lead.open", "lead.close", "lead.note", "lead.look"),
            *("lead.settle", "lead.put_on", "regia.state", "regia.phase", "regia.mistype"),
            *("lead.assist", "lead.sheets", "lead.correct", "lead.withdraw", "lead.handed_in"),
            *("lead.settle_count", "lead.together", "lead.hands", "lead.runoff_close", "lead.draw"),
            *("lead.close_again", "runoff.choose", "regia.reopen", "regia.shift"),
            *(*curating.STEPS, "curate.look", "curate.restitution", "curate.publish"),
        }
        - done
    )
    arrivals = Counter(person.arrival for person in plan.participants)
    assert min(arrivals.values()) >= 3
    assert {"it", "en"} <= {person.reads for person in plan.participants}


def test_nobody_acts_close_to_a_moment_of_the_agenda() -> None:
    for act in PLAN.acts:
        assert TURIN.start < act.at < TURIN.over
        for moment, _ in TURIN.moments:
            assert not moment - BEFORE < act.at < moment + AFTER


def test_one_persons_acts_follow_each_other_and_numbers_are_in_order_of_time() -> None:
    assert [act.number for act in PLAN.acts] == list(range(len(PLAN.acts)))
    assert sorted(PLAN.acts) == list(PLAN.acts)
    last: dict[int, str] = {}
    for act in PLAN.acts:
        at = act.at.isoformat()
        assert last.get(act.who, "") < at
        last[act.who] = at


def test_dots_are_put_while_the_table_is_open() -> None:
    opens = {act.words[0]: act for act in PLAN.acts if act.do == "regia.phase"}
    closes = {table: act.at for act in PLAN.acts if act.do == "lead.close" for table in act.tables}
    assert opens
    assert closes
    for act in PLAN.acts:
        if act.do.startswith("ballot.") and act.do != "ballot.stale":
            for table in act.tables:
                assert act.at < closes.get(table, TURIN.priorities)
                assert act.at > TURIN.session1 - 3 * (AFTER + BEFORE) - AFTER * 6


def test_who_blocks_the_bot_for_good_does_nothing_afterwards() -> None:
    gone = [person for person in PLAN.participants if "blocks" in person.traits]
    assert gone
    for person in gone:
        assert by_person(PLAN)[person.id][-1][1] == "block"
        assert PLAN.ballots[person.id] == ()


def test_without_links_there_are_participants_only_and_they_still_vote() -> None:
    plan = make(TURIN, 30, 7)
    assert {person.role for person in plan.people.values()} == {"participant"}
    assert any(plan.ballots.values())
    assert not any(act.do.startswith(("lead.", "regia.", "talk.")) for act in plan.acts)


def test_two_facilitate_one_table_and_only_one_of_them_takes_the_steps() -> None:
    pair = [
        person for person in PLAN.people.values() if person.role == "facilitator" and person.table == "T9"
    ]
    assert [person.first_name for person in pair] == ["Rossana", "Michela"]
    acts = by_person(PLAN)
    assert any(act[1] == "lead.put_on" for act in acts[pair[0].id])
    assert not any(act[1] == "lead.put_on" for act in acts[pair[1].id])


def test_people_who_play_along_get_the_links_that_the_crowd_does_not_need() -> None:
    taken, left = spare(links())
    assert len(taken) == len(TURIN.tables)
    assert [(invite.role, invite.table) for invite in left] == [
        ("facilitator", "T9"),
        ("regia", None),
        ("regia", None),
    ]


@pytest.mark.parametrize("name", ["registration", "session1", "session2"])
def test_a_kill_comes_where_many_act_and_no_table_is_changed(name: str) -> None:
    kill = choose(TURIN, PLAN.acts, name)
    rushed = [act for act in PLAN.acts if kill.at < act.at < min(kill.at + kill.rush, kill.until)]
    assert len(rushed) >= 20
    assert not any(act.changes for act in rushed)


def test_there_is_no_kill_in_a_stretch_that_does_not_exist() -> None:
    with pytest.raises(KeyError):
        choose(TURIN, PLAN.acts, "lunch")


ORDER = ("1.1", "1.2", "1.3", "2.1")


@pytest.mark.parametrize(
    ("tally", "proposal"),
    [
        ({}, Proposal((), (), 0)),
        ({"1.2": 2, "2.1": 3}, Proposal(("2.1", "1.2"), (), 0)),
        ({"1.1": 1, "1.2": 2, "1.3": 3, "2.1": 1}, Proposal(("1.3", "1.2"), (), 0)),
        ({"1.1": 1, "1.2": 2, "1.3": 1}, Proposal(("1.2",), ("1.1", "1.3"), 1)),
        ({"1.1": 1, "1.2": 1, "1.3": 1}, Proposal((), ("1.1", "1.2", "1.3"), 2)),
    ],
)
def test_the_crowd_knows_by_itself_what_its_dots_say(tally: dict[str, int], proposal: Proposal) -> None:
    assert proposal == propose(Counter(tally), 2, ORDER)


@pytest.mark.parametrize(("people", "tables"), [(300, 10), (120, 10), (40, 10), (24, 2), (5, 0)])
def test_about_one_in_six_votes_by_the_tables_hands_some_on_paper_and_some_helped(
    people: int, tables: int
) -> None:
    plan = make(TURIN, people, 7, links())
    on_paper = sum(paper.people for paper in plan.paper.values())
    helped = sum("helped" in person.traits for person in plan.participants)
    assert people == len(plan.participants) + on_paper
    assert max(round(people / 6), 20 if people >= 40 else 0) - (people < 12) == on_paper + helped
    assert tables == len(plan.paper)
    assert all(paper.people and paper.helped for paper in plan.paper.values())


@pytest.mark.parametrize("people", [300, 120, 40])
@pytest.mark.parametrize("seed", range(4))
def test_every_table_has_sheets_to_correct_and_to_withdraw_and_is_tied_at_the_cut(
    people: int, seed: int
) -> None:
    plan = make(TURIN, people, seed, links())
    meant = Meant(TURIN, plan)
    for table in TURIN.tables:
        paper = plan.paper[table.code]
        entered = (*paper.sheets, *paper.mistaken)
        assert (3, 2) == (sum(one.misread is not None for one in entered), len(paper.mistaken))
        assert all(1 <= len(one.misread or one.codes) <= TURIN.dots for one in entered)
        assert len({one.number for one in entered}) == len(entered)
        meant.tables[table.code].sheets = {one.number: one.codes for one in paper.sheets}
        tied = meant.proposal(table.code)
        assert 0 < tied.places < len(tied.tied)
        if paper.late is not None:
            meant.tables[table.code].sheets[paper.late.number] = paper.late.codes
            later = meant.proposal(table.code)
            assert (set(tied.undisputed), tied.tied) == (set(later.undisputed), later.tied)


@given(tied=st.integers(2, 9), places=st.integers(1, 8), voters=st.integers(0, 40))
def test_what_people_choose_in_a_run_off_leaves_some_equal(tied: int, places: int, voters: int) -> None:
    codes, places = [f"1.{number}" for number in range(tied)], min(places, tied - 1)
    chosen = Counter(spread(codes, places, voters))
    assert voters - 1 <= chosen.total() <= voters
    winners, equal = run_off({code: chosen[code] for code in codes}, places)
    assert len(winners) < places < len(winners) + len(equal)


def test_streams_of_chance_do_not_touch_each_other() -> None:
    one, other = stream(7, 1, "a"), stream(7, 1, "b")
    first = [one.random() for _ in range(3)]
    assert first != [other.random() for _ in range(3)]
    again = stream(7, 1, "a")
    assert first == [again.random() for _ in range(3)]


def test_some_are_as_many_as_asked_for_and_the_same_ones_for_the_same_seed() -> None:
    people = range(100)
    assert len(some(7, "late", people, 0.1)) == 10
    assert some(7, "late", people, 0.1) == some(7, "late", people, 0.1)
    assert some(7, "late", people, 0.1) != some(7, "early", people, 0.1)
    assert len(some(7, "late", people, 0.0)) == 1
    assert frozenset() == some(7, "late", (), 0.5)


def test_weights_decide_what_is_drawn_and_nothing_weightless_is() -> None:
    drawn = Counter(weighted(stream(7, n), {"a": 10.0, "b": 1.0, "c": 0.0}, 1)[0] for n in range(200))
    assert drawn["a"] > drawn["b"] > 0
    assert drawn["c"] == 0
    assert {"a", "b"} == set(weighted(stream(7), {"a": 1.0, "b": 1.0, "c": 0.0}, 5))


def test_codes_are_typed_in_several_ways_and_in_ones_language() -> None:
    italian = {typed(["1.1", "2.2"], "it", stream(7, n)) for n in range(50)}
    assert {"1.1 2.2", "1.1, 2.2", "1,1 2,2", "1.1 e 2.2"} == italian
    assert "1.1 and 2.2" in {typed(["1.1", "2.2"], "en", stream(7, n)) for n in range(50)}
