"""What was done with a contribution of one's own: shown in full, moved, about a plan action, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import MoveOwn, NameAction
from handlers.render.common import (
    MISREAD_LENGTH,
    column,
    label,
    lines,
    renders,
    strategy_line,
    strategy_lines,
)
from handlers.render.contributions import action_line, own_buttons
from handlers.render.message import Button, Keyboard, Message, compose, shorten
from handlers.render.questions import question_line
from handlers.render.typing_words import own_word
from participation.contribution_notices import (
    ActionAlone,
    OwnActionAsked,
    OwnActionNamed,
    OwnMoveAsked,
    OwnMoved,
    OwnRefused,
    OwnShown,
)
from participation.own_contributions import NO_ACTION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locales.translator import Html, Translator
    from participation.event import Event

OWN_REFUSALS: Final = (
    "unclear",
    "none",
    "withdrawn",
    "session1",
    "nothing_chosen",
    "strategy",
    "question",
    "no_actions",
    "action",
)
"""Why nothing was done, each with a sentence of its own."""

EARLIER: Final = 5
"""Earlier texts that are shown, the newest."""


def own_shown(notice: OwnShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """One in full: where it belongs, its text, what it was, what can be done."""
    one = notice.contribution
    where: list[Html] = []
    if one.strategy is not None:
        where.append(strategy_line(event, one.strategy, words))
        if one.question is not None:
            where.append(question_line(event, one.question, words))
        if one.action is not None:
            where.append(action_line(event, one.strategy, one.action, words))
    earlier = notice.earlier[-EARLIER:]
    return compose(
        (
            words.text("own.shown.late" if one.late else "own.shown", number=one.number, session=one.session),
            lines(where),
            words.text("own.shown.text", text=one.text),
            lines(
                (
                    words.text("own.shown.earlier"),
                    *(words.text("own.shown.was", text=each) for each in earlier),
                )
            )
            if earlier
            else None,
            words.text("own.shown.how", number=one.number),
        ),
        _shown_buttons(notice, event, words),
    )


def _shown_buttons(notice: OwnShown, event: Event, words: Translator) -> Keyboard:
    one = notice.contribution
    first = own_buttons(one, words)
    if one.strategy is None or not event.strategy(one.strategy).actions:
        return (first,)
    return (
        first,
        (Button(words.plain("received.action.button"), NameAction(one.id, "")),),
    )


def own_move_asked(notice: OwnMoveAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """To which strategy, or to which question of one."""
    move = own_word(words, "move")
    first = event.session2.questions[0].code
    if notice.strategy is None:
        return compose(
            (
                words.text("own.move.where", number=notice.number),
                strategy_lines(event, notice.strategies, words),
                words.text(
                    "own.move.where.how",
                    move=move,
                    number=notice.number,
                    strategy=(*notice.strategies, "")[0],
                    question=first,
                ),
            ),
            column((label(event, code), MoveOwn(notice.id, code, "")) for code in notice.strategies),
        )
    return compose(
        (
            words.text("own.move.question", number=notice.number),
            strategy_line(event, notice.strategy, words),
            lines(question_line(event, question.code, words) for question in event.session2.questions),
            words.text(
                "own.move.question.how",
                move=move,
                number=notice.number,
                strategy=notice.strategy,
                question=first,
            ),
        ),
        column(
            (
                words.plain("questions.button", code=question.code, short=question.short),
                MoveOwn(notice.id, notice.strategy, question.code),
            )
            for question in event.session2.questions
        ),
    )


def own_moved(notice: OwnMoved, event: Event, words: Translator) -> tuple[Message, ...]:
    """Where it belongs now."""
    return compose(
        (
            words.text("own.moved" if notice.changed else "own.moved.already", number=notice.number),
            lines(
                (strategy_line(event, notice.strategy, words), question_line(event, notice.question, words))
            ),
            words.text("own.moved.dropped", code=notice.dropped) if notice.dropped is not None else None,
            words.text("own.changed.late") if notice.late else None,
        )
    )


def _actions(event: Event, strategy: str, words: Translator) -> Iterable[Html]:
    return (action_line(event, strategy, each.code, words) for each in event.strategy(strategy).actions)


def own_action_asked(notice: OwnActionAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """Which plan action it is about."""
    actions = event.strategy(notice.strategy).actions
    buttons = [
        (words.plain("own.action.button", code=each.code), NameAction(notice.id, each.code))
        for each in actions
    ]
    none = (words.plain("own.action.button.none"), NameAction(notice.id, NO_ACTION))
    return compose(
        (
            words.text("own.action.which", number=notice.number),
            strategy_line(event, notice.strategy, words),
            lines(_actions(event, notice.strategy, words)),
            None if notice.action is None else words.text("own.action.now", code=notice.action),
            words.text(
                "own.action.how",
                action=own_word(words, "action"),
                none=own_word(words, "none"),
                number=notice.number,
                code=actions[0].code if actions else notice.strategy,
            ),
        ),
        column([*buttons, none]),
    )


def own_action_named(notice: OwnActionNamed, event: Event, words: Translator) -> tuple[Message, ...]:
    """Which plan action it is about now."""
    named = notice.action is not None
    done = {
        (True, True): "own.action.named",
        (True, False): "own.action.named.already",
        (False, True): "own.action.none",
        (False, False): "own.action.none.already",
    }[named, notice.changed]
    return compose(
        (
            words.text(done, number=notice.number),
            action_line(event, notice.strategy, notice.action, words) if notice.action is not None else None,
            words.text("own.changed.late") if notice.late else None,
        )
    )


def action_alone(notice: ActionAlone, event: Event, words: Translator) -> tuple[Message, ...]:
    """What the action is, and how to write about it."""
    return compose(
        (
            action_line(event, notice.strategy, notice.action, words),
            words.text("own.action.alone", code=notice.action, strategy=notice.strategy),
        )
    )


def own_refused(notice: OwnRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why nothing was done, and what can be."""
    reason = notice.reason if notice.reason in OWN_REFUSALS else "unclear"
    known = notice.strategy if reason == "action" else None
    return compose(
        (
            words.text(
                f"own.refused.{reason}",
                number=notice.number,
                misread=shorten(notice.misread, MISREAD_LENGTH),
                last=event.session2.questions[-1].code,
            ),
            strategy_lines(event, notice.strategies, words) if reason == "strategy" else None,
            None if known is None else lines(_actions(event, known, words)),
            words.text(
                "own.refused.how",
                withdraw=own_word(words, "withdraw"),
                move=own_word(words, "move"),
            )
            if reason == "unclear"
            else words.text("own.refused.list"),
        )
    )


RENDERERS: Final = (
    renders(OwnShown, own_shown),
    renders(OwnMoveAsked, own_move_asked),
    renders(OwnMoved, own_moved),
    renders(OwnActionAsked, own_action_asked),
    renders(OwnActionNamed, own_action_named),
    renders(ActionAlone, action_alone),
    renders(OwnRefused, own_refused),
)
