"""The event file: its models, its loader, and every mistake it can hold."""

from __future__ import annotations

import re
import tomllib
import typing
from copy import deepcopy
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from participation.event import PACKAGED, Event, EventFileError, Phase, load, read
from participation.event_check import coherence_problems, notes, shape_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from participation.event import Problem

ROOT = Path(__file__).parents[2]
Data = dict[str, Any]
TURIN: Data = tomllib.loads(PACKAGED.read_text(encoding="utf-8"))


def problems_after(change: Callable[[Data], object]) -> list[Problem]:
    """What is wrong with Turin's file once `change` was made to it."""
    data = deepcopy(TURIN)
    change(data)
    return problems_of(data)


def problems_of(data: Data) -> list[Problem]:
    found: list[Problem] = []
    try:
        Event.model_validate(data)
    except ValidationError as error:
        found += shape_problems(error.errors(include_url=False), data, Event)
    return [*found, *coherence_problems(data)]


def said(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.key_path, problem.kind) for problem in problems]


# ------------------------------------------------------------------------------------------- what it offers


@pytest.fixture(scope="module")
def turin() -> Event:
    return load()


def test_the_packaged_event_is_read(turin: Event) -> None:
    assert turin.code == "psm-torino-2024-2026"
    assert turin.date == date(2023, 12, 5)
    assert [6, 27, 11, 10] == [len(turin.axes), len(turin.strategies), len(turin.zones), len(turin.tables)]


def test_phases_start_when_the_agenda_says(turin: Event) -> None:
    """Rome is an hour ahead of UTC in December; dots close five minutes before Session 2."""
    expected = {
        Phase.REGISTRATION: datetime(2023, 12, 5, 8, 15, tzinfo=UTC),
        Phase.SESSION1: datetime(2023, 12, 5, 9, 10, tzinfo=UTC),
        Phase.PRIORITIES: datetime(2023, 12, 5, 9, 25, tzinfo=UTC),
        Phase.SESSION2: datetime(2023, 12, 5, 9, 30, tzinfo=UTC),
        Phase.CLOSING: datetime(2023, 12, 5, 11, 10, tzinfo=UTC),
        Phase.AFTERMATH: datetime(2023, 12, 5, 12, 0, tzinfo=UTC),
    }
    assert expected == dict(turin.phase_starts())
    assert list(Phase) == list(turin.phase_starts())


def test_sessions_have_windows(turin: Event) -> None:
    at = turin.moment
    assert (at(time(10, 10)), at(time(10, 30))) == turin.session_window(1)
    assert (at(time(10, 30)), at(time(12, 10))) == turin.session_window(2)


def test_a_moment_is_utc_and_follows_daylight_saving(turin: Event) -> None:
    winter, summer = turin.moment(time(12)), turin.moment(time(12), date(2023, 7, 1))
    assert (datetime(2023, 12, 5, 11, tzinfo=UTC), UTC) == (winter, winter.tzinfo)
    assert datetime(2023, 7, 1, 10, tzinfo=UTC) == summer


def test_registration_opens_with_the_first_item_even_when_it_is_not_named() -> None:
    data = deepcopy(TURIN)
    del data["agenda"][0]["phase"]
    event = Event.model_validate(data)
    assert event.moment(time(9, 15)) == event.phase_starts()[Phase.REGISTRATION]


def test_things_are_found_by_their_codes(turin: Event) -> None:
    assert turin.strategy("3.2").label == "Ferrovie"
    assert turin.axis_of("6.4").title == "Salute"
    assert turin.zone("11").name == "Chierese-Carmagnolese"
    assert turin.venue("cirie").lead == "Alberto Cena"
    assert turin.session2.question_of("3").short == "Reti da coinvolgere"
    assert turin.agenda_item(Phase.CLOSING).code == "closing"
    assert [table.code for table in turin.tables_of_zone("1")] == ["T1", "T2", "T3"]


