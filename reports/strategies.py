"""All strategies by axis, for the table: one A4 page where the plan allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import naming

if TYPE_CHECKING:
    from locales.translator import Translator
    from participation.event import Event
    from reports.typesetting import Typesetter

SIZES = (13.0, 12.5, 12.0, 11.5, 11.0, 10.5, 10.0)
"""Points, falling: the smallest is still read at arm's length."""


def draw(event: Event, words: Translator, typesetter: Typesetter) -> bytes:
    """As few pages as the smallest type needs, in the largest type that needs no more."""
    data = {
        **naming.shared(event, words),
        "title": words.plain("print.strategies.heading", n=len(event.strategies)),
        "heading": words.plain("print.strategies.heading", n=len(event.strategies)),
        "question": event.session1.question,
        "axes": naming.axes(event, words),
    }
    size, _ = typesetter.largest("strategies", data, SIZES)
    return typesetter.pdf("strategies", {**data, "size": size})
