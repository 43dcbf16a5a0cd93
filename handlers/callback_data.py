"""What a button says when it is pressed: typed, at most 64 bytes, refused when not understood.

A press carries the state wished for ("one dot on 1.3"), never a change of what is there ("toggle"), so the
same press twice is harmless. No name of a person and no title travels in a button. Anybody with a client of
their own can send any bytes: `decode` accepts only what `encode` could have made, and whoever handles the
press still checks rights and state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any, Final

from participation.event import Phase

LIMIT: Final = 64
"""Bytes of callback data that Telegram carries."""

_CODE = re.compile(r"[A-Za-z0-9._-]{1,32}")


class NotOurs(ValueError):
    """Callback data that no button of this version carries."""


@dataclass(frozen=True)
class Acknowledge:
    """Said "Ho letto": the notice was read; `payload` is what the deep link carried ("" if nothing)."""

    payload: str


@dataclass(frozen=True)
class PickZone:
    """The zone the person takes part for."""

    zone: str


@dataclass(frozen=True)
class PickTable:
    """The table the person sits at, for this zone of it."""

    table: str
    zone: str


@dataclass(frozen=True)
class PickLanguage:
    """The language to speak."""

    language: str


@dataclass(frozen=True)
class SetDots:
    """The wish: `count` dots on `strategy`."""

    strategy: str
    count: int


@dataclass(frozen=True)
class ShowPage:
    """Turn the ballot to an axis (its code) or to "review"."""

    page: str


@dataclass(frozen=True)
class Finish:
    """Said "Ho finito"."""


@dataclass(frozen=True)
class AskQuestion:
    """To this question of this strategy."""

    strategy: str
    question: str


@dataclass(frozen=True)
class ListQuestions:
    """The questions of a strategy, to choose from."""

    strategy: str


@dataclass(frozen=True)
class ListStrategies:
    """Another strategy of the table."""


@dataclass(frozen=True)
class Withdraw:
    """Withdraw this contribution of one's own."""

    contribution: str


@dataclass(frozen=True)
class MovePhase:
    """The facilitator takes the table to this phase."""

    table: str
    phase: Phase


@dataclass(frozen=True)
class KeepPriority:
    """The facilitator keeps (`kept` True) or drops a proposed strategy."""

    table: str
    strategy: str
    kept: bool


@dataclass(frozen=True)
class ChooseTied:
    """The facilitator gives (`chosen` True) one of the contested places to a tied strategy, or takes it."""

    table: str
    strategy: str
    chosen: bool


@dataclass(frozen=True)
class ConfirmPriorities:
    """The table confirms its priorities."""

    table: str


@dataclass(frozen=True)
class PutOn:
    """The facilitator puts a strategy on at the table."""

    table: str
    strategy: str


# --- messages that Telegram refused


@dataclass(frozen=True)
class Resend:
    """Have what Telegram refused go out once more."""


# --- ties: `nth` is the tie of the table that is meant, so that a press never settles the next one


@dataclass(frozen=True)
class LeaveEmpty:
    """The contested places stay empty."""

    table: str
    nth: int


@dataclass(frozen=True)
class ReopenTie:
    """The places that were left empty are contested again."""

    table: str
    nth: int


@dataclass(frozen=True)
class OpenRunoff:
    """The people at the table choose among the tied."""

    table: str
    nth: int


@dataclass(frozen=True)
class CloseRunoff:
    """The run-off ends before its time."""

    table: str
    nth: int


@dataclass(frozen=True)
class ChooseInRunoff:
    """One's own choice in a run-off (its id)."""

    runoff: str
    strategy: str


@dataclass(frozen=True)
class PromiseDraw:
    """Publish what a draw will be drawn by."""

    table: str
    nth: int


@dataclass(frozen=True)
class DrawNow:
    """Draw, without a word of the table's."""

    table: str
    nth: int


@dataclass(frozen=True)
class SkipReason:
    """No reason is given for a strategy that was dropped or chosen."""


# --- paper


@dataclass(frozen=True)
class OpenSheet:
    """A keyboard for one sheet (its number) or for somebody's personal code."""

    table: str
    label: str


@dataclass(frozen=True)
class SetSheetDots:
    """The wish: `count` dots on `strategy`, on the sheet that is being filled in."""

    label: str
    strategy: str
    count: int


