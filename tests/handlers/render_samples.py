"""Notices of every kind with values of every sort, awkward ones included; and events that are not Turin's."""

from __future__ import annotations

import types
import typing
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from handlers.render.common import PERSONAL
from handlers.render.contributions import WITHOUT_TEXT
from handlers.render.gathering import REFUSALS as GATHERING_REFUSALS
from handlers.render.own import OWN_REFUSALS
from handlers.render.priorities import REFUSALS as PRIORITY_REFUSALS
from handlers.render.restitution import REFUSALS as RESTITUTION_REFUSALS
from handlers.render.seats import MOVE_REFUSALS
from handlers.render.ties import RUNOFF_REFUSALS, SETTLED, TIE_REFUSALS
from participation import event as event_file
from participation import gathering_notices, restitution_notices, theme_notices
from participation.charting import CHARTS
from participation.contribution_notices import OwnRefused
from participation.event import Event, Phase
from participation.note_notices import NoteMoved, NoteScreen
from participation.notices import (
    AgendaRefused,
    AgendaShifted,
    AgendaShown,
    AskEnded,
    BallotAssisted,
    BallotFinished,
    BallotNotOpen,
    BallotScreen,
    BulletinUnclear,
    ButtonOutdated,
    ChartRefused,
    ContributionWithoutText,
    DotsRecorded,
    DrawPromised,
    Dropped,
    InviteRefused,
    MoveRefused,
    NoDotsLeft,
    Notice,
    PaperDesk,
    PaperEntered,
    PaperRefused,
    PlaceRoles,
    PrioritiesRefused,
    PriorityScreen,
    ProlongRefused,
    RevokeRefused,
    RolesShown,
    RunoffHands,
    RunoffRefused,
    RunoffState,
    SheetProblem,
    SheetScreen,
    ShiftAsked,
    TieRefused,
    TieTold,
    TooFast,
    TooManyOnOne,
    UnknownStrategies,
    ZoneLeftOut,
    dump,
)
from participation.restitution_notices import RestitutionRefused
from participation.theme_notices import Curation

if TYPE_CHECKING:
    from random import Random

N = TypeVar("N", bound=Notice)

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

LONG: Final = 100
"""Characters from which on one of these is long."""

REASONS: Final[dict[type[Notice], tuple[str, ...]]] = {
    InviteRefused: ("unknown", "used", "expired", "revoked", "a reason of a later version"),
    PrioritiesRefused: (*PRIORITY_REFUSALS, "a reason of a later version"),
    RunoffRefused: (*RUNOFF_REFUSALS, "a reason of a later version"),
    TieRefused: (*TIE_REFUSALS, "a reason of a later version"),
    RevokeRefused: ("none", "revoked", "used", "expired", "a reason of a later version"),
    MoveRefused: (*MOVE_REFUSALS, "a reason of a later version"),
    PaperDesk: ("correct", "dropped", "nothing", "changed", "other", "done", "a reason of a later version"),
    PaperRefused: ("early", "settled", "over", "a reason of a later version"),
    AskEnded: ("no", "done", "superseded", "expired", "none", "a reason of a later version"),
    ProlongRefused: ("not_open", "over", "moved_on", "a reason of a later version"),
    AgendaRefused: ("past", "range", "held", "running", "over", "unclear", "a reason of a later version"),
    BulletinUnclear: ("empty", "too_long", "audience", "a reason of a later version"),
    OwnRefused: (*OWN_REFUSALS, "a reason of a later version"),
    RestitutionRefused: (*RESTITUTION_REFUSALS, "a reason of a later version"),
    ChartRefused: ("voting", "no_channel", "a reason of a later version"),
}

PERSONAL_KINDS: Final = (*PERSONAL, "a kind of a later version")