def test_a_table_is_found_however_its_code_is_typed(turin: Event) -> None:
    assert turin.table("t10") is turin.table("T10")


@pytest.mark.parametrize("find", ["strategy", "axis_of", "zone", "venue", "table"])
def test_an_unknown_code_is_a_key_error(turin: Event, find: str) -> None:
    with pytest.raises(KeyError):
        getattr(turin, find)("99.9")


def test_phases_without_an_item_of_their_own_have_none(turin: Event) -> None:
    with pytest.raises(KeyError):
        turin.agenda_item(Phase.PRIORITIES)


def test_one_dot_per_strategy_unless_stacking_is_free(turin: Event) -> None:
    free = turin.session1.model_copy(update={"stacking": "free"})
    assert (1, 6) == (turin.session1.most_per_strategy, free.most_per_strategy)


def test_an_event_cannot_be_changed(turin: Event) -> None:
    with pytest.raises(ValidationError):
        turin.session1.dots = 7  # type: ignore[misc]


def test_settings_that_are_not_written_have_the_documented_defaults() -> None:
    data = deepcopy(TURIN)
    del data["posts"], data["themes"], data["printing"], data["language"], data["session2"]["facilitation"]
    data["session1"] = {key: data["session1"][key] for key in ("question", "why")}
    written = load()
    silent = written.themes.model_copy(update={"first_board": None})
    assert written.model_copy(update={"themes": silent}) == Event.model_validate(data)


def test_suggestions_of_which_nothing_is_written_close_after_two_weeks() -> None:
    data = deepcopy(TURIN)
    del data["suggestions"]
    event = Event.model_validate(data)
    assert date(2023, 12, 19) == event.suggestions_until
    assert datetime(2023, 12, 19, 23, 0, tzinfo=UTC) == event.suggestions_close
    assert () == event.suggestions.columns.texts


# ---------------------------------------------------------------------------------------------- its mistakes

