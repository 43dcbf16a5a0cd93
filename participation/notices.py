"""What to tell whom, as data: no words, no Telegram.

A notice is what one person (or one audience) is told once: an answer, or a message nobody asked for. It
carries codes, numbers and aware datetimes; `handlers/render` makes the sentence in the person's language.
A notice can rest in the outbox as JSON: `dump` and `load` are each other's inverse.
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from participation.event import Phase


class Role(StrEnum):
    """What a person may do beyond taking part."""

    FACILITATOR = "facilitator"
    ASSISTANT = "assistant"
    VENUE_LEAD = "venue_lead"
    REGIA = "regia"


class Mover(StrEnum):
    """Who moved a table from one phase to the next."""

    AGENDA = "agenda"
    FACILITATOR = "facilitator"
    VENUE_LEAD = "venue_lead"
    REGIA = "regia"


class Notice(BaseModel):
    """The base of all notices: immutable, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def at_rest(self) -> Notice:
        """What is written down of it when it cannot be said at once: all of it, unless it holds a secret."""
        return self

    def until_when(self) -> datetime | None:
        """From when on it is not so any more, and not to be said; None: it may be said whenever."""
        return None


# --- joining -------------------------------------------------------------------------------------------


class Welcome(Notice):
    """The privacy notice in brief, before anything is stored. `payload` is what the deep link carried."""

    payload: str = ""


class AskZone(Notice):
    """Which zone do you take part for? `misread` is what the person typed when it was no zone."""

    misread: str | None = None


class AskTable(Notice):
    """Which of the zone's tables do you sit at?"""

    zone: str
    misread: str | None = None


class AskZoneOfTable(Notice):
    """The table serves several zones: which one is yours?"""

    table: str
    misread: str | None = None


class Registered(Notice):
    """You take part at this table, for this zone; the phase the table is in decides what comes next.

    `again` is true when the person was registered already and asked once more.
    """

    table: str
    zone: str
    phase: Phase
    again: bool = False


class ChangedTable(Notice):
    """You moved to another table; `dots` of your ballot came with you (0: the ballot is empty)."""

    table: str
    zone: str
    phase: Phase
    dots: int


class CannotChangeTable(Notice):
    """The ballot is cast: one of the two tables has closed its Session 1. You stay at `table`."""

    table: str
    closed: str


class TableUnknown(Notice):
    """The link names a table that this event does not have."""

    code: str


class NotRegistered(Notice):
    """What you asked needs a table first."""


class RoleGranted(Notice):
    """The one-time link was good: you now are this, for this table or venue (both None: for the event)."""

    role: Role
    table: str | None
    venue: str | None = None


class InviteRefused(Notice):
    """The one-time link cannot be used. `reason`: "unknown", "used", "expired" or "revoked"."""

    reason: str


# --- information ---------------------------------------------------------------------------------------


class Programme(Notice):
    """The agenda of the event."""


class StrategyList(Notice):
    """All axes and strategies with their full titles."""


class Contacts(Notice):
    """Whom to write to."""


class PrivacyNotice(Notice):
    """The privacy notice."""


class Help(Notice):
    """What can be done now, by role: the tables they facilitate and assist at, the venues they lead.

    `number`: what the regia calls them, once they are registered.
    """

    registered: bool
    facilitates: tuple[str, ...] = ()
    regia: bool = False
    assists: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    number: int | None = None


class AskLanguage(Notice):
    """Which language do you prefer?"""


class LanguageChanged(Notice):
    """From now on in this language."""


class UnknownCommand(Notice):
    """There is no such command; `nearest` is the one they may have meant."""

    command: str
    nearest: str | None = None


class NotAllowed(Notice):
    """The command belongs to a role the person does not have."""

    command: str


# --- dots ----------------------------------------------------------------------------------------------


class DotsRecorded(Notice):
    """The ballot changed (or already was as wished): codes placed, taken away, and how many dots are left."""

    placed: tuple[str, ...]
    taken: tuple[str, ...]
    already: tuple[str, ...] = ()
    left: int
    budget: int
    at: datetime


class NoDotsLeft(Notice):
    """The wish needs more dots than the person has: nothing of it was done. `used` dots are on the ballot."""

    refused: tuple[str, ...]
    used: int
    budget: int


class TooManyOnOne(Notice):
    """More dots on one strategy than the event allows (`most`): nothing was done."""

    strategy: str
    most: int


class UnknownStrategies(Notice):
    """Codes the event does not have, each with the nearest one it has (or None): nothing was done."""

    codes: tuple[str, ...]
    nearest: tuple[str | None, ...]


class BallotNotOpen(Notice):
    """Dots cannot be spent now: the table's Session 1 has not opened yet, or has closed.

    `late`: the person joined after the closing and has no dots on the ballot.
    """

    table: str
    phase: Phase
    dots: tuple[str, ...] = ()


class BallotFinished(Notice):
    """The person said they are done; the ballot can still change until the table closes."""

    used: int
    budget: int


class ButtonOutdated(Notice):
    """A button that means nothing any more (or never did): nothing was done."""


# --- ties, run-offs, draws -----------------------------------------------------------------------------


class Dropped(Notice):
    """A strategy that the table left out, and why, if it said so."""

    strategy: str
    reason: str | None = None


