"""The restitution: the bird's-eye view that the room is given back in plenary, and its pages.

What it is made of is gathered by `participation/restituting.py`; here it is put together, without a database,
for that takes a processor for seconds and is done elsewhere (`bot/thinker.py`). It says how often and where
things were said, never in whose words: no sentence of anybody's is in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from participation import embedding, personal_data, themes
from participation.aggregates import (
    AxisKeywords,
    Keyword,
    Keywords,
    Restitution,
    RestitutionTheme,
    SingleVoice,
)
from participation.keywords import keywords
from participation.themes import Said, Theme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

SESSIONS: Final = (1, 2)

KINDS: Final = ("recurring", "crosscutting", "single")
"""The kinds of themes in the order of their pages."""

MOST_WORDS: Final = 24
"""Words on a page of keywords, at most: what does not fit there is left out and counted."""

WORDS_OF_A_VOICE: Final = 3
"""Keywords by which a single voice is shown, at most: a hint, never the sentence."""

THEMES_ON_A_PAGE: Final = 4
VOICES_ON_A_PAGE: Final = 16
MOST_PAGES: Final = {"recurring": 2, "crosscutting": 2, "single": 1, "voices": 1}
"""Pages of a kind, at most: a plenary has ten minutes. The list that comes with them has all."""

_ADAPTER: TypeAdapter[Restitution] = TypeAdapter(Restitution)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A contribution that stands, as the restitution needs it.

    `person` is only there to count voices by; `also`: those (None for the table) whom its table found to say
    the same; `plenary`: its table marked it.
    """

    number: int
    session: int
    table: str
    person: int | None
    strategy: str | None
    text: str
    theme: str | None
    also: tuple[int | None, ...] = ()
    plenary: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """All that a version is made of. `vectors`: the meaning of those that were read, by number.

    `axis_of`: of each strategy; `axes` and `tables`: codes in the event's order; `themes` without words.
    """

    version: int
    at: datetime
    until: datetime | None
    language: str
    axes: tuple[str, ...]
    tables: tuple[str, ...]
    axis_of: Mapping[str, str]
    talking: tuple[str, ...]
    spoken: tuple[Spoken, ...]
    themes: tuple[RestitutionTheme, ...]
    vectors: Mapping[int, bytes]


def made(given: Material) -> Restitution:
    """The restitution that comes of this. Takes seconds for thousands of contributions."""
    here: Counter[str] = Counter()
    for each in given.spoken:
        here[each.table] += _count(each)
    return Restitution(
        version=given.version,
        at=given.at,
        until=given.until,
        contributions=here.total(),
        people=len({who for each in given.spoken for who in (each.person, *each.also)} - {None}),
        by_table={code: here[code] for code in given.tables if here[code]},
        talking=given.talking,
        unread=sum(each.number not in given.vectors for each in given.spoken),
        sessions=tuple(
            Keywords(given.at, session, sum(map(_count, said)), _words(said, given.language))
            for session in SESSIONS
            for said in [[each for each in given.spoken if each.session == session]]
        ),
        axes=tuple(
            AxisKeywords(axis, sum(map(_count, said)), _words(said, given.language))
            for axis in given.axes
            for said in [[each for each in given.spoken if given.axis_of.get(each.strategy or "") == axis]]
        ),
        themes=tuple(sorted(given.themes, key=lambda theme: not theme.plenary)),
        voices=_voices(given),
    )


def _words(said: Sequence[Spoken], language: str) -> tuple[Keyword, ...]:
    # What was merged said the same: each of them is a voice for its words.
    spoken = (
        (each.table, who, personal_data.blanked(each.text))
        for each in said
        for who in (each.person, *each.also)
    )
    return keywords(spoken, MOST_WORDS, language=language)


def _count(spoken: Spoken) -> int:
    """How many contributions it stands for."""
    return 1 + len(spoken.also)


