"""Figures read from the database at one moment, as the charts and the reports want them.

Pure data: `participation/summary.py` fills these, `charts/` and `reports/` show them. Codes (of tables,
zones, strategies, questions) are those of the event file; `at` is the aware moment in the event's time at
which the figures were read, and is printed with them.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a restitution is read back from JSON by its types
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - as above
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from participation.notices import Dropped, TieTold

PriorityState = Literal["open", "proposed", "confirmed"]


@dataclass(frozen=True, slots=True)
class TableTurnout:
    """How far one table is with voting; the numbers are people.

    `registered` people joined the table, `voting` of them have at least one dot on their ballot,
    `finished` said that they are done (their ballot may be empty); `open` while dots can still be moved.
    """

    table: str
    registered: int
    voting: int
    finished: int
    open: bool


@dataclass(frozen=True, slots=True)
class Turnout:
    """The turnout of every table, in the order of the event file."""

    at: datetime
    tables: tuple[TableTurnout, ...]


@dataclass(frozen=True, slots=True)
class ZoneDots:
    """The dots of the ballots of one zone, whatever the table they were put at.

    `ballots` counts ballots with at least one dot; a strategy that is missing from `dots` has none.
    `withheld` says that the zone has ballots but too few to be shown without telling one person's vote:
    then `dots` is empty, and whoever fills this sees to it that the total gives nothing away either.
    """

    zone: str
    ballots: int
    dots: Mapping[str, int]
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Votes:
    """The dots of the tables that have closed: by zone, and together (`totals`, by strategy).

    `ballots` counts ballots with at least one dot, `tables_closed` the tables they come from. `by_channel`
    says how many came how, as far as that may be told: "app", "assisted", "paper", or several of these joined
    by "+"; empty when there is nothing to tell.
    """

    at: datetime
    zones: tuple[ZoneDots, ...]
    totals: Mapping[str, int]
    ballots: int
    tables_closed: int
    by_channel: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TablePriorities:
    """The priorities of one table.

    `state` is "open" while people vote there, "proposed" when the count is done, "confirmed" when the table
    has chosen. `priorities` are undisputed or chosen strategies, the most voted first; `tied` are those
    that contend for the last `places` places (empty and 0 when none do). `voters` are ballots with a dot.
    `dropped`: what the table left out, and why; `ties`: how it settled them.
    `provisional`: not all sheets of paper are counted.
    """

    table: str
    state: PriorityState
    priorities: tuple[str, ...]
    tied: tuple[str, ...]
    places: int
    voters: int
    dropped: tuple[Dropped, ...] = ()
    ties: tuple[TieTold, ...] = ()
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Priorities:
    """The priorities of every table, in the order of the event file."""

    at: datetime
    tables: tuple[TablePriorities, ...]


@dataclass(frozen=True, slots=True)
class TableContributions:
    """How much one table has contributed in one session.

    `strategy_on` is the strategy under discussion, if any; `by_question` counts what people typed, by the
    code of the question ("" for contributions to no question); `notes` counts the table's own notes;
    `people` counts the people who typed something.
    """

    table: str
    strategy_on: str | None
    by_question: Mapping[str, int]
    notes: int
    people: int


@dataclass(frozen=True, slots=True)
class ContributionCounts:
    """The contributions to one session (1 or 2), table by table in the order of the event file."""

    at: datetime
    session: int
    rows: tuple[TableContributions, ...]


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word or a phrase of two words, with the number of tables and of people it comes from.

    `people` counts only contributions that a person typed: a word from tables' notes alone has none.
    """

    text: str
    tables: int
    people: int


@dataclass(frozen=True, slots=True)
class Keywords:
    """The keywords of one session (1 or 2), the most widespread first, from so many contributions."""

    at: datetime
    session: int
    contributions: int
    words: tuple[Keyword, ...]


@dataclass(frozen=True, slots=True)
class AxisKeywords:
    """The keywords of what was contributed to the strategies of one axis, both sessions together."""

    axis: str
    contributions: int
    words: tuple[Keyword, ...]


@dataclass(frozen=True, slots=True)
class RestitutionTheme:
    """A theme as it is given back.

    `number` is how the regia names it, `title` "" while it has none; `tables` are the codes of those it comes
    from, in the event's order, `axes` those that it touches; `voices`: people, and tables by their notes;
    `plenary`: the regia marked it.
    """

    number: str
    title: str
    keywords: tuple[str, ...]
    recurring: bool
    crosscutting: bool
    tables: tuple[str, ...]
    axes: tuple[str, ...]
    voices: int
    contributions: int
    plenary: bool

    @property
    def single(self) -> bool:
        """Neither recurring nor cross-cutting."""
        return not self.recurring and not self.crosscutting


@dataclass(frozen=True, slots=True)
class SingleVoice:
    """A contribution that fits in no theme: where it was said, on which strategy, and a few words of it.

    It stands for `contributions`: itself, and those that its table found to say the same.
    """

    number: str
    table: str
    strategy: str | None
    words: tuple[str, ...]
    contributions: int = 1


@dataclass(frozen=True, slots=True)
class Restitution:
    """What the event gives back in plenary, as it was at one moment; nothing in it is word for word.

    `until`: what was contributed later is not in it (None: nothing was frozen yet, it is a draft);
    `contributions` and `people` that it comes from, `by_table` how many from each that has any; `unread`:
    contributions whose meaning was not known in time, which are among the voices. `sessions` and `axes` in
    the event's order; `themes` those marked for the plenary first, then the weightiest. `talking`: tables
    where Session 2 went on.
    """

    version: int
    at: datetime
    until: datetime | None
    contributions: int
    people: int
    by_table: Mapping[str, int]
    talking: tuple[str, ...]
    unread: int
    sessions: tuple[Keywords, ...]
    axes: tuple[AxisKeywords, ...]
    themes: tuple[RestitutionTheme, ...]
    voices: tuple[SingleVoice, ...]

    def of_kind(self, kind: str) -> tuple[RestitutionTheme, ...]:
        """The themes that are "recurring", "crosscutting" or "single"; one may be of the first two kinds."""
        return tuple(theme for theme in self.themes if getattr(theme, kind))