@dataclass(frozen=True)
class ShowSheetPage:
    """Turn the sheet that is being filled in to an axis."""

    label: str
    page: str


@dataclass(frozen=True)
class PickSheetZone:
    """The zone that the sheet being filled in is for."""

    label: str
    zone: str


@dataclass(frozen=True)
class FinishSheet:
    """The sheet is complete: read it back."""

    label: str


@dataclass(frozen=True)
class ConfirmPaper:
    """What was read back counts; `token` names what that was."""

    token: str


@dataclass(frozen=True)
class CorrectPaper:
    """What was read back is not right yet."""

    token: str


@dataclass(frozen=True)
class ShowSheet:
    """One sheet of a table with its trace."""

    table: str
    number: str


@dataclass(frozen=True)
class WithdrawSheet:
    """Withdraw a sheet: asked back first."""

    table: str
    number: str


@dataclass(frozen=True)
class SayHandedIn:
    """So many sheets were handed in at the table."""

    table: str
    count: int


# --- time and prompts


@dataclass(frozen=True)
class Prolong:
    """The phase of a table is to end at this minute (of the epoch), or later."""

    table: str
    phase: Phase
    until: str


@dataclass(frozen=True)
class Nudge:
    """Nudge those at the table who have not finished."""

    table: str


@dataclass(frozen=True)
class ShowBoard:
    """The board of the table's priorities."""

    table: str


@dataclass(frozen=True)
class Answer:
    """Yes or no to the question with this token."""

    token: str
    yes: bool


@dataclass(frozen=True)
class ShowState:
    """All tables, or one."""

    table: str


@dataclass(frozen=True)
class DrawChart:
    """A chart, and where it goes: "" (to be asked), "here" or "channel"."""

    chart: str
    place: str


# --- themes: numbers of themes, contributions and acts are codes; "0" is no theme, "new" one still to be made


@dataclass(frozen=True)
class ShowThemes:
    """The board of themes: a section, of an axis ("" for none), at a page."""

    section: str
    axis: str
    page: str


@dataclass(frozen=True)
class ShowTheme:
    """A theme with what is in it, at a page."""

    theme: str
    page: str


@dataclass(frozen=True)
class ShowAxes:
    """Who looks after which axis."""


@dataclass(frozen=True)
class AssignAxis:
    """The axis is somebody's (a letter) or nobody's ("") from now on."""

    axis: str
    letter: str


@dataclass(frozen=True)
class ChooseForTheme:
    """What there is to choose from: themes to merge with, contributions to move, where one goes, a name."""

    what: str
    number: str
    page: str


@dataclass(frozen=True)
class MergeThemes:
    """The wish: all of `theme` is in `into`."""

    into: str
    theme: str


@dataclass(frozen=True)
class PlaceSaid:
    """The wish: this contribution is in that theme."""

    said: str
    theme: str


@dataclass(frozen=True)
class MarkPlenary:
    """The wish: the theme is marked for the plenary, or not."""

    theme: str
    marked: bool


@dataclass(frozen=True)
class UndoCuration:
    """Undo this act."""

    act: str


# --- the restitution


@dataclass(frozen=True)
class ShowRestitution:
    """The restitution as it is now."""


@dataclass(frozen=True)
class PublishRestitution:
    """The wish: this version is published."""

    version: str


# --- notes


@dataclass(frozen=True)
class ShowNote:
    """One note of a table, with its files."""

    note: str


@dataclass(frozen=True)
class WithdrawNote:
    """The wish: a note is withdrawn, or (`withdrawn` False) stands again."""

    note: str
    withdrawn: bool


@dataclass(frozen=True)
class MoveNote:
    """Give a note to this table."""

    note: str
    table: str


# --- the contributions of a table: named by their numbers


@dataclass(frozen=True)
class ShowGathering:
    """A part of a table's contributions, at a page."""

    table: str
    part: str
    page: str


@dataclass(frozen=True)
class ShowGathered:
    """One contribution, with what can be done with it."""

    number: str


@dataclass(frozen=True)
class HideGathered:
    """The wish: a contribution is hidden for this reason; "" asks for one."""

    number: str
    reason: str


