"""A seeded plan of what goes wrong: which call, which update, which phone.

    plan = FaultPlan(7, rates={Kind.RESET_AFTER: 0.01, Kind.DUPLICATED: 0.02}, at={Kind.PHONE_OFF: [moment]})
    plan.attach(telegram)
    task = asyncio.create_task(plan.run(clock.wait_until))      # its owner cancels and awaits it
    ...
    plan.calm()            # nothing goes wrong any more, phones are on: let everything settle
    assert not plan.missing

A rate is a probability for each call, update, or act of a person. It is drawn from the seed, the method, the
chat and how manieth such call this is, so that it does not depend on who was faster. A time means: at the
first occasion from then on (for what loses the answer of a call that was carried out: the first send, edit or
answer to a tap that takes effect).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rehearsal.telegram.callfaults import CallFaults
from rehearsal.telegram.faultkinds import (
    AFTER_KINDS,
    ALL_KINDS,
    CALL_KINDS,
    PHONE_KINDS,
    UPDATE_KINDS,
    Kind,
    Sizes,
    unit,
)
from rehearsal.telegram.lots import Lots
from rehearsal.telegram.observing import Gone, Observer
from rehearsal.telegram.people import Phone
from rehearsal.telegram.phonefaults import AT_LAST, PhoneFaults
from rehearsal.telegram.record import CallRecord
from rehearsal.telegram.server import Telegram
from rehearsal.telegram.timetable import Timetable, WaitUntil
from rehearsal.telegram.updatefaults import UpdateFaults
from rehearsal.telegram.updates import Pending
from rehearsal.telegram.world import World

_TRY_AGAIN = timedelta(seconds=10)
_SOON = timedelta(seconds=1)
_NAMES = frozenset(Kind)


class FaultPlan(Observer):
    """What goes wrong with one local Telegram; the module's docstring says how it is used.

    rates and at: by kind. spare: methods nothing happens to. phones: whose phones may be slow or off, or
    blocked (all, if None). allowed: whether a kind may happen now; if not, one that has a time of its own
    waits. retention: event time that undelivered updates are kept.
    given counts each kind when it has happened, carried_out those calls among them that took effect.
    ValueError for rates that are none, and for EXPIRED, which cannot be drawn.
    """

    def __init__(
        self,
        seed: int,
        *,
        rates: Mapping[Kind, float] | None = None,
        at: Mapping[Kind, Sequence[datetime]] | None = None,
        sizes: Sizes | None = None,
        spare: Collection[str] = (),
        phones: Callable[[Phone], bool] | None = None,
        allowed: Callable[[Kind, datetime], bool] | None = None,
        retention: timedelta | None = None,
    ) -> None:
        self.rates = dict(rates or {})
        self.at = {kind: tuple(sorted(times)) for kind, times in (at or {}).items() if times}
        if Kind.EXPIRED in self.rates or Kind.EXPIRED in self.at:
            raise ValueError("what expires is decided by `retention`")
        for group in (CALL_KINDS, UPDATE_KINDS, PHONE_KINDS):
            drawn = [self.rates.get(kind, 0.0) for kind in group]
            if min(drawn) < 0 or sum(drawn) > 1:
                raise ValueError("the rates of what can befall one call, update or act are 0 to 1 in all")
        self.carried_out: Counter[Kind] = Counter()
        self._seed = seed
        self._spare = spare
        self._suits = phones or (lambda phone: True)
        self._retention = retention
        # Phones have times of their own; calls and updates are only asked when there is one.
        asked = {kind: times for kind, times in self.at.items() if kind not in PHONE_KINDS}
        self._lots = Lots(seed, self.rates, asked, sizes or Sizes(), allowed or (lambda kind, now: True))
        self._parts: tuple[World, CallFaults, UpdateFaults, PhoneFaults, Timetable] | None = None

    @classmethod
    def each_once(
        cls,
        seed: int,
        start: datetime,
        end: datetime,
        *,
        kinds: Collection[Kind] = ALL_KINDS,
        times: int = 1,
        **more: Any,
    ) -> "FaultPlan":
        """Each kind so many times, at times drawn between start and end; more: as for the plan itself.

        Phones are slow or off in the first half, to be right again at the end.
        """
        at = {
            kind: [
                start + (end - start) * unit(seed, "when", kind, number) * (0.5 if kind in PHONE_KINDS else 1)
                for number in range(times)
            ]
            for kind in kinds
        }
        return cls(seed, at=at, **more)

    def attach(self, telegram: Telegram) -> None:
        """Let things go wrong with this Telegram from now on. Once, and with one only."""
        assert self._parts is None, "a plan is for one Telegram"
        world = telegram.world
        timetable = Timetable(world.now)
        phones = PhoneFaults(self._lots, world, timetable, self._suits)
        calls = CallFaults(self._lots, world, phones, self._spare)
        updates = UpdateFaults(self._lots, world)
        self._parts = (world, calls, updates, phones, timetable)
        if self._retention is not None:
            world.updates.retention = self._retention
        telegram.intercept = calls.intercept
        telegram.deliverer.fault = updates.delivery
        telegram.deliverer.happened = updates.happened
        world.updates.arrange = updates.arrange
        telegram.observe(self)
        for kind in PHONE_KINDS:
            for when in self.at.get(kind, ()):
                self._phone_at(kind, when)

    async def run(self, wait_until: WaitUntil | None = None) -> None:
        """Do what is due at times of the event, for as long as the task lives.

        wait_until returns when the event's time has come; without it the clock is looked at now and then.
        """
        _, _, _, phones, timetable = self._attached
        async with asyncio.TaskGroup() as group:
            group.create_task(timetable.run(wait_until))
            group.create_task(phones.late.run(wait_until))

    def tick(self) -> None:
        """Do what is due now; for whoever does not `run`."""
        _, _, _, phones, timetable = self._attached
        timetable.tick()
        phones.late.tick()

    def relent(self) -> None:
        """Phones are on, people are back, what was late arrives; then things go wrong again."""
        self._attached[3].calm()

    def calm(self) -> None:
        """From now on nothing goes wrong; phones are on, people are back, what was late arrives."""
        _, _, updates, phones, timetable = self._attached
        self._lots.calm = True
        updates.calm()
        phones.calm()
        timetable.tick(AT_LAST)

    @property
    def given(self) -> Counter[Kind]:
        """How often each kind has happened."""
        return self._lots.given

    @property
    def missing(self) -> list[Kind]:
        """What the plan provides for and has not happened yet."""
        wanted = {kind for kind, rate in self.rates.items() if rate > 0} | self.at.keys()
        return [kind for kind in ALL_KINDS if kind in wanted and not self.given[kind]]

    def report(self) -> dict[str, Any]:
        """All figures, as JSON.

        while_throttled: calls to a chat made before its retry_after was over (some were on their way).
        acts_waited and acts_late: what people did on phones that were off, or slow.
        """
        _, calls, _, phones, _ = self._attached
        return {
            "given": {str(kind): self.given[kind] for kind in Kind if self.given[kind]},
            "carried_out": {str(kind): self.carried_out[kind] for kind in Kind if self.carried_out[kind]},
            "missing": [str(kind) for kind in self.missing],
            "while_throttled": calls.while_throttled,
            "acts_waited": phones.acts_waited,
            "acts_late": phones.acts_late,
        }

    # --- what it watches -------------------------------------------------------------------------------

    def called(self, call: CallRecord) -> None:
        """Count what was given."""
        if call.fault in _NAMES:
            kind = Kind(call.fault)
            if kind in AFTER_KINDS and not call.carried_out:
                # The call would have been refused anyway: it says nothing about what is in flight.
                if kind in self.at:
                    self._lots.put_back(kind, call.at + _TRY_AGAIN)
                return
            self.given[kind] += 1
            self.carried_out[kind] += call.carried_out

    def queued(self, update: Mapping[str, Any], pending: Pending) -> None:
        """Draw what befalls this update, and the phone it came from."""
        if self._lots.calm:
            return
        world, _, updates, phones, _ = self._attached
        key = (pending.kind, pending.chat)
        self._lots.counts[key] += 1
        updates.queued(pending, self._lots.counts[key])
        phone = world.phones.get(pending.chat)
        if pending.kind == "my_chat_member" or not phones.may(phone):
            return
        lot = unit(self._seed, "act", *key, self._lots.counts[key])
        kind = self._lots.drawn(PHONE_KINDS, lot, pending.at, lambda kind: True)
        if kind is not None:
            # A moment later: the act itself is still under way.
            self._phone_at(kind, pending.at + _SOON, phone)

    def gone(self, pending: Pending, why: Gone) -> None:
        """An update left the queue."""
        self._attached[2].gone(pending, why)
        if why == "expired":
            self.given[Kind.EXPIRED] += 1

    def _phone_at(self, kind: Kind, when: datetime, phone: Phone | None = None) -> None:
        world, _, _, phones, timetable = self._attached

        def start() -> None:
            if self._lots.calm:
                return
            who = phone or phones.somebody(kind, when)
            if who is not None and phones.may(who) and self._lots.allowed(kind, world.now()):
                phones.start(kind, who)
            elif phone is None:
                timetable.at(world.now() + _TRY_AGAIN, start)

        timetable.at(when, start)

    @property
    def _attached(self) -> tuple[World, CallFaults, UpdateFaults, PhoneFaults, Timetable]:
        assert self._parts is not None, "attach() comes first"
        return self._parts
