"""The rule that makes a proposal of dots: floor, guaranteed places, ties one after the other, run-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation.proposing import Proposal, Settled, Tie, left_out, propose, runoff_winners

if TYPE_CHECKING:
    from random import Random

ORDER = tuple(f"{axis}.{number}" for axis in range(1, 4) for number in range(1, 5))
DOTS = st.dictionaries(st.sampled_from(ORDER), st.integers(0, 5), max_size=len(ORDER))
ZONES = st.dictionaries(st.sampled_from(("4", "5", "9")), DOTS, max_size=3)
MOST = st.integers(1, 8)
CHANCE = st.randoms(use_true_random=False)


def tally_of(zones: dict[str, dict[str, int]]) -> dict[str, int]:
    """The dots of a table are those of its zones."""
    return {code: sum(dots.get(code, 0) for dots in zones.values()) for code in ORDER}


def tie_of(found: Proposal) -> Tie:
    return Tie(found.tied, found.places, found.zone, found.after_runoff)


def settle(found: Proposal, chance: Random) -> Settled:
    """The tie of a proposal, settled in any way there is."""
    tie = tie_of(found)
    shuffled = chance.sample(tie.strategies, len(tie.strategies))
    chosen = tuple(shuffled[: chance.randint(0, tie.places)])
    rest = shuffled[len(chosen) :]
    left: tuple[str, ...] = ()
    if not tie.after_runoff and len(chosen) < tie.places and chance.random() < 0.5:
        left = tuple(rest[: chance.randint(tie.places - len(chosen) + 1, len(rest))])
    return Settled(tie, chosen, left)


def settle_all(
    zones: dict[str, dict[str, int]], most: int, floor: int, guaranteed: int, chance: Random
) -> tuple[Proposal, list[Settled]]:
    """The proposal when all is settled."""
    done: list[Settled] = []
    for _ in range(20):
        found = propose(
            tally_of(zones), most, ORDER, floor=floor, guaranteed=guaranteed, zones=zones, settled=done
        )
        assert len(done) == found.held
        if not found.tied:
            return found, done
        done.append(settle(found, chance))
    raise AssertionError("there is always another tie")


@settings(deadline=None)
@given(ZONES, MOST, st.integers(1, 4), st.integers(0, 4), CHANCE)
def test_never_more_than_the_places_and_never_below_the_floor(
    zones: dict[str, dict[str, int]], most: int, floor: int, guaranteed: int, chance: Random
) -> None:
    tally = tally_of(zones)
    done: list[Settled] = []
    inside: set[str] = set()
    for _ in range(20):
        found = propose(tally, most, ORDER, floor=floor, guaranteed=guaranteed, zones=zones, settled=done)
        named = found.undisputed + found.tied
        assert len(named) == len(set(named))
        assert len(found.undisputed) + found.places <= most
        assert all(tally[code] >= floor for code in named)
        # Who was undisputed stays so, whatever is settled.
        assert inside <= set(found.undisputed)
        inside = set(found.undisputed)
        if not found.tied:
            assert 0 == found.places
            break
        assert 0 < found.places < len(found.tied)
        done.append(settle(found, chance))
    assert {code for each in done for code in each.chosen} <= inside


@settings(deadline=None)
@given(ZONES, MOST, st.integers(0, 3), CHANCE)
def test_each_zone_has_its_own_most_voted_when_no_place_is_left_empty(
    zones: dict[str, dict[str, int]], most: int, guaranteed: int, chance: Random
) -> None:
    tally = tally_of(zones)
    done: list[Settled] = []
    found = propose(tally, most, ORDER, guaranteed=guaranteed, zones=zones)
    while found.tied:
        tie = tie_of(found)
        done.append(Settled(tie, tuple(chance.sample(tie.strategies, tie.places))))
        found = propose(tally, most, ORDER, guaranteed=guaranteed, zones=zones, settled=done)
    inside = set(found.undisputed)
    assert min(most, sum(dots > 0 for dots in tally.values())) == len(inside)
    places = min(guaranteed, most // len(zones)) if zones else 0
    for dots in zones.values():
        own = sorted((code for code in ORDER if dots.get(code, 0)), key=lambda code: -dots[code])
        if own and places:
            cut = dots[own[:places][-1]]
            assert {code for code in own if dots[code] > cut} <= inside
            assert min(places, len(own)) <= sum(dots[code] >= cut for code in own if code in inside)


@settings(deadline=None)
@given(ZONES, MOST, st.integers(0, 3), CHANCE)
def test_the_order_of_equals_never_decides(
    zones: dict[str, dict[str, int]], most: int, guaranteed: int, chance: Random
) -> None:
    order = chance.sample(ORDER, len(ORDER))
    one, other = (
        propose(tally_of(zones), most, given_order, guaranteed=guaranteed, zones=zones)
        for given_order in (ORDER, order)
    )
    assert (set(one.undisputed), set(one.tied), one.places, one.zone) == (
        set(other.undisputed),
        set(other.tied),
        other.places,
        other.zone,
    )


@settings(deadline=None)
@given(ZONES, MOST, st.integers(0, 3), CHANCE)
def test_what_was_settled_is_found_again_in_whatever_order_the_tied_are_named(
    zones: dict[str, dict[str, int]], most: int, guaranteed: int, chance: Random
) -> None:
    found, done = settle_all(zones, most, 1, guaranteed, chance)
    shuffled = [
        Settled(
            Tie(
                tuple(chance.sample(each.tie.strategies, len(each.tie.strategies))),
                each.tie.places,
                each.tie.zone,
                each.tie.after_runoff,
            ),
            tuple(reversed(each.chosen)),
            tuple(reversed(each.left)),
        )
        for each in done
    ]
    again = propose(tally_of(zones), most, ORDER, guaranteed=guaranteed, zones=zones, settled=shuffled)
    assert found == again
    assert len(done) == again.held


def test_what_is_not_contested_any_more_is_not_held() -> None:
    tied = propose({"1.1": 3, "1.2": 1, "1.3": 1}, 2, ORDER)
    assert Proposal(("1.1",), ("1.2", "1.3"), 1) == tied
    done = [Settled(tie_of(tied), ("1.3",))]
    assert ("1.1", "1.3") == propose({"1.1": 3, "1.2": 1, "1.3": 1}, 2, ORDER, settled=done).undisputed
    # One more dot, and there is no tie: what was chosen then does not count.
    later = propose({"1.1": 3, "1.2": 2, "1.3": 1}, 2, ORDER, settled=done)
    assert (Proposal(("1.1", "1.2"), (), 0), 0) == (later, later.held)


def test_the_floor_keeps_out_what_would_contend() -> None:
    tally = {"1.1": 4, "1.2": 2, "1.3": 1, "1.4": 1}
    assert Proposal(("1.1", "1.2"), ("1.3", "1.4"), 1) == propose(tally, 3, ORDER)
    assert Proposal(("1.1", "1.2"), (), 0) == propose(tally, 3, ORDER, floor=2)
    assert Proposal((), (), 0) == propose(tally, 3, ORDER, floor=5)


SMALL = {"9": {"1.1": 9, "1.2": 8, "1.3": 7}, "10": {"2.1": 2, "2.2": 1}}


def test_a_guaranteed_place_takes_that_of_the_last_of_the_most_voted() -> None:
    tally = tally_of(SMALL)
    assert ("1.1", "1.2", "1.3") == propose(tally, 3, ORDER, zones=SMALL).undisputed
    found = propose(tally, 3, ORDER, guaranteed=1, zones=SMALL)
    assert Proposal(("1.1", "1.2", "2.1"), (), 0) == found


def test_equals_for_a_guaranteed_place_are_a_tie_of_the_zone_and_come_first() -> None:
    zones = {"9": {"1.1": 9, "1.2": 8, "1.3": 8}, "10": {"2.1": 2, "2.2": 2}}
    tally = tally_of(zones)
    found = propose(tally, 3, ORDER, guaranteed=1, zones=zones)
    assert Proposal(("1.1",), ("2.1", "2.2"), 1, zone="10") == found
    done = [Settled(tie_of(found), ("2.2",))]
    found = propose(tally, 3, ORDER, guaranteed=1, zones=zones, settled=done)
    assert Proposal(("1.1", "2.2"), ("1.2", "1.3"), 1) == found
    # Left empty, the place is nobody else's.
    done = [Settled(Tie(("2.1", "2.2"), 1, "10"), ())]
    found = propose(tally, 3, ORDER, guaranteed=1, zones=zones, settled=done)
    assert Proposal(("1.1",), ("1.2", "1.3"), 1) == found


def test_an_equal_that_is_in_anyway_leaves_no_tie() -> None:
    zones = {"9": {"1.1": 9, "1.2": 8}, "10": {"1.1": 1, "2.1": 1}}
    assert Proposal(("1.1", "1.2"), (), 0) == propose(tally_of(zones), 2, ORDER, guaranteed=1, zones=zones)


def test_what_a_run_off_leaves_equal_contends_for_the_places_left() -> None:
    tally = {"1.1": 3, "1.2": 1, "1.3": 1, "1.4": 1}
    tie = Tie(("1.2", "1.3", "1.4"), 2)
    done = [Settled(tie, ("1.3",), ("1.2", "1.4"))]
    found = propose(tally, 3, ORDER, settled=done)
    assert Proposal(("1.1", "1.3"), ("1.2", "1.4"), 1, after_runoff=True) == found
    done.append(Settled(tie_of(found), ("1.4",)))
    assert ("1.1", "1.3", "1.4") == propose(tally, 3, ORDER, settled=done).undisputed


@pytest.mark.parametrize(
    ("counts", "places", "winners", "equal"),
    [
        ({"1.1": 5, "1.2": 3, "1.3": 0}, 1, {"1.1"}, set()),
        ({"1.1": 5, "1.2": 3, "1.3": 0}, 2, {"1.1", "1.2"}, set()),
        ({"1.1": 4, "1.2": 4, "1.3": 1}, 1, set(), {"1.1", "1.2"}),
        ({"1.1": 5, "1.2": 2, "1.3": 2}, 2, {"1.1"}, {"1.2", "1.3"}),
        ({"1.1": 0, "1.2": 0, "1.3": 0}, 2, set(), {"1.1", "1.2", "1.3"}),
        # Nobody is in by a run-off without a choice where another has none either.
        ({"1.1": 9, "1.2": 0, "1.3": 0}, 2, {"1.1"}, {"1.2", "1.3"}),
    ],
)
def test_a_run_off_gives_places_to_the_most_chosen(
    counts: dict[str, int], places: int, winners: set[str], equal: set[str]
) -> None:
    found = runoff_winners(counts, places)
    assert (winners, equal) == (set(found[0]), set(found[1]))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(ORDER), st.integers(0, 9), min_size=2), st.data(), CHANCE)
def test_a_run_off_never_gives_more_places_than_there_are(
    counts: dict[str, int], data: st.DataObject, chance: Random
) -> None:
    places = data.draw(st.integers(1, len(counts) - 1))
    winners, equal = runoff_winners(counts, places)
    assert len(winners) <= places
    assert (len(winners) == places) == (not equal)
    assert not equal or len(winners) + len(equal) > places
    outside = set(counts) - set(winners) - set(equal)
    assert all(counts[one] > counts[other] for one in winners for other in (*equal, *outside))
    shuffled = dict(chance.sample(list(counts.items()), len(counts)))
    again = runoff_winners(shuffled, places)
    assert (set(winners), set(equal)) == (set(again[0]), set(again[1]))


def test_a_zone_is_left_out_when_none_of_its_first_choices_is_in() -> None:
    zones = {"9": {"1.1": 3, "1.2": 1}, "10": {"2.1": 2, "2.2": 2}, "11": {}}
    assert {"10": ("2.1", "2.2")} == left_out(zones, {"1.1"})
    assert {} == left_out(zones, {"1.1", "2.2"})
    assert {"9", "10"} == set(left_out(zones, {"1.2"}))
