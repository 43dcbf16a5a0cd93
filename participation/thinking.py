"""What the machine does with contributions: read what they mean, place them, find the themes anew.

Between two calls everything rests in the store, so whoever is killed in between goes on where it was. Reading
and finding take a processor for long and are done elsewhere (`bot/thinker.py`); here is what goes there and
what becomes of what comes back. The regia may act meanwhile: what they hold is never moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from participation import settling
from participation.themes import Said, Theme
from storage import themes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from participation.themes import Description
    from storage.database import Database, Reader
    from storage.themes import Placed, State

AT_ONCE = 32
"""Contributions that are read together: they keep two processors busy, and a new one waits little."""


@dataclass(frozen=True)
class Material:
    """All that the machine finds themes by, as it was at one moment.

    `said` and `vectors` in the same order; `held` (contribution key -> theme key) must stay; `standing` are
    the themes as they are; `state` says what all this knows of.
    """

    said: tuple[Said, ...]
    vectors: tuple[bytes, ...]
    held: Mapping[str, str]
    standing: tuple[Theme, ...]
    numbers: tuple[int, ...]
    state: State


def as_said(each: Placed) -> Said:
    """A contribution as the rules of themes see it."""
    return Said(
        settling.said_key(each.number), each.text, each.table, each.person, each.strategy, each.merged
    )


async def material(reader: Reader) -> Material:
    """What there is to find themes by: all that was read, but what the regia wants to be a leftover."""
    state = await themes.state(reader)
    # In this order: between the two longest pieces of work the event loop goes round.
    places = await themes.places(reader)
    known = await themes.vectors(reader)
    read = [each for each in places if each.number in known and not (each.held and each.theme is None)]
    members: dict[int, list[str]] = {}
    for each in read:
        if each.theme is not None:
            members.setdefault(each.theme, []).append(settling.said_key(each.number))
    return Material(
        said=tuple(map(as_said, read)),
        vectors=tuple(known[each.number] for each in read),
        held={
            settling.said_key(each.number): settling.theme_key(each.theme)
            for each in read
            if each.held and each.theme is not None
        },
        standing=tuple(
            Theme(settling.theme_key(theme), tuple(keys), leftover=False)
            for theme, keys in sorted(members.items())
        ),
        numbers=tuple(sorted(members)),
        state=state,
    )


@dataclass(frozen=True)
class Meaning:
    """What came of reading a contribution that said `text`; `theme`: the one it joins, None for none."""

    number: int
    text: str
    vector: bytes
    theme: int | None


async def keep(database: Database, read: Sequence[Meaning]) -> None:
    """Keep what contributions mean, and place those that the machine may place.

    One that was withdrawn or edited meanwhile is left as it is (edited, it is read again).
    """
    async with database.transaction() as tx:
        known = await themes.all_themes(tx)
        for each in read:
            if await themes.keep_meaning(tx, each.number, each.text, each.vector):
                await themes.place(tx, [each.number], settling.now_in(known, each.theme))


async def settle(
    database: Database, given: Material, found: Sequence[Theme], shown: Sequence[Description]
) -> None:
    """The themes are these now, where the regia has not decided otherwise."""
    async with database.transaction() as tx:
        known = await themes.all_themes(tx)
        places = await themes.places(tx)
        before = {each.number: each.theme for each in places}
        after = dict(before)
        free = {each.number for each in places if not each.held}
        kept: set[int] = set()
        for group in settling.settle(found, shown, places, known):
            theme = group.theme
            if theme is None and not group.leftover:
                theme = await themes.create(tx, group.label, group.keywords)
            elif theme is not None:
                await themes.describe(tx, theme, group.label, group.keywords)
            if theme is not None:
                kept.add(theme)
            moved = [number for number in group.numbers if before[number] != theme]
            if moved:
                await themes.place(tx, moved, theme)
            after.update(dict.fromkeys(group.numbers, theme))
        for number, theme_row in known.items():
            if theme_row.gone or theme_row.touched or number in kept:
                continue
            # Whoever is still there came, or was edited, meanwhile.
            rest = [each for each, theme in after.items() if theme == number and each in free]
            await themes.place(tx, rest, None)
            after.update(dict.fromkeys(rest, None))
            await themes.end(tx, number, settling.gone_into(before, after, number))
        # An act that came meanwhile may have left halves of groups: then they are found once more.
        now = await themes.state(tx)
        await themes.mark_grouped(tx, given.state.changes)
        if now.newest_act != given.state.newest_act:
            await themes.ask_for_grouping(tx)
        await themes.mark_described(tx, given.state.newest_act)


async def describe(database: Database, given: Material, shown: Sequence[Description]) -> None:
    """The labels and keywords of the themes that there were, after the regia changed what is in them."""
    async with database.transaction() as tx:
        for theme, description in zip(given.numbers, shown, strict=True):
            await themes.describe(tx, theme, description.label, description.keywords)
        await themes.mark_described(tx, given.state.newest_act)
