"""How much of what Telegram allows was used."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulkUse:
    """Bulk messages taken between two times; share is of what the limit allows in that time."""

    start: float
    end: float
    messages: int
    share: float

    @property
    def seconds(self) -> float:
        """How long."""
        return self.end - self.start


class BulkMeter:
    """When bulk messages were taken, and when a queue of them was known to be full.

    All times are seconds, by the clock the limits go by. Whoever knows the bot's queue (from its figures,
    say) calls `full` and `empty`; then `while_full` is the use in just those times. Whoever does not, asks
    for the `longest` time in which they came without a gap.
    """

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._times: list[float] = []
        self._full: list[tuple[float, float]] = []
        self._full_since: float | None = None

    def took(self, at: float, messages: int = 1) -> None:
        """Bulk messages were taken. A time before the last one (a clock was put back) counts as the last."""
        if self._times and at < self._times[-1]:
            at = self._times[-1]
        self._times.extend([at] * messages)

    def full(self, at: float) -> None:
        """From now on a queue is known to be full."""
        if self._full_since is None:
            self._full_since = at

    def empty(self, at: float) -> None:
        """No longer."""
        if self._full_since is not None:
            self._full.append((self._full_since, at))
            self._full_since = None

    def used(self, start: float, end: float) -> BulkUse:
        """The use from `start` to `end`, both included."""
        messages = bisect_right(self._times, end) - bisect_left(self._times, start)
        allowed = self._per_second * (end - start)
        return BulkUse(start, end, messages, messages / allowed if allowed > 0 else 0.0)

    def while_full(self) -> BulkUse | None:
        """The use in all the times in which a queue was known to be full, ended ones only; None: never."""
        seconds = sum(end - start for start, end in self._full)
        if seconds <= 0:
            return None
        messages = sum(self.used(start, end).messages for start, end in self._full)
        return BulkUse(self._full[0][0], self._full[-1][1], messages, messages / (self._per_second * seconds))

    def longest(self, gap: float = 1.0) -> BulkUse | None:
        """The use in the stretch with most messages without a `gap` of so many seconds; None: no message.

        The first message of a stretch opens it and is not counted: n messages at the allowed pace take n - 1
        pauses.
        """
        best: tuple[int, int] | None = None
        first = 0
        for last, at in enumerate(self._times):
            if last and at - self._times[last - 1] >= gap:
                first = last
            if best is None or last - first > best[1] - best[0]:
                best = (first, last)
        if best is None:
            return None
        start, end = self._times[best[0]], self._times[best[1]]
        allowed = self._per_second * (end - start)
        return BulkUse(start, end, best[1] - best[0] + 1, (best[1] - best[0]) / allowed if allowed else 0.0)

    def by_second(self) -> list[int]:
        """How many in each second from the first on."""
        if not self._times:
            return []
        counts = [0] * (int(self._times[-1] - self._times[0]) + 1)
        for at in self._times:
            counts[int(at - self._times[0])] += 1
        return counts
