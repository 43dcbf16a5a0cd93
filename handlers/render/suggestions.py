"""Suggestions: choosing a strategy, what was received, one's own; and what the regia reads of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handlers.callback_data import (
    ChooseSuggestedOn,
    ShowSuggestions,
    StopSuggesting,
    SuggestOn,
    WithdrawSuggestion,
)
from handlers.render.common import (
    MISREAD_LENGTH,
    column,
    grid,
    label,
    lines,
    renders,
    sentences,
    strategy_line,
    strategy_lines,
    titled,
    with_gaps,
    zone_name,
)
from handlers.render.message import Button, Keyboard, Message, compose, shorten
from handlers.render.typing_words import suggestion_word
from participation.suggestion_notices import (
    ChooseSuggested,
    OwnSuggestion,
    StrategySuggestions,
    SuggestionAsked,
    SuggestionEdited,
    SuggestionEmpty,
    SuggestionQuote,
    SuggestionReceived,
    SuggestionsClosed,
    SuggestionsCounted,
    SuggestionsEnded,
    SuggestionsOfStrategy,
    SuggestionsShown,
    SuggestionsUnclear,
    SuggestionWithdrawn,
    ZoneSuggestions,
)

if TYPE_CHECKING:
    from datetime import datetime

    from locales.translator import Html, Translator
    from participation.event import Event

OWN_SHOWN: Final = 15
"""One's own suggestions that are listed, the newest."""

OWN_LENGTH: Final = 160
"""UTF-16 units of each that are repeated."""

IN_A_ROW: Final = 3


def own_suggestion(notice: OwnSuggestion, _event: Event, words: Translator) -> tuple[Message, ...]:
    """One alone."""
    return compose((_own(notice, words),))


