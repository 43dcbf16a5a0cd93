"""How few are too few for a number about them to be shown."""

from __future__ import annotations

from typing import Final

SMALLEST_GROUP: Final = 5
"""Ballots that a group must have to be shown by itself."""


def tellable(taps: int, hands: int) -> bool:
    """Whether the counts of a vote by phone and by raised hands may be shown.

    Hands are seen at the table, so the taps alone must be a group, or none at all.
    """
    return taps + hands >= SMALLEST_GROUP and (not taps or taps >= SMALLEST_GROUP)
