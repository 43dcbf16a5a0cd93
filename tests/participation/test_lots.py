"""Lots that anybody can draw again: promised first, deterministic, fair."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation import lots
from participation.lots import Record

if TYPE_CHECKING:
    from random import Random

CODES = ("1.3", "2.1", "3.2", "5.4")
SETS = st.sets(st.from_regex(r"[1-9]\.[1-9]", fullmatch=True), min_size=2, max_size=9)


def test_the_method_is_what_its_description_says() -> None:
    """Computed here by hand, as anybody would."""
    secret, word = "0f1e2d", "Girasole  Giallo"
    tickets = {code: hashlib.sha256(f"0f1e2d/girasole giallo/{code}".encode()).hexdigest() for code in CODES}
    assert tuple(sorted(CODES, key=lambda code: tickets[code])[:2]) == lots.draw(
        lots.seed(secret, word), CODES, 2
    )
    assert hashlib.sha256(b"0f1e2d").hexdigest() == lots.commitment(secret)


@given(st.text(min_size=1), SETS, st.data(), st.randoms(use_true_random=False))
def test_a_draw_is_the_same_whatever_order_the_strategies_are_given_in(
    seed: str, codes: set[str], data: st.DataObject, chance: Random
) -> None:
    seed = seed.encode("utf-8", "ignore").decode()
    places = data.draw(st.integers(1, len(codes) - 1))
    given_order = sorted(codes)
    drawn = lots.draw(seed, given_order, places)
    assert drawn == lots.draw(seed, chance.sample(given_order, len(codes)), places)
    assert places == len(set(drawn)) == len(drawn)
    assert set(drawn) <= codes


@given(st.text(max_size=20), st.sampled_from(("", " ", "\n", "  ")))
def test_a_word_is_the_same_however_it_is_typed(word: str, blank: str) -> None:
    said = lots.plain_word(word)
    assert said == lots.plain_word(f"{blank}{word}{blank}") == lots.plain_word(said)
    assert lots.seed("s", "GIRASOLE") == lots.seed("s", " girasole ")


@pytest.mark.parametrize("places", [1, 2, 3])
def test_every_outcome_is_as_likely_as_any_other(places: int) -> None:
    """6,000 fixed seeds: no outcome is off by more than chi-square allows once in ten thousand times."""
    outcomes = Counter(frozenset(lots.draw(f"seed {n}/", CODES, places)) for n in range(6000))
    every = [frozenset(each) for each in combinations(CODES, places)]
    expected = 6000 / len(every)
    off = sum((outcomes[each] - expected) ** 2 / expected for each in every)
    # The quantiles at 0.9999 for 3 and 5 degrees of freedom.
    assert off < {4: 21.1, 6: 25.7}[len(every)]


RECORD = Record(
    method=lots.METHOD,
    commitment=lots.commitment("a secret"),
    secret="a secret",
    word="girasole",
    strategies=CODES,
    places=2,
    chosen=lots.draw(lots.seed("a secret", "girasole"), CODES, 2),
)


def test_a_record_that_was_not_touched_agrees() -> None:
    assert () == lots.problems(RECORD)
    assert () == lots.problems(replace(RECORD, chosen=tuple(reversed(RECORD.chosen))))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"method": "dice"}, ("method",)),
        ({"secret": "yet another"}, ("commitment", "chosen")),
        ({"commitment": "0" * 64}, ("commitment",)),
        ({"chosen": tuple(code for code in CODES if code not in RECORD.chosen)}, ("chosen",)),
        ({"chosen": RECORD.chosen[:1]}, ("chosen",)),
        ({"strategies": (*CODES, CODES[0])}, ("strategies",)),
        ({"places": 0}, ("strategies",)),
        ({"places": 4}, ("strategies",)),
    ],
)
def test_a_record_that_was_touched_does_not(change: dict[str, object], found: tuple[str, ...]) -> None:
    touched = replace(RECORD, **change)  # type: ignore[arg-type]
    assert found == lots.problems(touched)
