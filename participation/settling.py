"""From the groups that were found to the themes that are shown: which group is which theme.

The machine finds groups of contributions, again and again as more come. People talk about themes by their
numbers, so a group that is mostly the old one keeps its number. Pure: rows in, what is to change out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from participation.themes import Description, Theme
    from storage.themes import Placed, ThemeRow


@dataclass(frozen=True)
class Group:
    """One group for the machine to place: its free contributions, and how it is shown.

    `theme` is the one it is (None: a new one); `leftover`: it is none, its contributions fit nowhere.
    """

    numbers: tuple[int, ...]
    theme: int | None
    leftover: bool
    label: str
    keywords: tuple[str, ...]


def theme_key(theme: int) -> str:
    """How a theme that is held is named to `participation.themes`."""
    return f"theme {theme}"


def said_key(number: int) -> str:
    """How a contribution is named to `participation.themes`: in the order of the numbers."""
    return f"{number:09}"


def now_in(themes: Mapping[int, ThemeRow], theme: int | None) -> int | None:
    """Where what was in this theme is now: itself, the one it went into (and so on), or None."""
    while theme is not None and themes[theme].gone:
        theme = themes[theme].gone_into
    return theme


def settle(
    found: Sequence[Theme],
    shown: Sequence[Description],
    places: Sequence[Placed],
    themes: Mapping[int, ThemeRow],
) -> list[Group]:
    """What the machine does with what it found, given how everything is by now.

    What the regia holds meanwhile stays where it is; a theme that they touched is itself, one that they ended
    is the one it went into; each other group is the untouched theme it has most in common with, or a new one,
    unless no word of it can be shown: then its contributions stand for themselves.
    """
    free = {each.number: each.theme for each in places if not each.held}
    of_key = {theme_key(number): number for number in themes}
    groups: list[Group] = []
    for theme, description in zip(found, shown, strict=True):
        known = of_key.get(theme.key)
        numbers = tuple(number for number in map(int, theme.members) if number in free)
        if known is not None:
            target = now_in(themes, known)
            groups.append(Group(numbers, target, target is None, description.label, description.keywords))
        elif numbers:
            # What nothing can be called ("a", "xxx", signs) has nothing in common that could be shown.
            leftover = theme.leftover or not description.label
            groups.append(Group(numbers, None, leftover, description.label, description.keywords))
    return _with_old_numbers(groups, free, themes)


def _with_old_numbers(
    groups: list[Group], free: Mapping[int, int | None], themes: Mapping[int, ThemeRow]
) -> list[Group]:
    untouched = {number for number, theme in themes.items() if not theme.touched and not theme.gone}
    shared: list[tuple[int, int, int]] = []
    for place, group in enumerate(groups):
        if group.theme is None and not group.leftover:
            common = Counter(free[number] for number in group.numbers)
            shared += [(-n, old, place) for old, n in common.items() if old is not None and old in untouched]
    settled = list(groups)
    for _, old, place in sorted(shared):
        group = settled[place]
        if old in untouched and group.theme is None:
            untouched.discard(old)
            settled[place] = Group(group.numbers, old, False, group.label, group.keywords)
    return settled


def gone_into(before: Mapping[int, int | None], after: Mapping[int, int | None], theme: int) -> int | None:
    """Where most of what was in a theme is now; None when that is nowhere in particular.

    `before` and `after`: the theme of each contribution.
    """
    went = Counter(after[number] for number, old in before.items() if old == theme and number in after)
    best = sorted(went.items(), key=lambda pair: (-pair[1], pair[0] is None, pair[0] or 0))
    return best[0][0] if best else None