class ZoneLeftOut(Notice):
    """At a table of several zones: none of a zone's first choices (equals, if several) is in."""

    zone: str
    strategies: tuple[str, ...]


class TieTold(Notice):
    """How a tie was settled. `how`: "fewer", "runoff", "draw" or "hand".

    The `strategies` contended for `places` places (of `zone`'s guaranteed ones, if given); `chosen` got one,
    `still_tied` are equal after the run-off, too. `counts`: choices of each in the run-off, empty where they
    would tell on somebody. `commitment` was published before the draw, `secret` and `word` are its seed.
    `reasons`: what the table said of those chosen by hand.
    """

    zone: str | None
    strategies: tuple[str, ...]
    places: int
    after_runoff: bool
    how: str
    chosen: tuple[str, ...]
    still_tied: tuple[str, ...] = ()
    voters: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    commitment: str | None = None
    secret: str | None = None
    word: str | None = None
    reasons: tuple[str, ...] = ()


class TieSettled(Notice):
    """To everyone concerned: a run-off or a draw is done. `pending` are still tied for `places` places."""

    table: str
    tie: TieTold
    pending: tuple[str, ...]
    places: int
    zone: str | None = None


class TieRefused(Notice):
    """A tie could not be settled in this way: nothing was done.

    `reason`: "open" (still voting), "decided", "none" (there is none, or not any more), "runoff" (one is
    open, or was held), "after_runoff" (only fewer or a draw are left), "promised" (a draw is), "no_runoff"
    (none is open), "not_promised" (a draw is published first), "long_word". `at`: since when; `role`: by
    whom.
    """

    table: str
    reason: str
    at: datetime | None = None
    role: Role | None = None


class RunoffOpened(Notice):
    """To who facilitates: the people at the table choose now, until `closes_at`."""

    table: str
    zone: str | None
    strategies: tuple[str, ...]
    places: int
    closes_at: datetime


class RunoffChosen(Notice):
    """The person's choice in a run-off, until `closes_at` to be changed."""

    strategy: str
    closes_at: datetime


class RunoffRefused(Notice):
    """The choice was not counted.

    `reason`: "closed" (`at`), "none" (is open), "elsewhere" (another table's), "unknown" (none of
    `strategies`).
    """

    reason: str
    at: datetime | None = None
    strategies: tuple[str, ...] = ()


class RunoffHands(Notice):
    """Raised hands for each of the tied, as they count now."""

    table: str
    hands: tuple[tuple[str, int], ...]
    closes_at: datetime


class RunoffHandsUnclear(Notice):
    """Raised hands that could not be read: nothing was counted. `strategies` are the tied."""

    table: str
    strategies: tuple[str, ...]
    misread: str


class RunoffCommandUnclear(Notice):
    """`/ballottaggio` could not be read: how it is written."""

    table: str
    misread: str


class RunoffState(Notice):
    """How far an open run-off is: people who chose by phone, and raised hands."""

    closes_at: datetime
    choosing: int
    hands: int


class RunoffScreen(Notice):
    """A run-off as one person sees it, edited in place. `result`: how it ended, None while it is open."""

    runoff: str
    table: str
    zone: str | None
    strategies: tuple[str, ...]
    places: int
    chosen: str | None
    closes_at: datetime
    result: TieTold | None = None


class DrawPromised(Notice):
    """To everyone concerned, before a draw: among which, for how many places, and the secret's hash.

    To who promises it once more: `role` did at `at`.
    """

    table: str
    zone: str | None
    strategies: tuple[str, ...]
    places: int
    commitment: str
    role: Role | None = None
    at: datetime | None = None


class ReasonAsked(Notice):
    """Why was this strategy dropped (or, `dropped` False, chosen among the tied)? It may be skipped."""

    table: str
    strategy: str
    dropped: bool


class ReasonKept(Notice):
    """What was typed is kept as the reason."""

    reason: str


class ReasonSkipped(Notice):
    """No reason, then."""


class ReasonTooLong(Notice):
    """The reason has more characters than `most`: it was not kept."""

    length: int
    most: int


# --- phases and priorities -----------------------------------------------------------------------------


class PhaseMoved(Notice):
    """A table moved to `phase`. To who moved it and to the table's facilitators."""

    table: str
    phase: Phase
    mover: Mover
    at: datetime


class PhaseAlready(Notice):
    """The table entered this phase already, at `at`, moved there by `mover`: nothing was done.

    `now_in`: the phase it is in by now, when it has gone on since.
    """

    table: str
    phase: Phase
    mover: Mover
    at: datetime
    now_in: Phase | None = None


class PhaseRefused(Notice):
    """The step does not lead from where the table is: nothing was done."""

    table: str
    phase: Phase
    wished: Phase


class PhaseCommandUnclear(Notice):
    """`/fase` could not be read: how to write it, what was not understood, and what may have been meant."""

    misread: str
    nearest: str | None = None


class PrioritiesProposed(Notice):
    """To the facilitators of a table that closed: the strategies proposed, and those tied at the cut.

    `by_channel`, `provisional`: as for `PrioritiesDecided`.
    """

    table: str
    proposed: tuple[str, ...]
    tied: tuple[str, ...]
    places: int
    voters: int
    zone: str | None = None
    left_out: tuple[ZoneLeftOut, ...] = ()
    by_channel: tuple[tuple[str, int], ...] = ()
    provisional: bool = False


