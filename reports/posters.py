"""A poster for each table: how to take part, with the phone or on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import naming, qr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locales.translator import Translator
    from participation.event import Event, Table
    from reports.typesetting import Typesetter

ZONES_IN_LINES = 3
"""More zones than these are put one after the other."""


def address(bot: str, payload: str) -> str:
    """The deep link that a QR code holds."""
    return f"https://t.me/{bot}?start={payload}"


def draw(event: Event, tables: Sequence[Table], bot: str, words: Translator, typesetter: Typesetter) -> bytes:
    """One A4 page a table; `bot` is the bot's user name, without "@"."""
    return typesetter.pdf(
        "poster",
        {
            **naming.shared(event, words),
            "title": words.plain("print.poster.title"),
            "posters": [_poster(event, table, bot, words) for table in tables],
        },
    )


def _poster(event: Event, table: Table, bot: str, words: Translator) -> dict[str, object]:
    link = address(bot, table.code)
    zones = naming.zones(event, table, words)
    return {
        "table_word": words.plain("print.table"),
        "code": table.code,
        "name": table.name,
        "zones": ("\n" if len(zones) <= ZONES_IN_LINES else ", ").join(zones),
        "place": naming.place(event, table, words),
        "qr": qr.svg(link),
        "qr_says": words.plain("print.qr", address=link),
        "steps": [
            words.plain("print.poster.scan"),
            words.plain("print.poster.read"),
            words.plain("print.poster.vote", n=event.session1.dots),
        ],
        "by_hand": words.plain("print.poster.by_hand", bot=bot),
        "paper": words.plain("print.poster.paper"),
        "equal": words.plain("print.poster.equal"),
    }
