"""Themes: what many contributions have in common, by their meaning.

The rules, without a database: `grouped` finds the themes of contributions and respects what the regia has
touched, `placed` says where new ones belong, `described` gives a theme its label and keywords, `kinds` says
whether it is recurring, cross-cutting or single. The machine proposes; the regia decides.

Vectors come from `participation/embedding.py`, one row for each contribution in the same order; they are best
kept with the contribution, since making one costs far more than all the rest. `grouped` of many contributions
takes seconds: run it in a worker (bot/thinker.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import TYPE_CHECKING

from participation import personal_data
from participation.embedding import cleaned
from participation.keywords import Term, terms

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from participation.embedding import Vectors
    from participation.event import Event

MOST_KEYWORDS = 5
LABEL_KEYWORDS = 2
"""So many keywords make a label."""
LABEL_LENGTH = 60
"""Characters of a label at most; it is cut between keywords, never in one."""
# A phrase says more than a word; what is near the middle counts more, by its square; what is far a little.
_PAIR = 1.6
_CENTRAL = 2.0
_FAR = 0.05


@dataclass(frozen=True, slots=True)
class Said:
    """A contribution as themes see it.

    `key` names it; `table` is the code of the table it comes from, None for a suggestion from elsewhere;
    `person` is who wrote it, None for a table's own note; `strategy` is a code of the event file, if any.
    `also`: persons (None as above) of whom somebody at the table found that they say the same.
    """

    key: str
    text: str
    table: str | None = None
    person: Hashable | None = None
    strategy: str | None = None
    also: tuple[Hashable | None, ...] = ()

    @property
    def voice(self) -> Hashable:
        """Who speaks: a person however often they say it, or the table for its notes."""
        return self._voice(self.person)

    @property
    def voices(self) -> frozenset[Hashable]:
        """All who speak with it."""
        return frozenset(map(self._voice, (self.person, *self.also)))

    def _voice(self, person: Hashable | None) -> Hashable:
        return ("table", self.table) if person is None else ("person", person)


class Kind(StrEnum):
    """What a theme is; recurring and cross-cutting may come together, single excludes both."""

    RECURRING = "recurring"
    CROSSCUTTING = "crosscutting"
    SINGLE = "single"


@dataclass(frozen=True, slots=True)
class Theme:
    """Contributions that belong together; every contribution is in exactly one theme.

    `members` are their keys, in the order in which they were given. `key` names the theme: what the regia
    touched keeps its own, another takes the key of its first member that is free. A `leftover` fits nowhere:
    a single voice that said a single thing.
    """

    key: str
    members: tuple[str, ...]
    leftover: bool


@dataclass(frozen=True, slots=True)
class Description:
    """How a theme is shown: up to five keywords, and a label made of the first of them.

    Both are in the surface form that people used, accents included, and hold neither names nor numbers of
    persons. A theme of texts without words of content has none: `label` is empty then.
    """

    label: str
    keywords: tuple[str, ...]


# ----------------------------------------------------------------------------------------------- grouping


def grouped(
    said: Sequence[Said], vectors: Vectors, held: Mapping[str, str] | None = None
) -> tuple[Theme, ...]:
    """The themes of all contributions, those of most voices first.

    `held` names for contributions the theme they must stay in (contribution key -> theme key): all those in
    a theme that the regia renamed, merged, split or marked, and those moved by hand. They are not moved, and
    two such themes are never joined; the others are grouped anew and may join them. The same contributions
    give the same themes, in whatever order they come.
    """
    from participation import grouping  # noqa: PLC0415 - arrays only where themes are made

    held = held or {}
    fixed_keys = sorted({held[each.key] for each in said if each.key in held})
    fixed_number = {key: number for number, key in enumerate(fixed_keys)}
    # What is said again in the same words counts once: fifty copies must not bend what is near.
    units: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row, each in enumerate(said):
        fixed = fixed_number[held[each.key]] if each.key in held else -1
        units[cleaned(each.text) or each.text, fixed].append(row)
    _join_held_copies(units)
    ordered = sorted(units)
    fixed_groups = [fixed for _, fixed in ordered]
    if not ordered:
        return ()
    seen = grouping.directions(vectors[[min(units[unit], key=lambda row: said[row].key) for unit in ordered]])
    groups = grouping.group(*grouping.similarities(seen), fixed_groups)
    rows_of: dict[int, list[int]] = defaultdict(list)
    key_of: dict[int, str] = {}
    for unit, number in zip(ordered, groups.tolist(), strict=True):
        rows_of[number] += units[unit]
        if unit[1] >= 0:
            key_of[number] = fixed_keys[unit[1]]
    return _themes(said, rows_of, key_of)


@dataclass(frozen=True, slots=True)
class Places:
    """What `placed` needs to know of themes: made once by `places`, good until the themes change.

    The `centre` of all contributions (1, d); for each theme the sum of its `directions` (themes, d) and its
    `sizes`, its different texts; from which similarity on two belong together (`least`).
    """

    centre: Vectors
    directions: Vectors
    sizes: Vectors
    least: float


def places(said: Sequence[Said], vectors: Vectors, themes: Sequence[Theme]) -> Places | None:
    """What to place new contributions by; None while there are no themes. `said` are all in `themes`."""
    import numpy as np  # noqa: PLC0415 - as in grouped

    from participation import grouping  # noqa: PLC0415 - as in grouped

    row_of = {each.key: row for row, each in enumerate(said)}
    # Copies count once here too.
    distinct: dict[tuple[int, str], int] = {}
    for place, theme in enumerate(themes):
        for key in theme.members:
            text = said[row_of[key]].text
            distinct.setdefault((place, cleaned(text) or text), row_of[key])
    if not distinct:
        return None
    known = vectors[list(distinct.values())]
    centre = grouping.mean(known)
    there = grouping.directions(known, centre)
    sums = np.zeros((len(themes), there.shape[1]), dtype=np.float32)
    sizes = np.zeros(len(themes), dtype=np.float32)
    for (place, _), row in zip(distinct, there, strict=True):
        sums[place] += row
        sizes[place] += row.any()
    return Places(centre, sums, sizes, grouping.threshold(int(np.any(there, axis=1).sum())))


def placed(new: Vectors, by: Places | None) -> list[int | None]:
    """For each new vector the place among the themes of the one it joins, None when it fits none of them.

    Nothing that is there moves. Each new one is judged by itself: those that fit nowhere are leftovers until
    the themes are found anew.
    """
    from participation import grouping  # noqa: PLC0415 - as in grouped

    if by is None:
        return [None] * len(new)
    seen = grouping.directions(new, by.centre)
    gains = seen @ by.directions.T - by.least * by.sizes
    return [
        int(gain.argmax()) if row.any() and gain.max() > 0 else None
        for row, gain in zip(seen, gains, strict=True)
    ]


def _join_held_copies(units: dict[tuple[str, int], list[int]]) -> None:
    """A free copy of a text that is held in one theme alone belongs there too."""
    where: dict[str, list[int]] = defaultdict(list)
    for text, fixed in units:
        where[text].append(fixed)
    for text, themes in where.items():
        touched = [theme for theme in themes if theme >= 0]
        if len(touched) == 1 and len(themes) > 1:
            units[text, touched[0]] += units.pop((text, -1))


def _themes(
    said: Sequence[Said], rows_of: Mapping[int, list[int]], key_of: Mapping[int, str]
) -> tuple[Theme, ...]:
    taken = set(key_of.values())
    found: list[tuple[int, Theme]] = []
    in_order = sorted(rows_of.items(), key=lambda pair: min(said[row].key for row in pair[1]))
    for number, rows in in_order:
        rows.sort()
        key = key_of.get(number)
        if key is None:
            mine = sorted(said[row].key for row in rows)
            key = next((each for each in mine if each not in taken), f"{mine[0]}+")
            while key in taken:
                key += "+"
        taken.add(key)
        things = {(voice, cleaned(said[row].text)) for row in rows for voice in said[row].voices}
        voices = len({voice for voice, _ in things})
        found.append((voices, Theme(key, tuple(said[row].key for row in rows), len(things) == 1)))
    found.sort(key=lambda pair: (-pair[0], -len(pair[1].members), pair[1].key))
    return tuple(theme for _, theme in found)


# ------------------------------------------------------------------------------------------------ kinds


def kinds(members: Sequence[Said], event: Event) -> frozenset[Kind]:
    """The kinds of the theme with these contributions, by the event file's `[themes]`; never empty.

    Recurring: at `recurring_tables` tables or more that don't all serve one zone. Cross-cutting: about
    strategies of `crosscutting_axes` axes or more. Single: neither. Tables and strategies that the event file
    does not know (any more) don't count.
    """
    known = {table.code: table for table in event.tables}
    tables = [known[code] for code in sorted({each.table for each in members if each.table in known})]
    codes = {strategy.code for strategy in event.strategies}
    axes = {event.axis_of(each.strategy).code for each in members if each.strategy in codes}
    found = set()
    if len(tables) >= event.themes.recurring_tables:
        shared = set(tables[0].zones).intersection(*(table.zones for table in tables))
        if not shared:
            found.add(Kind.RECURRING)
    if len(axes) >= event.themes.crosscutting_axes:
        found.add(Kind.CROSSCUTTING)
    return frozenset(found or {Kind.SINGLE})


# ----------------------------------------------------------------------------------------------- labels


def described(
    themes: Sequence[Theme], said: Sequence[Said], vectors: Vectors, language: str = "it"
) -> tuple[Description, ...]:
    """The label and the keywords of each theme, in the order of `themes`.

    A word or phrase weighs by how many voices of the theme use it, how near its contributions are to the
    middle of the theme, and how rare it is in the others. `said` are all the contributions of `themes`.
    """
    from participation import grouping  # noqa: PLC0415 - as in grouped

    if not said:
        return tuple(Description("", ()) for _ in themes)
    row_of = {each.key: row for row, each in enumerate(said)}
    # What may be somebody's is no theme, whether it was let pass or not.
    spoken = terms(
        [(each.table, each.person, personal_data.blanked(each.text)) for each in said], language=language
    )
    everywhere: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for place, theme in enumerate(themes):
        for key in theme.members:
            for term in spoken[row_of[key]]:
                everywhere[term.key].add(place)
    seen = grouping.directions(vectors)
    found = []
    for theme in themes:
        rows = [row_of[key] for key in theme.members]
        # Each voice has one say in where the middle is.
        by_voice: dict[Hashable, list[int]] = defaultdict(list)
        for row in rows:
            by_voice[said[row].voice].append(row)
        middle = sum(seen[mine].mean(axis=0) for mine in by_voice.values())
        near = dict(zip(rows, (seen[rows] @ middle).tolist(), strict=True))
        most = max(*near.values(), _FAR)
        # (voice, term): somebody who says it ten times says it once.
        uses: dict[Term, dict[Hashable, float]] = defaultdict(dict)
        for row in rows:
            weight = max(near[row] / most, _FAR) ** _CENTRAL
            for term in spoken[row]:
                voices = uses[term]
                for voice in said[row].voices:
                    voices[voice] = max(voices.get(voice, 0.0), weight)
        rare = {term: log(1 + len(themes) / len(everywhere[term.key])) for term in uses}
        weighed = {
            term: sum(voices.values()) * rare[term] * (_PAIR if len(term.key) > 1 else 1.0)
            for term, voices in uses.items()
            if len(term.text) <= LABEL_LENGTH
        }
        chosen = _chosen(weighed)
        found.append(Description(_label(chosen), chosen))
    return tuple(found)


def _chosen(weighed: Mapping[Term, float]) -> tuple[str, ...]:
    """The best terms, none of which says again what a better one says."""
    said: Counter[str] = Counter()
    chosen: list[str] = []
    for term, _ in sorted(weighed.items(), key=lambda item: (-item[1], item[0].text)):
        if any(said[word] for word in term.key):
            continue
        said.update(term.key)
        chosen.append(term.text)
        if len(chosen) == MOST_KEYWORDS:
            break
    return tuple(chosen)


def _label(keywords: Sequence[str]) -> str:
    label = ""
    for each in keywords[:LABEL_KEYWORDS]:
        longer = f"{label}, {each}" if label else each
        if len(longer) > LABEL_LENGTH:
            break
        label = longer
    return label[:1].upper() + label[1:]
