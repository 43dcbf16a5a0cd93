"""The event file: what an event is, as immutable models, and the loader that reads them from TOML.

Everything that is particular to one event (its agenda, strategies, zones, tables, questions and the choices
of method) lives in a TOML file; docs/event-file.md documents each key. Errors carry data, not words.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from participation.event_check import Problem, coherence_problems, shape_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AgendaItem",
    "Axis",
    "Contacts",
    "Event",
    "EventFileError",
    "Organiser",
    "Phase",
    "PlanAction",
    "Posts",
    "Printing",
    "Privacy",
    "Problem",
    "Question",
    "Session1",
    "Session2",
    "Strategy",
    "SuggestionColumns",
    "Suggestions",
    "Table",
    "Themes",
    "Venue",
    "Zone",
    "load",
    "read",
]

PACKAGED = Path(__file__).parent / "events" / "psm-torino-2024-2026.toml"
LABEL_LENGTH = 28
"""Characters of a label at most: two of them fit a row of buttons, and the axis of a chart on a phone."""
SUGGESTING = timedelta(days=14)
"""How long after the event suggestions are collected when its file does not say."""


class EventFileError(Exception):
    """An event file that cannot be used; `problems` holds every mistake found in it."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        found = "; ".join(f"{problem.key_path}: {problem.kind}" for problem in self.problems)
        return f"{self.path}: {found}"


class Phase(StrEnum):
    """The phases of a table, in the order in which a table goes through them."""

    REGISTRATION = "registration"
    SESSION1 = "session1"
    PRIORITIES = "priorities"
    SESSION2 = "session2"
    CLOSING = "closing"
    AFTERMATH = "aftermath"


def _clock_time(value: object) -> object:
    """Accept "9:15", "09:15" or a TOML local time, to the minute; nothing else that pydantic might guess."""
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    found = re.fullmatch(r"(\d{1,2}):(\d\d)", value) if isinstance(value, str) else None
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:  # noqa: PLR2004 - hours and minutes
        raise PydanticCustomError("not_a_time", "not a time of day")
    return time(int(found[1]), int(found[2]))


def _calendar_day(value: object) -> object:
    """Accept a TOML local date or "2023-12-05"; not a timestamp, which pydantic would take as well."""
    if type(value) is date:
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("not_a_date", "not a date")


def _known_timezone(value: object) -> object:
    if isinstance(value, str):
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise PydanticCustomError("unknown_timezone", "no such time zone", {"given": value}) from error
    return value


def _text(most: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Day = Annotated[date, BeforeValidator(_calendar_day)]
TimeZone = Annotated[str, BeforeValidator(_known_timezone)]
Label = Annotated[str, _text(LABEL_LENGTH)]
Name = Annotated[str, _text(80)]
Text = Annotated[str, _text(400)]
LongText = Annotated[str, _text(3000)]
Number = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]?$")]
StrategyCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]?\.[1-9][0-9]?$")]
ActionCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]?\.[1-9][0-9]?\.[1-9][0-9]?$")]
# No hyphen: the payloads of one-time links begin with "i-", and both arrive in /start.
TableCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,11}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=300)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+$", max_length=120)]
Minutes = Annotated[StrictInt, Field(ge=1, le=240)]
Count = Annotated[StrictInt, Field(ge=1, le=99)]


class _Model(BaseModel):
    """Immutable, and strict about keys it does not know: a misspelt setting must not pass in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Organiser(_Model):
    """Who holds the event and is the controller of its data."""

    name: Name
    controller_basis: Text


class AgendaItem(_Model):
    """One line of the agenda; `phase` is the one that all tables enter at `time`, if any."""

    code: Slug
    time: ClockTime
    title: Text
    speakers: tuple[Name, ...] = ()
    phase: Literal[Phase.REGISTRATION, Phase.SESSION1, Phase.SESSION2, Phase.CLOSING] | None = None


class PlanAction(_Model):
    """An action of the plan under a strategy."""

    code: ActionCode
    title: Text


class Strategy(_Model):
    """A strategy: its full title for texts, a short label for buttons and charts."""

    code: StrategyCode
    title: Text
    label: Label
    actions: tuple[PlanAction, ...] = ()


class Axis(_Model):
    """An axis of the plan and its strategies."""

    code: Number
    title: Text
    strategies: Annotated[tuple[Strategy, ...], Field(min_length=1)]


class Zone(_Model):
    """A homogeneous zone ("Zona omogenea")."""

    code: Number
    name: Name


class Venue(_Model):
    """A place where tables meet, and who answers for it."""

    code: Slug
    name: Name
    lead: Name | None = None


class Table(_Model):
    """A table: the zones it serves and who facilitates it."""

    code: TableCode
    name: Label
    zones: Annotated[tuple[Number, ...], Field(min_length=1)]
    venue: Slug
    room: Name | None = None
    facilitators: Annotated[tuple[Name, ...], Field(min_length=1)]


class Session1(_Model):
    """The dots and the priorities."""

    question: Text
    why: Text
    dots: Annotated[StrictInt, Field(ge=1, le=20)] = 6
    stacking: Literal["one_per_strategy", "free"] = "one_per_strategy"
    priorities: Count = 6
    priority_minutes: Minutes = 5
    priority_choice: Literal["table", "automatic"] = "table"
    priority_floor: Count = 1
    guaranteed_places: Annotated[StrictInt, Field(ge=0, le=99)] = 0
    runoff_minutes: Minutes = 2
    same_zone_tables: Literal["each_table_chooses"] = "each_table_chooses"
    shared_tables: Literal["one_set"] = "one_set"
    totals: Literal["after_closing"] = "after_closing"

    @property
    def most_per_strategy(self) -> int:
        """Dots that one person may put on one strategy at most."""
        return 1 if self.stacking == "one_per_strategy" else self.dots


_Coded = TypeVar("_Coded", bound="Question | Zone | Venue")


class Question(_Model):
    """A question of Session 2: its text, and a short form for buttons and charts."""

    code: Number
    text: Text
    short: Label


class Session2(_Model):
    """The discussion of the priorities."""

    question: Text
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    facilitation: Literal["all_questions"] = "all_questions"

    def question_of(self, code: str) -> Question:
        """The question with this code. Raises `KeyError` when there is none."""
        return _by_code(self.questions, code)


class Posts(_Model):
    """When the bot posts to the regia's channel; all in minutes."""

    turnout_every_minutes: Minutes = 5
    contributions_every_minutes: Minutes = 15


