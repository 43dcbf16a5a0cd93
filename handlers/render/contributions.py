"""Contributions and notes: received, edited, listed, withdrawn, not kept."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from handlers.callback_data import Withdraw
from handlers.render.common import grid, lines, planned, renders, table_coded, table_name
from handlers.render.message import Keyboard, Message, compose, shorten
from handlers.render.questions import next_button, other_strategy_button
from participation.event import Phase
from participation.notices import (
    ContributionEdited,
    ContributionNotOpen,
    ContributionReceived,
    ContributionWithdrawn,
    ContributionWithoutText,
    EditIgnored,
    NoteEmpty,
    NoteReceived,
    OwnContribution,
    OwnContributions,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locales.translator import Html, Translator
    from participation.event import Event

SHOWN: Final = 60
"""Contributions of a person's list that are shown, the newest; a bound on the messages one command sends."""

IN_A_MESSAGE: Final = 15
"""Contributions in one message, so that each message has its own buttons near."""

TEXT_LENGTH: Final = 160
"""UTF-16 units of a contribution's text in the list: enough to know it again."""

WITHDRAW_IN_A_ROW: Final = 3


def contribution_received(
    notice: ContributionReceived, event: Event, words: Translator
) -> tuple[Message, ...]:
    """What it was taken for, who reads it, how to correct it, and where to go on."""
    about = _about(notice.strategy, notice.question, event, words)
    received = words.text("received", session=notice.session)
    reading = words.text("received.who_reads")
    if notice.strategy is None or notice.question is None:
        return compose((received, about, reading, words.text("received.more")))
    following = None if notice.last else next_button(event, notice.strategy, notice.question, words)
    return compose(
        (
            received,
            about,
            reading,
            words.text("received.more.last" if following is None else "received.more.next"),
        ),
        ((other_strategy_button(words) if following is None else following,),),
    )


def contribution_edited(notice: ContributionEdited, event: Event, words: Translator) -> tuple[Message, ...]:
    """The new text counts now."""
    return compose(
        (words.text("edited", session=notice.session), _about(notice.strategy, notice.question, event, words))
    )


def _about(strategy: str | None, question: str | None, event: Event, words: Translator) -> Html | None:
    """The strategy and the question in full; None for what is about neither."""
    if strategy is None:
        return None
    title = event.strategy(strategy).title
    if question is None:
        return words.text("about.strategy", code=strategy, title=title)
    text = event.session2.question_of(question).text
    return words.text("about.question", code=strategy, title=title, question=question, text=text)


def edit_ignored(_notice: EditIgnored, _event: Event, words: Translator) -> tuple[Message, ...]:
    """The edited message was no contribution: nothing changed by editing it."""
    return compose((words.text("edit_ignored"),))


def contribution_not_open(
    notice: ContributionNotOpen, event: Event, words: Translator
) -> tuple[Message, ...]:
    """The text was not kept: when it can be, or where to send it instead."""
    match notice.phase:
        case Phase.CLOSING | Phase.AFTERMATH:
            table = table_name(event, notice.table, words)
            then = words.text("not_kept.over", table=table, form=event.contacts.form_url)
        case Phase.REGISTRATION:
            then = words.text("not_kept.before", time=planned(event, Phase.SESSION1, words))
        case _:
            then = words.text("not_kept.between", time=planned(event, Phase.SESSION2, words))
    return compose((words.text("not_kept"), then))


def contribution_without_text(
    _notice: ContributionWithoutText, _event: Event, words: Translator
) -> tuple[Message, ...]:
    """Only text is kept: what to do instead."""
    return compose((words.text("without_text"),))


def own_contributions(notice: OwnContributions, event: Event, words: Translator) -> tuple[Message, ...]:
    """The person's own, numbered, the newest last; each message has the buttons of what it shows."""
    if not notice.items:
        return compose((words.text("own.none"),))
    shown = notice.items[-SHOWN:]
    count = len(notice.items)
    title = (
        words.text("own.title", n=count)
        if count <= SHOWN
        else words.text("own.title.newest", n=count, shown=SHOWN)
    )
    found: list[Message] = []
    for start in range(0, len(shown), IN_A_MESSAGE):
        part = shown[start : start + IN_A_MESSAGE]
        final = start + IN_A_MESSAGE >= len(shown)
        found += compose(
            (
                None if start else title,
                *_groups(part, event, words),
                words.text("own.how", number=shown[-1].number) if final else None,
            ),
            _withdraw_buttons(part, words),
        )
    return tuple(found)


def _groups(items: Iterable[OwnContribution], event: Event, words: Translator) -> Iterable[Html]:
    """Neighbours about the same question under one heading: its full title is said once."""
    for (session, strategy, question), group in groupby(
        items, key=lambda item: (item.session, item.strategy, item.question)
    ):
        heading = _about(strategy, question, event, words) or words.text("own.session", session=session)
        yield lines(
            (
                heading,
                *(
                    words.text("own.line", number=item.number, text=shorten(item.text, TEXT_LENGTH))
                    for item in group
                ),
            )
        )


def _withdraw_buttons(items: Iterable[OwnContribution], words: Translator) -> Keyboard:
    return grid(
        ((words.plain("own.button", number=item.number), Withdraw(item.id)) for item in items),
        WITHDRAW_IN_A_ROW,
    )


def own_contribution(notice: OwnContribution, event: Event, words: Translator) -> tuple[Message, ...]:
    """One contribution alone, with its button."""
    return compose(_groups((notice,), event, words), _withdraw_buttons((notice,), words))


def contribution_withdrawn(
    notice: ContributionWithdrawn, _event: Event, words: Translator
) -> tuple[Message, ...]:
    """It is gone, or there was nothing to withdraw."""
    return compose((words.text("withdrawn" if notice.found else "withdrawn.nothing"),))


def note_received(notice: NoteReceived, event: Event, words: Translator) -> tuple[Message, ...]:
    """A note of the table is kept."""
    return compose(
        (
            words.text("note.received", table=table_coded(event, notice.table), session=notice.session),
            _about(notice.strategy, None, event, words),
            words.text("note.number", number=notice.number) if notice.number else None,
        )
    )


def note_empty(_notice: NoteEmpty, _event: Event, words: Translator) -> tuple[Message, ...]:
    """How to write a note."""
    return compose((words.text("note.empty"),))


RENDERERS: Final = (
    renders(ContributionReceived, contribution_received),
    renders(ContributionEdited, contribution_edited),
    renders(EditIgnored, edit_ignored),
    renders(ContributionNotOpen, contribution_not_open),
    renders(ContributionWithoutText, contribution_without_text),
    renders(OwnContributions, own_contributions),
    renders(OwnContribution, own_contribution),
    renders(ContributionWithdrawn, contribution_withdrawn),
    renders(NoteReceived, note_received),
    renders(NoteEmpty, note_empty),
)