class PrioritiesDecided(Notice):
    """To everyone at the table and to the regia: the table's priorities.

    `voters`: ballots with at least one dot; `by_channel`: how many came how ("app", "assisted", "paper",
    several of these joined by "+"), empty where that is not told. `pending`: strategies still tied for
    `places` places. `confirmed`: False when the undisputed proposals stand because Session 2 began.
    `zone`: the pending contend for places guaranteed to it. `dropped` and `ties`: what the table left out,
    and how it settled ties. `provisional`: not all sheets of paper are counted.
    """

    table: str
    priorities: tuple[str, ...]
    pending: tuple[str, ...]
    places: int
    voters: int
    confirmed: bool
    zone: str | None = None
    dropped: tuple[Dropped, ...] = ()
    ties: tuple[TieTold, ...] = ()
    by_channel: tuple[tuple[str, int], ...] = ()
    provisional: bool = False


class PrioritiesRefused(Notice):
    """The change could not be done.

    `reason`: "open" (still voting), "decided", "empty" (none kept) or
    "full" (all contested places are given: take one back first) or "unknown" (a strategy that is neither
    proposed nor tied), "unclear" (no strategy was named), "automatic" (the event lets nobody drop), "runoff"
    (one is open), "after_runoff" (only fewer or a draw are left), "promised" (a draw is), "another_tie" (one
    was settled, and the next shows). `at`: since when it is decided, open or promised; `role`: by whom.
    """

    table: str
    reason: str
    at: datetime | None = None
    role: Role | None = None


# --- Session 2 and contributions -----------------------------------------------------------------------


class QuestionAsked(Notice):
    """A question of Session 2 on one strategy. `opened`: the table's strategy was just put on."""

    table: str
    strategy: str
    question: str
    opened: bool = False


class ChooseQuestion(Notice):
    """The four questions of the strategy the person is on, as a choice."""

    strategy: str


class ChooseStrategy(Notice):
    """The strategies of the person's table, as a choice. `misread`: a code that is none of them."""

    table: str
    strategies: tuple[str, ...]
    misread: str | None = None


class NothingOnYet(Notice):
    """Session 2 is (or is not yet) open, but no strategy was put on at the table."""

    table: str
    phase: Phase


class LastQuestion(Notice):
    """There is no question after this one (or before it, with `first`): other strategies, or rest."""

    strategy: str
    question: str
    first: bool = False


class ContributionReceived(Notice):
    """A contribution was kept. In Session 1 there is neither strategy nor question.

    `action`: the plan action it names; `misread`: a code it begins with that is none of the strategy's. Where
    the strategy has actions, `id` and its `number` in the person's list say which one to name one for.
    `late`: it came after the table had closed Session 2. `elsewhere`: the table it was kept for, when it
    answers one that they left. `forwarded`: somebody may have written it elsewhere.
    """

    session: int
    strategy: str | None
    question: str | None
    last: bool = False
    action: str | None = None
    misread: str | None = None
    late: bool = False
    elsewhere: str | None = None
    forwarded: bool = False
    id: str = ""
    number: int = 0


class ContributionEdited(Notice):
    """The contribution now has the new text. `action`, `misread`, `late`: as of one that was received.

    `hidden`: its table hid it, and it stays so until who facilitates shows it again.
    """

    session: int
    strategy: str | None
    question: str | None
    action: str | None = None
    misread: str | None = None
    late: bool = False
    hidden: bool = False


class ContributionEmpty(Notice):
    """Nothing can be seen of what was typed (`edited`: of what a message was edited to): nothing is kept."""

    edited: bool = False


class EditIgnored(Notice):
    """The edited message is no contribution (dots, a command): what was done by it stays as it is.

    `withdrawn`: it is what was withdrawn since.
    """

    withdrawn: bool = False


class ContributionNotOpen(Notice):
    """The text was not kept, for the table collects nothing in this phase."""

    table: str
    phase: Phase


class ContributionWithoutText(Notice):
    """A message without text that could be kept: what to do instead.

    `kind`: "photo", "album", "sticker" and so on, as Telegram calls it; "" for what has no name here; "ours"
    for a message of the bot's that was sent back to it.
    """

    kind: str = ""


class OwnContribution(Notice):
    """One line of a person's list. `number` stays the same when others are withdrawn.

    `hidden`: why the table hid it, None when it did not.
    """

    id: str
    number: int
    session: int
    strategy: str | None
    question: str | None
    text: str
    action: str | None = None
    late: bool = False
    hidden: str | None = None


class OwnContributions(Notice):
    """The person's own contributions, the newest last."""

    items: tuple[OwnContribution, ...]


class ContributionWithdrawn(Notice):
    """A contribution of the person's was withdrawn (`found` False: there was none, or it was already).

    `late`: after its table had closed Session 2.
    """

    found: bool
    late: bool = False


class NoteReceived(Notice):
    """A note of the table was kept. `number`: at the table; 0 in one written before notes had numbers."""

    table: str
    session: int
    strategy: str | None
    number: int = 0


class NoteEmpty(Notice):
    """`/nota` without a text: how to write it."""


class StrategyPutOn(Notice):
    """To the facilitator: the strategy is on at the table, `people` will be asked."""

    table: str
    strategy: str
    people: int


