"""Phones that are slow or off, and people who block the bot and come back."""

from collections.abc import Callable
from datetime import UTC, datetime

from rehearsal.telegram.faultkinds import Kind, unit
from rehearsal.telegram.lots import Lots
from rehearsal.telegram.people import Phone
from rehearsal.telegram.timetable import Timetable
from rehearsal.telegram.world import World

AT_LAST = datetime.max.replace(tzinfo=UTC)


class PhoneFaults:
    """What goes wrong with phones, each after a while right again; `calm` makes all of them right at once.

    acts_waited and acts_late count what people did on phones that were off, or slow. late: the acts of slow
    phones that are on their way.
    """

    def __init__(
        self, lots: Lots, world: World, timetable: Timetable, suits: Callable[[Phone], bool]
    ) -> None:
        self.acts_waited = 0
        self.acts_late = 0
        self._lots = lots
        self._world = world
        self._timetable = timetable
        self.late = Timetable(world.now)
        self._sizes = lots.sizes
        self._suits = suits
        self._slow: set[Phone] = set()
        self._off: set[Phone] = set()
        self._blocked: set[Phone] = set()

    def may(self, phone: Phone | None) -> bool:
        """Whether something may go wrong with this phone: nothing does now, and nobody wants it spared."""
        return (
            phone is not None
            and phone.started
            and phone.on
            and not phone.blocked
            and phone.lag is None
            and self._suits(phone)
        )

    def somebody(self, kind: Kind, when: datetime) -> Phone | None:
        """A phone this may happen to, by lot."""
        phones = [phone for _, phone in sorted(self._world.phones.items()) if self.may(phone)]
        return phones[int(unit(self._lots.seed, "who", kind, when) * len(phones))] if phones else None

    def start(self, kind: Kind, phone: Phone) -> None:
        """Let it happen."""
        (self.slow if kind is Kind.SLOW_PHONE else self.off)(phone)

    def slow(self, phone: Phone) -> None:
        """For a while everything this person does is late."""
        began = self._world.now()
        last = began

        def late(arrive: Callable[[], None]) -> None:
            nonlocal last
            # Nothing overtakes what the person did before, even when the phone is quick again.
            last = max(self._world.now() + self._sizes.slow, last)
            self.acts_late += 1
            self.late.at(last, arrive)

        def over() -> None:
            if phone not in self._slow:
                return
            if last > self._world.now():
                self._timetable.at(last, over)
            else:
                self._slow.discard(phone)
                phone.lag = None

        self._lots.given[Kind.SLOW_PHONE] += 1
        self._slow.add(phone)
        phone.lag = late
        self._timetable.at(began + self._sizes.slow_for, over)

    def off(self, phone: Phone) -> None:
        """The phone is off for a while."""
        self._lots.given[Kind.PHONE_OFF] += 1
        self._off.add(phone)
        phone.switch_off()
        self._timetable.at(self._world.now() + self._sizes.off, lambda: self._on(phone))

    def block(self, phone: Phone) -> None:
        """The person blocks the bot for a while; to write or tap they come back sooner."""
        phone.returns = True
        self._blocked.add(phone)
        phone.block()
        self._timetable.at(self._world.now() + self._sizes.blocked, lambda: self._back(phone))

    def calm(self) -> None:
        """Everything is right again, and all that waited arrives."""
        for phone in list(self._off):
            self._on(phone)
        for phone in list(self._blocked):
            self._back(phone)
        for phone in self._slow:
            phone.lag = None
        self._slow.clear()
        self.late.tick(AT_LAST)

    def _on(self, phone: Phone) -> None:
        if phone in self._off:
            self._off.discard(phone)
            self.acts_waited += phone.waiting
            phone.switch_on()

    def _back(self, phone: Phone) -> None:
        if phone in self._blocked:
            self._blocked.discard(phone)
            phone.unblock()
            phone.returns = False
