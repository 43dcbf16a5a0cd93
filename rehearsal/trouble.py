"""All that goes wrong in a rehearsal with `--faults`: Telegram, phones, kills, a full disk, a wrong clock.

Telegram and the phones fail by a `FaultPlan` in here. The bot is killed, and its disk filled, by the
supervisor, which is asked (`kill`, `disk` on the wire) and says when it was done. Kills come at random among
the bot's calls, for these are the moments that matter: between a change and its answer, in the middle of a
broadcast, at the start.

Nothing is to fail so that the agenda cannot go on: what asks the bot to wait beyond the next moment of the
programme is not given just before it, and phones come back where the crowd waits for their owners alone.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from rehearsal.clock import Pace
from rehearsal.telegram import Accounting, Double, FaultPlan, Kind, Observer, Sizes, Webhooks

if TYPE_CHECKING:
    from datetime import datetime

    from rehearsal.clock import Clock
    from rehearsal.crowd.crowd import Crowd
    from rehearsal.programme import Programme
    from rehearsal.telegram import CallRecord, Phone, SentMessage, Telegram
    from rehearsal.wire import Wire

RATES: Final = {
    Kind.THROTTLED: 0.004,
    Kind.EDITS_THROTTLED: 0.0004,
    Kind.ERROR_500: 0.004,
    Kind.BAD_GATEWAY: 0.003,
    Kind.BAD_GATEWAY_AFTER: 0.002,
    Kind.HANG_BEFORE: 0.002,
    Kind.HANG_AFTER: 0.002,
    Kind.RESET_BEFORE: 0.003,
    Kind.RESET_AFTER: 0.003,
    Kind.TRUNCATED: 0.003,
    Kind.TOO_OLD: 0.004,
    Kind.BLOCKED: 0.001,
    Kind.DUPLICATED: 0.02,
    Kind.REORDERED: 0.02,
    Kind.SLOW_PHONE: 0.0005,
    Kind.PHONE_OFF: 0.0005,
}
"""How often what happens: for each call, update, or act of a person."""

CALLS_A_PERSON: Final = 60
"""Calls that the bot makes at least for each person of the crowd: kills are spread over so many."""

CLEAR: Final = timedelta(seconds=20)
"""Event time before a moment of the programme in which nothing makes the bot wait."""

KILL_WITHIN: Final = 0.03
"""Real seconds after the call that was chosen within which the bot is killed."""

FULL_SECONDS: Final = 3.0
"""Real seconds for which the disk is full."""

HELD_SECONDS: Final = 1.0
"""Real seconds for which time stands still before phones that are off come on again."""

SPARE: Final = ("getMe",)
"""What always goes well, or the bot could not start."""

WEBHOOKS_IN_TROUBLE: Final = Webhooks(order="any", first_pause=0.05, longest_pause=1.0)
"""Deliveries in any order, and soon again: the bot is killed often."""

PACE_IN_TROUBLE: Final = Pace(patience=timedelta(seconds=45))
"""Who was held up by a kill or a hang still comes to it before the agenda goes on."""

KEPT_FOR: Final = timedelta(hours=24)
"""Event time for which Telegram keeps what nobody fetches."""

STRANGER: Final = 900_000_001
"""Who wrote the day before, when no bot ran, and never again: nobody of the crowd."""

AHEAD: Final = timedelta(hours=1)
WRONG_FOR: Final = timedelta(minutes=2)
"""By how much the bot's clock is wrong, and for how long."""


@dataclass(frozen=True)
class Wanted:
    """What is to go wrong. each_once: each kind of fault twice, at set times, instead of by `RATES`."""

    seed: int
    people: int
    kills: int
    each_once: bool = False


