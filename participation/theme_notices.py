"""What the regia is told about themes, as data; see `participation/notices.py`.

Themes and contributions are named by their numbers, as text; people of the regia by a letter, for Bollini
knows no names. What is quoted word for word goes to the regia alone, in private.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from participation.notices import Notice

LEFTOVERS = "0"
"""What stands for no theme at all where the number of one is asked for."""

NEW = "new"
"""What stands for a theme that is still to be made."""


class Section(StrEnum):
    """Which themes a board shows."""

    ALL = "all"
    LOOK = "look"
    RECURRING = "recurring"
    CROSSCUTTING = "crosscutting"
    SINGLE = "single"
    PLENARY = "plenary"
    AXIS = "axis"


class ThemeItem(Notice):
    """A theme in one line.

    `title`: "" while it has none; `tables`: how many; `axes`: codes; `new`: contributions that nobody of the
    regia was shown in it; `plenary`: marked for the plenary; `marked`: so many contributions in it
    were marked for the plenary at their tables.
    """

    number: str
    title: str
    keywords: tuple[str, ...]
    recurring: bool
    crosscutting: bool
    tables: int
    voices: int
    contributions: int
    axes: tuple[str, ...]
    new: int
    plenary: bool
    marked: int = 0


class ThemeBoard(Notice):
    """Themes of one section, the weightiest first. All counts are of the whole, not of this page.

    `axis`: the one meant, "" for none; `look`: themes to be looked at; `unread`: contributions whose meaning
    is not known yet; `others`: themes to be looked at on axes that others look after; `by_hand`: the machine
    finds no themes; `first`: nobody asked for it, it comes at the time of the first themes.
    """

    section: Section
    axis: str
    items: tuple[ThemeItem, ...]
    page: int
    pages: int
    contributions: int
    themes: int
    leftovers: int
    look: int
    others: int
    unread: int
    by_hand: bool = False
    first: bool = False


class Quote(Notice):
    """A contribution, word for word; `note`: of the table, not of one person; `new`: shown here first.

    `gaps`: where what may be personal data was left out of `text`, and what it was. `people`: so many say
    it; `plenary`: its table marked it for the plenary.
    """

    number: str
    table: str
    session: int
    strategy: str | None
    question: str | None
    note: bool
    new: bool
    text: str
    gaps: tuple[tuple[int, str], ...] = ()
    people: int = 1
    plenary: bool = False


class ThemeShown(Notice):
    """A theme with what is in it, word for word; `tables`: codes of those it comes from."""

    item: ThemeItem
    tables: tuple[str, ...]
    quotes: tuple[Quote, ...]
    page: int
    pages: int


class LeftoversShown(Notice):
    """What fits in no theme, word for word."""

    quotes: tuple[Quote, ...]
    page: int
    pages: int
    count: int


class Choice(StrEnum):
    """What is chosen."""

    MERGE = "merge"
    SAID = "said"
    TARGET = "target"
    NAME = "name"


class ThemeChoose(Notice):
    """Something is to be chosen: a theme to merge with, a contribution to move, where one goes; or a name.

    `number` is of the theme, or of the contribution (TARGET); `title` the theme's.
    """

    what: Choice
    number: str
    title: str
    themes: tuple[ThemeItem, ...]
    quotes: tuple[Quote, ...]
    page: int
    pages: int


class AxisHeld(Notice):
    """An axis: the letter of who looks after it ("" for nobody), whether that is you, its themes."""

    axis: str
    letter: str
    mine: bool
    themes: int
    look: int


class AxesShown(Notice):
    """Who looks after which axis; `letter`: the person's own."""

    axes: tuple[AxisHeld, ...]
    letter: str


class Curation(StrEnum):
    """What can be done to themes."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    PLENARY = "plenary"
    AXIS = "axis"
    UNDO = "undo"


class ThemeDone(Notice):
    """An act was done. `number` and `title`: of the theme it is about, LEFTOVERS for none.

    `before`: the title, letter or kind of act there was; `after`: the letter; `numbers`: of contributions
    moved, or themes merged; `rest`: contributions still in the theme that was split, `source`; `wished`: of
    a mark; `act`: what undoes it, "" if nothing has changed (`already`).
    """

    curation: Curation
    number: str
    title: str
    before: str
    after: str
    source: str
    numbers: tuple[str, ...]
    rest: tuple[str, ...]
    axis: str
    wished: bool
    already: bool
    act: str


class Refusal(StrEnum):
    """Why an act was not done."""

    UNKNOWN_THEME = "unknown_theme"
    UNKNOWN_SAID = "unknown_said"
    GONE = "gone"
    ELSEWHERE = "elsewhere"
    ITSELF = "itself"
    NO_NAME = "no_name"
    LONG_NAME = "long_name"
    UNKNOWN_AXIS = "unknown_axis"
    UNKNOWN_LETTER = "unknown_letter"
    NOTHING_TO_UNDO = "nothing_to_undo"
    UNDONE_ALREADY = "undone_already"
    NOT_UNDONE = "not_undone"
    UNCLEAR = "unclear"


class ThemeRefused(Notice):
    """Nothing was changed.

    `misread`: what was typed, or the number asked for; `number`, `title`: where it is now; `by`, `at`: who
    did what stands in the way (`curation`), and when.
    """

    refusal: Refusal
    misread: str
    number: str
    title: str
    by: str
    curation: Curation
    at: datetime | None


class ThemeChangedMeanwhile(Notice):
    """Nothing was changed, for somebody else did something there that you were not shown: who, what, when.

    `about`: "theme", "said" or "axis"; `number` is its; `title`: how the theme is called now, where the
    contribution is now, who has the axis now. You know now: done again, it is done.
    """

    about: str
    number: str
    title: str
    by: str
    curation: Curation
    undone: bool
    at: datetime
