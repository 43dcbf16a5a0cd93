"""Ballots by whose hands filled them in, and what may be told of it; and when a count is provisional.

Nobody is shown a number that lets them guess one person's vote, nor two whose difference does: a group of
fewer than `SMALLEST_GROUP` ballots is not told apart from the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from participation.disclosure import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping


def withheld(voters: Mapping[str, int]) -> frozenset[str]:
    """The groups (to their ballots with a dot) that are not shown by themselves.

    Small ones first; then, smallest first, as many others as it takes for the withheld together to be a
    group, for otherwise the total less the shown ones would be theirs.
    """
    filled = sorted((number, group) for group, number in voters.items() if number > 0)
    hidden = [(number, group) for number, group in filled if number < SMALLEST_GROUP]
    for number, group in filled:
        if not hidden or (len(hidden) > 1 and sum(n for n, _ in hidden) >= SMALLEST_GROUP):
            break
        if (number, group) not in hidden:
            hidden.append((number, group))
    return frozenset(group for _, group in hidden)


def told_apart(cast: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """How many ballots came by which channel, as far as it may be told; together they are all of them.

    Channels that are not told apart are one group, their names joined by "+". Empty when there is nothing
    to tell beside the total.
    """
    hidden = withheld(cast)
    groups = [(channel, number) for channel, number in cast.items() if number and channel not in hidden]
    if hidden:
        groups.append(
            ("+".join(channel for channel in cast if channel in hidden), sum(cast[c] for c in hidden))
        )
    return tuple(groups) if len(groups) > 1 else ()


def provisional(handed_in: int | None, entered: int) -> bool:
    """Whether a closed table's count may still change: not all sheets that were handed in are entered.

    While nobody said how many were handed in, sheets that are entered make it so; a table without paper
    needs to say nothing.
    """
    return entered > 0 if handed_in is None else entered != handed_in
