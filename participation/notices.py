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
    REGIA = "regia"


class Mover(StrEnum):
    """Who moved a table from one phase to the next."""

    AGENDA = "agenda"
    FACILITATOR = "facilitator"
    REGIA = "regia"


class Notice(BaseModel):
    """The base of all notices: immutable, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    """The one-time link was good: you now are this, for this table (None: for the event)."""

    role: Role
    table: str | None


class InviteRefused(Notice):
    """The one-time link cannot be used. `reason`: "unknown", "used" or "expired"."""

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
    """What can be done now, by role."""

    registered: bool
    facilitates: tuple[str, ...] = ()
    regia: bool = False


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
    (none is open), "not_promised" (a draw is published first), "long_word". `at`: since when.
    """

    table: str
    reason: str
    at: datetime | None = None


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
    """To everyone concerned, before a draw: among which, for how many places, and the secret's hash."""

    table: str
    zone: str | None
    strategies: tuple[str, ...]
    places: int
    commitment: str


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
    """The table is in this phase already, since `at`, moved there by `mover`: nothing was done."""

    table: str
    phase: Phase
    mover: Mover
    at: datetime


class PhaseRefused(Notice):
    """The step does not lead from where the table is: nothing was done."""

    table: str
    phase: Phase
    wished: Phase


class PhaseCommandUnclear(Notice):
    """`/fase` could not be read: how to write it, and what was not understood."""

    misread: str


class PrioritiesProposed(Notice):
    """To the facilitators of a table that closed: the strategies proposed, and those tied at the cut."""

    table: str
    proposed: tuple[str, ...]
    tied: tuple[str, ...]
    places: int
    voters: int
    zone: str | None = None
    left_out: tuple[ZoneLeftOut, ...] = ()


class PrioritiesDecided(Notice):
    """To everyone at the table and to the regia: the table's priorities.

    `voters`: ballots with at least one dot. `pending`: strategies still tied for `places` places.
    `confirmed`: False when the undisputed proposals stand because Session 2 began. `zone`: the pending
    contend for places guaranteed to it. `dropped` and `ties`: what the table left out, and how it settled
    ties.
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


class PrioritiesRefused(Notice):
    """The change could not be done.

    `reason`: "open" (still voting), "decided", "empty" (none kept) or
    "full" (all contested places are given: take one back first) or "unknown" (a strategy that is neither
    proposed nor tied), "unclear" (no strategy was named), "automatic" (the event lets nobody drop), "runoff"
    (one is open), "after_runoff" (only fewer or a draw are left), "promised" (a draw is), "another_tie" (one
    was settled, and the next shows). `at`: since when it is decided, open or promised.
    """

    table: str
    reason: str
    at: datetime | None = None


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
    """A contribution was kept. In Session 1 there is neither strategy nor question."""

    session: int
    strategy: str | None
    question: str | None
    last: bool = False


class ContributionEdited(Notice):
    """The person edited a message; the contribution now has the new text."""

    session: int
    strategy: str | None
    question: str | None


class EditIgnored(Notice):
    """The edited message is no contribution (dots, a command): what was done by it stays as it is."""


class ContributionNotOpen(Notice):
    """The text was not kept, for the table collects nothing in this phase."""

    table: str
    phase: Phase


class ContributionWithoutText(Notice):
    """A message without text that could be kept (a sticker, a voice message): what to do instead."""


class OwnContribution(Notice):
    """One line of a person's list. `number` stays the same when others are withdrawn."""

    id: str
    number: int
    session: int
    strategy: str | None
    question: str | None
    text: str


class OwnContributions(Notice):
    """The person's own contributions, the newest last."""

    items: tuple[OwnContribution, ...]


class ContributionWithdrawn(Notice):
    """A contribution of the person's was withdrawn (`found` False: there was none, or it was already)."""

    found: bool


class NoteReceived(Notice):
    """A facilitator's note for the table was kept."""

    table: str
    session: int
    strategy: str | None


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
    """One line of the regia's overview."""

    table: str
    phase: Phase
    registered: int
    voting: int
    finished: int
    contributions: int
    strategy_on: str | None


class EventState(Notice):
    """All tables on one screen."""

    at: datetime
    tables: tuple[TableState, ...]


class TablesMoved(Notice):
    """What `/fase` did: tables moved, tables that were there already, tables it could not move."""

    phase: Phase
    moved: tuple[str, ...]
    already: tuple[str, ...]
    refused: tuple[str, ...]


class TooFast(Notice):
    """More acts in a few seconds than a person makes: please slow down."""


class StoreTroubled(Notice):
    """What was sent cannot be recorded now; it is kept and will be, without being sent again."""


class SomethingBroke(Notice):
    """An error of ours; `code` stands in the log too."""

    code: str


class BallotScreen(Notice):
    """The ballot as one message, edited in place.

    `page`: an axis code, or "review". `dots`: strategy and number of dots, in the event's order.
    `said`: what the last act did, shown above. `session_ends`: when dots close, by the table's agenda.
    """

    table: str
    page: str
    dots: tuple[tuple[str, int], ...]
    budget: int
    open: bool
    finished: bool
    closes_at: datetime | None
    said: str | None = None


class TableScreen(Notice):
    """A facilitator's dashboard of one table. `next_phase`: the step the facilitator can take, if any."""

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


class PriorityScreen(Notice):
    """A facilitator's board of the table's priorities.

    `proposed`: strategy, dots, and whether it is kept. `tied`: strategy, dots, and whether it is chosen for
    one of the `places` contested. `decided`: no more changes. `nth` and `zone` are the tie's that waits (0:
    none does); `reopens`: the tie whose empty places can be contested again (0: none). `dropped`, `reasons`
    (of the tied that are chosen), `ties` (settled), `left_out`: what else is to be known of them.
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


# --- messages that Telegram refused --------------------------------------------------------------------


class DeadLetterGroup(Notice):
    """So many messages of one kind (what their keys begin with) that were refused for one reason."""

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


def dump(notice: Notice) -> str:
    """The notice as JSON text, to rest in the outbox."""
    return json.dumps({"notice": type(notice).__name__, "data": notice.model_dump(mode="json")})


def load(text: str) -> Notice:
    """The notice that `dump` wrote. Raises `KeyError` for one this version does not know."""
    raw = json.loads(text)
    known = {kind.__name__: kind for kind in Notice.__subclasses__()}
    return known[raw["notice"]].model_validate(raw["data"])
