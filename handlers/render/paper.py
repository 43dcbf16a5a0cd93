"""Sheets of paper: read back before they count, listed, filled in on a keyboard; numbers said by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import (
    ConfirmPaper,
    CorrectPaper,
    FinishSheet,
    OpenSheet,
    PickSheetZone,
    SayHandedIn,
    SetSheetDots,
    ShowSheet,
    ShowSheetPage,
    WithdrawSheet,
)
from handlers.render import ties
from handlers.render.ballot import axis_rows, axis_shown, dot_rows
from handlers.render.common import (
    MISREAD_LENGTH,
    by_whom,
    grid,
    lines,
    numbered_lines,
    one_message,
    planned,
    renders,
    sentences,
    since,
    strategy_lines,
    table_coded,
    table_name,
    titled,
)
from handlers.render.counted import difference, in_excess, provisional, sheets, voters
from handlers.render.dots import left
from handlers.render.message import Button, Keyboard, Message, compose, shorten
from participation.event import Phase
from participation.notices import (
    CountUnclear,
    HandedInAsked,
    HandedInSaid,
    PaperDesk,
    PaperEntered,
    PaperHow,
    PaperReadBack,
    PaperRefused,
    PaperWhichTable,
    PresentSaid,
    PrioritiesReviewed,
    SheetLine,
    SheetList,
    SheetProblem,
    SheetRead,
    SheetScreen,
    SheetShown,
    SheetStep,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from locales.translator import Html, Translator
    from participation.event import Axis, Event

NUMBERS: Final = 9
"""Numbers of sheets to tap; any other is typed."""

MOST_BUTTONS: Final = 60
MARK: Final = "✓"
ACTS: Final = ("entered", "corrected", "withdrawn")
ROLES: Final = ("facilitator", "assistant", "venue_lead", "regia")
REFUSALS: Final = ("early", "settled", "over")


# --- names ---------------------------------------------------------------------------------------------


def _sheet(label: str, assisted: bool, zone: str | None, words: Translator) -> str:
    if assisted:
        return words.plain("sheet.assisted", label=label)
    if zone is not None:
        return words.plain("sheet.zone", label=label, zone=zone)
    return words.plain("sheet", label=label)


def _codes(dots: Sequence[tuple[str, int]], words: Translator) -> str:
    """Dots without titles: "1.3, 2.1 ×2"."""
    if not dots:
        return words.plain("sheet.blank")
    return words.join(code if count == 1 else f"{code} ×{count}" for code, count in dots)


def _role(role: str, words: Translator) -> str:
    return words.plain(f"paper_role.{role if role in ROLES else 'other'}")


# --- read back -----------------------------------------------------------------------------------------


def paper_read_back(notice: PaperReadBack, event: Event, words: Translator) -> tuple[Message, ...]:
    """Every line in full, with titles; then what was not taken, and how to go on."""
    table = table_coded(event, notice.table)
    buttons = (
        Button(words.plain("paper.button.confirm"), ConfirmPaper(notice.token)),
        Button(words.plain("paper.button.correct"), CorrectPaper(notice.token)),
    )
    return compose(
        (
            words.text("read_back.title" if notice.sheets else "read_back.none", table=table),
            *(_read(each, event, words) for each in notice.sheets),
            lines((words.text("read_back.problems"), *(_problem(p, event, words) for p in notice.problems)))
            if notice.problems
            else None,
            words.text("read_back.how" if notice.sheets else "read_back.again"),
        ),
        (buttons,) if notice.sheets else (),
    )


def _read(read: SheetRead, event: Event, words: Translator) -> Html:
    sheet = _sheet(read.label, read.assisted, read.zone, words)
    count = sum(number for _, number in read.dots)
    shown = read.dots
    if read.act == "withdraw":
        shown = () if read.assisted else read.before
        key = (
            "read.withdraw.assisted" if read.assisted else "read.withdraw" if shown else "read.withdraw.blank"
        )
        head = words.text(key, sheet=sheet)
    elif read.act == "correct" and not read.assisted:
        key = "read.correct" if read.dots else "read.correct.blank"
        head = words.text(key, sheet=sheet, before=_codes(read.before, words), n=count)
    else:
        head = words.text("read.new" if read.dots else "read.new.blank", sheet=sheet, n=count)
    return lines(
        (
            head,
            *numbered_lines(event, shown, words),
            *((words.text("read.replaces"),) if read.replaces and read.act != "withdraw" else ()),
            *((words.text("paper.reason", reason=read.reason),) if read.reason else ()),
        )
    )


def sheet_read(notice: SheetRead, event: Event, words: Translator) -> tuple[Message, ...]:
    """One line as it was read."""
    return compose((_read(notice, event, words),))


def _problem(problem: SheetProblem, event: Event, words: Translator) -> Html:
    label = problem.label or event_example(event)
    match problem.reason:
        case "unknown":
            wrong = _unknown(problem, event, words)
        case "too_many":
            wrong = words.text("problem.too_many", count=problem.count, most=problem.most, label=label)
        case "repeated":
            codes = words.join(problem.codes)
            wrong = words.text("problem.repeated", codes=codes)
        case "zone":
            zone = problem.zones[0] if problem.zones else ""
            wrong = words.text("problem.zone", label=label, zone=zone, zones=words.join(problem.zones))
        case "not_entered" if problem.label is not None and not problem.label.isdecimal():
            wrong = words.text("problem.not_entered.assisted")
        case "entered" if problem.role is not None and problem.at is not None:
            by, time = by_whom(problem.role, words), words.clock(problem.at)
            wrong = words.text("problem.entered.by", label=label, mover=by, time=time)
        case "no_codes" | "twice" | "entered" | "not_entered" | "person":
            wrong = words.text(f"problem.{problem.reason}", label=label)
        case "number" | "full":
            wrong = words.text(f"problem.{problem.reason}", most=problem.most)
        case "no_label" | "person_closed":
            wrong = words.text(f"problem.{problem.reason}")
        case _:
            wrong = words.text("problem.unreadable")
    return words.text("problem", line=shorten(problem.line, MISREAD_LENGTH) or label, wrong=wrong)


def event_example(event: Event) -> str:
    """A number that stands for any."""
    return str(len(event.axes) * 2)


def _unknown(problem: SheetProblem, event: Event, words: Translator) -> Html:
    pairs = zip(problem.codes, problem.nearest, strict=True)
    near = [
        words.text(
            "problem.unknown.nearest",
            code=shorten(code, MISREAD_LENGTH),
            nearest=titled(event, nearest, words),
        )
        for code, nearest in pairs
        if nearest is not None
    ]
    codes = words.join(shorten(code, MISREAD_LENGTH) for code in problem.codes)
    return sentences(
        words.text("problem.unknown", codes=codes, n=len(problem.codes)),
        *near,
        words.text("problem.unknown.then"),
    )


def sheet_problem(notice: SheetProblem, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why one line was not taken."""
    return compose((_problem(notice, event, words),))