class StrategyNotOfTable(Notice):
    """The strategy put on is none of the table's priorities. `strategies` are."""

    table: str
    misread: str
    strategies: tuple[str, ...]


class StrategyNotNow(Notice):
    """A strategy can be put on in Session 2 only; the table is in `phase`."""

    table: str
    phase: Phase


class Thanks(Notice):
    """The table's work is over. To everyone at it."""

    table: str


# --- regia ---------------------------------------------------------------------------------------------


class TableState(Notice):
    """One table in the regia's overview.

    `closes_at`: when its phase ends by its own plan; `prolonged`: because it was prolonged. `paper`: sheets
    entered. `present`: people counted at the table, None when nobody said. Alarms, each None or False when
    all is well: `silent_minutes` without anything done while it should vote; `alone`: nobody facilitates;
    `expected`: the phase the agenda has it in, later than its own; `crowded`: more registered than present.
    `to_look`: contributions that may hold personal data, which nobody looked at; `hidden` by the table;
    `contributed_at`: when the last one came.
    """

    table: str
    phase: Phase
    registered: int
    voting: int
    finished: int
    contributions: int
    strategy_on: str | None
    closes_at: datetime | None = None
    prolonged: bool = False
    unreachable: int = 0
    paper: int = 0
    present: int | None = None
    active_at: datetime | None = None
    silent_minutes: int | None = None
    alone: bool = False
    expected: Phase | None = None
    crowded: bool = False
    to_look: int = 0
    hidden: int = 0
    contributed_at: datetime | None = None


class EventState(Notice):
    """All tables on one screen. `held_at`: since when the agenda is held, None while it runs."""

    at: datetime
    tables: tuple[TableState, ...]
    held_at: datetime | None = None


class StepTaken(Notice):
    """One step of a table's history: the phase it entered; of a reopening, the reason if one was given."""

    phase: Phase
    mover: Mover
    at: datetime
    reopened: bool = False
    reason: str | None = None


class TableDetail(Notice):
    """One table, for the regia: its state and its whole history, the newest step last."""

    at: datetime
    state: TableState
    steps: tuple[StepTaken, ...]


class StateUnclear(Notice):
    """`/stato` of a table that there is not; `nearest` may have been meant."""

    misread: str
    nearest: str | None = None


class TablesMoved(Notice):
    """What `/fase` did: tables moved, tables that were there already, tables it could not move."""

    phase: Phase
    moved: tuple[str, ...]
    already: tuple[str, ...]
    refused: tuple[str, ...]


# --- time ----------------------------------------------------------------------------------------------


class CloseAsked(Notice):
    """Close what the table is in (`phase`, since `since`, moved there by `mover`)? Nothing is done yet.

    `unfinished` of `registered` have not said that they finished. `wished`: the phase it would enter.
    """

    token: str
    table: str
    phase: Phase
    wished: Phase
    since: datetime
    mover: Mover
    registered: int
    unfinished: int


class AskEnded(Notice):
    """The question that was asked back is none any more: nothing was done now.

    `reason`: "no" (they said no), "done" (it was confirmed before), "superseded" (a newer question took its
    place), "expired" or "none" (there is no question).
    """

    reason: str


class TableProlonged(Notice):
    """The phase of a table ends at `until` instead of `before`. To who did it, and who votes there.

    `following`: when the phase after the next begins, if that moved with it. `held`: the agenda is held, so
    the times count once it runs again.
    """

    table: str
    phase: Phase
    until: datetime
    before: datetime
    mover: Mover
    following: datetime | None = None
    held: bool = False

    def until_when(self) -> datetime | None:
        """When it is over."""
        return self.until


class ProlongedAlready(Notice):
    """The phase of the table ends no sooner than wished, at `until` (said by `mover` at `at`, if anybody)."""

    table: str
    phase: Phase
    until: datetime
    mover: Mover | None = None
    at: datetime | None = None


class ProlongRefused(Notice):
    """What is not open is not prolonged. `reason`: "not_open", "over" or "moved_on" (it closed meanwhile).

    `mover` brought the table where it is at `at`.
    """

    table: str
    phase: Phase
    reason: str
    mover: Mover | None = None
    at: datetime | None = None


class ProlongUnclear(Notice):
    """`/prolunga` without minutes from 1 to `most`. `until`: when the phase of the table ends by now."""

    table: str
    misread: str
    most: int
    phase: Phase
    until: datetime | None = None


class ProlongWhich(Notice):
    """The table that the regia prolongs ("": none is named), and what stands behind it or in its place."""

    table: str
    misread: str
    nearest: str | None = None


class Countdown(Notice):
    """In `minutes` the table closes, at `closes_at`: to who has not finished, or to who facilitates."""

    table: str
    phase: Phase
    minutes: int
    closes_at: datetime

    def until_when(self) -> datetime | None:
        """When it is over."""
        return self.closes_at


class PlannedStep(Notice):
    """What is to come: tables (none named: all of them) enter a phase at `at`."""

    phase: Phase
    at: datetime
    tables: tuple[str, ...] = ()


class AgendaShown(Notice):
    """What is to come, as of `at`. `held_at`: since when nothing moves; `minutes`: shifted so far."""

    at: datetime
    steps: tuple[PlannedStep, ...]
    held_at: datetime | None = None
    minutes: int = 0


