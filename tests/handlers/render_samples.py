"""Notices of every kind with values of every sort, awkward ones included; and events that are not Turin's."""

from __future__ import annotations

import types
import typing
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from participation import event as event_file
from participation.charting import CHARTS
from participation.event import Event, Phase
from participation.notices import (
    AgendaRefused,
    AgendaShifted,
    AgendaShown,
    AskEnded,
    BallotFinished,
    BallotNotOpen,
    BallotScreen,
    BulletinUnclear,
    ButtonOutdated,
    ChartRefused,
    DotsRecorded,
    InviteRefused,
    NoDotsLeft,
    Notice,
    PrioritiesRefused,
    PriorityScreen,
    ProlongRefused,
    ShiftAsked,
    TooFast,
    TooManyOnOne,
    UnknownStrategies,
    dump,
)

if TYPE_CHECKING:
    from random import Random

AWKWARD: Final = (
    "<b>&",
    "{name} {0} %s",
    "</b><a href='x'>",
    "Zoë & Søren <zs@example.org>",
    "\U0001f44d\U0001f3fd",
    "7.1",
    "",
    "parola " * 900,
    "&" * 4500,
    "riga\nriga",
)
"""What people type and what files hold, at its worst."""

REASONS: Final[dict[type[Notice], tuple[str, ...]]] = {
    InviteRefused: ("unknown", "used", "expired", "a reason of a later version"),
    PrioritiesRefused: ("open", "decided", "empty", "full", "unknown", "a reason of a later version"),
    AskEnded: ("no", "done", "superseded", "expired", "none", "a reason of a later version"),
    ProlongRefused: ("not_open", "over", "moved_on", "a reason of a later version"),
    AgendaRefused: ("past", "range", "held", "running", "over", "unclear", "a reason of a later version"),
    BulletinUnclear: ("empty", "too_long", "audience", "a reason of a later version"),
    ChartRefused: ("voting", "no_channel", "a reason of a later version"),
}


def kinds() -> list[type[Notice]]:
    """Every kind of notice."""
    return sorted(Notice.__subclasses__(), key=lambda kind: kind.__name__)


@cache
def turin() -> Event:
    """The event that Bollini ships with."""
    return event_file.load()


@cache
def stacking() -> Event:
    """Turin's, with dots that stack."""
    raw = turin().model_dump()
    raw["session1"]["stacking"] = "free"
    return Event.model_validate(raw)


@cache
def elsewhere() -> Event:
    """An event in English with names full of signs that HTML knows, one axis, and addresses that differ."""
    raw = turin().model_dump()
    raw |= {"language": "en", "title": "Roads & <Rails>", "axes": raw["axes"][:1]}
    raw["axes"][0]["title"] = "<i>Axis</i> & more"
    for strategy in raw["axes"][0]["strategies"]:
        strategy |= {"title": f"{strategy['title']} <b>&", "label": "<Label> & more"}
    raw["organiser"]["name"] = "City & <County>"
    raw["session2"]["questions"][0].update(text="Why <not>?", short="Why <not> & how")
    for table in raw["tables"]:
        table["name"] = "Table <1> & more"
    raw["privacy"] = {"notice": "One & two.\n\n<Three>.", "url": "https://example.org/privacy?a=1&b=2"}
    raw["contacts"]["website"] = "https://example.org/?a=1&b=2"
    raw["agenda"] = [item for item in raw["agenda"] if item["code"] != "plenary"]
    return Event.model_validate(raw)


@cache
def huge() -> Event:
    """Thirty strategies in one axis, each with the longest title that the event file allows."""
    raw = turin().model_dump()
    raw["axes"] = raw["axes"][:1]
    raw["axes"][0]["strategies"] = [
        {
            "code": f"1.{number}",
            "title": f"{number} " + "titolo " * 56,
            "label": "Etichetta lunga & <28 segni>",
        }
        for number in range(1, 31)
    ]
    return Event.model_validate(raw)