def paper_entered(notice: PaperEntered, event: Event, words: Translator) -> tuple[Message, ...]:
    """What counts now, what could not be done, and how the numbers stand."""
    done = [
        words.text(f"entered.{what}", n=count)
        for what, count in (
            ("new", notice.entered),
            ("corrected", notice.corrected),
            ("withdrawn", notice.withdrawn),
            ("assisted", notice.assisted),
        )
        if count
    ]
    return compose(
        (
            sentences(
                words.text("paper.table", table=table_coded(event, notice.table)),
                *(done or [words.text("entered.none")]),
            ),
            lines((words.text("read_back.problems"), *(_problem(p, event, words) for p in notice.problems)))
            if notice.problems
            else None,
            words.text("entered.fell") if notice.fell else None,
            sentences(
                sheets(notice.standing, notice.handed_in, words),
                difference(notice.standing, notice.handed_in, words, closed=False),
            ),
            words.text("entered.then"),
        )
    )


def paper_how(notice: PaperHow, event: Event, words: Translator) -> tuple[Message, ...]:
    """How sheets are written, and the keyboard for the next one."""
    one, other = _two_codes(event)
    return compose(
        (
            words.text("paper_how.title", table=table_coded(event, notice.table)),
            words.text("paper_how.lines", number=notice.following, one=one, other=other),
            words.text("paper_how.zones", number=notice.following, one=one, zone=notice.zones[0])
            if notice.zones
            else None,
            words.text("paper_how.blank", number=notice.following),
            words.text("paper_how.assisted"),
            words.text("paper_how.keyboard", number=notice.following),
            words.text("paper_how.waiting", n=notice.waiting) if notice.waiting else None,
        ),
        (
            (
                Button(
                    words.plain("paper_how.button", number=notice.following),
                    OpenSheet(notice.table, str(notice.following)),
                ),
            ),
        ),
    )


