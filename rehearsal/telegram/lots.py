"""What a plan has left to happen, and the drawing of lots."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from rehearsal.telegram.faultkinds import Kind, Sizes


class Lots:
    """The rates, the times that are left, and what was given so far; shared by all parts of one plan.

    allowed: whether a kind may happen at this time at all.
    """

    def __init__(
        self,
        seed: int,
        rates: Mapping[Kind, float],
        at: Mapping[Kind, Sequence[datetime]],
        sizes: Sizes,
        allowed: Callable[[Kind, datetime], bool],
    ) -> None:
        self.seed = seed
        self.sizes = sizes
        self.allowed = allowed
        self.calm = False
        self.given: Counter[Kind] = Counter()
        self.counts: Counter[tuple[str, int]] = Counter()
        self._rates = rates
        self._scheduled = sorted((when, kind) for kind, times in at.items() for when in times)

    def due(self, now: datetime, suits: Callable[[Kind], bool]) -> Kind | None:
        """The first that is scheduled for now or earlier and suits; it is then done with."""
        for number, (when, kind) in enumerate(self._scheduled):
            if when > now:
                return None
            if self.allowed(kind, now) and suits(kind):
                del self._scheduled[number]
                return kind
        return None

    def put_back(self, kind: Kind, when: datetime) -> None:
        """It was due and nothing came of it: let it happen another time."""
        self._scheduled = sorted([*self._scheduled, (when, kind)])

    def drawn(
        self, kinds: Sequence[Kind], lot: float, now: datetime, suits: Callable[[Kind], bool]
    ) -> Kind | None:
        """The kind a lot (0 to 1) falls on, if it suits now."""
        for kind in kinds:
            lot -= self._rates.get(kind, 0.0)
            if lot < 0:
                return kind if self.allowed(kind, now) and suits(kind) else None
        return None
