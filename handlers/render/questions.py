"""Session 2: the questions of a strategy, one at a time, and the ways from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import AskQuestion, ListQuestions, ListStrategies
from handlers.render.common import (
    MISREAD_LENGTH,
    column,
    grid,
    label,
    lines,
    planned,
    renders,
    strategy_lines,
    table_name,
)
from handlers.render.message import Button, Keyboard, Message, compose, shorten
from participation.event import Phase
from participation.notices import (
    ChooseQuestion,
    ChooseStrategy,
    LastQuestion,
    NothingOnYet,
    QuestionAsked,
    Thanks,
)

if TYPE_CHECKING:
    from locales.translator import Html, Translator
    from participation.event import Event

QUESTIONS_IN_A_ROW: Final = 2


def question_asked(notice: QuestionAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """The strategy and the question in full, and how to answer or go on."""
    return compose(
        (
            words.text("question.opened") if notice.opened else None,
            words.text(
                "question.strategy", code=notice.strategy, title=event.strategy(notice.strategy).title
            ),
            question_line(event, notice.question, words),
            words.text("question.answer"),
            words.text(
                "question.move",
                first=event.session2.questions[0].code,
                last=event.session2.questions[-1].code,
            ),
        ),
        _question_keyboard(event, notice.strategy, notice.question, words),
    )


def question_line(event: Event, code: str, words: Translator) -> Html:
    """A question's number and its full text."""
    return words.text("question.line", code=code, text=event.session2.question_of(code).text)


def following(event: Event, code: str, step: int = 1) -> str | None:
    """The code of the question `step` after this one; None where there is none."""
    codes = [question.code for question in event.session2.questions]
    wanted = codes.index(code) + step
    return codes[wanted] if 0 <= wanted < len(codes) else None


def next_button(event: Event, strategy: str, question: str, words: Translator) -> Button | None:
    """The button that leads to the next question, if there is one."""
    code = following(event, question)
    return None if code is None else Button(words.plain("question.button.next"), AskQuestion(strategy, code))


def other_strategy_button(words: Translator) -> Button:
    """The button that offers the table's strategies."""
    return Button(words.plain("question.button.strategies"), ListStrategies())


def _question_keyboard(event: Event, strategy: str, question: str, words: Translator) -> Keyboard:
    before = following(event, question, -1)
    ways = (
        None
        if before is None
        else Button(words.plain("question.button.back"), AskQuestion(strategy, before)),
        next_button(event, strategy, question, words),
    )
    return (
        tuple(way for way in ways if way is not None),
        *grid(
            (
                (
                    words.plain(
                        "question.button.here" if one.code == question else "question.button", code=one.code
                    ),
                    AskQuestion(strategy, one.code),
                )
                for one in event.session2.questions
            ),
            QUESTIONS_IN_A_ROW,
        ),
        (other_strategy_button(words),),
    )


def choose_question(notice: ChooseQuestion, event: Event, words: Translator) -> tuple[Message, ...]:
    """All questions of a strategy in full; the buttons carry their short forms."""
    return compose(
        (
            words.text(
                "question.strategy", code=notice.strategy, title=event.strategy(notice.strategy).title
            ),
            words.text("questions.overall", question=event.session2.question),
            lines(question_line(event, question.code, words) for question in event.session2.questions),
            words.text(
                "questions.choose",
                first=event.session2.questions[0].code,
                last=event.session2.questions[-1].code,
            ),
        ),
        (
            *column(
                (
                    words.plain("questions.button", code=question.code, short=question.short),
                    AskQuestion(notice.strategy, question.code),
                )
                for question in event.session2.questions
            ),
            (other_strategy_button(words),),
        ),
    )


def choose_strategy(notice: ChooseStrategy, event: Event, words: Translator) -> tuple[Message, ...]:
    """The table's strategies in full; the buttons lead to the first question of each."""
    table = table_name(event, notice.table, words)
    misread = (
        None
        if notice.misread is None
        else words.text(
            "choose_strategy.misread",
            misread=shorten(notice.misread, MISREAD_LENGTH),
            form=event.contacts.form_url,
        )
    )
    if not notice.strategies:
        return compose((misread, words.text("choose_strategy.none", table=table)))
    first = event.session2.questions[0].code
    return compose(
        (
            misread,
            lines(
                (
                    words.text("choose_strategy.title", table=table),
                    strategy_lines(event, notice.strategies, words),
                )
            ),
            words.text("choose_strategy.how", code=notice.strategies[0]),
        ),
        column((label(event, code), AskQuestion(code, first)) for code in notice.strategies),
    )


def nothing_on_yet(notice: NothingOnYet, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why there is no question now, and when there will be."""
    table = table_name(event, notice.table, words)
    match notice.phase:
        case Phase.SESSION2:
            return compose((words.text("nothing_on.session2", table=table),))
        case Phase.CLOSING | Phase.AFTERMATH:
            return compose((words.text("nothing_on.over", table=table, form=event.contacts.form_url),))
        case _:
            time = planned(event, Phase.SESSION2, words)
            return compose((words.text("nothing_on.before", time=time),))


def last_question(notice: LastQuestion, event: Event, words: Translator) -> tuple[Message, ...]:
    """There is no way further in this direction: what else can be done."""
    way = following(event, notice.question, 1 if notice.first else -1)
    key = "question.button.next" if notice.first else "question.button.back"
    ways = (
        None if way is None else Button(words.plain(key), AskQuestion(notice.strategy, way)),
        Button(words.plain("question.button.list"), ListQuestions(notice.strategy)),
    )
    return compose(
        (
            words.text("question.first" if notice.first else "question.last"),
            lines(
                (
                    words.text(
                        "question.strategy",
                        code=notice.strategy,
                        title=event.strategy(notice.strategy).title,
                    ),
                    question_line(event, notice.question, words),
                )
            ),
            words.text("question.first.then" if notice.first else "question.last.then"),
        ),
        (tuple(button for button in ways if button is not None), (other_strategy_button(words),)),
    )


def thanks(notice: Thanks, event: Event, words: Translator) -> tuple[Message, ...]:
    """Thanks, what comes next today, and where to go on."""
    items = event.agenda
    closing = event.agenda_item(Phase.CLOSING)
    after = items[items.index(closing) + 1 :]
    return compose(
        (
            words.text("thanks", table=table_name(event, notice.table, words)),
            words.text("thanks.next", time=words.clock(event.moment(after[0].time)), title=after[0].title)
            if after
            else None,
            words.text("thanks.report"),
            words.text("decided.others", form=event.contacts.form_url),
            words.text("thanks.contacts", email=event.contacts.email),
        )
    )


RENDERERS: Final = (
    renders(QuestionAsked, question_asked),
    renders(ChooseQuestion, choose_question),
    renders(ChooseStrategy, choose_strategy),
    renders(NothingOnYet, nothing_on_yet),
    renders(LastQuestion, last_question),
    renders(Thanks, thanks),
)