def _two_codes(event: Event) -> tuple[str, str]:
    return event.strategies[0].code, event.strategies[-1].code


def paper_desk(notice: PaperDesk, event: Event, words: Translator) -> tuple[Message, ...]:
    """What to do with the lines that wait."""
    match notice.reason:
        case "correct":
            one, other = _two_codes(event)
            number = event_example(event)
            return compose((words.text("desk.correct", number=number, one=one, other=other),))
        case "other" if notice.table is not None:
            table = table_coded(event, notice.table)
            return compose((words.text("desk.other", table=table, n=notice.waiting),))
        case "dropped" | "changed" | "done":
            return compose((words.text(f"desk.{notice.reason}"),))
    return compose((words.text("desk.nothing"),))


def paper_refused(notice: PaperRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why nothing can be entered now, and what to do."""
    reason = notice.reason if notice.reason in REFUSALS else "over"
    table = table_coded(event, notice.table)
    return compose(
        (words.text(f"paper_refused.{reason}", table=table, time=planned(event, Phase.SESSION1, words)),)
    )


def paper_which_table(notice: PaperWhichTable, event: Event, words: Translator) -> tuple[Message, ...]:
    """The table has to be named."""
    codes = notice.tables or tuple(table.code for table in event.tables)
    misread = shorten(notice.misread or "", MISREAD_LENGTH)
    command = shorten(notice.command.lstrip("/"), MISREAD_LENGTH)
    return compose(
        (
            words.text("which_table.misread", misread=misread) if misread else words.text("which_table"),
            words.text("which_table.how", command=command, code=codes[0]),
            words.text("which_table.these", tables=words.join(table_coded(event, code) for code in codes)),
        )
    )


# --- the keyboard --------------------------------------------------------------------------------------


def sheet_screen(notice: SheetScreen, event: Event, words: Translator) -> tuple[Message, ...]:
    """One axis of the sheet, its dots, and how to have it read back."""
    sheet = _sheet(notice.label, notice.assisted, notice.zone, words)
    if not notice.open:
        return compose((words.text("sheet_screen.closed", sheet=sheet, label=notice.label),))
    axis = axis_shown(event, notice.page)
    return one_message(
        lambda full: _page(notice, sheet, axis, event, words, full=full),
        _keyboard(notice, axis, event, words),
    )


def _page(
    screen: SheetScreen, sheet: str, axis: Axis, event: Event, words: Translator, *, full: bool
) -> Iterable[Html | None]:
    counts = dict(screen.dots)
    used = sum(counts.values())
    yield words.text("sheet_screen.title", table=table_coded(event, screen.table), sheet=sheet)
    yield words.text("sheet_screen.full", n=used) if screen.full else None
    yield sentences(
        words.text("sheet_screen.dots", codes=_codes(screen.dots, words)),
        left(max(0, screen.budget - used), screen.budget, words),
    )
    if screen.zones and screen.zone is None:
        yield words.text("sheet_screen.zone")
    yield lines(
        (
            words.text("axis.title", code=axis.code, title=axis.title),
            *numbered_lines(
                event,
                ((strategy.code, counts.get(strategy.code, 0)) for strategy in axis.strategies),
                words,
                full=full,
                marked=1,
            ),
        )
    )
    yield words.text("sheet_screen.how", label=screen.label)


def _keyboard(screen: SheetScreen, axis: Axis, event: Event, words: Translator) -> Keyboard:
    name = screen.label
    counts = dict(screen.dots)
    zones = grid(
        (
            (
                f"{MARK} {words.plain('zone.button', code=zone)}"
                if zone == screen.zone
                else words.plain("zone.button", code=zone),
                PickSheetZone(name, zone),
            )
            for zone in screen.zones
        ),
        3,
    )
    return (
        *zones,
        *dot_rows(
            (strategy.code for strategy in axis.strategies),
            counts,
            event,
            words,
            lambda code, count: SetSheetDots(name, code, count),
        ),
        *axis_rows(counts, axis, event, words, lambda page: ShowSheetPage(name, page)),
        (Button(words.plain("sheet_screen.button.read"), FinishSheet(name)),),
    )


# --- what stands ---------------------------------------------------------------------------------------


def sheet_list(notice: SheetList, event: Event, words: Translator) -> tuple[Message, ...]:
    """Every sheet on a line, codes alone; a button for each."""
    table = table_coded(event, notice.table)
    numbers = [each.label for each in notice.sheets if not each.assisted]
    return compose(
        (
            words.text("sheet_list.title", table=table),
            lines(_line(each, words) for each in notice.sheets)
            if notice.sheets
            else words.text("sheet_list.none"),
            sentences(
                sheets(notice.entered, notice.handed_in, words), provisional(notice.provisional, words)
            ),
            words.text("sheet_list.how", number=numbers[0], code=event.strategies[0].code)
            if numbers
            else None,
        ),
        grid(
            (
                (words.plain("sheet", label=label), ShowSheet(notice.table, label))
                for label in numbers[-MOST_BUTTONS:]
            ),
            3,
        ),
    )


def _line(line: SheetLine, words: Translator) -> Html:
    return words.text(
        "sheet_list.changed" if line.changed else "sheet_list.line",
        sheet=_sheet(line.label, line.assisted, None, words),
        codes=_codes(line.dots, words),
        role=_role(line.role, words),
    )


def sheet_line(notice: SheetLine, _event: Event, words: Translator) -> tuple[Message, ...]:
    """One line of the list."""
    return compose((_line(notice, words),))


def sheet_shown(notice: SheetShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """One sheet in full, what was done to it, and what can be done now."""
    table = table_coded(event, notice.table)
    if notice.dots is None:
        return compose((words.text("sheet_shown.none", table=table, label=notice.label),))
    sheet = _sheet(notice.label, False, notice.zone, words)
    return compose(
        (
            words.text("sheet_screen.title", table=table, sheet=sheet),
            lines(numbered_lines(event, notice.dots, words))
            if notice.dots
            else words.text("sheet_shown.blank"),
            lines(_step(each, words) for each in notice.steps) if notice.steps else None,
            words.text("sheet_shown.how", label=notice.label, code=event.strategies[0].code),
        ),
        (
            (
                Button(words.plain("sheet_shown.button.correct"), OpenSheet(notice.table, notice.label)),
                Button(words.plain("sheet_shown.button.withdraw"), WithdrawSheet(notice.table, notice.label)),
            ),
        ),
    )


def _step(step: SheetStep, words: Translator) -> Html:
    act = step.act if step.act in ACTS else "corrected"
    return sentences(
        words.text(
            f"sheet_step.{act}",
            time=words.clock(step.at),
            role=_role(step.role, words),
            codes=_codes(step.dots, words),
        ),
        words.text("paper.reason", reason=step.reason) if step.reason else None,
    )


def sheet_step(notice: SheetStep, _event: Event, words: Translator) -> tuple[Message, ...]:
    """One entry of a sheet's trace."""
    return compose((_step(notice, words),))


# --- counted by hand -----------------------------------------------------------------------------------


def handed_in_asked(notice: HandedInAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """How many sheets were handed in? Numbers near those entered to tap."""
    first = max(0, notice.entered - NUMBERS // 2)
    return compose(
        (
            words.text("handed_in.ask", table=table_coded(event, notice.table)),
            sheets(notice.entered, None, words),
            words.text("handed_in.how"),
        ),
        grid(
            (
                (
                    str(count) if count else words.plain("handed_in.button.none"),
                    SayHandedIn(notice.table, count),
                )
                for count in range(first, first + NUMBERS)
                if count < 100  # noqa: PLR2004 - what a button carries has two digits
            ),
            3,
        ),
    )


def handed_in_said(notice: HandedInSaid, event: Event, words: Translator) -> tuple[Message, ...]:
    """The two numbers, and what their difference asks for."""
    return compose(
        (
            sentences(
                words.text("paper.table", table=table_coded(event, notice.table)),
                sheets(notice.entered, notice.handed_in, words),
                words.text("handed_in.already") if notice.already else None,
                since(notice.at, words, notice.role),
            ),
            difference(notice.entered, notice.handed_in, words, closed=notice.closed),
        )
    )


def present_said(notice: PresentSaid, event: Event, words: Translator) -> tuple[Message, ...]:
    """The people present, beside those registered."""
    return compose(
        (
            sentences(
                words.text("paper.table", table=table_coded(event, notice.table)),
                words.text(
                    "present.said",
                    present=notice.by_hand.present or 0,
                    registered=notice.by_hand.registered,
                ),
            ),
            in_excess(notice.by_hand, words),
        )
    )


def count_unclear(notice: CountUnclear, event: Event, words: Translator) -> tuple[Message, ...]:
    """A number was expected: how to write it."""
    misread = shorten(notice.misread, MISREAD_LENGTH)
    key = "count.present" if notice.what == "present" else "count.handed_in"
    return compose(
        (
            words.text("count.misread", misread=misread) if misread else None,
            words.text(key, table=table_coded(event, notice.table)),
            None if notice.now is None else words.text("count.now", now=notice.now),
        )
    )


# --- priorities ----------------------------------------------------------------------------------------


def priorities_reviewed(notice: PrioritiesReviewed, event: Event, words: Translator) -> tuple[Message, ...]:
    """What became of priorities that were told, now that paper changed."""
    table = table_name(event, notice.table, words)
    if notice.fell:
        head = words.text("reviewed.fell.stand" if notice.decided else "reviewed.fell", table=table)
    else:
        head = words.text("reviewed.provisional" if notice.provisional else "reviewed.final", table=table)
    return compose(
        (
            lines((head, strategy_lines(event, notice.priorities, words))) if notice.priorities else head,
            ties.tie(notice.pending, notice.places, notice.zone, event, words),
            voters(notice.voters, notice.by_channel, words),
            provisional(notice.provisional and notice.fell, words),
        )
    )


RENDERERS: Final = (
    renders(PaperReadBack, paper_read_back),
    renders(SheetRead, sheet_read),
    renders(SheetProblem, sheet_problem),
    renders(PaperEntered, paper_entered),
    renders(PaperHow, paper_how),
    renders(PaperDesk, paper_desk),
    renders(PaperRefused, paper_refused),
    renders(PaperWhichTable, paper_which_table),
    renders(SheetScreen, sheet_screen),
    renders(SheetList, sheet_list),
    renders(SheetLine, sheet_line),
    renders(SheetShown, sheet_shown),
    renders(SheetStep, sheet_step),
    renders(HandedInAsked, handed_in_asked),
    renders(HandedInSaid, handed_in_said),
    renders(PresentSaid, present_said),
    renders(CountUnclear, count_unclear),
    renders(PrioritiesReviewed, priorities_reviewed),
)
