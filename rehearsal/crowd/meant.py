"""What everybody meant: kept while the crowd acts, to be compared with what the bot has in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rehearsal.crowd.proposing import Proposal, propose, spread

if TYPE_CHECKING:
    from datetime import datetime

    from rehearsal.crowd.hands import Hands
    from rehearsal.crowd.plan import Plan
    from rehearsal.crowd.sheets import Paper
    from rehearsal.programme import Programme


@dataclass
class Contribution:
    """Something a person wrote, or (person None) a note for a table.

    strategy and question are None where there was none to write about.
    """

    person: int | None
    table: str
    session: int
    strategy: str | None
    question: str | None
    text: str
    withdrawn: bool = False


@dataclass
class Runoff:
    """A run-off: what it is about, what each person chooses (by id), the hands of people without a phone."""

    strategies: tuple[str, ...]
    places: int
    choices: dict[int, str]
    hands: Counter[str]

    @property
    def counts(self) -> dict[str, int]:
        """The choices for each strategy."""
        taps = Counter(self.choices.values())
        return {code: taps[code] + self.hands[code] for code in self.strategies}


@dataclass
class GatheredMeant:
    """What who facilitates made of a table's contributions, all by their numbers, and its syntheses in order.

    merged: into which each was merged. plenary: those that are marked.
    """

    hidden: list[str] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    plenary: list[str] = field(default_factory=list)
    syntheses: list[str] = field(default_factory=list)


@dataclass
class TableMeant:
    """What was done at a table about its paper, its priorities and contributions, and which strategy is on.

    sheets: those that stand, by number. won: who got a place by run-off or draw, once the tie is settled.
    reopened: the phases that were opened again, and when. together: how often two took the same step at once.
    """

    sheets: dict[int, tuple[str, ...]] = field(default_factory=dict)
    handed_in: int | None = None
    runoff: Runoff | None = None
    won: list[str] = field(default_factory=list)
    settled: bool = False
    chosen: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    confirmed: bool = False
    strategy_on: str | None = None
    put_on: list[str] = field(default_factory=list)
    reopened: dict[str, datetime] = field(default_factory=dict)
    together: int = 0
    gathered: GatheredMeant = field(default_factory=GatheredMeant)


@dataclass
class ThemesMeant:
    """What the regia made of the themes, all by their numbers.

    names: what themes are called. places: where contributions were put. gone: themes that were merged into
    others. plenary: themes that are marked.
    """

    names: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    plenary: list[str] = field(default_factory=list)


class Meant:
    """The record. `problems` are sentences about what a person saw that should not have been."""

    def __init__(self, programme: Programme, plan: Plan) -> None:
        self._programme = programme
        self._plan = plan
        self.contributions: list[Contribution] = []
        self.tables = {table.code: TableMeant() for table in programme.tables}
        self.themes = ThemesMeant()
        self.problems: list[str] = []

    def ballot(self, person: int) -> tuple[str, ...]:
        """The dots that somebody means to have in the end."""
        return self._plan.ballots[person]

    def paper(self, table: str) -> Paper | None:
        """The paper of a table; None when it has none."""
        return self._plan.paper.get(table)

    def tally(self, table: str) -> Counter[str]:
        """The dots that a table means to have on its strategies: of its people, and of the sheets so far."""
        found: Counter[str] = Counter()
        for person in self._plan.participants:
            if person.table == table:
                found.update(self._plan.ballots[person.id])
        for codes in self.tables[table].sheets.values():
            found.update(codes)
        return found

    def channels(self, table: str) -> dict[str, int]:
        """Ballots with a dot, by whose hands filled them in."""
        cast = [one for one in self._plan.participants if one.table == table and self._plan.ballots[one.id]]
        helped = sum("helped" in one.traits for one in cast)
        on_paper = sum(bool(codes) for codes in self.tables[table].sheets.values())
        return {"app": len(cast) - helped, "assisted": helped, "paper": on_paper}

    def proposal(self, table: str) -> Proposal:
        """What the bot should propose for a table."""
        programme, meant = self._programme, self.tables[table]
        most, floor = programme.priorities_most, programme.priority_floor
        found = propose(self.tally(table), most, programme.strategies, floor)
        return Proposal((*found.undisputed, *meant.won), (), 0) if meant.settled else found

    def begin_runoff(self, table: str, there: list[int]) -> Runoff:
        """Who of those there chooses what, and what the people on paper raise their hands for."""
        proposal, paper = self.proposal(table), self.paper(table)
        hands = 0 if paper is None else paper.people
        choices = spread(proposal.tied, proposal.places, len(there) + hands)
        found = Runoff(
            proposal.tied,
            proposal.places,
            dict(zip(sorted(there), choices, strict=False)),
            Counter(choices[len(there) :]),
        )
        self.tables[table].runoff = found
        return found

    def priorities(self, table: str) -> list[str]:
        """What the table's priorities should be, in the event's order."""
        proposal, meant = self.proposal(table), self.tables[table]
        kept = [code for code in proposal.undisputed if code not in meant.dropped]
        if meant.confirmed:
            kept += meant.chosen
        return sorted(kept, key=self._programme.strategies.index)

    def to_json(self, hands: dict[int, Hands]) -> dict[str, Any]:
        """Everything, in an order that real time has no part in."""
        people = []
        for person in self._plan.participants:
            mine = hands[person.id]
            people.append(
                {
                    "id": person.id,
                    "table": mine.table,
                    "zone": person.zone if mine.table == person.table else person.first_zone,
                    "language": person.reads,
                    "ballot": list(self._plan.ballots[person.id]),
                    "channel": "assisted" if "helped" in person.traits else "app",
                    "reachable": mine.reachable,
                    "traits": sorted(person.traits),
                }
            )
        written = [one for one in self.contributions if one.person is not None]
        notes = [one for one in self.contributions if one.person is None]
        return {
            "seed": self._plan.seed,
            "people": people,
            "tables": {
                code: {
                    "registered": sum(one["table"] == code for one in people),
                    "voted": sum(self.channels(code).values()),
                    "channels": self.channels(code),
                    "sheets": {str(number): list(codes) for number, codes in sorted(meant.sheets.items())},
                    "handed_in": meant.handed_in,
                    "runoff": None if meant.runoff is None else meant.runoff.counts,
                    "dots": dict(sorted(self.tally(code).items())),
                    "priorities": self.priorities(code),
                    "ties": [] if meant.confirmed else list(self.proposal(code).tied),
                    "put_on": meant.put_on,
                    "together": meant.together,
                    "gathered": vars(meant.gathered),
                    "contributions": sum(one.table == code and not one.withdrawn for one in written),
                    "notes": sum(one.table == code for one in notes),
                }
                for code, meant in self.tables.items()
            },
            "contributions": [vars(one) for one in sorted(written, key=lambda one: one.person or 0)],
            "notes": [vars(one) for one in sorted(notes, key=lambda one: (one.table, one.session, one.text))],
            "themes": vars(self.themes),
            "problems": self.problems,
        }
