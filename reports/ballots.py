"""Numbered ballots on paper, for those at a table who prefer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import naming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locales.translator import Translator
    from participation.event import Event, Table
    from reports.typesetting import Typesetter

SIZES = (12.0, 11.5, 11.0, 10.5, 10.0, 9.5, 9.0)
"""Points, falling. Under 9 nobody should have to read."""


def draw(
    event: Event, table: Table, numbers: Sequence[int], words: Translator, typesetter: Typesetter
) -> bytes:
    """The table's sheets with these numbers, one after the other.

    Each takes as few pages as the smallest type needs; one that takes several begins on a front side, when
    printed on both.
    """
    dots = event.session1.dots
    one_each = event.session1.most_per_strategy == 1
    data: dict[str, object] = {
        **naming.shared(event, words),
        "title": words.plain("print.ballot.title", table=table.name),
        "table_word": words.plain("print.table"),
        "table": table.name,
        "table_code": table.code,
        "sheet_word": words.plain("print.ballot.sheet"),
        "question": event.session1.question,
        "how": words.plain(f"print.ballot.how_{event.session1.stacking}", n=dots),
        "write_numbers": not one_each,
        "zone_word": words.plain("print.ballot.zone"),
        "zones": naming.zones(event, table, words),
        "foot": words.plain("print.ballot.foot"),
        "axes": naming.axes(event, words),
    }
    trial = {**data, "sheets": [max(numbers)], "page_of": []}
    least = typesetter.pages("ballot", {**trial, "pages": 1, "size": SIZES[-1]})
    size, pages = typesetter.largest("ballot", {**trial, "pages": least}, SIZES)
    page_of = [words.plain("print.ballot.page", page=page, pages=pages) for page in range(1, pages + 1)]
    return typesetter.pdf(
        "ballot", {**data, "size": size, "pages": pages, "page_of": page_of, "sheets": list(numbers)}
    )