class AgendaHeld(Notice):
    """The agenda is held since `at`. `already`: it was before. To the regia and who facilitates."""

    at: datetime
    already: bool = False


class ShiftAsked(Notice):
    """Shift what is left of the agenda by `minutes`? `steps` have the times it would have.

    `held_at`: the agenda would run again, and shifts by the length of the hold. `changed`: it was asked
    before, with times that have changed meanwhile.
    """

    token: str
    minutes: int
    steps: tuple[PlannedStep, ...]
    held_at: datetime | None = None
    changed: bool = False


class AgendaShifted(Notice):
    """What is left of the agenda was shifted by `minutes`. To the regia, and where times matter.

    `steps`: the new times of who is told. `resumed`: it had been held, and runs again.
    """

    minutes: int
    steps: tuple[PlannedStep, ...]
    resumed: bool = False


class AgendaRefused(Notice):
    """The agenda was not touched.

    `reason`: "past" (the next step, at `at`, would be past; `most` minutes earlier at most), "range" (from 1
    to `most` minutes), "held" (resume it first), "running" (it is not held), "over" (nothing is left) or
    "unclear" (`misread`; `nearest` may have been meant).
    """

    reason: str
    at: datetime | None = None
    most: int = 0
    misread: str = ""
    nearest: str | None = None


class ReopenAsked(Notice):
    """Reopen `phase` of a table that is in `now_in`, until `until`? Nothing is done yet.

    `decided`: its priorities were decided, and would be set aside.
    """

    token: str
    table: str
    phase: Phase
    now_in: Phase
    until: datetime
    decided: bool
    reason: str | None = None


class TableReopened(Notice):
    """A phase of a table is open again, until `until`. To everybody at the table, and to the regia."""

    table: str
    phase: Phase
    until: datetime
    reason: str | None = None


class ReopenRefused(Notice):
    """`phase` cannot be reopened: the table is in `now_in`, not past it."""

    table: str
    phase: Phase
    now_in: Phase


class ReopenUnclear(Notice):
    """`/riapri` could not be read: how to write it, what was not understood, what may have been meant."""

    misread: str
    nearest: str | None = None


# --- prompts -------------------------------------------------------------------------------------------


class NudgesSent(Notice):
    """Who has not finished was nudged.

    `nudged` people now; `recent` had been less than `minutes` ago; `unreachable` blocked the bot or left.
    """

    table: str
    nudged: int
    recent: int
    unreachable: int
    minutes: int


class NudgeRefused(Notice):
    """Nobody is nudged while the table does not vote."""

    table: str
    phase: Phase


class Nudged(Notice):
    """To who has not finished: `used` dots are on the ballot; when voting closes, if that is known."""

    table: str
    used: int
    budget: int
    closes_at: datetime | None

    def until_when(self) -> datetime | None:
        """When it is over."""
        return self.closes_at


class BulletinAsked(Notice):
    """Send this to so many people? `tables`: whose people (none named: all); `leaders`: those who facilitate.

    `sender`: as whom. `unreachable` more will not get it.
    """

    token: str
    sender: Role
    tables: tuple[str, ...]
    leaders: bool
    people: int
    unreachable: int
    text: str


class BulletinSent(Notice):
    """The sentence goes to so many people."""

    people: int
    unreachable: int


class Bulletin(Notice):
    """A sentence to a table by who facilitates it, or by the regia (`table` None)."""

    sender: Role
    table: str | None
    text: str


class BulletinUnclear(Notice):
    """`/avviso` could not be read. `reason`: "empty", "too_long" (more than `most` signs), "audience".

    `sender`: who would have said it, for how it is written; `nearest` may have been meant by `misread`.
    """

    sender: Role
    reason: str
    misread: str = ""
    nearest: str | None = None
    most: int = 0


class ChooseChart(Notice):
    """Which chart? `misread`: what was typed that is none; `nearest` may have been meant."""

    misread: str = ""
    nearest: str | None = None


class ChooseChartPlace(Notice):
    """Where is this chart to go: this chat or the channel?"""

    chart: str


class ChartComing(Notice):
    """The chart is being drawn. `channel`: for the channel, otherwise for this chat."""

    chart: str
    channel: bool


class ChartRefused(Notice):
    """There is no such chart now. `reason`: "voting" (`tables` still vote) or "no_channel"."""

    reason: str
    tables: tuple[str, ...] = ()


class TooFast(Notice):
    """More acts in a few seconds than a person makes: please slow down."""


class StoreTroubled(Notice):
    """What was sent cannot be recorded now; it is kept and will be, without being sent again."""


class SomethingBroke(Notice):
    """An error of ours; `code` stands in the log too."""

    code: str


# --- paper and assisted ballots ------------------------------------------------------------------------


class TableByHand(Notice):
    """What a table counts by hand. `present`, `handed_in` (sheets): None while nobody said.

    `entered`: sheets that stand. `provisional`: the table is closed, and not all its sheets are entered.
    `excess`: "registered" or "votes" when there are more of them than people present (`registered`, `votes`).
    """

    present: int | None
    handed_in: int | None
    entered: int
    registered: int
    votes: int
    provisional: bool
    excess: str | None


