"""Contributions and notes: received, edited, listed, withdrawn, not kept."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from handlers.callback_data import MoveOwn, NameAction, Withdraw
from handlers.render.common import lines, planned, renders, sentences, table_coded, table_name
from handlers.render.gathering import because
from handlers.render.message import Button, Message, compose, shorten
from handlers.render.questions import next_button, other_strategy_button
from participation.event import Phase
from participation.notices import (
    ContributionEdited,
    ContributionEmpty,
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

WITHOUT_TEXT: Final = (
    "sticker",
    "animation",
    "photo",
    "album",
    "video",
    "video_note",
    "voice",
    "audio",
    "document",
    "poll",
    "venue",
    "location",
    "contact",
    "dice",
    "ours",
)
"""Kinds of messages without a text to keep that have a sentence of their own, the more special first."""

SPOKEN: Final = ("voice", "audio", "video_note")
"""Kinds that say something which can be written instead."""


def contribution_received(
    notice: ContributionReceived, event: Event, words: Translator
) -> tuple[Message, ...]:
    """What it was taken for, who reads it, how to correct it, and where to go on."""
    about = _about(notice.strategy, notice.question, event, words, notice.action)
    unnamed = bool(notice.id) and notice.action is None
    received = (
        sentences(
            words.text("received", session=notice.session),
            words.text("received.late") if notice.late else None,
        ),
        words.text("received.elsewhere", table=table_name(event, notice.elsewhere, words))
        if notice.elsewhere is not None
        else None,
        about,
        _misread_action(notice.misread, words),
        words.text("received.who_reads.forwarded" if notice.forwarded else "received.who_reads"),
        words.text("received.action", number=notice.number, code=_first_action(notice.strategy, event))
        if unnamed
        else None,
    )
    naming = ((Button(words.plain("received.action.button"), NameAction(notice.id, "")),),) if unnamed else ()
    if notice.late or notice.elsewhere is not None:
        return compose(received, naming)
    if notice.strategy is None or notice.question is None:
        return compose((*received, words.text("received.more")), naming)
    following = None if notice.last else next_button(event, notice.strategy, notice.question, words)
    return compose(
        (
            *received,
            words.text("received.more.last" if following is None else "received.more.next"),
        ),
        ((other_strategy_button(words) if following is None else following,), *naming),
    )


def contribution_edited(notice: ContributionEdited, event: Event, words: Translator) -> tuple[Message, ...]:
    """The new text counts now; or once who facilitates shows it again, where it is hidden."""
    return compose(
        (
            sentences(
                words.text("edited.hidden" if notice.hidden else "edited", session=notice.session),
                words.text("edited.late") if notice.late else None,
            ),
            _about(notice.strategy, notice.question, event, words, notice.action),
            _misread_action(notice.misread, words),
        )
    )


def contribution_empty(notice: ContributionEmpty, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Nothing of it can be seen, so nothing was kept."""
    return compose((words.text("empty.edited" if notice.edited else "empty"),))


def _misread_action(misread: str | None, words: Translator) -> Html | None:
    return None if misread is None else words.text("received.no_action", code=misread)


def _first_action(strategy: str | None, event: Event) -> str:
    """An action of the strategy, for an example."""
    actions = () if strategy is None else event.strategy(strategy).actions
    return actions[0].code if actions else ""


def _about(
    strategy: str | None, question: str | None, event: Event, words: Translator, action: str | None = None
) -> Html | None:
    """The strategy, the question and the plan action in full; None for what is about neither."""
    if strategy is None:
        return None
    title = event.strategy(strategy).title
    if question is None:
        about = words.text("about.strategy", code=strategy, title=title)
    else:
        text = event.session2.question_of(question).text
        about = words.text("about.question", code=strategy, title=title, question=question, text=text)
    return about if action is None else lines((about, action_line(event, strategy, action, words)))


def action_line(event: Event, strategy: str, code: str, words: Translator) -> Html:
    """A plan action's code and full title; the code alone of one that the event file has no more."""
    title = next((each.title for each in event.strategy(strategy).actions if each.code == code), "")
    return words.text("about.action", code=code, title=title)


def edit_ignored(notice: EditIgnored, _event: Event, words: Translator) -> tuple[Message, ...]:
    """The edited message was no contribution, or none that stands: nothing changed by editing it."""
    return compose((words.text("edit_ignored.withdrawn" if notice.withdrawn else "edit_ignored"),))


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
    notice: ContributionWithoutText, _event: Event, words: Translator
) -> tuple[Message, ...]:
    """What was not kept, and what to do instead."""
    kind = notice.kind if notice.kind in WITHOUT_TEXT else ""
    if kind == "ours":
        return compose((words.text("without_text.ours"),))
    return compose(
        (
            words.text(f"without_text.{kind}") if kind else words.text("without_text.other"),
            words.text("without_text.spoken" if kind in SPOKEN else "without_text"),
        )
    )


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
            tuple(own_buttons(item, words) for item in part),
        )
    return tuple(found)


def _groups(items: Iterable[OwnContribution], event: Event, words: Translator) -> Iterable[Html]:
    """Neighbours about the same question under one heading: its full title is said once."""
    for (session, strategy, question, action), group in groupby(
        items, key=lambda item: (item.session, item.strategy, item.question, item.action)
    ):
        heading = _about(strategy, question, event, words, action)
        yield lines(
            (
                heading or words.text("own.session", session=session),
                *(_own_line(item, words) for item in group),
            )
        )


def own_buttons(item: OwnContribution, words: Translator) -> tuple[Button, ...]:
    """To withdraw one, and to move one that belongs to a question."""
    withdraw = Button(words.plain("own.button", number=item.number), Withdraw(item.id))
    if item.session == 1:
        return (withdraw,)
    return (withdraw, Button(words.plain("own.button.move", number=item.number), MoveOwn(item.id, "", "")))


def _own_line(item: OwnContribution, words: Translator) -> Html:
    key = "own.line.late" if item.late else "own.line"
    line = words.text(key, number=item.number, text=shorten(item.text, TEXT_LENGTH))
    if item.hidden is None:
        return line
    return lines((line, words.text("own.hidden", because=because(item.hidden, words))))


def own_contribution(notice: OwnContribution, event: Event, words: Translator) -> tuple[Message, ...]:
    """One contribution alone, with its button."""
    return compose(_groups((notice,), event, words), (own_buttons(notice, words),))


def contribution_withdrawn(
    notice: ContributionWithdrawn, _event: Event, words: Translator
) -> tuple[Message, ...]:
    """It is gone, or there was nothing to withdraw."""
    if not notice.found:
        return compose((words.text("withdrawn.nothing"),))
    return compose((words.text("withdrawn.late" if notice.late else "withdrawn"),))


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
    renders(ContributionEmpty, contribution_empty),
    renders(EditIgnored, edit_ignored),
    renders(ContributionNotOpen, contribution_not_open),
    renders(ContributionWithoutText, contribution_without_text),
    renders(OwnContributions, own_contributions),
    renders(OwnContribution, own_contribution),
    renders(ContributionWithdrawn, contribution_withdrawn),
    renders(NoteReceived, note_received),
    renders(NoteEmpty, note_empty),
)
