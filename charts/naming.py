"""Codes as people read them. A code that the event does not have (any more) stands for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from locales.translator import Translator
    from participation.event import Event, Table


def table_name(code: str, event: Event) -> str:
    """The short name of a table: "Pinerolo"; empty when the event has no such table."""
    table = _table(code, event)
    return table.name if table else ""


def table_zones(code: str, event: Event, words: Translator) -> str:
    """The zones that a table serves, in words: "Zone 7 e 8"; empty when the event has no such table."""
    table = _table(code, event)
    if table is None:
        return ""
    return words.plain("chart.zones", n=len(table.zones), zones=words.join(table.zones))


def zone_name(code: str, event: Event) -> str:
    """The name of a zone: "Pinerolese"; empty when the event has no such zone."""
    return next((zone.name for zone in event.zones if zone.code == code), "")


def strategy_name(code: str, event: Event) -> str:
    """A strategy's code and label: "3.2 Ferrovie"."""
    label = next((strategy.label for strategy in event.strategies if strategy.code == code), "")
    return f"{code} {label}".rstrip()


def in_order(codes: set[str], event: Event) -> list[str]:
    """Codes of strategies in the event's order; those it does not have come last."""
    known = [strategy.code for strategy in event.strategies]
    return [code for code in known if code in codes] + sorted(codes - set(known))


def _table(code: str, event: Event) -> Table | None:
    try:
        return event.table(code)
    except KeyError:
        return None