class SheetRead(Notice):
    """A line as it was read, with what would come of it.

    `label`: the number of a sheet, or (with `assisted`) the code of somebody who is helped. `act`: "new",
    "correct" or "withdraw". `dots`: what it will hold, strategy and number; `before`: what the sheet holds
    now. `replaces`: the person's ballot has dots, which only they know. `zone`: where the table has several.
    """

    label: str
    assisted: bool
    act: str
    zone: str | None
    dots: tuple[tuple[str, int], ...]
    before: tuple[tuple[str, int], ...] = ()
    replaces: bool = False
    reason: str | None = None


class SheetProblem(Notice):
    """Why a line was not taken. `line`: as it was typed; `label`: the sheet (or code) it is about, if known.

    `reason`: "no_label", "number" (not from 1 to 9999), "unreadable", "no_codes", "unknown" (`codes`, each
    with the `nearest`), "too_many" (`count` dots where `most` may be), "repeated" (`codes` that stand there
    more often than they may), "twice" (the label stands twice in the message), "entered" (it is at the table
    already), "not_entered" (it is not), "zone" (the table has several `zones`), "person" (nobody at the table
    has this code), "person_closed" (assisted ballots are entered while people vote) or "full" (`most` lines
    are waiting to be confirmed already). Of "entered": by `role`, at `at`.
    """

    line: str
    label: str | None
    reason: str
    codes: tuple[str, ...] = ()
    nearest: tuple[str | None, ...] = ()
    zones: tuple[str, ...] = ()
    count: int = 0
    most: int = 0
    role: str | None = None
    at: datetime | None = None


class PaperReadBack(Notice):
    """What was read, before it counts; and what was not taken. `token`: what is confirmed."""

    table: str
    token: str
    sheets: tuple[SheetRead, ...]
    problems: tuple[SheetProblem, ...]


class PaperEntered(Notice):
    """What was confirmed counts now: so many sheets entered, corrected, withdrawn, ballots assisted.

    `problems`: what could not be done any more. `standing` sheets are entered by now, of `handed_in` (None:
    not said). `fell`: it undid what the table had decided.
    """

    table: str
    entered: int
    corrected: int
    withdrawn: int
    assisted: int
    standing: int
    handed_in: int | None
    problems: tuple[SheetProblem, ...] = ()
    fell: bool = False


class PaperHow(Notice):
    """`/carta` alone: how sheets are written. `following`: the number after the highest entered."""

    table: str
    following: int
    zones: tuple[str, ...]
    waiting: int


class PaperDesk(Notice):
    """What waits to be confirmed (`waiting` lines), and what to do with it.

    `reason`: "correct" (type the line again), "dropped" (all of it was put away), "nothing" (there is
    nothing to confirm), "changed" (other lines came since that were not read back), "other" (they are another
    table's, so nothing was taken for this one) or "done" (it was confirmed before, nothing was done now).
    """

    table: str | None
    reason: str
    waiting: int


class PaperRefused(Notice):
    """Paper cannot be entered, corrected or withdrawn at this table now.

    `reason`: "early" (Session 1 has not opened), "settled" (its priorities are decided and its sheets are
    all counted: only the regia may) or "over" (the table's work is over).
    """

    table: str
    reason: str


class PaperWhichTable(Notice):
    """Which table is meant? `tables`: theirs; none for the regia, whose are all. `misread`: no table."""

    command: str
    tables: tuple[str, ...]
    misread: str | None = None


class SheetScreen(Notice):
    """The keyboard for one sheet (or, with `assisted`, for somebody's code), edited in place.

    `page`: an axis code. `zones`: those to choose from, where the table has several. `full`: one dot more was
    wished than there may be. `open`: False when it is not being filled in any more.
    """

    table: str
    label: str
    assisted: bool
    page: str
    dots: tuple[tuple[str, int], ...]
    budget: int
    zone: str | None
    zones: tuple[str, ...]
    full: bool
    open: bool


class SheetLine(Notice):
    """A sheet or an assisted ballot in the list. `role`: of who entered it last; `changed`: see below.

    An assisted ballot has the dots that were entered; that the person changed them since is said, not how.
    """

    label: str
    assisted: bool
    role: str
    dots: tuple[tuple[str, int], ...]
    changed: bool = False


class SheetList(Notice):
    """The sheets and assisted ballots of a table."""

    table: str
    sheets: tuple[SheetLine, ...]
    entered: int
    handed_in: int | None
    provisional: bool


class SheetStep(Notice):
    """One entry of a sheet's trace. `act`: "entered", "corrected" or "withdrawn"."""

    act: str
    role: str
    at: datetime
    dots: tuple[tuple[str, int], ...]
    reason: str | None = None


class SheetShown(Notice):
    """One sheet with what was done to it. `dots` None: there is none that stands with this number."""

    table: str
    label: str
    zone: str | None
    dots: tuple[tuple[str, int], ...] | None
    steps: tuple[SheetStep, ...] = ()


class HandedInAsked(Notice):
    """To the facilitators of a table that closed: how many sheets were handed in? `entered` are so far."""

    table: str
    entered: int


class HandedInSaid(Notice):
    """So many sheets were handed in, `entered` are.

    `already`: it was said before, by `role` at `at`, and nothing changed.
    """

    table: str
    handed_in: int
    entered: int
    already: bool
    closed: bool
    role: str | None = None
    at: datetime | None = None