@dataclass(frozen=True)
class UnhideGathered:
    """The wish: a contribution is hidden no more."""

    number: str


@dataclass(frozen=True)
class ChooseGathered:
    """What else says the same as this contribution, at a page."""

    number: str
    page: str


@dataclass(frozen=True)
class MergeGathered:
    """The wish: `number` says the same as `into`, which stands for it."""

    into: str
    number: str


@dataclass(frozen=True)
class SeparateGathered:
    """The wish: a contribution stands for itself, or for nothing else."""

    number: str


@dataclass(frozen=True)
class MarkGathered:
    """The wish: a contribution is marked for the plenary, or not."""

    number: str
    marked: bool


@dataclass(frozen=True)
class PassGathered:
    """What may be personal data in a contribution is none, or may leave the table."""

    number: str


# --- roles and links: a place is "t.T6" (a table), "v.2" (the event file's second venue) or "r" (the regia)


@dataclass(frozen=True)
class ShowRoles:
    """Who has which role at a place, and which links wait."""

    place: str


@dataclass(frozen=True)
class NewLink:
    """A link for this role at a place: asked back first."""

    role: str
    place: str


@dataclass(frozen=True)
class AskRevocation:
    """Revoke a role ("R5") or a link ("L7"): asked back first."""

    what: str


@dataclass(frozen=True)
class ShowPeople:
    """The people of a table, from behind the one with this number ("": from the first)."""

    table: str
    after: str


@dataclass(frozen=True)
class MovePerson:
    """Move a person (their number) to a table and zone, "" where that is still to be chosen: asked back."""

    person: str
    table: str
    zone: str


# --- contributions of one's own


@dataclass(frozen=True)
class MoveOwn:
    """Move this contribution to a question of a strategy; "" where that is still to be chosen."""

    contribution: str
    strategy: str
    question: str


@dataclass(frozen=True)
class NameAction:
    """The contribution is about a plan action; "none": about no single one, "": still to be chosen."""

    contribution: str
    action: str


# --- suggestions ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChooseSuggestedOn:
    """The strategies of an axis to suggest on; "" for the axes to choose from."""

    axis: str


@dataclass(frozen=True)
class SuggestOn:
    """Suggest on this strategy."""

    strategy: str


@dataclass(frozen=True)
class StopSuggesting:
    """What is typed next is no suggestion."""


@dataclass(frozen=True)
class WithdrawSuggestion:
    """Withdraw one's own suggestion."""

    suggestion: str


@dataclass(frozen=True)
class ShowSuggestions:
    """What was suggested on a strategy, a page of it; "" for all strategies with their counts."""

    strategy: str
    page: str


Press = (
    Acknowledge
    | PickZone
    | PickTable
    | PickLanguage
    | SetDots
    | ShowPage
    | Finish
    | AskQuestion
    | ListQuestions
    | ListStrategies
    | Withdraw
    | MovePhase
    | KeepPriority
    | ChooseTied
    | ConfirmPriorities
    | PutOn
    | Resend
    | LeaveEmpty
    | ReopenTie
    | OpenRunoff
    | CloseRunoff
    | ChooseInRunoff
    | PromiseDraw
    | DrawNow
    | SkipReason
    | OpenSheet
    | SetSheetDots
    | ShowSheetPage
    | PickSheetZone
    | FinishSheet
    | ConfirmPaper
    | CorrectPaper
    | ShowSheet
    | WithdrawSheet
    | SayHandedIn
    | Prolong
    | Nudge
    | ShowBoard
    | Answer
    | ShowState
    | DrawChart
    | ShowThemes
    | ShowTheme
    | ShowAxes
    | AssignAxis
    | ChooseForTheme
    | MergeThemes
    | PlaceSaid
    | MarkPlenary
    | UndoCuration
    | ShowRestitution
    | PublishRestitution
    | ShowNote
    | WithdrawNote
    | MoveNote
    | ShowGathering
    | ShowGathered
    | HideGathered
    | UnhideGathered
    | ChooseGathered
    | MergeGathered
    | SeparateGathered
    | MarkGathered
    | PassGathered
    | ShowRoles
    | NewLink
    | AskRevocation
    | ShowPeople
    | MovePerson
    | MoveOwn
    | NameAction
    | ChooseSuggestedOn
    | SuggestOn
    | StopSuggesting
    | WithdrawSuggestion
    | ShowSuggestions
)

