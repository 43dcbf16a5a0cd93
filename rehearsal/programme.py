"""The event file as the rehearsal reads it: moments, tables, strategies.

It trusts the file; `bollini check` is there to check it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EARLY = timedelta(minutes=5)
"""How long before the first line of the agenda the rehearsal begins."""

LATE = timedelta(minutes=5)
"""How long after the event's end it goes on."""

TO_RUNOFFS = timedelta(seconds=25)
"""How long after the dots closed the crowd's run-offs open."""

AFTER_RUNOFFS = timedelta(seconds=140)
"""What a table needs between the end of a run-off and Session 2."""


@dataclass(frozen=True)
class Seating:
    """A table: the zones it serves, and the names of those who facilitate it."""

    code: str
    name: str
    zones: tuple[str, ...]
    facilitators: tuple[str, ...]


@dataclass(frozen=True)
class Programme:
    """What the crowd and the clock need of an event. All times are aware UTC.

    moments: (when, code) of every line of the agenda, of the closing of the dots ("priorities") and of the
    event's end ("end"), in order. axes: axis code to its strategies' codes, in order. questions: their codes.
    title, titles: of the event, and of the lines of its agenda by code, for people to read.
    """

    code: str
    zone_info: ZoneInfo
    moments: tuple[tuple[datetime, str], ...]
    session1: datetime
    priorities: datetime
    session2: datetime
    closing: datetime
    end: datetime
    tables: tuple[Seating, ...]
    zones: tuple[str, ...]
    axes: Mapping[str, tuple[str, ...]]
    questions: tuple[str, ...]
    dots: int
    stacking: bool
    priorities_most: int
    title: str
    titles: Mapping[str, str]
    priority_floor: int = 1
    runoff: timedelta = timedelta(minutes=2)

    @property
    def start(self) -> datetime:
        """When the rehearsal begins."""
        return self.moments[0][0] - EARLY

    @property
    def over(self) -> datetime:
        """When the rehearsal ends."""
        return self.end + LATE

    @cached_property
    def strategies(self) -> tuple[str, ...]:
        """The codes of all strategies, in order."""
        return tuple(code for codes in self.axes.values() for code in codes)

    def table(self, code: str) -> Seating:
        """The table with this code. Raises `KeyError` when there is none."""
        for table in self.tables:
            if table.code == code:
                return table
        raise KeyError(code)

    def tables_of(self, zone: str) -> tuple[Seating, ...]:
        """The tables that serve a zone, in order."""
        return tuple(table for table in self.tables if zone in table.zones)

    def moment_after(self, when: datetime) -> datetime:
        """The first moment later than `when`; the end of the rehearsal if there is none."""
        return next((moment for moment, _ in self.moments if moment > when), self.over)

    @property
    def runoffs_end(self) -> datetime | None:
        """When the crowd's run-offs end at the earliest; None when there is no time for them."""
        end = self.priorities + TO_RUNOFFS + self.runoff
        return end if end + AFTER_RUNOFFS <= self.session2 else None

    def deadline_after(self, when: datetime) -> datetime:
        """The first time after `when` that does not come before all is done that people mean to do by then.

        That is a moment of the agenda, or the end of the run-offs.
        """
        moment, end = self.moment_after(when), self.runoffs_end
        return min(moment, end) if end is not None and end > when else moment

    def local(self, when: datetime) -> str:
        """The time as a clock on the wall shows it: "10:15:07"."""
        return when.astimezone(self.zone_info).strftime("%H:%M:%S")

    def stretch(self, when: datetime) -> str:
        """The code of the last moment not later than `when`; "before" when there was none."""
        return next((code for moment, code in reversed(self.moments) if moment <= when), "before")


def read(path: Path) -> Programme:
    """The programme of an event file.

    Raises `OSError`, `tomllib.TOMLDecodeError` or `KeyError` for one that is broken.
    """
    return parse(tomllib.loads(path.read_text(encoding="utf-8")))


def parse(data: Mapping[str, Any]) -> Programme:
    """The programme of an event file already read as TOML. Raises `KeyError` when something is missing."""
    zone_info = ZoneInfo(data["timezone"])
    day: date = data["date"] if isinstance(data["date"], date) else date.fromisoformat(data["date"])

    def moment(at: str | time) -> datetime:
        if isinstance(at, str):
            hour, minute = at.split(":")
            at = time(int(hour), int(minute))
        return datetime.combine(day, at, tzinfo=zone_info).astimezone(UTC)

    agenda = [(moment(item["time"]), str(item["code"])) for item in data["agenda"]]
    starts = {item["phase"]: moment(item["time"]) for item in data["agenda"] if item.get("phase")}
    session1 = data["session1"]
    priorities = starts["session2"] - timedelta(minutes=session1.get("priority_minutes", 5))
    end = moment(data["end"])
    return Programme(
        code=data["code"],
        zone_info=zone_info,
        moments=tuple(sorted([*agenda, (priorities, "priorities"), (end, "end")])),
        session1=starts["session1"],
        priorities=priorities,
        session2=starts["session2"],
        closing=starts["closing"],
        end=end,
        tables=tuple(
            Seating(table["code"], table["name"], tuple(table["zones"]), tuple(table["facilitators"]))
            for table in data["tables"]
        ),
        zones=tuple(zone["code"] for zone in data["zones"]),
        axes={
            axis["code"]: tuple(strategy["code"] for strategy in axis["strategies"]) for axis in data["axes"]
        },
        questions=tuple(question["code"] for question in data["session2"]["questions"]),
        dots=session1.get("dots", 6),
        stacking=session1.get("stacking", "one_per_strategy") != "one_per_strategy",
        priorities_most=session1.get("priorities", 6),
        priority_floor=session1.get("priority_floor", 1),
        runoff=timedelta(minutes=session1.get("runoff_minutes", 2)),
        title=data["title"],
        titles={str(item["code"]): str(item["title"]) for item in data["agenda"]},
    )
