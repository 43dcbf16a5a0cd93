"""What goes wrong with updates on their way to the bot, by a plan."""

from collections import defaultdict, deque
from collections.abc import Collection
from random import Random

from rehearsal.telegram.faultkinds import UPDATE_KINDS, Kind, unit, within
from rehearsal.telegram.faults import DeliveryFault
from rehearsal.telegram.lots import Lots
from rehearsal.telegram.observing import Gone
from rehearsal.telegram.updates import Pending
from rehearsal.telegram.world import World

_HALF = 0.5


class UpdateFaults:
    """Duplicates and changed order, in what getUpdates gives and in deliveries to a webhook."""

    def __init__(self, lots: Lots, world: World) -> None:
        self._lots = lots
        self._world = world
        self._drawn: dict[int, float] = {}
        self._again: list[Pending] = []
        self._held: dict[int, bool] = {}
        self._batches = 0

    def queued(self, pending: Pending, number: int) -> None:
        """The manieth update of its kind in its chat."""
        self._drawn[pending.id] = unit(self._lots.seed, "update", pending.kind, pending.chat, number)

    def gone(self, pending: Pending, why: Gone) -> None:
        """An update left the queue."""
        self._drawn.pop(pending.id, None)
        overtaken = self._held.pop(pending.id, None)
        if overtaken is False:
            self._lots.put_back(Kind.REORDERED, self._world.now())
        if why == "confirmed":
            for held, yet in self._held.items():
                if held < pending.id and not yet:
                    self._held[held] = True
                    self._lots.given[Kind.REORDERED] += 1

    def calm(self) -> None:
        """Nothing comes again any more."""
        self._again.clear()

    def _befallen(self, kinds: Collection[Kind], pending: Pending) -> Kind | None:
        """What befalls this update; asked once, except for what is due and did not suit."""
        if self._lots.calm:
            return None
        lot = self._drawn.pop(pending.id, None)
        if lot is None:
            return None
        now = self._world.now()
        due = self._lots.due(now, lambda kind: kind in kinds)
        return due or self._lots.drawn(UPDATE_KINDS, lot, now, lambda kind: kind in kinds)

    # --- getUpdates ------------------------------------------------------------------------------------

    def arrange(self, batch: list[Pending], limit: int) -> list[Pending]:
        """What getUpdates gives instead: all of the batch, or the bot would confirm what it was not given."""
        room = limit - len(batch)
        mixed = len({pending.chat for pending in batch}) > 1 or (
            self._lots.sizes.reorder == "any" and len(batch) > 1
        )
        kinds = UPDATE_KINDS if mixed else (Kind.DUPLICATED,)
        given: list[Pending] = []
        for pending in self._again:
            if room and pending.id not in self._world.updates:
                given.append(pending)
                room -= 1
        self._again = [pending for pending in self._again if pending not in given]
        self._lots.given[Kind.DUPLICATED] += len(given)
        shuffle = False
        for pending in batch:
            given.append(pending)
            kind = self._befallen(kinds, pending)
            shuffle = shuffle or kind is Kind.REORDERED
            if kind is not Kind.DUPLICATED:
                continue
            if room and unit(self._lots.seed, "twin", pending.chat, pending.id) < _HALF:
                given.append(pending)
                room -= 1
                self._lots.given[kind] += 1
            else:
                # Once more when the bot has confirmed it already.
                self._again.append(pending)
        return self._shuffled(given) if shuffle else given

    def _shuffled(self, batch: list[Pending]) -> list[Pending]:
        self._batches += 1
        random = Random(f"{self._lots.seed} batch {self._batches}")
        shuffled = batch
        while shuffled == batch:
            shuffled = random.sample(batch, len(batch))
            if self._lots.sizes.reorder == "between_chats":
                by_chat: defaultdict[int, deque[Pending]] = defaultdict(deque)
                for pending in batch:
                    by_chat[pending.chat].append(pending)
                shuffled = [by_chat[pending.chat].popleft() for pending in shuffled]
        self._lots.given[Kind.REORDERED] += 1
        return shuffled

    # --- webhook ---------------------------------------------------------------------------------------

    def delivery(self, pending: Pending, failures: int) -> DeliveryFault | None:
        """What goes wrong with a delivery to the webhook; something only at the first attempt."""
        kind = None if failures else self._befallen(UPDATE_KINDS, pending)
        if kind is None:
            return None
        lot = (self._lots.seed, kind, pending.chat, pending.id)
        held = within(self._lots.sizes.held, *lot)
        if kind is Kind.REORDERED:
            # Counted when another overtakes it.
            self._held[pending.id] = False
            return DeliveryFault(kind, delay=held)
        ways = (
            DeliveryFault(kind, lose_answer=True),
            DeliveryFault(kind, twice=True),
            DeliveryFault(kind, lose_answer=True, give_up_after=held),
        )
        return ways[int(unit("way", *lot) * len(ways))]

    def happened(self, fault: DeliveryFault) -> None:
        """A delivery with this fault reached the bot."""
        if fault.name == Kind.DUPLICATED:
            self._lots.given[Kind.DUPLICATED] += 1
