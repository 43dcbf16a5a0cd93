"""What goes wrong with the bot's calls, by a plan."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from math import ceil

from rehearsal.telegram.errors import QUERY_TOO_OLD
from rehearsal.telegram.faultkinds import AFTER_KINDS, ANSWERS, CALL_KINDS, EDITS, SENDS, Kind, unit, within
from rehearsal.telegram.faults import Call, Fault
from rehearsal.telegram.lots import Lots
from rehearsal.telegram.phonefaults import PhoneFaults
from rehearsal.telegram.world import World

STILL_THROTTLED = "still_throttled"
_THROTTLES = (Kind.THROTTLED, Kind.EDITS_THROTTLED)


class CallFaults:
    """The intercept of a plan.

    while_throttled counts calls to a chat made before its retry_after was over (some were on their way).
    """

    def __init__(self, lots: Lots, world: World, phones: PhoneFaults, spare: Collection[str]) -> None:
        self.while_throttled = 0
        self._lots = lots
        self._world = world
        self._phones = phones
        self._spare = spare
        self._row: Counter[tuple[str, int]] = Counter()
        self._until: dict[tuple[int, Kind], tuple[datetime, int]] = {}

    async def intercept(self, call: Call) -> Fault | None:
        """What goes wrong with this call."""
        lots = self._lots
        if lots.calm or call.method in self._spare:
            return None
        chat = self._chat_of(call)
        fault = self._still_throttled(call, chat)
        if fault is not None:
            return fault
        key = (call.method, chat)
        lots.counts[key] += 1
        kind = lots.due(call.at, lambda kind: self._due(kind, call, chat))
        if kind is None and self._row[key] < lots.sizes.most_in_a_row:
            lot = unit(lots.seed, *key, lots.counts[key])
            kind = lots.drawn(CALL_KINDS, lot, call.at, lambda kind: self._befalls(kind, call, chat))
        if kind is None:
            self._row[key] = 0
            return None
        self._row[key] += 1
        return self._fault(kind, call, chat)

    def _chat_of(self, call: Call) -> int:
        """The chat it is about, 0: none that is known."""
        if call.method in ANSWERS:
            phone = self._world.tapped_by(call.params["callback_query_id"])
            return 0 if phone is None else phone.id
        return call.chat_id or 0

    def _due(self, kind: Kind, call: Call, chat: int) -> bool:
        """The same for what is scheduled: what leaves a call in flight waits for one that people see."""
        if kind in AFTER_KINDS and call.method not in SENDS | EDITS | ANSWERS:
            return False
        return self._befalls(kind, call, chat)

    def _befalls(self, kind: Kind, call: Call, chat: int) -> bool:
        """Whether this kind can befall this call."""
        if kind is Kind.THROTTLED:
            return chat != 0 and call.method in SENDS | EDITS
        if kind is Kind.EDITS_THROTTLED:
            return chat > 0 and call.method in EDITS
        if kind is Kind.TOO_OLD:
            return chat != 0 and call.method in ANSWERS
        if kind is Kind.BLOCKED:
            return call.method in SENDS and self._phones.may(self._world.phones.get(chat))
        return kind in CALL_KINDS

    def _fault(self, kind: Kind, call: Call, chat: int) -> Fault:  # noqa: PLR0911 - one for each kind
        sizes = self._lots.sizes
        lot = (self._lots.seed, kind, call.method, chat, self._lots.counts[call.method, chat])
        match kind:
            case Kind.THROTTLED:
                low, high = sizes.retry_after
                return self._throttle(kind, call.at, chat, low + int(unit(*lot) * (high - low + 1)))
            case Kind.EDITS_THROTTLED:
                return self._throttle(kind, call.at, chat, sizes.edits_retry_after)
            case Kind.ERROR_500:
                return Fault("html", 500, "Internal Server Error", name=kind)
            case Kind.BAD_GATEWAY | Kind.BAD_GATEWAY_AFTER:
                after = kind is Kind.BAD_GATEWAY_AFTER
                return Fault("html", 502, "Bad Gateway", carry_out=after, name=kind)
            case Kind.HANG_BEFORE:
                return Fault("normal", wait=within(sizes.hang, *lot), name=kind)
            case Kind.HANG_AFTER:
                return Fault("normal", delay=within(sizes.hang, *lot), name=kind)
            case Kind.RESET_BEFORE | Kind.RESET_AFTER:
                return Fault("reset", carry_out=kind is Kind.RESET_AFTER, name=kind)
            case Kind.TRUNCATED:
                return Fault("truncated", name=kind)
            case Kind.TOO_OLD:
                self._world.forget_tap(call.params["callback_query_id"])
                return Fault("error", 400, f"Bad Request: {QUERY_TOO_OLD}", name=kind)
            case Kind.BLOCKED:
                self._phones.block(self._world.phones[chat])
                return Fault("error", 403, "Forbidden: bot was blocked by the user", name=kind)
            case _:
                raise AssertionError(f"{kind} does not befall calls")

    def _throttle(self, kind: Kind, at: datetime, chat: int, seconds: int) -> Fault:
        self._until[chat, kind] = (at + timedelta(seconds=seconds), seconds)
        return _too_many(seconds, kind)

    def _still_throttled(self, call: Call, chat: int) -> Fault | None:
        if not self._until or call.method not in SENDS | EDITS:
            return None
        left = 0.0
        for kind in _THROTTLES:
            until, seconds = self._until.get((chat, kind), (call.at, 0))
            rest = (until - call.at).total_seconds()
            if not 0 < rest <= seconds:
                # Over; or the event's clock was put back, and what was said then says nothing now.
                self._until.pop((chat, kind), None)
            elif kind is Kind.THROTTLED or call.method in EDITS:
                left = max(left, rest)
        if left <= 0:
            return None
        self.while_throttled += 1
        return _too_many(ceil(left), STILL_THROTTLED)


def _too_many(seconds: int, name: str) -> Fault:
    return Fault("error", 429, f"Too Many Requests: retry after {seconds}", retry_after=seconds, name=name)