class Samples:
    """Notices drawn at random, with codes that the event has."""

    def __init__(self, event: Event, random: Random) -> None:
        self._event = event
        self._random = random

    def of(self, kind: type[Notice]) -> Notice:
        """A notice of this kind."""
        match kind.__name__:
            case "UnknownStrategies":
                codes = tuple(self._awkward() for _ in range(self._random.randint(1, 12)))
                return UnknownStrategies(codes=codes, nearest=tuple(self._maybe_code() for _ in codes))
            case "BallotScreen":
                return self._ballot()
            case "PriorityScreen":
                return self._board()
        values = {
            name: self._value(kind, name, field.annotation) for name, field in kind.model_fields.items()
        }
        return kind.model_validate(values)

    def _board(self) -> PriorityScreen:
        codes = self._codes()
        cut = self._random.randint(0, 6)
        rows = [(code, self._random.randint(1, 9), self._random.random() < 0.5) for code in codes]
        return PriorityScreen(
            table=self._random.choice(self._event.tables).code,
            proposed=tuple(rows[:cut]),
            tied=tuple(rows[cut:]) if self._random.random() < 0.5 else (),
            places=self._random.randint(0, 6 - cut),
            voters=self._random.choice((0, 1, 12)),
            decided=self._random.random() < 0.3,
        )

    def _ballot(self) -> BallotScreen:
        budget = self._event.session1.dots
        dots: dict[str, int] = {}
        for code in self._codes()[: self._random.choice((0, 0, 1, 2, budget))]:
            most = self._event.session1.most_per_strategy
            dots[code] = min(most, self._random.randint(1, 6), budget - sum(dots.values()))
        dots = {code: count for code, count in dots.items() if count > 0}
        acts = (
            DotsRecorded,
            NoDotsLeft,
            TooManyOnOne,
            UnknownStrategies,
            BallotNotOpen,
            BallotFinished,
            ButtonOutdated,
            TooFast,
        )
        said = self._random.choice((None, None, None, *acts))
        return BallotScreen(
            table=self._random.choice(self._event.tables).code,
            page=self._random.choice((*(axis.code for axis in self._event.axes), "review", "99")),
            dots=tuple(dots.items()),
            budget=budget,
            open=self._random.random() < 0.8,
            finished=self._random.random() < 0.3,
            closes_at=None if self._random.random() < 0.2 else self._moment(),
            said=None if said is None else dump(self.of(said)),
        )

    def _value(self, kind: type[Notice], name: str, annotation: Any) -> Any:
        options = typing.get_args(annotation)
        if typing.get_origin(annotation) is types.UnionType:
            (inner,) = (option for option in options if option is not type(None))
            return None if self._random.random() < 0.3 else self._value(kind, name, inner)
        if typing.get_origin(annotation) is tuple:
            return self._several(kind, name, options[0])
        if issubclass(annotation, Notice):
            return self.of(annotation)
        if issubclass(annotation, StrEnum):
            return self._random.choice(list(annotation))
        # A field of another sort fails here, and needs samples.
        return {str: self._text, datetime: self._any_moment, bool: self._bool, int: self._int}[annotation](
            kind, name
        )

    def _any_moment(self, _kind: type[Notice], _name: str) -> datetime:
        return self._moment()

    def _bool(self, _kind: type[Notice], _name: str) -> bool:
        return self._random.random() < 0.5

    def _int(self, kind: type[Notice], name: str) -> int:
        if name == "minutes" and kind in {AgendaShifted, AgendaShown, ShiftAsked}:
            return self._random.choice((-5, -1, 1, 10))
        return self._random.choice((1, 2) if name == "session" else (0, 1, 1, 2, 3, 6, 12))

    def _text(self, kind: type[Notice], name: str) -> str:
        event = self._event
        codes = {
            "table": [table.code for table in event.tables],
            "closed": [table.code for table in event.tables],
            "zone": [zone.code for zone in event.zones],
            "strategy": self._codes(),
            "strategy_on": self._codes(),
            "question": [question.code for question in event.session2.questions],
            "nearest": ["bollini"],
            "id": [f"{self._random.getrandbits(64):016x}"],
            "token": [f"{self._random.getrandbits(96):024x}"],
            "chart": list(CHARTS),
            "payload": [*AWKWARD, "T5", "i-abcdefghij", "a" * 64],
            "command": [*AWKWARD, "/fase", "apri"],
            "reason": REASONS.get(kind, ()),
        }
        return self._random.choice(codes.get(name) or AWKWARD)

    def _several(self, kind: type[Notice], name: str, item: Any) -> Any:
        random = self._random
        if isinstance(item, type) and issubclass(item, Notice):
            return tuple(self.of(item) for _ in range(random.choice((0, 1, 3, 20, 70))))
        if name in {"facilitates", "moved", "tables"} or kind.__name__ == "TablesMoved":
            codes = [table.code for table in self._event.tables]
            return tuple(random.sample(codes, random.choice((0, 0, 1, 2, min(4, len(codes))))))
        codes = self._codes()[: random.choice((0, 0, 1, 1, 2, 6, 27))]
        if typing.get_origin(item) is tuple:
            return tuple((code, random.randint(1, 9), random.random() < 0.5) for code in codes)
        return tuple(codes)

    def _codes(self) -> list[str]:
        codes = [strategy.code for strategy in self._event.strategies]
        return self._random.sample(codes, len(codes))

    def _maybe_code(self) -> str | None:
        return None if self._random.random() < 0.5 else self._codes()[0]

    def _awkward(self) -> str:
        return self._random.choice(AWKWARD)

    def _moment(self) -> datetime:
        start = self._event.phase_starts()[Phase.SESSION1]
        return start + timedelta(minutes=self._random.randint(0, 120))