def suggestions_shown(notice: SuggestionsShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """One's own, and the axes to choose from while suggestions are taken."""
    shown = notice.own[-OWN_SHOWN:]
    withdraws: Keyboard = grid(
        (
            (words.plain("suggest.button.withdraw", number=each.number), WithdrawSuggestion(each.id))
            for each in shown
        ),
        IN_A_ROW,
    )
    axes: Keyboard = grid(
        (
            (words.plain("suggest.button.axis", code=axis.code), ChooseSuggestedOn(axis.code))
            for axis in event.axes
        ),
        IN_A_ROW,
    )
    return compose(
        (
            None
            if notice.misread is None
            else words.text("suggest.misread", misread=shorten(notice.misread, MISREAD_LENGTH)),
            *_own_list(notice, shown, words),
            *(
                (
                    words.text("suggest.how", code=event.strategies[0].code, day=_day(notice.closes, words)),
                    lines(words.text("axis.title", code=axis.code, title=axis.title) for axis in event.axes),
                )
                if notice.opened
                else (_closed(notice.closes, event, words),)
            ),
        ),
        (*withdraws, *(axes if notice.opened else ())),
    )


def _own_list(
    notice: SuggestionsShown, shown: tuple[OwnSuggestion, ...], words: Translator
) -> tuple[Html, ...]:
    if not shown:
        return ()
    count = len(notice.own)
    title = (
        words.text("suggest.own", n=count)
        if count <= OWN_SHOWN
        else words.text("suggest.own.newest", n=count, shown=OWN_SHOWN)
    )
    withdraw = suggestion_word(words, "withdraw")
    return (
        lines((title, *(_own(each, words) for each in shown))),
        words.text("suggest.own.how", withdraw=withdraw, number=shown[-1].number),
    )


def _own(each: OwnSuggestion, words: Translator) -> Html:
    return words.text(
        "suggest.own.line", number=each.number, code=each.strategy, text=shorten(each.text, OWN_LENGTH)
    )


def choose_suggested(notice: ChooseSuggested, event: Event, words: Translator) -> tuple[Message, ...]:
    """The strategies of an axis in full, those of the table behind the others."""
    title = {axis.code: axis.title for axis in event.axes}.get(notice.axis, "")
    every = (*notice.strategies, *notice.chosen)
    return compose(
        (
            lines(
                (
                    words.text("axis.title", code=notice.axis, title=title),
                    strategy_lines(event, notice.strategies, words),
                )
            ),
            lines((words.text("suggest.chosen"), strategy_lines(event, notice.chosen, words)))
            if notice.chosen
            else None,
            words.text("suggest.choose.how", code=every[0]) if every else None,
        ),
        (*column((label(event, code), SuggestOn(code)) for code in every), (_axes_button(words),)),
    )


def suggestion_asked(notice: SuggestionAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """The strategy in full, and what to do."""
    return compose(
        (
            strategy_line(event, notice.strategy, words),
            words.text("suggest.asked", finish=suggestion_word(words, "finish")),
            words.text("suggest.until", day=_day(notice.closes, words)),
        ),
        ((_stop_button(words), _axes_button(words)),),
    )


def suggestion_received(notice: SuggestionReceived, event: Event, words: Translator) -> tuple[Message, ...]:
    """For which strategy, how to correct it, and how to go on."""
    about = words.text("suggest.received", strategy=titled(event, notice.strategy, words))
    if not notice.more:
        again = Button(words.plain("suggest.button.more", code=notice.strategy), SuggestOn(notice.strategy))
        return compose((about, words.text("suggest.received.then")), ((again, _axes_button(words)),))
    return compose(
        (
            about,
            words.text("suggest.received.then"),
            words.text("suggest.received.more", finish=suggestion_word(words, "finish")),
        ),
        ((_stop_button(words), _axes_button(words)),),
    )


def suggestion_edited(notice: SuggestionEdited, event: Event, words: Translator) -> tuple[Message, ...]:
    """The message is edited, and so is the suggestion."""
    return compose((words.text("suggest.edited", strategy=titled(event, notice.strategy, words)),))


def suggestion_empty(_notice: SuggestionEmpty, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Nothing of the new text can be seen, so the old one stays."""
    return compose((words.text("suggest.empty"),))


def suggestion_withdrawn(
    notice: SuggestionWithdrawn, _event: Event, words: Translator
) -> tuple[Message, ...]:
    """It is gone, or there was none."""
    return compose((words.text("suggest.withdrawn" if notice.found else "suggest.withdrawn.none"),))


def suggestions_ended(_notice: SuggestionsEnded, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Thanks; what is typed next is something else."""
    return compose((words.text("suggest.ended"),))


def suggestions_closed(notice: SuggestionsClosed, event: Event, words: Translator) -> tuple[Message, ...]:
    """Since when, whether something was not kept, and where to send it instead."""
    return compose(
        (
            words.text("suggest.not_kept") if notice.typed else None,
            _closed(notice.closed, event, words),
        )
    )


def _closed(closed: datetime, event: Event, words: Translator) -> Html:
    return words.text(
        "suggest.closed",
        day=_day(closed, words),
        form=event.contacts.form_url,
        email=event.contacts.email,
    )


def _day(closes: datetime, words: Translator) -> str:
    """The last day of which this is the end."""
    return words.day(closes - timedelta(minutes=1))


def _stop_button(words: Translator) -> Button:
    return Button(words.plain("suggest.button.stop"), StopSuggesting())


def _axes_button(words: Translator) -> Button:
    return Button(words.plain("suggest.button.axes"), ChooseSuggestedOn(""))


# ---------------------------------------------------------------------------------------------- the regia


def strategy_suggestions(notice: StrategySuggestions, event: Event, words: Translator) -> tuple[Message, ...]:
    """One line alone."""
    return compose((_of_strategy(notice, event, words),))


def zone_suggestions(notice: ZoneSuggestions, event: Event, words: Translator) -> tuple[Message, ...]:
    """One line alone."""
    return compose((_of_zone(notice, event, words),))


def suggestions_counted(notice: SuggestionsCounted, event: Event, words: Translator) -> tuple[Message, ...]:
    """How many, by strategy and by zone; the buttons lead to what they say."""
    if not notice.total:
        return compose((words.text("suggestions.none"),))
    return compose(
        (
            sentences(
                words.text("suggestions.new" if notice.digest else "suggestions.title", n=notice.total),
                words.text("suggestions.form", n=notice.form) if notice.form else None,
            ),
            lines(
                (
                    words.text("suggestions.by_strategy"),
                    *(_of_strategy(each, event, words) for each in notice.strategies),
                )
            )
            if notice.strategies
            else None,
            lines(
                (words.text("suggestions.by_zone"), *(_of_zone(each, event, words) for each in notice.zones))
            )
            if notice.zones
            else None,
            words.text("suggestions.how", code=notice.strategies[0].strategy) if notice.strategies else None,
        ),
        grid(
            (
                (
                    words.plain("suggestions.button", code=each.strategy, count=each.count),
                    ShowSuggestions(each.strategy, "1"),
                )
                for each in notice.strategies
            ),
            IN_A_ROW,
        ),
    )


def _of_strategy(each: StrategySuggestions, event: Event, words: Translator) -> Html:
    title = event.strategy(each.strategy).title
    return words.text("suggestions.strategy", code=each.strategy, title=title, count=each.count)


def _of_zone(each: ZoneSuggestions, event: Event, words: Translator) -> Html:
    return words.text("suggestions.zone", zone=_zone(each.zone, event, words), count=each.count)


def _zone(code: str | None, event: Event, words: Translator) -> str:
    if code is None or code not in {zone.code for zone in event.zones}:
        return words.plain("suggestions.no_zone")
    return zone_name(event, code, words)


def suggestion_quote(notice: SuggestionQuote, event: Event, words: Translator) -> tuple[Message, ...]:
    """One alone."""
    return compose((_quote(notice, event, words),))


def suggestions_of_strategy(
    notice: SuggestionsOfStrategy, event: Event, words: Translator
) -> tuple[Message, ...]:
    """What was suggested, word for word, a page at a time."""

    def page(number: int) -> ShowSuggestions:
        return ShowSuggestions(notice.strategy, str(number))

    turns = [
        *(
            [Button(words.plain("suggestions.button.before"), page(notice.page - 1))]
            if notice.page > 1
            else []
        ),
        *(
            [Button(words.plain("suggestions.button.after"), page(notice.page + 1))]
            if notice.page < notice.pages
            else []
        ),
    ]
    return compose(
        (
            strategy_line(event, notice.strategy, words),
            words.text("suggestions.of", n=notice.count)
            if notice.count
            else words.text("suggestions.of.none"),
            *(_quote(each, event, words) for each in notice.quotes),
            words.text("suggestions.page", page=notice.page, pages=notice.pages, code=notice.strategy)
            if notice.pages > 1
            else None,
        ),
        (
            *((tuple(turns),) if turns else ()),
            (Button(words.plain("suggestions.button.all"), ShowSuggestions("", "1")),),
        ),
    )


def _quote(each: SuggestionQuote, event: Event, words: Translator) -> Html:
    where = [_zone(each.zone, event, words)]
    if each.form:
        where.append(words.plain("suggestions.from_form"))
    return lines(
        (
            words.text("suggestions.said", number=each.number, where=", ".join(where)),
            words.text("suggestions.said.text", text=with_gaps(each.text, each.gaps, words)),
        )
    )


def suggestions_unclear(notice: SuggestionsUnclear, event: Event, words: Translator) -> tuple[Message, ...]:
    """What can be typed."""
    return compose(
        (
            words.text(
                "suggestions.unclear",
                misread=shorten(notice.misread, MISREAD_LENGTH),
                code=event.strategies[0].code,
            ),
        )
    )


RENDERERS: Final = (
    renders(OwnSuggestion, own_suggestion),
    renders(SuggestionsShown, suggestions_shown),
    renders(ChooseSuggested, choose_suggested),
    renders(SuggestionAsked, suggestion_asked),
    renders(SuggestionReceived, suggestion_received),
    renders(SuggestionEdited, suggestion_edited),
    renders(SuggestionEmpty, suggestion_empty),
    renders(SuggestionWithdrawn, suggestion_withdrawn),
    renders(SuggestionsEnded, suggestions_ended),
    renders(SuggestionsClosed, suggestions_closed),
    renders(StrategySuggestions, strategy_suggestions),
    renders(ZoneSuggestions, zone_suggestions),
    renders(SuggestionsCounted, suggestions_counted),
    renders(SuggestionQuote, suggestion_quote),
    renders(SuggestionsOfStrategy, suggestions_of_strategy),
    renders(SuggestionsUnclear, suggestions_unclear),
)