class Themes(_Model):
    """From how many tables a theme is recurring, and from how many axes it is cross-cutting.

    `first_board`: the code of the agenda item with which the regia is shown the first themes, None for none.
    """

    recurring_tables: Annotated[StrictInt, Field(ge=2, le=99)] = 3
    crosscutting_axes: Annotated[StrictInt, Field(ge=2, le=99)] = 3
    first_board: Slug | None = None


class Printing(_Model):
    """What is printed on paper: numbered ballots for each table."""

    sheets_per_table: Annotated[StrictInt, Field(ge=1, le=999)] = 40


class SuggestionColumns(_Model):
    """Which columns of the online form's answers hold what, by the names in the file's first line.

    Each of `texts` that is not empty is a suggestion. `answer`: what no two answers have the same; `time`:
    when it was sent, which two may share. What is in no column named here is never kept.
    """

    strategy: Text | None = None
    texts: tuple[Text, ...] = ()
    zone: Text | None = None
    answer: Text | None = None
    time: Text | None = None


class Suggestions(_Model):
    """Until when suggestions are collected, when the regia hears of them, how the form's answers are read.

    `until`: the last day, None for two weeks after the event. `digest`: the time of day.
    """

    until: Day | None = None
    digest: ClockTime = time(9)
    separator: Literal[";", ",", "tab"] | None = None
    columns: SuggestionColumns = SuggestionColumns()


class Contacts(_Model):
    """Where to write and read on, and the online form for suggestions."""

    email: Email
    website: WebAddress
    form_url: WebAddress


class Privacy(_Model):
    """The notice that people read before anything about them is stored."""

    notice: LongText
    url: WebAddress | None = None


