"""What is wrong with an event file, all at once and as data.

Two passes over the same file: its shape (pydantic's errors, translated into our kinds) and its coherence
(codes that repeat or point nowhere, an agenda that goes backwards). The second reads the raw data and
tolerates what the first complains about, so that one wrong type does not hide ten wrong codes.
The sentences are in the `cli` catalogs, one for each kind.
"""

from __future__ import annotations

import difflib
import typing
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from participation.event import Event

TEXT_BUDGET = 3600
"""Characters for a list that must fit one message of 4,096 with its heading and its markup."""
LONGEST_SUGGESTING = 366
"""Days after the event for which suggestions may be collected."""
PHASES_IN_AGENDA = ("registration", "session1", "session2", "closing")
REQUIRED_PHASES = ("session1", "session2", "closing")

Location = tuple[int | str, ...]


@dataclass(frozen=True)
class Problem:
    """Something to say about an event file.

    `key_path` is where: keys joined by dots, the items of a list by their code ("tables[T4].zones") or,
    without a code of their own, by position from one ("agenda[#3].title"); empty for the file as a whole.
    `kind` says what, and `details` holds the values its sentence needs.
    """

    key_path: str
    kind: str
    details: Mapping[str, object] = field(default_factory=dict)


# ---------------------------------------------------------------------------------------------- key paths


def _item_name(items: Sequence[object], index: int) -> str:
    code = _code(items[index]) if index < len(items) else None
    if code is not None and [_code(item) for item in items].count(code) == 1:
        return f"[{code}]"
    return f"[#{index + 1}]"


def _code(item: object) -> str | None:
    code = item.get("code") if isinstance(item, dict) else None
    return code if isinstance(code, str) and code else None


def _key_path(data: object, location: Location) -> str:
    """The location of a value in `data` as people write it."""
    path = ""
    here = data
    for part in location:
        if isinstance(part, int):
            items = here if isinstance(here, list) else []
            path += _item_name(items, part)
            here = items[part] if part < len(items) else None
        else:
            path += f".{part}" if path else part
            here = here.get(part) if isinstance(here, dict) else None
    return path


# -------------------------------------------------------------------------------------------------- shape

_EXPECTED = {
    "string_type": "text",
    "int_type": "number",
    "tuple_type": "list",
    "model_type": "table",
    "model_attributes_type": "table",
    "dict_type": "table",
}
_VALUE_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "number"),
    (float, "decimal"),
    (str, "text"),
    (list, "list"),
    (dict, "table"),
    (datetime, "datetime"),
    (date, "date"),
    (time, "time"),
)
_PATTERNS = {
    "email": "not_an_email",
    "website": "not_an_address",
    "form_url": "not_an_address",
    "url": "not_an_address",
}


def shape_problems(
    errors: Iterable[ErrorDetails], data: Mapping[str, object], model: type[BaseModel]
) -> list[Problem]:
    """Pydantic's errors about `data` as problems; `model` tells which keys an unknown one may have meant."""
    return [_shape_problem(error, data, model) for error in errors if not _is_echo(error)]


def _is_echo(error: ErrorDetails) -> bool:
    """Whether pydantic calls a list too short only because it refused items of it, which it says too."""
    return error["type"] == "too_short" and bool(error["input"])


def _shape_problem(error: ErrorDetails, data: Mapping[str, object], model: type[BaseModel]) -> Problem:
    location = tuple(error["loc"])
    given = error["input"]
    key = next((part for part in reversed(location) if isinstance(part, str)), "")
    details: dict[str, object]
    match error["type"]:
        case "missing":
            kind, details = "missing", {"key": key}
        case "extra_forbidden":
            kind, details = _unknown_key(key, _model_at(model, location[:-1]))
        case "string_too_long":
            most = error["ctx"]["max_length"]
            kind, details = "too_long", {"given": given, "length": len(str(given).strip()), "most": most}
        case "string_too_short":
            kind, details = "empty_text", {"key": key}
        case "too_short":
            kind, details = ("no_facilitator" if key == "facilitators" else "empty_list"), {"key": key}
        case "greater_than_equal" | "less_than_equal":
            least, most = _bounds(model, location)
            kind, details = "out_of_range", {"given": given, "least": least, "most": most}
        case "literal_error" | "enum":
            kind, details = _not_a_choice(key, given, _choices(model, location))
        case "string_pattern_mismatch":
            kind, details = _PATTERNS.get(key, _code_kind(location)), {"given": given}
        case "not_a_time" | "not_a_date" as type_:
            kind, details = type_, {"given": given}
        case "unknown_timezone":
            found = _suggestion(str(given), _timezones())
            kind, details = ("misspelt_timezone" if found else "unknown_timezone"), {"given": given, **found}
        case type_ if type_ in _EXPECTED:
            kind, details = "wrong_type", {"expected": _EXPECTED[type_], "given": _type_name(given)}
        case _:
            # A kind of pydantic's that no key of ours can raise today: shown rather than swallowed.
            kind, details = "invalid", {"reason": error["msg"]}
    return Problem(_key_path(data, location), kind, details)


