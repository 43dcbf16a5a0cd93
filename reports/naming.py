"""What sheets of all kinds say alike: the event, its tables, zones and axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from locales.translator import Translator
    from participation.event import Event, Table


def shared(event: Event, words: Translator) -> dict[str, object]:
    """What every template is given."""
    return {"event": event.title, "event_language": event.language, "language": words.language}


def zones(event: Event, table: Table, words: Translator) -> list[str]:
    """The zones of a table, in words: "Zona 5 · Pinerolese"."""
    return [words.plain("print.zone", code=code, name=event.zone(code).name) for code in table.zones]


def place(event: Event, table: Table, words: Translator) -> str:
    """Where the table meets: "Sede: Torino (CMT), 2° piano"."""
    where = ", ".join(filter(None, (event.venue(table.venue).name, table.room)))
    return words.plain("print.place", place=where)


def axes(event: Event, words: Translator) -> list[dict[str, object]]:
    """All axes with the full titles of their strategies."""
    return [
        {
            "title": words.plain("chart.axis", code=axis.code, title=axis.title),
            "strategies": [{"code": each.code, "title": each.title} for each in axis.strategies],
        }
        for axis in event.axes
    ]
