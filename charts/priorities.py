"""The priorities of all tables in one picture: which strategy is whose, and what is still to be settled."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import pairwise
from textwrap import shorten
from typing import TYPE_CHECKING

from charts.matrix import (
    ROOM,
    blank_column,
    blocks,
    key_line,
    label_width,
    lay_out,
    row_height,
    strategy_rows,
)
from charts.naming import in_order, strategy_name, table_name
from charts.picture import Picture, counted, file_name, lines, longest, number, plain_counted
from charts.style import (
    BODY,
    LEAD,
    LINE,
    MARGIN,
    MUTED,
    PAPER,
    SMALLEST,
    STRONG,
    WARNING,
    WARNING_PALE,
    WIDTH,
    Canvas,
    png,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.figure import Figure

    from charts.matrix import Block, Columns
    from locales.translator import Html, Translator
    from participation.aggregates import Priorities, TablePriorities
    from participation.event import Event, Strategy
    from participation.notices import Dropped, TieTold

    Mark = Callable[[Canvas, float, float], None]

_NARROWEST = 44
_MARK = 15
_TOP = 3
_NAMED = 12
_REASON = 60


def draw(aggregate: Priorities, event: Event, words: Translator) -> Picture:
    """The priorities as a picture and in words."""
    return Picture(
        png(compose(aggregate, event, words)),
        caption(aggregate, event, words),
        file_name("priorities", event, aggregate.at),
    )


def compose(priorities: Priorities, event: Event, words: Translator) -> Figure:
    """A row per strategy in use and a column per table; the shape of the mark says how far its choice is."""
    canvas = Canvas()
    top = canvas.header(words.plain("chart.priorities.title"), event, priorities.at, words)
    top = canvas.paragraph(MARGIN, top, _state(priorities, words), LEAD, bold=True, room=ROOM, lines=3) + 14
    used = {code for row in priorities.tables for code in (*row.priorities, *row.tied)}
    shown = blocks(event, used)
    if not shown:
        text = words.plain("chart.priorities.none" if priorities.tables else "chart.no_tables")
        return canvas.finished(canvas.nothing(top, text) + MARGIN)

    top = _legend(canvas, top, words) + 10
    tables = priorities.tables
    heads = [canvas.width(row.table, SMALLEST) for row in tables]
    # Heads stand side by side when each two neighbours have room, and upright when their codes are long.
    apart = max([heads[0], *((one + other) / 2 for one, other in pairwise(heads))]) + 8
    counts = max(canvas.width(number(words, row.voters), SMALLEST) for row in tables) + 8
    label = label_width(canvas, shown)
    beside = canvas.width(words.plain("chart.total"), SMALLEST, bold=True) + 14
    columns = lay_out(len(tables), narrowest=max(_NARROWEST, apart, counts), label=label, beside=beside)
    upright = len(columns.panels) > 1 and max(apart, counts) > _NARROWEST
    if upright:
        columns = lay_out(len(tables), narrowest=_NARROWEST, label=label, beside=beside)
    times = Counter(code for row in tables for code in row.priorities)
    for panel in columns.panels:
        here = [tables[place] for place in panel]
        last = panel is columns.panels[-1]
        top = _panel(canvas, top, here, shown, columns, words, times=times if last else None, upright=upright)
        top += 14
    if any(not row.priorities and not row.tied for row in tables):
        top = key_line(canvas, top, words.plain("chart.priorities.dash"))
    waiting = [row.table for row in tables if row.provisional]
    if waiting:
        top = key_line(canvas, top, _named(words, "chart.priorities.provisional", waiting))
    top = key_line(canvas, top, words.plain("chart.priorities.total_key"))
    top = canvas.legend(top + 6, [(row.table, table_name(row.table, event)) for row in tables])
    return canvas.finished(top + MARGIN)


def _panel(
    canvas: Canvas,
    top: float,
    here: Sequence[TablePriorities],
    shown: Sequence[Block],
    columns: Columns,
    words: Translator,
    *,
    times: Mapping[str, int] | None,
    upright: bool,
) -> float:
    """One panel of the matrix with heads (`upright` when their codes are long) and foot; `times` ends it."""
    right = WIDTH - MARGIN
    step = row_height(sum(len(block.strategies) for block in shown))
    heads = max(canvas.width(table.table, SMALLEST) for table in here)
    depth = heads + 12 if upright else SMALLEST * LINE + 4
    middle = top + depth - SMALLEST * LINE / 2
    name = words.plain("chart.table")
    canvas.text_beside(MARGIN + columns.label - 16, middle, name, SMALLEST, MUTED, across="right")
    for place, table in enumerate(here):
        x = columns.middle(place)
        if upright:
            canvas.text(x, top + depth / 2, table.table, SMALLEST, upright=True)
        else:
            canvas.text_beside(x, middle, table.table, SMALLEST, across="center")
    if times is not None:
        canvas.text_beside(right, middle, words.plain("chart.total"), SMALLEST, bold=True, across="right")
    top += depth + 4

    def row(strategy: Strategy, middle: float) -> None:
        for place, table in enumerate(here):
            mark = _mark(table, strategy.code)
            if mark is not None:
                mark(canvas, columns.middle(place), middle)
        if times is not None:
            total = number(words, times.get(strategy.code, 0))
            canvas.text_beside(right, middle, total, SMALLEST, bold=True, across="right")

    top, spans = strategy_rows(canvas, top, shown, words, label=columns.label, step=step, row=row)
    for place, table in enumerate(here):
        if not table.priorities and not table.tied:
            text = words.plain("chart.priorities.open" if table.state == "open" else "chart.priorities.empty")
            blank_column(canvas, columns.middle(place), columns.width, spans, text, step)
    return _foot(canvas, top, here, columns, words)


def _mark(table: TablePriorities, strategy: str) -> Mark | None:
    if strategy in table.tied:
        return pending_mark
    if strategy not in table.priorities:
        return None
    return confirmed_mark if table.state == "confirmed" else proposed_mark


def confirmed_mark(canvas: Canvas, x: float, y: float) -> None:
    """A full disc with a tick: the table has chosen it."""
    canvas.disc(x, y, _MARK, STRONG)
    canvas.shape([(x - 7, y + 1), (x - 2, y + 6), (x + 7, y - 6)], None, edge=PAPER, line=3.5, closed=False)


def proposed_mark(canvas: Canvas, x: float, y: float) -> None:
    """An empty square: the count proposes it, the table has not said yet."""
    canvas.box(x - _MARK + 3, y - _MARK + 3, 2 * _MARK - 6, 2 * _MARK - 6, PAPER, edge=STRONG, line=4)


def pending_mark(canvas: Canvas, x: float, y: float) -> None:
    """A pale diamond with a sign of equality: it contends with others for a place."""
    reach = _MARK + 3
    corners = [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]
    canvas.shape(corners, WARNING_PALE, edge=WARNING, line=3)
    canvas.box(x - 6, y - 5, 12, 3, WARNING)
    canvas.box(x - 6, y + 2, 12, 3, WARNING)


def _legend(canvas: Canvas, top: float, words: Translator) -> float:
    x = float(MARGIN)
    middle = top + BODY * LINE / 2
    for mark, key in (
        (confirmed_mark, "chart.priorities.mark.confirmed"),
        (proposed_mark, "chart.priorities.mark.proposed"),
        (pending_mark, "chart.priorities.mark.tied"),
    ):
        text = words.plain(key)
        needed = 2 * _MARK + 14 + canvas.width(text, BODY)
        if x > MARGIN and x + needed > WIDTH - MARGIN:
            x = float(MARGIN)
            middle += BODY * LINE + 6
        mark(canvas, x + _MARK + 2, middle)
        canvas.text_beside(x + 2 * _MARK + 14, middle, text, BODY)
        x += needed + 34
    return middle + BODY * LINE / 2


def _foot(
    canvas: Canvas,
    top: float,
    here: Sequence[TablePriorities],
    columns: Columns,
    words: Translator,
) -> float:
    """Below the columns: how many voted, and how many places are contended for."""
    rows = [("chart.priorities.voters", [number(words, table.voters) for table in here])]
    if any(table.places for table in here):
        rows.append(
            (
                "chart.priorities.places",
                [number(words, table.places) if table.places else "" for table in here],
            )
        )
    canvas.rule(top)
    for key, values in rows:
        depth = SMALLEST * LINE
        upright = any(canvas.width(value, SMALLEST) + 6 > columns.width for value in values if value)
        if upright:
            depth = max(depth, *(canvas.width(value, SMALLEST) + 12 for value in values if value))
        middle = top + depth / 2 + 4
        text = canvas.fitted(words.plain(key), columns.label - 16, SMALLEST)
        canvas.text_beside(MARGIN + columns.label - 16, middle, text, SMALLEST, MUTED, across="right")
        for place, value in enumerate(values):
            if value and upright:
                canvas.text(columns.middle(place), middle, value, SMALLEST, upright=True)
            elif value:
                canvas.text_beside(columns.middle(place), middle, value, SMALLEST, across="center")
        top += depth + 4
    return top


def caption(priorities: Priorities, event: Event, words: Translator) -> Html:
    """The priorities in words: what tables have in common, then table by table as far as there is room."""
    head = words.text("chart.priorities.caption.head", time=words.clock(priorities.at))
    tables = priorities.tables
    state = _state(priorities, words)
    times = Counter(code for row in tables for code in row.priorities)
    common = [
        words.plain(
            "chart.priorities.caption.in_tables",
            n=times[code],
            strategy=strategy_name(code, event),
            number=number(words, times[code]),
        )
        for code in sorted(in_order(set(times), event), key=lambda code: -times[code])[:_TOP]
        if times[code] > 1
    ]
    shared = words.text("chart.priorities.caption.common", strategies=words.join(common)) if common else ""

    chosen = [row for row in tables if row.priorities or row.tied]
    voting = [row.table for row in tables if row.state == "open" and row not in chosen]
    none = [row.table for row in tables if row.state != "open" and row not in chosen]

    def write(items: int, *, brief: bool = False) -> Html:
        rows = [_table(row, words, brief=brief) for row in chosen[:items]]
        rest = len(chosen) - items
        return lines(
            [
                head,
                state,
                shared,
                *rows,
                counted(words, "chart.priorities.caption.others", rest) if rest else "",
                _named(words, "chart.priorities.caption.open", voting),
                _named(words, "chart.priorities.caption.empty", none),
                _named(
                    words, "chart.priorities.provisional", [row.table for row in tables if row.provisional]
                ),
            ]
        )

    return longest(write, len(chosen), briefer=partial(write, brief=True))


def _table(row: TablePriorities, words: Translator, *, brief: bool) -> Html:
    """One table's priorities, what it dropped, how it settled ties; `brief`: without reasons and seeds."""
    pieces = []
    if row.priorities:
        listed = words.join(row.priorities)
        if row.state != "confirmed":
            listed = words.plain(
                "chart.priorities.caption.proposed", n=len(row.priorities), strategies=listed
            )
        pieces.append(listed)
    if row.tied:
        pieces.append(
            plain_counted(words, "chart.priorities.caption.tied", row.places, strategies=words.join(row.tied))
        )
    pieces += [_dropped(one, words, brief=brief) for one in row.dropped]
    pieces += [_settled(tie, words, brief=brief) for tie in row.ties]
    return words.text("chart.priorities.caption.table", table=row.table, text="; ".join(pieces))