def _type_name(value: object) -> str:
    return next((name for type_, name in _VALUE_TYPES if isinstance(value, type_)), "other")


def _unknown_key(key: str, model: type[BaseModel] | None) -> tuple[str, dict[str, object]]:
    found = _suggestion(key, model.model_fields if model else ())
    return ("misspelt_key" if found else "unknown_key"), {"key": key, **found}


def _not_a_choice(key: str, given: object, choices: Sequence[str]) -> tuple[str, dict[str, object]]:
    if key == "phase" and given in ("priorities", "aftermath"):
        return "phase_not_in_agenda", {"given": given}
    return ("not_the_choice" if len(choices) == 1 else "not_a_choice"), {
        "given": given,
        "choices": tuple(choices),
    }


def _code_kind(location: Location) -> str:
    """Which rule a code broke, by the list it stands in: the sentence says what such a code looks like."""
    lists = [part for part in location if isinstance(part, str)]
    owner = lists[-2] if lists[-1] == "code" and len(lists) > 1 else lists[-1]
    return {
        "strategies": "bad_strategy_code",
        "actions": "bad_action_code",
        "tables": "bad_table_code",
        "axes": "bad_number_code",
        "zones": "bad_number_code",
        "questions": "bad_number_code",
    }.get(owner, "bad_slug")


def _suggestion(given: str, known: Iterable[str]) -> dict[str, object]:
    """The nearest of `known` under "suggestion", if one is near."""
    by_folded = {name.casefold(): name for name in known}
    nearest = difflib.get_close_matches(given.casefold(), by_folded, n=1, cutoff=0.6)
    return {"suggestion": by_folded[nearest[0]]} if nearest else {}


def _timezones() -> set[str]:
    from zoneinfo import available_timezones  # noqa: PLC0415 - walks the disk: only when there is a mistake

    return available_timezones()


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    here: type[BaseModel] | None = model
    for part in location:
        if isinstance(part, int):
            continue
        if here is None or part not in here.model_fields:
            return None
        here = _model_inside(here.model_fields[part].annotation)
    return here


