"""The crowd: everybody's phone, the plan, the loop that makes it happen, and what was meant by it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from rehearsal.crowd.conducting import Conducting
from rehearsal.crowd.curating import Curating
from rehearsal.crowd.engine import Engine
from rehearsal.crowd.entering import Entering
from rehearsal.crowd.gathering import Gathering
from rehearsal.crowd.hands import PATIENCE_SECONDS, Hands, NoAnswer
from rehearsal.crowd.kills import choose
from rehearsal.crowd.meant import Meant
from rehearsal.crowd.participating import Participating
from rehearsal.crowd.reading import newest, place_asked
from rehearsal.crowd.settling import Settling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from rehearsal.crowd.engine import Act, Keeper
    from rehearsal.crowd.kills import Kill
    from rehearsal.crowd.plan import Plan
    from rehearsal.crowd.sentences import Sentences
    from rehearsal.programme import Programme
    from rehearsal.telegram import Telegram

GIVING_UP_SECONDS = 10.0
"""Real seconds after which people who only play along give up."""

PATIENCE_IN_TROUBLE_SECONDS = 90.0
"""Real seconds for which people wait for an answer while everything goes wrong."""

RUSH_SECONDS = 0.03
"""Real seconds between everybody acting at once and the kill: some are being handled, most wait."""


class Crowd:
    """Plays a plan on a local Telegram.

    `on_kill(name)` is told when the bot is to be killed. forgiving: other people play along, and who does not
    find what they expected gives that act up; otherwise the run ends with it. troubled: much goes wrong on
    purpose, so people are patient.
    """

    def __init__(
        self,
        programme: Programme,
        plan: Plan,
        telegram: Telegram,
        keeper: Keeper,
        sentences: Sentences,
        *,
        kill_at: Sequence[str] = (),
        on_kill: Callable[[str], None] = lambda name: None,
        forgiving: bool = False,
        troubled: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keeper = keeper
        self._on_kill = on_kill
        self._forgiving = forgiving
        self._left: set[str] = set()
        self._patience = GIVING_UP_SECONDS if forgiving else PATIENCE_SECONDS
        if troubled:
            self._patience = PATIENCE_IN_TROUBLE_SECONDS
        self.plan = plan
        self.meant = Meant(programme, plan)
        self.hands = {
            person.id: Hands(
                person,
                telegram.phone(person.id, person.first_name, person.last_name, person.language),
                patience=self._patience,
                monotonic=monotonic,
            )
            for person in plan.people.values()
        }
        self._participating = participating = Participating(programme, plan.seed, sentences, self.meant)
        conducting = Conducting(programme, plan.seed, sentences, self.meant, self.hands, troubled=troubled)
        self._acts = {
            **participating.acts,
            **conducting.acts,
            **Entering(programme, self.meant, self.hands, conducting).acts,
            **Curating(self.meant).acts,
            **Gathering(plan.seed, sentences, self.meant, conducting).acts,
            **Settling(plan.seed, self.meant, self.hands, conducting).acts,
        }
        self._engine = Engine(keeper, plan.acts, self._perform, monotonic=monotonic)
        self._kills = [choose(programme, plan.acts, name) for name in kill_at]
        self.killed: list[str] = []

    @property
    def unanswered(self) -> datetime | None:
        """The planned time of the earliest act that is due and not answered."""
        return self._engine.unanswered

    @property
    def planned(self) -> datetime | None:
        """The planned time of the earliest act that is not due yet."""
        return self._engine.planned

    async def run(self) -> None:
        """Play the plan to its end. Raises `NoAnswer` when somebody waited in vain."""
        try:
            async with asyncio.TaskGroup() as group:
                killing = [group.create_task(self._kill(kill)) for kill in self._kills]
                await self._engine.run()
                for task in killing:
                    task.cancel()
        except BaseExceptionGroup as failures:
            raise _first(failures) from failures

    def counts(self) -> dict[str, Any]:
        """How far it is: people registered, acts under way, acts that wait for others, acts done."""
        sitting = sum(
            1 for one in self.hands.values() if one.table is not None and one.person.role == "participant"
        )
        return {
            "registered": sitting,
            "acting": self._engine.acting,
            "waiting": self._engine.waiting,
            "acts": f"{self._engine.done}/{self._engine.total}",
        }

    def leave(self, table: str) -> None:
        """Somebody who plays along leads this table from now on; its facilitators of the plan do no more."""
        self._left.add(table)

    def stuck(self) -> str | None:
        """Who has been at one act for so long that something is wrong, though each answer came in time."""
        longest = self._engine.longest()
        if longest is None or longest[1] < 4 * max(self._patience, PATIENCE_SECONDS):
            return None
        act, seconds = longest
        return f"{self.hands[act.who].person.name} has been at {act.do} for {seconds:.0f} s"

    async def _perform(self, act: Act) -> None:
        if self._is_left_out(act):
            return
        self._participating.look(self.hands[act.who])
        try:
            await self._acts[act.do](self.hands[act.who], act)
        except (NoAnswer, AssertionError) as failure:
            if not self._forgiving:
                raise
            self.meant.problems.append(f"{self.hands[act.who].person.name} gave {act.do} up: {failure}")

    def _is_left_out(self, act: Act) -> bool:
        """Whether, at a table that was left, it is not up to the plan, or there is nothing to do it with."""
        if act.tables.isdisjoint(self._left):
            return False
        hands = self.hands[act.who]
        match act.do.partition(".")[0]:
            case "lead" | "runoff" | "gather":
                return True
            case "ballot":
                return hands.ballot() is None
            case "talk":
                return newest(hands.phone, place_asked) is None
            case _:
                return False

    async def _kill(self, kill: Kill) -> None:
        await self._keeper.wait_until(kill.at)
        self._engine.rush(kill.rush, kill.until)
        await asyncio.sleep(RUSH_SECONDS)
        self.killed.append(kill.name)
        self._on_kill(kill.name)


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The failure to speak of: who waited in vain before anything that only followed."""
    found: list[BaseException] = []

    def gather(group: BaseExceptionGroup[BaseException]) -> None:
        for failure in group.exceptions:
            if isinstance(failure, BaseExceptionGroup):
                gather(failure)
            else:
                found.append(failure)

    gather(failures)
    return next((failure for failure in found if isinstance(failure, NoAnswer)), found[0])
