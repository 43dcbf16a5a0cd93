"""What everybody meant: kept while the crowd acts, to be compared with what the bot has in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rehearsal.crowd.hands import Hands
    from rehearsal.crowd.plan import Plan
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


@dataclass(frozen=True)
class Proposal:
    """What the dots of a table say: the undisputed, and the tied for so many places."""

    undisputed: tuple[str, ...]
    tied: tuple[str, ...]
    places: int


def propose(tally: Counter[str], most: int, order: Sequence[str], floor: int = 1) -> Proposal:
    """The most voted, at most `most`, each with `floor` dots, and a tie at the cut as it is.

    `order` only arranges equals.
    """
    ranked = sorted((code for code in order if tally[code] >= floor), key=lambda code: -tally[code])
    if len(ranked) <= most:
        return Proposal(tuple(ranked), (), 0)
    cut = tally[ranked[most - 1]]
    if tally[ranked[most]] < cut:
        return Proposal(tuple(ranked[:most]), (), 0)
    above = tuple(code for code in ranked if tally[code] > cut)
    return Proposal(above, tuple(code for code in ranked if tally[code] == cut), most - len(above))


@dataclass
class TableMeant:
    """What a table's facilitator did about the priorities, and which strategy is on."""

    chosen: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    confirmed: bool = False
    strategy_on: str | None = None
    put_on: list[str] = field(default_factory=list)


class Meant:
    """The record. `problems` are sentences about what a person saw that should not have been."""

    def __init__(self, programme: Programme, plan: Plan) -> None:
        self._programme = programme
        self._plan = plan
        self.contributions: list[Contribution] = []
        self.tables = {table.code: TableMeant() for table in programme.tables}
        self.problems: list[str] = []

    def tally(self, table: str) -> Counter[str]:
        """The dots that the people of a table mean to have on its strategies."""
        found: Counter[str] = Counter()
        for person in self._plan.participants:
            if person.table == table:
                found.update(self._plan.ballots[person.id])
        return found

    def proposal(self, table: str) -> Proposal:
        """What the bot should propose for a table."""
        programme = self._programme
        most, floor = programme.priorities_most, programme.priority_floor
        return propose(self.tally(table), most, programme.strategies, floor)

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
                    "voted": sum(one["table"] == code and bool(one["ballot"]) for one in people),
                    "dots": dict(sorted(self.tally(code).items())),
                    "priorities": self.priorities(code),
                    "ties": [] if meant.confirmed else list(self.proposal(code).tied),
                    "put_on": meant.put_on,
                    "contributions": sum(one.table == code and not one.withdrawn for one in written),
                    "notes": sum(one.table == code for one in notes),
                }
                for code, meant in self.tables.items()
            },
            "contributions": [vars(one) for one in sorted(written, key=lambda one: one.person or 0)],
            "notes": [vars(one) for one in sorted(notes, key=lambda one: (one.table, one.session, one.text))],
            "problems": self.problems,
        }