# What somebody does to the file, and what is said of it: key path and kind.
MISTAKES: dict[str, tuple[Callable[[Data], object], tuple[str, str]]] = {
    "a zone that does not exist": (
        lambda d: d["tables"][3].update(zones=["2", "12"]),
        ("tables[T4].zones", "unknown_zone"),
    ),
    "a zone written twice": (
        lambda d: d["tables"][3].update(zones=["2", "2"]),
        ("tables[T4].zones", "zone_listed_twice"),
    ),
    "a venue that does not exist": (
        lambda d: d["tables"][3].update(venue="tokyo"),
        ("tables[T4].venue", "unknown_venue"),
    ),
    "two tables of one code": (
        lambda d: d["tables"][1].update(code="t1"),
        ("tables[t1].code", "duplicate_code"),
    ),
    "two strategies of one code": (
        lambda d: d["axes"][1]["strategies"][1].update(code="2.1"),
        ("axes[2].strategies[#2].code", "duplicate_code"),
    ),
    "two agenda items of one code": (
        lambda d: d["agenda"][1].update(code="access"),
        ("agenda[#2].code", "duplicate_code"),
    ),
    "two questions of one code": (
        lambda d: d["session2"]["questions"][3].update(code="1"),
        ("session2.questions[#4].code", "duplicate_code"),
    ),
    "two actions of one code": (
        lambda d: d["axes"][0]["strategies"][0].update(actions=[{"code": "1.1.1", "title": "a"}] * 2),
        ("axes[1].strategies[1.1].actions[#2].code", "duplicate_code"),
    ),
    "an agenda that goes backwards": (
        lambda d: d["agenda"][3].update(time="9:35"),
        ("agenda[to-the-tables].time", "agenda_backwards"),
    ),
    "an end before the end": (lambda d: d.update(end="12:00"), ("end", "end_before_agenda")),
    "a session that never starts": (lambda d: d["agenda"][5].pop("phase"), ("agenda", "phase_missing")),
    "a session that starts twice": (
        lambda d: d["agenda"][7].update(phase="session2"),
        ("agenda[session2-part2].phase", "phase_twice"),
    ),
    "registration in the middle": (
        lambda d: (d["agenda"][0].pop("phase"), d["agenda"][1].update(phase="registration")),
        ("agenda[welcome].phase", "registration_not_first"),
    ),
    "a phase that is not written": (
        lambda d: d["agenda"][3].update(phase="priorities"),
        ("agenda[to-the-tables].phase", "phase_not_in_agenda"),
    ),
    "a phase nobody knows": (
        lambda d: d["agenda"][3].update(phase="lunch"),
        ("agenda[to-the-tables].phase", "not_a_choice"),
    ),
    "a label of 29 characters": (
        lambda d: d["axes"][2]["strategies"][1].update(label="x" * 29),
        ("axes[3].strategies[3.2].label", "too_long"),
    ),
    "a missing field": (
        lambda d: d["axes"][2]["strategies"][1].pop("label"),
        ("axes[3].strategies[3.2].label", "missing"),
    ),
    "a missing section": (lambda d: d.pop("contacts"), ("contacts", "missing")),
    "an empty text": (lambda d: d.update(title="  "), ("title", "empty_text")),
    "a list of nothing": (lambda d: d["tables"][0].update(zones=[]), ("tables[T1].zones", "empty_list")),
    "a table that nobody facilitates": (
        lambda d: d["tables"][0].update(facilitators=[]),
        ("tables[T1].facilitators", "no_facilitator"),
    ),
    "somebody at two tables": (
        lambda d: d["tables"][4].update(facilitators=["matteo  BONIN"]),
        ("tables[T5].facilitators", "facilitator_twice"),
    ),
    "a zone without a table": (
        lambda d: d["zones"].append({"code": "12", "name": "Val Pellice"}),
        ("zones[12]", "zone_without_table"),
    ),
    "more time for priorities than there is": (
        lambda d: d["session1"].update(priority_minutes=20),
        ("session1.priority_minutes", "priorities_too_long"),
    ),
    "more dots than strategies": (
        lambda d: d.update(axes=[d["axes"][0]]),
        ("session1.dots", "more_dots_than_strategies"),
    ),
    "more priorities than strategies": (
        lambda d: d["session1"].update(priorities=28),
        ("session1.priorities", "more_priorities_than_strategies"),
    ),
    "more guaranteed places than a table of two zones has": (
        lambda d: d["session1"].update(guaranteed_places=4),
        ("session1.guaranteed_places", "more_guaranteed_than_places"),
    ),
    "themes that no table could make recurring": (
        lambda d: d["themes"].update(recurring_tables=11),
        ("themes.recurring_tables", "more_tables_than_there_are"),
    ),
    "themes that no axis could make cross-cutting": (
        lambda d: d["themes"].update(crosscutting_axes=7),
        ("themes.crosscutting_axes", "more_axes_than_there_are"),
    ),
    "first themes at a time that is not in the agenda": (
        lambda d: d["themes"].update(first_board="lunch"),
        ("themes.first_board", "unknown_agenda_item"),
    ),
    "suggestions that close before the event": (
        lambda d: d["suggestions"].update(until="2023-12-04"),
        ("suggestions.until", "suggestions_before_event"),
    ),
    "suggestions that never close": (
        lambda d: d["suggestions"].update(until="2026-12-04"),
        ("suggestions.until", "suggestions_too_long"),
    ),
    "texts of the form without their strategy": (
        lambda d: d["suggestions"].update(columns={"texts": ["Testo"]}),
        ("suggestions.columns.strategy", "column_missing"),
    ),
    "strategies of the form without a text": (
        lambda d: d["suggestions"].update(columns={"strategy": "Strategia"}),
        ("suggestions.columns.texts", "column_missing"),
    ),
    "one column of the form for two things": (
        lambda d: d["suggestions"]["columns"].update(zone="strategia "),
        ("suggestions.columns", "column_twice"),
    ),
    "a digest at no time of day": (
        lambda d: d["suggestions"].update(digest="morning"),
        ("suggestions.digest", "not_a_time"),
    ),
    "a separator that no spreadsheet writes": (
        lambda d: d["suggestions"].update(separator="|"),
        ("suggestions.separator", "not_a_choice"),
    ),
    "a strategy in another axis": (
        lambda d: d["axes"][0]["strategies"][0].update(code="2.9"),
        ("axes[1].strategies[2.9].code", "strategy_of_other_axis"),
    ),
    "an action of another strategy": (
        lambda d: d["axes"][0]["strategies"][0].update(actions=[{"code": "1.2.1", "title": "a"}]),
        ("axes[1].strategies[1.1].actions[1.2.1].code", "action_of_other_strategy"),
    ),
    "titles that don't fit a message": (
        lambda d: [s.update(title="x" * 390) for axis in d["axes"][:2] for s in axis["strategies"]],
        ("axes", "titles_too_long"),
    ),
    "an agenda that doesn't fit a message": (
        lambda d: [item.update(title="x" * 390) for item in d["agenda"]],
        ("agenda", "titles_too_long"),
    ),
    "a time zone with a slip": (
        lambda d: d.update(timezone="Europe/Roma"),
        ("timezone", "misspelt_timezone"),
    ),
    "a time zone from nowhere": (lambda d: d.update(timezone="Xyzzy"), ("timezone", "unknown_timezone")),
    "a time zone that is a path": (lambda d: d.update(timezone="../etc"), ("timezone", "unknown_timezone")),
    "a key with a slip": (lambda d: d["session1"].update(dot=6), ("session1.dot", "misspelt_key")),
    "a key from nowhere": (lambda d: d["tables"][0].update(xyzzy=1), ("tables[T1].xyzzy", "unknown_key")),
    "a number for a text": (lambda d: d.update(title=1), ("title", "wrong_type")),
    "a text for a number": (lambda d: d["session1"].update(dots="6"), ("session1.dots", "wrong_type")),
    "true for a number": (lambda d: d["session1"].update(dots=True), ("session1.dots", "wrong_type")),
    "a text for a list": (lambda d: d.update(zones="1"), ("zones", "wrong_type")),
    "a number in a list of texts": (
        lambda d: d["tables"][0].update(zones=[1]),
        ("tables[T1].zones[#1]", "wrong_type"),
    ),
    "a text for a section": (lambda d: d.update(session1="yes"), ("session1", "wrong_type")),
    "no dots": (lambda d: d["session1"].update(dots=0), ("session1.dots", "out_of_range")),
    "a choice that is none": (
        lambda d: d["session1"].update(priority_choice="dice"),
        ("session1.priority_choice", "not_a_choice"),
    ),
    "a way that Bollini does not know yet": (
        lambda d: d["session2"].update(facilitation="one_at_a_time"),
        ("session2.facilitation", "not_the_choice"),
    ),
    "an hour that does not exist": (
        lambda d: d["agenda"][0].update(time="24:00"),
        ("agenda[access].time", "not_a_time"),
    ),
    "an hour as a number": (lambda d: d["agenda"][0].update(time=9), ("agenda[access].time", "not_a_time")),
    "a day that does not exist": (lambda d: d.update(date="2023-02-30"), ("date", "not_a_date")),
    "a day as a number": (lambda d: d.update(date=20231205), ("date", "not_a_date")),
    "an address with a blank": (
        lambda d: d["contacts"].update(website="http://www.example.org/sviluppo -economico"),
        ("contacts.website", "not_an_address"),
    ),
    "an e-mail without @": (lambda d: d["contacts"].update(email="info"), ("contacts.email", "not_an_email")),
    "a table code that looks like an invite": (
        lambda d: d["tables"][0].update(code="i-1"),
        ("tables[i-1].code", "bad_table_code"),
    ),
    "a zone code that is a name": (
        lambda d: (d["zones"][1].update(code="ovest"), d["tables"][3].update(zones=["4"])),
        ("zones[ovest].code", "bad_number_code"),
    ),
    "a zone code that is a name, at the table": (
        lambda d: d["tables"][3].update(zones=["2", "ovest"]),
        ("tables[T4].zones[#2]", "bad_number_code"),
    ),
    "a strategy code that is no code": (
        lambda d: d["axes"][0]["strategies"][0].update(code="1-1"),
        ("axes[1].strategies[1-1].code", "bad_strategy_code"),
    ),
    "an action code that is no code": (
        lambda d: d["axes"][0]["strategies"][0].update(actions=[{"code": "1.1.a", "title": "a"}]),
        ("axes[1].strategies[1.1].actions[1.1.a].code", "bad_action_code"),
    ),
    "a venue code with capitals": (
        lambda d: (d["venues"][5].update(code="Riva"), d["tables"][9].update(venue="riva")),
        ("venues[Riva].code", "bad_slug"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_said_with_its_key(mistake: str) -> None:
    change, expected = MISTAKES[mistake]
    assert expected in said(problems_after(change))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_does_not_hide_another(mistake: str) -> None:
    """A wrong type in one place, and whatever else is wrong is still said."""
    change, expected = MISTAKES[mistake]

    def both(data: Data) -> None:
        change(data)
        data["subtitle"] = 7
        data["tables"][6]["facilitators"] = []

    assert {expected, ("subtitle", "wrong_type"), ("tables[T7].facilitators", "no_facilitator")} <= set(
        said(problems_after(both))
    )


def test_phases_out_of_order_are_said() -> None:
    def swap(data: Data) -> None:
        data["agenda"][4]["phase"], data["agenda"][5]["phase"] = "session2", "session1"

    assert [("agenda[session2].phase", "phase_order")] == said(problems_after(swap))


def test_stacking_free_allows_more_dots_than_strategies() -> None:
    def change(data: Data) -> None:
        data["axes"] = [{"code": "1", "title": "One", "strategies": data["axes"][0]["strategies"][:2]}]
        data["session1"].update(stacking="free", dots=6, priorities=2)
        data["themes"] = {"crosscutting_axes": 2}

    assert [("themes.crosscutting_axes", "more_axes_than_there_are")] == said(problems_after(change))


def test_turin_holds_no_mistake() -> None:
    assert [] == problems_of(TURIN)


def test_the_near_key_is_suggested() -> None:
    (problem,) = problems_after(lambda d: d["tables"][5].update(facilitator="Camilla"))
    assert ("tables[T6].facilitator", "facilitators") == (problem.key_path, problem.details["suggestion"])


def test_strambino_is_pointed_out_and_so_is_what_is_missing(turin: Event) -> None:
    found = {(note.key_path, note.kind) for note in notes(turin)}
    expected = {
        ("tables[T9]", "shared_table"),
        ("tables", "rooms_missing"),
        ("venues", "leads_missing"),
        ("axes", "no_actions"),
        ("privacy.url", "no_privacy_address"),
    }
    assert expected == found


def test_a_complete_event_has_no_notes() -> None:
    data = deepcopy(TURIN)
    data["venues"][0]["lead"] = "Sonia Cambursano"
    data["axes"][0]["strategies"][0]["actions"] = [{"code": "1.1.1", "title": "Banda larga"}]
    data["privacy"]["url"] = "https://www.example.org/privacy"
    data["tables"][8]["facilitators"].pop()
    for table in data["tables"]:
        table["room"] = "Sala"
    assert () == notes(Event.model_validate(data))


# -------------------------------------------------------------------------------------------- whatever comes

LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
KEY = st.sampled_from(["code", "time", "zones", "title"])
JUNK = st.recursive(
    LEAF | st.times() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner),
    max_leaves=6,
)


def places(data: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


@given(st.data())
def test_whatever_stands_anywhere_is_an_answer_not_a_crash(draw: st.DataObject) -> None:
    data = deepcopy(TURIN)
    path = draw.draw(st.sampled_from(list(places(data))))
    holder: Any = data
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = draw.draw(JUNK)
    problems = problems_of(data)
    assert all(problem.kind != "invalid" for problem in problems)
    if not problems:
        Event.model_validate(data).phase_starts()


@given(JUNK)
def test_a_file_of_something_else_is_an_answer_not_a_crash(junk: object) -> None:
    data: Data = (
        junk if isinstance(junk, dict) else {"tables": junk, "agenda": junk, "axes": junk, "session1": junk}
    )
    assert problems_of(data)


# ------------------------------------------------------------------------------------------------ the loader


def test_a_file_elsewhere_is_read_too(tmp_path: Path) -> None:
    copy = tmp_path / "other.toml"
    copy.write_bytes(PACKAGED.read_bytes())
    assert load() == load(copy)


@pytest.mark.parametrize(
    ("line", "replacement", "kind"),
    [
        ('title = "Piano strategico', "title = Piano strategico", "toml_syntax"),
        ('language = "it"', 'title = "again"', "toml_twice"),
    ],
)
def test_a_slip_of_toml_is_said_with_its_line(line: str, replacement: str, kind: str) -> None:
    text = PACKAGED.read_text(encoding="utf-8").replace(line, replacement, 1)
    with pytest.raises(EventFileError) as caught:
        read(text)
    (problem,) = caught.value.problems
    number = next(i for i, each in enumerate(text.splitlines(), 1) if each.startswith(replacement))
    assert (kind, number) == (problem.kind, problem.details["line"])


def test_a_text_left_open_at_the_end_is_said_with_the_last_line() -> None:
    with pytest.raises(EventFileError) as caught:
        read('code = "x"\n[[agenda')
    assert {"line": 2, "content": "[[agenda"} == caught.value.problems[0].details


@pytest.mark.parametrize(
    ("content", "kind"), [(None, "no_file"), (b'title = "Citt\xe0"\n', "not_utf8"), (b"", "missing")]
)
def test_a_file_that_is_not_one_is_said(tmp_path: Path, content: bytes | None, kind: str) -> None:
    path = tmp_path / "event.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EventFileError) as caught:
        load(path)
    assert (path, kind) == (caught.value.path, caught.value.problems[0].kind)
    assert str(path) in str(caught.value)


def test_a_folder_is_no_event_file(tmp_path: Path) -> None:
    with pytest.raises(EventFileError) as caught:
        load(tmp_path)
    assert "unreadable_file" == caught.value.problems[0].kind


# -------------------------------------------------------------------------------------------- documentation


def every_key(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield prefix + name
        for inner in models_in(field.annotation):
            yield from every_key(inner, f"{prefix}{name}.")


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from models_in(argument)


def test_every_key_is_documented_and_nothing_else_is() -> None:
    page = (ROOT / "docs" / "event-file.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9_.]+)` \| .+ \| .+ \|$", page, re.MULTILINE)
    assert sorted(every_key(Event)) == sorted(rows)


def test_every_default_is_documented_as_it_is() -> None:
    page = (ROOT / "docs" / "event-file.md").read_text(encoding="utf-8")
    for section in ("session1", "session2", "posts", "themes", "printing"):
        (model,) = models_in(Event.model_fields[section].annotation)
        for name, field in model.model_fields.items():
            if not field.is_required():
                shown = (
                    f'`"{field.default}"`' if isinstance(field.default, str) else str(field.default).lower()
                )
                assert re.search(
                    rf"^\| `{section}\.{name}` \| .+ \| {re.escape(shown)} \|$", page, re.MULTILINE
                ), name


def test_the_packaged_file_shows_every_setting_that_has_a_default() -> None:
    """Whoever copies it sees what can be set."""
    for section in ("session1", "session2", "posts", "themes", "printing"):
        (model,) = models_in(Event.model_fields[section].annotation)
        assert set(model.model_fields) == set(TURIN[section])
