"""Chance that a seed decides: one independent stream for each use, so that a new use reshuffles no other."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_Thing = TypeVar("_Thing")


def stream(seed: int, *use: object) -> random.Random:
    """The stream of one use, named by whatever tells it apart: `stream(7, 104, "arrival")`."""
    return random.Random("/".join(map(str, (seed, *use))))


def some(seed: int, trait: str, people: Iterable[int], share: float, least: int = 1) -> frozenset[int]:
    """Who of `people` has a trait: `share` of them, at least `least` (or all there are).

    A person's rank for a trait is their own, so who comes or goes changes at most those at the edge.
    """
    ranked = sorted(people, key=lambda person: (stream(seed, trait, person).random(), person))
    return frozenset(ranked[: max(least, round(share * len(ranked)))])


def weighted(rng: random.Random, weights: Mapping[_Thing, float], most: int) -> list[_Thing]:
    """Up to `most` different things, the heavier the likelier, in the order in which they were drawn."""
    # Efraimidis and Spirakis: the largest u^(1/w). Each thing takes exactly one number from the stream.
    keys = {thing: rng.random() ** (1 / weight) for thing, weight in weights.items() if weight > 0}
    return sorted(keys, key=lambda thing: -keys[thing])[:most]


def happens(rng: random.Random, share: float) -> bool:
    """True in that share of cases."""
    return rng.random() < share


def one_of(rng: random.Random, shares: Sequence[tuple[_Thing, float]]) -> _Thing:
    """One thing, by its share."""
    at = rng.random() * sum(share for _, share in shares)
    for thing, share in shares:
        at -= share
        if at < 0:
            return thing
    return shares[-1][0]