class Event(_Model):
    """A co-planning event, complete and coherent when it comes from `load` or `read`."""

    code: Slug
    title: Text
    subtitle: Text
    date: Day
    end: ClockTime
    timezone: TimeZone
    language: Literal["it", "en"] = "it"
    organiser: Organiser
    agenda: Annotated[tuple[AgendaItem, ...], Field(min_length=1)]
    axes: Annotated[tuple[Axis, ...], Field(min_length=1)]
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]
    venues: Annotated[tuple[Venue, ...], Field(min_length=1)]
    tables: Annotated[tuple[Table, ...], Field(min_length=1)]
    session1: Session1
    session2: Session2
    posts: Posts = Posts()
    themes: Themes = Themes()
    printing: Printing = Printing()
    suggestions: Suggestions = Suggestions()
    contacts: Contacts
    privacy: Privacy

    @property
    def zone_info(self) -> ZoneInfo:
        """The event's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def strategies(self) -> tuple[Strategy, ...]:
        """The strategies of all axes, in the file's order."""
        return tuple(strategy for axis in self.axes for strategy in axis.strategies)

    @cached_property
    def _strategy_by_code(self) -> Mapping[str, Strategy]:
        return {strategy.code: strategy for strategy in self.strategies}

    @cached_property
    def _axis_by_strategy(self) -> Mapping[str, Axis]:
        return {strategy.code: axis for axis in self.axes for strategy in axis.strategies}

    def strategy(self, code: str) -> Strategy:
        """The strategy with this code. Raises `KeyError` when there is none."""
        return self._strategy_by_code[code]

    def axis_of(self, code: str) -> Axis:
        """The axis of the strategy with this code. Raises `KeyError` when there is none."""
        return self._axis_by_strategy[code]

    def table(self, code: str) -> Table:
        """The table with this code, in whatever case it is written. Raises `KeyError` when there is none."""
        for table in self.tables:
            if table.code.casefold() == code.casefold():
                return table
        raise KeyError(code)

    def zone(self, code: str) -> Zone:
        """The zone with this code. Raises `KeyError` when there is none."""
        return _by_code(self.zones, code)

    def venue(self, code: str) -> Venue:
        """The venue with this code. Raises `KeyError` when there is none."""
        return _by_code(self.venues, code)

    def tables_of_zone(self, zone: str) -> tuple[Table, ...]:
        """The tables that serve the zone with this code, in the file's order."""
        return tuple(table for table in self.tables if zone in table.zones)

    def moment(self, at: time, day: Day | None = None) -> datetime:
        """A time of day in the event's zone, on `day` (None: the event's own), as an aware UTC datetime."""
        return datetime.combine(day or self.date, at, tzinfo=self.zone_info).astimezone(UTC)

    def agenda_item(self, phase: Phase) -> AgendaItem:
        """The agenda item with which a phase starts.

        Raises `KeyError` for the phases without one of their own: priorities, aftermath, and registration
        when the file does not name it (it starts with the first item).
        """
        for item in self.agenda:
            if item.phase == phase:
                return item
        raise KeyError(phase)

    def phase_starts(self) -> Mapping[Phase, datetime]:
        """When the agenda moves the tables into each phase: aware UTC datetimes, in the order of the phases.

        Registration opens with the first agenda item; priorities start `session1.priority_minutes` before
        Session 2; aftermath starts at the event's `end`.
        """
        session2 = self.moment(self.agenda_item(Phase.SESSION2).time)
        return MappingProxyType(
            {
                Phase.REGISTRATION: self.moment(self.agenda[0].time),
                Phase.SESSION1: self.moment(self.agenda_item(Phase.SESSION1).time),
                Phase.PRIORITIES: session2 - timedelta(minutes=self.session1.priority_minutes),
                Phase.SESSION2: session2,
                Phase.CLOSING: self.moment(self.agenda_item(Phase.CLOSING).time),
                Phase.AFTERMATH: self.moment(self.end),
            }
        )

    @property
    def suggestions_until(self) -> Day:
        """The last day on which suggestions are taken."""
        return self.suggestions.until or self.date + SUGGESTING

    @property
    def suggestions_close(self) -> datetime:
        """When that day is over, aware UTC: from then on no suggestion is taken."""
        return self.moment(time(), self.suggestions_until + timedelta(days=1))

    def digests(self) -> tuple[datetime, ...]:
        """When the regia hears of new suggestions, aware UTC.

        Each day after the event, the last time on the morning after the last day.
        """
        days = (self.suggestions_until - self.date).days + 1
        return tuple(
            self.moment(self.suggestions.digest, self.date + timedelta(days=day))
            for day in range(1, days + 1)
        )

    def session_window(self, session: int) -> tuple[datetime, datetime]:
        """Start and end of Session 1 or 2, aware UTC; Session 1 includes the time for the priorities."""
        starts = self.phase_starts()
        if session == 1:
            return starts[Phase.SESSION1], starts[Phase.SESSION2]
        return starts[Phase.SESSION2], starts[Phase.CLOSING]


def _by_code(things: tuple[_Coded, ...], code: str) -> _Coded:
    for thing in things:
        if thing.code == code:
            return thing
    raise KeyError(code)


def load(path: Path | None = None) -> Event:
    """Read an event file; None is the packaged one of Turin.

    Raises `EventFileError` with every mistake in the file.
    """
    source = path or PACKAGED
    try:
        text = source.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise EventFileError(source, (Problem("", "not_utf8", {"line": line}),)) from None
    except OSError as error:
        kind = "no_file" if isinstance(error, FileNotFoundError) else "unreadable_file"
        raise EventFileError(source, (Problem("", kind, {"path": str(source)}),)) from error
    try:
        return read(text)
    except EventFileError as error:
        raise EventFileError(source, error.problems) from error


def read(text: str) -> Event:
    """The event that the TOML `text` describes. Raises `EventFileError` with every mistake in it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EventFileError(Path(), (_syntax_problem(text, str(error)),)) from None
    event: Event | None = None
    problems: list[Problem] = []
    try:
        event = Event.model_validate(data)
    except ValidationError as error:
        problems += shape_problems(error.errors(include_url=False), data, Event)
    problems += coherence_problems(data)
    if problems or event is None:
        raise EventFileError(Path(), tuple(problems))
    return event


def _syntax_problem(text: str, message: str) -> Problem:
    # Until Python 3.14 tomllib says the place only inside its message; "at end of document" is the last line.
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    lines = text.splitlines() or [""]
    line = int(found[1]) if found else len(lines)
    kind = "toml_twice" if re.match(r"Cannot (overwrite|declare|mutate)", message) else "toml_syntax"
    content = lines[min(line, len(lines)) - 1].strip()
    return Problem("", kind, {"line": line, "content": content})