def _dropped(one: Dropped, words: Translator, *, brief: bool) -> str:
    if brief or one.reason is None:
        return words.plain("chart.priorities.caption.dropped", strategy=one.strategy)
    reason = shorten(one.reason, _REASON, placeholder="…")
    return words.plain("chart.priorities.caption.dropped.reason", strategy=one.strategy, reason=reason)


def _settled(tie: TieTold, words: Translator, *, brief: bool) -> str:
    """How a tie was settled; a run-off with its counts, where they may be told."""
    key = f"chart.priorities.caption.{tie.how}"
    among = words.join([f"{code} {count}" for code, count in tie.counts] or tie.strategies)
    if tie.how == "runoff" and not tie.chosen:
        key += ".none"
    if tie.how == "draw" and not brief:
        key += ".seed"
    seed = f"{tie.secret}/{tie.word or ''}"
    return words.plain(key, strategies=among, chosen=words.join(tie.chosen), seed=seed)


def _named(words: Translator, key: str, tables: Sequence[str]) -> str:
    """A plain sentence about some tables, the first of them by their codes."""
    if not tables:
        return ""
    shown = list(tables[:_NAMED])
    if len(tables) > _NAMED:
        shown.append(plain_counted(words, "chart.and_other_tables", len(tables) - _NAMED))
    return words.text(key, n=len(tables), tables=words.join(shown))


def _state(priorities: Priorities, words: Translator) -> str:
    """How many tables have confirmed, which of them still have to settle a tie, how many still vote."""
    states = Counter(row.state for row in priorities.tables)
    tied = sum(bool(row.tied) for row in priorities.tables)
    everybody = len(priorities.tables)
    if states["confirmed"]:
        confirmed = words.plain(
            "chart.priorities.confirmed",
            n=states["confirmed"],
            number=number(words, states["confirmed"]),
            tables=number(words, everybody),
        )
    else:
        confirmed = words.plain("chart.priorities.none_confirmed")
    pieces = [confirmed]
    if tied:
        pieces.append(plain_counted(words, "chart.priorities.tied", tied))
    if states["open"]:
        pieces.append(plain_counted(words, "chart.priorities.voting", states["open"]))
    return " ".join(pieces)
