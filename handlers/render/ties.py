"""Ties: what contends, how it was settled, the run-off and the draw, and the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import ChooseInRunoff, SkipReason
from handlers.render.common import (
    MISREAD_LENGTH,
    column,
    label,
    lines,
    one_message,
    renders,
    sentences,
    since,
    strategy_line,
    strategy_lines,
    table_coded,
    table_name,
    titled,
    zone_name,
)
from handlers.render.message import Button, Message, compose, shorten
from participation.notices import (
    DrawPromised,
    Dropped,
    ReasonAsked,
    ReasonKept,
    ReasonSkipped,
    ReasonTooLong,
    RunoffChosen,
    RunoffCommandUnclear,
    RunoffHands,
    RunoffHandsUnclear,
    RunoffOpened,
    RunoffRefused,
    RunoffScreen,
    RunoffState,
    TieRefused,
    TieSettled,
    TieTold,
    ZoneLeftOut,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locales.translator import Html, Translator
    from participation.event import Event

TIE_REFUSALS: Final = (
    "open",
    "decided",
    "none",
    "runoff",
    "after_runoff",
    "promised",
    "no_runoff",
    "not_promised",
    "long_word",
)
RUNOFF_REFUSALS: Final = ("closed", "none", "elsewhere", "unknown")
SETTLED: Final = ("fewer", "hand", "runoff", "draw")
QUOTED: Final = 120
"""Characters of a reason where there is little room."""


# --- pieces ---------------------------------------------------------------------------------------------


def contested(places: int, tied: int, zone: str | None, event: Event, words: Translator) -> Html:
    """Which places are contested, and by how many: "Posti 5-6 contesi da 3 ..."."""
    if zone is not None:
        return words.text("tie.of_zone", n=places, tied=tied, zone=zone_name(event, zone, words))
    last = event.session1.priorities
    first = last - places + 1
    return words.text("tie", n=places, tied=tied, which=str(last) if places == 1 else f"{first}-{last}")


def tie(
    strategies: tuple[str, ...], places: int, zone: str | None, event: Event, words: Translator
) -> Html | None:
    """The tied, one a line, below what they contend for; None when there are none."""
    if not strategies:
        return None
    return lines(
        (contested(places, len(strategies), zone, event, words), strategy_lines(event, strategies, words))
    )


def told(settled: TieTold, event: Event, words: Translator, *, brief: bool = False) -> Html:
    """How a tie was settled, in one paragraph."""
    how = settled.how if settled.how in SETTLED else "hand"
    among = words.join(settled.strategies)
    chosen = words.join(settled.chosen)
    pieces: list[Html | None] = []
    if settled.zone is not None:
        pieces.append(words.text("settled.zone", zone=zone_name(event, settled.zone, words)))
    if how == "fewer":
        pieces.append(words.text("settled.fewer", n=settled.places, strategies=among))
    elif settled.chosen:
        pieces.append(words.text(f"settled.{how}", n=len(settled.chosen), strategies=among, chosen=chosen))
    else:
        pieces.append(words.text("settled.nobody", strategies=among))
    if how == "runoff":
        pieces += _counts(settled, words)
    if how == "draw" and not brief:
        pieces.append(seed(settled, words))
    pieces += [words.text("settled.reason", reason=_quoted(each, brief)) for each in settled.reasons]
    return sentences(*pieces)


def _counts(settled: TieTold, words: Translator) -> Iterable[Html]:
    if settled.counts:
        counts = words.join(f"{code} {count}" for code, count in settled.counts)
        yield words.text("settled.counts", n=settled.voters, counts=counts)
    elif settled.voters:
        yield words.text("settled.withheld", n=settled.voters)
    else:
        yield words.text("settled.no_voters")
    if settled.still_tied:
        yield words.text("settled.still_tied", strategies=words.join(settled.still_tied))


def seed(settled: TieTold, words: Translator) -> Html:
    """What a draw was drawn by."""
    return words.text(
        "settled.seed" if settled.word else "settled.seed.no_word",
        secret=settled.secret or "",
        commitment=settled.commitment or "",
        word=settled.word or "",
    )


def dropped(one: Dropped, event: Event, words: Translator) -> Html:
    """A strategy that was left out, and why."""
    strategy = titled(event, one.strategy, words)
    if one.reason is None:
        return words.text("dropped", strategy=strategy)
    return words.text("dropped.reason", strategy=strategy, reason=_quoted(one.reason))


def reason(text: str, words: Translator, *, full: bool) -> Html:
    """A reason on the board, below its strategy."""
    return words.text("board.reason", reason=_quoted(text, not full))


def left_out(zone: ZoneLeftOut, event: Event, words: Translator, *, full: bool = True) -> Html:
    """A zone whose first choice is out."""
    named = (titled(event, code, words) if full else code for code in zone.strategies)
    return words.text(
        "left_out",
        n=len(zone.strategies),
        zone=zone_name(event, zone.zone, words),
        strategies=words.join(named),
    )


def runoff_state(state: RunoffState, words: Translator) -> Html:
    """How far an open run-off is."""
    return words.text("board.runoff", n=state.choosing, hands=state.hands, time=words.clock(state.closes_at))


def _quoted(text: str, brief: bool = False) -> str:
    return shorten(text, QUOTED) if brief else " ".join(text.split())


# --- notices --------------------------------------------------------------------------------------------


def tie_told(notice: TieTold, event: Event, words: Translator) -> tuple[Message, ...]:
    """How a tie was settled."""
    return compose((told(notice, event, words),))


def dropped_told(notice: Dropped, event: Event, words: Translator) -> tuple[Message, ...]:
    """One strategy alone."""
    return compose((dropped(notice, event, words),))


def left_out_told(notice: ZoneLeftOut, event: Event, words: Translator) -> tuple[Message, ...]:
    """One zone alone."""
    return compose((left_out(notice, event, words),))


def runoff_state_told(notice: RunoffState, _event: Event, words: Translator) -> tuple[Message, ...]:
    """The state alone."""
    return compose((runoff_state(notice, words),))


def tie_settled(notice: TieSettled, event: Event, words: Translator) -> tuple[Message, ...]:
    """A run-off or a draw is done: who got the places, and what is still tied."""
    table = table_name(event, notice.table, words)
    drawn = notice.tie.how == "draw"
    still = tie(notice.pending, notice.places, notice.zone, event, words)
    return compose(
        (
            words.text("settled.title.draw" if drawn else "settled.title.runoff", table=table),
            told(notice.tie, event, words),
            strategy_lines(event, notice.tie.chosen, words) if notice.tie.chosen else None,
            words.text("settled.check", code=notice.tie.strategies[0], seed=_seed(notice.tie))
            if drawn and notice.tie.strategies
            else None,
            still,
            words.text("settled.still") if still else None,
        )
    )


def _seed(settled: TieTold) -> str:
    return f"{settled.secret or ''}/{settled.word or ''}"


def tie_refused(notice: TieRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why a tie cannot be settled in this way."""
    why = notice.reason if notice.reason in TIE_REFUSALS else "none"
    table = table_coded(event, notice.table)
    return compose((words.text(f"tie_refused.{why}", table=table), since(notice.at, words, notice.role)))


