"""What people and the regia are told about suggestions, as data; see `participation/notices.py`.

What is quoted word for word goes to who wrote it, and to the people of the regia in private.
"""

from __future__ import annotations

from datetime import datetime

from participation.notices import Notice


class OwnSuggestion(Notice):
    """One of a person's own suggestions; `number` counts all they ever wrote, `id` is the button's."""

    id: str
    number: int
    strategy: str
    text: str


class SuggestionsShown(Notice):
    """/suggerisci: a person's own suggestions that stand, and the axes to choose from.

    `closes`: when the last day is over; `opened`: it is not yet. `misread`: what was typed that was no
    strategy.
    """

    own: tuple[OwnSuggestion, ...]
    opened: bool
    closes: datetime
    misread: str | None = None


class ChooseSuggested(Notice):
    """The strategies of an axis, to suggest on one: those that the table did not choose, and `chosen`."""

    axis: str
    strategies: tuple[str, ...]
    chosen: tuple[str, ...]


class SuggestionAsked(Notice):
    """What do you suggest on this strategy? What is typed next belongs to it."""

    strategy: str
    closes: datetime


class SuggestionReceived(Notice):
    """The suggestion was kept. `more`: what is typed next belongs to the same strategy."""

    strategy: str
    more: bool


class SuggestionEdited(Notice):
    """The suggestion has the text of the edited message now."""

    strategy: str


class SuggestionEmpty(Notice):
    """Nothing can be seen of what the message was edited to: the suggestion stays as it was."""


class SuggestionWithdrawn(Notice):
    """The suggestion does not stand any more; `found`: there was one of this person's."""

    found: bool


class SuggestionsEnded(Notice):
    """What you type next is no suggestion."""


class SuggestionsClosed(Notice):
    """No suggestion is taken any more. `typed`: one was not kept; `closed`: when the last day was over."""

    typed: bool
    closed: datetime


# --- the regia -----------------------------------------------------------------------------------------


class StrategySuggestions(Notice):
    """How many suggestions a strategy has."""

    strategy: str
    count: int


class ZoneSuggestions(Notice):
    """How many suggestions come from a zone; `zone` None where it is not known."""

    zone: str | None
    count: int


class SuggestionsCounted(Notice):
    """How many suggestions there are; `form`: how many of them came from the online form.

    `digest`: nobody asked for it, and only what is new is counted.
    """

    total: int
    form: int
    strategies: tuple[StrategySuggestions, ...]
    zones: tuple[ZoneSuggestions, ...]
    digest: bool = False


class SuggestionQuote(Notice):
    """A suggestion, word for word; `zone` None where it is not known; `form`: from the online form.

    `gaps`: the places in the text where something personal may have been, and what it was.
    """

    number: str
    zone: str | None
    form: bool
    text: str
    gaps: tuple[tuple[int, str], ...] = ()


class SuggestionsOfStrategy(Notice):
    """What was suggested on a strategy, word for word, a page at a time; `count`: on all pages."""

    strategy: str
    quotes: tuple[SuggestionQuote, ...]
    count: int
    page: int
    pages: int


class SuggestionsUnclear(Notice):
    """What the regia typed behind /suggerimenti is no strategy."""

    misread: str
