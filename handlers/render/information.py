"""What can always be asked: programme, strategies, contacts, privacy, help, language; and errors of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import PickLanguage
from handlers.render.common import MISREAD_LENGTH, column, lines, renders, strategy_line, table_coded
from handlers.render.message import Message, compose, shorten
from handlers.render.typing_words import FACILITATOR, PARTICIPANT, REGIA, ROLES, of_role
from participation.notices import (
    AskLanguage,
    ButtonOutdated,
    Contacts,
    Help,
    LanguageChanged,
    NotAllowed,
    PrivacyNotice,
    Programme,
    Role,
    SomethingBroke,
    StoreTroubled,
    StrategyList,
    TooFast,
    UnknownCommand,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locales.translator import Html, Translator
    from participation.event import AgendaItem, Event

LANGUAGES: Final = ("it", "en")
"""The languages offered, each by its own name; a test holds them equal to the catalogs there are."""

BEFORE_JOINING: Final = (
    "start",
    "suggerisci",
    "programma",
    "strategie",
    "lingua",
    "contatti",
    "privacy",
    "aiuto",
)
"""The commands that work for somebody who has no table yet."""


def programme(_notice: Programme, event: Event, words: Translator) -> tuple[Message, ...]:
    """The agenda, an item a line."""
    return compose(
        (
            words.text(
                "programme.title", title=event.title, day=words.day(event.moment(event.agenda[0].time))
            ),
            lines(_agenda_line(item, event, words) for item in event.agenda),
        )
    )


def _agenda_line(item: AgendaItem, event: Event, words: Translator) -> Html:
    time = words.clock(event.moment(item.time))
    if not item.speakers:
        return words.text("programme.line", time=time, title=item.title)
    return words.text(
        "programme.line.speakers", time=time, title=item.title, speakers="; ".join(item.speakers)
    )


def strategy_list(_notice: StrategyList, event: Event, words: Translator) -> tuple[Message, ...]:
    """All strategies under their axes, with full titles."""
    return compose(
        (
            words.text("strategies.title", n=len(event.strategies)),
            *(
                lines(
                    (
                        words.text("axis.title", code=axis.code, title=axis.title),
                        *(strategy_line(event, strategy.code, words) for strategy in axis.strategies),
                    )
                )
                for axis in event.axes
            ),
        )
    )


def contacts(_notice: Contacts, event: Event, words: Translator) -> tuple[Message, ...]:
    """Whom to write to, where to read on, and the online form."""
    return compose(
        (
            words.text("contacts.text", email=event.contacts.email, website=event.contacts.website),
            words.text("contacts.form.same")
            if event.contacts.form_url == event.contacts.website
            else words.text("contacts.form", form=event.contacts.form_url),
            words.text("contacts.table"),
        )
    )


def privacy_notice(_notice: PrivacyNotice, event: Event, words: Translator) -> tuple[Message, ...]:
    """The event's own privacy notice, word for word."""
    url = event.privacy.url
    return compose(
        (
            words.text("privacy.title"),
            # The notice is the controller's text in the event's language: we must not translate it.
            words.text("privacy.original") if words.language != event.language else None,
            *(
                words.text("paragraph", paragraph=paragraph)
                for paragraph in event.privacy.notice.split("\n\n")
            ),
            words.text(
                "privacy.controller", organiser=event.organiser.name, basis=event.organiser.controller_basis
            ),
            None if url is None else words.text("privacy.url", url=url),
        )
    )