_KINDS: Final[dict[str, type[Press]]] = {
    "ack": Acknowledge,
    "z": PickZone,
    "t": PickTable,
    "l": PickLanguage,
    "d": SetDots,
    "p": ShowPage,
    "f": Finish,
    "q": AskQuestion,
    "qs": ListQuestions,
    "ss": ListStrategies,
    "w": Withdraw,
    "m": MovePhase,
    "k": KeepPriority,
    "c": ChooseTied,
    "ok": ConfirmPriorities,
    "on": PutOn,
    "re": Resend,
    "te": LeaveEmpty,
    "tr": ReopenTie,
    "ro": OpenRunoff,
    "rc": CloseRunoff,
    "rv": ChooseInRunoff,
    "dp": PromiseDraw,
    "dn": DrawNow,
    "sr": SkipReason,
    "so": OpenSheet,
    "sd": SetSheetDots,
    "sp": ShowSheetPage,
    "sz": PickSheetZone,
    "sf": FinishSheet,
    "sc": ConfirmPaper,
    "se": CorrectPaper,
    "sh": ShowSheet,
    "sw": WithdrawSheet,
    "sn": SayHandedIn,
    "pl": Prolong,
    "nu": Nudge,
    "sb": ShowBoard,
    "a": Answer,
    "st": ShowState,
    "ch": DrawChart,
    "tb": ShowThemes,
    "th": ShowTheme,
    "tx": ShowAxes,
    "ta": AssignAxis,
    "tc": ChooseForTheme,
    "tg": MergeThemes,
    "tl": PlaceSaid,
    "tp": MarkPlenary,
    "tu": UndoCuration,
    "rz": ShowRestitution,
    "rb": PublishRestitution,
    "no": ShowNote,
    "nw": WithdrawNote,
    "nm": MoveNote,
    "ga": ShowGathering,
    "gs": ShowGathered,
    "gh": HideGathered,
    "gu": UnhideGathered,
    "gc": ChooseGathered,
    "gm": MergeGathered,
    "gx": SeparateGathered,
    "gp": MarkGathered,
    "gl": PassGathered,
    "rs": ShowRoles,
    "rl": NewLink,
    "rr": AskRevocation,
    "pp": ShowPeople,
    "pm": MovePerson,
    "om": MoveOwn,
    "oa": NameAction,
    "ua": ChooseSuggestedOn,
    "us": SuggestOn,
    "uf": StopSuggesting,
    "uw": WithdrawSuggestion,
    "ul": ShowSuggestions,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


def encode(press: Press) -> str:
    """The press as callback data. Raises `ValueError` when it would not fit in 64 bytes."""
    parts = [_NAMES[type(press)]]
    for field in fields(press):
        value = getattr(press, field.name)
        parts.append(str(int(value)) if isinstance(value, bool | int) else str(value))
    data = ":".join(parts)
    if len(data.encode()) > LIMIT:
        message = f"callback data of {len(data.encode())} bytes"
        raise ValueError(message)
    return data


def decode(data: str) -> Press:
    """The press that `encode` made. Raises `NotOurs` for anything else."""
    name, *values = data.split(":")
    kind = _KINDS.get(name)
    if kind is None or len(values) != len(fields(kind)) or len(data.encode()) > LIMIT:
        raise NotOurs
    try:
        read: dict[str, Any] = {
            field.name: _read(str(field.type), raw) for field, raw in zip(fields(kind), values, strict=True)
        }
        press = kind(**read)
    except ValueError:
        raise NotOurs from None
    if encode(press) != data:
        raise NotOurs
    return press


def _read(kind: str, raw: str) -> str | int | bool | Phase:
    match kind:
        case "bool":
            if raw not in {"0", "1"}:
                raise NotOurs
            return raw == "1"
        case "int":
            if not re.fullmatch(r"[0-9]{1,2}", raw):
                raise NotOurs
            return int(raw)
        case "Phase":
            return Phase(raw)
        case _:
            if raw and not _CODE.fullmatch(raw):
                raise NotOurs
            return raw
