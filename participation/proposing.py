"""From dots to what is proposed: pure.

The most voted strategies get the places, as many as the event allows and none below the floor of dots. A
tie at the cut is a value: the tied are named with the places they contend for. At a table of several zones,
places can be guaranteed to each zone's own most voted; equals for these are a tie, too, and come first.
What a table has settled is replayed, tie after tie, so that the next one shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Tie:
    """Equals, in the event's order, and the places they contend for: fewer than they are, at least one.

    `zone`: whose guaranteed places these are. `after_runoff`: a run-off left them equal.
    """

    strategies: tuple[str, ...]
    places: int
    zone: str | None = None
    after_runoff: bool = False

    def same_as(self, other: Tie) -> bool:
        """Whether both are about the same, in whatever order their strategies are named."""
        return (set(self.strategies), self.places, self.zone, self.after_runoff) == (
            set(other.strategies),
            other.places,
            other.zone,
            other.after_runoff,
        )


@dataclass(frozen=True)
class Settled:
    """A tie that was settled: who got a place, and who is still equal after a run-off."""

    tie: Tie
    chosen: tuple[str, ...]
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """What the dots say. `undisputed` and `tied` are codes, the most voted first and then in the given order.

    `places` is how many of the tied can still be taken on: 0 exactly when none are tied. `zone` and
    `after_runoff` are the tie's. `held`: how many of the settled ties are replayed in it; what was settled
    beyond that is not contested (any more).
    """

    undisputed: tuple[str, ...]
    tied: tuple[str, ...]
    places: int
    zone: str | None = None
    after_runoff: bool = False
    held: int = field(default=0, compare=False)


@dataclass(frozen=True)
class _Claim:
    """What is guaranteed to a zone: all of `sure`, and `needs` of `equals` besides."""

    zone: str
    sure: frozenset[str]
    equals: frozenset[str]
    needs: int

    def lacks(self, inside: set[str]) -> int:
        """How many of the equals are still to get a place when these are in."""
        return self.needs - len(self.equals & inside)


def propose(
    tally: Mapping[str, int],
    most: int,
    order: Sequence[str],
    *,
    floor: int = 1,
    guaranteed: int = 0,
    zones: Mapping[str, Mapping[str, int]] | None = None,
    settled: Sequence[Settled] = (),
) -> Proposal:
    """The proposal of a tally (strategy to dots), at most `most` strategies, each with `floor` dots at least.

    `order` (the event's) only arranges equals; it never decides who is in. `zones`: the tally of each zone
    that has `guaranteed` places (fewer where `most` does not hold so many). `settled`: the ties of the
    table that were settled, in order.
    """
    ranked = sorted(
        (code for code in order if tally.get(code, 0) >= max(floor, 1)), key=lambda code: -tally[code]
    )
    claims = _claims(ranked, zones or {}, guaranteed, most)
    chosen: set[str] = set()
    empty = held = 0
    sure, tie = _contest(ranked, tally, most, chosen, claims)
    while tie is not None and held < len(settled) and settled[held].tie.same_as(tie):
        done = settled[held]
        held += 1
        chosen |= set(done.chosen)
        if done.left:
            sure |= chosen
            tie = Tie(_arranged(done.left, order), tie.places - len(done.chosen), tie.zone, after_runoff=True)
            continue
        empty += tie.places - len(done.chosen)
        if tie.zone is None:
            sure, tie = sure | chosen, None
        else:
            # What is the zone's beyond doubt stays; for its equals it has had its say.
            chosen |= {code for claim in claims if claim.zone == done.tie.zone for code in claim.sure}
            claims = [claim for claim in claims if claim.zone != done.tie.zone]
            sure, tie = _contest(ranked, tally, most - empty, chosen, claims)
    undisputed = tuple(code for code in ranked if code in sure)
    if tie is None:
        return Proposal(undisputed, (), 0, held=held)
    return Proposal(undisputed, tie.strategies, tie.places, tie.zone, tie.after_runoff, held)


def left_out(zones: Mapping[str, Mapping[str, int]], inside: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Zones with dots none of whose first choices is `inside`, to these first choices."""
    found = {}
    for zone, tally in zones.items():
        highest = max(tally.values(), default=0)
        first = tuple(code for code, dots in tally.items() if dots == highest)
        if highest > 0 and not set(first) & set(inside):
            found[zone] = first
    return found


def runoff_winners(counts: Mapping[str, int], places: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who gets a place by a run-off (choices of each of the tied, 0 included), and who is still equal."""
    winners, equal, _ = cut(sorted(counts, key=lambda code: -counts[code]), counts, places)
    return winners, equal


def cut(
    ranked: Sequence[str], tally: Mapping[str, int], most: int
) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Of ranked codes: who is in, who is equal at the cut, and for how many places these contend."""
    if most <= 0:
        return (), (), 0
    if len(ranked) <= most:
        return tuple(ranked), (), 0
    least = tally[ranked[most - 1]]
    above = tuple(code for code in ranked if tally[code] > least)
    equal = tuple(code for code in ranked if tally[code] == least)
    places = most - len(above)
    return (above + equal, (), 0) if len(equal) == places else (above, equal, places)


def _claims(
    ranked: Sequence[str], zones: Mapping[str, Mapping[str, int]], guaranteed: int, most: int
) -> list[_Claim]:
    if not zones:
        return []
    found = []
    for zone, tally in zones.items():
        own = sorted((code for code in ranked if tally.get(code, 0) > 0), key=lambda code: -tally[code])
        sure, equals, needs = cut(own, tally, min(guaranteed, most // len(zones)))
        found.append(_Claim(zone, frozenset(sure), frozenset(equals), needs))
    return found


def _contest(
    ranked: Sequence[str], tally: Mapping[str, int], room: int, chosen: set[str], claims: Sequence[_Claim]
) -> tuple[set[str], Tie | None]:
    """Who is in for sure, and the tie that is to be settled now, if any.

    Where a zone's equals have its places among the most voted anyway, there is no tie. Where they have not,
    they contend for these places, which are kept free for them.
    """
    must = chosen.union(*(claim.sure for claim in claims))
    rest = [code for code in ranked if code not in must]
    contended: list[_Claim] = []
    while True:
        sure, equal, places = _fill(rest, tally, room - len(must), must, contended)
        lacking = [claim for claim in claims if claim not in contended and claim.lacks(sure) > 0]
        if not lacking:
            break
        contended += lacking
    for claim in claims:
        if claim in contended and claim.lacks(sure) > 0:
            return sure, Tie(_arranged(claim.equals - sure, ranked), claim.lacks(sure), claim.zone)
    return sure, Tie(equal, places) if equal else None


def _fill(
    rest: Sequence[str], tally: Mapping[str, int], room: int, must: set[str], contended: Sequence[_Claim]
) -> tuple[set[str], tuple[str, ...], int]:
    """Fill the room that contended places leave: who is in, and who is equal at the cut."""
    sure = set(must)
    while True:
        kept_free = sum(max(0, claim.lacks(sure)) for claim in contended)
        filling, equal, places = cut(rest, tally, room - kept_free)
        if sure >= set(filling):
            return sure, equal, places
        sure |= set(filling)


def _arranged(codes: Iterable[str], order: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(codes, key=order.index))