class Trouble(Observer):
    """Made before the crowd acts; `run` is a task that its owner cancels."""

    def __init__(
        self, wanted: Wanted, programme: Programme, telegram: Telegram, clock: Clock, wire: Wire
    ) -> None:
        self._programme = programme
        self._telegram = telegram
        self._clock = clock
        self._wire = wire
        self._random = Random(f"{wanted.seed} trouble")
        self._crowd: Crowd | None = None
        self._calls = 0
        self._killing: asyncio.TimerHandle | None = None
        self.killed = 0
        self.jumps = 0
        self.disk_full = 0
        calls = wanted.people * CALLS_A_PERSON
        self._kill_at = sorted(self._random.sample(range(20, max(calls, wanted.kills + 21)), wanted.kills))
        self.accounting = Accounting(telegram)
        self.plan = self._plan(wanted)
        self.plan.attach(telegram)
        telegram.observe(self)
        self._let_somebody_have_written()

    def _plan(self, wanted: Wanted) -> FaultPlan:
        sizes = Sizes(hang=(0.5, 2.0))
        start, end = self._programme.moments[0][0], self._programme.closing - timedelta(minutes=15)
        more: dict[str, Any] = {
            "sizes": sizes,
            "spare": SPARE,
            "phones": _knows_the_bot,
            "allowed": self._allowed,
            "retention": KEPT_FOR,
        }
        if wanted.each_once:
            return FaultPlan.each_once(wanted.seed, start, end, times=2, **more)
        return FaultPlan(wanted.seed, rates=RATES, **more)

    def _allowed(self, kind: Kind, at: datetime) -> bool:
        """Whether what this asks of the bot, or of a person, is over before the next moment."""
        left = self._programme.deadline_after(at) - at
        match kind:
            case Kind.EDITS_THROTTLED:
                return left > timedelta(seconds=200) + CLEAR
            case Kind.HANG_BEFORE | Kind.HANG_AFTER | Kind.TOO_OLD | Kind.DUPLICATED | Kind.REORDERED:
                return True
            case _:
                return left > CLEAR

    def _let_somebody_have_written(self) -> None:
        """A message that is too old for Telegram to give it to anybody, the first thing in the queue.

        Whatever the crowd does is fetched long before.
        """
        at = self._clock.now() - KEPT_FOR - timedelta(hours=1)
        who = {"id": STRANGER, "is_bot": False, "first_name": "Ieri"}
        message = {
            "message_id": 1,
            "date": int(at.timestamp()),
            "chat": {"id": STRANGER, "type": "private", "first_name": "Ieri"},
            "from": who,
            "text": "C'è qualcuno?",
        }
        self._telegram.world.updates.add("message", message, STRANGER, at)

    async def run(self, crowd: Crowd) -> None:
        """Let it go wrong for as long as the task lives."""
        self._crowd = crowd
        async with asyncio.TaskGroup() as group:
            group.create_task(self.plan.run(self._clock.wait_until))
            group.create_task(self._relent())
            group.create_task(self._set_clock_wrong())
            group.create_task(self._fill_disk())

    def calm(self) -> None:
        """From now on nothing goes wrong."""
        self._kill_at.clear()
        self.plan.calm()

    def report(self) -> dict[str, Any]:
        """All figures, as JSON."""
        doubles = [double for double in self.accounting.doubles if not self._is_meant(double)]
        return {
            "kills": self.killed,
            "jumps": self.jumps,
            "disk_full": self.disk_full,
            **self.plan.report(),
            **self.accounting.summary(),
            "doubles": len(doubles),
            "doubles_unexplained": sum(not double.in_flight for double in doubles),
            "unexplained": [
                f"{double.chat_id} {double.method} at {self._programme.local(double.first.at)} and "
                f"{self._programme.local(double.second.at)}: {str(double.second.params.get('text'))[:60]!r}"
                for double in doubles
                if not double.in_flight
            ],
        }

    def _is_meant(self, double: Double) -> bool:
        """Whether a table was opened again in between: what ends twice is told twice, in the same words."""
        hands = None if self._crowd is None else self._crowd.hands.get(double.chat_id)
        if self._crowd is None or hands is None:
            return False
        # The regia hears of all tables.
        tables = self._crowd.meant.tables
        concerned = [tables[hands.table]] if hands.table is not None else tables.values()
        times = [at for one in concerned for at in one.reopened.values()]
        return any(double.first.at < at <= double.second.at for at in times)

    # --- kills -----------------------------------------------------------------------------------------

    def called(self, call: CallRecord) -> None:
        """Count the bot's calls; after the chosen ones it is killed."""
        self._calls += 1
        if self._killing is not None or not self._kill_at or self._calls < self._kill_at[0]:
            return
        del self._kill_at[0]
        loop = asyncio.get_running_loop()
        self._killing = loop.call_later(self._random.uniform(0, KILL_WITHIN), self._kill)

    def _kill(self) -> None:
        self._wire.say(kill=self._programme.local(self._clock.now()))

    def was_killed(self) -> None:
        """The supervisor has killed the bot just now."""
        self.killed += 1
        self._killing = None
        self.accounting.killed()

    # --- the rest --------------------------------------------------------------------------------------

    async def _set_clock_wrong(self) -> None:
        """An hour forth and back: while people arrive, over the time at which Session 1 opens."""
        at = self._programme.session1 - AHEAD + timedelta(minutes=5)
        await self._clock.wait_until(max(at, self._programme.moments[0][0] + timedelta(minutes=2)))
        self._clock.set_wrong(AHEAD.total_seconds())
        self.jumps += 1
        await self._clock.wait_until(self._clock.now() + WRONG_FOR)
        self._clock.set_wrong(0.0)
        self.jumps += 1

    async def _fill_disk(self) -> None:
        """Full once, in the middle of the voting."""
        programme = self._programme
        await self._clock.wait_until(
            programme.session1 + (programme.priorities - programme.session1) * self._random.uniform(0.2, 0.6)
        )
        self._wire.say(disk="full")
        await asyncio.sleep(FULL_SECONDS)
        self._wire.say(disk="free")
        self.disk_full += 1

    async def _relent(self) -> None:
        """Phones come on again where all others wait for their owners."""
        stood: tuple[datetime, float] | None = None
        while True:
            await asyncio.sleep(HELD_SECONDS / 4)
            now = self._clock.now()
            if stood is None or now - stood[0] > timedelta(milliseconds=1):
                stood = (now, time.monotonic())
            elif time.monotonic() - stood[1] > HELD_SECONDS and self._waits_for_people():
                self.plan.relent()
                stood = None

    def _waits_for_people(self) -> bool:
        assert self._crowd is not None, "run() was given one"
        return self._clock.connected and self._crowd.unanswered is not None


def _knows_the_bot(phone: Phone) -> bool:
    """Whether they would come back: who blocks a bot they have never heard of begins anew, if at all."""
    return any(message.from_bot for message in phone.messages)


def shown_on_phones(telegram: Telegram) -> dict[str, Any]:
    """What every phone and channel shows of the bot's, by chat id, as JSON.

    Each is {"reachable": bool, "messages": [{"id", "text", "rows": [[{"text", "data", "url"}]]}]}.
    """
    found = {
        str(phone.id): {
            "reachable": phone.started and not phone.blocked,
            "messages": [_message(one) for one in phone.messages if one.from_bot],
        }
        for phone in telegram.phones.values()
    }
    for channel in telegram.world.channels.values():
        found[str(channel.id)] = {"reachable": True, "messages": [_message(one) for one in channel.posts]}
    return found


def _message(message: SentMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "text": message.shown,
        "rows": [
            [{"text": one.text, "data": one.callback_data, "url": one.url} for one in row]
            for row in message.keyboard
        ],
    }