def runoff_opened(notice: RunoffOpened, event: Event, words: Translator) -> tuple[Message, ...]:
    """To who facilitates: it is open, and how to count hands."""
    table = table_coded(event, notice.table)
    return compose(
        (
            words.text("runoff_opened", table=table, time=words.clock(notice.closes_at)),
            tie(notice.strategies, notice.places, notice.zone, event, words),
            words.text("runoff_opened.how", code=_first(notice.strategies)),
        )
    )


def _first(strategies: tuple[str, ...]) -> str:
    return strategies[0] if strategies else "1.1"


def runoff_chosen(notice: RunoffChosen, event: Event, words: Translator) -> tuple[Message, ...]:
    """What was chosen, and until when it may change."""
    strategy = titled(event, notice.strategy, words)
    return compose((words.text("runoff_chosen", strategy=strategy, time=words.clock(notice.closes_at)),))


def runoff_refused(notice: RunoffRefused, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Why a choice was not counted."""
    why = notice.reason if notice.reason in RUNOFF_REFUSALS else "none"
    if why == "closed" and notice.at is not None:
        return compose((words.text("runoff_refused.closed.at", time=words.clock(notice.at)),))
    if why == "unknown" and notice.strategies:
        strategies = words.join(notice.strategies)
        return compose((words.text("runoff_refused.unknown.these", strategies=strategies),))
    return compose((words.text(f"runoff_refused.{why}"),))


def runoff_hands(notice: RunoffHands, event: Event, words: Translator) -> tuple[Message, ...]:
    """The hands as they count now, read back with their titles."""
    rows = [
        words.text("runoff_hands.line", n=count, code=code, title=event.strategy(code).title)
        for code, count in notice.hands
    ]
    table = table_coded(event, notice.table)
    code = notice.hands[0][0] if notice.hands else "1.1"
    return compose(
        (
            lines((words.text("runoff_hands", table=table), *rows)),
            words.text("runoff_hands.how", code=code, time=words.clock(notice.closes_at)),
        )
    )


def runoff_hands_unclear(notice: RunoffHandsUnclear, _event: Event, words: Translator) -> tuple[Message, ...]:
    """How hands are written."""
    misread = shorten(notice.misread, MISREAD_LENGTH)
    strategies = words.join(notice.strategies)
    return compose(
        (
            words.text("runoff_hands_unclear", misread=misread) if misread else None,
            words.text("runoff_hands_unclear.how", code=_first(notice.strategies), strategies=strategies),
        )
    )


def runoff_command_unclear(
    notice: RunoffCommandUnclear, event: Event, words: Translator
) -> tuple[Message, ...]:
    """How `/ballottaggio` is written."""
    misread = shorten(notice.misread, MISREAD_LENGTH)
    table = table_coded(event, notice.table)
    return compose(
        (words.text("runoff_unclear", misread=misread), words.text("runoff_unclear.how", table=table))
    )


def runoff_screen(notice: RunoffScreen, event: Event, words: Translator) -> tuple[Message, ...]:
    """A run-off as one person sees it; once it is closed, how it ended."""
    table = table_name(event, notice.table, words)
    if notice.result is not None:
        result = notice.result
        return one_message(
            lambda full: (
                words.text("settled.title.runoff", table=table),
                told(result, event, words, brief=not full),
            ),
            (),
        )
    return one_message(
        lambda full: _choice(notice, event, words, full=full),
        column(
            (
                f"✓ {label(event, code)}" if code == notice.chosen else label(event, code),
                ChooseInRunoff(notice.runoff, code),
            )
            for code in notice.strategies
        ),
    )


def _choice(notice: RunoffScreen, event: Event, words: Translator, *, full: bool) -> Iterable[Html | None]:
    yield words.text("runoff.title", table=table_name(event, notice.table, words))
    yield contested(notice.places, len(notice.strategies), notice.zone, event, words)
    yield lines(
        strategy_line(event, code, words)
        if full
        else words.text("strategy.line", code=code, title=event.strategy(code).label)
        for code in notice.strategies
    )
    time = words.clock(notice.closes_at)
    if notice.chosen is None:
        yield words.text("runoff.choose", code=_first(notice.strategies), time=time)
    else:
        yield words.text("runoff_chosen", strategy=titled(event, notice.chosen, words), time=time)
    yield words.text("runoff.secret")


def draw_promised(notice: DrawPromised, event: Event, words: Translator) -> tuple[Message, ...]:
    """What a draw will be drawn by, before it is drawn."""
    return compose(
        (
            words.text("draw_promised", table=table_name(event, notice.table, words)),
            tie(notice.strategies, notice.places, notice.zone, event, words),
            words.text("draw_promised.commitment", commitment=notice.commitment),
            words.text("draw_promised.method"),
            since(notice.at, words, notice.role),
        )
    )


def reason_asked(notice: ReasonAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why? It may be skipped."""
    key = "reason_asked.dropped" if notice.dropped else "reason_asked.chosen"
    return compose(
        (words.text(key, strategy=titled(event, notice.strategy, words)), words.text("reason_asked.how")),
        ((Button(words.plain("reason_asked.button.skip"), SkipReason()),),),
    )


def reason_kept(notice: ReasonKept, _event: Event, words: Translator) -> tuple[Message, ...]:
    """It is kept."""
    return compose((words.text("reason_kept", reason=_quoted(notice.reason)),))


def reason_skipped(_notice: ReasonSkipped, _event: Event, words: Translator) -> tuple[Message, ...]:
    """None, then."""
    return compose((words.text("reason_skipped"),))


def reason_too_long(notice: ReasonTooLong, _event: Event, words: Translator) -> tuple[Message, ...]:
    """One sentence is enough."""
    return compose((words.text("reason_too_long", n=notice.length, most=notice.most),))


RENDERERS: Final = (
    renders(TieTold, tie_told),
    renders(Dropped, dropped_told),
    renders(ZoneLeftOut, left_out_told),
    renders(RunoffState, runoff_state_told),
    renders(TieSettled, tie_settled),
    renders(TieRefused, tie_refused),
    renders(RunoffOpened, runoff_opened),
    renders(RunoffChosen, runoff_chosen),
    renders(RunoffRefused, runoff_refused),
    renders(RunoffHands, runoff_hands),
    renders(RunoffHandsUnclear, runoff_hands_unclear),
    renders(RunoffCommandUnclear, runoff_command_unclear),
    renders(RunoffScreen, runoff_screen),
    renders(DrawPromised, draw_promised),
    renders(ReasonAsked, reason_asked),
    renders(ReasonKept, reason_kept),
    renders(ReasonSkipped, reason_skipped),
    renders(ReasonTooLong, reason_too_long),
)
