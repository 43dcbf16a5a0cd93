"""Time as people are told of it: closing now, prolonging, countdowns, the agenda, reopening."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import Answer, Prolong
from handlers.render.common import (
    MISREAD_LENGTH,
    lines,
    renders,
    sentences,
    table_coded,
    table_name,
)
from handlers.render.message import Button, Keyboard, Message, compose, shorten
from handlers.render.phases import phase_name
from handlers.render.typing_words import phase_word
from participation.event import Phase
from participation.notices import (
    AgendaHeld,
    AgendaRefused,
    AgendaShifted,
    AgendaShown,
    AskEnded,
    CloseAsked,
    Countdown,
    PlannedStep,
    ProlongedAlready,
    ProlongRefused,
    ProlongUnclear,
    ProlongWhich,
    ReopenAsked,
    ReopenRefused,
    ReopenUnclear,
    ShiftAsked,
    TableProlonged,
    TableReopened,
)
from participation.prolonging import as_minute
from participation.reopening import REOPENABLE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from locales.translator import Html, Translator
    from participation.event import Event

PROLONG_BY: Final = (2, 5)
"""Minutes that the buttons prolong by."""

VOTING: Final = frozenset({Phase.REGISTRATION, Phase.SESSION1})


def minutes(count: int, words: Translator) -> str:
    """So many minutes, in words."""
    return words.plain("minutes", n=count)


def by(count: int, words: Translator) -> str:
    """A shift in words, with its sign: "+10 minuti"."""
    key = "shift.later" if count >= 0 else "shift.sooner"
    return words.plain(key, minutes=minutes(abs(count), words))


def yes_or_no(yes: str, token: str, words: Translator) -> Keyboard:
    """The buttons of a question: what would be done, and not to do it."""
    return ((Button(yes, Answer(token, True)), Button(words.plain("ask.button.no"), Answer(token, False))),)


def prolong_buttons(table: str, phase: Phase, until: datetime | None, words: Translator) -> Keyboard:
    """Buttons that prolong what ends at `until`; each says the time it wishes for."""
    if until is None or phase not in {Phase.SESSION1, Phase.PRIORITIES, Phase.SESSION2}:
        return ()
    return (
        tuple(
            Button(
                words.plain("prolong.button", n=count),
                Prolong(table, phase, str(int(as_minute(until)) + count)),
            )
            for count in PROLONG_BY
        ),
    )


def ask_ended(notice: AskEnded, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Why the question is none any more."""
    key = f"ask.{notice.reason}"
    return compose((words.text(key if words.has(key) else "ask.none"),))