def help_text(notice: Help, event: Event, words: Translator) -> tuple[Message, ...]:
    """What can be done now, by role."""
    participant = PARTICIPANT if notice.registered else BEFORE_JOINING
    return compose(
        (
            words.text("help.registered" if notice.registered else "help.before"),
            _command_lines(participant, words),
            *(
                (
                    words.text(
                        "help.facilitator",
                        n=len(notice.facilitates),
                        tables=words.join(table_coded(event, code) for code in notice.facilitates),
                    ),
                    _command_lines(of_role(Role.FACILITATOR), words),
                )
                if notice.facilitates
                else ()
            ),
            *(
                (
                    words.text(
                        "help.venue_lead",
                        n=len(notice.leads),
                        venues=words.join(event.venue(code).name for code in notice.leads),
                    ),
                    _command_lines(of_role(Role.VENUE_LEAD), words),
                )
                if notice.leads
                else ()
            ),
            *(
                (
                    words.text(
                        "help.assistant",
                        n=len(notice.assists),
                        tables=words.join(table_coded(event, code) for code in notice.assists),
                    ),
                    _command_lines(of_role(Role.ASSISTANT), words),
                )
                if notice.assists
                else ()
            ),
            *(
                (
                    words.text("help.regia"),
                    _command_lines(of_role(Role.REGIA), words),
                )
                if notice.regia
                else ()
            ),
            None if notice.number is None else words.text("help.number", number=f"P{notice.number}"),
            words.text("help.people"),
        )
    )


def _command_lines(names: Iterable[str], words: Translator) -> Html:
    return lines(
        words.text("command.line", command=name, description=words.plain(f"command.{name}")) for name in names
    )


def ask_language(_notice: AskLanguage, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Every language by its own name, so that whoever cannot read this one finds theirs."""
    return compose(
        (
            words.text("language.ask"),
            lines(
                words.text("language.line", name=words.plain(f"language.{code}"), code=code)
                for code in LANGUAGES
            ),
        ),
        column((words.plain(f"language.{code}"), PickLanguage(code)) for code in LANGUAGES),
    )


def language_changed(_notice: LanguageChanged, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Said in the new language."""
    return compose((words.text("language.changed"),))


def unknown_command(notice: UnknownCommand, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Which command it may have been."""
    command = shorten(notice.command.lstrip("/"), MISREAD_LENGTH)
    return compose(
        (
            words.text("unknown_command", command=command)
            if notice.nearest is None
            else words.text("unknown_command.nearest", command=command, nearest=notice.nearest.lstrip("/")),
            words.text("unknown_command.instead"),
        )
    )


def not_allowed(notice: NotAllowed, _event: Event, words: Translator) -> tuple[Message, ...]:
    """The command is somebody else's."""
    command = shorten(notice.command.lstrip("/"), MISREAD_LENGTH)
    only_regia = command in (*REGIA, *ROLES) and command not in FACILITATOR
    key = "not_allowed.regia" if only_regia else "not_allowed.facilitator"
    return compose((words.text(key, command=command), words.text("not_allowed.instead")))


def button_outdated(_notice: ButtonOutdated, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Nothing happened; where the current buttons are."""
    return compose((words.text("button_outdated"),))


def too_fast(_notice: TooFast, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Slower, please."""
    return compose((words.text("too_fast"),))


def store_troubled(_notice: StoreTroubled, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Patience, please: nothing has to be sent again."""
    return compose((words.text("store_troubled"),))


def something_broke(notice: SomethingBroke, _event: Event, words: Translator) -> tuple[Message, ...]:
    """An apology, with the code that stands in the log."""
    return compose((words.text("something_broke", code=shorten(notice.code, MISREAD_LENGTH)),))


RENDERERS: Final = (
    renders(Programme, programme),
    renders(StrategyList, strategy_list),
    renders(Contacts, contacts),
    renders(PrivacyNotice, privacy_notice),
    renders(Help, help_text),
    renders(AskLanguage, ask_language),
    renders(LanguageChanged, language_changed),
    renders(UnknownCommand, unknown_command),
    renders(NotAllowed, not_allowed),
    renders(ButtonOutdated, button_outdated),
    renders(TooFast, too_fast),
    renders(StoreTroubled, store_troubled),
    renders(SomethingBroke, something_broke),
)
