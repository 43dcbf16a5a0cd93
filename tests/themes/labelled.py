"""Labelled contributions, and how near found themes come to the labels.

A labelled file is tab-separated with a header; it has the columns `theme` (the label, any text) and
`contribution`. Of its other columns `table` and `person` say who spoke, where they are there; the rest is
left alone.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from simplemma import lemmatize

from participation import grouping
from participation.embedding import cleaned
from participation.themes import Said

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

HERE = Path(__file__).parent
TUNING = tuple(sorted((HERE / "tuning").glob("*.tsv")))
HELD_OUT = tuple(sorted((HERE / "held_out").glob("*.tsv")))


@dataclass(frozen=True, slots=True)
class Labelled:
    """Contributions and the theme that somebody gave each."""

    said: tuple[Said, ...]
    labels: tuple[str, ...]


def read(path: Path) -> Labelled:
    """The contributions of a labelled file. Raises `ValueError` when it is not one."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = {"theme", "contribution"} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path}: no column {', '.join(sorted(missing))} in its first line")
        rows = [row for row in reader if any(row.values())]
    for number, row in enumerate(rows, start=2):
        if row["theme"] is None or row["contribution"] is None:
            raise ValueError(f"{path}: too few columns in line {number}")
    said = tuple(
        Said(f"{number:05}", row["contribution"], row.get("table") or "T1", row.get("person") or number)
        for number, row in enumerate(rows)
    )
    return Labelled(said, tuple(row["theme"] for row in rows))


def adjusted_rand_index(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """How far two partitions agree on which two belong together: 1 wholly, 0 as by chance."""
    both = _pairs(Counter(zip(one, other, strict=True)))
    first, second, all_pairs = _pairs(Counter(one)), _pairs(Counter(other)), math.comb(len(one), 2)
    by_chance = first * second / all_pairs if all_pairs else 0.0
    most = (first + second) / 2
    return 1.0 if most == by_chance else (both - by_chance) / (most - by_chance)


def v_measure(labels: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """The harmonic mean of homogeneity and completeness of found themes: 1 is perfect."""
    of_labels, of_found = _entropy(Counter(labels)), _entropy(Counter(found))
    together = _entropy(Counter(zip(labels, found, strict=True)))
    homogeneity = 1 - (together - of_found) / of_labels if of_labels else 1.0
    completeness = 1 - (together - of_labels) / of_found if of_found else 1.0
    total = homogeneity + completeness
    return 2 * homogeneity * completeness / total if total else 0.0


def _pairs(sizes: Counter[Hashable]) -> int:
    return sum(math.comb(size, 2) for size in sizes.values())


def _entropy(sizes: Counter[Hashable]) -> float:
    total = sum(sizes.values())
    return -sum(size / total * math.log(size / total) for size in sizes.values())


def by_shared_words(said: Sequence[Said], number: int) -> list[int]:
    """The lexical baseline: TF-IDF of lemmas and average linkage, told the right `number` of groups."""
    lemmas = [Counter(lemmatize(word, "it").lower() for word in cleaned(each.text).split()) for each in said]
    in_how_many = Counter(lemma for counted in lemmas for lemma in counted)
    column = {lemma: place for place, lemma in enumerate(sorted(in_how_many))}
    weights = np.zeros((len(said), len(column)))
    for row, counted in enumerate(lemmas):
        for lemma, times in counted.items():
            weights[row, column[lemma]] = times * (math.log(len(said) / in_how_many[lemma]) + 1)
    weights /= np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-9)
    near = weights @ weights.T
    np.fill_diagonal(near, -np.inf)
    groups, sizes = np.arange(len(said)), np.ones(len(said))
    for _ in range(len(said) - number):
        one, other = divmod(int(near.argmax()), len(said))
        row = (sizes[one] * near[one] + sizes[other] * near[other]) / (sizes[one] + sizes[other])
        near[one] = near[:, one] = row
        near[one, one] = -np.inf
        near[other] = near[:, other] = -np.inf
        sizes[one] += sizes[other]
        groups[groups == other] = one
    return list(grouping.numbered(groups).tolist())
