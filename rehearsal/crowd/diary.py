"""One person's plan while it is made: acts in order, each later than the one before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rehearsal.crowd.engine import Act

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehearsal.programme import Programme

BEFORE = timedelta(seconds=20)
AFTER = timedelta(seconds=10)
"""Nobody means to act so close to a moment of the agenda, which they cannot know to the second."""

STEP = timedelta(seconds=2)
"""The least time between two acts of a person."""


@dataclass
class Diary:
    """What one person means to do. `tables` are those that an act concerns if it does not say otherwise."""

    programme: Programme
    who: int
    tables: frozenset[str]
    acts: list[Act] = field(default_factory=list)

    @property
    def last(self) -> datetime:
        """When the last act is planned; the start of the rehearsal if there is none."""
        return self.acts[-1].at if self.acts else self.programme.start

    def add(
        self,
        at: datetime,
        do: str,
        *words: str,
        tables: Iterable[str] | None = None,
        changes: bool = False,
    ) -> datetime:
        """Mean to do something at `at`, or soon after when that is too early or too close to a moment.

        Returns when it is planned.
        """
        at = away_from_moments(self.programme, max(at, self.last + STEP if self.acts else at))
        concerned = self.tables if tables is None else frozenset(tables)
        self.acts.append(Act(at, 0, self.who, do, words, concerned, changes))
        return at


def away_from_moments(programme: Programme, at: datetime) -> datetime:
    """The first time from `at` on that is not too close to a moment of the agenda."""
    for moment, _ in programme.moments:
        if moment - BEFORE < at < moment + AFTER:
            return moment + AFTER
    return at


def seconds(count: float) -> timedelta:
    """A time span, to the millisecond."""
    return timedelta(milliseconds=round(count * 1000))