class PresentSaid(Notice):
    """So many people are at the table. `by_hand` has the figures to compare it with."""

    table: str
    by_hand: TableByHand


class CountUnclear(Notice):
    """A number was expected. `what`: "present" or "handed_in"; `now`: what was said last."""

    table: str
    what: str
    misread: str
    now: int | None


class PersonalCode(Notice):
    """The code to show to whoever enters the person's ballot for them."""

    table: str
    code: str


class BallotAssisted(Notice):
    """The table entered these dots on the person's own ballot (none: it took them away)."""

    dots: tuple[tuple[str, int], ...]


class PrioritiesReviewed(Notice):
    """Paper changed after the priorities of a table were decided. To everyone concerned.

    `fell`: the count is another, so what was decided is void; otherwise it stands, and whether it is
    `provisional` has changed. The rest is as for `PrioritiesDecided`; `decided` False: the table has yet to
    decide anew, and `priorities` are proposed.
    """

    table: str
    fell: bool
    decided: bool
    priorities: tuple[str, ...]
    pending: tuple[str, ...]
    places: int
    voters: int
    confirmed: bool
    by_channel: tuple[tuple[str, int], ...]
    provisional: bool
    zone: str | None = None


# --- screens -------------------------------------------------------------------------------------------


class BallotScreen(Notice):
    """The ballot as one message, edited in place.

    `page`: an axis code, or "review". `dots`: strategy and number of dots, in the event's order.
    `said`: what the last act did, shown above. `session_ends`: when dots close, by the table's agenda.
    `assisted`: the table entered it for the person.
    """

    table: str
    page: str
    dots: tuple[tuple[str, int], ...]
    budget: int
    open: bool
    finished: bool
    closes_at: datetime | None
    said: str | None = None
    assisted: bool = False


class TableScreen(Notice):
    """A facilitator's dashboard of one table. `next_phase`: the step the facilitator can take, if any.

    `next_at`: when the table's own plan has it; `left`: minutes until then, when it is near; `prolonged`:
    because somebody prolonged the phase; `held`: the agenda is held, nothing happens by itself. `silent` can
    be reached and have no dot; `unfinished` can be reached and have not finished; `unreachable` cannot.
    `to_look`: contributions that may hold personal data, which nobody looked at.
    """

    table: str
    phase: Phase
    since: datetime
    registered: int
    voting: int
    finished: int
    contributions: int
    next_phase: Phase | None
    next_at: datetime | None
    priorities: tuple[str, ...]
    strategy_on: str | None
    by_hand: TableByHand | None = None
    left: int | None = None
    prolonged: bool = False
    held: bool = False
    silent: int = 0
    unfinished: int = 0
    unreachable: int = 0
    to_look: int = 0


class PriorityScreen(Notice):
    """A facilitator's board of the table's priorities.

    `proposed`: strategy, dots, and whether it is kept. `tied`: strategy, dots, and whether it is chosen for
    one of the `places` contested. `decided`: no more changes. `nth` and `zone` are the tie's that waits (0:
    none does); `reopens`: the tie whose empty places can be contested again (0: none). `dropped`, `reasons`
    (of the tied that are chosen), `ties` (settled), `left_out`: what else is to be known of them.
    `by_channel`, `provisional`: as for `PrioritiesDecided`.
    """

    table: str
    proposed: tuple[tuple[str, int, bool], ...]
    tied: tuple[tuple[str, int, bool], ...]
    places: int
    voters: int
    decided: bool
    automatic: bool = False
    nth: int = 0
    zone: str | None = None
    after_runoff: bool = False
    runoff: RunoffState | None = None
    draw: DrawPromised | None = None
    reopens: int = 0
    dropped: tuple[Dropped, ...] = ()
    reasons: tuple[Dropped, ...] = ()
    ties: tuple[TieTold, ...] = ()
    left_out: tuple[ZoneLeftOut, ...] = ()
    by_channel: tuple[tuple[str, int], ...] = ()
    provisional: bool = False


# --- messages that Telegram refused --------------------------------------------------------------------


class DeadLetterGroup(Notice):
    """So many messages of one kind that were refused for one reason.

    The kind is what their keys begin with; of messages that are edited, "screen.ballot" and so on.
    """

    kind: str
    reason: str
    count: int


class DeadLetters(Notice):
    """To the regia: all that was refused. `misread`: what was typed behind the command, if not understood."""

    groups: tuple[DeadLetterGroup, ...]
    misread: str | None = None


class DeadLettersRevived(Notice):
    """So many of them go out once more."""

    count: int


# --- roles and links -----------------------------------------------------------------------------------


class LinkAsked(Notice):
    """Make a one-time link for this role, good until `until`? Nothing is done yet.

    `waiting`: links for the same that nobody has used.
    """

    token: str
    role: Role
    table: str | None
    venue: str | None
    until: datetime
    waiting: int


class LinkMade(Notice):
    """The link, shown this once. `number`: how it is called when it is revoked; `bot`: the user name."""

    number: int
    role: Role
    table: str | None
    venue: str | None
    until: datetime
    payload: str
    bot: str

    def at_rest(self) -> Notice:
        """Without the link: what is kept of it is a hash, everywhere."""
        return LinkNotShown(number=self.number, role=self.role, table=self.table, venue=self.venue)


