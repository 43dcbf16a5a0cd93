"""Notices about what people do with contributions of their own: read one, move it, name its plan action."""

from __future__ import annotations

from participation.notices import Notice, OwnContribution


class OwnShown(Notice):
    """One contribution of a person's own in full, and the texts that it had before, the oldest first."""

    contribution: OwnContribution
    earlier: tuple[str, ...]


class OwnMoveAsked(Notice):
    """Where is this contribution to go? `strategy` None: to which of `strategies`; else to which question."""

    id: str
    number: int
    strategies: tuple[str, ...]
    strategy: str | None = None


class OwnMoved(Notice):
    """A contribution belongs to this question now.

    `changed` False: it did already. `dropped`: the plan action that it named, which is not this strategy's.
    """

    number: int
    strategy: str
    question: str
    changed: bool
    dropped: str | None = None
    late: bool = False


class OwnActionAsked(Notice):
    """Which plan action of its strategy is this contribution about? `action`: the one it names now."""

    id: str
    number: int
    strategy: str
    action: str | None


class OwnActionNamed(Notice):
    """A contribution is about this plan action now (None: about no single one). `changed` False: it was."""

    number: int
    strategy: str
    action: str | None
    changed: bool
    late: bool = False


class ActionAlone(Notice):
    """The code of a plan action was typed, and nothing else: what it is, and how to write about it."""

    strategy: str
    action: str


class OwnRefused(Notice):
    """Nothing was done to a contribution of the person's own.

    `reason`: "unclear" (`misread` is no command), "none" (there is no such number), "withdrawn", "session1"
    (it belongs to no question), "nothing_chosen" (its table has no priorities), "strategy" (`misread` is none
    of `strategies`), "question" (`misread` is none), "no_actions" (of its strategy the plan names none) or
    "action" (`misread` is none of `strategy`'s).
    """

    reason: str
    number: int = 0
    misread: str = ""
    strategy: str | None = None
    strategies: tuple[str, ...] = ()
