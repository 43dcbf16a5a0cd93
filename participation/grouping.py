"""Which vectors belong together: how many groups there are is found, not given.

A partition is the better, the more similar those within a group are: for every two in one group count their
similarity less a threshold ("correlation clustering"). Nobody has to say how many groups there should be, and
what fits nowhere stays alone. Greedy merging, then single moves and merges as long as one of them helps.
Chosen by measurement; docs/themes.md says what else was tried. No randomness: the same rows, in the same
order, give the same groups.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np

from participation.embedding import SENTENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from participation.embedding import Vectors

    Groups = NDArray[np.intp]

WORDS_WEIGHT = 0.5
"""What the words with content count beside the sentence as it stands."""
THRESHOLD, PER_LOG, USUAL, MOST_THRESHOLD = 0.075, 0.02, 60, 0.12
"""How much more similar than any two are two that belong together, among `USUAL` contributions; by how much
this rises with the logarithm of their number (among more there are more that resemble one by chance), and to
where."""
_ROUNDS = 30
_NEGLIGIBLE = 1e-6


def threshold(number: int) -> float:
    """From which similarity on two of so many different contributions belong together."""
    if number < 2:  # noqa: PLR2004 - there are no two
        return THRESHOLD
    # Seen from their own mean, any two of n are on average similar by -1 / (n - 1).
    any_two = -1 / (number - 1)
    return any_two + min(THRESHOLD + PER_LOG * log(number / USUAL), MOST_THRESHOLD)


def directions(vectors: Vectors, centre: Vectors | None = None) -> Vectors:
    """The rows as seen from their `centre` (their mean, if not given), so that a product is a similarity.

    What all have in common tells nothing apart. Rows that are zero (texts without a letter) stay zero, and
    so resemble nothing.
    """
    middle = mean(vectors) if centre is None else centre
    there = np.any(vectors != 0, axis=1)
    seen = np.where(there[:, None], vectors - middle, 0)
    parts = (seen[:, :SENTENCE], seen[:, SENTENCE:])
    weights = (1 / (1 + WORDS_WEIGHT), WORDS_WEIGHT / (1 + WORDS_WEIGHT))
    return np.hstack([weight**0.5 * _unit(part) for part, weight in zip(parts, weights, strict=True)])


def mean(vectors: Vectors) -> Vectors:
    """The middle of the rows that are not zero: one row."""
    there = vectors[np.any(vectors != 0, axis=1)]
    middle: Vectors = there.mean(axis=0, keepdims=True) if len(there) else vectors[:1] * 0
    return middle


def similarities(seen: Vectors) -> tuple[NDArray[np.float32], float]:
    """How similar each two rows of `directions` are (n, n), and from which similarity on two belong together.

    Zero rows are as unlike all others as can be.
    """
    similar: NDArray[np.float32] = seen @ seen.T
    nothing = ~np.any(seen, axis=1)
    similar[nothing] = similar[:, nothing] = -1
    return similar, threshold(int((~nothing).sum()))


def group(similar: NDArray[np.float32], least: float, fixed: Sequence[int] | None = None) -> Groups:
    """The group of each row, numbered from 0 in the order of their first rows.

    `similar` holds the similarity of each two rows (n, n), `least` the one from which on two belong together.
    `fixed` says for each row the group it must stay in, any number from 0, or -1 for a row that is free: rows
    fixed in one group stay together, those fixed in different ones stay apart, and free rows may join them.
    """
    number = len(similar)
    if number == 0:
        return np.zeros(0, dtype=np.intp)
    gain = similar.astype(np.float32) - np.float32(least)
    np.fill_diagonal(gain, 0)
    held = np.full(number, -1, dtype=np.intp) if fixed is None else np.asarray(fixed, dtype=np.intp)
    # The fixed groups come first, each with its own number; every free row begins alone.
    _, groups = np.unique(held, return_inverse=True)
    anchors = len(set(held[held >= 0].tolist()))
    groups = groups - (1 if np.any(held < 0) else 0)
    groups[held < 0] = anchors + np.arange(int(np.sum(held < 0)))
    groups = _merged(gain, groups, anchors)
    for _ in range(_ROUNDS):
        moved, groups = _moved(gain, groups, held < 0, anchors)
        before = groups
        groups = _merged(gain, groups, anchors)
        if not moved and len(set(before.tolist())) == len(set(groups.tolist())):
            break
    return numbered(groups)


def numbered(groups: Groups) -> Groups:
    """The same groups, numbered from 0 in the order of their first rows."""
    _, first, back = np.unique(groups, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.intp)
    order[np.argsort(first)] = np.arange(len(first))
    return order[back]


def _merged(gain: NDArray[np.float32], groups: Groups, anchors: int) -> Groups:
    """Groups joined, those that gain most first, while there is a gain; of the first `anchors` never two."""
    present, compact = np.unique(groups, return_inverse=True)
    # Anchors keep the lowest numbers also when made compact: each has rows.
    number = len(present)
    if number < 2:  # noqa: PLR2004 - there are no two to join
        return groups
    member = np.zeros((len(gain), number), dtype=np.float32)
    member[np.arange(len(gain)), compact] = 1
    between = member.T @ (gain @ member) if number < len(gain) else gain[np.ix_(*[np.argsort(compact)] * 2)]
    between = between.copy()
    between[:anchors, :anchors] = -np.inf
    np.fill_diagonal(between, -np.inf)
    into = np.arange(number)
    best = between.argmax(axis=1)
    most = between[np.arange(number), best]
    while True:
        one = int(most.argmax())
        if most[one] <= _NEGLIGIBLE:
            break
        # Into the lower number, so that an anchor stays one.
        low, high = sorted((one, int(best[one])))
        row = between[low] + between[high]
        row[[low, high]] = -np.inf
        between[low] = between[:, low] = row
        between[high] = between[:, high] = -np.inf
        into[into == high] = low
        most[high] = -np.inf
        # Whose best is gone or changed looks again; for the others only `low` can have become better.
        stale = np.flatnonzero((best == low) | (best == high))
        stale = stale[most[stale] > -np.inf]
        again = np.append(stale, low)
        best[again] = between[again].argmax(axis=1)
        most[again] = between[again, best[again]]
        better = row > most
        best[better], most[better] = low, row[better]
    return into[compact]


def _moved(
    gain: NDArray[np.float32], groups: Groups, free: NDArray[np.bool_], anchors: int
) -> tuple[bool, Groups]:
    """Each free row moved to where it gains most, or set apart, until none gains; and whether any moved."""
    number = len(groups)
    present, compact = np.unique(groups, return_inverse=True)
    # One spare column per free row at most is ever needed; they are taken as rows leave.
    width = len(present) + int(free.sum())
    inside = np.zeros((number, width), dtype=np.float32)
    for each in range(len(present)):
        inside[:, each] = gain[:, compact == each].sum(axis=1)
    sizes = np.bincount(compact, minlength=width)
    used, any_moved = len(present), False
    for _ in range(_ROUNDS):
        again = False
        for row in np.flatnonzero(free):
            here = compact[row]
            there = int(inside[row, :used].argmax())
            most = inside[row, there]
            if most < 0 and sizes[here] > 1 and inside[row, here] < -_NEGLIGIBLE:
                if used == width:
                    continue
                there, most, used = used, np.float32(0), used + 1
            if there == here or most <= inside[row, here] + _NEGLIGIBLE:
                continue
            inside[:, here] -= gain[:, row]
            inside[:, there] += gain[:, row]
            sizes[here] -= 1
            sizes[there] += 1
            compact[row] = there
            again = any_moved = True
        if not again:
            break
    return any_moved, compact


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > _NEGLIGIBLE)
    return unit
