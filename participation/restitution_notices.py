"""What the regia and who facilitates are told of the restitution, as data; see `participation/notices.py`."""

from __future__ import annotations

from datetime import datetime

from participation.notices import Notice


class ThemeTold(Notice):
    """A theme in a sentence: its title ("" for none) and number, at how many tables, on how many axes."""

    number: str
    title: str
    tables: int
    axes: int
    recurring: bool
    crosscutting: bool


class ThemeListed(Notice):
    """A theme in the list of all: `tables` are codes."""

    number: str
    title: str
    tables: tuple[str, ...]
    recurring: bool
    crosscutting: bool


class VoiceListed(Notice):
    """A single voice in the list of all: its table, a few words of it."""

    table: str
    words: tuple[str, ...]


class RestitutionList(Notice):
    """All themes with their tables, and all single voices: what has no room on the pages, too."""

    themes: tuple[ThemeListed, ...]
    voices: tuple[VoiceListed, ...]


class RestitutionComing(Notice):
    """It was asked for. `ready`: it is made already and is on its way; `until`: see `RestitutionReady`."""

    ready: bool
    until: datetime | None


class RestitutionReady(Notice):
    """A version is there, in figures; under it is what publishes it.

    `until`: what came later is not in it, None for a draft; `talking`: tables where Session 2 went on then;
    `unread`: contributions that nobody could read in time; `pages`: pictures; `published_at`: of this
    version, `earlier` that of another; `channel`: there is one to publish in; `asked`: by who is told.
    """

    version: int
    until: datetime | None
    at: datetime
    contributions: int
    people: int
    tables: int
    recurring: int
    crosscutting: int
    single: int
    voices: int
    unread: int
    talking: tuple[str, ...]
    pages: int
    published_at: datetime | None
    earlier: datetime | None
    channel: bool
    asked: bool = True


class RestitutionScript(Notice):
    """What to read aloud in plenary, in a minute: the themes that come back most, and those that cut across.

    `recurring`, `crosscutting`, `single` and `voices` say how many there are of each; those told are the
    first of them.
    """

    contributions: int
    tables: int
    recurring: int
    crosscutting: int
    single: int
    voices: int
    told_recurring: tuple[ThemeTold, ...]
    told_crosscutting: tuple[ThemeTold, ...]


class RestitutionCard(Notice):
    """What a table finds of itself in the restitution, for who facilitates it.

    `contributions` of the table; `shared`: its themes that other tables have too; `own`: those that only it
    has; `voices`: its single voices; `synthesis`: the one that it sent itself.
    """

    table: str
    until: datetime | None
    synthesis: str | None
    contributions: int
    shared: tuple[ThemeTold, ...]
    own: tuple[ThemeTold, ...]
    voices: tuple[VoiceListed, ...]


class RestitutionCards(Notice):
    """The cards of all tables, for the regia to look at."""

    cards: tuple[RestitutionCard, ...]


class RestitutionPublished(Notice):
    """It goes to the channel (`pages` pictures) and to who facilitates (`cards`); `already`: it had gone."""

    version: int
    at: datetime
    pages: int
    cards: int
    already: bool
    channel: bool


class RestitutionFrozen(Notice):
    """What is contributed from now on is not in the restitution. `talking`: tables that still discuss."""

    until: datetime
    talking: tuple[str, ...]


class RestitutionRefused(Notice):
    """Nothing was done: "draft" (nothing is frozen yet), "unseen", "unknown" (version), "unclear" (typed)."""

    reason: str
    misread: str = ""
