"""What a changed event file changes: its wording, which may change at any time, or the event itself.

Codes, numbers, times, choices, what there is and in which order: people have built on these once the event
has begun, and what they did would not fit another event. Wording is only read anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from participation.event import Event

WORDING: Final = frozenset(
    {
        "title",
        "subtitle",
        "language",
        "organiser.name",
        "organiser.controller_basis",
        "agenda.title",
        "agenda.speakers",
        "axes.title",
        "axes.strategies.title",
        "axes.strategies.label",
        "axes.strategies.actions.title",
        "zones.name",
        "venues.name",
        "venues.lead",
        "tables.name",
        "tables.room",
        "tables.facilitators",
        "session1.question",
        "session1.why",
        "session2.question",
        "session2.questions.text",
        "session2.questions.short",
        "contacts.email",
        "contacts.website",
        "contacts.form_url",
        "privacy.notice",
        "privacy.url",
        "suggestions.until",
        "suggestions.digest",
        "suggestions.separator",
        "suggestions.columns.strategy",
        "suggestions.columns.texts",
        "suggestions.columns.zone",
        "suggestions.columns.answer",
        "suggestions.columns.time",
    }
)
"""The keys of an event file, as docs/event-file.md lists them, that may change while the event runs.

Every other key is structure, and so is one that is added later until it is named here.
"""


@dataclass(frozen=True)
class Change:
    """One difference between two event files.

    `key_path` is written as in `Problem`. `before` and `now` are values of the file; None is "not there". Of
    a part that was added or taken out the value is its code; of parts in another order, their codes.
    """

    key_path: str
    before: object
    now: object
    wording: bool


class EventChanged(Exception):
    """The file of an event that has begun was changed in more than its wording; `changes` says in what."""

    def __init__(self, changes: tuple[Change, ...]) -> None:
        super().__init__(", ".join(change.key_path for change in changes))
        self.changes = changes


def compare(before: Event, now: Event) -> tuple[Change, ...]:
    """Every difference, in the order of the keys."""
    return tuple(_in_section(before.model_dump(), now.model_dump(), "", ""))


def structure(before: Event, now: Event) -> tuple[Change, ...]:
    """The differences that are more than wording."""
    return tuple(change for change in compare(before, now) if not change.wording)


def _in_section(
    before: Mapping[str, object], now: Mapping[str, object], path: str, keys: str
) -> Iterator[Change]:
    for name, was in before.items():
        yield from _in_value(was, now[name], f"{path}.{name}".lstrip("."), f"{keys}.{name}".lstrip("."))


def _in_value(before: object, now: object, path: str, keys: str) -> Iterator[Change]:
    if before == now:
        return
    if isinstance(before, dict) and isinstance(now, dict):
        yield from _in_section(before, now, path, keys)
        return
    by_code, by_code_now = _by_code(before), _by_code(now)
    if by_code is not None and by_code_now is not None:
        yield from _in_list(by_code, by_code_now, path, keys)
    else:
        yield Change(path, before, now, keys in WORDING)


def _by_code(value: object) -> dict[str, Mapping[str, object]] | None:
    """The parts of a list by their codes, which are unique; None for whatever is no list of such parts."""
    if not isinstance(value, tuple) or not all(isinstance(part, dict) for part in value):
        return None
    return {str(part["code"]): part for part in value}


def _in_list(
    before: Mapping[str, Mapping[str, object]], now: Mapping[str, Mapping[str, object]], path: str, keys: str
) -> Iterator[Change]:
    for code, was in before.items():
        if code in now:
            yield from _in_section(was, now[code], f"{path}[{code}]", keys)
        else:
            yield Change(f"{path}[{code}]", code, None, wording=False)
    yield from (Change(f"{path}[{code}]", None, code, wording=False) for code in now if code not in before)
    kept, kept_now = _common(before, now), _common(now, before)
    if kept != kept_now:
        yield Change(path, kept, kept_now, wording=False)


def _common(these: Mapping[str, object], those: Mapping[str, object]) -> Sequence[str]:
    return tuple(code for code in these if code in those)
