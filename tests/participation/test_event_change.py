"""What a changed event file changes: wording, which may change at any time, or the event itself."""

from __future__ import annotations

import re
import typing
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from participation.event import Event, load
from participation.event_change import WORDING, Change, compare, structure
from tests.participation.test_event import every_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]

ACTIONS = ({"code": "1.1.1", "title": "Una rete"}, {"code": "1.1.2", "title": "Un portale"})
"""Turin's programme lists none."""


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the single values of a dumped event are."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, tuple) and (path[-1] == "actions" or (value and isinstance(value[0], dict))):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    else:
        yield path


def keys_of(path: tuple[str | int, ...]) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def with_value(value: Any, path: tuple[str | int, ...], new: Callable[[Any], Any]) -> Any:
    """A copy in which the value at a path is another."""
    if not path:
        return new(value)
    first, *rest = path
    if isinstance(value, dict):
        return {**value, first: with_value(value[first], tuple(rest), new)}
    assert isinstance(first, int)
    return (*value[:first], with_value(value[first], tuple(rest), new), *value[first + 1 :])


def other(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case time():
            return value.replace(minute=(value.minute + 7) % 60)
        case int():
            return value + 1
        case tuple():
            return (*value, "another")
        case None:
            return "new"
        case str():
            return f"{value}x"
        case _:
            return value.replace(year=value.year + 1)


def event_of(dumped: dict[str, Any]) -> Event:
    """An event that need not be coherent: the comparison does not ask."""
    return typing.cast("Event", constructed(Event, dumped))


def constructed(model: type[BaseModel], data: dict[str, Any]) -> BaseModel:
    values = {}
    for name, field in model.model_fields.items():
        inner = model_in(field.annotation)
        value = data[name]
        if inner is not None and isinstance(value, dict):
            value = constructed(inner, value)
        elif inner is not None and isinstance(value, tuple):
            value = tuple(constructed(inner, each) for each in value)
        values[name] = value
    return model.model_construct(**values)


def model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, typing.get_args(annotation))), None)


DUMPED = with_value(load().model_dump(), ("axes", 0, "strategies", 0, "actions"), lambda _: ACTIONS)
TURIN = event_of(DUMPED)
CODES = [path for path in leaves(DUMPED) if path[-1] == "code" and len(path) > 1]
VALUES = [path for path in leaves(DUMPED) if path not in CODES]
LISTS = sorted({path[:-2] for path in CODES})
changed_values = st.lists(st.sampled_from(VALUES), min_size=1, max_size=6, unique=True)


def written(path: tuple[str | int, ...]) -> str:
    """A path as people write it."""
    text, here = "", DUMPED
    for part in path:
        here = here[part]
        text += f"[{here['code']}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def test_what_may_change_are_keys_of_the_event_file() -> None:
    assert set() == WORDING - set(every_key(Event))


def test_the_page_on_the_event_file_lists_them_and_no_others() -> None:
    page = (ROOT / "docs" / "event-file.md").read_text(encoding="utf-8")
    section = page.split("## Changing the file")[1].split("\n## ")[0]
    listed = section.split("may change at any time:")[1].split("\n\n")[1]
    assert sorted(WORDING) == sorted(re.findall(r"`([a-z0-9_.]+)`", listed))


def test_the_same_event_has_not_changed() -> None:
    assert () == compare(load(), load())
    assert () == compare(TURIN, event_of(DUMPED))


@given(changed_values)
def test_each_value_that_changed_is_told_and_whether_it_is_wording(
    paths: list[tuple[str | int, ...]],
) -> None:
    dumped = DUMPED
    for path in paths:
        dumped = with_value(dumped, path, other)
    changed = event_of(dumped)
    found = compare(TURIN, changed)
    assert {written(path): keys_of(path) in WORDING for path in paths} == {
        change.key_path: change.wording for change in found
    }
    assert len(paths) == len(found)
    assert tuple(change for change in found if not change.wording) == structure(TURIN, changed)
    back = compare(changed, TURIN)
    assert {(c.key_path, c.before, c.now) for c in found} == {(c.key_path, c.now, c.before) for c in back}


@given(st.sampled_from(LISTS), st.data())
def test_a_part_taken_out_added_or_moved_is_never_wording(
    path: tuple[str | int, ...], data: st.DataObject
) -> None:
    parts: Any = DUMPED
    for part in path:
        parts = parts[part]
    order = data.draw(st.permutations(range(len(parts))))
    kept = order[: data.draw(st.integers(1, len(order)))]
    changed = event_of(with_value(DUMPED, path, lambda parts: tuple(parts[number] for number in kept)))
    found = structure(TURIN, changed)
    gone = {f"{written(path)}[{parts[number]['code']}]" for number in order if number not in kept}
    moved = {written(path)} if list(kept) != sorted(kept) else set()
    assert gone | moved == {change.key_path for change in found}
    assert found == compare(TURIN, changed)
    back = structure(changed, TURIN)
    assert gone | moved == {change.key_path for change in back}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("dots = 6", "dots = 8", Change("session1.dots", 6, 8, wording=False)),
        (
            'time = "10:30"',
            'time = "10:35"',
            Change("agenda[session2].time", time(10, 30), time(10, 35), wording=False),
        ),
        (
            'stacking = "one_per_strategy"',
            'stacking = "free"',
            Change("session1.stacking", "one_per_strategy", "free", wording=False),
        ),
        (
            'title = "Salute"',
            'title = "Salute e sport"',
            Change("axes[6].title", "Salute", "Salute e sport", wording=True),
        ),
    ],
)
def test_as_files_are_changed(tmp_path: Path, old: str, new: str, expected: Change) -> None:
    text = (ROOT / "participation" / "events" / "psm-torino-2024-2026.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "event.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert (expected,) == compare(load(), load(path))