def _model_inside(annotation: object) -> type[BaseModel] | None:
    """The model in an annotation such as tuple[Strategy, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_inside, typing.get_args(annotation))), None)


def _field_at(model: type[BaseModel], location: Location) -> Any:
    owner = _model_at(model, location[:-1])
    return owner.model_fields.get(str(location[-1])) if owner else None


def _choices(model: type[BaseModel], location: Location) -> tuple[str, ...]:
    found = _field_at(model, location)
    return tuple(_literals(found.annotation)) if found else ()


def _literals(annotation: object) -> Iterator[str]:
    if typing.get_origin(annotation) is typing.Literal:
        yield from (str(value) for value in typing.get_args(annotation))
    else:
        for argument in typing.get_args(annotation):
            yield from _literals(argument)


def _bounds(model: type[BaseModel], location: Location) -> tuple[int, int]:
    metadata = _field_at(model, location).metadata
    least = next(item.ge for item in metadata if getattr(item, "ge", None) is not None)
    most = next(item.le for item in metadata if getattr(item, "le", None) is not None)
    return least, most


# ---------------------------------------------------------------------------------------------- coherence


def coherence_problems(data: Mapping[str, object]) -> list[Problem]:
    """The mistakes that only show when the parts of the file are seen together.

    `data` is the raw TOML; whatever has the wrong shape in it is passed over.
    """
    return [
        *_duplicates(data),
        *_agenda_problems(data),
        *_axis_problems(data),
        *_table_problems(data),
        *_number_problems(data),
    ]


def _items(data: object, *keys: str) -> list[tuple[int, dict[str, Any]]]:
    """The tables of the list under `keys`, with their positions."""
    here: object = data
    for key in keys:
        here = here.get(key) if isinstance(here, dict) else None
    return (
        [(index, item) for index, item in enumerate(here) if isinstance(item, dict)]
        if isinstance(here, list)
        else []
    )


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _whole(data: Mapping[str, object], section: str, key: str, default: int | None = None) -> int | None:
    held = data.get(section)
    value = held.get(key, default) if isinstance(held, dict) else default
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _minutes(value: object) -> int | None:
    """A time of day in minutes after midnight, None when it is not one."""
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    if isinstance(value, str):
        hours, _, minutes = value.partition(":")
        if hours.isdecimal() and minutes.isdecimal() and len(hours) <= 2 and len(minutes) == 2:  # noqa: PLR2004
            return int(hours) * 60 + int(minutes)
    return None


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _duplicates(data: Mapping[str, object]) -> Iterator[Problem]:
    lists: list[Location] = [
        ("agenda",),
        ("axes",),
        ("zones",),
        ("venues",),
        ("tables",),
        ("session2", "questions"),
    ]
    for location in lists:
        coded = [((*location, index), item) for index, item in _items(data, *map(str, location))]
        yield from _repeated(data, coded)
    strategies = list(_strategies(data))
    yield from _repeated(data, strategies)
    actions = [
        ((*location, "actions", index), action)
        for location, strategy in strategies
        for index, action in _items(strategy, "actions")
    ]
    yield from _repeated(data, actions)


def _strategies(data: Mapping[str, object]) -> Iterator[tuple[Location, dict[str, Any]]]:
    for axis_index, axis in _items(data, "axes"):
        for index, strategy in _items(axis, "strategies"):
            yield ("axes", axis_index, "strategies", index), strategy


def _repeated(data: object, coded: Iterable[tuple[Location, dict[str, Any]]]) -> Iterator[Problem]:
    first: dict[str, Location] = {}
    for location, item in coded:
        code = _code(item)
        if code is None:
            continue
        if code.casefold() in first:
            other = _key_path(data, first[code.casefold()])
            yield Problem(
                _key_path(data, (*location, "code")), "duplicate_code", {"code": code, "other": other}
            )
        else:
            first[code.casefold()] = location


def _agenda_problems(data: Mapping[str, object]) -> Iterator[Problem]:
    agenda = _items(data, "agenda")
    timed = [
        (index, minutes) for index, item in agenda if (minutes := _minutes(item.get("time"))) is not None
    ]
    for (_, earlier), (index, later) in pairwise(timed):
        if later < earlier:
            details = {"time": _clock(later), "previous": _clock(earlier)}
            yield Problem(_key_path(data, ("agenda", index, "time")), "agenda_backwards", details)
    end = _minutes(data.get("end"))
    if end is not None and timed and end < timed[-1][1]:
        yield Problem("end", "end_before_agenda", {"end": _clock(end), "last": _clock(timed[-1][1])})
    yield from _phase_problems(data, agenda)


def _phase_problems(
    data: Mapping[str, object], agenda: list[tuple[int, dict[str, Any]]]
) -> Iterator[Problem]:
    seen: list[str] = []
    for index, item in agenda:
        phase = item.get("phase")
        if phase not in PHASES_IN_AGENDA:
            continue
        path = _key_path(data, ("agenda", index, "phase"))
        if phase in seen:
            yield Problem(path, "phase_twice", {"phase": phase})
        elif seen and PHASES_IN_AGENDA.index(phase) < max(map(PHASES_IN_AGENDA.index, seen)):
            yield Problem(path, "phase_order", {"phase": phase, "previous": seen[-1]})
        elif phase == "registration" and index:
            yield Problem(path, "registration_not_first")
        seen.append(phase)
    if isinstance(data.get("agenda"), list):
        for phase in REQUIRED_PHASES:
            if phase not in seen:
                yield Problem("agenda", "phase_missing", {"phase": phase})
    starts = [
        next((_minutes(item.get("time")) for _, item in agenda if item.get("phase") == phase), None)
        for phase in ("session1", "session2")
    ]
    start, end = starts
    minutes = _whole(data, "session1", "priority_minutes", 5)
    if start is not None and end is not None and minutes is not None and 0 <= end - start <= minutes:
        details = {"minutes": minutes, "length": end - start, "start": _clock(start), "end": _clock(end)}
        yield Problem("session1.priority_minutes", "priorities_too_long", details)


def _axis_problems(data: Mapping[str, object]) -> Iterator[Problem]:
    for axis_index, axis in _items(data, "axes"):
        axis_code = _code(axis)
        for index, strategy in _items(axis, "strategies"):
            code = _code(strategy)
            location: Location = ("axes", axis_index, "strategies", index)
            if code and axis_code and "." in code and code.split(".")[0] != axis_code:
                path = _key_path(data, (*location, "code"))
                yield Problem(path, "strategy_of_other_axis", {"code": code, "axis": axis_code})
            for action_index, action in _items(strategy, "actions"):
                action_code = _code(action)
                if code and action_code and not action_code.startswith(f"{code}."):
                    path = _key_path(data, (*location, "actions", action_index, "code"))
                    yield Problem(path, "action_of_other_strategy", {"code": action_code, "strategy": code})
    length = sum(
        len(text) + 2 for _, item in [*_strategies(data), *_items(data, "axes")] for text in _said(item)
    )
    if length > TEXT_BUDGET:
        yield Problem("axes", "titles_too_long", {"length": length, "most": TEXT_BUDGET})
    agenda = sum(len(text) + 2 for _, item in _items(data, "agenda") for text in _said(item))
    if agenda > TEXT_BUDGET:
        yield Problem("agenda", "titles_too_long", {"length": agenda, "most": TEXT_BUDGET})


def _said(item: Mapping[str, object]) -> list[str]:
    """The texts of an item that a list of all of them shows."""
    return [
        text
        for text in (item.get("code"), item.get("title"), *_texts(item.get("speakers")))
        if isinstance(text, str)
    ]


def _table_problems(data: Mapping[str, object]) -> Iterator[Problem]:
    zones = [code for _, zone in _items(data, "zones") if (code := _code(zone))]
    venues = [code for _, venue in _items(data, "venues") if (code := _code(venue))]
    served: set[str] = set()
    tables_of: dict[str, str] = {}
    for index, table in _items(data, "tables"):
        path = _key_path(data, ("tables", index))
        table_zones = _texts(table.get("zones"))
        # Even a zone written as a number, which is a mistake of its own.
        served.update(map(str, table["zones"]) if isinstance(table.get("zones"), list) else ())
        yield from _unknown(f"{path}.zones", "unknown_zone", table_zones, zones)
        yield from (
            Problem(f"{path}.zones", "zone_listed_twice", {"code": code})
            for code in sorted({code for code in table_zones if table_zones.count(code) > 1})
        )
        venue = table.get("venue")
        yield from _unknown(
            f"{path}.venue", "unknown_venue", [venue] if isinstance(venue, str) else [], venues
        )
        for person in _texts(table.get("facilitators")):
            name = " ".join(person.casefold().split())
            if name in tables_of:
                details = {"name": person, "other": tables_of[name]}
                yield Problem(f"{path}.facilitators", "facilitator_twice", details)
            else:
                tables_of[name] = path
    if _items(data, "tables"):
        for index, zone in _items(data, "zones"):
            code = _code(zone)
            if code and code not in served:
                yield Problem(_key_path(data, ("zones", index)), "zone_without_table", {"code": code})


def _unknown(path: str, kind: str, given: Iterable[str], known: Sequence[str]) -> Iterator[Problem]:
    if not known:  # the whole list is missing, and that has been said
        return
    for code in given:
        if code not in known:
            yield Problem(path, kind, {"code": code, "known": tuple(known)})


def _number_problems(data: Mapping[str, object]) -> Iterator[Problem]:
    strategies = len(list(_strategies(data)))
    session1 = data.get("session1")
    stacking = session1.get("stacking", "one_per_strategy") if isinstance(session1, dict) else None
    dots = _whole(data, "session1", "dots", 6)
    if strategies and stacking == "one_per_strategy" and dots is not None and dots > strategies:
        yield Problem("session1.dots", "more_dots_than_strategies", {"dots": dots, "strategies": strategies})
    priorities = _whole(data, "session1", "priorities", 6)
    if strategies and priorities is not None and priorities > strategies:
        details = {"priorities": priorities, "strategies": strategies}
        yield Problem("session1.priorities", "more_priorities_than_strategies", details)
    yield from _guarantee_problems(data, priorities)
    yield from _theme_problems(data)
    yield from _suggestion_problems(data)


def _theme_problems(data: Mapping[str, object]) -> Iterator[Problem]:
    for key, counted, kind in (
        ("recurring_tables", "tables", "more_tables_than_there_are"),
        ("crosscutting_axes", "axes", "more_axes_than_there_are"),
    ):
        there_are = len(_items(data, counted))
        least = _whole(data, "themes", key, 3)
        if there_are and least is not None and least > there_are:
            yield Problem(f"themes.{key}", kind, {"given": least, "there_are": there_are})
    section = data.get("themes")
    board = section.get("first_board") if isinstance(section, dict) else None
    known = [code for _, item in _items(data, "agenda") if (code := _code(item)) is not None]
    yield from _unknown(
        "themes.first_board", "unknown_agenda_item", [board] if isinstance(board, str) else [], known
    )


def _suggestion_problems(data: Mapping[str, object]) -> Iterator[Problem]:
    section = data.get("suggestions")
    if not isinstance(section, dict):
        return
    day, until = _day(data.get("date")), _day(section.get("until"))
    if day is not None and until is not None:
        days = (until - day).days
        if not 0 <= days <= LONGEST_SUGGESTING:
            kind = "suggestions_too_long" if days > 0 else "suggestions_before_event"
            details = {"until": until.isoformat(), "date": day.isoformat(), "most": LONGEST_SUGGESTING}
            yield Problem("suggestions.until", kind, details)
    columns = section.get("columns")
    if not isinstance(columns, dict):
        return
    texts = _texts(columns.get("texts"))
    for key, there, other in (
        ("strategy", "strategy" in columns, "texts"),
        ("texts", bool(texts), "strategy"),
    ):
        if columns and not there:
            yield Problem(f"suggestions.columns.{key}", "column_missing", {"key": key, "other": other})
    named = [
        column for key in ("strategy", "zone", "answer", "time") for column in _texts([columns.get(key)])
    ]
    folded = [column.strip().casefold() for column in (*named, *texts)]
    for column in (*named, *texts):
        if folded.count(column.strip().casefold()) > 1:
            yield Problem("suggestions.columns", "column_twice", {"column": column})
            return


def _day(value: object) -> date | None:
    """A day of the raw file, None when it is none."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _guarantee_problems(data: Mapping[str, object], priorities: int | None) -> Iterator[Problem]:
    """A table cannot guarantee its zones more places than it has."""
    guaranteed = _whole(data, "session1", "guaranteed_places", 0)
    if guaranteed is None or priorities is None:
        return
    for index, table in _items(data, "tables"):
        zones = len(_texts(table.get("zones")))
        if zones > 1 and zones * guaranteed > priorities:
            details = {
                "table": _key_path(data, ("tables", index)),
                "zones": zones,
                "needed": zones * guaranteed,
                "priorities": priorities,
            }
            yield Problem("session1.guaranteed_places", "more_guaranteed_than_places", details)


# -------------------------------------------------------------------------------------------------- notes


def notes(event: Event) -> tuple[Problem, ...]:
    """What is not wrong in a correct event, but is worth a second look before the day."""
    found = [
        Problem(
            f"tables[{table.code}]",
            "shared_table",
            {"table": table.code, "zones": table.zones, "facilitators": table.facilitators},
        )
        for table in event.tables
        if len(table.zones) > 1 and len(table.facilitators) > 1
    ]
    roomless = tuple(table.code for table in event.tables if table.room is None)
    if roomless:
        found.append(Problem("tables", "rooms_missing", {"tables": roomless, "n": len(roomless)}))
    leadless = tuple(venue.name for venue in event.venues if venue.lead is None)
    if leadless:
        found.append(Problem("venues", "leads_missing", {"venues": leadless, "n": len(leadless)}))
    if not any(strategy.actions for strategy in event.strategies):
        found.append(Problem("axes", "no_actions", {}))
    if event.privacy.url is None:
        found.append(Problem("privacy.url", "no_privacy_address", {}))
    return tuple(found)
