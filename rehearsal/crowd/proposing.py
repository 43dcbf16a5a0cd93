"""What dots say, and what choices in a run-off say: the crowd reckons it for itself, to compare.

Pure, and written apart from the bot's own rules on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Proposal:
    """What the dots of a table say: the undisputed, and the tied for so many places."""

    undisputed: tuple[str, ...]
    tied: tuple[str, ...]
    places: int


def propose(tally: Counter[str], most: int, order: Sequence[str], floor: int = 1) -> Proposal:
    """The most voted, at most `most`, each with `floor` dots, and a tie at the cut as it is.

    `order` only arranges equals.
    """
    ranked = sorted((code for code in order if tally[code] >= floor), key=lambda code: -tally[code])
    if len(ranked) <= most:
        return Proposal(tuple(ranked), (), 0)
    cut = tally[ranked[most - 1]]
    if tally[ranked[most]] < cut:
        return Proposal(tuple(ranked[:most]), (), 0)
    above = tuple(code for code in ranked if tally[code] > cut)
    return Proposal(above, tuple(code for code in ranked if tally[code] == cut), most - len(above))


def spread(tied: Sequence[str], places: int, voters: int) -> list[str]:
    """What so many people choose among the tied, one after the other, so that a run-off leaves some equal.

    They go round, and where that would decide it the last one chooses nothing.
    """
    if voters % len(tied) == places:
        voters -= 1
    return [tied[number % len(tied)] for number in range(voters)]


def run_off(counts: Mapping[str, int], places: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """By the choices of each of the tied: who gets a place, and who is still equal."""
    ranked = sorted(counts, key=lambda code: -counts[code])
    cut = counts[ranked[places - 1]]
    above = tuple(code for code in ranked if counts[code] > cut)
    equal = tuple(code for code in ranked if counts[code] == cut)
    return (above + equal, ()) if len(above) + len(equal) == places else (above, equal)


def drawn(secret: str, word: str, tied: Sequence[str], places: int) -> set[str]:
    """Who gets the places by lot, as anybody can reckon it from what was published."""
    return set(sorted(tied, key=lambda code: sha256(f"{secret}/{word}/{code}".encode()).hexdigest())[:places])