def _voices(given: Material) -> tuple[SingleVoice, ...]:
    """What fits in no theme, what its table marked first, then by table.

    What it is about is told by comparison with all the others.
    """
    alone = [each for each in given.spoken if each.theme is None]
    place = {code: number for number, code in enumerate(given.tables)}
    alone.sort(key=lambda each: (not each.plenary, place.get(each.table, len(place)), each.number))
    hints = _hints(given)
    return tuple(
        SingleVoice(str(each.number), each.table, each.strategy, hints.get(each.number, ()), _count(each))
        for each in alone
    )


def _hints(given: Material) -> dict[int, tuple[str, ...]]:
    read = [each for each in given.spoken if each.number in given.vectors]
    alone = [each for each in read if each.theme is None]
    if not alone:
        return {}
    members: defaultdict[str, list[str]] = defaultdict(list)
    for each in read:
        if each.theme is not None:
            members[each.theme].append(str(each.number))
    single = [Theme(f"alone:{each.number}", (str(each.number),), leftover=True) for each in alone]
    shown = themes.described(
        [*single, *(Theme(key, tuple(keys), leftover=False) for key, keys in members.items())],
        [
            Said(str(each.number), each.text, each.table, each.person, each.strategy, each.also)
            for each in read
        ],
        embedding.unpacked([given.vectors[each.number] for each in read]),
        given.language,
    )
    return {
        each.number: description.keywords[:WORDS_OF_A_VOICE]
        for each, description in zip(alone, shown, strict=False)
    }


# --- pages ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """One page: "session", "axis", one of `KINDS` or "voices"; which session, axis, or page of its kind.

    `number` of `count` in all.
    """

    kind: str
    which: str
    number: int
    count: int

    @property
    def name(self) -> str:
        """How the page is called where it is asked for: "axis-3"."""
        return f"{self.kind}-{self.which}"


def pages(restitution: Restitution) -> tuple[Page, ...]:
    """The pages of a restitution in their order: words, themes by kind, single voices."""
    names = list(_names(restitution))
    return tuple(Page(kind, which, number, len(names)) for number, (kind, which) in enumerate(names, start=1))


def page(restitution: Restitution, name: str) -> Page:
    """The page that is called so. Raises `KeyError` when there is none."""
    return {each.name: each for each in pages(restitution)}[name]


def _names(restitution: Restitution) -> Iterator[tuple[str, str]]:
    for session in restitution.sessions:
        yield "session", str(session.session)
    for axis in restitution.axes:
        yield "axis", axis.axis
    for kind in KINDS:
        # That nothing comes back, or cuts across, is worth a page; that nothing is single is not.
        least = 0 if kind == "single" else 1
        count = -(-len(restitution.of_kind(kind)) // THEMES_ON_A_PAGE)
        for which in range(min(max(least, count), MOST_PAGES[kind])):
            yield kind, str(which + 1)
    for which in range(min(-(-len(restitution.voices) // VOICES_ON_A_PAGE), MOST_PAGES["voices"])):
        yield "voices", str(which + 1)


def first_of(kind: str, count: int) -> int | None:
    """How many of so many themes (or voices) are on pages; None when all are."""
    most = MOST_PAGES[kind] * (VOICES_ON_A_PAGE if kind == "voices" else THEMES_ON_A_PAGE)
    return most if count > most else None


def themes_on(restitution: Restitution, page: Page) -> tuple[RestitutionTheme, ...]:
    """The themes on a page of themes."""
    start = (int(page.which) - 1) * THEMES_ON_A_PAGE
    return restitution.of_kind(page.kind)[start : start + THEMES_ON_A_PAGE]


def voices_on(restitution: Restitution, page: Page) -> tuple[SingleVoice, ...]:
    """The single voices on a page of them."""
    start = (int(page.which) - 1) * VOICES_ON_A_PAGE
    return restitution.voices[start : start + VOICES_ON_A_PAGE]


# --- at rest -------------------------------------------------------------------------------------------


def dump(restitution: Restitution) -> str:
    """A restitution as JSON text."""
    return _ADAPTER.dump_json(restitution).decode()


def load(text: str) -> Restitution:
    """The restitution that `dump` wrote."""
    return _ADAPTER.validate_json(text)