class LinkNotShown(Notice):
    """The link was made, and is not shown (again): who does not have it revokes it and makes another."""

    number: int
    role: Role
    table: str | None
    venue: str | None


class LinkUnclear(Notice):
    """`/link` could not be read: how to write it. `nearest` may have been meant by `misread`.

    `regia`: they may make any; otherwise links for assistants, of `tables`.
    """

    misread: str
    regia: bool
    tables: tuple[str, ...] = ()
    nearest: str | None = None


class RoleHeld(Notice):
    """Somebody holds a role since `at`. `number` is the role's, `person` theirs, `link` that of the link."""

    number: int
    person: int
    role: Role
    at: datetime
    link: int | None
    reachable: bool


class LinkWaiting(Notice):
    """A link that nobody has used. `by`: who made it, a role or "operator"."""

    number: int
    role: Role
    at: datetime
    until: datetime
    by: str


class RoleStep(Notice):
    """Something done about the roles of a place.

    `act`: "link_made", "link_used", "link_revoked" or "role_revoked". `by`: a role or "operator"; `person`:
    whose role; `link`: which link.
    """

    at: datetime
    act: str
    role: Role
    by: str
    person: int | None
    link: int | None


class PlaceRoles(Notice):
    """The roles and waiting links of a table, of a venue, or (both None) of the regia.

    `steps`: what was done last, the newest last.
    """

    table: str | None
    venue: str | None
    held: tuple[RoleHeld, ...]
    links: tuple[LinkWaiting, ...]
    steps: tuple[RoleStep, ...] = ()


class RolesShown(Notice):
    """Who has which role and which links wait, place by place. `misread`: what `/revoca` was given."""

    places: tuple[PlaceRoles, ...]
    misread: str | None = None


class RevokeAsked(Notice):
    """Revoke a role (`person` holds it) or a link (`person` None)? Nothing is done yet.

    `own`: it is the role of who asks; `last`: nobody else has it there.
    """

    token: str
    number: int
    role: Role
    table: str | None
    venue: str | None
    person: int | None
    own: bool = False
    last: bool = False


class Revoked(Notice):
    """A role (`person` held it) or a link (`person` None) is revoked."""

    number: int
    role: Role
    table: str | None
    venue: str | None
    person: int | None


class RevokeRefused(Notice):
    """There was nothing to revoke. `what`: "role" or "link".

    `reason`: "none" (no such number, or nobody holds it any more), "revoked" (already, `by` this role, `at`),
    "used" (the link gave its role already) or "expired".
    """

    what: str
    number: int
    reason: str
    by: str | None = None
    at: datetime | None = None


class RoleRevoked(Notice):
    """To who held it: the role is not theirs any more."""

    role: Role
    table: str | None
    venue: str | None


# --- moving people -------------------------------------------------------------------------------------


class SeatShown(Notice):
    """Somebody registered at a table: their number, zone, and since when. Nothing of their ballot."""

    person: int
    zone: str
    at: datetime
    reachable: bool


class PeopleShown(Notice):
    """The people of a table, to pick one from. `more`: others follow the last of `people`."""

    table: str
    people: tuple[SeatShown, ...]
    more: bool


class MoveWhere(Notice):
    """Where is this person to go? `choices`: tables and zones to choose from."""

    person: int
    table: str
    zone: str
    choices: tuple[tuple[str, str], ...]


class MoveAsked(Notice):
    """Move this person there? Nothing is done yet. `since`: when they sat down where they are."""

    token: str
    person: int
    table: str
    zone: str
    since: datetime
    to_table: str
    to_zone: str


class PersonMoved(Notice):
    """The person sits there now, and has been told. `reachable`: False when they will be, once they are."""

    person: int
    table: str
    zone: str
    to_table: str
    to_zone: str
    reachable: bool


class MoveRefused(Notice):
    """Nobody was moved.

    `reason`: "unclear" (`misread`; `nearest` may have been meant), "nobody" (no such number or code),
    "several" (the code is somebody's at each of `tables`), "there" (they are there already), "moved" (they
    changed table meanwhile), "cast" (they have voted, and `closed` has closed) or "zone" (the table does not
    serve it).
    """

    reason: str
    misread: str = ""
    nearest: str | None = None
    person: int | None = None
    table: str | None = None
    closed: str | None = None
    tables: tuple[str, ...] = ()


class MovedByRegia(Notice):
    """To who was moved: where they sit now; `dots` of their ballot came along."""

    table: str
    zone: str
    phase: Phase
    dots: int


# --- taken already -------------------------------------------------------------------------------------


class StrategyOnAlready(Notice):
    """The strategy is on at the table already, put on by `role` at `at`: nothing was done."""

    table: str
    strategy: str
    role: Role
    at: datetime


def dump(notice: Notice) -> str:
    """The notice as JSON text, to rest in the outbox."""
    return json.dumps({"notice": type(notice).__name__, "data": notice.model_dump(mode="json")})


def load(text: str) -> Notice:
    """The notice that `dump` wrote. Raises `KeyError` for one this version does not know."""
    raw = json.loads(text)
    known = {kind.__name__: kind for kind in Notice.__subclasses__()}
    return known[raw["notice"]].model_validate(raw["data"])