PROBLEMS: Final = (
    "no_label",
    "number",
    "unreadable",
    "no_codes",
    "unknown",
    "too_many",
    "repeated",
    "twice",
    "entered",
    "not_entered",
    "zone",
    "person",
    "person_closed",
    "full",
    "a reason of a later version",
)


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
    for strategy in raw["axes"][0]["strategies"]:
        strategy["actions"] = [
            {"code": f"{strategy['code']}.{number}", "title": f"Action <{number}> & more"}
            for number in (1, 2, 12)
        ]
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

    def __init__(self, event: Event, random: Random, *, brief: bool = False) -> None:
        """`brief`: without what is long or many, which takes most of the time."""
        self._event = event
        self._random = random
        self._typed = tuple(text for text in AWKWARD if not brief or len(text) < LONG)
        self._counts = (0, 0, 1, 2) if brief else (0, 1, 3, 20, 70)

    def of(self, kind: type[Notice]) -> Notice:  # noqa: PLR0911 - one way out per kind with rules of its own
        """A notice of this kind."""
        match kind.__name__:
            case "SheetProblem":
                return self._problem()
            case "SheetScreen":
                return self._sheet()
            case "PaperEntered" if self._random.random() < 0.1:
                return self._nothing_entered()
            case "RolesShown":
                places = tuple(self._of(PlaceRoles) for _ in range(self._random.choice((0, 1, 5))))
                return RolesShown(places=places, misread=self._random.choice((None, *self._typed)))
            case "UnknownStrategies":
                codes = tuple(self._awkward() for _ in range(self._random.randint(1, 12)))
                return UnknownStrategies(codes=codes, nearest=tuple(self._maybe_code() for _ in codes))
            case "BallotScreen":
                return self._ballot()
            case "PriorityScreen":
                return self._board()
            case "TieTold":
                return self._tie()
            case "NoteScreen":
                return self._note()
            case "NoteMoved" if self._random.random() < 0.3:
                table = self._table()
                return NoteMoved(table=table, number=2, from_table=table, from_number=2)
            case "RunoffHands":
                hands = tuple((code, self._random.choice((0, 1, 4))) for code in self._codes()[:3])
                return RunoffHands(table=self._table(), hands=hands, closes_at=self._moment())
        values = {
            name: self._channels() if name == "by_channel" else self._value(kind, name, field.annotation)
            for name, field in kind.model_fields.items()
        }
        return kind.model_validate(values)

    def _note(self) -> NoteScreen:
        random = self._random
        lost = ("large", "kind", "gone", "a reason of a later version")
        return NoteScreen(
            id=f"{random.getrandbits(96):024x}",
            table=self._table(),
            number=random.randint(1, 2000),
            kind=random.choice(("text", "photo", "photo", "voice", "voice")),
            session=random.choice((1, 2)),
            strategy=self._maybe_code(),
            seconds=random.choice((None, 0, 45, 3700)),
            kept=random.choice((0, 1, 10)),
            wished=random.choice((0, 1, 10)),
            delayed=random.choice((None, "network", "disk")),
            lost=tuple(random.choice(lost) for _ in range(random.choice((0, 0, 1, 3)))),
            captions=tuple(self._awkward() or "x" for _ in range(random.choice((0, 0, 1, 4, 10)))),
            text=random.choice((None, self._awkward())),
            withdrawn=random.random() < 0.2,
            others=tuple(table.code for table in self._event.tables[: random.choice((0, 0, 2, 8))]),
            writes=random.random() < 0.8,
        )

    def _board(self) -> PriorityScreen:
        random = self._random
        codes = self._codes()
        cut = random.randint(0, 6)
        rows = [(code, random.randint(1, 9), random.random() < 0.5) for code in codes]
        tied = tuple(rows[cut:]) if random.random() < 0.5 else ()
        return PriorityScreen(
            table=self._table(),
            proposed=tuple(rows[:cut]),
            tied=tied,
            places=random.randint(0, 6 - cut),
            voters=random.choice((0, 1, 12)),
            decided=random.random() < 0.3,
            automatic=random.random() < 0.2,
            nth=random.randint(1, 3) if tied else 0,
            zone=self._zone() if random.random() < 0.3 else None,
            after_runoff=random.random() < 0.2,
            runoff=self._of(RunoffState) if tied and random.random() < 0.3 else None,
            draw=self._of(DrawPromised) if tied and random.random() < 0.3 else None,
            reopens=random.choice((0, 0, 1)),
            dropped=tuple(
                Dropped(strategy=code, reason=self._reason()) for code, _, kept in rows[:cut] if not kept
            ),
            reasons=tuple(Dropped(strategy=code, reason=self._reason()) for code, _, _ in tied[:1]),
            ties=tuple(self._tie() for _ in range(random.choice((0, 0, 1, 2)))),
            left_out=tuple(self._of(ZoneLeftOut) for _ in range(random.choice((0, 0, 1)))),
        )

    def _reason(self) -> str | None:
        """What a table says, not more than is taken."""
        return self._random.choice((None, "Non ci riguarda", "<b>&" * 100, "parola " * 57))

    def _of(self, kind: type[N]) -> N:
        made = self.of(kind)
        assert isinstance(made, kind)
        return made

    def _table(self) -> str:
        return self._random.choice(self._event.tables).code

    def _zone(self) -> str:
        return self._random.choice(self._event.zones).code

    def _tie(self) -> TieTold:
        random = self._random
        codes = self._codes()[: random.choice((2, 3, 6))]
        how = random.choice((*SETTLED, "a way of a later version"))
        places = random.randint(1, max(1, len(codes) - 1))
        chosen = () if how == "fewer" else tuple(codes[: random.randint(0, places)])
        counts = tuple((code, random.randint(0, 9)) for code in codes) if how == "runoff" else ()
        return TieTold(
            zone=self._zone() if random.random() < 0.3 else None,
            strategies=tuple(codes),
            places=places,
            after_runoff=random.random() < 0.2,
            how=how,
            chosen=chosen,
            still_tied=tuple(codes[places:]) if how == "runoff" and random.random() < 0.3 else (),
            voters=random.choice((0, 1, 4, 12)),
            counts=counts if random.random() < 0.6 else (),
            commitment="0" * 64 if how == "draw" else None,
            secret="f" * 48 if how == "draw" else None,
            word=random.choice((None, "girasole", "<b>&")) if how == "draw" else None,
            reasons=tuple(filter(None, [self._reason()])) if how == "hand" else (),
        )

    def _problem(self) -> SheetProblem:
        codes = tuple(self._awkward() for _ in range(self._random.randint(1, 4)))
        return SheetProblem(
            line=self._awkward(),
            label=self._random.choice(("12", "K7M4P", None)),
            reason=self._random.choice(PROBLEMS),
            codes=codes,
            nearest=tuple(self._maybe_code() for _ in codes),
            zones=self._random.choice(((), ("9", "10"))),
            count=7,
            most=6,
            role=self._random.choice(("assistant", "a role of a later version", None)),
            at=self._random.choice((self._moment(), None)),
        )

    def _nothing_entered(self) -> PaperEntered:
        return PaperEntered(
            table=self._event.tables[0].code,
            entered=0,
            corrected=0,
            withdrawn=0,
            assisted=0,
            standing=3,
            handed_in=None,
            problems=(self._problem(),),
        )

    def _sheet(self) -> SheetScreen:
        assisted = self._random.random() < 0.3
        several = self._random.random() < 0.5
        return SheetScreen(
            table=self._random.choice(self._event.tables).code,
            label="K7M4P" if assisted else "12",
            assisted=assisted,
            page=self._random.choice((*(axis.code for axis in self._event.axes), "99")),
            dots=tuple((code, 1) for code in self._codes()[: self._random.choice((0, 1, 6))]),
            budget=self._event.session1.dots,
            zone=self._random.choice(("9", None)),
            zones=("9", "10") if several else (),
            full=self._random.random() < 0.3,
            open=self._random.random() < 0.8,
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
            BallotAssisted,
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
            assisted=self._random.random() < 0.3,
        )

    def _value(self, kind: type[Notice], name: str, annotation: Any) -> Any:
        options = typing.get_args(annotation)
        if typing.get_origin(annotation) is types.UnionType:
            (inner,) = (option for option in options if option is not type(None))
            return None if self._random.random() < 0.3 else self._value(kind, name, inner)
        if typing.get_origin(annotation) is tuple:
            return self._several(kind, name, options[0])
        if issubclass(annotation, Notice | StrEnum):
            return self._named(annotation)
        # A field of another sort fails here, and needs samples.
        return {str: self._text, datetime: self._any_moment, bool: self._bool, int: self._int}[annotation](
            kind, name
        )

    def _named(self, kind: type[Notice | StrEnum]) -> Any:
        return self.of(kind) if issubclass(kind, Notice) else self._random.choice(list(kind))

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
            "runoff": [f"{self._random.getrandbits(96):024x}"],
            "chosen": self._codes(),
            "commitment": ["0123456789abcdef" * 4],
            "id": [f"{self._random.getrandbits(64):016x}"],
            "token": [f"{self._random.getrandbits(96):024x}"],
            "chart": list(CHARTS),
            "payload": [*self._typed, "T5", "i-abcdefghij", "a" * 64],
            "command": [*self._typed, "/fase", "apri"],
            "reason": REASONS.get(kind, ()),
            "act": [
                "link_made",
                "link_used",
                "link_revoked",
                "role_revoked",
                "new",
                "correct",
                "withdraw",
                "entered",
                "corrected",
                "withdrawn",
            ],
            "label": ["12", "9999", "K7M4P"],
            "role": ["facilitator", "assistant", "venue_lead", "regia", "a role of a later version"],
            "by": ["facilitator", "regia", "operator", "a role of a later version"],
            "venue": [venue.code for venue in event.venues],
            "to_table": [table.code for table in event.tables],
            "to_zone": [zone.code for zone in event.zones],
            "bot": ["bollini_bot", ""],
            "what": ["role", "link"] if kind is RevokeRefused else ["present", "handed_in"],
            "excess": ["registered", "votes"],
            "kind": [*WITHOUT_TEXT, "", "a kind of a later version"]
            if kind is ContributionWithoutText
            else ["text", "photo", "voice", "a kind of a later version"],
            "action": ["1.1.1", "9.9.9"],
            "dropped": ["1.1.1"],
            "elsewhere": [table.code for table in event.tables],
            "why": ["large", "video", "kind", "gone", "a reason of a later version"],
            "from_table": [table.code for table in event.tables],
        }
        if kind.__module__ == restitution_notices.__name__:
            codes["number"] = ["4", "123456789"]
        if kind.__module__ == theme_notices.__name__:
            codes |= {
                "about": ["theme", "said", "axis"],
                "number": ["0", "4", "123456789"],
                "source": ["", "0", "4"],
                "act": ["", "7"],
                "letter": ["", "A", "AB"],
                "by": ["A"],
                "before": [*self._typed, *(each.value for each in Curation)],
                "after": ["", "B"],
                "axis": ["", *(axis.code for axis in event.axes)],
            }
        if kind.__module__ == gathering_notices.__name__:
            codes |= {
                "number": ["37", "123456789"],
                "into": ["", "37"],
                "because": [*self._typed, "#personal", "#of a later version"],
                "reason": [*GATHERING_REFUSALS, "a reason of a later version"],
            }
        if kind is gathering_notices.SynthesisList:
            codes["table"] = ["", *codes["table"]]
        return self._random.choice(codes.get(name) or self._typed)

    def _several(self, kind: type[Notice], name: str, item: Any) -> Any:  # noqa: PLR0911 - one way out per sort
        random = self._random
        if isinstance(item, type) and issubclass(item, Notice):
            return tuple(self.of(item) for _ in range(random.choice(self._counts)))
        if name == "leads":
            return tuple(
                random.sample([venue.code for venue in self._event.venues], random.choice((0, 1, 2)))
            )
        if name == "choices":
            places = [(table.code, zone) for table in self._event.tables for zone in table.zones]
            return tuple(random.sample(places, random.choice((0, 1, len(places)))))
        at_tables = {"facilitates", "assists", "moved", "tables", "talking", "missing"}
        if name in at_tables or kind.__name__ == "TablesMoved":
            codes = [table.code for table in self._event.tables]
            return tuple(random.sample(codes, random.choice((0, 0, 1, 2, min(4, len(codes))))))
        if name == "gaps":
            return tuple(
                (place, random.choice(PERSONAL_KINDS)) for place in random.choice(((), (0,), (0, 5000)))
            )
        if name == "kinds" or (name == "personal" and kind.__module__ == gathering_notices.__name__):
            return tuple(random.sample(PERSONAL_KINDS, random.choice((0, 1, 2))))
        codes = self._codes()[: random.choice((0, 0, 1, 1, 2, 6, 27))]
        if name == "zones":
            return tuple(random.sample(("9", "10", "11"), random.choice((0, 0, 2, 3))))
        if typing.get_origin(item) is tuple and len(typing.get_args(item)) == 2:
            return tuple((code, random.choice((1, 1, 1, 2))) for code in codes[:20])
        if typing.get_origin(item) is tuple:
            return tuple((code, random.randint(1, 9), random.random() < 0.5) for code in codes)
        return tuple(codes)

    def _channels(self) -> tuple[tuple[str, int], ...]:
        kinds = ("app", "assisted", "paper")
        together = "+".join(sorted(self._random.sample(kinds, 2)))
        alone = next(kind for kind in kinds if kind not in together.split("+"))
        every = tuple((kind, self._random.randint(5, 30)) for kind in kinds)
        return self._random.choice(((), every, ((alone, 18), (together, 7))))

    def _codes(self) -> list[str]:
        codes = [strategy.code for strategy in self._event.strategies]
        return self._random.sample(codes, len(codes))

    def _maybe_code(self) -> str | None:
        return None if self._random.random() < 0.5 else self._codes()[0]

    def _awkward(self) -> str:
        return self._random.choice(self._typed)

    def _moment(self) -> datetime:
        start = self._event.phase_starts()[Phase.SESSION1]
        return start + timedelta(minutes=self._random.randint(0, 120))