def close_asked(notice: CloseAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """Close now? What it ends, and for how many."""
    table = table_coded(event, notice.table)
    if notice.phase is Phase.SESSION2:
        asked = words.text(
            "close.table",
            table=table,
            phase=phase_name(notice.phase, words),
            time=words.clock(notice.since),
        )
    elif notice.unfinished:
        asked = words.text("close.voting", table=table, n=notice.unfinished, registered=notice.registered)
    else:
        asked = words.text("close.voting.all", table=table)
    return compose(
        (asked, words.text("ask.how")), yes_or_no(words.plain("close.button"), notice.token, words)
    )


def table_prolonged(notice: TableProlonged, event: Event, words: Translator) -> tuple[Message, ...]:
    """When it closes now, who decided so, and what moves with it."""
    key = "prolonged.voting" if notice.phase is Phase.SESSION1 else "prolonged.other"
    return compose(
        (
            words.text(
                key,
                table=table_coded(event, notice.table),
                phase=phase_name(notice.phase, words),
                until=words.clock(notice.until),
                before=words.clock(notice.before),
            ),
            sentences(
                words.text(f"prolonged.by.{notice.mover.value}"),
                None
                if notice.following is None
                else words.text(
                    "prolonged.following",
                    phase=phase_name(Phase.SESSION2, words),
                    time=words.clock(notice.following),
                ),
            ),
            words.text("prolonged.held") if notice.held else None,
        )
    )


def prolonged_already(notice: ProlongedAlready, event: Event, words: Translator) -> tuple[Message, ...]:
    """It lasts as long already: who said so, and when."""
    known = notice.mover is not None and notice.at is not None
    return compose(
        (
            sentences(
                words.text(
                    "prolonged.already",
                    table=table_coded(event, notice.table),
                    phase=phase_name(notice.phase, words),
                    until=words.clock(notice.until),
                ),
                words.text(f"prolonged.already.by.{notice.mover.value}", time=words.clock(notice.at))
                if known and notice.mover is not None and notice.at is not None
                else None,
                words.text("moved.nothing_done"),
            ),
        )
    )


def prolong_refused(notice: ProlongRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """What is not open is not prolonged: why, and what to do."""
    key = f"prolong_refused.{notice.reason}"
    return compose(
        (
            sentences(
                words.text(
                    key if words.has(key) else "prolong_refused.over",
                    table=table_coded(event, notice.table),
                ),
                None
                if notice.mover is None or notice.at is None
                else words.text(
                    "prolong_refused.since",
                    phase=phase_name(notice.phase, words),
                    mover=words.plain(f"mover.{notice.mover.value}"),
                    time=words.clock(notice.at),
                ),
            ),
        )
    )


def prolong_unclear(notice: ProlongUnclear, _event: Event, words: Translator) -> tuple[Message, ...]:
    """By how many minutes? How to write it, and buttons."""
    phase = phase_name(notice.phase, words)
    return compose(
        (
            _misread("prolong_unclear.misread", notice.misread, None, words),
            words.text("prolong_unclear.how", most=notice.most),
            words.text("prolong_unclear.unplanned", phase=phase)
            if notice.until is None
            else words.text("prolong_unclear.ends", phase=phase, time=words.clock(notice.until)),
        ),
        prolong_buttons(notice.table, notice.phase, notice.until, words),
    )


def prolong_which(notice: ProlongWhich, event: Event, words: Translator) -> tuple[Message, ...]:
    """Which table the regia prolongs."""
    return compose(
        (
            _misread("prolong_unclear.misread", notice.misread, notice.nearest, words),
            words.text("prolong_which", code=event.tables[0].code),
        )
    )


def countdown(notice: Countdown, event: Event, words: Translator) -> tuple[Message, ...]:
    """How many minutes are left; what is recorded, or how to get more."""
    time = words.clock(notice.closes_at)
    if notice.phase in VOTING:
        return compose(
            (
                words.text(
                    "countdown.voting",
                    n=notice.minutes,
                    table=table_name(event, notice.table, words),
                    time=time,
                ),
            )
        )
    return compose(
        (
            words.text(
                "countdown.table",
                n=notice.minutes,
                table=table_coded(event, notice.table),
                phase=phase_name(notice.phase, words),
                time=time,
            ),
        )
    )


def planned_step(notice: PlannedStep, event: Event, words: Translator) -> tuple[Message, ...]:
    """One step that is to come."""
    return compose((_step(notice, event, words),))


def _step(step: PlannedStep, event: Event, words: Translator) -> Html:
    phase = words.plain(f"agenda.phase.{step.phase.value}")
    time = words.clock(step.at)
    if not step.tables or len(step.tables) == len(event.tables):
        return words.text("agenda.step", time=time, phase=phase)
    return words.text("agenda.step.tables", time=time, phase=phase, tables=words.join(step.tables))


def _steps(steps: Iterable[PlannedStep], event: Event, words: Translator) -> Html:
    listed = [_step(step, event, words) for step in steps]
    return lines(listed) if listed else words.text("agenda.nothing")


def agenda_shown(notice: AgendaShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """What is to come, whether it is held, and how to change it."""
    return compose(
        (
            sentences(
                words.text("agenda.title", time=words.clock(notice.at)),
                words.text("agenda.shifted", minutes=by(notice.minutes, words)) if notice.minutes else None,
            ),
            None if notice.held_at is None else words.text("agenda.held", time=words.clock(notice.held_at)),
            _steps(notice.steps, event, words),
            words.text("agenda.how" if notice.held_at is None else "agenda.how.held"),
        )
    )


def agenda_held(notice: AgendaHeld, _event: Event, words: Translator) -> tuple[Message, ...]:
    """The agenda is held: what that means."""
    key = "held.already" if notice.already else "held.now"
    return compose((words.text(key, time=words.clock(notice.at)),))


def shift_asked(notice: ShiftAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """Shift (or resume)? The new times."""
    if notice.held_at is None:
        asked = words.text("shift.ask", minutes=by(notice.minutes, words))
    else:
        asked = words.text("resume.ask", time=words.clock(notice.held_at), minutes=by(notice.minutes, words))
    yes = words.plain("shift.button" if notice.held_at is None else "resume.button")
    return compose(
        (
            words.text("shift.changed") if notice.changed else None,
            asked,
            _steps(notice.steps, event, words),
            words.text("ask.how"),
        ),
        yes_or_no(yes, notice.token, words),
    )


def agenda_shifted(notice: AgendaShifted, event: Event, words: Translator) -> tuple[Message, ...]:
    """The times have changed: the new ones."""
    key = "resumed.now" if notice.resumed else "shifted.now"
    return compose((words.text(key, minutes=by(notice.minutes, words)), _steps(notice.steps, event, words)))


def agenda_refused(notice: AgendaRefused, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Why the agenda was not touched, and what to do instead."""
    match notice.reason:
        case "past" if notice.at is not None:
            most = minutes(notice.most, words)
            return compose(
                (
                    sentences(
                        words.text("agenda_refused.past", time=words.clock(notice.at)),
                        words.text("agenda_refused.past.most", minutes=most) if notice.most else None,
                    ),
                )
            )
        case "range":
            return compose((words.text("agenda_refused.range", most=notice.most),))
        case "held" | "running" | "over":
            return compose((words.text(f"agenda_refused.{notice.reason}"),))
        case _:
            return compose(
                (
                    _misread("agenda_refused.unclear", notice.misread, notice.nearest, words),
                    words.text("agenda_refused.how"),
                )
            )


def _misread(key: str, misread: str, nearest: str | None, words: Translator) -> Html | None:
    """What was not understood, and what may have been meant; nothing when nothing was typed."""
    shown = shorten(misread, MISREAD_LENGTH)
    if not shown:
        return None
    return sentences(
        words.text(key, misread=shown),
        None
        if nearest is None
        else words.text("phase_command.nearest", nearest=shorten(nearest, MISREAD_LENGTH)),
    )


def reopen_asked(notice: ReopenAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """Reopen? What it means for ballots and priorities, and who is told."""
    what = f"reopen.ask.{notice.phase.value}"
    return compose(
        (
            words.text(
                "reopen.ask",
                table=table_coded(event, notice.table),
                phase=phase_name(notice.phase, words),
                now_in=phase_name(notice.now_in, words),
                time=words.clock(notice.until),
            ),
            sentences(
                words.text(what) if words.has(what) else None,
                words.text("reopen.ask.decided") if notice.decided else None,
                words.text("reopen.ask.told"),
            ),
            _reason(notice.reason, words),
            words.text("ask.how"),
        ),
        yes_or_no(words.plain("reopen.button"), notice.token, words),
    )


def _reason(reason: str | None, words: Translator) -> Html | None:
    return None if not reason else words.text("reopen.reason", reason=shorten(reason, 4 * MISREAD_LENGTH))


def table_reopened(notice: TableReopened, event: Event, words: Translator) -> tuple[Message, ...]:
    """What is open again at the table, until when, and why."""
    key = f"reopened.{notice.phase.value}"
    return compose(
        (
            words.text(
                key if words.has(key) else "reopened.session2",
                table=table_name(event, notice.table, words),
                time=words.clock(notice.until),
            ),
            sentences(words.text("reopened.by"), _reason(notice.reason, words)),
        )
    )


def reopen_refused(notice: ReopenRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """The table is not past that phase."""
    return compose(
        (
            words.text(
                "reopen_refused",
                table=table_coded(event, notice.table),
                now_in=phase_name(notice.now_in, words),
                phase=phase_name(notice.phase, words),
            ),
        )
    )


def reopen_unclear(notice: ReopenUnclear, event: Event, words: Translator) -> tuple[Message, ...]:
    """How to write it."""
    return compose(
        (
            _misread("reopen_unclear.misread", notice.misread, notice.nearest, words),
            words.text(
                "reopen_unclear.how",
                code=event.tables[0].code,
                phase=phase_word(words, Phase.SESSION1),
                phases=words.join(phase_word(words, phase) for phase in REOPENABLE),
            ),
        )
    )


RENDERERS: Final = (
    renders(AskEnded, ask_ended),
    renders(CloseAsked, close_asked),
    renders(TableProlonged, table_prolonged),
    renders(ProlongedAlready, prolonged_already),
    renders(ProlongRefused, prolong_refused),
    renders(ProlongUnclear, prolong_unclear),
    renders(ProlongWhich, prolong_which),
    renders(Countdown, countdown),
    renders(PlannedStep, planned_step),
    renders(AgendaShown, agenda_shown),
    renders(AgendaHeld, agenda_held),
    renders(ShiftAsked, shift_asked),
    renders(AgendaShifted, agenda_shifted),
    renders(AgendaRefused, agenda_refused),
    renders(ReopenAsked, reopen_asked),
    renders(TableReopened, table_reopened),
    renders(ReopenRefused, reopen_refused),
    renders(ReopenUnclear, reopen_unclear),
)
